"""From plain values to the messages that answer."""

from collections.abc import Sequence

from google.protobuf.message import Message
from landlinie.common.v1 import audit_pb2
from landlinie.pooling.v1 import fleet_pb2, offer_pb2, plan_pb2, ride_pb2
from routing_core.fleet.model import Action
from service_kit.identity.audit import AuditEntry
from service_kit.identity.policy import role_value

from pooling import messages
from pooling.application.improving import Improvement
from pooling.domain.offers import Answer, Offer
from pooling.domain.places import BoardingPoint
from pooling.domain.rides import Ride, RideState
from pooling.domain.service_day import ServiceDay
from pooling.domain.zone_day import Duty, ZoneDay, stop_id

STATES = {state: ride_pb2.RideState.Value(f"RIDE_STATE_{state.name}") for state in RideState}
STATES_BACK = {value: state for state, value in STATES.items()}
ACTIONS = {
    Action.PICKUP: plan_pb2.STOP_ACTION_PICKUP,
    Action.NO_SHOW: plan_pb2.STOP_ACTION_PICKUP,
    Action.DROPOFF: plan_pb2.STOP_ACTION_DROPOFF,
    Action.BREAK: plan_pb2.STOP_ACTION_BREAK,
}


def offers(answer: Answer) -> Message:
    message = offer_pb2.RequestOffersResponse(offers=[offer(found) for found in answer.offers])
    if not answer.offers:
        message.refusal.reasons.extend(messages.refusal_reason(reason) for reason in answer.reasons)
        if answer.alternative:
            message.refusal.alternative.CopyFrom(offer(answer.alternative))
    return message


def offer(found: Offer) -> offer_pb2.Offer:
    return offer_pb2.Offer(
        offer_id=found.id,
        zone_id=found.zone_id,
        service_date=found.service_date.isoformat(),
        vehicle_kind=messages.KINDS[found.vehicle_kind],
        vehicle_id=found.vehicle_id,
        pickup=messages.boarding_point(found.pickup),
        dropoff=messages.boarding_point(found.dropoff),
        promise=messages.promise(found.promise),
        planned_pickup_time=messages.stamp(found.planned_pickup),
        planned_dropoff_time=messages.stamp(found.planned_dropoff),
        direct_duration=messages.duration(found.direct_s),
        expire_time=messages.stamp(found.expire_time),
    )


def ride(found: Ride) -> ride_pb2.Ride:
    return ride_pb2.Ride(
        ride_id=found.id,
        zone_id=found.zone_id,
        service_date=found.service_date.isoformat(),
        state=STATES[found.state],
        party=messages.party(found.load),
        pickup=messages.boarding_point(found.pickup),
        dropoff=messages.boarding_point(found.dropoff),
        promise=messages.promise(found.promise),
        vehicle_id=found.vehicle_id,
        shift_id=found.shift_id,
        pickup_time=messages.stamp(found.pickup_time),
        dropoff_time=messages.stamp(found.dropoff_time),
        direct_duration=messages.duration(found.direct_s),
        passenger_reference=found.passenger_reference,
        book_time=messages.stamp(found.book_time),
        cancel_reason=found.cancel_reason,
    )


def audit_entry(number: int, entry: AuditEntry) -> audit_pb2.AuditEntry:
    return audit_pb2.AuditEntry(
        number=number,
        time=messages.stamp(entry.time),
        subject=entry.subject,
        client_id=entry.client_id,
        roles=sorted(role_value(role) for role in entry.roles),
        method=entry.method,
        request_id=entry.request_id,
        entity_ids=sorted(entry.entity_ids),
        outcome=entry.outcome,
        count=entry.count,
    )


def plan(day: ZoneDay, service_day: ServiceDay) -> plan_pb2.Plan:
    return plan_pb2.Plan(
        zone_id=day.zone_id,
        service_date=day.service_date.isoformat(),
        version=day.version,
        tours=[_tour(duty, day, service_day) for duty in day.duties],
    )


def _tour(duty: Duty, day: ZoneDay, service_day: ServiceDay) -> plan_pb2.Tour:
    message = plan_pb2.Tour(
        shift_id=duty.shift.id,
        vehicle_id=duty.vehicle.id,
        vehicle_kind=messages.KINDS[duty.vehicle.kind],
        start=messages.position(duty.shift.start_point),
        end=messages.position(duty.shift.end_point),
        start_time=messages.stamp(duty.shift.start),
        end_time=messages.stamp(duty.shift.end),
    )
    where = BoardingPoint(duty.shift.start_point)
    for stop in duty.stops:
        planned = message.stops.add(
            stop_id=stop_id(stop),
            action=ACTIONS[stop.action],
            arrival_time=messages.stamp(service_day.instant(stop.start_s)),
            departure_time=messages.stamp(service_day.instant(stop.departure_s)),
            done=stop.done,
        )
        if stop.action is not Action.BREAK:
            task = day.tasks[stop.subject]
            where = task.dropoff if stop.action is Action.DROPOFF else task.pickup
            planned.party.CopyFrom(messages.party(task.load))
            if task.held_until:
                planned.held_offer_id = task.id
            else:
                planned.ride_id = task.id
        planned.point.CopyFrom(messages.boarding_point(where))
    return message


def booked(found: Ride) -> Message:
    return ride_pb2.BookRideResponse(ride=ride(found))


def improved(found: Improvement) -> Message:
    """The answer to ImprovePlan."""
    return plan_pb2.ImprovePlanResponse(
        plan_version=found.plan_version,
        improved=found.improved,
        distance_before_m=found.distance_before_m,
        distance_m=found.distance_m,
        moved_ride_ids=found.moved_ride_ids,
        lower_bound_m=found.lower_bound_m,
        optimal=found.optimal,
    )


def released(offer_ids: Sequence[str]) -> Message:
    return offer_pb2.ReleaseOffersResponse(released_offer_ids=offer_ids)


def cancelled(found: Ride) -> Message:
    return ride_pb2.CancelRideResponse(ride=ride(found))


def moved(ride_ids: Sequence[str]) -> Message:
    return fleet_pb2.CancelShiftResponse(moved_ride_ids=ride_ids)
