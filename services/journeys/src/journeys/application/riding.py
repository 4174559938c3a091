"""Park and ride, bike and ride: the own car or bicycle to a station, and on by train."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import floor

import numpy as np
import numpy.typing as npt
from timetable.transit.query import Reach

from journeys.application.finding import OneMode
from journeys.application.question import Question
from journeys.application.scheduled import Between, Scheduled
from journeys.application.stations import rail_stops
from journeys.application.ways import Ways
from journeys.domain.journey import Journey, Mode
from journeys.domain.places import Point

FARTHEST_BY_CAR_M, FARTHEST_BY_BICYCLE_M = 40_000.0, 12_000.0
PARKING_S, LOCKING_S = 240, 120
"""From the wheel, or the saddle, to the feet."""
NEAR_M = 500.0
"""So far from a station a car is left at most."""
MOST_STATIONS = 25
"""Stations that are tried, the nearest ones by road."""


@dataclass(frozen=True, slots=True)
class CarPark:
    """Where everybody may leave a car."""

    place: Point


class ToStation(OneMode):
    """A finder: to a station under one's own power, and on by timetable; on foot at the other end.

    Parameters
    ----------
    left_at
        Where, for a station, one leaves what one came with; None where one cannot.
    leaving_s
        How long it takes from there to the train, at least.
    """

    def __init__(
        self,
        own: Ways,
        walking: Ways,
        scheduled: Scheduled,
        *,
        left_at: Callable[[Point], Point | None],
        leaving_s: int,
        most_m: float,
    ) -> None:
        super().__init__(own.mode)
        self._own = own
        self._walking = walking
        self._scheduled = scheduled
        self._left_at = left_at
        self._leaving_s = leaving_s
        self._most_m = most_m
        self._stations = _stations(scheduled, left_at)

    def journeys(self, question: Question) -> Sequence[Journey]:
        """See :class:`.OneMode`: journeys by train, where what one came with stays at the first station."""
        if Mode.TRANSIT not in question.modes or question.travellers.wheelchairs:
            return []
        stops, seconds, metres = self._own.to_stops(question.start, self._most_m)
        chosen = np.flatnonzero(self._stations[stops])
        # What can be walked is not driven.
        chosen = chosen[metres[chosen] > question.max_walk_m / 2]
        chosen = chosen[np.argsort(metres[chosen], kind="stable")][:MOST_STATIONS]
        access = Reach(stops[chosen], (seconds[chosen] + self._leaving_s).astype(np.int32))
        egress_stops, egress_s, _ = self._walking.to_stops(question.goal, float(question.max_walk_m))
        parts = self._scheduled.between(question, access, Reach.of(egress_stops, egress_s), None)
        return list(self._joined(question, parts))

    def _joined(self, question: Question, parts: list[Between]) -> Iterator[Journey]:
        for part in parts:
            station = self._scheduled.stop_point(part.first_stop)
            place = self._left_at(station)
            if place is None:
                continue
            ride = self._own.leg(question.start, place, 0)
            walk = self._walking.leg(place, station, 0)
            last = self._walking.leg(self._scheduled.stop_point(part.last_stop), question.goal, part.arrive_s)
            if ride is None or walk is None or last is None or last.length_m > question.max_walk_m:
                continue
            walk_s = walk.arrive_s - walk.depart_s
            there_s = part.depart_s - max(self._leaving_s, walk_s + LOCKING_S)
            legs = (ride.moved(there_s - ride.arrive_s), walk.moved(part.depart_s - walk.arrive_s))
            drawn = [leg for leg in (*legs, *part.legs, last) if leg.length_m or leg.mode is not Mode.WALK]
            yield Journey(tuple(drawn))


def park_and_ride(driving: Ways, walking: Ways, scheduled: Scheduled, parks: Sequence[CarPark]) -> ToStation:
    """By the own car to a station with a car park."""
    return ToStation(
        driving,
        walking,
        scheduled,
        left_at=_nearest(parks),
        leaving_s=PARKING_S,
        most_m=FARTHEST_BY_CAR_M,
    )


def bike_and_ride(cycling: Ways, walking: Ways, scheduled: Scheduled) -> ToStation:
    """By the own bicycle to a station, where it is locked."""
    return ToStation(
        cycling,
        walking,
        scheduled,
        left_at=lambda station: station,
        leaving_s=LOCKING_S,
        most_m=FARTHEST_BY_BICYCLE_M,
    )


def _nearest(parks: Sequence[CarPark]) -> Callable[[Point], Point | None]:
    """For a station: the car park that is nearest to it, None where there is none near enough."""
    cells: dict[tuple[int, int], list[Point]] = defaultdict(list)
    for park in parks:
        cells[_cell(park.place)].append(park.place)

    def left_at(station: Point) -> Point | None:
        row, column = _cell(station)
        around = product((row - 1, row, row + 1), (column - 1, column, column + 1))
        near = [(station.distance_m(place), place) for cell in around for place in cells.get(cell, ())]
        distance_m, place = min(near, key=lambda pair: pair[0], default=(NEAR_M + 1, station))
        return place if distance_m <= NEAR_M else None

    return left_at


def _cell(point: Point) -> tuple[int, int]:
    """Cells of two hundredths of a degree are wider than ``NEAR_M`` everywhere that trains go."""
    return floor(point.latitude_deg * 50), floor(point.longitude_deg * 50)


def _stations(scheduled: Scheduled, left_at: Callable[[Point], Point | None]) -> npt.NDArray[np.bool_]:
    """(stop_count,) where trains call, and one can leave what one came with."""
    found = rail_stops(scheduled.timetable)
    for stop in np.flatnonzero(found).tolist():
        found[stop] = left_at(scheduled.stop_point(stop)) is not None
    return found
