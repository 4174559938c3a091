"""GTFS-Realtime messages, read into the timetable's numbers."""

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import structlog
from timetable.live.alerts import Alert, read_alerts
from timetable.live.alerts import Concern as ToldConcern
from timetable.live.message import RealtimeError
from timetable.live.trip_updates import read_trip_updates
from timetable.live.vehicles import read_vehicles
from timetable.schedule import NONE, Schedule
from timetable.transit.compact import Timetable

from journeys.application.live import FOREVER, Concern, News, Notice
from journeys.application.realtime import SourceAway
from journeys.domain.journey import VehicleNow

LANGUAGES = ("de", "", "en")
"""In which a notice is told, the first there is; without a language it is the feed's own."""
LONGEST_NOTICE = 500

_log = structlog.get_logger(__name__)


class RealtimeReader:
    """Reads messages about one feed of a timetable.

    Parameters
    ----------
    fetch
        Brings the message as it is now; None where it is the one brought last. Raises SourceAway.
    schedule
        Brings the feed's schedule; asked once, with the first message.
    feed
        The feed's number in the timetable.
    """

    def __init__(
        self,
        name: str,
        fetch: Callable[[], bytes | None],
        schedule: Callable[[], Schedule],
        timetable: Timetable,
        feed: int,
    ) -> None:
        self._name = name
        self._fetch = fetch
        self._schedule = schedule
        self._timetable = timetable
        self._feed = feed

    @property
    def name(self) -> str:
        """See :class:`.Source`."""
        return self._name

    def news(self, now_s: float) -> News | None:
        """See :class:`.Source`."""
        data = self._fetch()
        return None if data is None else self.read(data, now_s)

    def read(self, data: bytes, now_s: float) -> News:
        """Read a message that was brought in any way; raises SourceAway."""
        schedule = self._schedule()
        try:
            overlay, told = read_trip_updates(data, schedule, now_s)
            alerts, told_of_alerts = read_alerts(data, schedule, now_s)
            vehicles, told_of_vehicles = read_vehicles(data, schedule, now_s)
        except RealtimeError as error:
            raise SourceAway(f"{self._name}: {error}") from None
        for about, found in (
            ("trips", told), ("alerts", told_of_alerts), ("vehicles", told_of_vehicles)
        ):  # fmt: skip
            if found.unused:
                _log.debug("realtime_not_used", source=self._name, about=about, reasons=dict(found.unused))
        first_trip = int(self._timetable.feeds.trip[self._feed])
        return News(
            self._feed,
            told.told_at_s or int(now_s),
            overlay,
            tuple(notice for alert in alerts if (notice := self._notice(alert, schedule)) is not None),
            {
                (at.run.trip + first_trip, at.run.day): VehicleNow(
                    at.lat, at.lon, at.at_s or int(now_s), at.label, at.occupancy
                )
                for at in vehicles
                if at.run is not None
            },
        )

    def _notice(self, alert: Alert, schedule: Schedule) -> Notice | None:
        text = _in_language(alert.header) or _in_language(alert.description)
        if not text:
            return None
        return Notice(
            text[:LONGEST_NOTICE],
            tuple((start or 0, FOREVER if end is None else end) for start, end in alert.periods),
            tuple(self._concern(concern, schedule) for concern in alert.concerns),
        )

    def _concern(self, told: ToldConcern, schedule: Schedule) -> Concern:
        feeds = self._timetable.feeds
        first_route, first_trip, first_stop = (
            int(first[self._feed]) for first in (feeds.route, feeds.trip, feeds.stop)
        )
        routes: frozenset[int] | None = None
        if told.route != NONE:
            routes = frozenset({told.route + first_route})
        elif told.agency_id:
            routes = frozenset(
                number + first_route
                for number, agency_id in enumerate(schedule.routes.agency_ids)
                if agency_id == told.agency_id
            )
        trips: frozenset[int] | None = None
        day: date | None = None
        if told.run is not None:
            trips, day = frozenset({told.run.trip + first_trip}), told.run.day
        elif NONE not in {told.direction, told.route}:
            there = (schedule.trips.route == told.route) & (schedule.trips.direction == told.direction)
            trips = frozenset((np.flatnonzero(there) + first_trip).tolist())
        stops: frozenset[int] | None = None
        if told.stop != NONE:
            stops = frozenset(self._timetable.platforms(told.stop + first_stop).tolist())
        return Concern(routes, told.route_type, stops, trips, day)


def _in_language(texts: Mapping[str, str]) -> str:
    for language in LANGUAGES:
        if texts.get(language):
            return texts[language]
    return next(iter(texts.values()), "")
