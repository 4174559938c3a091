"""The board: what it shows after which events, however they come."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from google.protobuf.duration_pb2 import Duration
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from identified import TENANT
from landlinie.pooling.v1 import board_pb2, offer_pb2
from pooling import messages
from pooling.adapters.board import GROUP, Board
from pooling.adapters.board_events import UnknownRide, take
from pooling.adapters.event_log import audit_log, facts_in
from pooling.adapters.fact_messages import RIDE_TOPIC, TOPICS, to_event
from pooling.adapters.told_facts import from_event
from pooling.domain import facts as f
from pooling.domain.emissions import Emissions
from pooling.domain.fleet import Shift, Vehicle, VehicleKind
from pooling.domain.offers import Promise, RefusalCode, RefusalReason, Span
from pooling.domain.places import BoardingPoint, Point
from routing_core.fleet.model import Layout, Load
from routing_core.travel import TravelMatrix
from service_kit.consumers import ConsumerRunner
from service_kit.database import database_url, open_engine
from service_kit.dead_letters import dead_topic
from service_kit.embedded_bus import EmbeddedBus
from service_kit.events import Event, MalformedEvent
from service_kit.settings import StoreSettings

DAY = date(2026, 3, 10)
EIGHT = datetime(2026, 3, 10, 8, tzinfo=UTC)
DEPOT, MARKET, SCHOOL = Point(53.5, 13.1), Point(53.55, 13.2), Point(53.6, 13.3)
BUS = Vehicle("bus", "nord", VehicleKind.BUERGERBUS, "Bürgerbus", (Layout(8), Layout(6, 1)))
SHIFT = Shift(
    "early", "bus", "nord", DAY, EIGHT - timedelta(hours=2), EIGHT + timedelta(hours=4), DEPOT, DEPOT
)

EMISSIONS = Emissions(dict.fromkeys(VehicleKind, 100) | {VehicleKind.BUERGERBUS: 200}, 150)


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


def aboard(
    kind: type[f.AboardFact], ride_id: str, minute: float, way: f.DrivenWay = f.NO_WAY
) -> f.AboardFact:
    return kind("nord", at(minute), DAY, ride_id, "bus", "early", way)


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
    aboard(f.PassengerBoarded, "r1", 1, f.DrivenWay(5_000, occupied=False, home_m=5_000)),
    aboard(f.PassengerBoarded, "r2", 3.5, f.DrivenWay(0, occupied=True, home_m=5_000)),
    aboard(f.PassengerNotShown, "r4", 11, f.DrivenWay(2_000, occupied=True, home_m=7_000)),
    f.PromiseBroken("nord", at(20), DAY, "r1", f.BrokenPromise.ARRIVAL_LATE, 90),
    f.PassengerAlighted(
        "nord", at(22), DAY, "r1", "bus", "early", f.DrivenWay(9_000, occupied=True, home_m=8_000), 10_000
    ),
]
TOLD = [*ON_VEHICLES, *ON_RIDES]


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[EmbeddedBus]:
    bus = EmbeddedBus(tmp_path / "events.sqlite")
    yield bus
    bus.close()


class Shown(Board):
    """A board that can be given facts without a bus."""

    def __init__(self, engine: sa.Engine) -> None:
        super().__init__(engine, EMISSIONS)
        self.engine = engine

    def show(self, told: Sequence[f.Fact]) -> None:
        with self.engine.begin() as connection:
            for fact in told:
                self.take(connection, to_event(fact, TENANT))

    def follow(self, bus: EmbeddedBus, group: str = GROUP) -> int:
        return ConsumerRunner(bus, self.engine, group, TOPICS, self.take).run_until_caught_up()

    def live(self, zone_id: str | None = None, after: str = "", count: int = 10) -> list[object]:
        return [
            (
                vehicle.vehicle_id,
                vehicle.zone_id,
                messages.point_of(vehicle.position) if vehicle.HasField("position") else None,
                messages.instant(vehicle.report_time) if vehicle.HasField("report_time") else None,
                messages.load_of(vehicle.aboard),
                tuple(vehicle.aboard_ride_ids),
            )
            for vehicle in self.live_vehicles(zone_id, after, count)
        ]


@pytest.fixture(params=["sqlite", "postgresql"])
def new_board(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Shown]]:
    boards: list[Shown] = []
    kept = StoreSettings()
    if request.param == "postgresql":
        kept = StoreSettings(database_url=request.getfixturevalue("postgres_url"))

    def make() -> Shown:
        boards.append(Shown(open_engine(database_url(kept, tmp_path, f"board{len(boards)}"), pool_size=2)))
        return boards[-1]

    yield make
    for board in boards:
        board.engine.dispose()


def refused(**counts: int) -> list[board_pb2.RefusalCount]:
    return [
        board_pb2.RefusalCount(code=offer_pb2.RefusalCode.Value(f"REFUSAL_CODE_{code}"), count=count)
        for code, count in counts.items()
    ]


def figures(board: Board, zone_id: str | None, day: date = DAY) -> board_pb2.DayFigures:
    (found,) = board.figures(zone_id, day, day)
    return found


def test_figures_of_a_zone_and_of_all(new_board: Callable[[], Shown]) -> None:
    board = new_board()
    board.show(TOLD)
    nord = board_pb2.DayFigures(
        zone_id="nord",
        service_date="2026-03-10",
        request_count=4,
        refused_count=2,
        booked_count=4,
        cancelled_count=1,
        no_show_count=1,
        boarded_count=2,
        completed_count=1,
        total_wait_duration=Duration(seconds=60 + 150),
        total_ride_duration=Duration(seconds=1260),
        total_direct_duration=Duration(seconds=1000),
        broken_promise_count=1,
        refused_by_reason=refused(NO_SEAT=2),
        pooled_count=1,
        driven_distance_m=24_000,
        empty_distance_m=13_000,
        direct_distance_m=10_000,
        co2_g=4_800,
        car_co2_g=1_500,
    )
    assert figures(board, "nord") == nord
    both = figures(board, None)
    assert (both.zone_id, both.request_count, both.refused_count, both.booked_count) == ("", 5, 3, 4)
    assert list(both.refused_by_reason) == refused(NO_SEAT=2, OUTSIDE_SERVICE_AREA=1)
    for zone_id, day in (("ost", DAY), ("nord", DAY + timedelta(days=1))):
        nothing = figures(board, zone_id, day)
        assert (nothing.zone_id, nothing.service_date) == (zone_id, day.isoformat())
        assert nothing.booked_count == nothing.request_count == len(nothing.refused_by_reason) == 0


def test_figures_come_day_by_day(new_board: Callable[[], Shown]) -> None:
    board = new_board()
    after = DAY + timedelta(days=2)
    board.show([*TOLD, f.OffersMade("ost", at(3000), after, ("o",))])
    found = board.figures(None, DAY - timedelta(days=1), after)
    assert [(each.service_date, each.request_count) for each in found] == [
        ("2026-03-09", 0),
        ("2026-03-10", 5),
        ("2026-03-11", 0),
        ("2026-03-12", 1),
    ]
    assert found[1] == figures(board, None)


def test_each_kind_of_vehicle_is_reckoned_with_its_own_factor(new_board: Callable[[], Shown]) -> None:
    board = new_board()
    taxi = replace(BUS, id="taxi", kind=VehicleKind.TAXI)
    way = f.DrivenWay(6_000, occupied=False, home_m=4_000)
    board.show(
        [
            *TOLD,
            f.VehicleRegistered("nord", at(0), taxi),
            booked("r9", Load(1), 0),
            f.PassengerBoarded("nord", at(5), DAY, "r9", "taxi", "late", way),
        ]
    )
    assert figures(board, "nord").co2_g == 24 * 200 + 10 * 100
    assert [factor.co2_g_per_km for factor in board.emission_factors()] == [200, 100, 100, 100, 150]


def test_who_gets_on_where_another_gets_off_has_not_shared_the_way(new_board: Callable[[], Shown]) -> None:
    board = new_board()
    follows = replace(booked("r2", Load(1), 20), pickup=BoardingPoint(SCHOOL), dropoff=BoardingPoint(MARKET))
    board.show(
        [
            booked("r1", Load(1), 0),
            follows,
            aboard(f.PassengerBoarded, "r1", 1),
            aboard(f.PassengerBoarded, "r2", 21),
            aboard(f.PassengerAlighted, "r1", 21),
            aboard(f.PassengerAlighted, "r2", 40),
        ]
    )
    assert (figures(board, "nord").completed_count, figures(board, "nord").pooled_count) == (2, 0)


def test_live_vehicles_are_where_they_were_last_reported(new_board: Callable[[], Shown]) -> None:
    board = new_board()
    board.show([*ON_VEHICLES[:4], *ON_RIDES[:12]])
    assert board.live() == [
        ("bus", "nord", MARKET, at(3.5), Load(3, 1), ("r1", "r2")),
        ("taxi", "ost", None, None, Load(0), ()),
    ]
    board.show([*ON_VEHICLES[4:], *ON_RIDES[12:]])
    assert board.live() == [("bus", "nord", SCHOOL, at(22), Load(1, 1), ("r2",))]


def test_who_sat_in_a_vehicle_that_broke_down_is_in_none_and_counts_once(
    new_board: Callable[[], Shown],
) -> None:
    board = new_board()
    board.show(
        [
            ON_VEHICLES[0],
            booked("r1", Load(2), 0),
            booked("r2", Load(1), 0),
            aboard(f.PassengerBoarded, "r1", 1),
            aboard(f.PassengerBoarded, "r2", 1),
            f.VehicleBrokenDown("nord", at(9), DAY, "bus", BoardingPoint(DEPOT), (), ("r1",), ("r2",)),
            f.RideInterrupted(
                "nord",
                at(9),
                DAY,
                "r1",
                "bus",
                "early",
                f.DrivenWay(4_000, occupied=True, home_m=1_000),
                place=BoardingPoint(DEPOT),
            ),
            f.RideInterrupted("nord", at(9), DAY, "r2", "bus", "early", place=BoardingPoint(DEPOT)),
            f.RideStranded("nord", at(9), DAY, "r2", (), f.BreakCause.BREAKDOWN),
            f.PromiseBroken("nord", at(9), DAY, "r2", f.BrokenPromise.NO_VEHICLE, 0, f.BreakCause.BREAKDOWN),
        ]
    )
    assert board.live("nord") == [("bus", "nord", DEPOT, at(9), Load(0), ())]
    again = replace(booked("r1", Load(2), 0).promise, pickup=Span(at(20), at(30)))
    board.show(
        [
            f.RidePromisedAnew(
                "nord", at(9), DAY, "r1", "taxi", "s2", again, at(20), at(35), f.BreakCause.BREAKDOWN
            ),
            replace(aboard(f.PassengerBoarded, "r1", 22), vehicle_id="taxi", shift_id="s2"),
            replace(aboard(f.PassengerAlighted, "r1", 37), vehicle_id="taxi", shift_id="s2"),
            f.RideCancelled("nord", at(40), DAY, "r2"),
        ]
    )
    told = figures(board, "nord")
    assert (told.boarded_count, told.completed_count, told.broken_promise_count) == (2, 1, 1)
    # They shared the way until the breakdown.
    assert told.pooled_count == 1
    # Each waited a minute at first, then two more; eight minutes for each in the first vehicle, then fifteen.
    assert told.total_wait_duration.seconds == 60 + 60 + 120
    assert told.total_ride_duration.seconds == 8 * 60 + 8 * 60 + 15 * 60


def test_live_vehicles_come_by_zone_and_page(new_board: Callable[[], Shown]) -> None:
    fleet = [f.VehicleRegistered("nord", at(0), replace(BUS, id=f"v{number}")) for number in range(5)]
    board = new_board()
    board.show([*fleet, *ON_VEHICLES])
    assert [vehicle.vehicle_id for vehicle in board.live_vehicles("nord", "", 3)] == ["bus", "v0", "v1"]
    assert [vehicle.vehicle_id for vehicle in board.live_vehicles("nord", "v1", 9)] == ["v2", "v3", "v4"]
    assert board.live_vehicles("ost", "", 9) == []


def test_a_late_report_does_not_move_a_vehicle_back(new_board: Callable[[], Shown]) -> None:
    told = [*ON_VEHICLES, came("r2", 10, MARKET, is_pickup=True)]
    board = new_board()
    board.show(told)
    assert board.live("nord") == [("bus", "nord", SCHOOL, at(21), Load(0), ())]


@pytest.mark.parametrize("new_board", ["sqlite"], indirect=True)
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations([True] * len(ON_VEHICLES) + [False] * len(ON_RIDES)))
def test_the_topics_may_come_in_any_order_to_each_other(
    new_board: Callable[[], Shown], order: list[bool]
) -> None:
    topics = {True: iter(ON_VEHICLES), False: iter(ON_RIDES)}
    one, other = new_board(), new_board()
    one.show(TOLD)
    other.show([next(topics[topic]) for topic in order])
    assert one.digest() == other.digest()


def test_the_digest_changes_with_every_event_that_shows(new_board: Callable[[], Shown]) -> None:
    board = new_board()
    digests = [board.digest()]
    for fact in TOLD:
        board.show([fact])
        digests.append(board.digest())
    changed = [one != other for one, other in pairwise(digests)]
    assert [type(fact).__name__ for fact, shows in zip(TOLD, changed, strict=True) if not shows] == [
        "ShiftScheduled",
        "PlanChanged",
        "VehicleUpdated",  # of its name only
    ]


def test_a_second_group_replays_the_log_to_the_same_board(
    bus: EmbeddedBus, new_board: Callable[[], Shown]
) -> None:
    events = [to_event(fact, TENANT) for fact in TOLD]
    bus.publish(events)
    bus.publish(events[3:9])  # delivered twice, as after a crash
    first, second = new_board(), new_board()
    first.follow(bus)
    second.follow(bus, "pooling-board-check")
    assert first.digest() == second.digest()
    assert figures(first, "nord").booked_count == 4
    assert first.follow(bus) == 0


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
    fact: f.Fact, bus: EmbeddedBus, new_board: Callable[[], Shown]
) -> None:
    board, clean = new_board(), new_board()
    with pytest.raises(UnknownRide, match="ghost"):
        board.show([fact])
    bus.publish([to_event(fact, TENANT), *(to_event(told, TENANT) for told in TOLD)])
    board.follow(bus)
    clean.show(TOLD)
    assert board.digest() == clean.digest()
    assert [letter.event.type for letter in bus.read([dead_topic(RIDE_TOPIC, GROUP)])] == [
        to_event(fact, TENANT).type
    ]


def test_alighting_without_boarding_is_not_believed(new_board: Callable[[], Shown]) -> None:
    with pytest.raises(UnknownRide, match="r1"):
        new_board().show([booked("r1", Load(1), 0), aboard(f.PassengerAlighted, "r1", 1)])


def test_an_unreadable_event_is_poison_and_one_of_others_means_nothing(
    new_board: Callable[[], Shown],
) -> None:
    board = new_board()
    board.show(ON_RIDES[:2])
    before = board.digest()
    foreign = Event(
        "1", "landlinie/waste", "landlinie.waste.events.v1.Emptied", RIDE_TOPIC, "k", at(0), b"\xff"
    )
    broken = replace(to_event(ON_RIDES[0], TENANT), payload=b"\xff\xff")
    with board.engine.begin() as connection:
        take(connection, foreign)
        with pytest.raises(MalformedEvent):
            take(connection, broken)
    assert board.digest() == before


def test_events_keep_everything_but_what_people_call_a_place() -> None:
    nameless = BoardingPoint(MARKET)
    for fact in TOLD:
        event = to_event(fact, TENANT)
        assert b"Schmidt" not in event.payload
    bus_facts = [fact for fact in TOLD if not isinstance(fact, f.PlanChanged)]
    expected = [
        replace(fact, pickup=nameless) if isinstance(fact, f.RideBooked) else fact for fact in bus_facts
    ]
    assert [from_event(to_event(fact, TENANT)) for fact in bus_facts] == expected


class StraightRoads:
    """Every way takes ten minutes."""

    def snap(self, point: Point, limit_m: float) -> Point:
        raise AssertionError((point, limit_m))

    def travel_matrix(self, points: Sequence[Point]) -> TravelMatrix:
        raise AssertionError(points)

    def on_the_way(self, origin: Point, destination: Point, driven_s: int) -> Point:
        raise AssertionError((origin, destination, driven_s))

    def usual_travel_matrix(self, points: Sequence[Point]) -> TravelMatrix:
        apart = (1 - np.eye(len(points), dtype=np.int32)).astype(np.int32)
        return TravelMatrix(apart * 600, apart * 5000)


def test_the_log_is_judged_whatever_is_delivered_twice(bus: EmbeddedBus) -> None:
    events = [to_event(fact, TENANT) for fact in TOLD]
    bus.publish(events)
    bus.publish(events)
    assert len(list(facts_in(bus))) == len(TOLD) - 1  # PlanChanged tells nothing
    result = audit_log(bus, StraightRoads(), at(0) + timedelta(hours=2))
    assert [(finding.rule, finding.subject) for finding in result.broken_promises] == []
    assert {finding.rule for finding in result.findings} == {"pairing"}  # r2 never got off
    assert (result.figures.request_count, result.figures.served_count) == (5, 1)
