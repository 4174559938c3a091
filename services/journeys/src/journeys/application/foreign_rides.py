"""Rides on demand of others, from their GTFS-Flex feeds: shown with how they are asked for.

They are never booked here. When such a ride comes nobody here knows: its times are guessed from the way by
car.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

import numpy as np
from timetable.on_demand.asking import Covering, services_covering
from timetable.on_demand.reading import ForeignServices, MeetingPoint
from timetable.transit.query import Reach

from journeys.application.finding import OneMode
from journeys.application.pooled import CHANGE_S, FARTHEST_M, GUESSED_RIDE
from journeys.application.question import Question
from journeys.application.scheduled import Between, Scheduled
from journeys.application.stations import rail_stops
from journeys.application.ways import Ways
from journeys.domain.journey import ForeignRide, Journey, Leg, Mode, connected
from journeys.domain.places import Point

MOST_STATIONS = 15
"""Stations that are tried, the nearest ones by road."""
TRY_EVERY_S = 1800
GUESSED_WAIT_S = 600


@dataclass(frozen=True, slots=True)
class _Ride:
    """A ride with the walks to where it begins and from where it ends."""

    legs: tuple[Leg, ...]

    @property
    def depart_s(self) -> int:
        return self.legs[0].depart_s

    @property
    def arrive_s(self) -> int:
        return self.legs[-1].arrive_s


class ForeignRides(OneMode):
    """A finder, of one feed.

    Parameters
    ----------
    services
        What the feed holds now; raises Unavailable where it cannot be used.
    """

    def __init__(
        self, services: Callable[[], ForeignServices], scheduled: Scheduled, walking: Ways, driving: Ways
    ) -> None:
        super().__init__(Mode.FOREIGN_ON_DEMAND)
        self._services = services
        self._scheduled = scheduled
        self._walking = walking
        self._driving = driving
        self._stations = rail_stops(scheduled.timetable)

    def journeys(self, question: Question) -> Sequence[Journey]:
        """See :class:`.OneMode`: from door to door, and to or from trains."""
        services = self._services()
        if question.travellers.wheelchairs or question.travellers.bicycles:
            # No feed says who takes them.
            return []
        found = list(self._direct(services, question))
        if Mode.TRANSIT in question.modes:
            # Who is brought all the way needs no train that takes longer.
            direct_s = min((each.arrive_s - each.depart_s for each in found), default=None)
            found += self._to_trains(services, question, direct_s)
            found += self._from_trains(services, question, direct_s)
        return found

    def _direct(self, services: ForeignServices, question: Question) -> Iterator[Journey]:
        period = question.looked_at
        ends = (question.start, question.goal)
        if question.arrive_by:
            way_s = self._ride_s(*ends)
            if way_s is None:
                return
            first_s = max(question.begin_s, period.begin_s - way_s)
            tried = range(period.end_s - 1 - way_s, first_s - 1, -TRY_EVERY_S)
        else:
            tried = range(period.begin_s, period.end_s, TRY_EVERY_S)
        for at_s in tried:
            ride = self._ride(services, question, ends, at_s)
            late = question.latest_s is not None and ride is not None and ride.arrive_s > question.latest_s
            if ride is not None and not late:
                yield Journey(connected(ride.legs))
                return

    def _to_trains(
        self, services: ForeignServices, question: Question, direct_s: int | None
    ) -> Iterator[Journey]:
        access = self._reach(services, question, question.start, to_trains=True)
        egress_stops, egress_s, _ = self._walking.to_stops(question.goal, float(question.max_walk_m))
        egress = Reach.of(egress_stops, egress_s)
        for part in self._scheduled.between(question, access, egress, direct_s):
            station = self._scheduled.stop_point(part.first_stop)
            way_s = self._ride_s(question.start, station)
            last = self._walk(self._scheduled.stop_point(part.last_stop), question.goal, question)
            if way_s is None or last is None:
                continue
            at_s = part.depart_s - CHANGE_S - way_s
            ride = self._ride(services, question, (question.start, station), at_s)
            if ride is not None and ride.arrive_s <= part.depart_s:
                yield Journey(connected([*ride.legs, *part.legs, last.moved(part.arrive_s)]))

    def _from_trains(
        self, services: ForeignServices, question: Question, direct_s: int | None
    ) -> Iterator[Journey]:
        egress = self._reach(services, question, question.goal, to_trains=False)
        access_stops, access_s, _ = self._walking.to_stops(question.start, float(question.max_walk_m))
        access = Reach.of(access_stops, access_s)
        for part in self._scheduled.between(question, access, egress, direct_s):
            first = self._walk(question.start, self._scheduled.stop_point(part.first_stop), question)
            station = self._scheduled.stop_point(part.last_stop)
            ride = self._ride(services, question, (station, question.goal), part.arrive_s + CHANGE_S)
            if ride is not None and first is not None:
                yield self._joined(first, part, ride)

    def _joined(self, first: Leg, part: Between, ride: _Ride) -> Journey:
        return Journey(connected([first.moved(part.depart_s - first.arrive_s), *part.legs, *ride.legs]))

    def _reach(
        self, services: ForeignServices, question: Question, point: Point, *, to_trains: bool
    ) -> Reach:
        """Stations that the services join to one end, with guessed seconds."""
        stops, seconds, metres = self._driving.to_stops(point, FARTHEST_M)
        # What can be walked is not driven.
        worth = np.flatnonzero(self._stations[stops] & (metres > question.max_walk_m / 2))
        worth = worth[np.argsort(metres[worth], kind="stable")][:MOST_STATIONS]
        period = question.looked_at
        asked = [_instant(at_s) for at_s in (period.begin_s, period.end_s)]

        def joined(stop: int) -> bool:
            station = self._scheduled.stop_point(stop)
            ends = (point, station) if to_trains else (station, point)
            start, end = _lat_lon(ends[0]), _lat_lon(ends[1])
            return any(services_covering(services, start, end, at) for at in asked)

        kept = np.array([at for at in worth.tolist() if joined(int(stops[at]))], dtype=np.int64)
        guessed = (seconds[kept] * GUESSED_RIDE + GUESSED_WAIT_S + CHANGE_S).astype(np.int32)
        return Reach(stops[kept], guessed)

    def _ride_s(self, start: Point, end: Point) -> int | None:
        way = self._driving.leg(start, end, 0)
        return None if way is None else ceil(way.arrive_s * GUESSED_RIDE)

    def _ride(
        self, services: ForeignServices, question: Question, ends: tuple[Point, Point], at_s: int
    ) -> _Ride | None:
        """A ride that begins about then and can still be asked for; None where there is none."""
        now, start, end = _instant(question.now_s), *ends
        if at_s < question.begin_s:
            return None
        for covering in services_covering(services, _lat_lon(start), _lat_lon(end), _instant(at_s)):
            pickup, dropoff = (
                _met(covering.pickup_at, start),
                _met(covering.dropoff_at, end),
            )
            walk, walk_after = self._walk(start, pickup, question), self._walk(dropoff, end, question)
            way = self._driving.leg(pickup, dropoff, 0)
            if walk is None or walk_after is None or way is None or not covering.can_be_booked(now):
                continue
            picked_up_s = at_s + walk.arrive_s
            set_down_s = picked_up_s + ceil(way.arrive_s * GUESSED_RIDE)
            ride = Leg(
                Mode.FOREIGN_ON_DEMAND,
                pickup,
                dropoff,
                picked_up_s,
                set_down_s,
                way.length_m,
                way.line,
                _told(covering, picked_up_s),
            )
            return _Ride((walk.moved(at_s), ride, walk_after.moved(set_down_s)))
        return None

    def _walk(self, start: Point, end: Point, question: Question) -> Leg | None:
        """On foot, from second 0 on; of no length from a place to itself, None where it is too far."""
        if (start.latitude_deg, start.longitude_deg) == (end.latitude_deg, end.longitude_deg):
            return Leg(Mode.WALK, start, end, 0, 0, 0)
        leg = self._walking.leg(start, end, 0)
        return None if leg is None or leg.length_m > question.max_walk_m else leg


def _told(covering: Covering, pickup_s: int) -> ForeignRide:
    rule = covering.rule
    return ForeignRide(
        covering.route_name,
        covering.agency_name,
        covering.phone,
        "" if rule is None else rule.booking_url or rule.info_url,
        min(round(covering.book_by.timestamp()), pickup_s),
        "" if rule is None else rule.message,
    )


def _met(meeting: MeetingPoint | None, place: Point) -> Point:
    return place if meeting is None else Point(meeting.lat, meeting.lon, meeting.name)


def _lat_lon(point: Point) -> tuple[float, float]:
    return point.latitude_deg, point.longitude_deg


def _instant(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
