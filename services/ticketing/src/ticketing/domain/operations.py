"""Settling a whole period: an operation, and the steps it takes."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class StepOutcome(Enum):
    SETTLED = "settled"
    INCOMPLETE = "incomplete"
    """Some journey is covered by no product."""
    SKIPPED = "skipped"
    """The operation was cancelled before."""


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one rider."""

    rider: str
    outcome: StepOutcome
    time: datetime
    posted_cents: int = 0
    proven: bool = True


class OperationState(Enum):
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Operation:
    """A settlement of all riders of a period, and how far it is.

    ``rider_count`` grows until ``all_found``; the other counts are of steps taken.
    """

    id: str
    period_id: str
    start_time: datetime
    cancel_time: datetime | None = None
    all_found: bool = False
    rider_count: int = 0
    settled_count: int = 0
    incomplete_count: int = 0
    skipped_count: int = 0
    unproven_count: int = 0
    posted_cents: int = 0
    last_step_time: datetime | None = None

    @property
    def state(self) -> OperationState:
        """Done once every rider was dealt with, as far as it was not cancelled before."""
        if self.cancel_time is not None:
            return OperationState.CANCELLED
        taken = self.settled_count + self.incomplete_count + self.skipped_count
        return OperationState.DONE if self.all_found and taken >= self.rider_count else OperationState.RUNNING

    @property
    def end_time(self) -> datetime | None:
        """When it was cancelled or done; None while it runs."""
        if self.state is OperationState.RUNNING:
            return None
        return self.cancel_time or self.last_step_time or self.start_time
