"""The port lets go of who holds a connection and says nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from gateway.http.server import HttpServer
from starlette.responses import PlainTextResponse

pytestmark = pytest.mark.network

PATIENCE_S = 50.0
HEAD = b"GET / HTTP/1.1\r\nHost: here\r\n"


@asynccontextmanager
async def connected(
    head_patience_s: float,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    server = HttpServer(PlainTextResponse("ok"), "127.0.0.1:0", grace_s=1, head_patience_s=head_patience_s)
    host, _, port = (await server.start()).rpartition(":")
    try:
        reader, writer = await asyncio.open_connection(host, int(port))
        async with asyncio.timeout(PATIENCE_S):
            yield reader, writer
        writer.close()
    finally:
        await server.stop()


@pytest.mark.parametrize("begun", [b"", HEAD])
async def test_who_does_not_say_what_is_wanted_is_let_go_of(begun: bytes) -> None:
    async with connected(0.1) as (reader, writer):
        writer.write(begun)
        assert await reader.read() == b""


async def test_who_says_a_little_now_and_then_is_not_waited_for_longer() -> None:
    async with connected(0.3) as (reader, writer):
        writer.write(HEAD)
        ended = asyncio.ensure_future(reader.read())
        while not ended.done():
            writer.write(b"X: 1\r\n")
            await asyncio.wait({ended}, timeout=0.05)
        assert ended.exception() is not None or ended.result() == b""


async def test_a_connection_is_used_again() -> None:
    async with connected(PATIENCE_S) as (reader, writer):
        for _ in range(2):
            writer.write(HEAD[:9])
            await writer.drain()
            writer.write(HEAD[9:] + b"\r\n")
            assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")


async def test_an_upgrade_is_answered_like_any_request() -> None:
    async with connected(PATIENCE_S) as (reader, writer):
        writer.write(HEAD + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
