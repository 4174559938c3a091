"""What is asked: from where to where, when, who, and how."""

from dataclasses import dataclass, field

from journeys.domain.journey import Mode
from journeys.domain.places import Point

USUAL_MODES = frozenset(Mode) - {Mode.BICYCLE, Mode.CAR}
USUAL_WALK_M, MOST_WALK_M = 1500, 5000
USUAL_COUNT, MOST_COUNT = 5, 10
SEARCH_RANGE_S = 2 * 3600
"""Journeys that leave, or arrive, within this time are compared."""


@dataclass(frozen=True, slots=True)
class Travellers:
    seated: int = 1
    wheelchairs: int = 0
    bicycles: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """A checked question.

    Parameters
    ----------
    at_s
        Unix seconds: ready to leave then, or to be there by then where ``arrive_by`` is set.
    now_s
        When it was asked.
    payer
        Whose account prices are asked for; empty for a stranger.
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
    payer: str = ""

    @property
    def begin_s(self) -> int:
        """No journey leaves earlier."""
        return self.now_s if self.arrive_by else max(self.now_s, self.at_s)
