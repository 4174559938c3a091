"""What becomes of a payment, whatever happens in which order."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ticketing.domain.errors import TicketingError, WrongFieldError
from ticketing.domain.payment import Ending, Payment, PaymentState, Step, WrongStateError

HAPPENINGS = (
    "given_up",
    "alighted",
    "to_take",
    "to_give_back",
    "step",
    "degraded",
    "charged_back",
    "declined",
)


def asked() -> Payment:
    return Payment("ride-1", "rider-1", "2026-W47", 500, "EUR")


def held() -> Payment:
    return asked().done(Step.HOLD, 500)


def captured(cents: int) -> Payment:
    return held().alighted().to_take(cents).done(Step.CAPTURE, cents)


def happen(payment: Payment, what: str, cents: int) -> Payment:
    if what == "step":
        return payment if payment.step is None else payment.done(*payment.step)
    if what == "given_up":
        return payment.given_up()
    if what == "alighted":
        return payment.alighted()
    if what == "degraded":
        return payment.degraded(unsure=cents % 2 == 0)
    if what == "declined":
        return payment.refund_declined()
    if what == "to_take":
        return payment.to_take(cents)
    return payment.to_give_back(cents) if what == "to_give_back" else payment.charged_back(cents)


@given(st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.integers(-10, 600)), max_size=14))
def test_whatever_happens_no_more_is_given_back_than_was_taken(happened: list[tuple[str, int]]) -> None:
    payment = asked()
    for what, cents in happened:
        with contextlib.suppress(TicketingError):
            payment = happen(payment, what, cents)
        assert 0 <= payment.refunded_cents + payment.returned_cents <= payment.captured_cents
        assert payment.captured_cents <= payment.amount_cents
        assert payment.state is PaymentState.CAPTURED or payment.captured_cents == 0
        assert payment.kept_cents >= 0
    # Steps come to an end: nothing is asked of the provider for ever.
    for _ in range(3):
        payment = happen(payment, "step", 0)
    assert payment.step is None


def test_a_payment_goes_from_hold_to_refund() -> None:
    assert asked().step == (Step.HOLD, 500)
    assert held().step is None
    assert held().alighted().to_take(420).step == (Step.CAPTURE, 420)
    payment = captured(420).to_give_back(100)
    assert payment.step == (Step.REFUND, 100)
    payment = payment.done(Step.REFUND, 100).charged_back(300)
    assert (payment.kept_cents, payment.refunded_cents, payment.returned_cents) == (20, 100, 300)
    with pytest.raises(WrongFieldError, match=r"payment ride-1: give_back_cents 121 is not within 0\.\.120"):
        payment.to_give_back(21)


def test_given_up_is_given_up() -> None:
    assert asked().given_up().alighted().ending is Ending.GIVEN_UP
    assert asked().given_up().step == (Step.RELEASE, 0)
    assert held().to_take(500).given_up().step == (Step.RELEASE, 0)
    assert held().to_take(0).step == (Step.RELEASE, 0)


def test_a_provider_that_did_not_answer_is_told_to_let_go() -> None:
    payment = asked().degraded(unsure=True)
    assert payment.step == (Step.RELEASE, 0)
    payment = payment.done(Step.RELEASE, 0)
    assert payment.state is PaymentState.BY_STATEMENT
    assert payment.step is None
    assert asked().degraded(unsure=False).step is None


def test_what_the_bank_took_back_is_not_refunded_too() -> None:
    payment = captured(500).to_give_back(400).charged_back(300)
    assert payment.step == (Step.REFUND, 200)
    assert payment.kept_cents == 0


@pytest.mark.parametrize(
    ("payment", "what"),
    [
        (asked(), "to_give_back"),
        (asked().degraded(unsure=False), "to_take"),
        (asked().given_up().done(Step.RELEASE, 0), "to_take"),
        (captured(1), "degraded"),
        (held(), "charged_back"),
        (held(), "declined"),
    ],
)
def test_what_the_state_forbids(payment: Payment, what: str) -> None:
    with pytest.raises(WrongStateError, match=f"state is {payment.state}"):
        happen(payment, what, 1)


@pytest.mark.parametrize("step", [Step.CAPTURE, Step.REFUND])
def test_steps_that_were_not_due(step: Step) -> None:
    with pytest.raises(WrongStateError, match=f"cannot {step}, state is asked"):
        asked().done(step, 1)


def test_not_more_is_taken_than_is_held() -> None:
    with pytest.raises(WrongFieldError, match=r"take_cents 501 is not within 0\.\.500"):
        held().to_take(501)
