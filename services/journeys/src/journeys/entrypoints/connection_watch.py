"""Watching over booked journeys in the background."""

import threading
from collections.abc import Callable

import structlog
from service_kit.backoff import Backoff

_log = structlog.get_logger(__name__)

LOOK_EVERY_S = 10.0


class ConnectionWatch:
    """Looks now and then, in a thread of its own.

    Parameters
    ----------
    look
        Looks at every journey that is under way; how many changed.
    """

    def __init__(self, look: Callable[[], int], every_s: float = LOOK_EVERY_S) -> None:
        self._look = look
        self._every_s = every_s
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="connections", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look at once: something new is told of trains."""
        self._wake.set()

    def stop(self) -> None:
        """End after the look at hand."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        backoff = Backoff(first_s=1.0, longest_s=60.0)
        while not self._stopping.is_set():
            self._wake.clear()
            wait_s = self._every_s
            try:
                changed_count = self._look()
                if changed_count:
                    _log.info("connections_changed", booking_count=changed_count)
                backoff.reset()
            except Exception as error:
                # Nobody else looks after connections: whatever it is, it is tried again.
                wait_s = backoff.next_delay_s()
                _log.warning("connections_wait", error=repr(error), delay_s=round(wait_s, 3))
            self._wake.wait(wait_s)
