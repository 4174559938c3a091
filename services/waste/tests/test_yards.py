"""Yards and parking spaces: registered, read from their sensors, told to everybody where owners allow."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from district import NOON, OPERATOR, Office, depot_of
from open_door import Asking, opened
from service_kit.database import open_engine
from service_kit.errors import NotFound
from service_kit.migrations import migrate
from service_kit.rate_limit import TokenBuckets
from waste.adapters.yard_store import SqlYardStore
from waste.application.ports_yards import ParkingSpace, SensorRole, Yard
from waste.application.yards import Yards
from waste.domain.access import EVERYTHING, Scope
from waste.domain.containers import Device, OpeningSpan, Watched
from waste.domain.readings import Measurement, Reading
from waste.domain.yard import YardPlan
from waste.entrypoints.yard_port import yard_routes

BERLIN = ZoneInfo("Europe/Berlin")
DAYS = frozenset({1, 2, 3, 4, 5, 6})
YARD = Yard(
    "hof",
    "east",
    "Wertstoffhof Ost",
    53.5,
    13.2,
    BERLIN,
    YardPlan(4, 12),
    (OpeningSpan(DAYS, 9 * 60, 17 * 60),),
    (("loop", SensorRole.BOTH),),
    public=True,
)
MINUTE = timedelta(minutes=1)


class Desk:
    """Yards beside the containers of a small district."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.engine = open_engine(f"sqlite:///{folder}/open.sqlite")
        migrate(self.engine, "waste.adapters.open_migrations")
        self.yards = Yards(SqlYardStore(self.engine), office.store, office.clock, lambda _: False)

    def count(self, came: int, left: int, minute: int = 0) -> None:
        told = Measurement(count_in=came, count_out=left)
        at = self.office.clock.now() + minute * MINUTE
        self.office.levels.take([Reading("loop", at, at, told)])

    def register(self, place: Yard | ParkingSpace) -> None:
        self.yards.register(self.office.call(), place)


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Iterator[Desk]:
    for name in ("east", "west"):
        office.settle(name)
    for name, kind, watched in (
        ("loop", Watched.YARD, "hof"),
        ("queue", Watched.YARD, "hof"),
        ("space", Watched.PARKING_SPACE, "p1"),
    ):
        office.registry.add_device(office.call(), Device(name, "east", "test sensor", kind, watched, NOON))
    desk = Desk(office, tmp_path)
    yield desk
    desk.engine.dispose()


def test_a_yard_is_as_full_as_its_loops_say(desk: Desk) -> None:
    desk.register(YARD)
    desk.count(100, 100)
    desk.count(107, 101, 1)
    desk.office.pass_time(minutes=2)
    state = desk.yards.state("hof", OPERATOR)
    assert (state.open, state.stale, state.car_count, state.queue_count) == (True, False, 6, 2)
    assert state.occupancy_share == 1.5
    assert state.source == "loop counters, zeroed at night, exits times 1.000"
    # Three departures, at twenty an hour or what was seen of it.
    assert timedelta(minutes=8) < state.waiting.expected < timedelta(minutes=10)
    assert state.waiting.upper_90 > state.waiting.expected


def test_what_was_measured_long_ago_is_stale(desk: Desk) -> None:
    desk.register(YARD)
    assert desk.yards.state("hof", OPERATOR).stale
    desk.count(1, 0)
    desk.office.pass_time(minutes=40)
    assert desk.yards.state("hof", OPERATOR).stale


def test_a_queue_sensor_tells_who_waits(desk: Desk) -> None:
    desk.register(replace(YARD, sensors=(("queue", SensorRole.QUEUE),)))
    told = Measurement(distance_mm=20_000)
    desk.office.levels.take([Reading("queue", NOON, NOON, told)])
    state = desk.yards.state("hof", OPERATOR)
    assert (state.queue_count, state.car_count, state.source) == (4, 8, "queue length sensor")
    assert state.waiting.expected == timedelta(minutes=15)


