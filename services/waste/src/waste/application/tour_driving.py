"""What drivers report: it is what happened, however late it comes."""

from datetime import datetime, timedelta

from service_kit.errors import PermissionDenied
from service_kit.once import Call

from waste.application.ports_tours import TourWriter
from waste.application.tour_desk import TourRoom, found_tour
from waste.domain.tour import Reason, Stop, StopKind, Tour
from waste.domain.tour_access import decides, drives
from waste.domain.tour_diff import differences
from waste.domain.tour_report import Report, ReportKind, StopState
from waste.domain.tour_steps import changed, reported, without
from waste.domain.tour_weights import Weighing

EMPTY_FOR = timedelta(hours=24)
"""So long after it was emptied a container needs no other truck; what is told later than that is history."""


class TourDriving:
    """The use cases of the driver's phone."""

    def __init__(self, room: TourRoom) -> None:
        self._room = room

    def report(self, call: Call[Tour], tour_id: str, report: Report) -> bytes:
        """Take a report; see :func:`waste.domain.tour_steps.reported` for what is refused."""
        touched = [tour_id]

        def work(writer: TourWriter, now: datetime) -> Tour:
            tour = found_tour(writer, tour_id, call.caller)
            if not (drives(call.caller, tour) or decides(call.caller, tour)):
                raise PermissionDenied("TOUR_SHARED", f"tour_id: {tour_id} is driven by others")
            after = reported(tour, report, now)
            if after is tour:
                return tour
            emptied = _emptied_now(after, report, now)
            if emptied is not None:
                # It may have been taken off, emptied by a driver who had not heard, and put on again.
                after = _without(after, emptied, after, now) or after
            after = self._room.rules.with_ways(tour, after)
            self._room.put(writer, tour, after, now)
            _weigh(writer, after)
            if emptied is not None:
                touched.extend(self._taken_off_others(writer, after, emptied, now))
            return after

        return self._room.once(call, work, touched)

    def _taken_off_others(self, writer: TourWriter, tour: Tour, emptied: Stop, now: datetime) -> list[str]:
        """Nobody drives to what is empty: the container goes off the other tours that have it ahead."""
        told = []
        for other in writer.tours_with(emptied.subject_id):
            if other.id != tour.id and (after := _without(other, emptied, tour, now)) is not None:
                self._room.put(writer, other, self._room.rules.with_ways(other, after), now)
                told.append(other.id)
        return told


def _emptied_now(tour: Tour, report: Report, now: datetime) -> Stop | None:
    """The stop whose container is empty by this report.

    None where a later report says otherwise, and where it was emptied so long ago that it filled up since.
    """
    stop = tour.stop(report.stop_id)
    is_news = report.kind is ReportKind.EMPTIED and now - report.time <= EMPTY_FOR
    return stop if is_news and stop is not None and tour.outcome(stop.id).done == report else None


def _without(tour: Tour, emptied: Stop, by: Tour, now: datetime) -> Tour | None:
    """A tour without a container that was emptied already; None where it is not ahead."""
    gone = [
        stop
        for stop in tour.ahead
        if stop.subject_id == emptied.subject_id
        and stop.kind is StopKind.CONTAINER
        and stop.id != tour.standing_at
    ]
    if not gone:
        return None
    why = Reason(
        "EMPTIED_ALREADY",
        f"{emptied.name}: geleert von {by.duty.truck_name}",
        f"{emptied.name}: emptied by {by.duty.truck_name}",
    )
    after = without(tour, *gone)
    return changed(after, now, *differences(tour, after, why))


def _weigh(writer: TourWriter, tour: Tour) -> None:
    """What the scales showed, beside the litres that were aboard: from these densities are learned."""
    held: list[Stop] = []
    for stop in tour.done:
        outcome = tour.outcome(stop.id)
        if outcome.state is StopState.EMPTIED:
            held.append(stop)
        elif stop.kind is StopKind.PLANT and outcome.done is not None:
            # A plant that took nothing after all has weighed nothing.
            weighings = [
                Weighing(
                    weight.fraction,
                    sum(one.volume_l for one in held if one.fraction == weight.fraction),
                    weight.weight_kg,
                )
                for weight in outcome.done.weights
            ]
            writer.put_weighings(tour.id, stop.id, outcome.done.time, weighings)
            held = [] if outcome.state is StopState.UNLOADED else held
