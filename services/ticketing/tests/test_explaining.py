"""Explanations: every cent of a bill has its ride, and the alternatives are priced, not guessed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ticketing.application.explaining import explain, line_alone
from ticketing.bootstrap import best_price
from ticketing.domain.bill import Bill, Line
from ticketing.domain.errors import NoPriceError, WrongFieldError
from ticketing.domain.products import ADULT, Place, Product, Ride, Validity
from ticketing.domain.tariff import Owned, Tariff, TariffBook

MONDAY = datetime(2026, 11, 16)  # noqa: DTZ001 - local times of the tariff
NIGHT_MIN = 3 * 60
ANYBODY = Place(1, frozenset((ADULT, "child")))
SINGLE = Product("single", Validity.RIDE, 270, places=(ANYBODY,))
DAY = Product("day", Validity.DAY, 570, places=(ANYBODY,))
WEEK = Product("week", Validity.WEEK, 1980, places=(ANYBODY,))
CAP = Product("day-cap", Validity.DAY, 500, places=(ANYBODY,), cap=True)
TICKET = Product("ticket", Validity.MONTH, 0, places=(ANYBODY,), zones=frozenset("A"))
PRICE = best_price()


def ride(name: str, day: int, hour: float, **told: Any) -> Ride:
    departure = MONDAY + timedelta(days=day, hours=hour)
    return Ride(name, departure, departure + timedelta(minutes=20), **told)


def book(*products: Product, ownable: tuple[Product, ...] = ()) -> TariffBook:
    return TariffBook((Tariff(products, NIGHT_MIN, id="demo", ownable=ownable, settled=Validity.WEEK),))


RIDES = (ride("a", 0, 7), ride("b", 1, 7), ride("c", 1, 12), ride("d", 1, 16))


def test_each_ride_is_counted_with_what_it_made_the_week_dearer() -> None:
    tariff = book(SINGLE, DAY, WEEK)
    bill = PRICE.bill(tariff, RIDES)
    told = explain(PRICE, tariff, RIDES[::-1], (), bill)
    assert [it.id for it in told.rides] == ["a", "b", "c", "d"]
    assert told.counted_cents == {"a": 270, "b": 270, "c": 270, "d": 30}
    assert told.singles_cents == 4 * 270
    assert told.without_cents == {"single": 2 * 570, "day": 4 * 270}
    assert told.next_best is not None
    assert (told.next_best.without, told.next_best.cents) == ("day", 1080)
    assert told.next_best.products == (("single", 4),)
    day = next(line for line in bill.lines if line.product == "day")
    assert line_alone(told, day) == 810
    assert [(it.product, it.at, it.spent_cents, it.price_cents) for it in told.progress] == [
        ("day", "2026-11-17", 570, 570),
        ("week", "2026-11-16", 840, 1980),
    ]
    assert told.progress[1].left_cents == 1140


def test_a_cap_that_is_reached_is_told_as_reached() -> None:
    tariff = book(SINGLE, CAP)
    bill = PRICE.bill(tariff, RIDES)
    told = explain(PRICE, tariff, RIDES, (), bill)
    assert [(it.product, it.at, it.left_cents) for it in told.progress] == [("day-cap", "2026-11-17", 0)]
    assert told.counted_cents == {"a": 270, "b": 270, "c": 230, "d": 0}


def test_what_is_owned_counts_nothing_again() -> None:
    tariff = book(SINGLE, DAY, ownable=(TICKET,))
    owned = (Owned("ticket", MONDAY.date(), MONDAY.date() + timedelta(days=30)),)
    rides = (ride("in", 0, 7, zones=frozenset("A")), ride("out", 0, 9, zones=frozenset("AB")))
    bill = PRICE.bill(tariff, rides, owned)
    told = explain(PRICE, tariff, rides, owned, bill)
    assert bill.total_cents == 270
    assert told.counted_cents == {"in": 0, "out": 270}
    assert told.alone_cents == {"in": 0, "out": 270}


def test_what_is_not_sold_alone_has_no_single_price() -> None:
    tariff = book(DAY, WEEK)
    told = explain(PRICE, tariff, RIDES, (), PRICE.bill(tariff, RIDES))
    assert told.alone_cents == dict.fromkeys("abcd")
    assert told.singles_cents is None
    only = book(DAY)
    bill = PRICE.bill(only, RIDES)
    alone = explain(PRICE, only, RIDES, (), bill)
    assert alone.without_cents == {"day": None}
    assert alone.next_best is None
    assert line_alone(alone, bill.lines[0]) is None


def test_a_bill_of_other_rides_is_not_explained() -> None:
    bill = Bill(270, optimal=True, lines=(Line("single", "x", 1, 270, ("x",)),))
    with pytest.raises(WrongFieldError, match="product single covers \\['x'\\]"):
        explain(PRICE, book(SINGLE), RIDES, (), bill)


rides = st.lists(
    st.tuples(st.integers(0, 6), st.integers(4, 23), st.integers(1, 3), st.integers(0, 1)),
    min_size=1,
    max_size=9,
).map(
    lambda told: tuple(
        ride(
            f"r{number}",
            day,
            hour,
            riders=((ADULT, persons),) + ((("child", children),) if children else ()),
        )
        for number, (day, hour, persons, children) in enumerate(told)
    )
)
products = st.lists(
    st.builds(
        lambda validity, cents, persons: (validity, cents, persons),
        st.sampled_from((Validity.RIDE, Validity.DAY, Validity.WEEK, Validity.MONTH)),
        st.integers(0, 3000),
        st.integers(1, 3),
    ),
    max_size=4,
).map(
    lambda told: tuple(
        Product(f"p{number}", validity, cents, places=(Place(persons, frozenset((ADULT, "child"))),))
        for number, (validity, cents, persons) in enumerate(told)
    )
)


@settings(max_examples=60, deadline=None)
@given(rides, products, st.randoms(use_true_random=False))
def test_every_cent_has_its_ride_in_whatever_order_they_came(
    ridden: tuple[Ride, ...], sold: tuple[Product, ...], random: Any
) -> None:
    tariff = book(SINGLE, *sold)
    bill = PRICE.bill(tariff, ridden)
    told = explain(PRICE, tariff, ridden, (), bill)
    assert sum(told.counted_cents.values()) == bill.total_cents
    assert all(cents >= 0 for cents in told.counted_cents.values())
    assert told.singles_cents is not None
    assert bill.total_cents <= told.singles_cents
    for cents in told.without_cents.values():
        assert cents is None or cents >= bill.total_cents
    shuffled = list(ridden)
    random.shuffle(shuffled)
    assert explain(PRICE, tariff, shuffled, (), PRICE.bill(tariff, shuffled)) == told


def test_rides_beyond_every_product_have_no_bill_to_explain() -> None:
    with pytest.raises(NoPriceError):
        PRICE.bill(book(TICKET), RIDES)
