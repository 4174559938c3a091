"""A day in the town, lived through step by step and watched after every one."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeVar

from driver import Drivers
from landlinie.pooling.events.v1 import vehicle_events_pb2
from pooling.application.changing_shifts import Fixed
from pooling.application.shift_rules import check_shift
from pooling.domain.audit import PROMISE_RULES
from pooling.domain.broken import LATE
from pooling.domain.facts import PromiseBroken, RideBooked, RidePromisedAnew
from pooling.domain.fleet import Rest
from pooling.domain.offers import Offer
from pooling.domain.rides import Ride, RideState
from pooling.domain.zone_day import ZoneDay, aboard, ride_of
from routing_core.fleet.check import Rule, Violation
from routing_core.fleet.model import Action, Layout
from service_kit.errors import FailedPrecondition, InvalidInput
from service_kit.event_payload import unpack
from town import PHONE_DESK, ROAD, Town

ResultT = TypeVar("ResultT")

CONSEQUENCES = frozenset({*LATE, Rule.SHIFT_END, Rule.BREAK_WINDOW, Rule.BREAK_MISSING})
"""What a vehicle that runs late may come to; nothing else may ever be found."""


@dataclass(frozen=True)
class Ask:
    origin: int
    destination: int
    in_minutes: int
    minutes: int
    load: tuple[int, int]
    arrive: bool


@dataclass(frozen=True)
class Pick:
    """Do something to one of those that are there."""

    what: Literal["book", "cancel", "cancel shift", "change vehicle", "change shift"]
    number: int


@dataclass(frozen=True)
class Drive:
    minutes: int


@dataclass(frozen=True)
class BreakDown:
    """A vehicle stands still, at a village or where the plan has it; ``number`` as for a pick."""

    number: int
    place: int | None


Step = Ask | Pick | Drive | BreakDown


@dataclass
class Life:
    """A day in the town, watched after every step."""

    town: Town
    drivers: Drivers
    offers: list[Offer] = field(default_factory=list)
    ride_ids: list[str] = field(default_factory=list)
    version: int = 0
    stood_still: set[str] = field(default_factory=set)
    """Shifts whose vehicle broke down."""

    def do(self, step: Step) -> None:
        if isinstance(step, Drive):
            self.drivers.until(self.town.clock.now() + timedelta(minutes=step.minutes))
        elif isinstance(step, Ask):
            self.ask(step)
        elif isinstance(step, BreakDown):
            duties = self.town.plan().duties
            self.break_down(duties[step.number % len(duties)].vehicle.id, step.place)
        else:
            self.pick(step)

    def ask(self, step: Ask) -> None:
        question = self.town.clock.now() + timedelta(minutes=step.in_minutes)
        answer = self.town.ask(
            step.origin,
            step.destination,
            f"{question.astimezone(self.town.desk.time_zone):%H:%M}",
            minutes=step.minutes,
            arrive=step.arrive,
            load=step.load,
        )
        self.offers += answer.offers
        if answer.alternative:
            self.offers.append(answer.alternative)

    def pick(self, step: Pick) -> None:
        town, plan = self.town, self.town.plan()
        if step.what == "book" and self.offers:
            # Mostly one that was just made.
            offer = self.offers[-1 - step.number // 3 % len(self.offers)]
            if ride := self.unless_refused(lambda: town.book(offer)):
                self.ride_ids.append(ride.id)
        elif step.what == "cancel" and self.ride_ids:
            ride_id = self.ride_ids[step.number % len(self.ride_ids)]
            self.unless_refused(lambda: town.cancel(ride_id))
        elif step.what == "cancel shift" and plan.duties:
            shift_id = plan.duties[step.number % len(plan.duties)].shift.id
            self.unless_refused(lambda: town.fleet.cancel_shift(town.call("CancelShift"), shift_id))
        elif step.what == "change shift" and plan.duties:
            self.change_shift(step.number)
        elif step.what == "change vehicle" and plan.duties:
            vehicle = plan.duties[step.number % len(plan.duties)].vehicle
            changed = replace(vehicle, out_of_service=not vehicle.out_of_service)
            if step.number % 2:
                changed = replace(vehicle, layouts=(Layout(1 + step.number % 3, step.number // 2 % 2),))
            self.unless_refused(lambda: town.fleet.update_vehicle(town.call("UpdateVehicle"), changed))

    def change_shift(self, number: int) -> None:
        """Other times, places, breaks or another vehicle, for one of the shifts."""
        town, duties = self.town, self.town.plan().duties
        duty = duties[number % len(duties)]
        shift, hours = duty.shift, timedelta(hours=1 + number % 3)
        rest = Rest("", shift.start + hours, shift.start + 2 * hours, 900 + 60 * number)
        changed = (
            replace(shift, end=shift.end - hours),
            replace(shift, end=shift.end + hours / 2, end_point=ROAD[number % 6]),
            replace(shift, start=shift.start + hours, breaks=()),
            replace(shift, start=shift.start - hours / 2, start_point=ROAD[number % 6]),
            replace(shift, breaks=(*shift.breaks, rest)),
            replace(shift, breaks=()),
            replace(shift, vehicle_id=duties[number // 2 % len(duties)].vehicle.id),
        )[number // 3 % 7]
        if any(fault.reason for fault in check_shift(changed)):
            return
        self.unless_refused(lambda: town.update_shift(town.call("UpdateShift"), changed, Fixed()))

    def break_down(self, vehicle_id: str, place: int | None) -> None:
        """Whoever had no ride on the vehicle notices nothing; the others are on one list each."""
        town, before = self.town, self.town.plan()
        duties = [duty for duty in before.duties if duty.vehicle.id == vehicle_id]
        self.stood_still |= {duty.shift.id for duty in duties}
        mine = {
            stop.subject
            for duty in duties
            for stop in duty.stops
            if not stop.done
            and stop.action is not Action.BREAK
            and stop.subject in self.ride_ids
            and (stop.action is Action.PICKUP or stop.subject in aboard(duty.stops))
        }
        former = {ride_id: self.ride(ride_id) for ride_id in self.ride_ids}
        known = {report.id for report in town.known_breakdowns.listed(None, vehicle_id, "", 500).items}
        found = town.break_down(vehicle_id, place=place)
        if found.id in known:
            # Told again: whom it concerned then is no news.
            found = replace(found, moved=(), later=(), stranded=())
        plan = town.plan()
        listed = [changed.ride.id for some in (found.moved, found.later, found.stranded) for changed in some]
        assert len(listed) == len(set(listed))
        # Who has come to where the ride ends only has to get off.
        at_the_end = {
            ride_id
            for ride_id in mine - set(listed)
            if found.place and former[ride_id].dropoff.point == found.place.point
        }
        assert set(listed) == mine - at_the_end
        for ride_id in set(self.ride_ids) - set(listed):
            assert self.ride(ride_id).promise == former[ride_id].promise
            assert plan.tasks.get(ride_id) == before.tasks.get(ride_id)
        anew = {fact.ride_id: fact.promise for fact in town.facts(RidePromisedAnew)}
        broken = {fact.ride_id for fact in town.facts(PromiseBroken)}
        for changed in (*found.moved, *found.later):
            ride = self.ride(changed.ride.id)
            assert ride == changed.ride
            assert (ride.state, changed.former.promise) == (RideState.BOOKED, former[ride.id].promise)
            assert vehicle_id != ride.vehicle_id
            if changed.was_aboard or changed in found.later:
                assert anew[ride.id] == ride.promise
            else:
                assert ride.promise == changed.former.promise
        assert {changed.ride.id for changed in (*found.later, *found.stranded)} <= broken
        for changed in found.stranded:
            assert plan.duty_of(changed.ride.id) is None
            assert self.ride(changed.ride.id).vehicle_id == ""
            assert changed.reasons

    def ride(self, ride_id: str) -> Ride:
        return self.town.queries.ride(ride_id, PHONE_DESK)[0]

    def unless_refused(self, call: Callable[[], ResultT]) -> ResultT | None:
        """The result; None where it is refused, which writes nothing."""
        before, rows = self.town.plan(), self.town.row_counts()
        try:
            return call()
        except (FailedPrecondition, InvalidInput):
            assert (self.town.plan(), self.town.row_counts()) == (before, rows)
            return None

    def look(self) -> None:
        """Everything that must be true after any step."""
        plan = self.town.plan()
        assert plan.version >= self.version
        self.version = plan.version
        now = self.town.clock.now()
        frame = self.town.desk.frame(self.town.desk.without_expired(plan, now), now)
        unheard = self.unheard(plan)
        for violation in frame.violations():
            assert violation.shift_id in unheard or self.explained(violation), violation
        for ride_id in self.ride_ids:
            ride, _ = self.town.queries.ride(ride_id, PHONE_DESK)
            task = plan.tasks.get(ride_id)
            if ride.state not in (RideState.BOOKED, RideState.ABOARD):
                continue
            assert task is not None, f"{ride_id} is {ride.state} and not in the plan"
            assert task.held_until is None
            assert (plan.duty_of(ride_id) is None) == (ride.vehicle_id == "")
            if not ride.vehicle_id:
                continue
            seconds = self.town.desk.service_day(plan.service_date).seconds
            assert task.pickup_window == (
                seconds(ride.promise.pickup.earliest),
                seconds(ride.promise.pickup.latest),
            )
            assert task.dropoff_window.latest_s == seconds(ride.promise.latest_arrival)
            assert task.max_ride_s == ride.promise.max_ride_s

    def unheard(self, plan: ZoneDay) -> set[str]:
        """Shifts whose next stop is overdue: what that breaks is told once it is heard of."""
        now_s = self.town.desk.service_day(plan.service_date).seconds(self.town.clock.now())
        ahead = {
            duty.shift.id: next((stop for stop in duty.stops if not stop.done), None) for duty in plan.duties
        }
        return {shift_id for shift_id, stop in ahead.items() if stop and stop.start_s <= now_s}

    def explained(self, violation: Violation) -> bool:
        """Whether it is told of, or the driver was late and no promise is concerned."""
        if violation.rule in LATE:
            return (violation.subject, LATE[violation.rule].value) in self.town.plan().broken
        late = self.drivers.late | self.stood_still
        return violation.shift_id in late and violation.rule in CONSEQUENCES

    def end(self) -> None:
        """Drive home, and let the audit judge by the facts alone."""
        self.drivers.until(self.town.at("22:00"))
        self.look()
        facts = self.town.facts(PromiseBroken)
        told = Counter((fact.ride_id, fact.what) for fact in facts)
        promise_count = Counter(fact.ride_id for fact in self.town.facts(RideBooked, RidePromisedAnew))
        for (ride_id, what), count in told.items():
            assert count <= promise_count[ride_id], f"{what} of {ride_id} is told once for each promise"
        assert {(ride_id, what.value) for ride_id, what in told} >= self.town.plan().broken
        judged = self.town.audit()
        for finding in judged.findings:
            assert Rule(finding.rule) in CONSEQUENCES, finding
            assert finding.shift_id in self.drivers.late, finding
            if finding.rule in PROMISE_RULES:
                assert (ride_of(finding.subject), LATE[Rule(finding.rule)]) in told, finding
        figures = judged.figures
        over_count = figures.served_count + figures.no_show_count + figures.cancelled_count
        assert figures.booked_count == over_count + figures.stranded_count
        assert figures.broken_promise_count == len(facts)
        kind = vehicle_events_pb2.PlanChanged
        versions = [
            unpack(event, kind).version
            for event in self.town.events()
            if event.type == kind.DESCRIPTOR.full_name
        ]
        assert versions == list(range(1, self.version + 1))


def live(steps: Iterable[Step], drivers_of: Callable[[Town], Drivers]) -> None:
    """Live through a day and check it all the time."""
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder), "06:30")
        town.add_bus(
            "bus",
            ("06:00", "10:00"),
            ("10:30", "20:00"),
            layouts=[(4, 0), (2, 1)],
            breaks=[],
        )
        town.add_bus(
            "car", ("06:00", "19:00"), layouts=[(2, 0), (1, 1)], base=4, breaks=[("07:00", "08:30", 1200)]
        )
        try:
            life = Life(town, drivers_of(town))
            for step in steps:
                life.do(step)
                life.look()
            life.end()
        finally:
            town.close()