def test_the_past_tells_the_next_hours(desk: Desk) -> None:
    desk.register(YARD)
    assert not desk.yards.state("hof", OPERATOR).ahead
    came = 0
    for day in range(28, 0, -1):
        begin = NOON - timedelta(days=day, hours=5)
        readings = []
        for half_hour in range(16):
            came += 6
            at = begin + half_hour * 30 * MINUTE
            left = came - (3 if half_hour < 15 else 0)
            readings.append(Reading("loop", at, at, Measurement(count_in=came, count_out=left)))
        desk.office.levels.take(readings)
    desk.count(came + 3, came)
    desk.office.pass_time(minutes=1)
    state = desk.yards.state("hof", OPERATOR)
    assert state.ahead
    assert state.ahead[0].at == NOON + 30 * MINUTE
    assert 2 < state.ahead[0].expected_cars < 4
    assert state.ahead[0].lower_80_cars <= state.ahead[0].expected_cars <= state.ahead[0].upper_80_cars + 1


def test_yards_belong_to_their_sub_accounts(desk: Desk) -> None:
    with pytest.raises(NotFound, match="there is no sub-account 'east'"):
        desk.yards.register(desk.office.call(depot_of("west")), YARD)
    desk.register(YARD)
    with pytest.raises(NotFound, match="there is no yard 'hof'"):
        desk.yards.state("hof", depot_of("west"))
    taken = replace(YARD, sub_account_id="west", sensors=())
    with pytest.raises(NotFound, match="there is no yard 'hof'"):
        desk.yards.register(desk.office.call(depot_of("west")), taken)
    with pytest.raises(NotFound, match="there is no device 'west-0'"):
        desk.register(replace(YARD, sensors=(("west-0", SensorRole.BOTH),)))
    assert desk.yards.listed(Yard, Scope(frozenset({"west"})), "", 9) == []
    assert desk.yards.listed(Yard, EVERYTHING, "", 9) == [YARD]


def test_parking_spaces_are_as_their_sensors_say(desk: Desk) -> None:
    desk.register(ParkingSpace("p1", "east", "Markt 1", 53.5, 13.2))
    [before] = desk.yards.spaces(EVERYTHING, "", 9)
    assert before.occupied is None
    desk.office.levels.take([Reading("space", NOON, NOON, Measurement(occupied=True))])
    [now] = desk.yards.spaces(EVERYTHING, "", 9)
    assert (now.occupied, now.measured_at) == (True, NOON)
    desk.office.pass_time(days=2)
    assert desk.yards.spaces(EVERYTHING, "", 9)[0].occupied is None
    assert desk.yards.spaces(Scope(frozenset({"west"})), "", 9) == []


@pytest.fixture
def asking(desk: Desk) -> Iterator[Asking]:
    desk.register(YARD)
    desk.register(replace(YARD, id="secret", public=False))
    desk.count(100, 100)
    desk.count(107, 101, 1)
    desk.office.pass_time(minutes=2)
    with opened(yard_routes(desk.yards, TokenBuckets(clock_s=lambda: 0.0))) as asking:
        yield asking


@pytest.mark.network
def test_anybody_may_look_at_public_yards_and_keep_the_answer(asking: Asking) -> None:
    listed = asking.get("/v1/public/yards")
    assert [yard["yard_id"] for yard in listed.json["yards"]] == ["hof"]
    answer = asking.get(listed.json["yards"][0]["url"])
    assert answer.status == 200
    assert answer.headers["cache-control"] == "public, max-age=30"
    told = answer.json
    assert (told["car_count"], told["queue_count"], told["open"], told["stale"]) == (6, 2, True, False)
    assert told["waiting_min"] > 0
    again = asking.get("/v1/public/yards/hof", If_None_Match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    for hidden in ("secret", "none"):
        refused = asking.get(f"/v1/public/yards/{hidden}")
        assert (refused.status, refused.json["reason"]) == (404, "YARD_NOT_FOUND")


@pytest.mark.network
def test_nobody_asks_too_often(asking: Asking) -> None:
    answers = [asking.get("/v1/public/yards/hof") for _ in range(61)]
    assert [answer.status for answer in answers] == [200] * 60 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
