"""Journeys that were shown: kept until they expire, so that they can be looked at again, and booked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Protocol

from service_kit.clock import Clock
from service_kit.deadline import check_time_left
from service_kit.errors import FailedPrecondition, NotFound
from service_kit.identity.principal import Principal, Role

from journeys.application.planning import Plan, PlanJourneys
from journeys.application.question import Page, Question, Travellers
from journeys.domain.journey import Journey

KEEP = timedelta(minutes=15)
"""How long a journey is kept of which nothing is held."""
REMEMBER = timedelta(minutes=15)
"""How long it is known of one that it has expired."""

Encode = Callable[[Journey, str, datetime], bytes]


@dataclass(frozen=True, slots=True)
class Planned:
    """A journey as it was shown.

    Parameters
    ----------
    search_id
        The same for all that one call was answered with.
    client_id, asked_by
        Program and subject it was shown to.
    wire
        The journey as it was told: a serialized ``landlinie.journeys.v1.Journey``.
    """

    journey_id: str
    search_id: str
    client_id: str
    asked_by: str
    expires_at: datetime
    travellers: Travellers
    wire: bytes


class PlannedJourneys(Protocol):
    """Where they are kept; all methods raise Unavailable."""

    def add(self, planned: Sequence[Planned]) -> None: ...

    def find(self, journey_id: str) -> Planned | None: ...

    def of_search(self, search_id: str) -> Sequence[Planned]: ...

    def purge(self, expired_before: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A plan, and its journeys as they are kept."""

    plan: Plan
    journeys: tuple[Planned, ...]


class KeepPlans:
    """The use cases of those who plan.

    Parameters
    ----------
    encode
        Tells a journey under its id, with its end.
    """

    def __init__(self, plan: PlanJourneys, kept: PlannedJourneys, clock: Clock, encode: Encode) -> None:
        self._plan = plan
        self._kept = kept
        self._clock = clock
        self._encode = encode

    def plan(self, question: Question, page: Page | None, caller: Principal) -> Kept:
        """Plan, and keep what is shown; raises NotFound, Unavailable, DeadlineExceeded.

        Where nobody gets to see it any more, nothing stays held of it.
        """
        plan = self._plan(question, page)
        try:
            check_time_left()
            return Kept(plan, self._shown(plan, question, caller))
        except Exception:
            self._plan.give_back(plan.journeys)
            raise

    def _shown(self, plan: Plan, question: Question, caller: Principal) -> tuple[Planned, ...]:
        now = self._clock.now()
        search_id = token_hex(8)
        planned = [self._planned(journey, search_id, question, caller, now) for journey in plan.journeys]
        if planned:
            self._kept.add(planned)
        return tuple(planned)

    def journey(self, journey_id: str, caller: Principal) -> Planned:
        """A journey that was shown to the caller.

        Raises
        ------
        NotFound
            ``JOURNEY_NOT_FOUND``: there is none, it is forgotten, or it was shown to somebody else.
        FailedPrecondition
            ``JOURNEY_EXPIRED``.
        """
        planned = self._kept.find(journey_id)
        if planned is None or not may_read(caller, planned):
            raise NotFound.in_field("journey_id", f"there is no journey {journey_id!r}", "JOURNEY_NOT_FOUND")
        if planned.expires_at <= self._clock.now():
            told = planned.expires_at.isoformat()
            raise FailedPrecondition(
                "JOURNEY_EXPIRED",
                f"journey_id: {journey_id} could be had until {told}",
                metadata={"expire_time": told},
            )
        return planned

    def forget(self) -> int:
        """Delete what has been over for a while; how many went."""
        return self._kept.purge(self._clock.now() - REMEMBER)

    def _planned(
        self, journey: Journey, search_id: str, question: Question, caller: Principal, now: datetime
    ) -> Planned:
        journey_id = token_hex(16)
        held_s = journey.expire_s
        expires_at = now + KEEP if held_s is None else datetime.fromtimestamp(held_s, UTC)
        return Planned(
            journey_id,
            search_id,
            caller.client_id,
            caller.subject,
            expires_at,
            question.travellers,
            self._encode(journey, journey_id, expires_at),
        )


def may_read(caller: Principal, planned: Planned) -> bool:
    """Whether the journey exists for the caller: for whom it was shown to, and for the phone desk."""
    if Role.DISPATCHER in caller.roles:
        return True
    if planned.client_id != caller.client_id:
        return False
    return Role.APP_BACKEND in caller.roles or planned.asked_by == caller.subject
