"""What drivers report: it is what happened, however late it comes."""

from datetime import datetime, timedelta

from service_kit.errors import PermissionDenied

from waste.application.calls import Call
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
            if after is not tour:
                after = self._room.rules.with_ways(tour, after)
                self._room.put(writer, tour, after, now)
                _weigh(writer, after)
                touched.extend(self._taken_off_others(writer, after, report, now))
            return after

        return self._room.once(call, work, touched)

    def _taken_off_others(self, writer: TourWriter, tour: Tour, report: Report, now: datetime) -> list[str]:
        """Nobody drives to what is empty: the container goes off the other tours that have it ahead.

        Not where a later report says otherwise, nor where it was emptied so long ago that it filled up since.
        """
        stop = tour.stop(report.stop_id)
        if report.kind is not ReportKind.EMPTIED or stop is None or now - report.time > EMPTY_FOR:
            return []
        if tour.outcome(stop.id).done != report:
            return []
        why = Reason(
            "EMPTIED_ALREADY",
            f"{stop.name}: geleert von {tour.duty.truck_name}",
            f"{stop.name}: emptied by {tour.duty.truck_name}",
        )
        told = []
        for other in writer.tours_with(stop.subject_id):
            if other.id != tour.id and (after := _without(other, stop, why, now)) is not None:
                self._room.put(writer, other, self._room.rules.with_ways(other, after), now)
                told.append(other.id)
        return told


def _without(tour: Tour, emptied: Stop, why: Reason, now: datetime) -> Tour | None:
    """A tour without a container that somebody else has emptied; None where it is not ahead."""
    gone = [
        stop
        for stop in tour.ahead
        if stop.subject_id == emptied.subject_id
        and stop.kind is StopKind.CONTAINER
        and stop.id != tour.standing_at
    ]
    if not gone:
        return None
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
