"""Journeys out of what was told of them: late, twice and in any order, it comes to the same journey."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import TypeVar

from ticketing.domain.tariff import Owned

NO_TIME = datetime.max.replace(tzinfo=UTC)
CLOCKS_DIFFER = timedelta(minutes=5)
"""By so much the clocks that time one journey may differ."""
LONGEST_RIDE = timedelta(hours=49)
"""From a check-in to the end of the next service day at most; one of the two days may have 25 hours."""
Riders = tuple[tuple[str, int], ...]
"""How many of which category travel together."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody gets on or off, as far as it is known; zones in order."""

    stop_id: str = ""
    zones: tuple[str, ...] | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a journey in one vehicle; 0 stops or None for a level where they are not known."""

    board_time: datetime
    alight_time: datetime
    board: Place
    alight: Place
    network: str = ""
    route_id: str = ""
    trip_id: str = ""
    stop_count: int = 0
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read what was observed, with how sure that is, 0 to 1."""

    legs: tuple[Leg, ...]
    confidence: float = 1.0

    @property
    def id(self) -> str:
        """The same for the same legs."""
        return _digest(spelled(self.legs))


class Source(Enum):
    """Who tells when a journey begins and ends."""

    CHECK_IN = "check_in"
    POOLING = "pooling"


class JourneyState(Enum):
    OPEN = "open"
    COMPLETED = "completed"
    CLOSED = "closed"
    VOID = "void"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something told about a journey; never changed, and counted once however often it is told."""


@dataclass(frozen=True, slots=True)
class Booked(Happening):
    """An on-demand ride: who travels from where to where."""

    board: Place
    alight: Place
    riders: Riders
    network: str


@dataclass(frozen=True, slots=True)
class CheckedIn(Happening):
    """The first boarding. ``place`` is None where the booking has it."""

    time: datetime
    place: Place | None = None
    riders: Riders = ()
    network: str = ""


@dataclass(frozen=True, slots=True)
class CheckedOut(Happening):
    """The last alighting; ``legs`` where the teller knows them."""

    time: datetime
    place: Place | None = None
    legs: tuple[Leg, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenUp(Happening):
    """Cancelled, or nobody was there: ``why`` tells which."""

    why: str


@dataclass(frozen=True, slots=True)
class Detected(Happening):
    """What a trace of positions looks like, most probable reading first.

    ``until`` is the trace's last point: of several uploads the one that reaches furthest counts. ``sure``
    says that nobody needs to be asked.
    """

    until: datetime
    readings: tuple[Reading, ...]
    sure: bool


@dataclass(frozen=True, slots=True)
class Answered(Happening):
    """The passenger says which of a question's readings it was; the last answer counts."""

    time: datetime
    question_id: str
    reading_id: str


