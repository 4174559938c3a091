"""What waiting costs: the marginal rule, against plain enumeration."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning_cases import outlook
from waste.domain.errors import WrongFieldError
from waste.domain.tours import Outlook
from waste.domain.tours_risk import waiting

VISIT, OVERFLOW = 800.0, 10_000.0


@given(
    st.lists(st.floats(0, 1), min_size=7, max_size=12),
    st.floats(0.005, 0.3),
    st.integers(1, 7),
    st.floats(1, 1e5),
)
def test_the_best_day_costs_nothing_and_waiting_is_worth_something(
    risks: list[float], per_day: float, days: int, visit: float
) -> None:
    seen = outlook(0.2, per_day=per_day, probability=sorted(risks), days=len(risks))
    cost = waiting(seen, visit, OVERFLOW, days)
    assert min(cost.day_cents) == 0.0
    assert 0 < cost.daily_worth_cents <= visit + 1e-9
    # Nobody pays more for waiting than the overflow of all those days and a visit.
    assert cost.left_cents <= visit + OVERFLOW * (150 + len(risks))


def test_what_surely_overflows_tomorrow_is_put_off_dearly_and_what_is_empty_is_not() -> None:
    full = waiting(outlook(0.98, per_day=0.1), VISIT, OVERFLOW, 5)
    empty = waiting(outlook(0.0, per_day=0.01), VISIT, OVERFLOW, 5)
    # It is above 1 at the end of each of the five days.
    assert full.put_off_cents > 5 * OVERFLOW
    assert full.day_cents[0] == 0.0
    assert empty.put_off_cents < 0.02 * VISIT
    assert empty.day_cents[-1] == 0.0


def test_without_risk_a_day_of_waiting_is_worth_the_visit_over_the_longest_cycle() -> None:
    still = waiting(outlook(0.1, per_day=0.0, days=10), 1500.0, OVERFLOW, 5)
    assert still.daily_worth_cents == pytest.approx(10.0)
    assert still.day_cents == pytest.approx((40.0, 30.0, 20.0, 10.0, 0.0))


def test_the_worth_of_a_day_is_that_of_the_best_cycle() -> None:
    # Full for certain after exactly ten days: emptied on the tenth it has not overflowed at the end of any.
    steady = Outlook(0.0, (0.1,), (0.0,), 0.1, 0.0)
    assert waiting(steady, VISIT, 1e9, 1).daily_worth_cents == pytest.approx(VISIT / 10)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=6, max_size=12), st.floats(0.01, 0.2))
def test_more_risk_never_makes_waiting_cheaper(risks: list[tuple[float, float]], per_day: float) -> None:
    less, more = (sorted(pick(pair) for pair in risks) for pick in (min, max))
    low, high = (
        waiting(outlook(0.3, per_day=per_day, probability=each, days=len(risks)), VISIT, OVERFLOW, 5)
        for each in (less, more)
    )
    assert high.put_off_cents >= low.put_off_cents - 1e-6
    assert high.daily_worth_cents == low.daily_worth_cents


@pytest.mark.parametrize(
    ("means", "risks", "told"),
    [((0.5,), (0.1, 0.2), "overflow_probability"), ((0.5,), (1.5,), "must be from 0 to 1"), ((), (), "is 0")],
)
def test_an_outlook_that_says_nonsense_is_refused(
    means: tuple[float, ...], risks: tuple[float, ...], told: str
) -> None:
    with pytest.raises(WrongFieldError, match=told):
        Outlook(0.5, means, risks, 0.1, 0.1)
