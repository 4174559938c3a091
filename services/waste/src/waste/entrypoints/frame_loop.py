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
REGISTERED_EVERY_S = 30.0
"""How often it is asked whether somebody has registered a device of which frames were refused."""
FORGET_EVERY_S = 3600.0


class FrameLoop:
    """Reads from ``start`` to ``stop``, and begins with what an earlier process left.

    Parameters
    ----------
    keep
        How long raw frames are kept.
    """

    def __init__(self, ingestion: Ingestion, now: Callable[[], datetime], keep: timedelta) -> None:
        self._ingestion = ingestion
        ingestion.waiting = self.wake
        self._now = now
        self._keep = keep
        self._register_at_s = self._forget_at_s = time.monotonic()
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="waste-frames", daemon=True)

    def wake(self) -> None:
        """Look now."""
        self._woken.set()

    def start(self) -> None:
        """Begin."""
        self._woken.set()
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being read."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            self._woken.wait(LOOK_S)
            self._woken.clear()
            try:
                self._read_all()
                self._now_and_then()
                backoff.reset()
            except ServiceError as error:
                self._again(backoff, error)
            except Exception as error:
                _log.exception("frames_not_read")
                self._again(backoff, error)

    def _now_and_then(self) -> None:
        at_s = time.monotonic()
        if at_s >= self._register_at_s:
            self._register_at_s = at_s + REGISTERED_EVERY_S
            self._ingestion.read_what_is_known_now()
        if at_s >= self._forget_at_s:
            self._forget_at_s = at_s + FORGET_EVERY_S
            self._ingestion.forget(self._now() - self._keep)

    def _read_all(self) -> None:
        while not self._stopping.is_set():
            counts = self._ingestion.read_waiting()
            count_read(counts)
            if counts.frame_count < READ_AT_ONCE:
                return

    def _again(self, backoff: Backoff, error: Exception) -> None:
        delay_s = backoff.next_delay_s()
        _log.warning("frames_wait", error=str(error), delay_s=round(delay_s, 3))
        self._woken.set()
        self._stopping.wait(delay_s)
