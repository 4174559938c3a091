"""GTFS-Flex feeds of others in the district's folder: ``*.flex.zip``, read again when they are replaced."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from timetable.on_demand.reading import ForeignServices, read_flex
from timetable.tables import FeedError

from journeys.application.ports import Unavailable

FEEDS = "*.flex.zip"
LOOK_EVERY_S = 60.0

_log = structlog.get_logger(__name__)


class FlexFile:
    """One feed; safe to use from several threads.

    Parameters
    ----------
    monotonic_s
        The seconds by which the file is looked at.
    """

    def __init__(self, path: Path, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._monotonic_s = monotonic_s
        self._looked_s = float("-inf")
        self._changed_ns = -1
        self._found: ForeignServices | None = None
        self._lock = threading.Lock()

    def __call__(self) -> ForeignServices:
        """What it holds now; raises Unavailable where it cannot be used."""
        with self._lock:
            now_s = self._monotonic_s()
            if now_s - self._looked_s >= LOOK_EVERY_S:
                self._looked_s = now_s
                self._look()
            if self._found is None:
                raise Unavailable("FOREIGN_FEED_BROKEN", f"{self._path.name} cannot be used")
            return self._found

    def _look(self) -> None:
        try:
            changed_ns = self._path.stat().st_mtime_ns
            if changed_ns == self._changed_ns:
                return
            self._found, findings = read_flex(self._path)
        except (FeedError, OSError) as error:
            self._found, self._changed_ns = None, -1
            _log.warning("foreign_feed_not_read", feed=self._path.name, error=str(error))
        else:
            self._changed_ns = changed_ns
            _log.info(
                "foreign_feed_read",
                feed=self._path.name,
                trip_count=len(self._found.trips),
                finding_count=len(findings),
            )


def flex_files(folder: Path) -> list[FlexFile]:
    """The feeds in a district's folder, by name."""
    return [FlexFile(path) for path in sorted(folder.glob(FEEDS))]
