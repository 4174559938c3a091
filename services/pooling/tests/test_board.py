"""The board: what it shows after which events, however they come."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pooling.adapters.board_consumer import (
    GROUP,
    UnknownRide,
    board_consumer,
    board_digest,
    open_board,
    take,
)
from pooling.adapters.board_reader import StoredBoard
from pooling.adapters.event_log import audit_log, facts_in
from pooling.adapters.fact_messages import RIDE_TOPIC, from_event, to_event
from pooling.application.board import DayFigures, LiveVehicle
from pooling.domain import facts as f
from pooling.domain.fleet import Shift, Vehicle, VehicleKind
from pooling.domain.offers import Promise, RefusalCode, RefusalReason, Span
from pooling.domain.places import BoardingPoint, Point
from routing_core.fleet.model import Layout, Load
from routing_core.travel import TravelMatrix
from service_kit.dead_letters import dead_topic
from service_kit.embedded_bus import EmbeddedBus
from service_kit.events import Event, MalformedEvent

DAY = date(2026, 3, 10)
EIGHT = datetime(2026, 3, 10, 8, tzinfo=UTC)
DEPOT, MARKET, SCHOOL = Point(53.5, 13.1), Point(53.55, 13.2), Point(53.6, 13.3)
BUS = Vehicle("bus", "nord", VehicleKind.BUERGERBUS, "Bürgerbus", (Layout(8), Layout(6, 1)))
SHIFT = Shift(
    "early", "bus", "nord", DAY, EIGHT - timedelta(hours=2), EIGHT + timedelta(hours=4), DEPOT, DEPOT
)


def at(minutes: float) -> datetime:
    return EIGHT + timedelta(minutes=minutes)


def booked(ride_id: str, load: Load, minute: int) -> f.RideBooked:
    return f.RideBooked(
        zone_id="nord",
        time=at(-60),
        service_date=DAY,
        ride_id=ride_id,
        vehicle_id="bus",
        shift_id="early",
        load=load,
        pickup=BoardingPoint(MARKET, "Herr Schmidt, Marktplatz 1"),
        dropoff=BoardingPoint(SCHOOL),
        promise=Promise(Span(at(minute), at(minute + 10)), at(minute + 60), 2400),
        planned_pickup=at(minute),
        planned_dropoff=at(minute + 20),
        direct_s=1000,
        pickup_service_s=30,
        dropoff_service_s=20,
    )


def aboard(kind: type[f.AboardFact], ride_id: str, minute: float) -> f.AboardFact:
    return kind("nord", at(minute), DAY, ride_id, "bus", "early")


def came(ride_id: str, minute: float, where: Point, *, is_pickup: bool) -> f.VehicleArrived:
    return f.VehicleArrived(
        "nord",
        at(minute),
        DAY,
        "bus",
        "early",
        f"{ride_id}.x",
        ride_id,
        is_pickup,
        BoardingPoint(where),
        Load(1),
    )


ON_VEHICLES: list[f.Fact] = [
    f.VehicleRegistered("nord", at(-120), BUS),
    f.VehicleRegistered("ost", at(-120), replace(BUS, id="taxi", zone_id="ost")),
    f.ShiftScheduled("nord", at(-120), SHIFT),
    came("r1", 0, MARKET, is_pickup=True),
    f.PlanChanged("nord", at(0), DAY, 7),
    f.VehicleUpdated("nord", at(1), replace(BUS, name="Neuer Bürgerbus")),
    came("r1", 21, SCHOOL, is_pickup=False),
    f.VehicleRemoved("ost", at(30), "taxi"),
]
ON_RIDES: list[f.Fact] = [
    f.OffersMade("nord", at(-70), DAY, ("r1", "x")),
    booked("r1", Load(2), 0),
    f.OffersMade("nord", at(-69), DAY, ("r2",)),
    booked("r2", Load(1, 1), 1),
    booked("r3", Load(1), 1),
    booked("r4", Load(1), 1),
    f.RideRefused(
        "nord", at(-68), DAY, (RefusalReason(RefusalCode.NO_SEAT, 2), RefusalReason(RefusalCode.BREAK, 1)), ""
    ),
    f.RideRefused("nord", at(-67), DAY, (RefusalReason(RefusalCode.NO_SEAT, 3),), "r5"),
    f.RideRefused("", at(-66), DAY, (RefusalReason(RefusalCode.OUTSIDE_SERVICE_AREA),), ""),
    f.RideCancelled("nord", at(-10), DAY, "r3"),
    aboard(f.PassengerBoarded, "r1", 1),
    aboard(f.PassengerBoarded, "r2", 3.5),
    aboard(f.PassengerNotShown, "r4", 11),
    f.PromiseBroken("nord", at(20), DAY, "r1", f.BrokenPromise.ARRIVAL_LATE, 90),
    aboard(f.PassengerAlighted, "r1", 22),
]
TOLD = [*ON_VEHICLES, *ON_RIDES]


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[EmbeddedBus]:
    bus = EmbeddedBus(tmp_path / "events.sqlite")
    yield bus
    bus.close()


@pytest.fixture
def new_board(tmp_path: Path) -> Iterator[Callable[[], sa.Engine]]:
    engines: list[sa.Engine] = []

    def make() -> sa.Engine:
        engines.append(open_board(f"sqlite:///{tmp_path}/board{len(engines)}.sqlite"))
        return engines[-1]

    yield make
    for engine in engines:
        engine.dispose()


def show(engine: sa.Engine, told: Sequence[f.Fact]) -> StoredBoard:
    with engine.begin() as connection:
        for fact in told:
            take(connection, to_event(fact))
    return StoredBoard(engine)


def test_figures_of_a_zone_and_of_all(new_board: Callable[[], sa.Engine]) -> None:
    board = show(new_board(), TOLD)
    nord = DayFigures(
        "nord",
        DAY,
        request_count=4,
        refused_count=2,
        booked_count=4,
        cancelled_count=1,
        no_show_count=1,
        boarded_count=2,
        completed_count=1,
        total_wait_s=60 + 150,
        total_ride_s=1260,
        total_direct_s=1000,
        broken_promise_count=1,
        refused_by_reason={RefusalCode.NO_SEAT: 2},
    )
    assert board.day_figures("nord", DAY) == nord
    both = {RefusalCode.NO_SEAT: 2, RefusalCode.OUTSIDE_SERVICE_AREA: 1}
    assert board.day_figures(None, DAY) == replace(
        nord, zone_id="", request_count=5, refused_count=3, refused_by_reason=both
    )
    assert board.day_figures("ost", DAY) == DayFigures("ost", DAY)
    assert board.day_figures("nord", DAY + timedelta(days=1)) == DayFigures("nord", DAY + timedelta(days=1))


def test_live_vehicles_are_where_they_were_last_reported(new_board: Callable[[], sa.Engine]) -> None:
    engine = new_board()
    board = show(engine, [*ON_VEHICLES[:4], *ON_RIDES[:12]])
    assert board.live_vehicles(None, "", 10) == [
        LiveVehicle("bus", "nord", MARKET, at(3.5), Load(3, 1), ("r1", "r2")),
        LiveVehicle("taxi", "ost", None, None, Load(0), ()),
    ]
    show(engine, [*ON_VEHICLES[4:], *ON_RIDES[12:]])
    assert board.live_vehicles(None, "", 10) == [
        LiveVehicle("bus", "nord", SCHOOL, at(22), Load(1, 1), ("r2",))
    ]


def test_live_vehicles_come_by_zone_and_page(new_board: Callable[[], sa.Engine]) -> None:
    fleet = [f.VehicleRegistered("nord", at(0), replace(BUS, id=f"v{number}")) for number in range(5)]
    board = show(new_board(), [*fleet, *ON_VEHICLES])
    assert [vehicle.vehicle_id for vehicle in board.live_vehicles("nord", "", 3)] == ["bus", "v0", "v1"]
    assert [vehicle.vehicle_id for vehicle in board.live_vehicles("nord", "v1", 9)] == ["v2", "v3", "v4"]
    assert board.live_vehicles("ost", "", 9) == []


def test_a_late_report_does_not_move_a_vehicle_back(new_board: Callable[[], sa.Engine]) -> None:
    told = [*ON_VEHICLES, came("r2", 10, MARKET, is_pickup=True)]
    (bus, *_) = show(new_board(), told).live_vehicles("nord", "", 1)
    assert (bus.point, bus.report_time) == (SCHOOL, at(21))


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations([True] * len(ON_VEHICLES) + [False] * len(ON_RIDES)))
def test_the_topics_may_come_in_any_order_to_each_other(
    new_board: Callable[[], sa.Engine], order: list[bool]
) -> None:
    topics = {True: iter(ON_VEHICLES), False: iter(ON_RIDES)}
    one, other = new_board(), new_board()
    show(one, TOLD)
    show(other, [next(topics[topic]) for topic in order])
    assert board_digest(one) == board_digest(other)


def test_the_digest_changes_with_every_event_that_shows(new_board: Callable[[], sa.Engine]) -> None:
    engine = new_board()
    digests = [board_digest(engine)]
    for fact in TOLD:
        show(engine, [fact])
        digests.append(board_digest(engine))
    changed = [one != other for one, other in pairwise(digests)]
    assert [type(fact).__name__ for fact, shows in zip(TOLD, changed, strict=True) if not shows] == [
        "ShiftScheduled",
        "PlanChanged",
        "VehicleUpdated",  # of its name only
    ]


def test_a_second_group_replays_the_log_to_the_same_board(
    bus: EmbeddedBus, new_board: Callable[[], sa.Engine]
) -> None:
    events = [to_event(fact) for fact in TOLD]
    bus.publish(events)
    bus.publish(events[3:9])  # delivered twice, as after a crash
    first, second = new_board(), new_board()
    board_consumer(bus, first).run_until_caught_up()
    board_consumer(bus, second, "pooling-board-check").run_until_caught_up()
    assert board_digest(first) == board_digest(second)
    assert StoredBoard(first).day_figures("nord", DAY).booked_count == 4
    assert board_consumer(bus, first).run_until_caught_up() == 0


@pytest.mark.parametrize(
    "fact",
    [
        aboard(f.PassengerBoarded, "ghost", 1),
        aboard(f.PassengerAlighted, "ghost", 1),
        aboard(f.PassengerNotShown, "ghost", 1),
        f.RideCancelled("nord", at(0), DAY, "ghost"),
    ],
)
def test_what_is_told_of_unknown_rides_goes_to_the_dead_letters(
    fact: f.Fact, bus: EmbeddedBus, new_board: Callable[[], sa.Engine]
) -> None:
    engine = new_board()
    with pytest.raises(UnknownRide, match="ghost"), engine.begin() as connection:
        take(connection, to_event(fact))
    bus.publish([to_event(fact), *(to_event(told) for told in TOLD)])
    board_consumer(bus, engine).run_until_caught_up()
    clean = new_board()
    show(clean, TOLD)
    assert board_digest(engine) == board_digest(clean)
    assert [letter.event.type for letter in bus.read([dead_topic(RIDE_TOPIC, GROUP)])] == [
        to_event(fact).type
    ]


def test_alighting_without_boarding_is_not_believed(new_board: Callable[[], sa.Engine]) -> None:
    with pytest.raises(UnknownRide, match="r1"):
        show(new_board(), [booked("r1", Load(1), 0), aboard(f.PassengerAlighted, "r1", 1)])


def test_an_unreadable_event_is_poison_and_one_of_others_means_nothing(
    new_board: Callable[[], sa.Engine],
) -> None:
    engine = new_board()
    show(engine, ON_RIDES[:2])
    before = board_digest(engine)
    foreign = Event(
        "1", "landlinie/waste", "landlinie.waste.events.v1.Emptied", RIDE_TOPIC, "k", at(0), b"\xff"
    )
    broken = replace(to_event(ON_RIDES[0]), payload=b"\xff\xff")
    with engine.begin() as connection:
        take(connection, foreign)
        with pytest.raises(MalformedEvent):
            take(connection, broken)
    assert board_digest(engine) == before


def test_events_keep_everything_but_what_people_call_a_place() -> None:
    nameless = BoardingPoint(MARKET)
    for fact in TOLD:
        event = to_event(fact)
        assert b"Schmidt" not in event.payload
    bus_facts = [fact for fact in TOLD if not isinstance(fact, f.PlanChanged)]
    expected = [
        replace(fact, pickup=nameless) if isinstance(fact, f.RideBooked) else fact for fact in bus_facts
    ]
    assert [from_event(to_event(fact)) for fact in bus_facts] == expected


class StraightRoads:
    """Every way takes ten minutes."""

    def snap(self, point: Point, limit_m: float) -> Point:
        raise AssertionError((point, limit_m))

    def travel_matrix(self, points: Sequence[Point]) -> TravelMatrix:
        apart = (1 - np.eye(len(points), dtype=np.int32)).astype(np.int32)
        return TravelMatrix(apart * 600, apart * 5000)


def test_the_log_is_judged_whatever_is_delivered_twice(bus: EmbeddedBus) -> None:
    events = [to_event(fact) for fact in TOLD]
    bus.publish(events)
    bus.publish(events)
    assert len(list(facts_in(bus))) == len(TOLD) - 1  # PlanChanged tells nothing
    result = audit_log(bus, StraightRoads(), at(0) + timedelta(hours=2))
    assert [(finding.rule, finding.subject) for finding in result.broken_promises] == []
    assert {finding.rule for finding in result.findings} == {"pairing"}  # r2 never got off
    assert (result.figures.request_count, result.figures.served_count) == (5, 1)
