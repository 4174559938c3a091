"""Amounts of money in fare files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timetable.fares.money import Money, total


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("4.65", "EUR", 465),
        ("4.6", "EUR", 460),
        ("4", "EUR", 400),
        ("4.", "EUR", 400),
        ("4.6500", "EUR", 465),
        ("-0.50", "EUR", -50),
        ("300", "JPY", 300),
        ("300.0", "JPY", 300),
        ("1.250", "KWD", 1250),
        ("0.0001", "CLF", 1),
    ],
)
def test_amounts_are_read_in_the_minor_unit_of_their_currency(amount: str, currency: str, minor: int) -> None:
    assert Money.parse(amount, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("1.005", "EUR"), ("1.5", "JPY"), *((it, "EUR") for it in ("1,50", "1e2", "+1", "", ".5", "٣"))],
)
def test_what_is_no_amount_of_the_currency_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"amount|decimal places"):
        Money.parse(amount, currency)


@given(st.integers(-(10**14), 10**14), st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_an_amount_is_written_as_it_is_read(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    if abs(minor) < 10**11:
        assert Money.parse(money.amount, currency) == money


def test_sums_are_by_currency() -> None:
    assert total([Money(1, "EUR"), Money(2, "CHF"), Money(3, "EUR")]) == (Money(2, "CHF"), Money(4, "EUR"))
