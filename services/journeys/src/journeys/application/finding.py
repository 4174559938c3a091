"""What journeys may be made of besides feet, timetables and rides on demand: each kind has a finder."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from journeys.application.ports import Unavailable
from journeys.application.question import Question
from journeys.domain.journey import Journey, Mode


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of the search that could not be asked."""

    mode: Mode | None
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Found:
    """Journeys, and what could not be asked for them."""

    journeys: tuple[Journey, ...] = ()
    gaps: tuple[Gap, ...] = ()


class Finder(Protocol):
    """Finds journeys of one kind; safe to use from several threads."""

    @property
    def modes(self) -> frozenset[Mode]:
        """It is asked where any of them is wanted."""
        ...

    def find(self, question: Question) -> Found:
        """Journeys worth a look; what cannot be asked is a gap, and nothing is raised."""
        ...


class OneMode(ABC):
    """A finder of one mode, all of which can be asked or none.

    Parameters
    ----------
    mode
        It is asked where this one is wanted.
    """

    def __init__(self, mode: Mode) -> None:
        self.modes = frozenset({mode})
        self._mode = mode

    def find(self, question: Question) -> Found:
        """See :class:`.Finder`."""
        try:
            return Found(tuple(self.journeys(question)))
        except Unavailable as error:
            return Found(gaps=(Gap(self._mode, error.reason, error.message),))

    @abstractmethod
    def journeys(self, question: Question) -> Sequence[Journey]:
        """Journeys of the period that is looked at; raises Unavailable."""
