"""Proposing tours: asked for at once, worked out by whoever has time, kept all the while.

A worker takes a proposal for a while and says again and again that it lives. One that is not heard of any
more loses it to the next; after three tries the proposal has failed.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import structlog
from service_kit.errors import (
    FailedPrecondition,
    InvalidInput,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
)
from service_kit.identity.principal import Principal
from service_kit.once import Call, write

from waste.application.names import new_name
from waste.application.ports_tours import CannotPlan, Proposed, TourFilter, TourPlanner, TourWriter
from waste.application.tour_desk import TourRoom
from waste.domain.access import scope_of
from waste.domain.tour import Change, ChangeKind, Reason, Tour, TourState
from waste.domain.tour_facts import ToursProposed, facts_between
from waste.domain.tour_proposal import Proposal
from waste.domain.tour_steps import rejected

LEASE = timedelta(seconds=30)
"""A worker that is silent for so long is taken for dead."""
KEEP_EVERY_S = 2.0
LOOK_EVERY_S = 1.0
FURTHEST_DAYS = 14
MOST_TOURS = 500
MOST_PENDING = 5
"""Proposals that callers with the same sub-accounts may have waiting: others wait behind them."""
PENDING_RETRY_S = 30.0

_log = structlog.get_logger(__name__)


class ProposalGone(Exception):  # noqa: N818 - reads as what it is
    """The proposal was cancelled, or is another worker's by now."""


class TourProposals:
    """The use cases around proposals."""

    def __init__(self, room: TourRoom, poke: Callable[[], None]) -> None:
        self._room = room
        self._poke = poke

    def ask(self, call: Call[Proposal], depot_id: str, day: date, today: date, time_limit_s: int) -> bytes:
        """Have tours worked out for a depot's day.

        Raises
        ------
        NotFound
            ``DEPOT_NOT_FOUND``.
        InvalidInput
            ``DATE_OUT_OF_RANGE``, for a day that is over or too far ahead.
        ResourceExhausted
            ``TOO_MANY_PROPOSALS``, where as many wait already.
        """
        if not self._room.subjects.has_depot(depot_id):
            raise NotFound.in_field("depot_id", f"there is no depot {depot_id!r}", "DEPOT_NOT_FOUND")
        if not today <= day <= today + timedelta(days=FURTHEST_DAYS):
            raise InvalidInput.in_field(
                "service_date",
                f"{day.isoformat()} is not from {today.isoformat()} to {FURTHEST_DAYS} days later",
                "DATE_OUT_OF_RANGE",
            )
        scope = scope_of(call.caller).sub_account_ids
        accounts = None if scope is None else tuple(sorted(scope))
        if accounts == ():
            raise PermissionDenied("NO_SUB_ACCOUNT", "the caller has no sub-account to plan for")

        def work(writer: TourWriter, now: datetime) -> Proposal:
            waiting = sum(other.sub_account_ids == accounts for other in writer.pending_proposals())
            if waiting >= MOST_PENDING:
                raise ResourceExhausted(
                    "TOO_MANY_PROPOSALS",
                    f"{waiting} proposals are not worked out yet, at most {MOST_PENDING} may be",
                    retry_after_s=PENDING_RETRY_S,
                )
            proposal = Proposal(new_name("p"), depot_id, day, accounts, time_limit_s, now)
            writer.put_proposal(proposal)
            return proposal

        answer = self._room.once(call, work)
        self._poke()
        return answer

    def get(self, proposal_id: str, caller: Principal) -> Proposal:
        """The proposal as far as it is; raises NotFound."""
        with self._room.store.reading() as reader:
            return _seen(reader.proposal(proposal_id), proposal_id, caller)

    def cancel(self, call: Call[Proposal], proposal_id: str) -> bytes:
        """Stop working on it; raises NotFound, or FailedPrecondition ``PROPOSAL_OVER``."""

        def work(writer: TourWriter, now: datetime) -> Proposal:
            proposal = _seen(writer.proposal(proposal_id), proposal_id, call.caller)
            if not proposal.is_pending:
                raise FailedPrecondition(
                    "PROPOSAL_OVER", f"proposal_id: {proposal_id} is {proposal.state.value} already"
                )
            proposal = proposal.cancelled(now)
            writer.put_proposal(proposal)
            return proposal

        return self._room.once(call, work)


