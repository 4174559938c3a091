"""The best price: equal to brute force and to the integer programme, and its guarantees."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ticketing.adapters.programme import Programme, each_alone
from ticketing.adapters.sweep import Sweep
from ticketing.application.flat import CARNET, USE, flatten
from ticketing.application.flat import SINGLE as ONE
from ticketing.application.pricing import BestPrice
from ticketing.application.ride_table import Ridden, table
from ticketing.bootstrap import best_price
from ticketing.domain.errors import NoPriceError, WrongFieldError
from ticketing.domain.products import ADULT, ANY_DAY, CALENDAR, Band, Place, Product, Ride, Validity, period
from ticketing.domain.tariff import Tariff, TariffBook

MONDAY = datetime(2024, 4, 29)  # noqa: DTZ001 - local times of the tariff
NIGHT_MIN = 3 * 60
WEEKDAYS = frozenset(range(5))
SINGLE = Product("single", Validity.RIDE, 280)
FEW = settings(max_examples=40, deadline=None)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    best_price().bill(book([SINGLE]), [ride("r", 0)])


def book(products: Sequence[Product]) -> TariffBook:
    return TariffBook((Tariff(tuple(products), NIGHT_MIN),))


def ride(name: str, hour: float, minutes: int = 30, persons: int = 1, **told: Any) -> Ride:
    departure = MONDAY + timedelta(hours=hour)
    return Ride(name, departure, departure + timedelta(minutes=minutes), riders=((ADULT, persons),), **told)


def product(name: str, persons: int = 1, not_before_min: int | None = None, **told: Any) -> Product:
    bands: tuple[Band, ...] = ()
    if not_before_min is not None:
        bands = Band(WEEKDAYS, max(NIGHT_MIN, not_before_min)), Band(ANY_DAY - WEEKDAYS)
    return Product(name, places=(Place(persons),), bands=bands, **told)


def cents(products: Sequence[Product], rides: Sequence[Ride]) -> int:
    bill = best_price().bill(book(products), rides)
    assert bill.optimal
    return bill.total_cents


limits: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "price_cents": st.integers(0, 900),
        "max_stops": st.none() | st.integers(1, 4),
        "levels": st.none() | st.frozensets(st.integers(0, 1), min_size=1),
        "zones": st.none() | st.frozensets(st.sampled_from("ABC"), min_size=1),
        "not_before_min": st.none() | st.sampled_from([60, 540]),
    }
)
kinds: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries(
        {"validity": st.sampled_from([Validity.RIDE, *CALENDAR]), "persons": st.integers(1, 3)}
    ),
    st.fixed_dictionaries(
        {
            "validity": st.just(Validity.WINDOW),
            "minutes": st.sampled_from([45, 90, 1440, 4000]),
            "persons": st.integers(1, 2),
        }
    ),
    st.fixed_dictionaries({"validity": st.just(Validity.CARNET), "uses": st.integers(1, 4)}),
)
products_told = st.lists(st.tuples(kinds, limits), min_size=0, max_size=5)
rides_told: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.builds(
        dict,
        hour=st.integers(0, 24 * 8).map(lambda halves: halves / 2),
        minutes=st.sampled_from([10, 30, 50, 200]),
        stops=st.integers(1, 5),
        level=st.integers(0, 1),
        zones=st.none() | st.frozensets(st.sampled_from("ABC"), min_size=1),
        persons=st.sampled_from([1, 1, 1, 2, 3]),
    ),
    min_size=1,
    max_size=6,
)


@st.composite
def accounts(draw: st.DrawFn) -> tuple[list[Product], list[Ride]]:
    """A tariff that covers everything, as its first product is a single without limits; and some rides."""
    told = draw(products_told)
    products = [SINGLE]
    products += [product(f"p{number}", **kind, **limit) for number, (kind, limit) in enumerate(told)]
    return products, [ride(f"r{number}", **values) for number, values in enumerate(draw(rides_told))]


def brute_force(tariff: Tariff, rides: Sequence[Ride]) -> int:
    """Every piece that could be bought, tried in every number, one ride after the other."""
    pieces: set[tuple[int, int, tuple[bool, ...]]] = set()
    for product in tariff.products:
        for start in rides:
            covers = tuple(_covered(tariff, product, start, other) for other in rides)
            if product.validity is not Validity.CARNET and any(covers):
                pieces.add((product.price_cents, product.persons, covers))
    carnets = [product for product in tariff.products if product.validity is Validity.CARNET]
    fits = [[_fits(tariff, product, other) for other in rides] for product in carnets]
    options = sorted(pieces)

    @cache
    def least(left: tuple[int, ...], uses: tuple[int, ...]) -> int:
        first = next((number for number, persons in enumerate(left) if persons), None)
        if first is None:
            return 0
        found = 10**9
        for price, persons, covers in options:
            if covers[first]:
                after = tuple(max(0, n - persons * c) for n, c in zip(left, covers, strict=True))
                found = min(found, price + least(after, uses))
        for which, carnet in enumerate(carnets):
            if fits[which][first]:
                price = 0 if uses[which] else carnet.price_cents
                kept = (uses[which] or carnet.uses) - 1
                after = (*left[:first], left[first] - 1, *left[first + 1 :])
                found = min(found, price + least(after, (*uses[:which], kept, *uses[which + 1 :])))
        return found

    return least(tuple(other.persons for other in rides), (0,) * len(carnets))


def _fits(tariff: Tariff, product: Product, other: Ride) -> bool:
    return tariff.fits(product, other)


def _covered(tariff: Tariff, product: Product, start: Ride, other: Ride) -> bool:
    if not _fits(tariff, product, other):
        return False
    if product.validity is Validity.RIDE:
        return start is other
    if product.validity is Validity.WINDOW:
        ends = start.departure + timedelta(minutes=product.minutes)
        return start.departure <= other.departure and other.arrival <= ends
    first, after = period(product.validity, tariff.service_day(start))
    return first <= tariff.service_day(other) < after


@FEW
@given(accounts())
def test_equals_brute_force_and_the_integer_programme(account: tuple[list[Product], list[Ride]]) -> None:
    products, rides = account
    tariffs = book(products)
    least = brute_force(tariffs.versions[0], rides)
    for engine in (Sweep(), Programme()):
        bill = BestPrice((engine,)).bill(tariffs, rides)
        assert bill.optimal
        assert bill.total_cents == least == sum(line.cents for line in bill.lines)


@FEW
@given(accounts(), st.randoms(use_true_random=False))
def test_no_dearer_than_singles_and_the_same_in_any_order(
    account: tuple[list[Product], list[Ride]], random: Random
) -> None:
    products, rides = account
    bill = best_price().bill(book(products), rides)
    assert bill.total_cents <= 280 * sum(other.persons for other in rides)
    shuffled = list(rides)
    random.shuffle(shuffled)
    assert best_price().bill(book(products), shuffled) == bill


@FEW
@given(accounts())
def test_one_more_product_never_raises_it(account: tuple[list[Product], list[Ride]]) -> None:
    products, rides = account
    prices = [cents(products[:some], rides) for some in range(1, len(products) + 1)]
    assert prices == sorted(prices, reverse=True)


@FEW
@given(accounts())
def test_every_person_on_every_ride_is_on_a_line(account: tuple[list[Product], list[Ride]]) -> None:
    products, rides = account
    by_id = {product.id: product for product in products}
    room = dict.fromkeys((other.id for other in rides), 0)
    for line in best_price().bill(book(products), rides).lines:
        product = by_id[line.product]
        for name in line.rides:
            room[name] += line.count * (product.uses or product.persons)
    assert all(room[other.id] >= other.persons for other in rides)


def test_the_night_after_a_day_belongs_to_it() -> None:
    day = Product("day", Validity.DAY, 500)
    assert cents([SINGLE, day], [ride("a", 10), ride("b", 26.99)]) == 500
    assert cents([SINGLE, day], [ride("a", 10), ride("b", 27)]) == 560


def test_nine_o_clock_binds_on_weekdays_and_not_after_midnight() -> None:
    late = product("day9", validity=Validity.DAY, price_cents=100, not_before_min=540)
    assert cents([SINGLE, late], [ride("early", 8.99)]) == 280
    assert cents([SINGLE, late], [ride("sharp", 9)]) == 100
    assert cents([SINGLE, late], [ride("night", 25)]) == 100
    assert cents([SINGLE, late], [ride("saturday", 5 * 24 + 5)]) == 100


def test_an_arrival_at_the_end_of_a_window_is_inside() -> None:
    window = Product("w", Validity.WINDOW, 300, minutes=90)
    assert cents([SINGLE, window], [ride("a", 8), ride("b", 9, minutes=30)]) == 300
    assert cents([SINGLE, window], [ride("a", 8), ride("b", 9, minutes=31)]) == 560


def test_of_equally_cheap_plans_the_one_with_fewest_pieces() -> None:
    day = Product("day", Validity.DAY, 560)
    bill = best_price().bill(book([SINGLE, day]), [ride("a", 8), ride("b", 9)])
    assert [(line.product, line.at, line.rides) for line in bill.lines] == [("day", "2024-04-29", ("a", "b"))]


stretches = st.lists(
    st.sampled_from(
        [
            Product("day", Validity.DAY, 500),
            Product("day9", Validity.DAY, 400, bands=(Band(WEEKDAYS, 540), Band(ANY_DAY - WEEKDAYS))),
            Product("week", Validity.WEEK, 1200),
            Product("month", Validity.MONTH, 2500),
            Product("short", Validity.RIDE, 150, max_stops=2),
            Product("m90", Validity.WINDOW, 290, minutes=90),
            Product("h24", Validity.WINDOW, 610, minutes=24 * 60),
        ]
    ),
    unique=True,
)


@FEW
@given(stretches, rides_told)
def test_what_is_found_from_stretches_alone_is_what_states_find(
    products: list[Product], told: list[dict[str, Any]]
) -> None:
    rides = [ride(f"r{number}", **values | {"persons": 1}) for number, values in enumerate(told)]
    # A carnet that is never worth it keeps the states.
    carnet = Product("carnet", Validity.CARNET, 9_000, uses=1)
    with_states = BestPrice((Sweep(),)).bill(book([SINGLE, *products, carnet]), rides)
    alone = BestPrice((Sweep(),)).bill(book([SINGLE, *products]), rides)
    assert alone.total_cents == with_states.total_cents
    assert sum(line.count for line in alone.lines) == sum(line.count for line in with_states.lines)


def test_too_many_states_go_to_the_programme() -> None:
    day = Product("day", Validity.DAY, 500)
    week = Product("week", Validity.WEEK, 900, max_stops=4)
    rides = [ride("a", 8), ride("far", 8.5, stops=5), ride("b", 9), ride("c", 32)]
    tariffs = book([SINGLE, day, week])
    narrow = BestPrice((Sweep(most_states=1), Programme()))
    assert narrow.bill(tariffs, rides).total_cents == best_price().bill(tariffs, rides).total_cents == 780
    assert Sweep(most_states=1).plans(flatten(tariffs, table(tariffs, [Ridden(rides)]), {})[0], [0]) == [None]


def test_where_nothing_is_found_every_ride_is_covered_on_its_own_and_said_to_be_unproven() -> None:
    products = [
        Product("carnet", Validity.CARNET, 500, uses=4, max_stops=1),
        Product("day", Validity.DAY, 700),
        product("pair", validity=Validity.RIDE, price_cents=300, persons=2),
    ]
    rides = [ride("a", 8), ride("b", 9, persons=4, stops=2), ride("c", 10, persons=3)]
    flat = flatten(book(products), table(book(products), [Ridden(rides)]), {})[0]
    plan = each_alone(flat, 0)
    assert not plan.optimal
    assert plan.bought.tolist() == [[ONE, 0, 0, 1], [ONE, 0, 1, 2], [USE, 0, 2, 3], [CARNET, 0, 0, 1]]


def test_what_no_product_covers_is_never_free() -> None:
    short = Product("short", Validity.RIDE, 160, max_stops=4)
    with pytest.raises(NoPriceError, match="ride far: no product covers it"):
        cents([short], [ride("far", 8, stops=5)])


def test_an_id_twice_is_refused() -> None:
    with pytest.raises(WrongFieldError, match="ride a: the id stands there twice"):
        cents([SINGLE], [ride("a", 8), ride("a", 9)])


def test_no_rides_cost_nothing() -> None:
    assert cents([SINGLE], []) == 0
