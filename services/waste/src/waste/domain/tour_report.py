"""What drivers report, and what follows from it for a stop.

Of several reports about one stop the latest counts, by when it happened. Equal instants are decided by what
the reports say, so that the order in which they come never matters.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class ReportKind(Enum):
    """What happened."""

    STARTED = "started"
    ARRIVED = "arrived"
    BLOCKED = "blocked"
    EMPTIED = "emptied"
    UNLOADED = "unloaded"
    CLOSED = "closed"
    BREAKDOWN = "breakdown"


_RANK = {kind: rank for rank, kind in enumerate(ReportKind)}
DOING = frozenset({ReportKind.BLOCKED, ReportKind.EMPTIED, ReportKind.UNLOADED})
"""Reports after which a stop is done with."""


class StopState(Enum):
    """What became of a stop."""

    PLANNED = "planned"
    ARRIVED = "arrived"
    EMPTIED = "emptied"
    UNLOADED = "unloaded"
    BLOCKED = "blocked"
    SKIPPED = "skipped"


class BlockedReason(Enum):
    """Why a container was not emptied, or a plant took nothing."""

    PARKED_VEHICLE = "parked_vehicle"
    GATE_LOCKED = "gate_locked"
    ROAD_CLOSED = "road_closed"
    CONTAINER_DAMAGED = "container_damaged"
    CONTAMINATED = "contaminated"
    TRUCK_FULL = "truck_full"
    PLANT_CLOSED = "plant_closed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Weight:
    """What a plant's scale showed for a fraction."""

    fraction: str
    weight_kg: int


@dataclass(frozen=True, slots=True)
class Report:
    """One thing that happened.

    Parameters
    ----------
    stop_id
        Empty where the whole tour is concerned.
    level_after_share
        How full an emptied container is afterwards, 0 to 1.
    note
        What the driver wrote; the reason for closing a tour with open stops.
    image_reference
        Where a picture is kept.
    """

    kind: ReportKind
    time: datetime
    stop_id: str = ""
    level_after_share: float = 0.0
    blocked: BlockedReason | None = None
    note: str = ""
    image_reference: str = ""
    weights: tuple[Weight, ...] = ()

    def place_in_time(self) -> tuple[object, ...]:
        """What reports are ordered by: total, so that no two different ones are equal."""
        return (
            self.time,
            _RANK[self.kind],
            self.stop_id,
            self.level_after_share,
            self.blocked.value if self.blocked else "",
            self.note,
            self.image_reference,
            tuple((weight.fraction, weight.weight_kg) for weight in self.weights),
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """A stop's state, when the truck got there, and the report that settled it."""

    state: StopState
    arrived_at: datetime | None = None
    done: Report | None = None


_STATE_AFTER = {
    ReportKind.EMPTIED: StopState.EMPTIED,
    ReportKind.UNLOADED: StopState.UNLOADED,
    ReportKind.BLOCKED: StopState.BLOCKED,
}


def outcome_of(reports: Iterable[Report], stop_id: str) -> Outcome:
    """What became of a stop, whatever order its reports came in."""
    own = [report for report in reports if report.stop_id == stop_id]
    if not own:
        return Outcome(StopState.PLANNED)
    arrived_at = min(report.time for report in own)
    done = max((report for report in own if report.kind in DOING), key=Report.place_in_time, default=None)
    if done is None:
        return Outcome(StopState.ARRIVED, arrived_at)
    return Outcome(_STATE_AFTER[done.kind], arrived_at, done)


def with_report(reports: tuple[Report, ...], report: Report) -> tuple[Report, ...]:
    """The reports and one more; one that is known already changes nothing."""
    return tuple(sorted({*reports, report}, key=Report.place_in_time))
