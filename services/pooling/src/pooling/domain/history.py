"""What the facts tell of each ride, shift and vehicle, whatever the order in which they arrive."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from pooling.domain.facts import (
    AboardFact,
    Fact,
    OffersMade,
    PassengerAlighted,
    PassengerBoarded,
    PassengerNotShown,
    PickupPostponed,
    PromiseBroken,
    RideBooked,
    RideCancelled,
    RideInterrupted,
    RidePromisedAnew,
    RideRefused,
    RideStranded,
    ShiftScheduled,
    ShiftUpdated,
    VehicleArrived,
    VehicleBrokenDown,
    VehicleRegistered,
    VehicleUpdated,
)
from pooling.domain.fleet import Shift, Vehicle
from pooling.domain.offers import RefusalCode
from pooling.domain.places import Point
from pooling.domain.zone_day import PART

FAR_S = 24 * 3600
"""Longer than anybody is aboard."""


@dataclass(slots=True)
class RideHistory:
    """What is told of one ride; lists, because a log may tell a thing twice that happens once."""

    booked: list[RideBooked] = field(default_factory=list)
    cancelled: list[RideCancelled] = field(default_factory=list)
    boarded: list[AboardFact] = field(default_factory=list)
    alighted: list[AboardFact] = field(default_factory=list)
    not_shown: list[AboardFact] = field(default_factory=list)
    arrivals: list[VehicleArrived] = field(default_factory=list)
    promised_later: list[PickupPostponed | RidePromisedAnew] = field(default_factory=list)
    interrupted: list[RideInterrupted] = field(default_factory=list)
    stranded: list[RideStranded] = field(default_factory=list)

    def promised(self) -> RideBooked:
        """The booking with the promise that holds: of a ride that is told to be booked."""
        latest = max(self.promised_later, key=lambda fact: fact.time, default=None)
        return self.booked[0] if latest is None else replace(self.booked[0], promise=latest.promise)

    @property
    def is_stranded(self) -> bool:
        """Whether a breakdown has left it without a vehicle, and none was found since."""
        since = max((fact.time for fact in self.stranded), default=None)
        return since is not None and all(fact.time < since for fact in self.promised_later)

    def parts(self) -> "Iterator[tuple[str, RideHistory]]":
        """What each vehicle drove of it, named: all of it, unless vehicles broke down on the way.

        An interrupted part ends where and when the vehicle stood still, and promises nothing about that.
        """
        rest = self
        breaks = sorted(self.interrupted, key=lambda fact: fact.time)
        for number, told in enumerate(breaks, start=1):
            part, rest = rest._split(told, f"{told.ride_id}{PART}{number}")
            yield f"{told.ride_id}{PART}{number}", part
        yield "", rest

    def _split(self, told: RideInterrupted, part_id: str) -> "tuple[RideHistory, RideHistory]":
        """The part until a breakdown, and the rest."""
        before = replace(self, promised_later=[fact for fact in self.promised_later if fact.time < told.time])
        booked = []
        if self.booked:
            until = before.promised()
            promise = replace(until.promise, latest_arrival=told.time, max_ride_s=FAR_S)
            booked = [
                replace(until, ride_id=part_id, dropoff=told.place, promise=promise, dropoff_service_s=0)
            ]
        part = RideHistory(
            booked=booked,
            boarded=[fact for fact in self.boarded if fact.time <= told.time],
            alighted=[told],
            arrivals=self.arrivals,
        )
        rest = replace(
            self,
            booked=[replace(fact, pickup=told.place) for fact in self.booked],
            boarded=[fact for fact in self.boarded if fact.time > told.time],
            interrupted=[],
        )
        return part, rest

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
        self._told_of_shift: dict[str, datetime] = {}
        self.answered_count = 0
        self.refused_by: Counter[RefusalCode] = Counter()
        self.refused_count = 0
        self.broken_promise_count = 0
        self.breakdowns: list[VehicleBrokenDown] = []
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

    def broke_down(self, shift: Shift) -> bool:
        """Whether the shift's vehicle did so before the shift was over."""
        return any(
            told.vehicle_id == shift.vehicle_id
            and told.service_date == shift.service_date
            and told.time < shift.end
            for told in self.breakdowns
        )

    def parts(self) -> dict[str, RideHistory]:
        """Every ride by what vehicles drove of it; one that no breakdown interrupted under its own id."""
        return {
            part_id or ride_id: part for ride_id, ride in self.rides.items() for part_id, part in ride.parts()
        }

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
            for told in ride.interrupted:
                found[told.place.point] = None
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
            case PromiseBroken():
                self.broken_promise_count += 1
            case VehicleBrokenDown():
                self.breakdowns.append(fact)
            case VehicleRegistered() | VehicleUpdated():
                self._vehicles[fact.vehicle.id].append((fact.time, fact.vehicle))
            case ShiftScheduled() | ShiftUpdated():
                self._take_shift(fact.time, fact.shift)
            case _:
                self._take_of_ride(fact)

    def _take_shift(self, time: datetime, shift: Shift) -> None:
        """What is told last of a shift holds: what its vehicle had driven before fits that as well."""
        if self._told_of_shift.get(shift.id, time) <= time:
            self._told_of_shift[shift.id] = time
            self.shifts[shift.id] = shift

    def _take_of_ride(self, fact: Fact) -> None:
        match fact:
            case RideBooked():
                self.rides[fact.ride_id].booked.append(fact)
            case RideCancelled():
                self.rides[fact.ride_id].cancelled.append(fact)
            case PickupPostponed() | RidePromisedAnew():
                self.rides[fact.ride_id].promised_later.append(fact)
            case RideInterrupted():
                self.rides[fact.ride_id].interrupted.append(fact)
            case RideStranded():
                self.rides[fact.ride_id].stranded.append(fact)
            case PassengerBoarded():
                self.rides[fact.ride_id].boarded.append(fact)
            case PassengerAlighted():
                self.rides[fact.ride_id].alighted.append(fact)
            case PassengerNotShown():
                self.rides[fact.ride_id].not_shown.append(fact)
            case VehicleArrived():
                self.rides[fact.ride_id].arrivals.append(fact)
