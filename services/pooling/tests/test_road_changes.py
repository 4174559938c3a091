"""Closures and slow-downs: when they hold, what they do to plans, and what others may tell of them."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from changed_road import ChangedRoad
from driver import Drivers
from landlinie.network.events.v1 import road_events_pb2
from landlinie.pooling.events.v1 import vehicle_events_pb2
from pooling.adapters import road_messages, road_tables
from pooling.adapters.event_log import audit_log
from pooling.adapters.road_book import GROUP, SqlRoadBook
from pooling.application.retiming import RetimePlans
from pooling.application.road_changes import RoadChanges, RoadChangeWish
from pooling.domain.facts import BrokenPromise, PromiseBroken
from pooling.domain.offers import RefusalCode
from pooling.domain.places import Point
from pooling.domain.rides import RideState
from pooling.domain.road_changes import RoadChange
from pooling.domain.zone_day import ZoneDay
from pooling.entrypoints.road_watch import RoadWatch
from service_kit.consumers import ConsumerRunner
from service_kit.database import open_engine
from service_kit.embedded_bus import EmbeddedBus
from service_kit.errors import InvalidInput
from service_kit.event_payload import pack, unpack
from service_kit.events import Event
from service_kit.outbox import Relay
from town import PHONE_DESK, ROAD, Town

SLOW = 0.5
BLOCKED = 0.05
PLAN_CHANGED = vehicle_events_pb2.PlanChanged.DESCRIPTOR.full_name


class Desk:
    """The dispatcher's desk for roads, in a town whose one road listens to it."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town = town
        self.road = ChangedRoad()
        town.desk.roads = self.road
        self.engine = open_engine(f"sqlite:///{folder}/roads.sqlite")
        self.bus = EmbeddedBus(folder / "roads-events.sqlite")
        self.book = SqlRoadBook(self.engine)
        self.committed: list[ZoneDay] = []
        self.changes = RoadChanges(self.book, self.road, town.clock)
        self.watch = self.new_watch()
        self._numbers = itertools.count()

    def new_watch(self) -> RoadWatch:
        """As of a service that has just started."""
        retime = RetimePlans(self.town.desk, self.committed.extend)
        return RoadWatch(self.town.desk, self.book, self.road, retime)

    def wish(self, share: float, path: Sequence[Point], *times: str | None) -> RoadChangeWish:
        """A change asked for, from and to a time of the clock."""
        start, end = (None if time is None else self.town.at(time) for time in times)
        return RoadChangeWish(tuple(path), share, start, end, "Baum")

    def report(self, share: float, start: str | None = None, end: str | None = None) -> RoadChange:
        wish = self.wish(share, ROAD[:2], start, end)
        return self.changes.report(f"r{next(self._numbers)}", b"", wish)

    def close(self, place: int) -> RoadChange:
        """Close the road between a place and the next one."""
        wish = self.wish(0.0, ROAD[place : place + 2], None, None)
        change = self.changes.report(f"r{next(self._numbers)}", b"", wish)
        self.watch.look()
        return change

    def told(self) -> list[Event]:
        Relay(self.engine, self.bus).publish_pending()
        return [delivery.event for delivery in self.bus.read([road_messages.TOPIC])]

    def hear(self, *events: Event) -> None:
        """Have the service's consumer take what others tell."""
        self.bus.publish(list(events))
        ConsumerRunner(
            self.bus, self.engine, GROUP, [road_messages.TOPIC], self.book.take
        ).run_until_caught_up()


