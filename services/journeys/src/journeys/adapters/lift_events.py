"""What became of lifts and seats, as events on the bus."""

from dataclasses import replace
from datetime import UTC, datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.journeys.events.v1 import lift_events_pb2
from service_kit.event_payload import pack
from service_kit.events import Event

from journeys.domain import lifts_facts as facts

SOURCE = "landlinie/journeys"
TOPIC = "landlinie.journeys.lift.v1"
TENANT_HEADER = "ce_tenant"


def event_of(fact: facts.LiftFact, tenant: str) -> Event:
    """A fact in its envelope; the key is the lift."""
    time = datetime.fromtimestamp(fact.at_s, UTC)
    event = pack(_message(fact), source=SOURCE, topic=TOPIC, key=f"{tenant}/{fact.lift_id}", time=time)
    return replace(event, extra_headers={**event.extra_headers, TENANT_HEADER: tenant})


def _message(fact: facts.LiftFact) -> Message:
    events, at, lift_id = lift_events_pb2, Timestamp(seconds=fact.at_s), fact.lift_id
    match fact:
        case facts.LiftPosted():
            return events.LiftPosted(lift_id=lift_id, event_time=at)
        case facts.LiftWithdrawn():
            day = "" if fact.day is None else fact.day.isoformat()
            return events.LiftWithdrawn(lift_id=lift_id, event_time=at, service_date=day)
        case facts.LiftHidden():
            return events.LiftHidden(lift_id=lift_id, event_time=at, hidden=fact.hidden)
        case facts.LiftReported():
            return events.LiftReported(
                lift_id=lift_id, event_time=at, report_id=fact.report_id, reason=fact.reason.value
            )
        case _:
            return _seat_message(fact, at)


def _seat_message(fact: facts.SeatFact, at: Timestamp) -> Message:
    events, lift_id = lift_events_pb2, fact.lift_id
    match fact:
        case facts.SeatAsked():
            return events.SeatAsked(lift_id=lift_id, event_time=at, seat_id=fact.seat_id)
        case facts.SeatAnswered():
            return events.SeatAnswered(
                lift_id=lift_id, event_time=at, seat_id=fact.seat_id, accepted=fact.accepted
            )
        case facts.SeatLapsed():
            return events.SeatLapsed(lift_id=lift_id, event_time=at, seat_id=fact.seat_id)
        case facts.SeatCancelled():
            return events.SeatCancelled(
                lift_id=lift_id, event_time=at, seat_id=fact.seat_id, reason=fact.end.value
            )
        case facts.SeatRetimed():
            return events.SeatRetimed(
                lift_id=lift_id,
                event_time=at,
                seat_id=fact.seat_id,
                pickup_time=Timestamp(seconds=fact.pickup_s),
                dropoff_time=Timestamp(seconds=fact.dropoff_s),
            )
