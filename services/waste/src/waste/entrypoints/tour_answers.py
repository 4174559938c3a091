"""Tours and proposals as messages."""

from collections.abc import Iterable

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from landlinie.common.v1 import geo_pb2
from landlinie.waste.v1 import tour_driving_pb2, tour_pb2, tour_planning_pb2

from waste import messages, tour_messages
from waste.application.tour_urgent import BrokenDown, Inserted
from waste.domain.tour import Change, Stop, StopKind, Tour, TourState
from waste.domain.tour_proposal import Proposal
from waste.domain.tour_report import BlockedReason, StopState
from waste.domain.tour_times import end_of

LARGEST_PAGE_BYTES = 3_000_000
"""Clients of gRPC refuse an answer of more than 4 MiB unless they are told otherwise."""
STATES = {tour_pb2.TourState.Value(f"TOUR_STATE_{each.name}"): each for each in TourState}


def tour(found: Tour) -> tour_pb2.Tour:
    message = tour_pb2.Tour(
        tour_id=found.id,
        depot_id=found.duty.depot_id,
        truck_id=found.duty.truck_id,
        service_date=found.service_date.isoformat(),
        state=tour_pb2.TourState.Value(f"TOUR_STATE_{found.state.name}"),
        version=found.version,
        leave_time=messages.stamp(found.leave),
        back_time=messages.stamp(found.back),
        distance_m=found.drive_m,
        driving_duration=Duration(seconds=found.drive_s),
        stops=[_stop(found, stop) for stop in found.order],
        end_reason=found.end_reason,
        proposal_id=found.proposal_id,
        time_zone=found.duty.time_zone,
    )
    if found.started_at is not None:
        message.start_time.CopyFrom(messages.stamp(found.started_at))
    if found.over_at is not None:
        message.close_time.CopyFrom(messages.stamp(found.over_at))
    if found.rest is not None and found.duty.rest is not None:
        message.rest.after_stop_id = found.rest.after_stop_id
        message.rest.begin_time.CopyFrom(messages.stamp(found.rest.begin))
        message.rest.duration.seconds = found.duty.rest.duration_s
    return message


def page(found: Iterable[Tour]) -> list[tour_pb2.Tour]:
    """The first of these tours, one at least, as many as every client takes in one answer."""
    told: list[tour_pb2.Tour] = []
    size_bytes = 0
    for one in found:
        message = tour(one)
        size_bytes += message.ByteSize()
        if told and size_bytes > LARGEST_PAGE_BYTES:
            break
        told.append(message)
    return told


def changes(found: Iterable[Change]) -> list[tour_pb2.TourChange]:
    return [tour_messages.change(change) for change in found]


def proposal(found: Proposal) -> tour_planning_pb2.TourProposal:
    message = tour_planning_pb2.TourProposal(
        proposal_id=found.id,
        depot_id=found.depot_id,
        service_date=found.service_date.isoformat(),
        state=tour_planning_pb2.TourProposalState.Value(f"TOUR_PROPOSAL_STATE_{found.state.name}"),
        request_time=messages.stamp(found.requested_at),
        progress_share=found.progress_share,
        try_count=found.tries,
        fault=tour_messages.reason(found.fault) if found.fault else None,
        tour_ids=found.tour_ids,
        left_containers=[
            tour_planning_pb2.LeftContainer(
                container_id=left.container_id, reason=tour_messages.reason(left.reason)
            )
            for left in found.left
        ],
    )
    if found.ended_at is not None:
        message.end_time.CopyFrom(messages.stamp(found.ended_at))
    return message


def proposed(found: Proposal) -> Message:
    return tour_planning_pb2.ProposeToursResponse(proposal=proposal(found))


def proposal_cancelled(found: Proposal) -> Message:
    return tour_planning_pb2.CancelTourProposalResponse(proposal=proposal(found))


def approved(found: list[Tour]) -> Message:
    return tour_planning_pb2.ApproveToursResponse(tours=[tour(one) for one in found])


def inserted(found: Inserted) -> Message:
    return tour_driving_pb2.InsertUrgentResponse(
        tour=tour(found.tour) if found.tour else None,
        reason=tour_messages.reason(found.reason) if found.reason else None,
    )


def broken_down(found: BrokenDown) -> Message:
    return tour_driving_pb2.ReportBreakdownResponse(
        tour=tour(found.tour),
        changed_tours=[tour(one) for one in found.changed],
        left_container_ids=found.left_container_ids,
    )


def _stop(found: Tour, stop: Stop) -> tour_pb2.TourStop:
    outcome = found.outcome(stop.id)
    is_plant = stop.kind is StopKind.PLANT
    message = tour_pb2.TourStop(
        stop_id=stop.id,
        kind=tour_pb2.TOUR_STOP_KIND_PLANT if is_plant else tour_pb2.TOUR_STOP_KIND_CONTAINER,
        container_id="" if is_plant else stop.subject_id,
        site_id=stop.site_id,
        plant_id=stop.subject_id if is_plant else "",
        name=stop.name,
        position=geo_pb2.Position(
            latitude_deg=stop.point.latitude_deg, longitude_deg=stop.point.longitude_deg
        ),
        fraction=tour_messages.fraction(stop.fraction),
        volume_l=stop.volume_l,
        weight_kg=stop.weight_kg,
        access_note=stop.access_note,
        begin_time=messages.stamp(stop.begin),
        end_time=messages.stamp(end_of(stop)),
        locked=stop.locked,
        reason=tour_messages.reason(stop.reason) if stop.reason else None,
        state=tour_pb2.TourStopState.Value(f"TOUR_STOP_STATE_{outcome.state.name}"),
        sub_account_id=stop.sub_account_id,
    )
    if outcome.arrived_at is not None:
        message.arrived_time.CopyFrom(messages.stamp(outcome.arrived_at))
    done = outcome.done
    if done is not None:
        message.done_time.CopyFrom(messages.stamp(done.time))
        if outcome.state is StopState.EMPTIED:
            message.level_after_share = done.level_after_share
        if outcome.state is StopState.BLOCKED:
            message.blocked_reason = tour_messages.blocked(done.blocked or BlockedReason.OTHER)
        if done.note or done.image_reference:
            message.note.text, message.note.image_reference = done.note, done.image_reference
        message.weights.extend(tour_messages.weight(weight) for weight in done.weights)
    return message
