"""A ride by timetable told as a leg: with its stops, as it is now, and with what passengers should know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import numpy as np
from timetable.schedule import NONE
from timetable.transit.compact import Timetable
from timetable.transit.journeys import Leg as FoundLeg
from timetable.transit.window import day_start_s

from journeys.application.live import Live, RideNow, RunCalls
from journeys.domain.journey import Leg, Mode, PassedStop, Transit
from journeys.domain.places import Point

BUS = 3
"""GTFS's route type of what realtime added without saying more."""


@dataclass(frozen=True, slots=True)
class Words:
    """Platforms by stop, and names of agencies by line, in the timetable's numbers; a notice for all."""

    platforms: Mapping[int, str] = field(default_factory=dict)
    agencies: Mapping[int, str] = field(default_factory=dict)
    notice: str = ""


@dataclass(frozen=True, slots=True)
class _Call:
    """``stop`` with arrival and departure in Unix seconds."""

    stop: int
    arrive_s: int
    depart_s: int


class Telling:
    """Tells legs of one timetable."""

    def __init__(self, timetable: Timetable, words: Words) -> None:
        self._timetable = timetable
        self._words = words

    def stop_point(self, stop: int) -> Point:
        """A stop by its number."""
        lon, lat = self._timetable.shown_at
        names = self._timetable.names
        return Point(float(lat[stop]), float(lon[stop]), names.stop_names.at(stop), names.stop_ids.at(stop))

    def ride(self, leg: FoundLeg, live: Live) -> Leg:
        """A leg in a vehicle."""
        printed = self._printed(leg)
        run, begin_s = self._run(leg, live)
        passed = printed[1:-1] if run is None else _passed(leg, run, printed, begin_s)
        points = [
            self.stop_point(leg.from_stop),
            *(self.stop_point(call.stop) for call in passed),
            self.stop_point(leg.to_stop),
        ]
        length_m = round(sum(one.distance_m(other) for one, other in pairwise(points)))
        line = tuple((point.latitude_deg, point.longitude_deg) for point in points)
        transit = self._transit(leg, printed, passed, live, told=run is not None)
        return Leg(Mode.TRANSIT, points[0], points[-1], leg.depart_s, leg.arrive_s, length_m, line, transit)

    def _transit(
        self, leg: FoundLeg, printed: Sequence[_Call], passed: Sequence[_Call], live: Live, *, told: bool
    ) -> Transit:
        names, known = self._timetable.names, leg.route != NONE
        route_type = int(self._timetable.route_kind[leg.route]) if known else BUS
        stops = (leg.from_stop, leg.to_stop)
        now = RideNow(leg.route, route_type, leg.trip, leg.day, stops, leg.depart_s, leg.arrive_s)
        return Transit(
            route_id=names.route_ids.at(leg.route) if known else "",
            trip_id=names.trip_ids.at(leg.trip) if leg.trip != NONE else leg.added_trip_id or "",
            day=leg.day or date.min,
            line=names.route_names.at(leg.route) if known else "",
            headsign=names.headsigns.at(int(self._timetable.headsign[leg.trip])) if leg.trip != NONE else "",
            route_type=route_type,
            scheduled_depart_s=printed[0].depart_s,
            scheduled_arrive_s=printed[-1].arrive_s,
            real_time=told,
            stays_seated=leg.stays_seated,
            passed=tuple(self._passed_stop(call) for call in passed),
            alerts=(*live.notices.about(now), *filter(None, [self._words.notice])),
            agency=self._words.agencies.get(leg.route, ""),
            board_platform=self._words.platforms.get(leg.from_stop, ""),
            alight_platform=self._words.platforms.get(leg.to_stop, ""),
            vehicle=live.vehicles.get((leg.trip, leg.day)) if leg.day is not None else None,
        )

    def _passed_stop(self, call: _Call) -> PassedStop:
        names = self._timetable.names
        return PassedStop(
            names.stop_ids.at(call.stop), names.stop_names.at(call.stop), call.arrive_s, call.depart_s
        )

    def _run(self, leg: FoundLeg, live: Live) -> tuple[RunCalls | None, int]:
        """What is told of the run, and since when its times count."""
        if leg.day is None:
            return None, 0
        trip = leg.trip if leg.trip != NONE else 0
        begin_s = day_start_s(self._timetable.zones[int(self._timetable.trips.zone[trip])], leg.day)
        if leg.trip == NONE:
            return live.added.get(leg.added_trip_id or ""), begin_s
        return live.run(leg.trip, leg.day, leg.from_call, leg.depart_s - begin_s), begin_s

    def _printed(self, leg: FoundLeg) -> list[_Call]:
        """Calls from boarding to alighting by the printed timetable; of a run that is not in it both ends."""
        timetable, runs = self._timetable, self._timetable.runs
        if leg.trip == NONE or leg.day is None:
            return [
                _Call(leg.from_stop, leg.depart_s, leg.depart_s),
                _Call(leg.to_stop, leg.arrive_s, leg.arrive_s),
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
            _Call(
                int(stops[call]),
                begin_s + int(runs.arrival_s[times + call]),
                begin_s + int(runs.departure_s[times + call]),
            )
            for call in range(leg.from_call, leg.to_call + 1)
        ]


def _passed(leg: FoundLeg, run: RunCalls, printed: Sequence[_Call], begin_s: int) -> list[_Call]:
    """Calls between boarding and alighting as they are now, without those that are passed by."""
    found = []
    for call in range(leg.from_call + 1, leg.to_call):
        if run.served(call):
            found.append(
                _Call(
                    int(run.stop[call]),
                    begin_s + int(run.arrival_s[call]),
                    begin_s + int(run.departure_s[call]),
                )
            )
        elif run.unknown(call) and call - leg.from_call < len(printed) - 1:
            found.append(printed[call - leg.from_call])
    return found
