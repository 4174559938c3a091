"""Whatever is asked, booked, cancelled, driven and taken off in whatever order: a promise is a promise."""

import itertools
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeVar

import pytest
from driver import Drivers
from hypothesis import example, given, settings
from hypothesis import strategies as st
from landlinie.pooling.events.v1 import vehicle_events_pb2
from pooling.domain.audit import PROMISE_RULES
from pooling.domain.broken import LATE
from pooling.domain.facts import PromiseBroken
from pooling.domain.offers import Offer
from pooling.domain.rides import RideState
from pooling.domain.zone_day import ZoneDay
from routing_core.fleet.check import Rule, Violation
from routing_core.fleet.model import Layout
from service_kit.errors import FailedPrecondition
from service_kit.event_payload import unpack
from town import PHONE_DESK, Town

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

    what: Literal["book", "cancel", "cancel shift", "change vehicle"]
    number: int


@dataclass(frozen=True)
class Drive:
    minutes: int


asks = st.builds(
    Ask,
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(-5, 90),
    st.integers(5, 45),
    st.sampled_from([(1, 0), (1, 0), (2, 0), (3, 0), (0, 1), (1, 1)]),
    st.booleans(),
)
picks = st.builds(
    Pick,
    st.sampled_from(["book", "book", "book", "cancel", "cancel shift", "change vehicle"]),
    st.integers(0, 20),
)
drives = st.builds(Drive, st.integers(1, 40))
days = st.lists(asks | picks | picks | drives, min_size=4, max_size=40)


@dataclass
class Life:
    """A day in the town, watched after every step."""

    town: Town
    drivers: Drivers
    offers: list[Offer] = field(default_factory=list)
    ride_ids: list[str] = field(default_factory=list)
    version: int = 0

    def do(self, step: Ask | Pick | Drive) -> None:
        if isinstance(step, Drive):
            self.drivers.until(self.town.clock.now() + timedelta(minutes=step.minutes))
        elif isinstance(step, Ask):
            self.ask(step)
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
        elif step.what == "change vehicle" and plan.duties:
            vehicle = plan.duties[step.number % len(plan.duties)].vehicle
            changed = replace(vehicle, out_of_service=not vehicle.out_of_service)
            if step.number % 2:
                changed = replace(vehicle, layouts=(Layout(1 + step.number % 3, step.number // 2 % 2),))
            self.unless_refused(lambda: town.fleet.update_vehicle(town.call("UpdateVehicle"), changed))

    def unless_refused(self, call: Callable[[], ResultT]) -> ResultT | None:
        """The result; None where it is refused, which writes nothing."""
        before, rows = self.town.plan(), self.town.row_counts()
        try:
            return call()
        except FailedPrecondition:
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
            assert plan.duty_of(ride_id) is not None
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
        return violation.shift_id in self.drivers.late and violation.rule in CONSEQUENCES

    def end(self) -> None:
        """Drive home, and let the audit judge by the facts alone."""
        self.drivers.until(self.town.at("22:00"))
        self.look()
        facts = self.town.facts(PromiseBroken)
        told = {(fact.ride_id, fact.what) for fact in facts}
        assert len(told) == len(facts), "a broken promise is told once"
        assert {(ride_id, what.value) for ride_id, what in told} == self.town.plan().broken
        judged = self.town.audit()
        for finding in judged.findings:
            assert Rule(finding.rule) in CONSEQUENCES, finding
            assert finding.shift_id in self.drivers.late, finding
            if finding.rule in PROMISE_RULES:
                assert (finding.subject, LATE[Rule(finding.rule)]) in told, finding
        kind = vehicle_events_pb2.PlanChanged
        versions = [
            unpack(event, kind).version
            for event in self.town.events()
            if event.type == kind.DESCRIPTOR.full_name
        ]
        assert versions == list(range(1, self.version + 1))


def live(steps: list[Ask | Pick | Drive], drivers_of: Callable[[Town], Drivers]) -> None:
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


@settings(max_examples=60, deadline=None)
@given(days, st.booleans())
def test_in_time_nothing_is_ever_broken(steps: list[Ask | Pick | Drive], tells: bool) -> None:
    def drivers_of(town: Town) -> Drivers:
        return Drivers(town, tells_arrival=lambda: tells)

    live(steps, drivers_of)


@settings(max_examples=60, deadline=None)
@given(
    days,
    st.lists(st.sampled_from([0, 0, 0, 20, 90, 400, 1500]), min_size=5, max_size=12),
    st.lists(st.booleans(), min_size=3, max_size=7),
    st.lists(st.booleans(), min_size=3, max_size=7),
)
@example(
    # A vehicle that leaves a stop after the break that follows should have begun.
    steps=[
        Ask(4, 3, 87, 8, (2, 0), True),
        Pick("book", 16),
        Ask(0, 4, 47, 30, (1, 0), False),
        Pick("book", 15),
        Drive(18),
        Ask(1, 5, 0, 18, (2, 0), False),
    ],
    delays_s=[0, 400, 0, 1500, 0],
    tells=[True, True, True],
    absences=[False, False, True, True],
)
@example(
    # A driver who keeps every promise, and comes home late.
    steps=[
        Drive(21),
        Pick("book", 12),
        Drive(30),
        Drive(37),
        Drive(37),
        Drive(8),
        Pick("cancel shift", 13),
        Drive(38),
        Ask(3, 0, 37, 6, (3, 0), True),
        Pick("book", 13),
        Drive(30),
    ],
    delays_s=[0, 90, 20, 20, 90, 1500, 20],
    tells=[True, True, True, True, True, False, False],
    absences=[False, False, True, True],
)
def test_what_breaks_on_the_road_is_told(
    steps: list[Ask | Pick | Drive], delays_s: list[int], tells: list[bool], absences: list[bool]
) -> None:
    """Late drivers, drivers who tell only some arrivals, and passengers who do not come."""

    def drivers_of(town: Town) -> Drivers:
        late, told, absent = itertools.cycle(delays_s), itertools.cycle(tells), itertools.cycle(absences)
        known: defaultdict[str, bool] = defaultdict(lambda: not next(absent))
        return Drivers(
            town,
            delay_s=lambda: next(late),
            tells_arrival=lambda: next(told),
            shows_up=lambda ride_id: known[ride_id],
        )

    live(steps, drivers_of)


@pytest.mark.parametrize("late_s", [20, 290, 1000])
def test_who_leaves_late_is_late_at_the_next_stop(town: Town, late_s: int) -> None:
    """The vehicle is not taken to be at the next stop when its old time comes."""
    town.add_bus()
    ride = town.ride(0, 1, "08:00", minutes=5)
    left = town.at("08:00:30") + timedelta(seconds=late_s)
    town.clock.advance_to(left)
    town.board(ride.id)
    assert town.queries.ride(ride.id, PHONE_DESK)[0].dropoff_time == left + timedelta(minutes=5)
    assert town.violations() == [] or town.plan().broken
