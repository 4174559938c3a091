"""Journeys by timetable, from and to stops that are reached in any way; told as legs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from timetable.schedule import NONE
from timetable.transit.compact import Timetable
from timetable.transit.journeys import Journey as Found
from timetable.transit.journeys import Leg as FoundLeg
from timetable.transit.journeys import LegKind
from timetable.transit.query import Query, QueryError, Reach
from timetable.transit.search import TransitSearch
from timetable.transit.window import Filter

from journeys.application.live import Live, News, live_of
from journeys.application.ports import Unavailable
from journeys.application.question import Question
from journeys.application.telling import Telling, Words
from journeys.domain.journey import Leg, Mode
from journeys.domain.places import Point


@dataclass(frozen=True, slots=True)
class Between:
    """The part of a journey from the first stop to the last: rides, and walks between them.

    ``access_s`` and ``egress_s`` are what the search was told that the ways to and from them take.
    """

    first_stop: int
    last_stop: int
    legs: tuple[Leg, ...]
    access_s: int
    egress_s: int

    @property
    def depart_s(self) -> int:
        return self.legs[0].depart_s

    @property
    def arrive_s(self) -> int:
        return self.legs[-1].arrive_s


class NotCovered(Unavailable):
    """The timetable has not got the days that are asked about."""

    def __init__(self, days: str) -> None:
        super().__init__("TIMETABLE_DOES_NOT_COVER", days)


class Scheduled:
    """The timetable as the journey search sees it, with what is different from it now.

    Attributes
    ----------
    live
        What is different, as far as anybody told; replaced as a whole by :meth:`lay`.
    """

    def __init__(self, search: TransitSearch, words: Words | None = None) -> None:
        self._search = search
        self._telling = Telling(search.timetable, words or Words())
        self.live = Live()
        self.timetable: Timetable = search.timetable
        stops = self.timetable.stops
        self.latitude_deg = np.asarray(stops.lat, dtype=np.float64)
        self.longitude_deg = np.asarray(stops.lon, dtype=np.float64)

    def lay(self, news: Sequence[News], silent: Sequence[str]) -> int:
        """Have what sources tell count from now on, and nothing else; ``silent`` are those not heard of.

        Returns
        -------
        int
            Of how many runs they tell that no timetable knows.

        Raises
        ------
        ValueError
            Where what they tell is none of the timetable's; nothing is changed then.
        """
        feeds = self.timetable.feeds
        live = live_of(news, feeds.trip.tolist(), feeds.stop.tolist(), silent)
        strangers = self._search.lay([(told.feed, told.overlay) for told in news])
        self.live = live
        return strangers

    def warm_up(self) -> None:
        """Ask once for nobody, so that the first who asks does not wait for kernels to be compiled."""
        self._search.warm_up()

    def _days(self) -> str:
        first = self.timetable.first_day
        last = first + timedelta(self.timetable.runs_on.shape[1] - 1)
        return f"the timetable holds the days from {first.isoformat()} to {last.isoformat()}"

    def stop(self, stop_id: str) -> Point | None:
        """A stop by its id; None where there is none that has a place."""
        number = self.timetable.stop_index.get(stop_id, NONE)
        if number == NONE or np.isnan(self.latitude_deg[number]):
            return None
        return self.stop_point(number)

    def stop_point(self, stop: int) -> Point:
        """A stop by its number."""
        return self._telling.stop_point(stop)

    def between(
        self, question: Question, access: Reach, egress: Reach, direct_s: int | None
    ) -> list[Between]:
        """What is worth taking, within the period that is looked at; raises Unavailable."""
        if not len(access.stop) or not len(egress.stop):
            return []
        needs = Filter(wheelchair=question.travellers.wheelchairs > 0, bike=question.travellers.bicycles > 0)
        begin_s, end_s = question.looked_at
        range_s = end_s - begin_s - 1
        at_s = end_s - 1 if question.arrive_by else begin_s
        query = Query(at_s, access, egress, needs, direct_s)
        try:
            if question.arrive_by:
                found = self._search.arriving_within(query, range_s)
            else:
                found = self._search.departing_within(query, range_s)
        except QueryError as error:
            raise NotCovered(self._days()) from error
        live = self.live
        return [self._told(journey, live) for journey in found if journey.depart_s >= question.begin_s]

    def _told(self, journey: Found, live: Live) -> Between:
        access, *middle, egress = journey.legs
        return Between(
            middle[0].from_stop,
            middle[-1].to_stop,
            tuple(
                self._leg(leg, live)
                for leg in middle
                if leg.kind is LegKind.RIDE or leg.from_stop != leg.to_stop
            ),
            access.arrive_s - access.depart_s,
            egress.arrive_s - egress.depart_s,
        )

    def _leg(self, leg: FoundLeg, live: Live) -> Leg:
        if leg.kind is LegKind.RIDE:
            return self._telling.ride(leg, live)
        start, end = self.stop_point(leg.from_stop), self.stop_point(leg.to_stop)
        line = tuple((point.latitude_deg, point.longitude_deg) for point in (start, end))
        return Leg(Mode.WALK, start, end, leg.depart_s, leg.arrive_s, round(start.distance_m(end)), line)
