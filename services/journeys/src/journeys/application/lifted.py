"""The part of lifts: the whole way, to a station with a train behind it, or from one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import cos, radians

import numpy as np
from service_kit import errors
from timetable.transit.query import Reach

from journeys.application.finding import Found, Gap
from journeys.application.lift_matching import Match, Wish
from journeys.application.lift_riding import LiftRiding
from journeys.application.lift_roads import LiftRoads, Meeting
from journeys.application.ports import Span, Unavailable
from journeys.application.question import Period, Question
from journeys.application.scheduled import Scheduled
from journeys.application.stations import rail_stops
from journeys.application.ways import METRES_A_DEGREE, Ways
from journeys.domain.journey import Journey, Leg, LiftSeat, Mode, connected
from journeys.domain.lifts import MOST_SEATS
from journeys.domain.places import Point

MOST_WALKED_M = 1000
"""To where the driver stops, or from there."""
FARTHEST_STATION_M = 60_000.0
MOST_STATIONS, MOST_PLATFORMS = 8, 200
MOST_DIRECT, MOST_FEEDING = 5, 4
"""Lifts that are shown for the whole way; that are tried with trains behind or before them."""
CHANGE_S = 300
"""From the car to the platform, and back: longer than for what waits when one is late."""
LATEST_WAIT_S = 3600
"""So long after the search's period a lift from a station may still leave."""


