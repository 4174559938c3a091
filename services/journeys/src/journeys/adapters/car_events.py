"""What became of shared cars, as events on the bus."""

from dataclasses import replace
from datetime import datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.common.v1 import time_pb2
from landlinie.journeys.events.v1 import car_events_pb2
from service_kit.event_payload import pack
from service_kit.events import Event

from journeys.domain import car_facts as facts

SOURCE = "landlinie/journeys"
TOPIC = "landlinie.journeys.car.v1"
TENANT_HEADER = "ce_tenant"


def event_of(fact: facts.CarFact, tenant: str) -> Event:
    """A fact in its envelope; the key is the car."""
    event = pack(_message(fact), source=SOURCE, topic=TOPIC, key=f"{tenant}/{fact.car_id}", time=fact.time)
    return replace(event, extra_headers={**event.extra_headers, TENANT_HEADER: tenant})


def _message(fact: facts.CarFact) -> Message:
    events, at = car_events_pb2, _stamp(fact.time)
    match fact:
        case facts.CarReserved():
            window = time_pb2.TimeWindow(earliest=_stamp(fact.window.start), latest=_stamp(fact.window.end))
            return events.CarReserved(
                car_id=fact.car_id, event_time=at, reservation_id=fact.reservation_id, window=window
            )
        case facts.CarReservationCancelled():
            return events.CarReservationCancelled(
                car_id=fact.car_id, event_time=at, reservation_id=fact.reservation_id
            )
        case facts.CarReturned():
            return events.CarReturned(
                car_id=fact.car_id,
                event_time=at,
                reservation_id=fact.reservation_id,
                return_time=_stamp(fact.returned),
                driven_m=fact.driven_m,
                price_cents=fact.price_cents,
                currency=fact.currency,
            )


def _stamp(instant: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(instant)
    return stamp
