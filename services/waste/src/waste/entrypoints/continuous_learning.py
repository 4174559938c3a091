"""What is to be learned for forecasts, learned in a thread of its own."""

import threading
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
import structlog
from service_kit.errors import Unavailable

from waste.application.foreseeing import Foreseeing

LOOK_EVERY_S = 5.0

_log = structlog.get_logger(__name__)


class ContinuousLearning:
    """Learns when that is due."""

    def __init__(self, foreseeing: Foreseeing, now: Callable[[], datetime]) -> None:
        self._foreseeing = foreseeing
        self._now = now
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="waste-learning", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End; waits for what is being learned."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            now = self._now()
            if not self._foreseeing.is_due(now):
                continue
            try:
                level_count = self._foreseeing.learn(now)
            except (Unavailable, sa.exc.OperationalError, sa.exc.TimeoutError) as error:
                _log.warning("forecasts_not_learned", error=repr(error))
            else:
                _log.info("forecasts_learned", level_count=level_count)
