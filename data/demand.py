"""A day of ride requests: invented people, drawn between real places and, for some, real trains.

Everything comes from one seed, so the day is the same wherever it is made.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import shapely
from routing_core.roads.errors import NoRoadNearby
from routing_core.roads.network import RoadNetwork

from data.places import TOWN_PARTS, Places, Settlement, Spot
from data.supply import ZONES
from data.trains import TrainCall

SEED = 20210615
SNAP_LIMIT_M = 150.0
SHORTEST_TRIP_M = 1500.0
RURAL_SHARE = 0.8
"""Of homes; the others are in town."""
BURG_STARGARD_SHARE = 0.3
"""Of destinations, where the zone holds it."""
STRAY_COUNT = 5
"""Rides no single zone covers: an honest day has some."""

COUNTS: Mapping[str, int] = {
    "apprentice": 12,
    "commuter": 42,
    "pupil": 34,
    "shopper": 34,
    "doctor": 24,
    "wheelchair": 16,
    "evening": 24,
    "train": 26,
}
"""Outward rides by kind; ``RETURN_SHARE`` of them ride back as well (trains and evenings: one way)."""

RETURN_SHARE: Mapping[str, float] = {
    "apprentice": 0.5,
    "commuter": 0.55,
    "pupil": 0.6,
    "shopper": 0.6,
    "doctor": 0.6,
    "wheelchair": 0.6,
    "evening": 0.0,
    "train": 0.0,
}

MINUTE, HOUR = 60, 3600
DAY = 24 * HOUR

EARLIEST_BEFORE_S, LATEST_BEFORE_S = 35 * MINUTE, 5 * MINUTE
"""How long before an appointment people want to arrive."""


class Span(NamedTuple):
    """Seconds since midnight of the service date."""

    earliest_s: int
    latest_s: int


@dataclass(frozen=True, slots=True)
class Ride:
    """One request; exactly one of the windows is given. ``call_s`` may be on the day before (negative)."""

    kind: str
    call_s: int
    pickup: Spot
    dropoff: Spot
    pickup_window: Span | None
    dropoff_window: Span | None
    seated_count: int
    wheelchair_count: int
    max_walk_m: int


class _Habit(NamedTuple):
    """How people of a kind travel: what for, how far they walk, how long they stay, how big the party is."""

    purpose: str
    max_walk_m: tuple[int, ...]
    stay_minutes: tuple[int, int]
    seated: tuple[int, ...]


_HABITS: Mapping[str, _Habit] = {
    "apprentice": _Habit("bakery", (300, 500), (480, 510), (1,)),
    "commuter": _Habit("work", (300, 500), (480, 570), (1,)),
    "pupil": _Habit("school", (400, 600), (330, 450), (1, 1, 1, 2)),
    "shopper": _Habit("shop", (150, 250, 400), (60, 120), (1, 1, 2)),
    "doctor": _Habit("doctor", (0, 150, 300), (60, 120), (1, 1, 1, 2)),
    "wheelchair": _Habit("doctor", (0,), (75, 150), (0, 0, 1)),
    "evening": _Habit("evening", (200, 400), (0, 0), (1, 2, 2, 3)),
    "train": _Habit("", (200, 400), (0, 0), (1, 1, 2)),
}


def draw_rides(
    places: Places, trains: Sequence[TrainCall], stations: Mapping[str, Spot], network: RoadNetwork
) -> list[Ride]:
    """All requests of the day, in the order people call.

    Parameters
    ----------
    stations
        Where the stations named by ``trains`` are.
    """
    return _Draw(places, trains, stations, network).rides()


class _Draw:
    def __init__(
        self,
        places: Places,
        trains: Sequence[TrainCall],
        stations: Mapping[str, Spot],
        network: RoadNetwork,
    ) -> None:
        self._random = random.Random(SEED)
        self._network = network
        self._trains = trains
        self._stations = stations
        self._destinations = {
            purpose: [spot for spot in spots if self._on_road(spot)]
            for purpose, spots in places.by_purpose.items()
        }
        inhabited = [settlement for settlement in places.settlements if settlement.homes]
        self._areas = {zone.id: shapely.Polygon(zone.ring) for zone in ZONES}
        self._rural = {
            zone: [
                place for place in inhabited if place.kind not in TOWN_PARTS and self._in(zone, place.centre)
            ]
            for zone in self._areas
        }
        self._urban = {
            zone: [place for place in inhabited if place.kind in TOWN_PARTS and self._in(zone, place.centre)]
            for zone in self._areas
        }
        self._stargard = next(place.centre for place in inhabited if place.centre.name == "Burg Stargard")

    def rides(self) -> list[Ride]:
        rides: list[Ride] = []
        for kind, count in COUNTS.items():
            for index in range(count):
                zone = list(self._areas)[index % len(self._areas)]
                if kind == "train":
                    rides.append(self._train_ride(zone))
                elif kind == "evening":
                    rides.append(self._evening_ride(zone))
                else:
                    rides.extend(self._errand(kind, zone))
        rides.extend(self._stray_ride() for _ in range(STRAY_COUNT))
        return sorted(rides, key=lambda ride: (ride.call_s, ride.pickup.osm_id, ride.dropoff.osm_id))

    def _errand(self, kind: str, zone: str) -> list[Ride]:
        """Out to an appointment, and perhaps back."""
        habit = _HABITS[kind]
        home, there = self._ends(zone, habit.purpose)
        begin_s = self._begin_s(kind)
        party = self._party(kind)
        if kind == "shopper":
            pickup_window = Span(begin_s, begin_s + 30 * MINUTE)
            out = Ride(kind, self._call_s(kind, begin_s), home, there, pickup_window, None, *party)
        else:
            dropoff_window = Span(begin_s - EARLIEST_BEFORE_S, begin_s - LATEST_BEFORE_S)
            call_s = self._call_s(kind, dropoff_window.earliest_s - 30 * MINUTE)
            out = Ride(kind, call_s, home, there, None, dropoff_window, *party)
        rides = [out]
        if self._random.random() < RETURN_SHARE[kind]:
            leave_s = begin_s + self._random.randrange(*habit.stay_minutes, 5) * MINUTE
            window = Span(leave_s, leave_s + 30 * MINUTE)
            # Who knows the way back orders it together with the way out, the others when they are done.
            call_s = out.call_s if out.call_s < 0 else max(out.call_s, leave_s - 45 * MINUTE)
            rides.append(Ride(kind, call_s, there, home, window, None, *party))
        return rides

    def _begin_s(self, kind: str) -> int:
        """When they have to be there (shoppers: when they set off)."""
        draw = self._random
        match kind:
            case "apprentice":
                return draw.choice([4 * HOUR + 30 * MINUTE, 4 * HOUR + 45 * MINUTE, 5 * HOUR])
            case "commuter":
                return draw.randrange(5 * HOUR + 45 * MINUTE, 9 * HOUR, 15 * MINUTE)
            case "pupil":
                return draw.choice([7 * HOUR + 30 * MINUTE, 7 * HOUR + 45 * MINUTE, 8 * HOUR + 30 * MINUTE])
            case "shopper":
                return draw.randrange(8 * HOUR + 30 * MINUTE, 17 * HOUR, 10 * MINUTE)
            case _:
                return draw.randrange(8 * HOUR + 30 * MINUTE, 15 * HOUR, 15 * MINUTE)

    def _evening_ride(self, zone: str) -> Ride:
        """Out for dinner, or home from it."""
        home, there = self._ends(zone, "evening")
        out = self._random.random() < 0.4
        first_s, last_s = (18 * HOUR, 20 * HOUR) if out else (20 * HOUR, 24 * HOUR + 15 * MINUTE)
        begin_s = self._random.randrange(first_s, last_s, 10 * MINUTE)
        origin, destination = (home, there) if out else (there, home)
        window = Span(begin_s, begin_s + 30 * MINUTE)
        return Ride(
            "evening",
            self._call_s("evening", begin_s),
            origin,
            destination,
            window,
            None,
            *self._party("evening"),
        )

    def _train_ride(self, zone: str) -> Ride:
        """To a train, with time to change; or from one."""
        while True:
            call = self._random.choice(self._trains)
            station = self._stations[call.station]
            home = self._home(zone)
            if not self._in(zone, station) or home.distance_m(station) < SHORTEST_TRIP_M:
                continue
            to_train = self._random.random() < 0.5
            if to_train and call.departure_s is not None and call.departure_s >= 4 * HOUR + 20 * MINUTE:
                window = Span(call.departure_s - 25 * MINUTE, call.departure_s - 7 * MINUTE)
                called_s = self._call_s("train", window.earliest_s - 30 * MINUTE)
                return Ride("train", called_s, home, station, None, window, *self._party("train"))
            if not to_train and call.arrival_s is not None:
                window = Span(call.arrival_s + 4 * MINUTE, call.arrival_s + 24 * MINUTE)
                called_s = self._call_s("train", window.earliest_s)
                return Ride("train", called_s, station, home, window, None, *self._party("train"))

    def _stray_ride(self) -> Ride:
        """From a village of one zone to a village of another one."""
        while True:
            zone, other_zone = self._random.sample(list(self._areas), 2)
            home = self._random.choice(self._random.choice(self._rural[zone]).homes)
            friend = self._random.choice(self._random.choice(self._rural[other_zone]).homes)
            shared = any(self._in(area, home) and self._in(area, friend) for area in self._areas)
            if not shared and self._on_road(home) and self._on_road(friend):
                break
        begin_s = self._random.randrange(10 * HOUR, 17 * HOUR, 10 * MINUTE)
        window = Span(begin_s, begin_s + 30 * MINUTE)
        return Ride(
            "shopper", self._call_s("shopper", begin_s), home, friend, window, None, *self._party("shopper")
        )

    def _ends(self, zone: str, purpose: str) -> tuple[Spot, Spot]:
        while True:
            home, there = self._home(zone), self._destination(zone, purpose)
            if home.distance_m(there) >= SHORTEST_TRIP_M:
                return home, there

    def _home(self, zone: str) -> Spot:
        while True:
            rural = self._random.random() < RURAL_SHARE
            settlement: Settlement = self._random.choice((self._rural if rural else self._urban)[zone])
            home = self._random.choice(settlement.homes)
            if self._in(zone, home) and self._on_road(home):
                return home

    def _destination(self, zone: str, purpose: str) -> Spot:
        spots = [spot for spot in self._destinations[purpose] if self._in(zone, spot)]
        near_stargard = [spot for spot in spots if spot.distance_m(self._stargard) < 3000]
        if near_stargard and self._in(zone, self._stargard) and self._random.random() < BURG_STARGARD_SHARE:
            return self._random.choice(near_stargard)
        return self._random.choice([spot for spot in spots if spot not in near_stargard])

    def _party(self, kind: str) -> tuple[int, int, int]:
        """Seats, wheelchair places, and how far they walk."""
        habit = _HABITS[kind]
        wheelchairs = 1 if kind == "wheelchair" else 0
        return self._random.choice(habit.seated), wheelchairs, self._random.choice(habit.max_walk_m)

    def _call_s(self, kind: str, needed_s: int) -> int:
        """The day before by habit, and for whatever starts before the phone desk wakes up."""
        draw = self._random
        ahead = kind in ("apprentice", "commuter", "pupil") or (kind == "wheelchair" and draw.random() < 0.5)
        if ahead or needed_s < 8 * HOUR:
            return draw.randrange(9 * HOUR, 20 * HOUR, MINUTE) - DAY
        return needed_s - draw.randrange(30, 181, 5) * MINUTE

    def _in(self, zone: str, spot: Spot) -> bool:
        return bool(self._areas[zone].contains(shapely.Point(spot.longitude_deg, spot.latitude_deg)))

    def _on_road(self, spot: Spot) -> bool:
        try:
            self._network.snap(spot.latitude_deg, spot.longitude_deg, limit_m=SNAP_LIMIT_M)
        except NoRoadNearby:
            return False
        return True
