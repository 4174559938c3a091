"""Consumers of this version take events of the next one.

The next version is made here, out of this version's descriptors: every message and every event gets a field
more, every enum a value more, and there is an event that nobody knows. ``buf breaking`` sees to it that the
next version changes nothing else.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.message import Message
from landlinie.pooling.events.v1 import ride_events_pb2, vehicle_events_pb2
from pooling.adapters import board, fact_messages
from pooling.adapters.board import Board
from pooling.adapters.told_facts import from_event
from pooling.domain import facts
from pooling.domain.fleet import Vehicle, VehicleKind
from pooling.domain.offers import Promise, RefusalCode, RefusalReason, Span
from pooling.domain.places import BoardingPoint, Point
from pooling.settings import Co2Settings
from routing_core.fleet.model import Layout, Load
from service_kit.consumers import ConsumerRunner
from service_kit.database import open_engine
from service_kit.dead_letters import dead_letters
from service_kit.embedded_bus import EmbeddedBus
from service_kit.event_payload import pack
from service_kit.events import Event

NEW_FIELD, NEW_NUMBER, NEW_VALUE = "added_later", 9_000, 900
NEW_EVENT = "RideGiftWrapped"
PACKAGE = "landlinie.pooling.events.v1"
DAY = date(2026, 3, 10)
EIGHT = datetime(2026, 3, 10, 8, tzinfo=UTC)
TAXI = Vehicle("bus", "nord", VehicleKind.TAXI, "Taxi", (Layout(4),))
MARKET = BoardingPoint(Point(53.55, 13.2))
TENANT = "district"


def booked() -> facts.RideBooked:
    return facts.RideBooked(
        zone_id="nord",
        time=EIGHT,
        service_date=DAY,
        ride_id="r1",
        vehicle_id="bus",
        shift_id="early",
        load=Load(2),
        pickup=MARKET,
        dropoff=MARKET,
        promise=Promise(Span(EIGHT, EIGHT + timedelta(minutes=10)), EIGHT + timedelta(hours=1), 2400),
        planned_pickup=EIGHT,
        planned_dropoff=EIGHT + timedelta(minutes=20),
        direct_s=1000,
        pickup_service_s=30,
        dropoff_service_s=20,
    )


TOLD: list[facts.Fact] = [
    facts.VehicleRegistered("nord", EIGHT, TAXI),
    facts.OffersMade("nord", EIGHT, DAY, ("r1",)),
    booked(),
    facts.RideRefused("nord", EIGHT, DAY, (RefusalReason(RefusalCode.NO_SEAT, 2),), ""),
    facts.PassengerBoarded("nord", EIGHT, DAY, "r1", "bus", "early"),
    facts.PromiseBroken(
        "nord", EIGHT, DAY, "r1", facts.BrokenPromise.ARRIVAL_LATE, 90, facts.BreakCause.DELAY
    ),
    facts.RideInterrupted("nord", EIGHT + timedelta(minutes=5), DAY, "r1", "bus", "early", place=MARKET),
    facts.VehicleBrokenDown("nord", EIGHT + timedelta(minutes=5), DAY, "bus", MARKET, (), ("r1",), ("r2",)),
    facts.RidePromisedAnew(
        "nord",
        EIGHT + timedelta(minutes=5),
        DAY,
        "r1",
        "taxi",
        "late",
        booked().promise,
        EIGHT + timedelta(minutes=10),
        EIGHT + timedelta(minutes=25),
        facts.BreakCause.BREAKDOWN,
    ),
    facts.RideStranded(
        "nord",
        EIGHT + timedelta(minutes=5),
        DAY,
        "r2",
        (RefusalReason(RefusalCode.NO_SEAT, 2),),
        facts.BreakCause.BREAKDOWN,
    ),
    facts.PassengerBoarded("nord", EIGHT + timedelta(minutes=10), DAY, "r1", "taxi", "late"),
    facts.PassengerAlighted("nord", EIGHT + timedelta(minutes=25), DAY, "r1", "taxi", "late"),
    facts.OffersReleased("nord", EIGHT, DAY, ("r2",)),
]


def next_version() -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    added: set[str] = set()

    def add(file: FileDescriptor) -> None:
        if file.name in added:
            return
        added.add(file.name)
        for needed in file.dependencies:
            add(needed)
        proto = descriptor_pb2.FileDescriptorProto()
        file.CopyToProto(proto)  # type: ignore[no-untyped-call] # as all that is called on descriptors
        if proto.package.startswith("landlinie."):
            grow(proto)
        pool.Add(proto)  # type: ignore[no-untyped-call] # the same

    add(ride_events_pb2.DESCRIPTOR)
    add(vehicle_events_pb2.DESCRIPTOR)
    return pool


def grow(proto: descriptor_pb2.FileDescriptorProto) -> None:
    if proto.name == ride_events_pb2.DESCRIPTOR.name:
        proto.message_type.add(name=NEW_EVENT)
    for message in proto.message_type:
        message.field.add(
            name=NEW_FIELD,
            number=NEW_NUMBER,
            type=descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
            label=descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL,
        )
    for enum in proto.enum_type:
        enum.value.add(name=f"{enum.name.upper()}_ADDED_LATER", number=NEW_VALUE)


@pytest.fixture(scope="module")
def pool() -> descriptor_pool.DescriptorPool:
    return next_version()


def new_kind(pool: descriptor_pool.DescriptorPool, name: str) -> type[Message]:
    return message_factory.GetMessageClass(
        pool.FindMessageTypeByName(name)  # type: ignore[no-untyped-call] # the stubs have no types for it
    )


def of_next_version(fact: facts.Fact, pool: descriptor_pool.DescriptorPool) -> tuple[Event, Message]:
    """The fact's envelope, and its message as the next version writes it."""
    event = fact_messages.to_event(fact, TENANT)
    message = new_kind(pool, event.type).FromString(event.payload)
    setattr(message, NEW_FIELD, "new")
    return event, message


