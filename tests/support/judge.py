"""What became of every acknowledged booking, by the database, the plans and the event log.

Nothing here asks the program that was ill-treated to judge itself: rows, plans and events are read as they
are kept, and compared with what passengers were told.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import cast

import sqlalchemy as sa
from crowd import Crowd, insist
from gateway.live import hearing
from google.protobuf.timestamp_pb2 import Timestamp
from journeys.adapters import open_facts
from journeys.adapters.booking_tables import bookings
from journeys.adapters.shown import shown_journey
from journeys.bootstrap import TELLING as JOURNEYS_TELLING
from journeys.domain.booking import BookingState, LegState
from journeys.entrypoints import booking_listener
from landlinie.journeys.v1 import journey_pb2
from landlinie.pooling.events.v1 import ride_events_pb2
from landlinie.pooling.v1 import fleet_pb2, plan_pb2, ride_pb2
from onebox.bus_commands import declared, groups_of
from onebox.day.server_process import ServerProcess
from onebox.settings import bus_path
from pooling.adapters import board, road_book
from pooling.adapters.fact_messages import RIDE_TOPIC
from ride_calls import CALL_S, Stub, all_rides, seats_taken_beyond_layouts, stub_for
from service_kit.bus import Bus
from service_kit.bus_settings import BusSettings
from service_kit.database import database_url, open_engine, reading
from service_kit.dead_letters import dead_letters
from service_kit.event_payload import unpack
from service_kit.events import Event
from service_kit.identity.local_issuer import tenant_of
from service_kit.inbox import inbox_table
from service_kit.open_bus import open_bus
from service_kit.outbox import outbox_table
from service_kit.settings import StoreSettings
from ticketing.entrypoints import payment_events, pooling_events, settlement_events
from waste.bootstrap import TELLING
from waste.entrypoints import tour_events

CALM_S = 90.0
BOOKED = ride_events_pb2.RideBooked.DESCRIPTOR.full_name
BROKEN = ride_events_pb2.PromiseBroken.DESCRIPTOR.full_name
ANEW = ride_events_pb2.RidePromisedAnew.DESCRIPTOR.full_name
STRANDED = ride_events_pb2.RideStranded.DESCRIPTOR.full_name
_GONE = frozenset({ride_pb2.RIDE_STATE_CANCELLED, ride_pb2.RIDE_STATE_NO_SHOW})
_outbox = outbox_table(sa.MetaData())
_inbox = inbox_table(sa.MetaData())
KEPT_IN = {
    board.GROUP: "board",
    road_book.GROUP: "roads",
    pooling_events.GROUP: "ticketing",
    payment_events.GROUP: "ticketing_payments",
    settlement_events.GROUP: "ticketing_settlement",
    tour_events.RED_GROUP: "waste_tours",
    tour_events.LIFTS_GROUP: "waste_tours",
    booking_listener.GROUP: "journeys",
    open_facts.GROUP: "journeys_cars",
}
"""The database of each group's inbox."""
WRITTEN_BY = ("pooling", "roads", "ticketing", "ticketing_settlement", *TELLING, *JOURNEYS_TELLING)
"""The databases with an outbox."""


def judged_groups() -> dict[str, list[str]]:
    """The groups that have to get every event, and their topics.

    The gateway's is not among them: it hears what happens while it runs, for browsers that are there.
    """
    return {group: list(topics) for group, topics in groups_of(declared()).items() if group != hearing.GROUP}


@dataclass(frozen=True)
class Kept:
    """Where the services keep their data; ``database_url`` and ``bus_url`` are None where files do."""

    server: ServerProcess
    database_url: str | None = None
    bus_url: str | None = None

    def bus(self) -> Bus:
        settings = (
            BusSettings() if self.bus_url is None else BusSettings.model_validate({"url": self.bus_url})
        )
        return open_bus(settings, bus_path(self.server.data_dir), tenant_of(self.server.data_dir))

    def stub(self) -> AbstractContextManager[Stub]:
        """Whoever answers for what is stored and planned."""
        return stub_for(self.server)

    def engine(self, name: str) -> sa.Engine:
        settings = StoreSettings.model_validate({"database_url": self.database_url})
        return open_engine(database_url(settings, Path(self.server.data_dir), name))


@dataclass
class Verdict:
    """Each list is empty where all is well; else its lines say what is wrong."""

    booked_count: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.broken, *self.undelivered]


