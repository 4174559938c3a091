"""What may happen to a tour, and what it is afterwards. Refusals carry a reason a program can act on."""

from dataclasses import replace
from datetime import datetime, timedelta

from service_kit.errors import FailedPrecondition, InvalidInput, NotFound

from waste.domain.tour import (
    Change,
    ChangeKind,
    Ending,
    Reason,
    Rest,
    Stop,
    StopKind,
    Tour,
    TourState,
)
from waste.domain.tour_report import Report, ReportKind, StopState, with_report
from waste.domain.tour_times import retimed

CLOCKS_APART = timedelta(minutes=5)
"""So far a phone's clock may be behind ours."""
LATE = timedelta(days=7)
"""So long after a tour is over reports about it are taken."""
MOST_REPORTS = 2_000
"""Reports taken for one tour: several for each stop of the longest."""
MOST_CHANGES = 500
"""Changes kept with a tour; older ones are forgotten."""

_KIND_NEEDED = {ReportKind.EMPTIED: StopKind.CONTAINER, ReportKind.UNLOADED: StopKind.PLANT}
_ENDS = frozenset({ReportKind.CLOSED, ReportKind.BREAKDOWN})
_TOLD = {
    ReportKind.STARTED: ChangeKind.STARTED,
    ReportKind.CLOSED: ChangeKind.CLOSED,
    ReportKind.BREAKDOWN: ChangeKind.CANCELLED,
}


def changed(tour: Tour, now: datetime, *changes: tuple[ChangeKind, str, Reason | None]) -> Tour:
    """The tour with its next version, and what changed with it: kind, stop and reason of each."""
    version = tour.version + 1
    told = tuple(Change(version, now, kind, stop_id, reason) for kind, stop_id, reason in changes)
    return replace(tour, version=version, changes=(tour.changes + told)[-MOST_CHANGES:])


def looked_at(tour: Tour, version: int, field: str) -> None:
    """Nobody decides about what they have not seen; raises FailedPrecondition ``TOUR_CHANGED``."""
    if tour.version != version:
        raise FailedPrecondition(
            "TOUR_CHANGED",
            f"{field}: tour {tour.id} has version {tour.version} by now, not {version}",
            metadata={"tour_id": tour.id, "version": str(tour.version)},
        )


def approved(tour: Tour, now: datetime) -> Tour:
    """The driver may follow it from now on.

    Raises FailedPrecondition ``TOUR_NOT_PROPOSED``, ``TOUR_EMPTY``.
    """
    _needs(tour, TourState.PROPOSED, "TOUR_NOT_PROPOSED")
    if not any(stop.kind is StopKind.CONTAINER for stop in tour.stops):
        raise FailedPrecondition("TOUR_EMPTY", f"tour_id: {tour.id} has no container on it")
    return changed(replace(tour, approved_at=now), now, (ChangeKind.APPROVED, "", None))


def rejected(tour: Tour, now: datetime, why: str) -> Tour:
    """Nobody drives it; raises FailedPrecondition ``TOUR_NOT_PROPOSED``."""
    _needs(tour, TourState.PROPOSED, "TOUR_NOT_PROPOSED")
    ended = replace(tour, ending=Ending(TourState.REJECTED, now, why))
    return changed(ended, now, (ChangeKind.REJECTED, "", _said(why)))


def cancelled(tour: Tour, now: datetime, why: str) -> Tour:
    """It is not driven, or not any further; raises FailedPrecondition ``TOUR_NOT_OPEN``."""
    _needs_open(tour)
    ended = replace(tour, ending=Ending(TourState.CANCELLED, now, why))
    return changed(ended, now, (ChangeKind.CANCELLED, "", _said(why)))


def reported(tour: Tour, report: Report, now: datetime) -> Tour:
    """The tour with what its driver reports; the same one where that is known already.

    Raises
    ------
    NotFound
        ``STOP_NOT_FOUND``.
    InvalidInput
        ``FRACTION_NOT_TAKEN``, for a weight of what the plant does not take.
    FailedPrecondition
        ``TOUR_NOT_APPROVED``, ``EVENT_TOO_EARLY``, ``TOUR_OVER``, ``EVENT_OUT_OF_ORDER``, ``STOPS_OPEN``,
        ``STOP_IS_CONTAINER``, ``STOP_IS_PLANT``, ``TOO_MANY_REPORTS``.
    """
    if report in tour.reports:
        return tour
    if len(tour.reports) >= MOST_REPORTS:
        raise FailedPrecondition(
            "TOO_MANY_REPORTS", f"tour_id: {tour.id} has {len(tour.reports)} reports, the most it takes"
        )
    _check_time(tour, report, now)
    if report.kind in _ENDS:
        _check_end(tour, report)
    after = tour
    repeats: tuple[Stop, ...] = ()
    if report.stop_id:
        stop = _stop_of(tour, report)
        if stop in tour.removed:
            # What happened, happened: the driver was there before the news.
            after, repeats = _taken_back(tour, stop)
    after = replace(after, reports=with_report(after.reports, report))
    told = _TOLD.get(report.kind, ChangeKind.STOP_REPORTED)
    changes = [(told, report.stop_id, _said(report.note) if report.kind in _ENDS else None)]
    if tour.state is TourState.APPROVED and told is ChangeKind.STOP_REPORTED:
        changes.insert(0, (ChangeKind.STARTED, "", None))
    changes += [(ChangeKind.STOP_REMOVED, repeat.id, None) for repeat in repeats]
    return changed(retimed(after), now, *changes)