@pytest.fixture
def desk(town: Town, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(town, tmp_path)
    yield desk
    desk.bus.close()
    desk.engine.dispose()


def of_others(desk: Desk, change: RoadChange, number: int = 0) -> Event:
    message = road_events_pb2.RoadChangeReported(road_change=road_messages.message_of(change))
    return pack(
        message,
        source="landkreis/baustellen",
        topic=road_messages.TOPIC,
        key="roads",
        time=desk.town.clock.now() + timedelta(seconds=number),
    )


def works(
    desk: Desk, share: float = SLOW, change_id: str = "L35", path: Sequence[Point] = ROAD[:2]
) -> RoadChange:
    return RoadChange(change_id, tuple(path), share, desk.town.at("05:00"), None, "Deckenerneuerung")


def dropoff_time(town: Town) -> str:
    return next(start for action, _, start in town.times() if action == "dropoff")


def test_a_slow_down_gives_running_plans_new_times(town: Town, desk: Desk) -> None:
    town.add_bus()
    town.ride(1, 3, "08:00")
    usual = town.times()
    desk.report(0.9)
    desk.watch.look()
    assert town.times() != usual
    assert dropoff_time(town) > next(start for action, _, start in usual if action == "dropoff")
    assert town.violations() == []
    assert town.facts(PromiseBroken) == []
    stored = town.plan().version
    assert [day.version for day in desk.committed] == [stored]
    told = [event for event in town.events() if event.type == PLAN_CHANGED]
    assert unpack(told[-1], vehicle_events_pb2.PlanChanged).version == stored


def test_promises_that_cannot_be_kept_are_told_once(town: Town, desk: Desk) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00")
    desk.report(BLOCKED)
    for _ in range(3):
        desk.watch.look()
    told = town.facts(PromiseBroken)
    assert {fact.ride_id for fact in told} == {ride.id}
    kinds = [fact.what for fact in told]
    assert BrokenPromise.ARRIVAL_LATE in kinds
    assert len(kinds) == len(set(kinds))
    assert all(fact.by_s > 0 for fact in told)


def test_a_closure_leaves_plans_their_times_and_is_told_to_those_without_a_way(
    town: Town, desk: Desk
) -> None:
    town.add_bus()
    cut_off, other = town.ride(1, 4, "08:00"), town.ride(1, 2, "11:00")
    usual = town.times()
    desk.close(3)
    desk.watch.look()
    assert town.times() == usual
    told = [(fact.ride_id, fact.what, fact.by_s) for fact in town.facts(PromiseBroken)]
    assert told == [(cut_off.id, BrokenPromise.NO_WAY, 0)]
    assert town.violations() == []
    assert other.id in {stop.subject for stop in town.stops()}


def test_who_is_aboard_when_the_road_closes_is_told_as_well(town: Town, desk: Desk) -> None:
    town.add_bus()
    aboard = town.ride(1, 4, "08:00")
    town.board(aboard.id, "08:05")
    desk.close(3)
    assert [(fact.ride_id, fact.what) for fact in town.facts(PromiseBroken)] == [
        (aboard.id, BrokenPromise.NO_WAY)
    ]
    assert town.alight(aboard.id, "08:40").state is RideState.COMPLETED


def test_new_rides_to_where_there_is_no_way_are_refused(town: Town, desk: Desk) -> None:
    town.add_bus()
    town.ride(1, 4, "08:00")
    desk.close(3)
    answer = town.ask(1, 4, "12:00")
    assert [reason.code for reason in answer.reasons] == [RefusalCode.NO_ROUTE]
    assert town.ask(4, 1, "12:00").reasons == answer.reasons
    town.add_bus("other")
    assert {offer.vehicle_id for offer in town.ask(1, 3, "12:00").offers} == {"other"}


def test_a_ride_without_a_way_can_be_cancelled_and_its_vehicle_takes_others_again(
    town: Town, desk: Desk
) -> None:
    town.add_bus()
    cut_off = town.ride(1, 4, "08:00")
    desk.close(3)
    assert town.cancel(cut_off.id).state is RideState.CANCELLED
    assert town.ask(1, 3, "12:00").offers


def test_a_reopened_road_brings_nothing_new(town: Town, desk: Desk) -> None:
    town.add_bus()
    town.ride(1, 4, "08:00")
    version = town.plan().version
    change = desk.close(3)
    assert town.plan().version == version + 1
    assert desk.changes.lift(change.id)
    desk.watch.look()
    assert len(town.facts(PromiseBroken)) == 1
    assert town.ask(1, 4, "12:00").offers


def test_a_lifted_change_brings_the_old_times_back(town: Town, desk: Desk) -> None:
    town.add_bus()
    town.ride(1, 3, "08:00")
    usual = town.times()
    change = desk.report(0.9)
    desk.watch.look()
    assert desk.changes.lift(change.id)
    desk.watch.look()
    assert town.times() == usual
    assert desk.changes.page("", 10) == []


@pytest.mark.parametrize("share", [SLOW, 0.0])
def test_what_was_driven_before_a_change_is_not_judged_by_it(
    town: Town, desk: Desk, tmp_path: Path, share: float
) -> None:
    town.add_bus()
    driven = [town.ride(1, 3, "08:00"), town.ride(3, 1, "09:00")]
    Drivers(town).until(town.at("10:00"))
    if share:
        desk.report(share)
        desk.watch.look()
    else:
        desk.close(2)
    # Neither the plan, which is checked before it is written, nor the audit goes by roads that came later.
    later = town.ride(1, 2, "11:00")
    Drivers(town).until(town.at("12:30"))
    assert {town.queries.ride(ride.id, PHONE_DESK)[0].state for ride in (*driven, later)} == {
        RideState.COMPLETED
    }
    assert town.facts(PromiseBroken) == []
    town.events()
    bus = EmbeddedBus(tmp_path / "events.sqlite")
    assert audit_log(bus, desk.road, town.at("27:00")).findings == ()
    bus.close()


def test_a_change_counts_from_the_day_it_holds_until_its_end(town: Town, desk: Desk) -> None:
    desk.report(SLOW, "30:00", "32:00")
    desk.watch.look()
    assert desk.road.share == 1.0
    town.advance("27:30")
    desk.watch.look()
    assert desk.road.share == SLOW
    town.advance("32:00")
    desk.watch.look()
    assert desk.road.share == 1.0


def test_offers_know_of_a_change(town: Town, desk: Desk) -> None:
    town.add_bus()
    usual = town.ask(1, 3, "08:00").offers[0].direct_s
    desk.report(SLOW)
    desk.watch.look()
    assert town.ask(1, 3, "12:00").offers[0].direct_s == 2 * usual


def test_a_service_started_anew_knows_what_holds(town: Town, desk: Desk) -> None:
    town.add_bus()
    town.ride(1, 3, "08:00")
    desk.report(0.9)
    desk.new_watch().look()
    stored = town.plan().version
    desk.road.change([])
    desk.new_watch().look()
    assert desk.road.share == 0.9
    # The plan was made for these roads already.
    assert town.plan().version == stored


def test_who_stored_by_the_old_roads_meanwhile_is_retimed_after_all(town: Town, desk: Desk) -> None:
    town.add_bus()
    town.ride(1, 3, "08:00")
    desk.report(0.9)
    desk.watch.look()
    desk.road.change([])
    town.ride(1, 3, "12:00")
    desk.road.change([works(desk, 0.9)])
    desk.watch.look()
    assert town.violations() == []


def test_a_report_sent_again_is_answered_as_before(desk: Desk) -> None:
    wish = RoadChangeWish(ROAD[:2], 0.0, None, None, "")
    first = desk.changes.report("again", b"1", wish)
    assert desk.changes.report("again", b"1", wish) == first
    # Two at once: the second finds the first when it stores its own.
    twin = RoadChange("twin", ROAD[:2], 0.0, first.start, None)
    assert desk.book.report(twin, "again", b"1", first.start) == first
    with pytest.raises(InvalidInput, match="request_id: 'again' was used"):
        desk.changes.report("again", b"2", wish)
    assert [event.type.rpartition(".")[2] for event in desk.told()] == ["RoadChangeReported"]


@pytest.mark.parametrize(
    ("path", "times", "field", "reason"),
    [
        (ROAD[:2], (None, "04:59"), "road_change.end_time", "TIME_IN_PAST"),
        (ROAD[:2], ("09:00", "09:00"), "road_change.end_time", "WINDOW_REVERSED"),
        ((Point(1.0, 1.0), Point(1.0, 1.1)), (None, None), "road_change.path", "NO_ROAD_NEARBY"),
    ],
)
def test_what_cannot_be_reported(
    desk: Desk, path: tuple[Point, ...], times: tuple[str | None, ...], field: str, reason: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        desk.changes.report("r", b"", desk.wish(0.0, path, *times))
    assert [(fault.field, fault.reason) for fault in refused.value.violations] == [(field, reason)]
    assert desk.told() == []


def test_lifting_twice_is_told_once(desk: Desk) -> None:
    change = desk.report(0.0)
    assert [desk.changes.lift(change.id), desk.changes.lift(change.id)] == [True, True]
    assert not desk.changes.lift("nobody")
    reported, lifted = desk.told()
    assert unpack(reported, road_events_pb2.RoadChangeReported).road_change.road_change_id == change.id
    assert unpack(lifted, road_events_pb2.RoadChangeLifted).road_change_id == change.id


def test_changes_that_others_tell_count_and_end(desk: Desk) -> None:
    desk.hear(of_others(desk, works(desk)))
    desk.watch.look()
    assert desk.road.share == SLOW
    desk.hear(of_others(desk, works(desk, 0.25), 1))
    desk.watch.look()
    assert desk.road.share == 0.25
    over = road_events_pb2.RoadChangeLifted(road_change_id="L35")
    now = desk.town.clock.now()
    desk.hear(pack(over, source="landkreis/baustellen", topic=road_messages.TOPIC, key="roads", time=now))
    desk.watch.look()
    assert desk.road.share == 1.0


def test_what_the_service_told_itself_is_not_taken_twice(desk: Desk) -> None:
    change = desk.report(SLOW)
    desk.changes.lift(change.id)
    desk.hear(*desk.told())
    assert desk.changes.page("", 10) == []


def test_malformed_changes_of_others_go_to_the_dead_letters(desk: Desk) -> None:
    own = desk.report(SLOW)
    bad = [
        works(desk, 1.0),
        works(desk, path=ROAD[:1]),
        works(desk, path=[ROAD[0], Point(91.0, 0.0)]),
        works(desk, change_id=""),
        works(desk, change_id=own.id),
    ]
    desk.hear(*(of_others(desk, change, number) for number, change in enumerate(bad)))
    assert [change.id for change in desk.changes.page("", 10)] == [own.id]
    dead = [delivery.event for delivery in desk.bus.read([f"{road_messages.TOPIC}.{GROUP}.dead"])]
    assert len(dead) == len(bad)


def test_what_is_long_over_is_forgotten(desk: Desk) -> None:
    change = desk.report(SLOW, end="06:00")
    assert desk.book.purge(desk.town.at("06:00")) == 0
    assert desk.book.purge(desk.town.at("06:00:01")) == 1
    assert not desk.changes.lift(change.id)


def test_pages_of_changes(desk: Desk) -> None:
    ids = sorted(desk.report(SLOW).id for _ in range(3))
    assert [change.id for change in desk.changes.page("", 2)] == ids[:2]
    assert [change.id for change in desk.changes.page(ids[1], 2)] == ids[2:]


def test_the_database_is_the_one_the_code_knows(desk: Desk, tmp_path: Path) -> None:
    with desk.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), road_tables.metadata) == []
    made = sa.create_engine(f"sqlite:///{tmp_path / 'made.sqlite'}")
    road_tables.metadata.create_all(made)
    assert set(sa.inspect(made).get_table_names()) < set(sa.inspect(desk.engine).get_table_names())
    made.dispose()
