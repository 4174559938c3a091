"""Which step is next, and what its result makes of a booking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journeys.domain.booking import (
    FINAL,
    Booking,
    BookingState,
    LegBooking,
    LegState,
    Step,
    StepKind,
    begun,
)


def _states(booking: Booking) -> list[str]:
    return [leg.state.value for leg in booking.legs]


def test_legs_are_booked_in_their_order_and_walks_are_not() -> None:
    booking = begun([True, False, True])
    assert booking.next_step() == Step(StepKind.BOOK, 0)
    booking = booking.booked(0, "ride-1")
    assert booking.next_step() == Step(StepKind.BOOK, 2)
    booking = booking.booked(2, "seat-1", asked=True)
    assert (booking.state, _states(booking)) == (BookingState.BOOKED, ["booked", "none", "asked"])
    assert booking.next_step() is None


def test_a_refusal_gives_the_others_back_from_the_last_to_the_first() -> None:
    booking = begun([True, True, True, True]).booked(0, "a").booked(1, "b").refused(2, "TAKEN", "gone")
    assert booking.state is BookingState.RELEASING
    # What was never booked is held all the same.
    assert booking.next_step() == Step(StepKind.RELEASE, 3)
    booking = booking.released(3)
    assert booking.next_step() == Step(StepKind.RELEASE, 1)
    booking = booking.released(1).kept(0, "RIDE_UNDER_WAY", "aboard")
    assert (booking.state, booking.reason) == (BookingState.FAILED, "TAKEN")
    assert _states(booking) == ["kept", "released", "refused", "released"]
    assert booking.legs[0] == LegBooking(LegState.KEPT, "a", "RIDE_UNDER_WAY", "aboard")


def test_the_only_leg_refused_is_a_failure_at_once() -> None:
    assert begun([True]).refused(0, "TAKEN", "gone").state is BookingState.FAILED


def test_cancelling_while_it_is_booked_gives_back_what_may_be_booked() -> None:
    booking = begun([True, True]).booked(0, "a").cancelled()
    assert booking.state is BookingState.CANCELLING
    booking = booking.released(1).released(0)
    assert booking.state is BookingState.CANCELLED
    assert booking.cancelled() is booking


def test_a_failure_is_not_cancelled() -> None:
    failed = begun([True]).refused(0, "TAKEN", "gone")
    assert failed.cancelled() is failed


def test_who_was_asked_says_yes_or_no() -> None:
    booking = begun([True, True]).booked(0, "ride").booked(1, "seat", asked=True)
    assert booking.confirmed(1).legs[1].state is LegState.BOOKED
    assert booking.confirmed(0) is booking
    refused = booking.withdrawn(1, "LIFT_REFUSED", "no")
    assert (refused.state, refused.next_step()) == (BookingState.RELEASING, Step(StepKind.RELEASE, 0))
    assert refused.released(0).state is BookingState.FAILED
    assert refused.withdrawn(1, "LIFT_REFUSED", "no") is refused


def test_a_refusal_while_it_is_cancelled_leaves_it_cancelled() -> None:
    booking = begun([True]).booked(0, "seat", asked=True).cancelled().withdrawn(0, "LIFT_REFUSED", "no")
    assert booking.state is BookingState.CANCELLED


def test_the_others_stay_where_a_booked_leg_is_taken_back() -> None:
    booking = begun([True, False, True]).booked(0, "ride").booked(2, "car")
    less = booking.withdrawn(0, "RIDE_CANCELLED", "Your ride was cancelled.")
    assert (less.state, _states(less), less.reason) == (
        BookingState.BOOKED,
        ["released", "none", "booked"],
        "",
    )
    assert less.legs[0] == LegBooking(LegState.RELEASED, "ride", "RIDE_CANCELLED", "Your ride was cancelled.")
    assert less.withdrawn(0, "RIDE_CANCELLED", "again") is less
    # The passenger wants the rest no more: the leg that is gone is not given back once more.
    assert less.cancelled().next_step() == Step(StepKind.RELEASE, 2)
    none = less.withdrawn(2, "RESERVATION_CANCELLED", "Your car was cancelled.")
    assert (none.state, none.reason) == (BookingState.CANCELLED, "RESERVATION_CANCELLED")


def test_a_leg_taken_back_while_others_are_being_booked_is_a_refusal() -> None:
    booking = begun([True, True]).booked(0, "ride").withdrawn(0, "RIDE_CANCELLED", "gone")
    assert (booking.state, _states(booking)) == (BookingState.RELEASING, ["refused", "pending"])
    # Its booking was not heard of before.
    booking = begun([True]).withdrawn(0, "RIDE_CANCELLED", "gone")
    assert (booking.state, booking.reason) == (BookingState.FAILED, "RIDE_CANCELLED")


@given(
    st.lists(st.booleans(), min_size=1, max_size=5).filter(any),
    st.lists(st.integers(0, 4), max_size=8),
)
def test_what_the_steps_give_back_is_not_taken_for_a_loss(bookable: list[bool], told: list[int]) -> None:
    booking = begun(bookable)
    while (step := booking.next_step()) is not None:
        booking = booking.booked(step.leg_number, f"leg-{step.leg_number}")
    booking = booking.cancelled()
    while True:
        for number in told:
            assert booking.withdrawn(number % len(bookable), "RIDE_CANCELLED", "gone") is booking
        step = booking.next_step()
        if step is None:
            break
        booking = booking.released(step.leg_number)
    assert (booking.state, booking.reason) == (BookingState.CANCELLED, "")


def test_what_is_not_the_next_step_is_a_defect() -> None:
    with pytest.raises(ValueError, match="book of leg 1 is not the next step"):
        begun([True, True]).booked(1, "b")
    with pytest.raises(ValueError, match="release of leg 0"):
        begun([True]).released(0)
    with pytest.raises(ValueError, match="is not given up"):
        begun([True]).cancelled().given_up("LATE", "too late")
    with pytest.raises(ValueError, match="at least one leg"):
        begun([False])


@given(st.lists(st.booleans(), min_size=1, max_size=6).filter(any), st.data())
def test_every_way_ends_and_in_all_or_none(bookable: list[bool], data: st.DataObject) -> None:
    booking = begun(bookable)
    for _ in range(3 * len(bookable)):
        if data.draw(st.integers(0, 9)) == 0:
            booking = booking.cancelled()
        step = booking.next_step()
        if step is None:
            break
        number = step.leg_number
        if step.kind is StepKind.RELEASE:
            booking = booking.released(number)
        else:
            match data.draw(st.sampled_from(["booked", "asked", "refused", "given up"])):
                case "refused":
                    booking = booking.refused(number, "TAKEN", "gone")
                case "given up":
                    booking = booking.given_up("AWAY", "no answer")
                case how:
                    booking = booking.booked(number, f"r{number}", asked=how == "asked")
    assert booking.state in FINAL
    held = {leg.state for leg in booking.legs} & {LegState.PENDING, LegState.BOOKED, LegState.ASKED}
    if booking.state is BookingState.BOOKED:
        booked = [leg.state in {LegState.BOOKED, LegState.ASKED} for leg in booking.legs]
        assert booked == bookable
    else:
        assert not held
