"""Encrypted connections as they are really made: who shows no certificate of ours gets none."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from identified import guard
from service_kit.grpc_server import GrpcServer
from service_kit.identity.certificates import Authority, Certificate, write_certificates
from service_kit.settings import GrpcSettings

pytestmark = pytest.mark.network

DAY = timedelta(days=1)
HOSTS = ["127.0.0.1", "localhost"]
OURS = Authority.make("ours", DAY)
THEIRS = Authority.make("theirs", DAY)
CLIENT = OURS.client("gateway", DAY)


def written(folder: Path, made: Certificate, name: str) -> tuple[Path, Path]:
    paths = folder / f"{name}.pem", folder / f"{name}-key.pem"
    for path, content in zip(paths, (made.certificate, made.key), strict=True):
        path.write_bytes(content)
    return paths


async def serve(folder: Path, server: Certificate) -> tuple[GrpcServer, int]:
    certificate, key = written(folder, server, "server")
    authority, _ = written(folder, OURS.own, "ca")
    settings = GrpcSettings(tls_certificate=certificate, tls_key=key, tls_client_ca=authority)
    running = GrpcServer("pooling", guard(settings), settings)
    return running, await running.start("127.0.0.1:0")


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    server, port = await serve(tmp_path, OURS.server(HOSTS, DAY))
    yield port
    await server.drain()


async def answers(port: int, trusted: bytes, shown: Certificate | None) -> bool:
    """Whether a client with this certificate gets through."""
    credentials = grpc.ssl_channel_credentials(
        trusted,
        private_key=shown.key if shown else None,
        certificate_chain=shown.certificate if shown else None,
    )
    async with grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials) as channel:
        return await _answers(channel)


async def _answers(channel: grpc.aio.Channel) -> bool:
    try:
        await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10)
    except grpc.aio.AioRpcError as error:
        if error.code() is not grpc.StatusCode.UNAVAILABLE:
            raise
        return False
    return True


async def test_a_certificate_of_ours_gets_through(port: int) -> None:
    assert await answers(port, OURS.own.certificate, CLIENT)


STRANGERS: dict[str, Callable[[], Certificate | None]] = {
    "none": lambda: None,
    "another authority's": lambda: THEIRS.client("gateway", DAY),
    "expired": lambda: OURS.client("gateway", -timedelta(minutes=1)),
    "a server's": lambda: OURS.server(HOSTS, DAY),
    "its own": lambda: Authority.make("gateway", DAY).own,
}


@pytest.mark.parametrize("what", STRANGERS)
async def test_no_other_certificate_does(port: int, what: str) -> None:
    assert not await answers(port, OURS.own.certificate, STRANGERS[what]())


async def test_nobody_gets_through_unencrypted(port: int) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        assert not await _answers(channel)


@pytest.mark.parametrize(
    "server",
    [
        THEIRS.server(HOSTS, DAY),
        OURS.server(["elsewhere.example.org"], DAY),
        OURS.server(HOSTS, -timedelta(minutes=1)),
    ],
    ids=["another authority's", "another name", "expired"],
)
async def test_a_client_talks_to_no_other_server(tmp_path: Path, server: Certificate) -> None:
    running, port = await serve(tmp_path, server)
    assert not await answers(port, OURS.own.certificate, CLIENT)
    await running.drain()


async def test_certificates_are_renewed_under_a_running_server(tmp_path: Path) -> None:
    running, port = await serve(tmp_path, OURS.server(HOSTS, -timedelta(minutes=1)))
    assert not await answers(port, OURS.own.certificate, CLIENT)
    written(tmp_path, OURS.server(HOSTS, DAY), "server")
    assert await answers(port, OURS.own.certificate, CLIENT)
    await running.drain()


def test_written_certificates_are_private_and_the_authority_stays(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    files = write_certificates(folder, HOSTS, DAY)
    authority, server = files[0].read_bytes(), files[1].read_bytes()
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert write_certificates(folder, HOSTS, DAY) == files
    assert files[0].read_bytes() == authority
    assert files[1].read_bytes() != server


@pytest.mark.parametrize(
    "given",
    [{"tls_certificate": "a"}, {"tls_key": "a"}, {"tls_client_ca": "a"}],
    ids=lambda given: next(iter(given)),
)
def test_half_a_setting_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(given))):
        GrpcSettings.model_validate(given)
