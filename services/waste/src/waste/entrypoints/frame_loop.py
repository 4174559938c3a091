"""A thread that reads frames as they come, tries again what failed, and forgets what is old."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from service_kit.backoff import Backoff
from service_kit.errors import ServiceError

from waste.application.ingestion import READ_AT_ONCE, Ingestion
from waste.entrypoints.intake_metrics import count_read

_log = structlog.get_logger(__name__)

LOOK_S = 2.0
"""How often it looks by itself: another replica may have kept a frame and gone."""
FORGET_EVERY_S = 3600.0


class FrameLoop:
    """Reads until it is stopped; ``wake`` is to be called when there is something to read.

    Parameters
    ----------
    keep
        How long raw frames are kept.
    """

    def __init__(self, now: Callable[[], datetime], keep: timedelta) -> None:
        self._now = now
        self._keep = keep
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Look now."""
        self._woken.set()

    def start(self, ingestion: Ingestion) -> None:
        """Begin with what an earlier process left."""
        self._thread = threading.Thread(target=self._run, args=(ingestion,), name="waste-frames", daemon=True)
        self._woken.set()
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being read."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, ingestion: Ingestion) -> None:
        backoff = Backoff()
        forget_at_s = time.monotonic()
        while not self._stopping.is_set():
            self._woken.wait(LOOK_S)
            self._woken.clear()
            try:
                self._read_all(ingestion)
                if time.monotonic() >= forget_at_s:
                    forget_at_s = time.monotonic() + FORGET_EVERY_S
                    ingestion.forget(self._now() - self._keep)
                backoff.reset()
            except ServiceError as error:
                self._again(backoff, error)
            except Exception as error:
                _log.exception("frames_not_read")
                self._again(backoff, error)

    def _read_all(self, ingestion: Ingestion) -> None:
        while not self._stopping.is_set():
            counts = ingestion.read_waiting()
            count_read(counts)
            if counts.frame_count < READ_AT_ONCE:
                return

    def _again(self, backoff: Backoff, error: Exception) -> None:
        delay_s = backoff.next_delay_s()
        _log.warning("frames_wait", error=str(error), delay_s=round(delay_s, 3))
        self._woken.set()
        self._stopping.wait(delay_s)
