"""Journeys by timetable, from and to stops that are reached in any way; told as legs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from timetable.schedule import NONE
from timetable.transit.compact import Timetable
from timetable.transit.journeys import Journey as Found
from timetable.transit.journeys import Leg as FoundLeg
from timetable.transit.journeys import LegKind
from timetable.transit.query import Query, Reach
from timetable.transit.search import TransitSearch
from timetable.transit.window import Filter, day_start_s

from journeys.application.question import SEARCH_RANGE_S, Question
from journeys.domain.journey import Leg, Mode, PassedStop, Transit
from journeys.domain.places import Point

BUS = 3
"""GTFS's route type of what realtime added without saying more."""


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


class Scheduled:
    """The timetable as the journey search sees it."""

    def __init__(self, search: TransitSearch) -> None:
        self._search = search
        self.timetable: Timetable = search.timetable
        stops = self.timetable.stops
        self.latitude_deg = np.asarray(stops.lat, dtype=np.float64)
        self.longitude_deg = np.asarray(stops.lon, dtype=np.float64)

    def stop_point(self, stop: int) -> Point:
        """A stop by its number."""
        names = self.timetable.names
        return Point(
            float(self.latitude_deg[stop]),
            float(self.longitude_deg[stop]),
            names.stop_names.at(stop),
            names.stop_ids.at(stop),
        )

    def between(
        self, question: Question, access: Reach, egress: Reach, direct_s: int | None
    ) -> list[Between]:
        """What is worth taking, within the range that is compared."""
        if not len(access.stop) or not len(egress.stop):
            return []
        needs = Filter(wheelchair=question.travellers.wheelchairs > 0, bike=question.travellers.bicycles > 0)
        query = Query(question.at_s, access, egress, needs, direct_s)
        if question.arrive_by:
            found = self._search.arriving_within(query, SEARCH_RANGE_S)
        else:
            found = self._search.departing_within(query, SEARCH_RANGE_S)
        return [self._told(journey) for journey in found if journey.depart_s >= question.begin_s]

    def _told(self, journey: Found) -> Between:
        access, *middle, egress = journey.legs
        return Between(
            middle[0].from_stop,
            middle[-1].to_stop,
            tuple(
                self._leg(leg) for leg in middle if leg.kind is LegKind.RIDE or leg.from_stop != leg.to_stop
            ),
            access.arrive_s - access.depart_s,
            egress.arrive_s - egress.depart_s,
        )

    def _leg(self, leg: FoundLeg) -> Leg:
        start, end = self.stop_point(leg.from_stop), self.stop_point(leg.to_stop)
        if leg.kind is not LegKind.RIDE:
            return Leg(
                Mode.WALK,
                start,
                end,
                leg.depart_s,
                leg.arrive_s,
                round(start.distance_m(end)),
                _line((start, end)),
            )
        calls = self._calls(leg)
        passed = tuple(
            PassedStop(point.stop_id, point.label, arrive_s, depart_s)
            for point, arrive_s, depart_s in calls[1:-1]
        )
        points = [start, *(point for point, _, _ in calls[1:-1]), end]
        length_m = round(sum(one.distance_m(other) for one, other in pairwise(points)))
        transit = self._transit(leg, passed, calls[0][2], calls[-1][1])
        return Leg(Mode.TRANSIT, start, end, leg.depart_s, leg.arrive_s, length_m, _line(points), transit)

    def _transit(
        self, leg: FoundLeg, passed: tuple[PassedStop, ...], scheduled_depart_s: int, scheduled_arrive_s: int
    ) -> Transit:
        names = self.timetable.names
        return Transit(
            route_id=names.route_ids.at(leg.route) if leg.route != NONE else "",
            trip_id=names.trip_ids.at(leg.trip) if leg.trip != NONE else leg.added_trip_id or "",
            day=leg.day or date.min,
            line=names.route_names.at(leg.route) if leg.route != NONE else "",
            headsign=names.headsigns.at(int(self.timetable.headsign[leg.trip])) if leg.trip != NONE else "",
            route_type=int(self.timetable.route_kind[leg.route]) if leg.route != NONE else BUS,
            scheduled_depart_s=scheduled_depart_s,
            scheduled_arrive_s=scheduled_arrive_s,
            real_time=(leg.depart_s, leg.arrive_s) != (scheduled_depart_s, scheduled_arrive_s),
            passed=passed,
        )

    def _calls(self, leg: FoundLeg) -> list[tuple[Point, int, int]]:
        """Stops from boarding to alighting with arrivals and departures by the printed timetable."""
        timetable, runs = self.timetable, self.timetable.runs
        if leg.trip == NONE or leg.day is None:
            return [
                (self.stop_point(leg.from_stop), leg.depart_s, leg.depart_s),
                (self.stop_point(leg.to_stop), leg.arrive_s, leg.arrive_s),
            ]
        begin_s = day_start_s(timetable.zones[int(timetable.trips.zone[leg.trip])], leg.day)
        # A trip that goes every ten minutes has a run for each time: the one that was found is the nearest.
        of_trip = timetable.trips.run[
            timetable.trips.run_first[leg.trip] : timetable.trips.run_first[leg.trip + 1]
        ]
        boarded = runs.departure_s[runs.times_first[of_trip] + leg.from_call] + begin_s
        run = int(of_trip[np.argmin(np.abs(boarded - leg.depart_s))])
        pattern = int(np.searchsorted(timetable.patterns.run_first, run, side="right")) - 1
        stops = timetable.patterns.stop[timetable.patterns.first[pattern] :]
        times = int(runs.times_first[run])
        return [
            (
                self.stop_point(int(stops[call])),
                begin_s + int(runs.arrival_s[times + call]),
                begin_s + int(runs.departure_s[times + call]),
            )
            for call in range(leg.from_call, leg.to_call + 1)
        ]


def _line(points: Sequence[Point]) -> tuple[tuple[float, float], ...]:
    return tuple((point.latitude_deg, point.longitude_deg) for point in points)
