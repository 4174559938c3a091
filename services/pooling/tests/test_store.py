"""What is stored comes back as it was, in pages, and goes when its time is over."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from databases import ON_BOTH
from identified import TENANT
from pooling.adapters.store import KEPT_DAY_COUNT, SqlStore, SqlWriter
from pooling.application.ports import AnsweredMeanwhile, PlanChanged, RideFilter, StoredAnswer
from pooling.domain.breakdown_report import BreakdownReason, BreakdownReport, Fate, RideThen
from pooling.domain.fleet import Rest, Shift, Vehicle, VehicleKind
from pooling.domain.offers import Offer, OfferState, Promise, RefusalCode, RefusalReason, Span
from pooling.domain.places import BoardingPoint, Point
from pooling.domain.rides import Contact, Ride, RideState, booked
from pooling.domain.zone_day import Duty, ZoneDay, task_of
from routing_core.fleet.model import Action, Layout, Load, Stop
from service_kit.database import open_engine
from service_kit.migrations import migrate

DAY = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 12, 0, 0, 123456, tzinfo=UTC)
BUS = Vehicle("bus", "nord", VehicleKind.BUERGERBUS, "Bürgerbus »Änne«", (Layout(8), Layout(6, 1)))
SHIFT = Shift(
    "shift",
    "bus",
    "nord",
    DAY,
    NOON,
    NOON + timedelta(hours=8),
    Point(53.512345, 13.0),
    Point(-0.1, 179.999999),
    (Rest("shift.break1", NOON + timedelta(hours=1), NOON + timedelta(hours=2), 1800),),
)
OFFER = Offer(
    id="offer",
    answer_id="answer",
    zone_id="nord",
    service_date=DAY,
    shift_id="shift",
    vehicle_id="bus",
    vehicle_kind=VehicleKind.BUERGERBUS,
    load=Load(2, 1),
    pickup=BoardingPoint(Point(53.5, 13.0), "Straße 1", "church", 145),
    dropoff=BoardingPoint(Point(53.6, 13.1)),
    promise=Promise(Span(NOON, NOON + timedelta(minutes=10)), NOON + timedelta(hours=1), 1200),
    planned_pickup=NOON + timedelta(minutes=1),
    planned_dropoff=NOON + timedelta(minutes=12),
    direct_s=600,
    pickup_service_s=30,
    dropoff_service_s=20,
    expire_time=NOON + timedelta(minutes=1),
)
RIDE = booked(OFFER, client_id="app", passenger_reference="p-1", now=NOON)
THEN = RideThen(
    "offer", Fate.STRANDED, True, RIDE.promise, NOON, NOON, (RefusalReason(RefusalCode.NO_SEAT, 2),)
)
TASK = task_of(OFFER, seconds=lambda instant: int((instant - NOON).total_seconds()))
STOPS = (
    Stop(Action.NO_SHOW, "gone", -5, 10, done=True),
    Stop(Action.PICKUP, "offer", 60, 90),
    Stop(Action.DROPOFF, "offer", 720, 740),
    Stop(Action.BREAK, "shift.break1", 3600, 5400),
)
ZONE_DAY = ZoneDay(
    "nord",
    DAY,
    duties=(Duty(SHIFT, BUS, STOPS, arrived_s=50), Duty(replace(SHIFT, id="other", breaks=()), BUS)),
    tasks={"offer": TASK, "booked": replace(TASK, id="booked", held_until=None)},
    broken=frozenset({("offer", "pickup_late"), ("gone", "ride_too_long")}),
)


pytestmark = ON_BOTH


@pytest.fixture
def store(database: str) -> Iterator[SqlStore]:
    engine = open_engine(database)
    migrate(engine, "pooling.adapters.migrations")
    yield SqlStore(engine, TENANT)
    engine.dispose()


def elsewhere(store: SqlStore) -> SqlStore:
    """The store as another process sees it, which has nothing decoded yet."""
    return SqlStore(store._engine, TENANT)


def _store_with_bus(store: SqlStore, write: Callable[[SqlWriter], object]) -> None:
    """A transaction that has stored something before the write in question."""
    with store.writing() as writer:
        writer.put_vehicle(BUS)
        write(writer)


# Round trips


def test_everything_comes_back_as_it_was(store: SqlStore) -> None:
    with store.writing() as writer:
        stored = writer.put_zone_day(ZONE_DAY)
        writer.put_offer(OFFER)
        writer.put_ride(RIDE)
        writer.put_contact("offer", Contact("Frau Öztürk", "+49 4356 1234"), NOON)
        writer.put_vehicle(BUS)
        writer.put_shift(SHIFT)
        writer.store_answer("Method", "id", StoredAnswer(b"\x00\xff", b""), NOON)
    assert stored == replace(ZONE_DAY, version=1)
    with elsewhere(store).reading() as reader:
        assert reader.zone_day("nord", DAY) == stored
        assert reader.offer("offer") == OFFER
        assert reader.ride("offer") == RIDE
        assert reader.contact("offer") == Contact("Frau Öztürk", "+49 4356 1234")
        assert reader.vehicle("bus") == BUS
        assert reader.shift("shift") == SHIFT
        assert reader.stored_answer("Method", "id") == StoredAnswer(b"\x00\xff", b"")


def test_what_was_never_stored_is_not_there(store: SqlStore) -> None:
    with store.reading() as reader:
        assert reader.zone_day("nord", DAY) == ZoneDay("nord", DAY)
        assert reader.offers_of("none") == []
        found = [reader.offer("none"), reader.ride("none"), reader.contact("none"), reader.vehicle("none")]
        assert found == [None] * 4
        assert (reader.shift("none"), reader.stored_answer("Method", "none")) == (None, None)


@pytest.mark.parametrize("state", list(RideState))
def test_a_ride_is_replaced_in_its_place(store: SqlStore, state: RideState) -> None:
    with store.writing() as writer:
        writer.put_ride(RIDE)
        writer.put_ride(replace(RIDE, id="second"))
        writer.put_ride(replace(RIDE, state=state, cancel_reason="krank"))
    with store.reading() as reader:
        found = [ride for _, ride in reader.rides(RideFilter(), 0, 10)]
        assert found == [replace(RIDE, state=state, cancel_reason="krank"), replace(RIDE, id="second")]


@pytest.mark.parametrize("state", list(OfferState))
def test_offers_change_their_state_alone(store: SqlStore, state: OfferState) -> None:
    others = [replace(OFFER, id="sibling"), replace(OFFER, id="stranger", answer_id="another")]
    with store.writing() as writer:
        for offer in (OFFER, *others):
            writer.put_offer(offer)
        writer.set_offer_states(["offer", "unknown"], state)
        writer.set_offer_states([], OfferState.WITHDRAWN)
    with store.reading() as reader:
        assert reader.offers_of("answer") == [replace(OFFER, state=state), others[0]]
        assert reader.offer("stranger") == others[1]


# Versions


def test_a_day_is_stored_over_the_version_it_was_read_at_only(store: SqlStore) -> None:
    with store.writing() as writer:
        first = writer.put_zone_day(ZONE_DAY)
    with store.writing() as writer:
        second = writer.put_zone_day(replace(first, tasks={}))
    assert (first.version, second.version) == (1, 2)
    for stale in (ZONE_DAY, first, replace(second, version=3)):
        with pytest.raises(PlanChanged):
            _store_with_bus(store, partial(SqlWriter.put_zone_day, day=stale))
    with store.reading() as reader:
        assert reader.zone_day("nord", DAY) == second
        assert reader.vehicle("bus") is None


def test_a_day_that_was_read_before_is_read_anew_once_it_changed(store: SqlStore) -> None:
    other = elsewhere(store)
    with store.writing() as writer:
        first = writer.put_zone_day(ZONE_DAY)
    with other.reading() as reader:
        assert reader.zone_day("nord", DAY) == first
    with store.writing() as writer:
        second = writer.put_zone_day(replace(first, tasks={}))
    with other.reading() as reader:
        assert reader.zone_day("nord", DAY) == second


def test_days_beyond_those_kept_in_memory_are_there_all_the_same(store: SqlStore) -> None:
    dates = [DAY + timedelta(days=number) for number in range(KEPT_DAY_COUNT + 3)]
    with store.writing() as writer:
        for service_date in dates:
            writer.put_zone_day(replace(ZONE_DAY, service_date=service_date))
        writer.put_zone_day(replace(ZONE_DAY, zone_id="ost"))
    with store.reading() as reader:
        read = [reader.zone_day("nord", service_date) for service_date in [*dates, *dates]]
        assert [day.service_date for day in read] == [*dates, *dates]
        assert reader.days_from("nord", dates[5]) == dates[5:]
        assert reader.days_from("ost", DAY) == [DAY]


def test_a_request_is_answered_once(store: SqlStore) -> None:
    with store.writing() as writer:
        writer.store_answer("Method", "id", StoredAnswer(b"asked", b"first"), NOON)
        writer.store_answer("Other", "id", StoredAnswer(b"asked", b"other"), NOON)
    second = StoredAnswer(b"asked", b"second")
    with pytest.raises(AnsweredMeanwhile):
        _store_with_bus(store, lambda writer: writer.store_answer("Method", "id", second, NOON))
    with store.reading() as reader:
        assert reader.stored_answer("Method", "id") == StoredAnswer(b"asked", b"first")
        assert reader.vehicle("bus") is None


# Pages


def test_rides_are_paged_by_position_and_filtered(store: SqlStore) -> None:
    rides: list[Ride] = [
        replace(
            RIDE,
            id=f"ride{9 - number}",
            zone_id="nord" if number % 2 else "ost",
            service_date=DAY + timedelta(days=number // 4),
            state=RideState.BOOKED if number % 3 else RideState.CANCELLED,
        )
        for number in range(8)
    ]
    with store.writing() as writer:
        for ride in rides:
            writer.put_ride(ride)
    with store.reading() as reader:
        after, paged = 0, []
        while page := reader.rides(RideFilter(), after, 3):
            paged += [ride for _, ride in page]
            after = page[-1][0]
        assert paged == rides
        for chosen, expected in (
            (RideFilter("nord"), rides[1::2]),
            (RideFilter(None, DAY), rides[:4]),
            (RideFilter(None, None, frozenset({RideState.CANCELLED})), rides[::3]),
            (RideFilter("ost", DAY, frozenset({RideState.BOOKED, RideState.ABOARD})), [rides[2]]),
            (RideFilter("west"), []),
        ):
            assert [ride for _, ride in reader.rides(chosen, 0, 100)] == expected


def test_vehicles_and_shifts_are_paged_by_id(store: SqlStore) -> None:
    with store.writing() as writer:
        for name in ("c", "a", "d", "b"):
            zone_id = "nord" if name < "c" else "ost"
            writer.put_vehicle(replace(BUS, id=name, zone_id=zone_id))
            writer.put_shift(replace(SHIFT, id=f"s{name}", vehicle_id=name, zone_id=zone_id))
        writer.put_shift(replace(SHIFT, id="s0", vehicle_id="a", service_date=DAY + timedelta(days=1)))
    with store.reading() as reader:
        assert [vehicle.id for vehicle in reader.vehicles(None, "", 2)] == ["a", "b"]
        assert [vehicle.id for vehicle in reader.vehicles(None, "b", 5)] == ["c", "d"]
        assert [vehicle.id for vehicle in reader.vehicles("ost", "", 5)] == ["c", "d"]
        assert [shift.id for shift in reader.shifts(None, None, None, "", 3)] == ["s0", "sa", "sb"]
        assert [shift.id for shift in reader.shifts(None, DAY, None, "sa", 9)] == ["sb", "sc", "sd"]
        assert [shift.id for shift in reader.shifts("nord", None, "a", "", 9)] == ["s0", "sa"]


# What goes


def test_purging_takes_what_is_due_and_nothing_else(store: SqlStore) -> None:
    second = timedelta(seconds=1)
    with store.writing() as writer:
        writer.put_ride(RIDE)
        writer.put_contact("due", Contact("A", "1"), NOON)
        writer.put_contact("kept", Contact("B", "2"), NOON + second)
        writer.store_answer("Method", "old", StoredAnswer(b"", b""), NOON - second)
        writer.store_answer("Method", "new", StoredAnswer(b"", b""), NOON)
        for name, expire_time, state in (
            ("over", NOON - second, OfferState.RELEASED),
            ("held", NOON - second, OfferState.HELD),
            ("ridden", NOON - second, OfferState.BOOKED),
            ("fresh", NOON, OfferState.WITHDRAWN),
        ):
            writer.put_offer(replace(OFFER, id=name, expire_time=expire_time, state=state))
    with store.writing() as writer:
        assert writer.purge(NOON, NOON, NOON) == 4
        assert writer.purge(NOON, NOON, NOON) == 0
    with store.reading() as reader:
        assert (reader.contact("due"), reader.contact("kept")) == (None, Contact("B", "2"))
        assert reader.stored_answer("Method", "old") is None
        assert reader.stored_answer("Method", "new") is not None
        assert sorted(offer.id for offer in reader.offers_of("answer")) == ["fresh", "ridden"]
        assert reader.ride("offer") == RIDE


def test_breakdowns_go_with_the_audit_trail(store: SqlStore) -> None:
    second = timedelta(seconds=1)
    old = BreakdownReport(
        "old",
        "nord",
        DAY,
        "bus",
        NOON,
        NOON - second,
        BreakdownReason.TYRE,
        None,
        (THEN,),
        later_days_ride_count=2,
    )
    new = replace(old, id="new", time=NOON - second, told_time=NOON, place=RIDE.pickup)
    with store.writing() as writer:
        writer.put_breakdown(old)
        writer.put_breakdown(new)
    with store.reading() as reader:
        assert reader.latest_breakdown("bus") == old
        assert reader.breakdown("new") == new
        assert [report.id for _, report in reader.breakdowns("nord", "bus", 0, 9)] == ["new", "old"]
    with store.writing() as writer:
        assert writer.purge(NOON, NOON, NOON) == 1
    with store.reading() as reader:
        assert (reader.breakdown("old"), reader.latest_breakdown("bus")) == (None, new)


def test_vehicles_and_shifts_can_be_taken_out(store: SqlStore) -> None:
    with store.writing() as writer:
        writer.put_vehicle(BUS)
        writer.put_vehicle(replace(BUS, name="neu"))
        writer.put_shift(SHIFT)
    with store.writing() as writer:
        assert writer.vehicle("bus") == replace(BUS, name="neu")
        writer.delete_vehicle("bus")
        writer.delete_shift("shift")
        writer.delete_shift("never")
    with store.reading() as reader:
        assert (reader.vehicle("bus"), reader.shift("shift")) == (None, None)
