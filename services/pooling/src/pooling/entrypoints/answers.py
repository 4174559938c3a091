"""From plain values to the messages that answer."""

from collections.abc import Callable, Sequence

from google.protobuf.message import Message
from landlinie.common.v1 import audit_pb2
from landlinie.pooling.v1 import breakdown_pb2, fleet_pb2, offer_pb2, plan_pb2, ride_pb2
from routing_core.fleet.model import Action
from service_kit.identity.audit import AuditEntry
from service_kit.identity.policy import role_value

from pooling import messages
from pooling.application.breakdown_outcome import Breakdown, Changed
from pooling.application.changing_shifts import Updated
from pooling.application.improving import Improvement
from pooling.application.known_breakdowns import KnownBreakdown
from pooling.application.moving import Move, Moved, Moves
from pooling.application.paths import TourPath
from pooling.application.postponing import Postponement
from pooling.domain.approach import Approach
from pooling.domain.breakdown_report import BreakdownReason, BreakdownReport, Fate
from pooling.domain.offers import Answer, Offer, Promise, Span
from pooling.domain.places import BoardingPoint
from pooling.domain.rides import Ride, RideState
from pooling.domain.service_day import ServiceDay
from pooling.domain.zone_day import Duty, Task, ZoneDay, is_interrupted, ride_of, stop_id

STATES = {state: ride_pb2.RideState.Value(f"RIDE_STATE_{state.name}") for state in RideState}
STATES_BACK = {value: state for state, value in STATES.items()}
ACTIONS = {
    Action.PICKUP: plan_pb2.STOP_ACTION_PICKUP,
    Action.NO_SHOW: plan_pb2.STOP_ACTION_PICKUP,
    Action.DROPOFF: plan_pb2.STOP_ACTION_DROPOFF,
    Action.BREAK: plan_pb2.STOP_ACTION_BREAK,
}
REASONS = {
    reason: breakdown_pb2.BreakdownReason.Value(f"BREAKDOWN_REASON_{reason.name}")
    for reason in BreakdownReason
}
REASONS_BACK = {value: reason for reason, value in REASONS.items()}


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


def approach(found: Approach, stop_name: Callable[[str], str]) -> ride_pb2.Approach:
    told = ride_pb2.Approach(
        vehicle_name=found.vehicle_name,
        stops_before_count=found.stops_before,
        at_pickup=found.at_pickup,
    )
    if found.last is not None:
        told.last_stop_id = found.last.virtual_stop_id
        # Not as somebody labelled it who was picked up there.
        told.last_stop_name = stop_name(found.last.virtual_stop_id)
        told.last_stop_time.CopyFrom(messages.stamp(found.last.left_time))
    return told


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
                planned.ride_id = ride_of(task.id)
                planned.interrupted = is_interrupted(task.id)
                planned.promise.CopyFrom(_promised(task, service_day))
        planned.point.CopyFrom(messages.boarding_point(where))
    if duty.arrived_s is not None:
        message.arrived_time.CopyFrom(messages.stamp(service_day.instant(duty.arrived_s)))
    return message


def _promised(task: Task, service_day: ServiceDay) -> offer_pb2.Promise:
    window = task.pickup_window
    span = Span(service_day.instant(window.earliest_s), service_day.instant(window.latest_s))
    latest_arrival = service_day.instant(task.dropoff_window.latest_s)
    return messages.promise(Promise(span, latest_arrival, task.max_ride_s))


def plan_paths(version: int, paths: Sequence[TourPath]) -> plan_pb2.GetPlanPathsResponse:
    return plan_pb2.GetPlanPathsResponse(
        plan_version=version,
        tours=[
            plan_pb2.TourPath(
                shift_id=path.shift_id,
                vehicle_id=path.vehicle_id,
                legs=[
                    plan_pb2.TourLeg(
                        stop_id=leg.stop_id,
                        departure_time=messages.stamp(leg.departure),
                        arrival_time=messages.stamp(leg.arrival),
                        polyline=leg.line,
                    )
                    for leg in path.legs
                ],
            )
            for path in paths
        ],
    )


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


