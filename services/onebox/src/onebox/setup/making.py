"""A district being made, in a process of its own: it takes minutes and memory, and can be called off."""

import multiprocessing
import threading
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from onebox.district_making import Found
from onebox.district_sources import Sources, SourcesError, make_from

STOP_PATIENCE_S = 10.0


class MakingState(StrEnum):
    """How far it is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Progress:
    """What is to be told of it.

    Parameters
    ----------
    steps
        Done, and under way: the last one.
    took_s
        Since it began; until its end, where it has ended.
    field, why
        Which part of what was given is at fault, and what is the matter, where it failed.
    """

    state: MakingState
    steps: tuple[str, ...] = ()
    took_s: float = 0.0
    found: Found | None = None
    field: str = ""
    why: str = ""


class Making:
    """One attempt to make a district's folder; begins at once."""

    def __init__(self, sources: Sources, target: Path, cache: Path) -> None:
        context = multiprocessing.get_context("spawn")
        heard, told = context.Pipe(duplex=False)
        self._lock = threading.Lock()
        self._progress = Progress(MakingState.RUNNING)
        self._began_s = time.monotonic()
        self._process: BaseProcess = context.Process(
            target=_make, args=(sources, target, cache, told), name="landlinie-district", daemon=True
        )
        self._process.start()
        told.close()
        self._listener = threading.Thread(
            target=self._listen, args=(heard,), name="district-making", daemon=True
        )
        self._listener.start()

    def progress(self) -> Progress:
        """How far it is."""
        with self._lock:
            found = self._progress
        if found.state is MakingState.RUNNING:
            return replace(found, took_s=time.monotonic() - self._began_s)
        return found

    def cancel(self) -> None:
        """Call it off, where it is under way; what was half made is gone with the next attempt."""
        self._change(state=MakingState.CANCELLED)
        self._process.terminate()
        self._process.join(STOP_PATIENCE_S)
        if self._process.is_alive():
            self._process.kill()
        self._listener.join(STOP_PATIENCE_S)

    def _listen(self, heard: Connection) -> None:
        with heard:
            while True:
                try:
                    message = heard.recv()
                except (EOFError, OSError):
                    self._process.join()
                    why = f"the work ended with exit code {self._process.exitcode}; is there enough memory?"
                    self._change(state=MakingState.FAILED, why=why)
                    return
                if isinstance(message, str):
                    self._step(message)
                elif isinstance(message, Found):
                    self._change(state=MakingState.DONE, found=message)
                    return
                else:
                    field, why = message
                    self._change(state=MakingState.FAILED, field=field, why=why)
                    return

    def _step(self, step: str) -> None:
        with self._lock:
            self._progress = replace(self._progress, steps=(*self._progress.steps, step))

    def _change(
        self, *, state: MakingState, found: Found | None = None, field: str = "", why: str = ""
    ) -> None:
        """The end of it; what ended stays as it ended."""
        with self._lock:
            if self._progress.state is MakingState.RUNNING:
                took_s = time.monotonic() - self._began_s
                self._progress = replace(
                    self._progress, state=state, took_s=took_s, found=found, field=field, why=why
                )


def _make(sources: Sources, target: Path, cache: Path, told: Connection) -> None:
    """Run in the process: tell every step, then what was found or why not."""
    with told:
        try:
            told.send(make_from(sources, target, cache, told.send))
        except SourcesError as error:
            told.send((error.field, str(error)))
        except MemoryError:
            told.send(("osm", "there is not enough memory for this map"))
