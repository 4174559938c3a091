"""What others are told of tours: facts that follow from a tour as it was and as it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from waste.domain.tour import Change, StopKind, Tour, TourState
from waste.domain.tour_report import BlockedReason, ReportKind, Weight


@dataclass(frozen=True, slots=True)
class ToursProposed:
    """A proposal is done."""

    depot_id: str
    time: datetime
    service_date: date
    proposal_id: str
    tour_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TourApproved:
    """The driver may follow it."""

    depot_id: str
    time: datetime
    tour_id: str
    truck_id: str
    service_date: date
    container_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TourChanged:
    """It has a new version."""

    depot_id: str
    time: datetime
    tour_id: str
    version: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class StopEmptied:
    """A container was emptied at ``time``, as its driver says now."""

    depot_id: str
    time: datetime
    tour_id: str
    stop_id: str
    container_id: str
    level_after_share: float


@dataclass(frozen=True, slots=True)
class EmptyingRetracted:
    """What was told of a container as emptied at ``emptied_at`` did not happen, or not then."""

    depot_id: str
    time: datetime
    tour_id: str
    stop_id: str
    container_id: str
    emptied_at: datetime


@dataclass(frozen=True, slots=True)
class StopBlocked:
    """A container was not emptied, or a plant took nothing; ``container_id`` is empty for a plant."""

    depot_id: str
    time: datetime
    tour_id: str
    stop_id: str
    container_id: str
    reason: BlockedReason


@dataclass(frozen=True, slots=True)
class TruckUnloaded:
    """What was aboard was brought to a plant."""

    depot_id: str
    time: datetime
    tour_id: str
    stop_id: str
    plant_id: str
    weights: tuple[Weight, ...]


@dataclass(frozen=True, slots=True)
class TourClosed:
    """It was driven to its end."""

    depot_id: str
    time: datetime
    tour_id: str
    emptied_container_ids: tuple[str, ...]
    open_container_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TourCancelled:
    """It was rejected, or not driven to its end."""

    depot_id: str
    time: datetime
    tour_id: str
    open_container_ids: tuple[str, ...]


TourFact = (
    ToursProposed
    | TourApproved
    | TourChanged
    | StopEmptied
    | EmptyingRetracted
    | StopBlocked
    | TruckUnloaded
    | TourClosed
    | TourCancelled
)


def facts_between(before: Tour, after: Tour, now: datetime) -> Iterator[TourFact]:
    """What is to be told where a tour changed; nothing where its version is the same."""
    if before.version == after.version:
        return
    depot_id = after.duty.depot_id
    yield TourChanged(
        depot_id,
        now,
        after.id,
        after.version,
        tuple(change for change in after.changes if change.version > before.version),
    )
    if before.approved_at is None and after.approved_at is not None:
        containers = tuple(stop.subject_id for stop in after.stops if stop.kind is StopKind.CONTAINER)
        yield TourApproved(depot_id, now, after.id, after.duty.truck_id, after.service_date, containers)
    yield from _stop_facts(before, after, now)
    if before.state is not after.state:
        left = tuple(stop.subject_id for stop in after.open_containers)
        if after.state is TourState.CLOSED:
            emptied = tuple(stop.subject_id for stop in after.emptied_containers)
            yield TourClosed(depot_id, after.over_at or now, after.id, emptied, left)
        elif after.over_at is not None:
            yield TourCancelled(depot_id, after.over_at, after.id, left)


def _stop_facts(before: Tour, after: Tour, now: datetime) -> Iterator[TourFact]:
    depot_id = after.duty.depot_id
    for stop in after.stops:
        report, told = after.outcome(stop.id).done, before.outcome(stop.id).done
        if report is None or report == told:
            continue
        container_id = stop.subject_id if stop.kind is StopKind.CONTAINER else ""
        if told is not None and told.kind is ReportKind.EMPTIED:
            yield EmptyingRetracted(depot_id, now, after.id, stop.id, container_id, told.time)
        if report.kind is ReportKind.EMPTIED:
            yield StopEmptied(
                depot_id, report.time, after.id, stop.id, container_id, report.level_after_share
            )
        elif report.kind is ReportKind.UNLOADED:
            yield TruckUnloaded(depot_id, report.time, after.id, stop.id, stop.subject_id, report.weights)
        else:
            why = report.blocked or BlockedReason.OTHER
            yield StopBlocked(depot_id, report.time, after.id, stop.id, container_id, why)
