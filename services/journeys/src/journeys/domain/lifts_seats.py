"""Seats in lifts: asked for, given, refused, given up. Instants are Unix seconds."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from service_kit.errors import FailedPrecondition

from journeys.domain.lifts import Audience, Lift, Party
from journeys.domain.places import Point

LEAST_NOTICE_S = 600
"""A seat has to be asked for so long before the pickup."""
LONGEST_TO_ANSWER_S = 12 * 3600
SLACK_S = 600
"""Seats that others get later make nobody wait, or ride, longer than that."""


class SeatState(StrEnum):
    """How far a seat is."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


class SeatEnd(StrEnum):
    """Why a seat was cancelled."""

    PASSENGER = "passenger_cancelled"
    DRIVER = "driver_cancelled"
    LIFT = "lift_withdrawn"
    DISPATCHER = "dispatcher_cancelled"


@dataclass(frozen=True, slots=True)
class MeetingPlace:
    """Where a passenger gets on or off: exactly, and as told to those it does not concern."""

    exact: Point
    public: Point


@dataclass(frozen=True, slots=True)
class Seat:
    """Seats that one passenger asked for on one day of a lift.

    Parameters
    ----------
    earliest_pickup_s, latest_pickup_s, latest_dropoff_s
        What the passenger was told, and what seats of others have to leave possible.
    longest_ride_s
        From the pickup to the dropoff.
    detour_s
        How much longer the driver is on the road because of it, as at the time of asking.
    audience
        For whom the lift was when the seat was asked for.
    relay_reference
        Under which the two can speak; empty before it is confirmed.
    number
        In the order of asking; 0 before it is stored.
    """

    id: str
    lift_id: str
    day: date
    driver: Party
    passenger: Party
    state: SeatState
    seat_count: int
    pickup: MeetingPlace
    dropoff: MeetingPlace
    pickup_s: int
    dropoff_s: int
    earliest_pickup_s: int
    latest_pickup_s: int
    latest_dropoff_s: int
    longest_ride_s: int
    detour_s: int
    walk_m: int
    asked_s: int
    answer_by_s: int
    audience: Audience
    relay_reference: str = ""
    end: SeatEnd | None = None
    number: int = 0

    def is_open(self, now_s: int) -> bool:
        """Whether it takes up seats of the lift."""
        return self.state is SeatState.CONFIRMED or (
            self.state is SeatState.ASKED and now_s < self.answer_by_s
        )

    def state_at(self, now_s: int) -> SeatState:
        """Its state, whether or not anybody has noted yet that the time to answer is over."""
        if self.state is SeatState.ASKED and now_s >= self.answer_by_s:
            return SeatState.LAPSED
        return self.state


def answer_by_s(now_s: int, pickup_s: int) -> int:
    """Until when the driver can answer: for half of the time that is left, and no longer than half a day.

    Raises
    ------
    FailedPrecondition
        ``LIFT_LEAVES_SOON``, where nobody can be asked in time any more.
    """
    if pickup_s - now_s < LEAST_NOTICE_S:
        raise FailedPrecondition(
            "LIFT_LEAVES_SOON", f"seats are asked for at least {LEAST_NOTICE_S // 60} minutes ahead"
        )
    return now_s + min(LONGEST_TO_ANSWER_S, (pickup_s - now_s) // 2)


def answered(seat: Seat, lift: Lift, *, accept: bool, now_s: int, relay_reference: str) -> Seat:
    """The seat after the driver has said yes or no.

    Raises
    ------
    FailedPrecondition
        ``SEAT_NOT_ASKED`` for what is not open to an answer, ``LIFT_NOT_OPEN`` where it cannot be given now.
    """
    state = seat.state_at(now_s)
    if state is not SeatState.ASKED:
        raise FailedPrecondition("SEAT_NOT_ASKED", f"the seat is {state.value}: there is nothing to answer")
    if not accept:
        return ended(seat, SeatState.DECLINED)
    if not lift.findable or not lift.times.goes_on(seat.day) or lift.audience is not seat.audience:
        raise FailedPrecondition("LIFT_NOT_OPEN", "seats of this lift cannot be given at present")
    return replace(seat, state=SeatState.CONFIRMED, relay_reference=relay_reference)


def cancelled(seat: Seat, end: SeatEnd, now_s: int) -> Seat:
    """The seat, given up.

    Raises
    ------
    FailedPrecondition
        ``SEAT_OVER``, where there is nothing left to give up.
    """
    if not seat.is_open(now_s) or now_s >= seat.dropoff_s:
        state = seat.state_at(now_s)
        over = "over" if state is SeatState.CONFIRMED else state.value
        raise FailedPrecondition("SEAT_OVER", f"the seat is {over}")
    return replace(ended(seat, SeatState.CANCELLED), end=end)


def ended(seat: Seat, state: SeatState) -> Seat:
    """The seat in a state that it does not leave; exact places are forgotten."""
    return replace(forgotten(seat), state=state, relay_reference="")


def forgotten(seat: Seat) -> Seat:
    """The seat without exact places."""
    return replace(
        seat,
        pickup=MeetingPlace(seat.pickup.public, seat.pickup.public),
        dropoff=MeetingPlace(seat.dropoff.public, seat.dropoff.public),
    )
