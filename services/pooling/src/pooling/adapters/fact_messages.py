"""Facts as events on the bus, and back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import singledispatch
from typing import Any

import sqlalchemy as sa
from google.protobuf.message import Message
from landlinie.pooling.events.v1 import ride_events_pb2, vehicle_events_pb2
from landlinie.pooling.v1 import plan_pb2
from service_kit.consumers import Handler
from service_kit.event_payload import pack, unpack
from service_kit.events import Event, PoisonMessage

from pooling import messages
from pooling.domain import facts

SOURCE = "landlinie/pooling"
RIDE_TOPIC = "landlinie.pooling.ride.v1"
VEHICLE_TOPIC = "landlinie.pooling.vehicle.v1"
TOPICS = (RIDE_TOPIC, VEHICLE_TOPIC)
TENANT_HEADER = "ce_tenant"
NO_ZONE = "none"
"""Key of facts that concern no zone."""

BROKEN = {
    what: ride_events_pb2.BrokenPromise.Value(f"BROKEN_PROMISE_{what.name}") for what in facts.BrokenPromise
}
BROKEN_BACK = {value: what for what, value in BROKEN.items()}

_ABOARD: dict[type[facts.AboardFact], Callable[..., Message]] = {
    facts.PassengerBoarded: ride_events_pb2.PassengerBoarded,
    facts.PassengerAlighted: ride_events_pb2.PassengerAlighted,
    facts.PassengerNotShown: ride_events_pb2.PassengerNotShown,
}


def to_event(fact: facts.Fact, tenant: str) -> Event:
    """The fact in its envelope: whose it is stands in its key and in a header."""
    message = to_message(fact)
    is_ride = message.DESCRIPTOR.file is ride_events_pb2.DESCRIPTOR
    event = pack(
        message,
        source=SOURCE,
        topic=RIDE_TOPIC if is_ride else VEHICLE_TOPIC,
        key=f"{tenant}/{fact.zone_id or NO_ZONE}",
        time=fact.time,
    )
    return replace(event, extra_headers={**event.extra_headers, TENANT_HEADER: tenant})


def is_of(event: Event, tenant: str) -> bool:
    """Whether the event is the tenant's; those from before there were tenants are everybody's."""
    return event.extra_headers.get(TENANT_HEADER, tenant) == tenant


def of_tenant(tenant: str, take: Handler) -> Handler:
    """Return a handler that lets others' events pass by, as on a bus that districts share."""

    def take_own(connection: sa.Connection, event: Event) -> None:
        if is_of(event, tenant):
            take(connection, event)

    return take_own


def _day(fact: facts.DayFact) -> dict[str, Any]:
    """The fields every fact about a zone's day has."""
    return {
        "zone_id": fact.zone_id,
        "service_date": fact.service_date.isoformat(),
        "event_time": messages.stamp(fact.time),
    }


@singledispatch
def to_message(fact: facts.Fact) -> Message:
    """The fact as its message."""
    raise TypeError(f"no message for {type(fact).__name__}")


@to_message.register
def _offers_released(fact: facts.OffersReleased) -> Message:
    return ride_events_pb2.OffersReleased(**_day(fact), offer_ids=fact.offer_ids)


@to_message.register
def _offers_made(fact: facts.OffersMade) -> Message:
    return ride_events_pb2.OffersMade(**_day(fact), offer_ids=fact.offer_ids)


@to_message.register
def _refused(fact: facts.RideRefused) -> Message:
    return ride_events_pb2.RideRefused(
        **_day(fact),
        reasons=[messages.refusal_reason(reason) for reason in fact.reasons],
        alternative_offer_id=fact.alternative_offer_id,
    )


@to_message.register
def _booked(fact: facts.RideBooked) -> Message:
    return ride_events_pb2.RideBooked(
        **_day(fact),
        ride_id=fact.ride_id,
        vehicle_id=fact.vehicle_id,
        shift_id=fact.shift_id,
        party=messages.party(fact.load),
        pickup=_nameless(messages.boarding_point(fact.pickup)),
        dropoff=_nameless(messages.boarding_point(fact.dropoff)),
        promise=messages.promise(fact.promise),
        planned_pickup_time=messages.stamp(fact.planned_pickup),
        planned_dropoff_time=messages.stamp(fact.planned_dropoff),
        direct_duration=messages.duration(fact.direct_s),
        pickup_service_duration=messages.duration(fact.pickup_service_s),
        dropoff_service_duration=messages.duration(fact.dropoff_service_s),
        payer=fact.payer,
    )


