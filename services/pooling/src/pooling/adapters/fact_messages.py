"""Facts as events on the bus; back again in :mod:`pooling.adapters.told_facts`."""

from collections.abc import Callable
from dataclasses import replace
from functools import singledispatch
from typing import Any

import sqlalchemy as sa
from google.protobuf.message import Message
from landlinie.pooling.events.v1 import ride_events_pb2, vehicle_events_pb2
from landlinie.pooling.v1 import plan_pb2
from service_kit.consumers import Handler
from service_kit.event_payload import pack
from service_kit.events import Event

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
CAUSES = {cause: ride_events_pb2.BreakCause.Value(f"BREAK_CAUSE_{cause.name}") for cause in facts.BreakCause}

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
def _postponed(fact: facts.PickupPostponed) -> Message:
    return ride_events_pb2.PickupPostponed(
        **_day(fact),
        ride_id=fact.ride_id,
        vehicle_id=fact.vehicle_id,
        shift_id=fact.shift_id,
        promise=messages.promise(fact.promise),
        planned_pickup_time=messages.stamp(fact.planned_pickup),
        planned_dropoff_time=messages.stamp(fact.planned_dropoff),
    )


@to_message.register
def _aboard(fact: facts.AboardFact) -> Message:
    told = {"direct_distance_m": fact.direct_m} if isinstance(fact, facts.PassengerAlighted) else {}
    return _ABOARD[type(fact)](
        **_day(fact),
        ride_id=fact.ride_id,
        vehicle_id=fact.vehicle_id,
        shift_id=fact.shift_id,
        way=_way(fact.way),
        **told,
    )


def _way(way: facts.DrivenWay) -> ride_events_pb2.DrivenWay:
    return ride_events_pb2.DrivenWay(
        distance_m=way.length_m, occupied=way.occupied, distance_home_m=way.home_m
    )


@to_message.register
def _promise_broken(fact: facts.PromiseBroken) -> Message:
    return ride_events_pb2.PromiseBroken(
        **_day(fact),
        ride_id=fact.ride_id,
        what=BROKEN[fact.what],
        by=messages.duration(fact.by_s),
        cause=CAUSES[fact.cause],
    )


@to_message.register
def _promised_anew(fact: facts.RidePromisedAnew) -> Message:
    return ride_events_pb2.RidePromisedAnew(
        **_day(fact),
        ride_id=fact.ride_id,
        vehicle_id=fact.vehicle_id,
        shift_id=fact.shift_id,
        promise=messages.promise(fact.promise),
        planned_pickup_time=messages.stamp(fact.planned_pickup),
        planned_dropoff_time=messages.stamp(fact.planned_dropoff),
        cause=CAUSES[fact.cause],
    )


@to_message.register
def _interrupted(fact: facts.RideInterrupted) -> Message:
    return ride_events_pb2.RideInterrupted(
        **_day(fact),
        ride_id=fact.ride_id,
        vehicle_id=fact.vehicle_id,
        shift_id=fact.shift_id,
        place=_nameless(messages.boarding_point(fact.place)),
        way=_way(fact.way),
    )


@to_message.register
def _stranded(fact: facts.RideStranded) -> Message:
    return ride_events_pb2.RideStranded(
        **_day(fact),
        ride_id=fact.ride_id,
        reasons=[messages.refusal_reason(reason) for reason in fact.reasons],
        cause=CAUSES[fact.cause],
    )


@to_message.register
def _vehicle_broken_down(fact: facts.VehicleBrokenDown) -> Message:
    message = vehicle_events_pb2.VehicleBrokenDown(
        **_day(fact),
        vehicle_id=fact.vehicle_id,
        moved_ride_ids=fact.moved_ride_ids,
        later_ride_ids=fact.later_ride_ids,
        stranded_ride_ids=fact.stranded_ride_ids,
    )
    if fact.place is not None:
        message.place.CopyFrom(_nameless(messages.boarding_point(fact.place)))
    return message


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
def _shift_updated(fact: facts.ShiftUpdated) -> Message:
    return vehicle_events_pb2.ShiftUpdated(
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
