"""What the tour desk needs from outside: a store, a planner, and what containers and plants are."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from service_kit.once import Answers, WritableAnswers

from waste.domain.tour import Duty, Reason, Rest, Stop, Tour, TourState
from waste.domain.tour_facts import TourFact
from waste.domain.tour_proposal import LeftContainer, Proposal
from waste.domain.tour_weights import Weighing


@dataclass(frozen=True, slots=True)
class TourFilter:
    """Which tours to list; None for all.

    ``sub_account_ids`` and ``truck_ids`` together say what exists for the caller: tours with a container of
    one of these sub-accounts, and those of these trucks that were approved.
    """

    depot_id: str | None = None
    service_date: date | None = None
    truck_id: str | None = None
    states: frozenset[TourState] = frozenset()
    sub_account_ids: frozenset[str] | None = None
    truck_ids: frozenset[str] = frozenset()


class TourReader(Answers, Protocol):
    """Tours and proposals as they are stored."""

    def tour(self, tour_id: str) -> Tour | None: ...

    def tours(self, chosen: TourFilter, after: str, count: int) -> list[Tour]:
        """At most ``count`` tours by id, after an id."""
        ...

    def open_tours(self, depot_id: str) -> list[Tour]:
        """Those that drivers follow, by id."""
        ...

    def tours_with(self, container_id: str) -> list[Tour]:
        """Tours that drivers follow with a container on them, by id."""
        ...

    def proposal(self, proposal_id: str) -> Proposal | None: ...

    def pending_proposals(self) -> list[Proposal]:
        """Those that are still to be worked out."""
        ...

    def weighings(self, fraction: str, count: int) -> list[Weighing]:
        """At most ``count``, the latest ones."""
        ...


class TourWriter(TourReader, WritableAnswers, Protocol):
    """One transaction."""

    def add_tour(self, tour: Tour) -> None: ...

    def put_tour(self, tour: Tour, *, version: int) -> None:
        """Store a tour in place of the version given; raises Overtaken where there is another by now."""
        ...

    def put_proposal(self, proposal: Proposal) -> None: ...

    def take_proposal(self, now: datetime, until: datetime, worker: str) -> Proposal | None:
        """The oldest proposal that waits, or whose worker has not been heard of in time; this worker's now.

        ``now`` and ``until`` are by the machine's clock: how long a worker may be silent.
        """
        ...

    def keep_proposal(self, proposal_id: str, worker: str, until: datetime, progress_share: float) -> bool:
        """Say how far it is, and that the worker lives; whether the proposal is still this worker's to do."""
        ...

    def ask_urgent(self, container_id: str, asked_at: datetime, try_after: datetime) -> None:
        """Have a container put on a tour; asked again, it is asked anew."""
        ...

    def urgent(self, now: datetime, until: datetime) -> tuple[str, datetime] | None:
        """A container that is to be put on a tour, and since when; nobody else's until an instant.

        By the machine's clock.
        """
        ...

    def put_off_urgent(self, container_id: str, asked_at: datetime, try_after: datetime) -> None:
        """Try it again later, unless it was asked for anew."""
        ...

    def hurry_urgent(self, container_ids: Sequence[str] | None, now: datetime) -> None:
        """Ask anew for those of these (None: of all) that are asked for: things have changed for them."""
        ...

    def forget_urgent(self, container_id: str) -> None:
        """It is no longer to be put on a tour."""
        ...

    def put_weighings(self, tour_id: str, stop_id: str, at: datetime, weighings: Sequence[Weighing]) -> None:
        """What was weighed at a stop, in place of what was told of it before."""
        ...

    def tell(self, facts: Sequence[TourFact]) -> None:
        """Say it to the outside, once this is stored."""
        ...


class TourStore(Protocol):
    """Where tours are kept."""

    def reading(self) -> AbstractContextManager[TourReader]: ...

    def writing(self) -> AbstractContextManager[TourWriter]: ...


@dataclass(frozen=True, slots=True)
class Course:
    """What is ahead of one truck: stops with their ways and times."""

    stops: tuple[Stop, ...]
    leave: datetime
    back: datetime
    back_drive_s: int
    back_drive_m: int
    rest: Rest | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """Tours for a day, and what is on none of them."""

    tours: tuple[tuple[Duty, Course], ...]
    left: tuple[LeftContainer, ...]


@dataclass(frozen=True, slots=True)
class Replanned:
    """New courses by tour id, for tours that change; and what no truck takes, and why."""

    courses: Mapping[str, Course]
    left: Mapping[str, Reason]


class CannotPlan(Exception):  # noqa: N818 - reads as what it is
    """Nothing can be planned as things are; the reason is told to who asked."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.english)
        self.reason = reason


class TourPlanner(Protocol):
    """Works out tours."""

    def propose(self, proposal: Proposal, told: Callable[[float], None]) -> Proposed:
        """Tours for a depot's day.

        ``told`` hears how far it is, 0 to 1; what it raises ends the search. Raises CannotPlan.
        """
        ...

    def replan(self, tours: Sequence[Tour], wanted: Sequence[str], now: datetime) -> Replanned:
        """The rest of a day anew: these tours, with these containers on top, or instead of a broken truck.

        What drivers were told is changed only where that is worth more than it costs. Raises CannotPlan.
        """
        ...


class Subjects(Protocol):
    """What stops are at."""

    def container(self, container_id: str, tour: Tour) -> Stop | None:
        """A container as a stop of a tour, with a blank id; None where there is none.

        Raises FailedPrecondition ``CLOSED_THAT_DAY``, ``TRUCK_NOT_SUITED``.
        """
        ...

    def plant(self, plant_id: str, tour: Tour) -> Stop | None:
        """A plant, likewise; raises FailedPrecondition ``CLOSED_THAT_DAY``."""
        ...

    def depot_of(self, container_id: str) -> str | None:
        """Whose trucks empty it."""
        ...

    def sub_account_of(self, container_id: str) -> str | None: ...

    def has_depot(self, depot_id: str) -> bool: ...
