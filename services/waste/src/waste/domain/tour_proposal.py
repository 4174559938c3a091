"""Working out tours for a depot's day, as an operation that is kept."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum

from waste.domain.tour import Reason

MOST_TRIES = 3


class ProposalState(Enum):
    """How far it is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


PENDING = frozenset({ProposalState.WAITING, ProposalState.RUNNING})


@dataclass(frozen=True, slots=True)
class LeftContainer:
    """A container on no tour of the day, and why."""

    container_id: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Proposal:
    """One wish for tours.

    Parameters
    ----------
    sub_account_ids
        Whose containers; None: everybody's.
    time_limit_s
        How long to look.
    tries
        How often somebody began with it.
    """

    id: str
    depot_id: str
    service_date: date
    sub_account_ids: tuple[str, ...] | None
    time_limit_s: int
    requested_at: datetime
    state: ProposalState = ProposalState.WAITING
    ended_at: datetime | None = None
    progress_share: float = 0.0
    tries: int = 0
    fault: Reason | None = None
    tour_ids: tuple[str, ...] = ()
    left: tuple[LeftContainer, ...] = ()

    @property
    def is_pending(self) -> bool:
        """Whether it is still to be worked out."""
        return self.state in PENDING

    def begun(self, now: datetime) -> "Proposal":
        """With somebody at work on it; failed where too many have tried."""
        if self.tries >= MOST_TRIES:
            return self.failed(
                Reason(
                    "WORKER_LOST",
                    f"{self.tries} Anläufe wurden abgebrochen, bevor sie fertig waren",
                    f"{self.tries} tries were cut off before they were done",
                    {"try_count": float(self.tries)},
                ),
                now,
            )
        return replace(self, state=ProposalState.RUNNING, tries=self.tries + 1, progress_share=0.0)

    def failed(self, why: Reason, now: datetime) -> "Proposal":
        """Given up."""
        return replace(self, state=ProposalState.FAILED, fault=why, ended_at=now)

    def cancelled(self, now: datetime) -> "Proposal":
        """Not wanted any more."""
        return replace(self, state=ProposalState.CANCELLED, ended_at=now)

    def done(self, tour_ids: tuple[str, ...], left: tuple[LeftContainer, ...], now: datetime) -> "Proposal":
        """With its tours."""
        return replace(
            self, state=ProposalState.DONE, progress_share=1.0, tour_ids=tour_ids, left=left, ended_at=now
        )