def _taken_back(tour: Tour, stop: Stop) -> tuple[Tour, tuple[Stop, ...]]:
    """The tour with a stop that was taken off, and without those that were put on for the same container."""
    repeats = tuple(
        other
        for other in tour.ahead
        if other.kind is StopKind.CONTAINER and other.subject_id == stop.subject_id
    )
    after = without(tour, *repeats)
    return replace(
        after,
        stops=(*after.stops, replace(stop, locked=False)),
        removed=tuple(other for other in after.removed if other != stop),
    ), repeats


def without(tour: Tour, *gone: Stop) -> Tour:
    """The tour without some stops; remembered where the driver may have been told of them."""
    told = tour.approved_at is not None
    stops = tuple(stop for stop in tour.stops if stop not in gone)
    return replace(
        tour,
        stops=stops,
        rest=_rest_among(tour, stops),
        removed=(*tour.removed, *gone) if told else tour.removed,
    )


def _rest_among(tour: Tour, stops: tuple[Stop, ...]) -> Rest | None:
    """The rest after a stop that is still there: the one before, else the one that is first then."""
    kept = {stop.id for stop in stops}
    if tour.rest is None or tour.rest.after_stop_id in kept or not stops:
        return tour.rest if stops else None
    after = ""
    for stop in tour.order:
        if stop.id == tour.rest.after_stop_id and after:
            break
        after = stop.id if stop.id in kept else after
    return replace(tour.rest, after_stop_id=after)


def ahead_stop(tour: Tour, stop_id: str, field: str) -> Stop:
    """A stop that can still be changed.

    Raises NotFound, or FailedPrecondition ``STOP_DONE``, ``TRUCK_AT_STOP``.
    """
    stop = next((stop for stop in tour.stops if stop.id == stop_id), None)
    if stop is None:
        raise no_stop(tour, stop_id, field)
    if tour.standing_at == stop_id:
        raise FailedPrecondition("TRUCK_AT_STOP", f"{field}: the truck is at {stop_id} already")
    state = tour.outcome(stop_id).state
    # A stop that was reached and left again, as far as is told, is still to be done.
    if state not in {StopState.PLANNED, StopState.ARRIVED}:
        raise FailedPrecondition("STOP_DONE", f"{field}: {stop_id} is {state.value} already")
    return stop


def no_stop(tour: Tour, stop_id: str, field: str) -> NotFound:
    """What is said of a stop that the tour does not have."""
    return NotFound.in_field(field, f"tour {tour.id} has no stop {stop_id!r}", "STOP_NOT_FOUND")


def check_open(tour: Tour) -> None:
    """Raises FailedPrecondition ``TOUR_OVER`` for one that nobody drives any more."""
    if tour.over_at is not None:
        raise FailedPrecondition("TOUR_OVER", f"tour_id: {tour.id} is {tour.state.value}")


def _needs(tour: Tour, state: TourState, reason: str) -> None:
    if tour.state is not state:
        raise FailedPrecondition(reason, f"tour_id: {tour.id} is {tour.state.value}, not {state.value}")


def _needs_open(tour: Tour) -> None:
    if tour.state not in {TourState.APPROVED, TourState.STARTED}:
        raise FailedPrecondition(
            "TOUR_NOT_OPEN", f"tour_id: {tour.id} is {tour.state.value}, not approved or started"
        )


def _check_time(tour: Tour, report: Report, now: datetime) -> None:
    if tour.approved_at is None:
        raise FailedPrecondition("TOUR_NOT_APPROVED", f"tour_id: {tour.id} is {tour.state.value}")
    if report.time < tour.approved_at - CLOCKS_APART:
        raise FailedPrecondition(
            "EVENT_TOO_EARLY",
            f"event_time: {report.time.isoformat()} is before tour {tour.id} was approved"
            f" at {tour.approved_at.isoformat()}",
        )
    over_at = tour.over_at
    # A driver without coverage goes on with a tour that was called off meanwhile.
    is_told = tour.ending is None
    after = over_at is not None and is_told and report.time > over_at
    if over_at is not None and (after or now > over_at + LATE or report.kind in _ENDS):
        raise FailedPrecondition(
            "TOUR_OVER", f"tour_id: {tour.id} is {tour.state.value} since {over_at.isoformat()}"
        )


def _check_end(tour: Tour, report: Report) -> None:
    latest = max((other.time for other in tour.reports), default=report.time)
    if latest > report.time:
        raise FailedPrecondition(
            "EVENT_OUT_OF_ORDER",
            f"event_time: {report.time.isoformat()}, and something was reported of {latest.isoformat()}",
        )
    if report.kind is ReportKind.CLOSED and tour.ahead and not report.note:
        names = ", ".join(stop.id for stop in tour.ahead)
        raise FailedPrecondition(
            "STOPS_OPEN",
            f"skip_reason: is missing, and stops are open: {names}",
            metadata={"stop_ids": names},
        )


def _stop_of(tour: Tour, report: Report) -> Stop:
    stop = tour.stop(report.stop_id)
    if stop is None:
        raise no_stop(tour, report.stop_id, "stop_id")
    if _KIND_NEEDED.get(report.kind, stop.kind) is not stop.kind:
        raise FailedPrecondition(
            f"STOP_IS_{stop.kind.name}", f"stop_id: {stop.id} is a {stop.kind.value}: {stop.name}"
        )
    for number, weight in enumerate(report.weights):
        if weight.fraction not in stop.fractions:
            raise InvalidInput.in_field(
                f"weights[{number}].fraction",
                f"{weight.fraction!r} is not taken at {stop.name}",
                "FRACTION_NOT_TAKEN",
            )
    return stop


def _said(why: str) -> Reason | None:
    """What somebody wrote, as it is."""
    return Reason("SAID", why, why) if why else None
