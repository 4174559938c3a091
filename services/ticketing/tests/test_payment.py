"""The states of a payment."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ticketing.domain.errors import TicketingError, WrongFieldError
from ticketing.domain.payment import Payment, PaymentState, WrongStateError

STEPS = ("held", "degraded", "captured", "released", "refunded", "charged_back")


def asked() -> Payment:
    return Payment("ride-1", "account-1", 500, "EUR")


def take(payment: Payment, step: str, cents: int) -> Payment:
    if step == "held":
        return payment.held("ref")
    if step in {"degraded", "released"}:
        done: Payment = getattr(payment, step)()
        return done
    moved: Payment = getattr(payment, step)(cents)
    return moved


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(-10, 600)), max_size=12))
def test_whatever_is_tried_no_more_is_given_back_than_was_taken(steps: list[tuple[str, int]]) -> None:
    payment = asked()
    for step, cents in steps:
        with contextlib.suppress(TicketingError):
            payment = take(payment, step, cents)
        assert 0 <= payment.refunded_cents + payment.returned_cents <= payment.captured_cents
        assert payment.captured_cents <= payment.amount_cents
        assert payment.state is PaymentState.CAPTURED or payment.captured_cents == 0


def test_a_payment_goes_from_hold_to_refund() -> None:
    payment = asked().held("ref").captured(420).refunded(100).charged_back(300)
    assert (payment.kept_cents, payment.refunded_cents, payment.returned_cents) == (20, 100, 300)
    with pytest.raises(WrongFieldError, match="payment ride-1: refunded_cents 121"):
        payment.refunded(21)
    assert payment.refunded(20).kept_cents == 0


@pytest.mark.parametrize(
    ("payment", "step"),
    [
        (asked(), "captured"),
        (asked(), "refunded"),
        (asked().released(), "held"),
        (asked().held("r").released(), "captured"),
        (asked().held("r").captured(1), "released"),
        (asked().held("r").captured(1), "degraded"),
        (asked().degraded(), "captured"),
        (asked().held("r"), "charged_back"),
    ],
)
def test_steps_that_the_state_forbids(payment: Payment, step: str) -> None:
    with pytest.raises(WrongStateError, match=f"state is {payment.state}"):
        take(payment, step, 1)


def test_not_more_is_taken_than_is_held() -> None:
    with pytest.raises(WrongFieldError, match="captured_cents 501"):
        asked().held("r").captured(501)
