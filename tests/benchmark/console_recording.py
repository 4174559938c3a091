"""What a gateway answered and told while a morning was played, kept to be told again."""

import asyncio
import gzip
import pickle
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

POLLED = ("/plan", "/v1/live-vehicles", "/v1/rides")
"""What changes while drivers report: asked again and again. Everything else is asked once."""
PAUSE_S = 0.5
CALL_S = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, and from when on it was given, in seconds since the morning began."""

    at_s: float
    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it stands on the wire, and when it came, in seconds since the morning began."""

    at_s: float
    kind: str
    data: str


@dataclass(slots=True)
class Recording:
    """A morning of a gateway.

    Attributes
    ----------
    answers
        By path and query, each with what it was at first and after every change.
    day_ms
        What the clock showed when it began, in milliseconds since 1970.
    delays_ms
        From a driver's report to the event that tells of it, as a reader beside the services saw it.
    """

    day_ms: float
    pace: float
    vehicle_count: int
    ride_count: int
    action_count: int = 0
    failed_count: int = 0
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    events: list[Told] = field(default_factory=list)
    delays_ms: list[float] = field(default_factory=list)

    def answer(self, path: str, at_s: float) -> Answer | None:
        """Return what was answered at that moment; None where nobody asked."""
        found = None
        for each in self.answers.get(path, ()):
            if found is not None and each.at_s > at_s:
                break
            found = each
        return found

    def keep(self, path: Path) -> None:
        """Write it to a file of our own making, which only this reads."""
        with gzip.open(path, "wb", compresslevel=3) as file:
            pickle.dump(self, file)

    @staticmethod
    def kept(path: Path) -> "Recording":
        """Read what was written here before."""
        with gzip.open(path, "rb") as file:
            found = pickle.load(file)  # noqa: S301 - written by this program, named by who runs it
        if not isinstance(found, Recording):
            raise TypeError(f"{path}: no recording but {type(found).__name__}")
        return found


class Recorder:
    """Asks a gateway for what its console asked for, and listens, while a morning is played."""

    def __init__(self, address: str, cookies: Mapping[str, str], recording: Recording) -> None:
        self._recording = recording
        self._client = httpx.AsyncClient(base_url=address, cookies=dict(cookies), timeout=CALL_S)
        self._began_s = 0.0
        self.arrived: list[tuple[str, str, float]] = []

    async def close(self) -> None:
        """End the connections."""
        await self._client.aclose()

    async def ask_once(self, paths: Sequence[str]) -> None:
        """Ask for everything as it is before anybody drives."""
        for path in paths:
            await self._ask(path, 0.0)

    async def follow(self, paths: Sequence[str]) -> None:
        """Listen, and ask for what changes, until cancelled."""
        self._began_s = time.monotonic()
        changing = [path for path in paths if any(part in path for part in POLLED)]
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._keep_asking(changing))

    async def _keep_asking(self, paths: Sequence[str]) -> None:
        while True:
            for path in paths:
                await self._ask(path, time.monotonic() - self._began_s)
            await asyncio.sleep(PAUSE_S)

    async def _ask(self, path: str, at_s: float) -> None:
        answer = await self._client.get(path)
        known = self._recording.answers.setdefault(path, [])
        if not known or known[-1].body != answer.content:
            media_type = answer.headers.get("content-type", "application/octet-stream")
            known.append(Answer(at_s, answer.status_code, media_type, answer.content))

    async def _listen(self) -> None:
        kind = ""
        async with self._client.stream("GET", "/v1/events", timeout=None) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: ") and kind not in {"heartbeat", "resync"}:
                    data = line.removeprefix("data: ")
                    self._recording.events.append(Told(time.monotonic() - self._began_s, kind, data))
                    self.arrived.append((kind, data, time.time() * 1000))