def packed(event: Event, message: Message) -> Event:
    return pack(
        message, source=event.source, topic=event.topic, key=event.key, time=event.time, event_id=event.id
    )


class Follower:
    """A board that follows the log as the service's own does."""

    def __init__(self, folder: Path) -> None:
        self.bus = EmbeddedBus(folder / "events.sqlite")
        self.engine = open_engine(sa.URL.create("sqlite", database=str(folder / "board.sqlite")))
        self.board = Board(self.engine, Co2Settings().emissions())

    def follow(self, events: list[Event]) -> str:
        self.bus.publish(events)
        runner = ConsumerRunner(
            self.bus, self.engine, board.GROUP, fact_messages.TOPICS, self.board.take, max_attempts=1
        )
        runner.run_until_caught_up()
        for topic in fact_messages.TOPICS:
            assert sum(lag.event_count for lag in self.bus.lag(board.GROUP, [topic])) == 0
        return self.board.digest()

    def put_away(self) -> list[tuple[str, str]]:
        return [
            (letter.delivery.event.type.rpartition(".")[2], letter.error)
            for topic in fact_messages.TOPICS
            for letter in dead_letters(self.bus, topic, board.GROUP)
        ]

    def close(self) -> None:
        self.bus.close()
        self.engine.dispose()


@pytest.fixture
def followers(tmp_path: Path) -> Iterator[tuple[Follower, Follower]]:
    both = Follower(tmp_path / "this"), Follower(tmp_path / "next")
    yield both
    for follower in both:
        follower.close()


def test_new_fields_and_new_kinds_of_events_change_nothing(
    followers: tuple[Follower, Follower], pool: descriptor_pool.DescriptorPool
) -> None:
    this, following = followers
    events = [packed(*of_next_version(fact, pool)) for fact in TOLD]
    ride = replace(fact_messages.to_event(booked(), TENANT), id="unknown-kind")
    unknown = packed(ride, new_kind(pool, f"{PACKAGE}.{NEW_EVENT}")())
    for fact, event in zip(TOLD, events, strict=True):
        assert b"new" in event.payload
        assert from_event(event) == fact
    following_events = [*events[:3], unknown, *events[3:]]
    assert following.follow(following_events) == this.follow(
        [fact_messages.to_event(fact, TENANT) for fact in TOLD]
    )
    assert following.put_away() == this.put_away() == []


def test_new_values_of_enums_are_put_away_and_hold_nobody_up(
    followers: tuple[Follower, Follower], pool: descriptor_pool.DescriptorPool
) -> None:
    this, following = followers
    vehicle = of_next_version(facts.VehicleUpdated("nord", EIGHT, TAXI), pool)
    vehicle[1].vehicle.kind = NEW_VALUE  # type: ignore[attr-defined] # made above
    refused = of_next_version(TOLD[3], pool)
    refused[1].reasons[0].code = NEW_VALUE  # type: ignore[attr-defined] # made above
    broken = of_next_version(TOLD[5], pool)
    broken[1].what = NEW_VALUE  # type: ignore[attr-defined] # made above
    known = [fact_messages.to_event(fact, TENANT) for fact in TOLD]
    odd = [packed(*each) for each in (vehicle, refused, broken)]
    assert following.follow([*known[:3], *odd, *known[3:]]) == this.follow(known)
    put_away = following.put_away()
    assert [kind for kind, _ in put_away] == ["RideRefused", "PromiseBroken", "VehicleUpdated"]
    assert all(f"enum value {NEW_VALUE}" in error for _, error in put_away)
