"""A gateway that only remembers: the console's own files and map, and a recorded morning told again.

So a browser can be measured without the services beside it, which would share its cores. What it answers is
byte for byte what a gateway answered at the same time of the morning; events come when they came.

Usage: console_stand_in.py RECORDING CONSOLE MAP READY
"""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import uvicorn
from console_recording import Recording
from gateway.http import event_stream
from gateway.http.console_files import ConsoleFiles
from gateway.http.streams import HEARTBEAT_S
from gateway.http.tiles import tile_routes
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

REWIND, BEGIN, TOLD = "/v1/stand-in/rewind", "/v1/stand-in/begin", "/v1/stand-in/told"
START_S = 60.0


class StandIn:
    """Answers as it was recorded; the morning begins when it is told to."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._began_s: float | None = None
        self._begun = asyncio.Event()
        self._told: list[tuple[str, str, float]] = []

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(REWIND, self._rewind, methods=["POST"]),
            Route(BEGIN, self._begin, methods=["POST"]),
            Route(TOLD, self._tell, methods=["GET"]),
            Route("/v1/events", self._events, methods=["GET"]),
            Route("/v1/{rest:path}", self._answer, methods=["GET", "POST"]),
        ]

    async def _rewind(self, _request: Request) -> Response:
        self._began_s, self._begun, self._told = None, asyncio.Event(), []
        return JSONResponse({})

    async def _begin(self, _request: Request) -> Response:
        self._began_s = time.monotonic()
        self._begun.set()
        return JSONResponse({})

    async def _tell(self, _request: Request) -> Response:
        return JSONResponse(self._told)

    def _at_s(self) -> float:
        return 0.0 if self._began_s is None else time.monotonic() - self._began_s

    async def _answer(self, request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        found = self._recording.answer(f"{request.url.path}{query}", self._at_s())
        if found is None:
            return JSONResponse({"title": "not recorded", "reason": "NOT_RECORDED"}, 501)
        return Response(found.body, found.status, media_type=found.media_type)

    async def _events(self, _request: Request) -> Response:
        return StreamingResponse(
            self._told_again(), headers=event_stream.HEADERS, media_type="text/event-stream"
        )

    async def _told_again(self) -> AsyncGenerator[bytes, None]:
        yield event_stream.event("heartbeat", b"{}", "0-0")
        while not self._begun.is_set():
            # The console takes a silent line for dead.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._begun.wait(), HEARTBEAT_S)
            yield b": still here\n\n"
        for number, event in enumerate(self._recording.events, 1):
            await asyncio.sleep(max(0.0, event.at_s - self._at_s()))
            self._told.append((event.kind, event.data, time.time() * 1000))
            yield event_stream.event(event.kind, event.data.encode(), f"0-{number}")
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            yield b": still here\n\n"


@contextlib.contextmanager
def standing_in(recording: Recording, console: Path, map_file: Path) -> Iterator[str]:
    """Serve a recording from a process of its own; yields where.

    Raises
    ------
    RuntimeError
        Where it does not begin to serve.
    """
    with tempfile.TemporaryDirectory(prefix="landlinie-stand-in-") as made:
        kept, ready = Path(made) / "recording", Path(made) / "ready"
        recording.keep(kept)
        command = [sys.executable, __file__, *map(str, (kept, console, map_file, ready))]
        process = subprocess.Popen(command)
        try:
            until_s = time.monotonic() + START_S
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > until_s:
                    raise RuntimeError(f"the stand-in does not serve: exit code {process.poll()}")
                time.sleep(0.05)
            yield ready.read_text("utf-8")
        finally:
            process.terminate()
            process.wait()


async def serve(recording: Recording, console: Path, map_file: Path, ready: Path) -> None:
    """Serve until ended, and write where to a file."""
    routes = [*tile_routes(map_file), *StandIn(recording).routes(), Mount("/", ConsoleFiles(console))]
    config = uvicorn.Config(
        Starlette(routes=routes), host="127.0.0.1", port=0, log_level="warning", access_log=False
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    unfinished = ready.with_suffix(".tmp")
    unfinished.write_text(f"http://127.0.0.1:{port}", "utf-8")
    unfinished.rename(ready)
    await serving


if __name__ == "__main__":
    recorded, *paths = map(Path, sys.argv[1:])
    asyncio.run(serve(Recording.kept(recorded), *paths))
