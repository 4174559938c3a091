"""Prices by whole tariffs: rider categories, networks, lengths, caps, owned products, versions, clocks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from price_oracle import CpSat, problem
from ticketing.adapters.programme import Programme
from ticketing.adapters.sweep import Sweep
from ticketing.application.pricing import BestPrice
from ticketing.application.ride_table import Ridden
from ticketing.bootstrap import best_price
from ticketing.domain.errors import NoPriceError, WrongFieldError
from ticketing.domain.products import (
    ANY_DAY,
    HOLIDAY,
    Band,
    Distance,
    Place,
    Product,
    Ride,
    Validity,
    instant_s,
)
from ticketing.domain.tariff import Owned, Tariff, TariffBook

MONDAY = date(2024, 3, 25)  # the clock is put forward in the night before Easter Monday
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT_MIN = 180
ANYONE = frozenset({"adult", "child", "bicycle"})
SINGLES = tuple(
    Product(f"single_{category}", Validity.RIDE, cents, (Place(1, frozenset({category})),))
    for category, cents in (("adult", 300), ("child", 180), ("bicycle", 150))
)
FEW = settings(max_examples=60, deadline=None)


@pytest.fixture(scope="module")
def cp_sat() -> Iterator[CpSat]:
    with CpSat() as oracle:
        yield oracle


def at(hour: float, day: date = MONDAY) -> datetime:
    """So many hours after the midnight before a day, on the clock of Berlin."""
    wall = datetime.combine(day, datetime.min.time()) + timedelta(hours=hour)
    return wall.replace(tzinfo=BERLIN)


def ride(name: str, hour: float, minutes: int = 30, day: date = MONDAY, **told: Any) -> Ride:
    departure = at(hour, day)
    arrival = datetime.fromtimestamp(instant_s(departure) + minutes * 60, BERLIN)
    return Ride(name, departure, arrival, **told)


def tariff(*products: Product, **told: Any) -> Tariff:
    return Tariff(products, NIGHT_MIN, timezone=BERLIN, **told)


def cents(book: TariffBook | Tariff, *rides: Ride, owned: Sequence[Owned] = ()) -> int:
    book = TariffBook((book,)) if isinstance(book, Tariff) else book
    bill = best_price().bill(book, rides, owned)
    assert bill.optimal
    assert bill.total_cents == sum(line.cents for line in bill.lines)
    return bill.total_cents


places = st.lists(
    st.builds(Place, st.integers(1, 3), st.frozensets(st.sampled_from(sorted(ANYONE)), min_size=1)),
    min_size=1,
    max_size=2,
).map(tuple)
one_place = st.frozensets(st.sampled_from(sorted(ANYONE)), min_size=1).map(lambda it: (Place(1, it),))
bands = st.builds(
    Band,
    st.frozensets(st.integers(0, HOLIDAY), min_size=4),
    st.integers(0, 20).map(lambda hours: hours * 60),
    st.integers(21, 48).map(lambda hours: hours * 60),
)
limits: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "price_cents": st.integers(0, 900),
        "zones": st.none() | st.frozensets(st.sampled_from("AB"), min_size=1),
        "networks": st.none() | st.frozensets(st.sampled_from(["bus", "boat"]), min_size=1),
        "bands": st.just(()) | bands.map(lambda band: (band,)),
    }
)
kinds: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries(
        {
            "validity": st.just(Validity.RIDE),
            "places": places,
            "distance": st.none()
            | st.builds(Distance, st.integers(1, 40))
            | st.builds(Distance, st.just(0), st.just(((2000, 50), (5000, 90)))),
        }
    ),
    st.fixed_dictionaries(
        {
            "validity": st.sampled_from([Validity.DAY, Validity.WEEK, Validity.MONTH]),
            "places": places,
            "cap": st.booleans(),
        }
    ),
    st.fixed_dictionaries(
        {"validity": st.just(Validity.DAYS), "days": st.sampled_from([1, 2, 4]), "places": places}
    ),
    st.fixed_dictionaries(
        {"validity": st.just(Validity.WINDOW), "minutes": st.sampled_from([60, 200, 1440]), "places": places}
    ),
    st.fixed_dictionaries(
        {"validity": st.just(Validity.CARNET), "uses": st.integers(1, 4), "places": one_place}
    ),
)
riders = st.dictionaries(
    st.sampled_from(["adult", "adult", "child", "bicycle"]), st.integers(1, 2), min_size=1
).map(lambda told: tuple(told.items()))
rides_told: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.fixed_dictionaries(
        {
            "hour": st.integers(0, 24 * 16).map(lambda halves: halves / 2),
            "minutes": st.sampled_from([10, 30, 90]),
            "zones": st.none() | st.frozensets(st.sampled_from("AB"), min_size=1),
            "networks": st.none() | st.frozensets(st.sampled_from(["bus", "boat"]), min_size=1),
            "airline_m": st.none() | st.integers(0, 7000),
            "riders": riders,
        }
    ),
    min_size=1,
    max_size=7,
)
Account = tuple[TariffBook, list[Ride], list[Owned]]


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    """A tariff that changes on the Thursday and covers everything; some rides; sometimes something owned."""
    versions = []
    for number, valid_from in enumerate((date(2024, 1, 1), MONDAY + timedelta(days=3))):
        told = draw(st.lists(st.tuples(kinds, limits), max_size=4))
        products = [Product(f"p{which}", **kind, **limit) for which, (kind, limit) in enumerate(told)]
        owned = Product("own", Validity.DAY, 0, draw(places), networks=draw(limits)["networks"])
        versions.append(
            tariff(
                *SINGLES,
                *products,
                id=f"v{number}",
                valid_from=valid_from,
                ownable=(owned,),
                holidays=frozenset({MONDAY + timedelta(days=4)}),
            )
        )
    rides = [ride(f"r{number}", **each) for number, each in enumerate(draw(rides_told))]
    days = st.integers(-2, 8).map(lambda after: MONDAY + timedelta(days=after))
    held = draw(st.lists(st.tuples(days, days), max_size=2))
    owned_now = [Owned("own", min(both), max(both)) for both in held]
    return TariffBook(tuple(versions[: draw(st.integers(1, 2))])), rides, owned_now


@FEW
@given(account=accounts())
def test_both_engines_equal_the_oracle(cp_sat: CpSat, account: Account) -> None:
    book, rides, owned = account
    least = cp_sat.least_cents(problem(book, rides, owned))
    for engines in ((Sweep(), Programme()), (Programme(),)):
        bill = BestPrice(engines).bill(book, rides, owned)
        assert bill.optimal
        assert bill.total_cents == least == sum(line.cents for line in bill.lines)


@FEW
@given(account=accounts(), random=st.randoms(use_true_random=False))
def test_the_guarantees_hold(account: Account, random: Random) -> None:
    book, rides, owned = account
    bill = best_price().bill(book, rides, owned)
    prices = {"adult": 300, "child": 180, "bicycle": 150}
    assert bill.total_cents <= sum(prices[who] * count for each in rides for who, count in each.riders)
    shuffled = list(rides)
    random.shuffle(shuffled)
    again = [replace(each, riders=each.riders[::-1]) for each in shuffled]
    assert best_price().bill(book, again, owned[::-1]) == bill
    poorer = [replace(version, products=version.products[:-1]) for version in book.versions]
    if all(len(version.products) >= len(SINGLES) for version in poorer):
        assert best_price().bill(TariffBook(tuple(poorer)), rides, owned).total_cents >= bill.total_cents
    if len(book.versions) == 1:
        assert best_price().bill(book, rides[:-1], owned).total_cents <= bill.total_cents


@settings(max_examples=15, deadline=None)
@given(st.lists(accounts(), min_size=2, max_size=4))
def test_accounts_side_by_side_cost_what_each_costs_alone(several: list[Account]) -> None:
    book = several[0][0]
    told = [Ridden(rides, owned) for _, rides, owned in several]
    assert best_price().bills(book, told) == [best_price().bill(book, it.rides, it.owned) for it in told]


@FEW
@given(account=accounts())
def test_every_rider_has_a_place_on_a_line_or_owns_one(account: Account) -> None:
    book, rides, owned = account
    room = {each.id: 0 for each in rides}
    for line in best_price().bill(book, rides, owned).lines:
        tariff_of_line = next(version for version in book.versions if version.id == line.tariff)
        product = tariff_of_line.product(line.product)
        for name in line.rides:
            room[name] += line.count * (product.uses or product.persons)
    assert all(room[each.id] >= each.persons for each in rides)


def test_a_family_is_covered_place_by_place() -> None:
    family = Product(
        "family",
        Validity.DAY,
        700,
        (Place(2, frozenset({"adult", "child"})), Place(3, frozenset({"child"}))),
    )
    some = tariff(*SINGLES, family)
    assert cents(some, ride("r", 9, riders=(("adult", 2), ("child", 3)))) == 700
    assert cents(some, ride("r", 9, riders=(("adult", 1), ("child", 4)))) == 700
    assert cents(some, ride("r", 9, riders=(("adult", 3), ("child", 1)))) == 1000
    assert cents(some, ride("r", 9, riders=(("child", 6),))) == 700 + 180
    assert cents(some, ride("r", 9, riders=(("adult", 1), ("bicycle", 1)))) == 450


def test_a_rider_of_an_unknown_category_is_never_free() -> None:
    with pytest.raises(NoPriceError, match=r"ride r: no product covers it .*'dog': 1"):
        cents(tariff(*SINGLES), ride("r", 9, riders=(("adult", 1), ("dog", 1))))


def test_what_is_owned_costs_nothing_again_where_and_when_it_counts() -> None:
    own = Product("ticket", Validity.DAY, 0, networks=frozenset({"bus"}))
    some = tariff(*SINGLES, ownable=(own,))
    owned = [Owned("ticket", MONDAY, MONDAY + timedelta(days=1))]
    bus: dict[str, Any] = {"networks": frozenset({"bus"})}
    bill = best_price().bill(TariffBook((some,)), [ride("a", 8, **bus), ride("b", 9)], owned)
    assert [(line.product, line.count, line.cents, line.rides) for line in bill.lines] == [
        ("single_adult", 1, 300, ("b",)),
        ("ticket", 1, 0, ("a",)),
    ]
    assert cents(some, ride("late", 48 + 2.5, **bus), owned=owned) == 0
    assert cents(some, ride("later", 48 + 3, **bus), owned=owned) == 300
    assert cents(some, ride("two", 8, riders=(("adult", 2), ("child", 1)), **bus), owned=owned) == 480
    with pytest.raises(WrongFieldError, match="owned 'pass' is not known"):
        cents(some, ride("a", 8), owned=[Owned("pass", MONDAY, MONDAY)])


def test_what_is_owned_is_that_of_the_version_that_holds() -> None:
    own = Product("ticket", Validity.DAY, 0)
    child = replace(own, places=(Place(1, frozenset({"child"})),))
    book = TariffBook(
        (
            tariff(*SINGLES, id="old", ownable=(own,)),
            tariff(*SINGLES, id="new", valid_from=MONDAY + timedelta(days=3), ownable=(child,)),
        )
    )
    both: dict[str, Any] = {"riders": (("adult", 1), ("child", 1))}
    owned = [Owned("ticket", MONDAY, MONDAY + timedelta(days=6))]
    rides = [ride("a", 8, **both), ride("b", 8, day=MONDAY + timedelta(days=3), **both)]
    assert cents(book, *rides, owned=owned) == 180 + 300


def test_a_cap_is_the_most_that_its_rides_cost() -> None:
    cap = Product("cap", Validity.DAY, 800, cap=True)
    some = tariff(*SINGLES, cap)
    rides = [ride(f"r{number}", 8 + number, riders=(("adult", 1), ("bicycle", 1))) for number in range(4)]
    assert [cents(some, *rides[:n]) for n in range(1, 5)] == [450, 900, 1250, 1400]


def test_days_in_a_row_begin_with_the_first_use() -> None:
    month = Product("d30", Validity.DAYS, 1000, days=30)
    some = tariff(SINGLES[0], month)
    first = [ride(f"r{number}", 8, day=MONDAY + timedelta(days=number)) for number in range(3)]
    assert cents(some, *first, ride("in", 26, day=MONDAY + timedelta(days=29))) == 1000
    assert cents(some, *first, ride("out", 8, day=MONDAY + timedelta(days=30))) == 1200


def test_a_length_is_paid_by_started_kilometres_or_steps() -> None:
    by_km = tariff(Product("km", Validity.RIDE, 150, distance=Distance(20)))
    assert [cents(by_km, ride("r", 8, airline_m=metres)) for metres in (0, 2100, 3000, 3001)] == [
        150,
        210,
        210,
        230,
    ]
    steps = tariff(Product("step", Validity.RIDE, 0, distance=Distance(0, ((1000, 160), (4000, 280)))))
    assert [cents(steps, ride("r", 8, airline_m=metres)) for metres in (1000, 1001, 4000)] == [160, 280, 280]
    for unpriced in (4001, None):
        with pytest.raises(NoPriceError, match=f"airline_m {unpriced}"):
            cents(steps, ride("r", 8, airline_m=unpriced))


def test_holidays_have_hours_of_their_own() -> None:
    weekday = Band(frozenset(range(5)), 540, 1620)
    nine = Product("nine", Validity.DAY, 100, bands=(weekday, Band(ANY_DAY - frozenset(range(5)))))
    some = tariff(SINGLES[0], nine, holidays=frozenset({MONDAY}))
    assert cents(some, ride("holiday", 6)) == 100
    assert cents(some, ride("weekday", 6, day=MONDAY + timedelta(days=1))) == 300


def two_versions(*newer: Product) -> TariffBook:
    """The week pass gets dearer on Thursday."""
    week = Product("week", Validity.WEEK, 1000)
    return TariffBook(
        (
            tariff(SINGLES[0], week, id="old"),
            tariff(
                replace(SINGLES[0], price_cents=400),
                replace(week, price_cents=1300),
                *newer,
                id="new",
                valid_from=MONDAY + timedelta(days=3),
            ),
        )
    )


def test_a_pass_bought_before_a_change_counts_beyond_it_at_its_old_price() -> None:
    days = [ride(f"r{number}", 8, day=MONDAY + timedelta(days=number)) for number in range(7)]
    bill = best_price().bill(two_versions(), days)
    assert [(line.product, line.tariff, line.cents, len(line.rides)) for line in bill.lines] == [
        ("week", "old", 1000, 7)
    ]


def test_a_pass_bought_after_a_change_does_not_count_before_it() -> None:
    days = [ride(f"r{number}", 8, day=MONDAY + timedelta(days=number)) for number in range(2, 7)]
    assert cents(two_versions(), *days) == 1000
    assert cents(two_versions(), *days[1:]) == 1300
    cheap = replace(SINGLES[0], id="cheap", validity=Validity.WEEK, price_cents=500)
    assert cents(two_versions(cheap), *days) == 300 + 500


def test_before_a_change_something_can_be_bought_that_is_needed_only_after_it() -> None:
    three = Product("three", Validity.DAYS, 350, days=3)
    seven = Product("seven", Validity.DAYS, 1000, days=7)
    book = TariffBook(
        (
            tariff(SINGLES[0], three, seven, id="old"),
            tariff(replace(SINGLES[0], price_cents=400), id="new", valid_from=MONDAY + timedelta(days=3)),
        )
    )
    days = [ride(f"r{number}", 8, day=MONDAY + timedelta(days=number)) for number in range(9)]
    assert cents(book, *days) == 350 + 1000


def test_a_single_ride_costs_what_it_costs_on_its_service_day() -> None:
    book = two_versions()
    assert cents(book, ride("night", 26.9, day=MONDAY + timedelta(days=2))) == 300
    assert cents(book, ride("morning", 3, day=MONDAY + timedelta(days=3))) == 400


def test_before_the_first_version_there_is_no_price() -> None:
    with pytest.raises(NoPriceError, match="ride r: service day 2024-03-25: the first version 'v' begins on"):
        cents(tariff(*SINGLES, id="v", valid_from=MONDAY + timedelta(days=1)), ride("r", 8))


def test_a_window_counts_real_minutes_in_the_nights_when_the_clock_is_changed() -> None:
    some = tariff(SINGLES[0], Product("w", Validity.WINDOW, 400, minutes=120))
    spring, autumn = date(2024, 3, 31), date(2024, 10, 27)
    assert cents(some, ride("a", 1.5, day=spring), ride("b", 4, minutes=30, day=spring)) == 400
    assert cents(some, ride("a", 1.5, day=autumn), ride("b", 3, minutes=30, day=autumn)) == 600
    twice = ride("b", 2.5, day=autumn)
    second = replace(twice, departure=twice.departure.replace(fold=1), arrival=at(3, autumn))
    assert cents(some, ride("a", 2, minutes=10, day=autumn), second) == 400
    assert instant_s(second.departure) - instant_s(twice.departure) == 3600


def test_local_times_and_times_with_a_zone_are_not_mixed() -> None:
    bare = Ride("r", datetime(2024, 3, 25, 8), datetime(2024, 3, 25, 9))  # noqa: DTZ001 - what is refused
    with pytest.raises(WrongFieldError, match="ride r: dep 2024-03-25 08:00:00 has no offset"):
        cents(tariff(*SINGLES), bare)
    with pytest.raises(WrongFieldError, match="has an offset"):
        cents(Tariff(SINGLES, NIGHT_MIN), ride("r", 8))


def test_a_wrong_account_does_not_keep_others_from_their_price() -> None:
    good, twice = Ridden([ride("a", 8)]), Ridden([ride("a", 8), ride("a", 9)])
    unpriced = Ridden([ride("a", 8, riders=(("dog", 1),))])
    book = TariffBook((tariff(*SINGLES),))
    bills = best_price().bills(book, [twice, good, unpriced, Ridden([]), good])
    assert [type(bill).__name__ for bill in bills] == [
        "WrongFieldError",
        "Bill",
        "NoPriceError",
        "Bill",
        "Bill",
    ]
    assert bills[1] == bills[4] == best_price().bill(book, good.rides)
