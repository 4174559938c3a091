"""Vehicles that others lend, from their GBFS: shown where they stand now, to be had there."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from timetable.gbfs.model import SharedFleet, Station, Vehicle, VehicleKind

from journeys.application.finding import OneMode
from journeys.application.question import Question
from journeys.application.ways import Ways
from journeys.domain.journey import Journey, Leg, Mode, SharedVehicle
from journeys.domain.places import Point

SOON_S = 1800
"""Where a vehicle stands now says nothing of later: it is shown to those who leave within this time."""
UNLOCKING_S = 180
FREE_NEAR_M = 1000.0
"""Where vehicles may be left anywhere, within an area that is not read here: near another one of them."""
NEAREST = 2
"""Vehicles that are looked at."""
FORM_FACTORS = {
    Mode.SHARED_CAR: frozenset({"car"}),
    Mode.SHARED_BICYCLE: frozenset({"bicycle", "cargo_bicycle"}),
}
_ROUND_TRIP, _ANYWHERE = "roundtrip_station", frozenset({"free_floating", "hybrid"})


@dataclass(frozen=True, slots=True)
class _Standing:
    """A vehicle that can be had, and where."""

    place: Point
    kind: VehicleKind
    booking_url: str
    range_m: float | None
    until_s: float | None


class LentVehicles(OneMode):
    """A finder, of one lender and one mode.

    Parameters
    ----------
    fleet
        What the lender tells; raises Unavailable where that is not known, or too old.
    ways
        Roads as these vehicles use them.
    """

    def __init__(self, fleet: Callable[[], SharedFleet], mode: Mode, walking: Ways, ways: Ways) -> None:
        super().__init__(mode)
        self._fleet = fleet
        self._walking = walking
        self._ways = ways

    def journeys(self, question: Question) -> Sequence[Journey]:
        """See :class:`.OneMode`."""
        travellers = question.travellers
        if travellers.wheelchairs or travellers.bicycles or question.begin_s > question.now_s + SOON_S:
            return []
        if self._mode is Mode.SHARED_BICYCLE and travellers.seated > 1:
            return []
        fleet = self._fleet()
        near = sorted(
            (
                standing
                for standing in self._standing(fleet)
                if standing.place.distance_m(question.start) <= question.max_walk_m
                and (standing.kind.seat_count or travellers.seated) >= travellers.seated
            ),
            key=lambda standing: standing.place.distance_m(question.start),
        )
        found = (self._by(standing, fleet, question) for standing in near[:NEAREST])
        return [journey for journey in found if journey is not None]

    def _standing(self, fleet: SharedFleet) -> Iterator[_Standing]:
        kinds = {kind.kind_id: kind for kind in fleet.kinds}
        stations = {station.station_id: station for station in fleet.stations}
        listed = set()
        for vehicle in fleet.vehicles:
            kind, place = kinds.get(vehicle.kind_id), _place(vehicle, stations)
            listed.add(vehicle.station_id)
            free = not vehicle.reserved and not vehicle.disabled
            if kind is None or place is None or not free or not self._is_wanted(kind):
                continue
            until_s = None if vehicle.available_until is None else vehicle.available_until.timestamp()
            yield _Standing(place, kind, vehicle.booking_url, vehicle.range_m, until_s)
        # Lenders with docks tell of places, not of vehicles; of several kinds nobody knows which is there.
        kind = fleet.kinds[0] if len(fleet.kinds) == 1 else None
        for station in fleet.stations:
            if kind is None or station.station_id in listed or not self._is_wanted(kind):
                continue
            if station.renting and station.available_count:
                yield _Standing(_at(station), kind, station.booking_url, None, None)

    def _is_wanted(self, kind: VehicleKind) -> bool:
        return kind.form_factor in FORM_FACTORS[self._mode]

    def _by(self, standing: _Standing, fleet: SharedFleet, question: Question) -> Journey | None:
        walk = self._walk(question.start, standing.place)
        if walk is None or walk.length_m > question.max_walk_m:
            return None
        place = _left(standing, fleet, question)
        drive = None if place is None else self._ways.leg(standing.place, place, 0)
        last = None if place is None else self._walk(place, question.goal)
        if place is None or drive is None or last is None or last.length_m > question.max_walk_m:
            return None
        drive_s = UNLOCKING_S + drive.arrive_s
        depart_s = question.begin_s
        if question.latest_s is not None:
            depart_s = question.latest_s - last.arrive_s - drive_s - walk.arrive_s
        if not question.begin_s <= depart_s <= question.now_s + SOON_S:
            return None
        begin_s = depart_s + walk.arrive_s
        arrive_s = begin_s + drive_s
        length_m, return_by_s = drive.length_m, None
        if standing.kind.return_to == _ROUND_TRIP:
            back = self._ways.leg(place, standing.place, 0)
            if back is None:
                return None
            return_by_s = arrive_s + question.stay_s + back.arrive_s
            length_m += back.length_m
        too_long = standing.until_s is not None and (return_by_s or arrive_s) > standing.until_s
        too_far = standing.range_m is not None and length_m > standing.range_m
        if too_long or too_far:
            return None
        system = fleet.system
        detail = SharedVehicle(
            system.name,
            system.operator,
            standing.booking_url or system.url,
            system.phone,
            ceil(fleet.told_at.timestamp()),
            return_by_s,
        )
        ride = Leg(self._mode, standing.place, place, begin_s, arrive_s, drive.length_m, drive.line, detail)
        legs = (walk.moved(depart_s), ride, last.moved(arrive_s))
        return Journey(tuple(leg for leg in legs if leg.length_m or leg is ride))

    def _walk(self, start: Point, end: Point) -> Leg | None:
        """On foot, from second 0 on; of no length from a place to itself."""
        if start == end:
            return Leg(Mode.WALK, start, end, 0, 0, 0)
        return self._walking.leg(start, end, 0)


def _left(standing: _Standing, fleet: SharedFleet, question: Question) -> Point | None:
    """Where the vehicle is left: at the goal, or at a place of its lender near it; None where nowhere."""
    goal = question.goal
    if standing.kind.return_to == _ROUND_TRIP:
        return goal
    if standing.kind.return_to in _ANYWHERE:
        stations = {station.station_id: station for station in fleet.stations}
        others = [_place(vehicle, stations) for vehicle in fleet.vehicles]
        if any(other is not None and other.distance_m(goal) <= FREE_NEAR_M for other in others):
            return goal
    near = [(goal.distance_m(_at(station)), _at(station)) for station in fleet.stations if station.returning]
    distance_m, place = min(near, key=lambda pair: pair[0], default=(question.max_walk_m + 1.0, goal))
    return place if distance_m <= question.max_walk_m else None


def _at(station: Station) -> Point:
    return Point(station.lat, station.lon, station.name)


def _place(vehicle: Vehicle, stations: dict[str, Station]) -> Point | None:
    station = stations.get(vehicle.station_id)
    if station is not None:
        return _at(station) if station.renting else None
    return None if vehicle.lat is None or vehicle.lon is None else Point(vehicle.lat, vehicle.lon)
