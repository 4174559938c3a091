"""Where real time is put together; :mod:`journeys.bootstrap` has the rest of the service."""

from collections.abc import Callable, Iterator
from functools import cache

from service_kit.grpc_server import GrpcServer
from service_kit.telemetry.sources import Reading
from timetable.schedule import Schedule
from timetable.schedule_reading import read_schedule

from journeys.adapters.district_folder import ONLY_FEED, feeds_of
from journeys.adapters.realtime_reader import RealtimeReader
from journeys.adapters.realtime_sources import named, source_of
from journeys.application.realtime import Realtime, Source
from journeys.entrypoints.realtime_polling import RealtimePolling, names_of
from journeys.foundation import Foundation

FEED_SUFFIX = ".gtfs.zip"


class RealtimeApp:
    """Real time as a part of the service.

    Raises
    ------
    ValueError
        Naming the setting, where an address or a feed is none.
    """

    def __init__(self, foundation: Foundation) -> None:
        settings, clock = foundation.settings, foundation.clock
        self._foundation = foundation
        sources = list(self._sources())
        self.realtime = Realtime(
            foundation.area.scheduled, names_of(sources), settings.realtime_stale_s, clock.now().timestamp()
        )
        self._polling = RealtimePolling(self.realtime, sources, clock, settings.realtime_every_s)

    def add_to(self, server: GrpcServer) -> None:
        """It has no methods: what it knows is in journeys."""

    def start(self) -> None:
        """Begin to ask the sources."""
        self._polling.start()

    def stop(self) -> None:
        """End; waits for the questions at hand."""
        self._polling.stop()

    def tidy(self) -> int:
        """Nothing is kept."""
        return 0

    def readings(self) -> Iterator[Reading]:
        """Figures of the sources."""
        return self._polling.readings()

    def _sources(self) -> Iterator[Source]:
        """Of ``[FEED=]URL,…``: FEED is the name of the timetable that the address is about."""
        settings = self._foundation.settings
        feeds = [path for path, _ in feeds_of(self._foundation.district.folder)]
        numbers = {path.name.removesuffix(FEED_SUFFIX): number for number, path in enumerate(feeds)}
        schedules: dict[int, Callable[[], Schedule]] = {
            number: cache(lambda path=path: read_schedule(path)[0]) for number, path in enumerate(feeds)
        }
        headers = _headers(settings.realtime_header.get_secret_value())
        for told in filter(None, map(str.strip, settings.realtime.get_secret_value().split(","))):
            feed, divided, url = told.partition("=")
            if not divided or "/" in feed:
                feed, url = ONLY_FEED.removesuffix(FEED_SUFFIX) if len(numbers) != 1 else "", told
            number = 0 if not feed else numbers.get(feed, -1)
            if number < 0:
                raise ValueError(f"realtime: {feed!r} is none of the timetables {', '.join(sorted(numbers))}")
            yield RealtimeReader(
                named(url),
                source_of(url, headers),
                schedules[number],
                self._foundation.area.scheduled.timetable,
                number,
            )


def _headers(told: str) -> dict[str, str]:
    """One header, ``Name: value``; raises ValueError."""
    if not told:
        return {}
    name, divided, value = told.partition(":")
    if not divided or not name.strip().isascii() or not value.strip():
        raise ValueError("realtime_header: is not of the kind Name: value")
    return {name.strip(): value.strip()}
