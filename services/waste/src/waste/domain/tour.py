"""A collection tour as it is kept: proposed, approved, driven, closed.

A tour is what the dispatcher decided and the set of what its driver reported. Everything else – its state,
that of its stops, what is aboard – follows from these, so that reports may come late, in any order and twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from waste.domain.tour_report import Outcome, Report, ReportKind, StopState, outcome_of


class TourState(Enum):
    """How far a tour is."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    STARTED = "started"
    CLOSED = "closed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


OPEN_STATES = frozenset({TourState.APPROVED, TourState.STARTED})
"""States in which a driver follows the tour."""
OVER_STATES = frozenset({TourState.CLOSED, TourState.REJECTED, TourState.CANCELLED})


class StopKind(Enum):
    """What is done at a stop."""

    CONTAINER = "container"
    PLANT = "plant"


class ChangeKind(Enum):
    """What became different with a version of a tour."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    STARTED = "started"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    STOP_ADDED = "stop_added"
    STOP_REMOVED = "stop_removed"
    STOP_MOVED = "stop_moved"
    STOP_LOCKED = "stop_locked"
    STOP_UNLOCKED = "stop_unlocked"
    STOP_REPORTED = "stop_reported"


@dataclass(frozen=True, slots=True)
class Point:
    """A point on the ground in WGS84 degrees."""

    latitude_deg: float
    longitude_deg: float


@dataclass(frozen=True)
class Reason:
    """Why something is as it is.

    Parameters
    ----------
    code
        UPPER_SNAKE.
    german, english
        The same sentence, with its figures.
    figures
        By name, units in the names.
    """

    code: str
    german: str
    english: str
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant to another, both included."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """A container to be emptied, or a plant to unload at, as planned.

    Parameters
    ----------
    id
        Stable for the life of the tour.
    subject_id
        The container or the plant.
    fractions
        What is taken aboard: one; of a plant all that it accepts.
    windows
        Work begins in one of them; ascending. Empty: at any time.
    begin
        When work is expected to begin.
    drive_s, drive_m
        The way from the stop before in the tour's order, or from the depot: seconds and metres.
    locked
        Keeps its place before everything that is not locked.
    curb
        Whether the truck has to come along on its side of the street.
    """

    id: str
    kind: StopKind
    subject_id: str
    site_id: str
    sub_account_id: str
    name: str
    point: Point
    fractions: tuple[str, ...]
    volume_l: int
    weight_kg: int
    service_s: int
    begin: datetime
    windows: tuple[Span, ...] = ()
    access_note: str = ""
    drive_s: int = 0
    drive_m: int = 0
    locked: bool = False
    curb: bool = False
    reason: Reason | None = None

    @property
    def fraction(self) -> str:
        """What a container holds; empty for a plant."""
        return self.fractions[0] if self.kind is StopKind.CONTAINER else ""


@dataclass(frozen=True, slots=True)
class Chamber:
    """A part of the truck that takes some fractions, one at a time."""

    fractions: tuple[str, ...]
    volume_l: int


@dataclass(frozen=True, slots=True)
class RestRule:
    """A rest of ``duration_s`` that begins in the span, unless the truck is back by its end."""

    span: Span
    duration_s: int


@dataclass(frozen=True, slots=True)
class Duty:
    """The truck and its day: what every change of the tour has to keep.

    Parameters
    ----------
    truck_kind
        As containers name the kinds that can lift them.
        What it may drive on follows from it.
    time_zone
        IANA name of the zone in which the depot's clocks run.
    site_s
        To stop, secure and leave a site, once for all its containers.
    """

    depot_id: str
    truck_id: str
    truck_name: str
    truck_kind: str
    start: Point
    end: Point
    shift: Span
    chambers: tuple[Chamber, ...]
    payload_kg: int
    site_s: int = 0
    rest: RestRule | None = None
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Rest:
    """The rest as planned: after which stop, from when."""

    after_stop_id: str
    begin: datetime


@dataclass(frozen=True, slots=True)
class Ending:
    """Rejected before, or cancelled after it was approved."""

    state: TourState
    time: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """What changed with a version, and why; ``stop_id`` empty where the whole tour is concerned."""

    version: int
    time: datetime
    kind: ChangeKind
    stop_id: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Tour:
    """What one truck collects on one service day.

    Parameters
    ----------
    stops
        In the order in which they are planned to be done.
    removed
        Stops taken off after the driver was told of them; a report puts one back.
    back_drive_s, back_drive_m
        The way from the last stop to the depot.
    reports
        In one order, whatever order they came in.
    """

    id: str
    proposal_id: str
    service_date: date
    duty: Duty
    version: int
    leave: datetime
    back: datetime
    stops: tuple[Stop, ...]
    back_drive_s: int = 0
    back_drive_m: int = 0
    rest: Rest | None = None
    removed: tuple[Stop, ...] = ()
    approved_at: datetime | None = None
    ending: Ending | None = None
    reports: tuple[Report, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def state(self) -> TourState:
        """How far it is."""
        if self.ending is not None:
            return self.ending.state
        kinds = {report.kind for report in self.reports}
        if ReportKind.BREAKDOWN in kinds:
            return TourState.CANCELLED
        if ReportKind.CLOSED in kinds:
            return TourState.CLOSED
        if kinds:
            return TourState.STARTED
        return TourState.PROPOSED if self.approved_at is None else TourState.APPROVED

    @property
    def started_at(self) -> datetime | None:
        """When it began, as far as is told: with its earliest report."""
        return min((report.time for report in self.reports), default=None)

    @property
    def over_at(self) -> datetime | None:
        """When it was over; None before."""
        ends = [
            report.time for report in self.reports if report.kind in {ReportKind.CLOSED, ReportKind.BREAKDOWN}
        ]
        if self.ending is not None:
            ends.append(self.ending.time)
        return min(ends, default=None)

    @property
    def end_reason(self) -> str:
        """What was said when it ended."""
        if self.ending is not None:
            return self.ending.reason
        said = [
            report.note for report in self.reports if report.kind in {ReportKind.CLOSED, ReportKind.BREAKDOWN}
        ]
        return said[0] if said else ""

    @property
    def drive_m(self) -> int:
        """How far it drives, metres."""
        return sum(stop.drive_m for stop in self.stops) + self.back_drive_m

    @property
    def drive_s(self) -> int:
        """How long it drives, seconds."""
        return sum(stop.drive_s for stop in self.stops) + self.back_drive_s

    def outcome(self, stop_id: str) -> Outcome:
        """What became of a stop so far."""
        found = outcome_of(self.reports, stop_id)
        if found.done is None and self.over_at is not None and self.approved_at is not None:
            return Outcome(StopState.SKIPPED, found.arrived_at, None)
        return found

    def stop(self, stop_id: str) -> Stop | None:
        """The stop of that id, also one that was taken off."""
        return next((stop for stop in (*self.stops, *self.removed) if stop.id == stop_id), None)

    @property
    def done(self) -> tuple[Stop, ...]:
        """Stops that are done or were tried, in the order in which that happened."""
        times = {stop.id: done.time for stop in self.stops if (done := self.outcome(stop.id).done)}
        return tuple(
            sorted(
                (stop for stop in self.stops if stop.id in times), key=lambda stop: (times[stop.id], stop.id)
            )
        )

    @property
    def ahead(self) -> tuple[Stop, ...]:
        """Stops that are still to be done, in order; one where the truck stands comes first."""
        done = {stop.id for stop in self.done}
        rest = [stop for stop in self.stops if stop.id not in done]
        standing = self.standing_at
        return tuple(sorted(rest, key=lambda stop: stop.id != standing))

    @property
    def order(self) -> tuple[Stop, ...]:
        """All stops as they were done and are to be done."""
        return (*self.done, *self.ahead)

    @property
    def standing_at(self) -> str | None:
        """The stop that was reported as reached last, where nothing was reported since."""
        latest = max(self.reports, key=Report.place_in_time, default=None)
        return latest.stop_id if latest is not None and latest.kind is ReportKind.ARRIVED else None

    @property
    def fixed_count(self) -> int:
        """How many of the stops ahead keep their place: where the truck stands, and locked ones up front."""
        count = 0
        for stop in self.ahead:
            if not stop.locked and stop.id != self.standing_at:
                break
            count += 1
        return count

    @property
    def open_containers(self) -> tuple[Stop, ...]:
        """Containers that were not emptied."""
        return tuple(
            stop
            for stop in self.stops
            if stop.kind is StopKind.CONTAINER and self.outcome(stop.id).state is not StopState.EMPTIED
        )

    @property
    def emptied_containers(self) -> tuple[Stop, ...]:
        """Containers that were emptied."""
        return tuple(stop for stop in self.stops if self.outcome(stop.id).state is StopState.EMPTIED)

    @property
    def aboard(self) -> tuple[Stop, ...]:
        """Emptied containers whose content has not been unloaded."""
        held: list[Stop] = []
        for stop in self.done:
            state = self.outcome(stop.id).state
            if state is StopState.UNLOADED:
                held = []
            elif state is StopState.EMPTIED:
                held.append(stop)
        return tuple(held)