class Lifted:
    """A finder.

    Parameters
    ----------
    walking
        Ways on foot to and from where drivers stop.
    """

    def __init__(self, riding: LiftRiding, roads: LiftRoads, scheduled: Scheduled, walking: Ways) -> None:
        self._riding = riding
        self._roads = roads
        self._scheduled = scheduled
        self._walking = walking
        self._rail = np.flatnonzero(rail_stops(scheduled.timetable))

    @property
    def modes(self) -> frozenset[Mode]:
        """See :class:`.Finder`."""
        return frozenset({Mode.LIFT})

    def find(self, question: Question) -> Found:
        """See :class:`.Finder`."""
        travellers = question.travellers
        if travellers.wheelchairs or travellers.bicycles or travellers.seated > MOST_SEATS:
            return Found()
        journeys: list[Journey] = []
        try:
            journeys += self._direct(question)
            if Mode.TRANSIT in question.modes:
                journeys += self._with_train_behind(question)
                journeys += self._with_train_before(question)
        except errors.Unavailable:
            message = "lifts could not be asked for (the database does not take part)"
            gaps: tuple[Gap, ...] = (Gap(Mode.LIFT, "LIFTS_UNAVAILABLE", message),)
        except Unavailable as error:
            gaps = (Gap(Mode.TRANSIT, error.reason, error.message),)
        else:
            gaps = ()
        return Found(tuple(each for each in journeys if _is_of(question, each)), gaps)

    def _direct(self, question: Question) -> Iterator[Journey]:
        wish = self._wish(question, self._near(question, question.start), self._near(question, question.goal))
        for match in self._matches(question, wish)[:MOST_DIRECT]:
            yield from self._joined(question.start, match, question.goal)

    def _with_train_behind(self, question: Question) -> Iterator[Journey]:
        stations = self._stations(question.start)
        wish = self._wish(
            question, self._near(question, question.start), [meeting for meeting, _ in stations]
        )
        egress = self._walks(question, question.goal)
        for lift in _each_lift(self._matches(question, wish))[:MOST_FEEDING]:
            leaves_s = min(match.pickup_s for match in lift)
            stops, seconds = [], []
            for match in lift:
                for stop in stations[match.dropoff.group][1]:
                    stops.append(stop)
                    seconds.append(match.dropoff_s + CHANGE_S - leaves_s)
            # The lift leaves once: whatever train is caught at its stations leaves after it is there.
            asked = replace(question, arrive_by=False, period=Period(leaves_s, leaves_s + 1))
            for part in self._scheduled.between(asked, Reach.of(stops, seconds), egress, None):
                match = next(it for it in lift if part.first_stop in stations[it.dropoff.group][1])
                last = self._walking.leg(self._stop(part.last_stop), question.goal, part.arrive_s)
                if last is not None:
                    ahead = self._joined(question.start, match, self._stop(part.first_stop))
                    yield from _in_order([*leg_of(ahead), *part.legs, last])

    def _with_train_before(self, question: Question) -> Iterator[Journey]:
        stations = self._stations(question.goal)
        wish = self._wish(question, [meeting for meeting, _ in stations], self._near(question, question.goal))
        access = self._walks(question, question.start)
        for lift in _each_lift(self._matches(question, wish))[:MOST_FEEDING]:
            there_s = max(match.dropoff_s for match in lift)
            stops, seconds = [], []
            for match in lift:
                for stop in stations[match.pickup.group][1]:
                    stops.append(stop)
                    seconds.append(there_s - match.pickup_s + CHANGE_S)
            asked = replace(
                question,
                arrive_by=True,
                period=Period(there_s, there_s + 1),
                now_s=question.begin_s,
            )
            for part in self._scheduled.between(asked, access, Reach.of(stops, seconds), None):
                match = next(it for it in lift if part.last_stop in stations[it.pickup.group][1])
                first = self._walking.leg(question.start, self._stop(part.first_stop), 0)
                if first is not None:
                    behind = self._joined(self._stop(part.last_stop), match, question.goal)
                    walk = first.moved(part.depart_s - first.arrive_s)
                    yield from _in_order([walk, *part.legs, *leg_of(behind)])

    def _matches(self, question: Question, wish: Wish | None) -> list[Match]:
        return [] if wish is None else self._riding.found(wish, question.claims)

    def _wish(
        self, question: Question, pickups: Sequence[Meeting], dropoffs: Sequence[Meeting]
    ) -> Wish | None:
        period = question.looked_at
        if question.arrive_by:
            leave: Span | None = Span(question.begin_s, period.end_s - 1)
        else:
            leave = Span(period.begin_s, period.end_s - 1 + LATEST_WAIT_S)
        leave = None if leave is None else self._riding.in_time(leave)
        if leave is None or not pickups or not dropoffs:
            return None
        return Wish(pickups, dropoffs, question.travellers.seated, leave, question.latest_s)

    def _near(self, question: Question, point: Point) -> list[Meeting]:
        return self._roads.meetings(point, min(question.max_walk_m, MOST_WALKED_M))

    def _stations(self, point: Point) -> list[tuple[Meeting, list[int]]]:
        """The nearest stations too far to walk to, with the numbers of their stops."""
        found: dict[str, tuple[Meeting, list[int]]] = {}
        for number in self._nearest_rail(point):
            stop = self._stop(number)
            if stop.label in found:
                found[stop.label][1].append(number)
            elif len(found) < MOST_STATIONS and point.distance_m(stop) > MOST_WALKED_M:
                meeting = self._roads.at(stop, len(found))
                if meeting is not None:
                    found[stop.label] = (meeting, [number])
        return list(found.values())

    def _nearest_rail(self, point: Point) -> list[int]:
        """Stops of trains, the nearest first."""
        scheduled = self._scheduled
        north = scheduled.latitude_deg[self._rail] - point.latitude_deg
        east = (scheduled.longitude_deg[self._rail] - point.longitude_deg) * cos(radians(point.latitude_deg))
        away_m = METRES_A_DEGREE * np.hypot(north, east)
        order = np.argsort(away_m, kind="stable")[:MOST_PLATFORMS]
        return [int(self._rail[at]) for at in order if away_m[at] <= FARTHEST_STATION_M]

    def _stop(self, number: int) -> Point:
        return self._scheduled.stop_point(number)

    def _walks(self, question: Question, point: Point) -> Reach:
        stops, seconds, _ = self._walking.to_stops(point, float(question.max_walk_m))
        return Reach.of(stops, seconds)

    def _joined(self, start: Point, match: Match, goal: Point) -> Iterator[Journey]:
        """The lift with the walks to and from where the driver stops."""
        pickup, dropoff = match.pickup.point, match.dropoff.point
        first = self._walking.leg(start, pickup, 0)
        last = self._walking.leg(dropoff, goal, match.dropoff_s)
        way = self._roads.way(pickup, dropoff)
        if first is None or last is None or way is None:
            return
        length_m, line = way
        seat = LiftSeat(match.going.lift.id, match.going.day, match.detour_s)
        ride = Leg(Mode.LIFT, pickup, dropoff, match.pickup_s, match.dropoff_s, length_m, line, seat)
        yield from _in_order([first.moved(match.pickup_s - first.arrive_s), ride, last])


def _is_of(question: Question, journey: Journey) -> bool:
    """Whether it belongs to the period that is looked at, and not to the next one."""
    begin_s, end_s = question.looked_at
    return begin_s <= (journey.arrive_s if question.arrive_by else journey.depart_s) < end_s


def _each_lift(matches: Iterable[Match]) -> list[list[Match]]:
    """Matches of one lift on one day together, the least detour first."""
    found: dict[str, list[Match]] = {}
    for match in matches:
        found.setdefault(match.going.id, []).append(match)
    return list(found.values())


def leg_of(journeys: Iterable[Journey]) -> list[Leg]:
    """All legs of journeys, in order."""
    return [leg for journey in journeys for leg in journey.legs]


def _in_order(legs: Sequence[Leg]) -> Iterator[Journey]:
    """A journey of these legs, if they follow one another in time."""
    try:
        yield Journey(connected(legs))
    except ValueError:
        # A walk takes longer on the map than the search was told.
        return