class ProposalWorker:
    """Takes proposals one at a time, in a thread of its own.

    Parameters
    ----------
    name
        Of this worker, unlike any other's.
    """

    def __init__(self, room: TourRoom, planner: TourPlanner, name: str) -> None:
        self._room = room
        self._planner = planner
        self._name = name
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="waste-proposals", daemon=True)

    def start(self) -> None:
        """Begin to look for proposals."""
        self._thread.start()

    def poke(self) -> None:
        """Say that there may be one."""
        self._wake.set()

    def stop(self) -> None:
        """Let go of the proposal at hand: whoever comes next begins it anew."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def work_off(self) -> int:
        """Do what waits; how many proposals that were."""
        count = 0
        while not self._stopping.is_set():
            proposal = write(self._room.store, self._taken)
            if proposal is None:
                return count
            count += 1
            self._take(proposal)
        return count

    def _taken(self, writer: TourWriter) -> Proposal | None:
        now = datetime.now(UTC)
        return writer.take_proposal(now, now + LEASE, self._name)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self.work_off()
            except Exception:
                _log.exception("proposals_wait")
            self._wake.wait(LOOK_EVERY_S)

    def _take(self, proposal: Proposal) -> None:
        now = self._room.clock.now
        if not proposal.is_pending:
            return
        try:
            found = self._planner.propose(proposal, _Heartbeat(self._kept(proposal)))
        except ProposalGone:
            return
        except CannotPlan as no:
            told = no.reason
            self._end(proposal, lambda current: current.failed(told, now()))
        except Exception:
            _log.exception("proposal_failed", proposal_id=proposal.id)
            why = Reason("INTERNAL", "Fehler in der Planung", "something went wrong in planning")
            self._end(proposal, lambda current: current.failed(why, now()))
        else:
            self._store(proposal, found)

    def _kept(self, proposal: Proposal) -> Callable[[float], None]:
        def keep(share: float) -> None:
            mine = not self._stopping.is_set() and write(
                self._room.store,
                lambda writer: writer.keep_proposal(
                    proposal.id, self._name, datetime.now(UTC) + LEASE, min(share, 0.99)
                ),
            )
            if not mine:
                raise ProposalGone

        return keep

    def _end(self, proposal: Proposal, ended: Callable[[Proposal], Proposal]) -> None:
        def work(writer: TourWriter) -> None:
            current = writer.proposal(proposal.id)
            if current is not None and current.is_pending and current.tries == proposal.tries:
                writer.put_proposal(ended(current))

        write(self._room.store, work)

    def _store(self, proposal: Proposal, found: Proposed) -> None:
        now = self._room.clock.now()
        touched: list[str] = []

        def work(writer: TourWriter) -> None:
            current = writer.proposal(proposal.id)
            if current is None or not current.is_pending or current.tries != proposal.tries:
                return
            touched[:] = self._replaced(writer, proposal, now)
            tours = [
                Tour(
                    id=new_name("t"),
                    proposal_id=proposal.id,
                    service_date=proposal.service_date,
                    duty=duty,
                    version=1,
                    leave=course.leave,
                    back=course.back,
                    stops=course.stops,
                    back_drive_s=course.back_drive_s,
                    back_drive_m=course.back_drive_m,
                    rest=course.rest,
                    changes=(Change(1, now, ChangeKind.PROPOSED),),
                )
                for duty, course in found.tours
            ]
            for tour in tours:
                writer.add_tour(tour)
            ids = tuple(tour.id for tour in tours)
            writer.put_proposal(current.done(ids, found.left, now))
            writer.tell([ToursProposed(proposal.depot_id, now, proposal.service_date, proposal.id, ids)])

        write(self._room.store, work)
        self._room.committed(touched)

    def _replaced(self, writer: TourWriter, proposal: Proposal, now: datetime) -> list[str]:
        """Earlier proposals of the same day that nobody approved are no longer wanted."""
        chosen = TourFilter(proposal.depot_id, proposal.service_date, states=frozenset({TourState.PROPOSED}))
        scope = None if proposal.sub_account_ids is None else set(proposal.sub_account_ids)
        gone = []
        for tour in writer.tours(chosen, "", MOST_TOURS):
            accounts = {stop.sub_account_id for stop in tour.stops if stop.sub_account_id}
            if scope is None or accounts <= scope:
                after = rejected(tour, now, "REPLACED")
                writer.put_tour(after, version=tour.version)
                writer.tell(tuple(facts_between(tour, after, now)))
                gone.append(tour.id)
        return gone


class _Heartbeat:
    """Says that the worker lives, not more often than needed."""

    def __init__(self, keep: Callable[[float], None]) -> None:
        self._keep = keep
        self._kept_s = float("-inf")

    def __call__(self, share: float) -> None:
        now_s = time.monotonic()
        if now_s - self._kept_s >= KEEP_EVERY_S:
            self._keep(share)
            self._kept_s = now_s


def _seen(proposal: Proposal | None, proposal_id: str, caller: Principal) -> Proposal:
    scope = scope_of(caller)
    mine = proposal is not None and (
        scope.sub_account_ids is None
        or (
            proposal.sub_account_ids is not None
            and all(account in scope for account in proposal.sub_account_ids)
        )
    )
    if proposal is None or not mine:
        raise NotFound.in_field("proposal_id", f"there is no proposal {proposal_id!r}", "PROPOSAL_NOT_FOUND")
    return proposal
