"""What is asked: from where to where, when, who, and how."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from journeys.domain.journey import Mode
from journeys.domain.lifts import Claims
from journeys.domain.places import Point

USUAL_MODES = frozenset(Mode) - {Mode.BICYCLE, Mode.CAR}
USUAL_WALK_M, MOST_WALK_M = 1500, 5000
USUAL_COUNT, MOST_COUNT = 5, 10
USUAL_STAY_S, LONGEST_STAY_S = 2 * 3600, 24 * 3600
USUAL_STAY_S, LONGEST_STAY_S = 2 * 3600, 24 * 3600
SEARCH_RANGE_S = 2 * 3600
"""Journeys that leave, or arrive, within this time are compared first."""


@dataclass(frozen=True, slots=True)
class Travellers:
    seated: int = 1
    wheelchairs: int = 0
    bicycles: int = 0


class Period(NamedTuple):
    """When journeys leave – or arrive, where it is asked when to arrive; Unix seconds.

    From ``begin_s`` up to, not including, ``end_s``.
    """

    begin_s: int
    end_s: int


class Page(NamedTuple):
    """Where an answer goes on.

    Parameters
    ----------
    edge_s
        Where its first period begins; where it ends, if ``earlier`` is set.
    far_s
        The other end of that period, where some of it were shown already; None for a new one.
    shown
        The keys of those.
    """

    edge_s: int
    earlier: bool = False
    far_s: int | None = None
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose account prices are asked for, and with whose credential; a stranger's where empty."""

    account_id: str = ""
    credential: str = field(default="", repr=False)


NOBODY = Payer()
NO_CLAIMS = Claims()


@dataclass(frozen=True, slots=True)
class Question:
    """A checked question.

    Parameters
    ----------
    at_s
        Unix seconds: ready to leave then, or to be there by then where ``arrive_by`` is set.
    now_s
        When it was asked.
    stay_s
        How long one stays at the goal: a shared car is kept so long, and for the way back.
    claims
        What the passenger says of themselves: some lifts are for some only.
    period
        The part of time that is looked at; :class:`.PlanJourneys` chooses it, one after the other.
    """

    start: Point
    goal: Point
    at_s: int
    now_s: int
    arrive_by: bool = False
    travellers: Travellers = field(default_factory=Travellers)
    modes: frozenset[Mode] = USUAL_MODES
    max_walk_m: int = USUAL_WALK_M
    max_count: int = USUAL_COUNT
    payer: Payer = NOBODY
    stay_s: int = USUAL_STAY_S
    claims: Claims = NO_CLAIMS
    period: Period | None = None

    @property
    def looked_at(self) -> Period:
        """The period, or the first one where none is chosen."""
        if self.period is not None:
            return self.period
        if self.arrive_by:
            return Period(max(self.now_s, self.at_s + 1 - SEARCH_RANGE_S), self.at_s + 1)
        begin_s = max(self.now_s, self.at_s)
        return Period(begin_s, begin_s + SEARCH_RANGE_S)

    def within(self, period: Period) -> "Question":
        """The same, asked for this part of time."""
        return replace(self, period=period)

    @property
    def begin_s(self) -> int:
        """No journey leaves earlier."""
        return self.now_s if self.arrive_by else self.looked_at.begin_s

    @property
    def latest_s(self) -> int | None:
        """No journey arrives later; None where it may arrive at any time."""
        return self.looked_at.end_s - 1 if self.arrive_by else None