def moves(found: Moves) -> ride_pb2.ListMovesResponse:
    return ride_pb2.ListMovesResponse(
        ride=ride(found.ride),
        plan_version=found.plan_version,
        moves=[_move(move) for move in found.moves],
    )


def _move(found: Move) -> ride_pb2.Move:
    message = ride_pb2.Move(
        shift_id=found.shift_id,
        vehicle_id=found.vehicle_id,
        current=found.current,
        possible=not found.reasons,
        reasons=[messages.refusal_reason(reason) for reason in found.reasons],
    )
    if found.pickup_time is not None and found.dropoff_time is not None:
        message.added_driving.FromSeconds(found.added_drive_s)
        message.added_distance_m = found.added_distance_m
        message.pickup_time.CopyFrom(messages.stamp(found.pickup_time))
        message.dropoff_time.CopyFrom(messages.stamp(found.dropoff_time))
    return message


def ride_moved(found: Moved) -> Message:
    return ride_pb2.MoveRideResponse(
        ride=ride(found.ride),
        moved=found.moved,
        from_shift_id=found.from_shift_id,
        reasons=[messages.refusal_reason(reason) for reason in found.reasons],
    )


def broken_down(found: Breakdown) -> Message:
    """The answer to ReportBreakdown."""
    message = breakdown_pb2.ReportBreakdownResponse(
        vehicle=messages.vehicle(found.vehicle),
        moved=[_taken_over(changed) for changed in found.moved],
        later=[_taken_over(changed) for changed in found.later],
        stranded=[_stranded(changed) for changed in found.stranded],
        later_days_ride_count=found.later_days_ride_count,
        breakdown_id=found.id,
    )
    if found.place is not None:
        message.place.CopyFrom(messages.boarding_point(found.place))
    return message


def breakdown(report: BreakdownReport) -> breakdown_pb2.Breakdown:
    message = breakdown_pb2.Breakdown(
        breakdown_id=report.id,
        zone_id=report.zone_id,
        vehicle_id=report.vehicle_id,
        service_date=report.service_date.isoformat(),
        event_time=messages.stamp(report.time),
        report_time=messages.stamp(report.told_time),
        reason=REASONS[report.reason],
        moved_count=report.count(Fate.MOVED),
        later_count=report.count(Fate.LATER),
        stranded_count=report.count(Fate.STRANDED),
        later_days_ride_count=report.later_days_ride_count,
    )
    if report.place is not None:
        message.place.CopyFrom(messages.boarding_point(report.place))
    return message


def known_breakdown(found: KnownBreakdown) -> breakdown_pb2.GetBreakdownResponse:
    return breakdown_pb2.GetBreakdownResponse(
        breakdown=breakdown(found.report),
        moved=[_taken_over(changed) for changed in found.moved],
        later=[_taken_over(changed) for changed in found.later],
        stranded=[_stranded(changed) for changed in found.stranded],
    )


def _stranded(changed: Changed) -> breakdown_pb2.Stranded:
    return breakdown_pb2.Stranded(
        ride=ride(changed.ride),
        reasons=[messages.refusal_reason(reason) for reason in changed.reasons],
        was_aboard=changed.was_aboard,
    )


def _taken_over(changed: Changed) -> breakdown_pb2.TakenOver:
    return breakdown_pb2.TakenOver(
        ride=ride(changed.ride),
        former_promise=messages.promise(changed.former.promise),
        former_pickup_time=messages.stamp(changed.former.pickup_time),
        former_dropoff_time=messages.stamp(changed.former.dropoff_time),
        was_aboard=changed.was_aboard,
    )


def postponed(found: Postponement) -> Message:
    message = ride_pb2.PostponePickupResponse(
        ride=ride(found.ride),
        postponed=found.postponed,
        reasons=[messages.refusal_reason(reason) for reason in found.reasons],
    )
    if found.latest_possible is not None:
        message.latest_possible_time.CopyFrom(messages.stamp(found.latest_possible))
    return message


def updated_shift(updated: Updated) -> Message:
    return fleet_pb2.UpdateShiftResponse(
        shift=messages.shift(updated.shift), moved_ride_ids=updated.moved_ride_ids
    )


def moved(ride_ids: Sequence[str]) -> Message:
    return fleet_pb2.CancelShiftResponse(moved_ride_ids=ride_ids)
