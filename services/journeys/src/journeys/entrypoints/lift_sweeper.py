"""Notes seats that nobody answered for in time, and tells bookings of answers, while the service runs."""

import threading
from collections.abc import Callable

import structlog

from journeys.application.lift_offering import LiftOffering

SWEEP_EVERY_S = 5.0

_log = structlog.get_logger(__name__)


class LiftSweeper:
    """A thread of its own; what it misses while a database is away it does the next time.

    Parameters
    ----------
    tell
        Tells bookings what became of their seats.
    """

    def __init__(self, offering: LiftOffering, tell: Callable[[], object]) -> None:
        self._offering = offering
        self._tell = tell
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lift-sweeper", daemon=True)

    def start(self) -> None:
        """Begin to sweep."""
        self._thread.start()

    def wake(self) -> None:
        """Say that something has changed."""
        self._wake.set()

    def stop(self) -> None:
        """End; waits for the sweep at hand."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            for work in (self._offering.sweep, self._tell):
                try:
                    work()
                except Exception as error:
                    # Nobody else does it: whatever it is, the one goes on without the other, and again.
                    _log.warning("lifts_not_swept", error=repr(error))
            self._wake.wait(SWEEP_EVERY_S)
