"""Asking sources of real time again and again, each in a thread of its own: a slow one holds up no other."""

import threading
from collections.abc import Iterable, Iterator, Sequence

import structlog
from service_kit.clock import Clock
from service_kit.telemetry.sources import Reading

from journeys.application.realtime import Realtime, Source, SourceAway

LOOK_EVERY_S = 1.0
"""Pause between looks whether what was told is too old."""

_log = structlog.get_logger(__name__)


class RealtimePolling:
    """The background work; nobody is asked where there is no source."""

    def __init__(self, realtime: Realtime, sources: Sequence[Source], clock: Clock, every_s: float) -> None:
        self._realtime = realtime
        self._sources = sources
        self._clock = clock
        self._every_s = every_s
        self._stopping = threading.Event()
        self._failed: dict[str, int] = {source.name: 0 for source in sources}
        self._threads = [
            threading.Thread(target=self._ask, args=(source,), name="realtime-source", daemon=True)
            for source in sources
        ]
        if sources:
            self._threads.append(threading.Thread(target=self._look, name="realtime-age", daemon=True))

    def start(self) -> None:
        """Begin to ask."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish the questions at hand and end."""
        self._stopping.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def readings(self) -> Iterator[Reading]:
        """How old what sources told is, and of how many runs they told."""
        now_s = self._clock.now().timestamp()
        for source in self._sources:
            labels = (source.name,)
            yield Reading("landlinie_realtime_age_seconds", labels, self._realtime.age_s(source.name, now_s))
            yield Reading("landlinie_realtime_runs", labels, self._realtime.run_count(source.name))

    def _ask(self, source: Source) -> None:
        while True:
            try:
                now_s = self._clock.now().timestamp()
                news = source.news(now_s)
                if news is not None:
                    self._realtime.tell(source.name, news, now_s)
                self._told(source.name, "")
            except SourceAway as error:
                self._told(source.name, str(error))
            except Exception as error:
                # What one source tells must not keep it from being asked again.
                self._told(source.name, repr(error))
            if self._stopping.wait(self._every_s):
                return

    def _told(self, name: str, why_not: str) -> None:
        if not why_not:
            if self._failed[name]:
                _log.info("realtime_back", source=name, failure_count=self._failed[name])
            self._failed[name] = 0
            return
        self._failed[name] += 1
        if _is_power_of_two(self._failed[name]):
            _log.warning("realtime_not_read", source=name, error=why_not, failure_count=self._failed[name])

    def _look(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            self._realtime.look_at(self._clock.now().timestamp())


def _is_power_of_two(count: int) -> bool:
    """So that a source that is away for days does not fill the log."""
    return count & (count - 1) == 0


def names_of(sources: Iterable[Source]) -> list[str]:
    """Their names, each once.

    Raises
    ------
    ValueError
        Where two have the same one.
    """
    names = [source.name for source in sources]
    if len(set(names)) != len(names):
        raise ValueError(f"realtime: of {', '.join(sorted(names))} two are the same")
    return names
