"""A booking of several legs, all of them or none: which step is next, and what a step's result makes of it.

The booking is pure: whoever makes a step stores what it came to before the next one. A step that was made and
not stored is made again, by whoever goes on, with the same name; so every step can be repeated.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class BookingState(StrEnum):
    BOOKING = "booking"
    BOOKED = "booked"
    RELEASING = "releasing"
    """One leg could not be booked, or does not hold: the others are given back."""
    FAILED = "failed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


class LegState(StrEnum):
    NONE = "none"
    """Nothing to book."""
    PENDING = "pending"
    """Not booked, as far as is known: a step whose result got lost may have booked it."""
    BOOKED = "booked"
    ASKED = "asked"
    """Booked, and somebody may still say no."""
    REFUSED = "refused"
    RELEASED = "released"
    KEPT = "kept"
    """Could not be given back: under way, over, or nobody could be told of it in time."""


FINAL = frozenset({BookingState.BOOKED, BookingState.FAILED, BookingState.CANCELLED})
"""Nothing is to be done any more, unless somebody asks for it."""
UNBOOKED = frozenset({BookingState.FAILED, BookingState.CANCELLED})
_GIVING_BACK = {
    BookingState.RELEASING: BookingState.FAILED,
    BookingState.CANCELLING: BookingState.CANCELLED,
}
_HELD = frozenset({LegState.PENDING, LegState.BOOKED, LegState.ASKED})


class StepKind(StrEnum):
    BOOK = "book"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do about one leg, numbered from 0."""

    kind: StepKind
    leg_number: int


@dataclass(frozen=True, slots=True)
class LegBooking:
    """What became of one leg.

    Parameters
    ----------
    reference
        Of the ride, the car's reservation or the seat; empty before it is booked.
    reason, message
        Why it was refused, kept, or taken back by whoever had it; empty otherwise.
    """

    state: LegState
    reference: str = ""
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Booking:
    """All legs of a journey, as far as they are booked.

    ``reason`` says why it failed, or was cancelled by others, for programs; ``message`` for people.
    """

    state: BookingState
    legs: tuple[LegBooking, ...]
    reason: str = ""
    message: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self.state in FINAL

    def next_step(self) -> Step | None:
        """What is to be done next; None where nothing is.

        Legs are booked in their order, and given back from the last to the first.
        """
        if self.state is BookingState.BOOKING:
            for number, leg in enumerate(self.legs):
                if leg.state is LegState.PENDING:
                    return Step(StepKind.BOOK, number)
        if self.state in _GIVING_BACK:
            for number in range(len(self.legs) - 1, -1, -1):
                if self.legs[number].state in _HELD:
                    return Step(StepKind.RELEASE, number)
        return None

    def booked(self, number: int, reference: str, *, asked: bool = False) -> "Booking":
        """A leg was booked; ``asked`` where somebody may still say no."""
        state = LegState.ASKED if asked else LegState.BOOKED
        return self._after(Step(StepKind.BOOK, number), LegBooking(state, reference))

    def refused(self, number: int, reason: str, message: str) -> "Booking":
        """A leg cannot be booked: what is booked already is to be given back."""
        refused = LegBooking(LegState.REFUSED, reason=reason, message=message)
        return self._after(Step(StepKind.BOOK, number), refused)

    def given_up(self, reason: str, message: str) -> "Booking":
        """Booking took too long; what may have been booked is to be given back."""
        if self.state is not BookingState.BOOKING:
            raise ValueError(f"a booking that is {self.state} is not given up")
        given_up = replace(self, state=BookingState.RELEASING, reason=reason, message=message)
        return _settled(given_up)

    def released(self, number: int) -> "Booking":
        """A leg is given back."""
        leg = replace(self.legs[number], state=LegState.RELEASED)
        return self._after(Step(StepKind.RELEASE, number), leg)

    def kept(self, number: int, reason: str, message: str) -> "Booking":
        """A leg cannot be given back any more."""
        leg = replace(self.legs[number], state=LegState.KEPT, reason=reason, message=message)
        return self._after(Step(StepKind.RELEASE, number), leg)

    def cancelled(self) -> "Booking":
        """The passenger does not want it any more; nothing changes where it is given back already."""
        if self.state not in {BookingState.BOOKING, BookingState.BOOKED}:
            return self
        return _settled(replace(self, state=BookingState.CANCELLING))

    def confirmed(self, number: int) -> "Booking":
        """Who was asked for a leg said yes."""
        if self.legs[number].state is not LegState.ASKED:
            return self
        return self._with_leg(number, replace(self.legs[number], state=LegState.BOOKED))

    def withdrawn(self, number: int, reason: str, message: str) -> "Booking":
        """A leg is not to be had after all: whoever has it said no, or took it back.

        Until all legs are certain that is a refusal, and the others are given back. After that the others
        stay, and the passenger decides about them; where there are none, the journey is cancelled. Legs that
        are being given back are left to their steps: what is told of them may be their own doing.
        """
        leg = self.legs[number]
        if leg.state is LegState.ASKED or (self.state is BookingState.BOOKING and leg.state in _HELD):
            found = self._with_leg(number, LegBooking(LegState.REFUSED, "", reason, message))
            if self.state in {BookingState.BOOKING, BookingState.BOOKED}:
                found = replace(found, state=BookingState.RELEASING, reason=reason, message=message)
            return _settled(found)
        if self.state is not BookingState.BOOKED or leg.state is not LegState.BOOKED:
            return self
        gone = replace(leg, state=LegState.RELEASED, reason=reason, message=message)
        found = self._with_leg(number, gone)
        if any(other.state in _HELD for other in found.legs):
            return found
        return replace(found, state=BookingState.CANCELLED, reason=reason, message=message)

    def _after(self, step: Step, leg: LegBooking) -> "Booking":
        if step != self.next_step():
            raise ValueError(f"{step.kind} of leg {step.leg_number} is not the next step: {self.next_step()}")
        found = self._with_leg(step.leg_number, leg)
        if leg.state is LegState.REFUSED:
            found = replace(found, state=BookingState.RELEASING, reason=leg.reason, message=leg.message)
        return _settled(found)

    def _with_leg(self, number: int, leg: LegBooking) -> "Booking":
        return replace(self, legs=(*self.legs[:number], leg, *self.legs[number + 1 :]))


def _settled(booking: Booking) -> Booking:
    """The booking in its final state, where no step is left."""
    if booking.over or booking.next_step() is not None:
        return booking
    return replace(booking, state=_GIVING_BACK.get(booking.state, BookingState.BOOKED))


def begun(bookable: Iterable[bool]) -> Booking:
    """A booking of which nothing is booked yet.

    Parameters
    ----------
    bookable
        For each leg whether it is to be booked.

    Raises
    ------
    ValueError
        Where there is nothing to book.
    """
    legs = tuple(LegBooking(LegState.PENDING if each else LegState.NONE) for each in bookable)
    if not any(leg.state is LegState.PENDING for leg in legs):
        raise ValueError("a booking has at least one leg to book")
    return Booking(BookingState.BOOKING, legs)
