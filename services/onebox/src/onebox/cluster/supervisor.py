"""Keeps processes running: starts them in order, starts anew what dies, ends them in the opposite order.

Each part leads a process group of its own: Ctrl-C reaches the supervisor alone, which then asks one tier
after the other to end, and what a killed part has left behind is killed before it is started again.
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from service_kit.backoff import Backoff

from onebox.cluster.part import CannotStart, Part, ended_with_us, last_lines

START_TIMEOUT_S = 120.0
LOOK_EVERY_S = 0.1
NOTE_EVERY_S = 1.0
SETTLED_S = 10.0
"""Who has run for so long starts again at once when it dies."""

Tell = Callable[[str], None]


class Supervisor:
    """Runs parts; use it inside a running event loop.

    Parameters
    ----------
    folder
        Where each part's log (``<name>.log``) and present process id (``<name>.pid``) are kept.
    tell
        Hears, in a sentence, of parts that died and of parts that run again.
    """

    def __init__(self, folder: Path, tell: Tell) -> None:
        self._folder = folder
        self._tell = tell
        self._tiers: list[list[_Kept]] = []

    async def start(self, parts: Sequence[Part]) -> None:
        """Start the parts of one tier at once, and wait until all of them are ready.

        Raises
        ------
        CannotStart
            With the end of its log, when a part ends before it is ready, or takes too long.
        """
        tier = [_Kept(part, self._folder, self._tell) for part in parts]
        self._tiers.append(tier)
        await asyncio.gather(*(kept.start() for kept in tier))

    async def stop(self) -> None:
        """Ask the tiers to end, the last one started first; what takes too long is killed."""
        for tier in reversed(self._tiers):
            await asyncio.gather(*(kept.stop() for kept in tier))
        self._tiers.clear()


class _Kept:
    """A part, and the process that is it at present."""

    def __init__(self, part: Part, folder: Path, tell: Tell) -> None:
        self._part = part
        self._log = folder / f"{part.name}.log"
        self._pid = folder / f"{part.name}.pid"
        self._tell = tell
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        process = await self._spawn()
        give_up_at_s = time.monotonic() + START_TIMEOUT_S
        while not await asyncio.to_thread(self._part.is_ready):
            if process.returncode is not None:
                raise CannotStart(
                    f"{self._part.name} {_how_it_ended(process.returncode)}:\n{last_lines(self._log)}"
                )
            if time.monotonic() > give_up_at_s:
                said = last_lines(self._log)
                raise CannotStart(f"{self._part.name} was not ready within {START_TIMEOUT_S:.0f} s:\n{said}")
            await asyncio.sleep(LOOK_EVERY_S)
        self._keeping = asyncio.create_task(self._keep(process))

    async def stop(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(self._part.stop_signal)
            try:
                await asyncio.wait_for(process.wait(), self._part.stop_timeout_s)
            except TimeoutError:
                self._tell(f"{self._part.name} did not end in {self._part.stop_timeout_s:.0f} s: killed")
        await self._bury(process)

    async def _keep(self, process: asyncio.subprocess.Process) -> None:
        backoff = Backoff(first_s=0.2, longest_s=10.0)
        began_s = time.monotonic()
        while True:
            code = await self._ended(process)
            await self._bury(process)
            if time.monotonic() - began_s > SETTLED_S:
                backoff.reset()
            delay_s = backoff.next_delay_s()
            self._tell(f"{self._part.name} {_how_it_ended(code)}; starts again in {delay_s:.1f} s")
            await asyncio.sleep(delay_s)
            process = await self._spawn_again(backoff)
            began_s = time.monotonic()

    async def _ended(self, process: asyncio.subprocess.Process) -> int:
        """Wait for its end, and see to it meanwhile that its id stands where it is looked for."""
        ending = asyncio.ensure_future(process.wait())
        try:
            while not ending.done() and not self._note(process.pid):
                await asyncio.wait({ending}, timeout=NOTE_EVERY_S)
            return await ending
        finally:
            ending.cancel()

    async def _spawn_again(self, backoff: Backoff) -> asyncio.subprocess.Process:
        """Start it as soon as that is possible: a disk that is full now is not full for ever."""
        while True:
            try:
                return await self._spawn()
            except OSError as error:
                delay_s = backoff.next_delay_s()
                self._tell(f"{self._part.name} cannot be started: {error}; tried again in {delay_s:.1f} s")
                await asyncio.sleep(delay_s)

    async def _spawn(self) -> asyncio.subprocess.Process:
        # One that a supervisor before us left behind.
        self._pid.unlink(missing_ok=True)
        with self._log.open("ab") as log:
            self._process = process = await asyncio.create_subprocess_exec(
                *ended_with_us(self._part.command, self._part.stop_signal),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                env={**os.environ, **self._part.environment},
                start_new_session=True,
                **self._part.identity(),  # type: ignore[arg-type] # as subprocess.Popen takes them
            )
        self._note(process.pid)
        return process

    def _note(self, pid: int) -> bool:
        """Write its process id down; False where the disk does not take it now."""
        if self._pid.exists():
            return True
        # Whoever reads it must never see half of it.
        half = self._pid.with_suffix(".part")
        try:
            half.write_text(str(pid), "utf-8")
            half.replace(self._pid)
        except OSError:
            return False
        return True

    async def _bury(self, process: asyncio.subprocess.Process) -> None:
        """Kill what is left of a part's process group."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        self._pid.unlink(missing_ok=True)


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was ended by {signal.Signals(-code).name}"