@dataclass(frozen=True, slots=True)
class JourneyKey:
    """Whose journey it is, and what it is called.

    Parameters
    ----------
    reference
        How bills name it; it means nothing anywhere else.
    rider
        The pseudonym it is kept under.
    """

    reference: str
    rider: str
    journey_id: str
    source: Source
    service_date: date
    period_id: str
    riders: Riders
    owned: tuple[Owned, ...] = ()


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey as it looks at an instant.

    ``readings`` are the ways it may have been; several only while nobody knows, none while there is nothing
    to bill. ``question_id`` is empty unless an answer would help.
    """

    key: JourneyKey
    state: JourneyState
    riders: Riders
    check_in_time: datetime | None
    check_out_time: datetime | None
    readings: tuple[Reading, ...] = ()
    question_id: str = ""


HappeningT = TypeVar("HappeningT", bound=Happening)
Order = Callable[[HappeningT], tuple[datetime, str]]


def journey_of(key: JourneyKey, told: Iterable[Happening], *, day_over: bool) -> Journey:
    """Return the journey that all this tells of.

    The order of what was told makes no difference, nor does anything told twice. Where it contradicts itself
    the reading that costs the rider less holds: the first check-out, and given up is given up. A check-out
    that cannot be this check-in's – before it, or days later – ends nothing.

    Parameters
    ----------
    day_over
        Whether the journey's service day is: nobody waits for a check-out any more.
    """
    happened = frozenset(told)
    booked = _first(happened, Booked, lambda it: (NO_TIME, spelled(it)))
    begun = _first(happened, CheckedIn, lambda it: (it.time, spelled(it)))
    if begun:
        happened = frozenset(it for it in happened if not _is_of_another_time(it, begun))
    ended = _first(happened, CheckedOut, lambda it: (it.time, spelled(it)))
    journey = Journey(
        key,
        JourneyState.OPEN,
        _riders(key, booked, begun),
        begun.time if begun else None,
        _end(begun, ended) if ended else None,
    )
    if any(isinstance(it, GivenUp) for it in happened):
        return replace(journey, state=JourneyState.VOID)
    if begun is None:
        # A booked ride that nobody has boarded yet is under way to be one.
        return replace(journey, state=JourneyState.INCOMPLETE if ended or day_over else JourneyState.OPEN)
    if ended:
        reading = Reading(ended.legs or (_one_leg(booked, begun, ended),))
        return replace(journey, state=JourneyState.COMPLETED, readings=(reading,))
    detected = _last(happened, Detected, lambda it: (it.until, spelled(it)))
    if detected:
        return _as_detected(journey, detected, happened)
    if not day_over:
        return journey
    return _answered(
        replace(journey, state=JourneyState.CLOSED), (Reading((_shortest(booked, begun),), 0.0),), happened
    )


def question_of(readings: Iterable[Reading]) -> str:
    """Return the id of the question which of these readings it was."""
    return _digest(" ".join(reading.id for reading in readings))


def _as_detected(journey: Journey, detected: Detected, happened: frozenset[Happening]) -> Journey:
    ended = replace(journey, state=JourneyState.COMPLETED)
    if detected.sure:
        return _with_end(ended, detected.readings[:1])
    return _answered(ended, detected.readings, happened)


def _answered(journey: Journey, readings: tuple[Reading, ...], happened: frozenset[Happening]) -> Journey:
    """The journey in the reading that its passenger confirmed, or with the question which one it was."""
    question_id = question_of(readings)
    answers = [it for it in happened if isinstance(it, Answered) and it.question_id == question_id]
    for answer in sorted(answers, key=lambda it: (it.time, spelled(it)), reverse=True):
        chosen = tuple(it for it in readings if it.id == answer.reading_id)
        if chosen:
            return _with_end(journey, chosen)
    return replace(journey, readings=readings, question_id=question_id)


def _with_end(journey: Journey, readings: tuple[Reading, ...]) -> Journey:
    legs = readings[0].legs if readings else ()
    end = legs[-1].alight_time if legs else None
    return replace(journey, readings=readings, check_out_time=end)


def _riders(key: JourneyKey, booked: Booked | None, begun: CheckedIn | None) -> Riders:
    return (begun.riders if begun else ()) or (booked.riders if booked else ()) or key.riders


def _is_of_another_time(happening: Happening, begun: CheckedIn) -> bool:
    if not isinstance(happening, CheckedOut):
        return False
    return not -CLOCKS_DIFFER <= happening.time - begun.time <= LONGEST_RIDE


def _end(begun: CheckedIn | None, ended: CheckedOut) -> datetime:
    """When it ended: two clocks may disagree by a little, but nobody alights before boarding."""
    return max(begun.time, ended.time) if begun else ended.time


def _one_leg(booked: Booked | None, begun: CheckedIn, ended: CheckedOut) -> Leg:
    return Leg(
        board_time=begun.time,
        alight_time=_end(begun, ended),
        board=begun.place or (booked.board if booked else Place()),
        alight=ended.place or (booked.alight if booked else Place()),
        network=begun.network or (booked.network if booked else ""),
    )


def _shortest(booked: Booked | None, begun: CheckedIn) -> Leg:
    """The least that somebody who boarded can have ridden: to the next stop, in the same place's zones."""
    if booked:
        return _one_leg(booked, begun, CheckedOut(begun.time))
    place = begun.place or Place()
    return Leg(begun.time, begun.time, place, place, begun.network, stop_count=1)


def _first(
    happened: frozenset[Happening], kind: type[HappeningT], by: Order[HappeningT]
) -> HappeningT | None:
    return min((it for it in happened if isinstance(it, kind)), key=by, default=None)


def _last(happened: frozenset[Happening], kind: type[HappeningT], by: Order[HappeningT]) -> HappeningT | None:
    return max((it for it in happened if isinstance(it, kind)), key=by, default=None)


def spelled(value: object) -> str:
    """A text that is the same for equal values, wherever they were read, and however a time zone is told."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, tuple):
        return f"({','.join(map(spelled, value))})"
    if is_dataclass(value):
        parts = (spelled(getattr(value, field.name)) for field in fields(value))
        return f"{type(value).__name__}({','.join(parts)})"
    return repr(value)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
