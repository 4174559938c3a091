"""What sources tell of delays, cancellations, places of vehicles and disruptions: laid over the timetable."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from journeys.application.live import News
from journeys.application.scheduled import Scheduled

_log = structlog.get_logger(__name__)


class SourceAway(Exception):  # noqa: N818 - says what is the matter
    """A source that cannot be asked now, or tells what cannot be read; the text says why."""


class Source(Protocol):
    """Somebody who tells what is different from the timetable."""

    @property
    def name(self) -> str:
        """Without anything that is secret."""
        ...

    def news(self, now_s: float) -> News | None:
        """What it tells now; None where that is what it told last.

        Raises
        ------
        SourceAway
            Where it does not answer, or tells nothing that can be read.
        """
        ...


@dataclass(slots=True)
class _Last:
    news: News | None = None
    laid: bool = False


class Realtime:
    """Keeps what each source told last, and has it count as long as it is fresh; safe to use from several
    threads.

    Parameters
    ----------
    stale_s
        What was told longer ago does not count.
    """

    def __init__(self, scheduled: Scheduled, names: Sequence[str], stale_s: float, now_s: float) -> None:
        self._scheduled = scheduled
        self._stale_s = stale_s
        self._lock = threading.Lock()
        self._last = {name: _Last() for name in names}
        self._begun_s = now_s

    def tell(self, name: str, news: News, now_s: float) -> None:
        """Take what a source tells, in place of what it told before; the next search knows it."""
        with self._lock:
            self._last[name].news = news
            self._lay(now_s)

    def look_at(self, now_s: float) -> None:
        """Have what is too old count no more."""
        with self._lock:
            fresh = {name: self._fresh(last, now_s) for name, last in self._last.items()}
            silent = self._silent(now_s)
            if silent != self._scheduled.live.silent or any(
                last.laid != fresh[name] for name, last in self._last.items()
            ):
                self._lay(now_s)

    def age_s(self, name: str, now_s: float) -> float:
        """How long ago a source told what it told last; since the beginning where it never did."""
        with self._lock:
            news = self._last[name].news
        return now_s - (self._begun_s if news is None else news.told_s)

    def run_count(self, name: str) -> int:
        """How many runs it told about."""
        with self._lock:
            news = self._last[name].news
        return 0 if news is None else news.overlay.run_count

    def _fresh(self, last: _Last, now_s: float) -> bool:
        return last.news is not None and now_s - last.news.told_s <= self._stale_s

    def _silent(self, now_s: float) -> tuple[str, ...]:
        if now_s - self._begun_s <= self._stale_s:
            # It has just been begun to ask them.
            return tuple(
                name for name, last in self._last.items() if last.news and not self._fresh(last, now_s)
            )
        return tuple(name for name, last in self._last.items() if not self._fresh(last, now_s))

    def _lay(self, now_s: float) -> None:
        for last in self._last.values():
            last.laid = self._fresh(last, now_s)
        counted = [last.news for last in self._last.values() if last.news is not None and last.laid]
        strangers = self._scheduled.lay(counted, self._silent(now_s))
        if strangers:
            _log.info("realtime_runs_unknown", run_count=strangers)