@to_message.register
def _cancelled(fact: facts.RideCancelled) -> Message:
    return ride_events_pb2.RideCancelled(**_day(fact), ride_id=fact.ride_id)


@to_message.register
def _moved(fact: facts.RideMoved) -> Message:
    return ride_events_pb2.RideMoved(
        **_day(fact),
        ride_id=fact.ride_id,
        from_shift_id=fact.from_shift_id,
        to_shift_id=fact.to_shift_id,
        to_vehicle_id=fact.to_vehicle_id,
    )


@to_message.register
def _aboard(fact: facts.AboardFact) -> Message:
    return _ABOARD[type(fact)](
        **_day(fact), ride_id=fact.ride_id, vehicle_id=fact.vehicle_id, shift_id=fact.shift_id
    )


@to_message.register
def _promise_broken(fact: facts.PromiseBroken) -> Message:
    return ride_events_pb2.PromiseBroken(
        **_day(fact), ride_id=fact.ride_id, what=BROKEN[fact.what], by=messages.duration(fact.by_s)
    )


@to_message.register
def _vehicle_registered(fact: facts.VehicleRegistered) -> Message:
    return vehicle_events_pb2.VehicleRegistered(
        event_time=messages.stamp(fact.time), vehicle=messages.vehicle(fact.vehicle)
    )


@to_message.register
def _vehicle_updated(fact: facts.VehicleUpdated) -> Message:
    return vehicle_events_pb2.VehicleUpdated(
        event_time=messages.stamp(fact.time), vehicle=messages.vehicle(fact.vehicle)
    )


@to_message.register
def _vehicle_removed(fact: facts.VehicleRemoved) -> Message:
    return vehicle_events_pb2.VehicleRemoved(
        event_time=messages.stamp(fact.time), zone_id=fact.zone_id, vehicle_id=fact.vehicle_id
    )


@to_message.register
def _shift_scheduled(fact: facts.ShiftScheduled) -> Message:
    return vehicle_events_pb2.ShiftScheduled(
        event_time=messages.stamp(fact.time), shift=messages.shift(fact.shift)
    )


@to_message.register
def _shift_cancelled(fact: facts.ShiftCancelled) -> Message:
    return vehicle_events_pb2.ShiftCancelled(**_day(fact), shift_id=fact.shift_id)


@to_message.register
def _vehicle_arrived(fact: facts.VehicleArrived) -> Message:
    return vehicle_events_pb2.VehicleArrived(
        **_day(fact),
        vehicle_id=fact.vehicle_id,
        shift_id=fact.shift_id,
        stop=plan_pb2.PlannedStop(
            stop_id=fact.stop_id,
            action=plan_pb2.STOP_ACTION_PICKUP if fact.is_pickup else plan_pb2.STOP_ACTION_DROPOFF,
            ride_id=fact.ride_id,
            point=_nameless(messages.boarding_point(fact.where)),
            party=messages.party(fact.load),
            arrival_time=messages.stamp(fact.time),
        ),
    )


@to_message.register
def _plan_changed(fact: facts.PlanChanged) -> Message:
    return vehicle_events_pb2.PlanChanged(**_day(fact), version=fact.version)


def _nameless(point: Any) -> Any:
    """Without the label: people write names and addresses into it."""
    point.ClearField("label")
    return point


def from_event(event: Event) -> facts.Fact | None:
    """The fact an event tells; None for kinds that no reader of facts needs, or knows yet.

    Raises
    ------
    PoisonMessage
        When it cannot be read, or holds a value of an enum that only a newer version knows: guessing would
        make a wrong fact of it, and as a dead letter it can be replayed after the update.
    """
    decode = _DECODERS.get(event.type)
    if decode is None:
        return None
    kind, read = decode
    try:
        return read(unpack(event, kind))
    except KeyError as unknown:
        raise PoisonMessage(
            f"event {event.id}: {event.type} holds the enum value {unknown}, which this version does not know"
        ) from unknown


