"""What the facts tell of each ride, shift and vehicle, whatever the order in which they arrive."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from pooling.domain.facts import (
    AboardFact,
    Fact,
    OffersMade,
    PassengerAlighted,
    PassengerBoarded,
    PassengerNotShown,
    RideBooked,
    RideCancelled,
    RideRefused,
    ShiftScheduled,
    VehicleArrived,
    VehicleRegistered,
    VehicleUpdated,
)
from pooling.domain.fleet import Shift, Vehicle
from pooling.domain.offers import RefusalCode
from pooling.domain.places import Point


@dataclass(slots=True)
class RideHistory:
    """What is told of one ride; lists, because a log may tell a thing twice that happens once."""

    booked: list[RideBooked] = field(default_factory=list)
    cancelled: list[RideCancelled] = field(default_factory=list)
    boarded: list[AboardFact] = field(default_factory=list)
    alighted: list[AboardFact] = field(default_factory=list)
    not_shown: list[AboardFact] = field(default_factory=list)
    arrivals: list[VehicleArrived] = field(default_factory=list)

    def arrival(self, told: AboardFact, *, at_pickup: bool) -> datetime | None:
        """When the vehicle came for what is told: the last arrival before it; None where none is told."""
        times = [
            arrived.time
            for arrived in self.arrivals
            if arrived.is_pickup is at_pickup
            and arrived.shift_id == told.shift_id
            and arrived.time <= told.time
        ]
        return max(times, default=None)


class History:
    """Everything the facts tell, by what it is about."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.rides: defaultdict[str, RideHistory] = defaultdict(RideHistory)
        self.shifts: dict[str, Shift] = {}
        self.answered_count = 0
        self.refused_by: Counter[RefusalCode] = Counter()
        self.refused_count = 0
        self._vehicles: defaultdict[str, list[tuple[datetime, Vehicle]]] = defaultdict(list)
        for fact in facts:
            self._take(fact)
        for told in self._vehicles.values():
            told.sort(key=lambda entry: entry[0])

    def vehicle_of(self, shift: Shift) -> Vehicle | None:
        """The shift's vehicle as it last was before the shift's end; None where none is told of.

        With every layout that it had since the shift began, since it may have been set up anew on the way.
        """
        told = self._vehicles.get(shift.vehicle_id, [])
        known = [(time, vehicle) for time, vehicle in told if time <= shift.end] or told[:1]
        if not known:
            return None
        before = [vehicle for time, vehicle in known if time <= shift.start]
        during = [*before[-1:], *(vehicle for time, vehicle in known if time > shift.start)]
        layouts = dict.fromkeys(layout for vehicle in during for layout in vehicle.layouts)
        return replace(known[-1][1], layouts=tuple(layouts))

    def points(self) -> list[Point]:
        """Every place told of, each once."""
        found: dict[Point, None] = {}
        for shift in self.shifts.values():
            found[shift.start_point] = None
            found[shift.end_point] = None
        for ride in self.rides.values():
            for booked in ride.booked:
                found[booked.pickup.point] = None
                found[booked.dropoff.point] = None
        return list(found)

    def _take(self, fact: Fact) -> None:
        match fact:
            case OffersMade():
                self.answered_count += 1
            case RideRefused():
                self.answered_count += 1
                self.refused_count += 1
                if fact.reasons:
                    self.refused_by[fact.reasons[0].code] += 1
            case RideBooked():
                self.rides[fact.ride_id].booked.append(fact)
            case RideCancelled():
                self.rides[fact.ride_id].cancelled.append(fact)
            case PassengerBoarded():
                self.rides[fact.ride_id].boarded.append(fact)
            case PassengerAlighted():
                self.rides[fact.ride_id].alighted.append(fact)
            case PassengerNotShown():
                self.rides[fact.ride_id].not_shown.append(fact)
            case VehicleArrived():
                self.rides[fact.ride_id].arrivals.append(fact)
            case VehicleRegistered() | VehicleUpdated():
                self._vehicles[fact.vehicle.id].append((fact.time, fact.vehicle))
            case ShiftScheduled():
                self.shifts[fact.shift.id] = fact.shift