def judge(kept: Kept, crowds: Iterable[Crowd], service_dates: Iterable[str]) -> Verdict:
    """Wait until all events are taken, then compare everything with what all crowds were told so far."""
    crowds = list(crowds)
    undelivered = _not_yet_taken(kept)
    with kept.stub() as stub:
        rides = insist(lambda: all_rides(stub))
        verdict = Verdict(sum(len(crowd.booked) for crowd in crowds), undelivered=undelivered)
        _compare_rides(verdict, crowds, rides)
        zones = insist(lambda: stub.ListZones(fleet_pb2.ListZonesRequest(), timeout=CALL_S)).zones
        planned = Counter[str]()
        for on in service_dates:
            for zone in zones:
                planned += _judge_plan(verdict, stub, zone.zone_id, on, rides)
    events = _log(kept)
    stranded = {unpack(event, ride_events_pb2.RideStranded).ride_id for event in _of_kind(events, STRANDED)}
    for ride in rides:
        if ride.state == ride_pb2.RIDE_STATE_BOOKED and not (
            planned[ride.ride_id] or ride.ride_id in stranded
        ):
            verdict.lost.append(f"{ride.ride_id} is booked and in no plan")
    verdict.doubled += [f"{ride} is picked up {count} times" for ride, count in planned.items() if count > 1]
    _judge_bookings(verdict, kept, {ride.ride_id: ride.state for ride in rides})
    _judge_log(verdict, events, {ride.ride_id for ride in rides}, stranded)
    return verdict


def _compare_rides(verdict: Verdict, crowds: list[Crowd], rides: list[ride_pb2.Ride]) -> None:
    state = {ride.ride_id: ride.state for ride in rides}
    to_cancel = set().union(*(crowd.to_cancel for crowd in crowds))
    for crowd in crowds:
        for reference, ride_id in crowd.booked.items():
            if ride_id not in state:
                verdict.lost.append(f"{ride_id} of {reference} is not stored")
            elif ride_id in crowd.cancelled:
                if state[ride_id] != ride_pb2.RIDE_STATE_CANCELLED:
                    verdict.lost.append(f"{ride_id} of {reference}: its cancellation is lost")
            elif state[ride_id] != ride_pb2.RIDE_STATE_BOOKED and ride_id not in to_cancel:
                verdict.lost.append(f"{ride_id} of {reference}: nobody cancelled it, and it is not booked")
    times = Counter(ride.passenger_reference for ride in rides)
    verdict.doubled += [f"{reference} has {count} rides" for reference, count in times.items() if count > 1]
    told = {ride_id for crowd in crowds for ride_id in crowd.booked.values()}
    # Every client asks until it knows: a ride that none knows of is one too many.
    verdict.doubled += [f"{ride.ride_id} was told to nobody" for ride in rides if ride.ride_id not in told]


def _judge_bookings(verdict: Verdict, kept: Kept, state: Mapping[str, int]) -> None:
    """Of a booked journey all rides are booked that nobody took back; of one that is over none."""
    columns = (bookings.c.booking_id, bookings.c.state, bookings.c.legs, bookings.c.journey)
    for booking_id, booked, legs, wire in _rows(kept, "journeys", *columns):
        if booked not in {BookingState.BOOKED, BookingState.FAILED, BookingState.CANCELLED}:
            verdict.broken.append(f"journey {booking_id} is {booked} still")
            continue
        shown = shown_journey(cast("bytes", wire)).legs
        for number, (leg, how) in enumerate(zip(shown, cast("list[dict[str, str]]", legs), strict=True)):
            if leg.mode != "pooled_ride" or how["state"] == LegState.KEPT:
                continue
            ride_id = journey_pb2.Leg.FromString(leg.wire).pooled.offer.offer_id
            is_booked = state.get(ride_id, ride_pb2.RIDE_STATE_CANCELLED) not in _GONE
            said_to_be = booked == BookingState.BOOKED and how["state"] == LegState.BOOKED
            if is_booked and not said_to_be:
                over = booked if booked != BookingState.BOOKED else f"without leg {number}"
                verdict.doubled.append(f"journey {booking_id} is {over}, and its leg {number} is booked")
            if not is_booked and said_to_be:
                verdict.lost.append(f"journey {booking_id} is booked, and its leg {number} is not")


def _judge_plan(
    verdict: Verdict, stub: Stub, zone_id: str, on: str, rides: list[ride_pb2.Ride]
) -> Counter[str]:
    """Look for broken promises in a zone's day; how often each ride is picked up in it."""
    promises = {ride.ride_id: ride.promise for ride in rides}
    request = plan_pb2.GetPlanRequest(zone_id=zone_id, service_date=on)
    plan = insist(lambda: stub.GetPlan(request, timeout=CALL_S)).plan
    verdict.broken += insist(lambda: seats_taken_beyond_layouts(stub, zone_id, on))
    pickups = Counter[str]()
    for tour in plan.tours:
        boarded_s: dict[str, int] = {}
        for stop in tour.stops:
            promise = promises.get(stop.ride_id)
            # A part that a breakdown ended was promised something else; another vehicle picks up the rest.
            if promise is None or stop.interrupted:
                continue
            if stop.action == plan_pb2.STOP_ACTION_PICKUP:
                pickups[stop.ride_id] += 1
                boarded_s[stop.ride_id] = stop.departure_time.seconds
                window = promise.pickup_window
                comes = stop.arrival_time
                # Boarding begins within the window; it may be over after that.
                if not window.earliest.seconds <= comes.seconds <= window.latest.seconds:
                    verdict.broken.append(
                        f"{stop.ride_id} is picked up at {_clock(comes)}, "
                        f"not {_clock(window.earliest)} to {_clock(window.latest)}"
                    )
            elif stop.action == plan_pb2.STOP_ACTION_DROPOFF:
                if stop.arrival_time.seconds > promise.latest_arrival.seconds:
                    verdict.broken.append(f"{stop.ride_id} arrives too late")
                aboard_s = stop.arrival_time.seconds - boarded_s.get(stop.ride_id, stop.arrival_time.seconds)
                if aboard_s > promise.max_ride_duration.seconds:
                    verdict.broken.append(f"{stop.ride_id} is {aboard_s} s aboard")
    return pickups