def _day_back(message: Any) -> tuple[str, Any, date]:
    return (
        message.zone_id,
        messages.instant(message.event_time),
        date.fromisoformat(message.service_date),
    )


def _booked_back(message: ride_events_pb2.RideBooked) -> facts.Fact:
    return facts.RideBooked(
        *_day_back(message),
        message.ride_id,
        message.vehicle_id,
        message.shift_id,
        messages.load_of(message.party),
        messages.boarding_point_of(message.pickup),
        messages.boarding_point_of(message.dropoff),
        messages.promise_of(message.promise),
        messages.instant(message.planned_pickup_time),
        messages.instant(message.planned_dropoff_time),
        message.direct_duration.seconds,
        message.pickup_service_duration.seconds,
        message.dropoff_service_duration.seconds,
        message.payer,
    )


def _aboard_back(kind: type[facts.AboardFact]) -> Callable[[Any], facts.Fact]:
    return lambda message: kind(*_day_back(message), message.ride_id, message.vehicle_id, message.shift_id)


def _vehicle_back(kind: Callable[..., facts.Fact]) -> Callable[[Any], facts.Fact]:
    return lambda message: kind(
        message.vehicle.zone_id, messages.instant(message.event_time), messages.vehicle_of(message.vehicle)
    )


_READERS: tuple[tuple[type[Message], Callable[[Any], facts.Fact]], ...] = (
    (
        ride_events_pb2.OffersMade,
        lambda message: facts.OffersMade(*_day_back(message), tuple(message.offer_ids)),
    ),
    (
        ride_events_pb2.OffersReleased,
        lambda message: facts.OffersReleased(*_day_back(message), tuple(message.offer_ids)),
    ),
    (
        ride_events_pb2.RideRefused,
        lambda message: facts.RideRefused(
            *_day_back(message),
            tuple(messages.refusal_reason_of(reason) for reason in message.reasons),
            message.alternative_offer_id,
        ),
    ),
    (ride_events_pb2.RideBooked, _booked_back),
    (
        ride_events_pb2.RideCancelled,
        lambda message: facts.RideCancelled(*_day_back(message), message.ride_id),
    ),
    (
        ride_events_pb2.RideMoved,
        lambda message: facts.RideMoved(
            *_day_back(message),
            message.ride_id,
            message.from_shift_id,
            message.to_shift_id,
            message.to_vehicle_id,
        ),
    ),
    (ride_events_pb2.PassengerBoarded, _aboard_back(facts.PassengerBoarded)),
    (ride_events_pb2.PassengerAlighted, _aboard_back(facts.PassengerAlighted)),
    (ride_events_pb2.PassengerNotShown, _aboard_back(facts.PassengerNotShown)),
    (
        ride_events_pb2.PromiseBroken,
        lambda message: facts.PromiseBroken(
            *_day_back(message), message.ride_id, BROKEN_BACK[message.what], message.by.seconds
        ),
    ),
    (vehicle_events_pb2.VehicleRegistered, _vehicle_back(facts.VehicleRegistered)),
    (vehicle_events_pb2.VehicleUpdated, _vehicle_back(facts.VehicleUpdated)),
    (
        vehicle_events_pb2.VehicleRemoved,
        lambda message: facts.VehicleRemoved(
            message.zone_id, messages.instant(message.event_time), message.vehicle_id
        ),
    ),
    (
        vehicle_events_pb2.ShiftScheduled,
        lambda message: facts.ShiftScheduled(
            message.shift.zone_id, messages.instant(message.event_time), messages.shift_of(message.shift)
        ),
    ),
    (
        vehicle_events_pb2.ShiftCancelled,
        lambda message: facts.ShiftCancelled(*_day_back(message), message.shift_id),
    ),
    (
        vehicle_events_pb2.VehicleArrived,
        lambda message: facts.VehicleArrived(
            *_day_back(message),
            message.vehicle_id,
            message.shift_id,
            message.stop.stop_id,
            message.stop.ride_id,
            message.stop.action == plan_pb2.STOP_ACTION_PICKUP,
            messages.boarding_point_of(message.stop.point),
            messages.load_of(message.stop.party),
        ),
    ),
)
_DECODERS = {kind.DESCRIPTOR.full_name: (kind, read) for kind, read in _READERS}
