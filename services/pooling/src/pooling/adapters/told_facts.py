"""Events on the bus as the facts they tell."""

from collections.abc import Callable
from datetime import date
from typing import Any

from google.protobuf.message import Message
from landlinie.pooling.events.v1 import ride_events_pb2, vehicle_events_pb2
from landlinie.pooling.v1 import plan_pb2
from service_kit.event_payload import unpack
from service_kit.events import Event, PoisonMessage

from pooling import messages
from pooling.adapters.fact_messages import BROKEN, CAUSES
from pooling.domain import facts

BROKEN_BACK = {value: what for what, value in BROKEN.items()}
CAUSES_BACK = {value: cause for cause, value in CAUSES.items()}


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
    def read(message: Any) -> facts.Fact:
        way = facts.DrivenWay(
            message.way.distance_m, occupied=message.way.occupied, home_m=message.way.distance_home_m
        )
        told: dict[str, Any] = {}
        if kind is facts.PassengerAlighted:
            told["direct_m"] = message.direct_distance_m
        elif kind is facts.RideInterrupted:
            told["place"] = messages.boarding_point_of(message.place)
        ids = (message.ride_id, message.vehicle_id, message.shift_id)
        return kind(*_day_back(message), *ids, way, **told)

    return read


def _vehicle_back(kind: Callable[..., facts.Fact]) -> Callable[[Any], facts.Fact]:
    return lambda message: kind(
        message.vehicle.zone_id, messages.instant(message.event_time), messages.vehicle_of(message.vehicle)
    )


def _shift_back(kind: Callable[..., facts.Fact]) -> Callable[[Any], facts.Fact]:
    return lambda message: kind(
        message.shift.zone_id, messages.instant(message.event_time), messages.shift_of(message.shift)
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
    (
        ride_events_pb2.PickupPostponed,
        lambda message: facts.PickupPostponed(
            *_day_back(message),
            message.ride_id,
            message.vehicle_id,
            message.shift_id,
            messages.promise_of(message.promise),
            messages.instant(message.planned_pickup_time),
            messages.instant(message.planned_dropoff_time),
        ),
    ),
    (ride_events_pb2.PassengerBoarded, _aboard_back(facts.PassengerBoarded)),
    (ride_events_pb2.PassengerAlighted, _aboard_back(facts.PassengerAlighted)),
    (ride_events_pb2.PassengerNotShown, _aboard_back(facts.PassengerNotShown)),
    (ride_events_pb2.RideInterrupted, _aboard_back(facts.RideInterrupted)),
    (
        ride_events_pb2.PromiseBroken,
        lambda message: facts.PromiseBroken(
            *_day_back(message),
            message.ride_id,
            BROKEN_BACK[message.what],
            message.by.seconds,
            CAUSES_BACK[message.cause],
        ),
    ),
    (
        ride_events_pb2.RidePromisedAnew,
        lambda message: facts.RidePromisedAnew(
            *_day_back(message),
            message.ride_id,
            message.vehicle_id,
            message.shift_id,
            messages.promise_of(message.promise),
            messages.instant(message.planned_pickup_time),
            messages.instant(message.planned_dropoff_time),
            CAUSES_BACK[message.cause],
        ),
    ),
    (
        ride_events_pb2.RideStranded,
        lambda message: facts.RideStranded(
            *_day_back(message),
            message.ride_id,
            tuple(messages.refusal_reason_of(reason) for reason in message.reasons),
            CAUSES_BACK[message.cause],
        ),
    ),
    (
        vehicle_events_pb2.VehicleBrokenDown,
        lambda message: facts.VehicleBrokenDown(
            *_day_back(message),
            message.vehicle_id,
            messages.boarding_point_of(message.place) if message.HasField("place") else None,
            tuple(message.moved_ride_ids),
            tuple(message.later_ride_ids),
            tuple(message.stranded_ride_ids),
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
    (vehicle_events_pb2.ShiftScheduled, _shift_back(facts.ShiftScheduled)),
    (vehicle_events_pb2.ShiftUpdated, _shift_back(facts.ShiftUpdated)),
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