def _clock(stamp: Timestamp) -> str:
    return f"{stamp.ToDatetime(UTC):%H:%M:%S}"


def _log(kept: Kept) -> list[Event]:
    with closing(kept.bus()) as bus:
        return list(_stored_once(bus).values())


def _of_kind(events: Iterable[Event], kind: str) -> list[Event]:
    return [event for event in events if event.type == kind]


def _judge_log(verdict: Verdict, events: list[Event], ride_ids: set[str], stranded: set[str]) -> None:
    booked = Counter(unpack(event, ride_events_pb2.RideBooked).ride_id for event in _of_kind(events, BOOKED))
    verdict.doubled += [
        f"{ride} is booked {count} times in the log" for ride, count in booked.items() if count > 1
    ]
    verdict.lost += [f"{ride} is not in the log" for ride in ride_ids - set(booked)]
    verdict.doubled += [f"{ride} is in the log and not stored" for ride in set(booked) - ride_ids]
    # A breakdown may break a promise where another one is made, or where it is said that there is none.
    told = stranded | {
        unpack(event, ride_events_pb2.RidePromisedAnew).ride_id for event in _of_kind(events, ANEW)
    }
    for event in _of_kind(events, BROKEN):
        broken = unpack(event, ride_events_pb2.PromiseBroken)
        if broken.cause != ride_events_pb2.BREAK_CAUSE_BREAKDOWN or broken.ride_id not in told:
            verdict.broken.append(f"{event.id} says so")


def not_heard_of(kept: Kept, ride_ids: set[str]) -> set[str]:
    """Of these rides the ones of whose booking some group of consumers has not heard."""
    ride_of = {
        event_id: ride_events_pb2.RideBooked.FromString(cast("bytes", payload)).ride_id
        for event_id, kind, payload in _rows(kept, "pooling", _outbox.c.id, _outbox.c.type, _outbox.c.payload)
        if kind == BOOKED
    }
    heard_by_all = set(ride_ids)
    for group, topics in judged_groups().items():
        if RIDE_TOPIC in topics:
            seen = _rows(kept, KEPT_IN[group], _inbox.c.consumer_group, _inbox.c.id)
            heard_by_all &= {ride_of[found] for name, found in seen if name == group and found in ride_of}
    return ride_ids - heard_by_all


def _not_yet_taken(kept: Kept) -> list[str]:
    """Which events some group has not got, once that stays so."""
    give_up_at_s = time.monotonic() + CALM_S
    with closing(kept.bus()) as bus:
        while (found := _missing(kept, bus)) and time.monotonic() < give_up_at_s:
            time.sleep(0.2)
    return found


def _missing(kept: Kept, bus: Bus) -> list[str]:
    events = _stored_once(bus)
    missing = []
    for name in WRITTEN_BY:
        for source, event_id, sent_at in _rows(kept, name, _outbox.c.source, _outbox.c.id, _outbox.c.sent_at):
            if sent_at is None or (source, event_id) not in events:
                missing.append(f"{source} {event_id} is not on the bus")
    for group, topics in judged_groups().items():
        seen = {
            (source, event_id)
            for name, source, event_id in _rows(
                kept, KEPT_IN[group], _inbox.c.consumer_group, _inbox.c.source, _inbox.c.id
            )
            if name == group
        }
        missing += [
            f"{source} {event_id} was not given to {group}"
            for (source, event_id), event in events.items()
            if event.topic in topics and (source, event_id) not in seen
        ]
        missing += [
            f"{letter.delivery.event.id} is a dead letter of {group}: {letter.error}"
            for topic in topics
            if not topic.endswith(".retry")
            for letter in dead_letters(bus, topic, group)
        ]
    return missing


def _stored_once(bus: Bus) -> dict[tuple[str, str], Event]:
    """Everything in the declared topics; what was sent twice counts once, as for consumers."""
    topics = [topic.name for topic in declared()]
    return {(found.event.source, found.event.id): found.event for found in bus.read(topics)}


def _rows(kept: Kept, name: str, *columns: sa.ColumnElement[object]) -> list[tuple[object, ...]]:
    engine = kept.engine(name)
    try:
        with reading(engine) as connection:
            return [tuple(row) for row in connection.execute(sa.select(*columns))]
    finally:
        engine.dispose()
