"""Tariffs as tables of GTFS Fares v2 and back: nothing is lost, and both say the same price."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ticketing.adapters.fares_tables import fares_tables
from ticketing.adapters.tariff_feed import TARIFF_FILE, read_tariff_feed, write_tariff_feed
from ticketing.adapters.tariff_files import read_tariff
from ticketing.adapters.tariff_writing import write_tariff
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.products import Band, Distance, Place, Product, Ride, Source, Validity
from ticketing.domain.tariff import Category, Relation, Tariff, TariffBook
from timetable.fares.itinerary import Journey, Leg
from timetable.fares.money import Money
from timetable.fares.pricing import AnswerV2, Fares
from timetable.tables import Feed

DEMO = sorted((Path(__file__).parents[3] / "data" / "demo" / "tariffs").glob("*.yaml"))
BERLIN = ZoneInfo("Europe/Berlin")
NAMES = (("de", "Name"), ("en", "name"))
CATEGORIES = tuple(Category(name, NAMES) for name in ("adult", "child"))
ZONES = ("z1", "z2", "z3")
NETWORKS = ("land", "town")
FIRST, CHANGE = date(2026, 1, 1), date(2026, 6, 11)


def some(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str] | None]:
    return st.none() | st.frozensets(st.sampled_from(values), min_size=1)


BANDS = st.lists(
    st.builds(
        lambda days, start, length: Band(days, start, min(start + length, 2880)),
        st.frozensets(st.integers(0, 7), min_size=1),
        st.integers(0, 1800),
        st.integers(1, 1500),
    ),
    max_size=2,
).map(tuple)
PLACES = st.sampled_from(
    [
        (Place(),),
        (Place(1, frozenset({"child"})),),
        (Place(1, frozenset({"adult", "child"})),),
        (Place(2), Place(3, frozenset({"child"}))),
    ]
)
LENGTHS = {Validity.WINDOW: "minutes", Validity.DAYS: "days", Validity.CARNET: "uses"}


@st.composite
def products(draw: st.DrawFn) -> tuple[Product, ...]:
    drawn = []
    for number in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(Validity))
        ride = kind is Validity.RIDE
        drawn.append(
            Product(
                id=f"p{number}",
                validity=kind,
                price_cents=draw(st.integers(0, 5000)),
                places=(Place(),) if kind is Validity.CARNET else draw(PLACES),
                levels=draw(st.none() | st.frozensets(st.integers(1, 3), min_size=1)),
                zones=draw(some(ZONES)),
                networks=draw(some(NETWORKS)),
                bands=draw(BANDS),
                max_stops=draw(st.sampled_from((None, None, 4))),
                distance=draw(st.sampled_from((None, None, Distance(20), Distance(steps=((900, 5),)))))
                if ride
                else None,
                cap=number > 0 and kind not in {Validity.RIDE, Validity.CARNET} and draw(st.booleans()),
                names=NAMES,
                source=Source(draw(st.sampled_from(("paper", "page"))), 2026),
                **({LENGTHS[kind]: draw(st.integers(1, 300))} if kind in LENGTHS else {}),
            )
        )
    return tuple(sorted(drawn, key=lambda product: product.cap))


@st.composite
def books(draw: st.DrawFn) -> TariffBook:
    starts = draw(st.sampled_from((0, 180)))
    zones = st.frozensets(st.sampled_from(ZONES), min_size=1)
    versions = tuple(
        Tariff(
            products=draw(products()),
            day_starts_min=starts,
            id=f"v{number}",
            valid_from=valid_from,
            transfer_min=draw(st.sampled_from((0, 60))),
            holidays=draw(st.frozensets(st.dates(date(2026, 6, 8), date(2026, 6, 14)), max_size=2)),
            relations=tuple(draw(st.lists(st.builds(Relation, zones, zones, st.integers(1, 3)), max_size=3))),
            timezone=BERLIN,
            categories=CATEGORIES,
        )
        for number, valid_from in enumerate((FIRST, CHANGE))
    )
    return TariffBook(versions, "land", NAMES)


@contextmanager
def exported(book: TariffBook) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        write_tariff_feed(book, Path(folder))
        yield Path(folder)


@settings(max_examples=25, deadline=None)
@given(books())
def test_a_tariff_that_was_exported_is_imported_unchanged(book: TariffBook) -> None:
    assert read_tariff(write_tariff(book)) == book
    with exported(book) as folder:
        assert read_tariff_feed(Feed(folder)) == book


@pytest.mark.parametrize("path", DEMO, ids=lambda path: path.stem)
def test_the_demo_tariffs_go_out_and_come_back(path: Path) -> None:
    book = read_tariff(path.read_text(encoding="utf-8"))
    with exported(book) as folder:
        feed = Feed(folder)
        assert read_tariff_feed(feed) == book
        (folder / "agency.txt").write_text("agency_name,agency_timezone\nx,Europe/Berlin\n")
        Fares(feed)
        assert [it for it in Feed(folder).findings if it.file.startswith("fare")] == []


MINUTES = int(timedelta(days=6) / timedelta(minutes=1))


@settings(max_examples=60, deadline=None)
@given(st.data(), books())
def test_the_tables_and_the_tariff_say_the_same_price_of_a_ride(
    data: st.DataObject, book: TariffBook
) -> None:
    with exported(book) as folder:
        complete(folder)
        fares = Fares(Feed(folder))
        for _ in range(5):
            start, end = data.draw(st.sampled_from(ZONES)), data.draw(st.sampled_from(ZONES))
            rider = data.draw(st.sampled_from(("adult", "child")))
            minute = data.draw(st.integers(0, MINUTES))
            departs = datetime(2026, 6, 8, tzinfo=BERLIN) + timedelta(minutes=minute)
            version = book.version(book.service_day(departs))
            named = {name for product in version.products for name in product.networks or ()}
            network = data.draw(st.sampled_from(sorted(named or {book.id})))
            leg = Leg(start, end, network, "", departs, departs + timedelta(minutes=20))
            (answer,) = fares.price([Journey((leg,), rider)])
            assert isinstance(answer, AnswerV2)
            expected = cheapest(version, leg, rider)
            paid = answer.payments[0].total if answer.payments else None
            assert paid == (None if expected is None else (Money(expected, "EUR"),))


def complete(folder: Path) -> None:
    """Add what a schedule brings: stops in the zones, routes of the networks, the clock."""
    (folder / "agency.txt").write_text("agency_name,agency_url,agency_timezone\nx,x,Europe/Berlin\n")
    (folder / "stops.txt").write_text("stop_id\n" + "".join(f"{zone}\n" for zone in ZONES))
    (folder / "stop_areas.txt").write_text(
        "area_id,stop_id\n" + "".join(f"{zone},{zone}\n" for zone in ZONES)
    )
    names = (*NETWORKS, "land")
    (folder / "routes.txt").write_text(
        "route_id,route_type\n" + "".join(f"{name},3\n" for name in set(names))
    )
    (folder / "route_networks.txt").write_text(
        "network_id,route_id\n" + "".join(f"{name},{name}\n" for name in set(names))
    )


def cheapest(version: Tariff, leg: Leg, rider: str) -> int | None:
    """The cheapest product that covers the ride of one rider alone, of those that tables have words for."""
    assert leg.departure is not None
    assert leg.arrival is not None
    ride = Ride(
        "r",
        leg.departure,
        leg.arrival,
        level=version.level(leg.from_stop, leg.to_stop),
        zones=frozenset({leg.from_stop, leg.to_stop}),
        networks=frozenset({leg.route}),
        riders=((rider, 1),),
    )
    prices = [
        product.price_cents
        for product in version.products
        if not product.cap
        and product.validity is not Validity.CARNET
        and product.distance is None
        and product.max_stops is None
        and any(rider in place.categories for place in product.places)
        and version.fits(product, ride)
    ]
    return min(prices, default=None)


def book_of(*sold: Product, **more: object) -> TariffBook:
    version = Tariff(
        products=sold,
        day_starts_min=180,
        id="v",
        valid_from=FIRST,
        timezone=BERLIN,
        **({"categories": CATEGORIES} | more),  # type: ignore[arg-type]  # what a test changes
    )
    return TariffBook((version,), "land", NAMES)


def product(**more: object) -> Product:
    told = {
        "id": "p",
        "validity": Validity.RIDE,
        "price_cents": 280,
        "names": NAMES,
        "source": Source("x", 2026),
    }
    return Product(**(told | more))  # type: ignore[arg-type]  # what a test changes


def test_what_tables_cannot_say_is_told() -> None:
    said = fares_tables(
        book_of(
            product(id="day", validity=Validity.DAY),
            product(id="far", distance=Distance(20)),
            product(id="short", max_stops=4),
            product(id="eight", validity=Validity.CARNET, uses=8),
            product(id="level", levels=frozenset({3})),
            product(id="cap", validity=Validity.MONTH, cap=True),
            transfer_min=60,
            ownable=(product(id="d-ticket", validity=Validity.DAY),),
        )
    )
    assert said.left_out == (
        "v: day: for a day: offered for every leg anew",
        "v: far: a price by distance",
        "v: short: for at most 4 stops",
        "v: eight: a carnet of 8 uses",
        "v: level: no zones are told for its levels",
        "v: cap: a cap",
        "v: legs at most 60 minutes apart are one ride; all are",
        "v: d-ticket: owned, never sold",
    )


def test_a_window_pays_for_all_legs_that_end_in_it() -> None:
    with exported(book_of(product(validity=Validity.WINDOW, minutes=90))) as folder:
        complete(folder)
        fares = Fares(Feed(folder))
        eight = datetime(2026, 6, 10, 8, tzinfo=BERLIN)

        def total(*arrivals: int) -> int:
            legs = tuple(
                Leg(
                    "z1",
                    "z2",
                    "land",
                    "",
                    eight + timedelta(minutes=end - 10),
                    eight + timedelta(minutes=end),
                )
                for end in arrivals
            )
            (answer,) = fares.price([Journey(legs, "adult")])
            assert isinstance(answer, AnswerV2)
            return answer.payments[0].total[0].minor

        assert total(10, 50, 90) == 280
        assert total(10, 50, 91) == 560


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("fare_products.txt", "2.80", "2.90", "fare_products.txt:2: .*'2.90'.*: not what"),
        ("fare_leg_rules.txt", "v:p,land", "v:p,sea", "fare_leg_rules.txt: .*'land'.* is missing"),
        ("calendar.txt", "20260101", "20270101", "calendar.txt: .* is missing"),
    ],
)
def test_tables_that_say_something_else_are_refused(file: str, old: str, new: str, told: str) -> None:
    with exported(book_of(product())) as folder:
        path = folder / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        with pytest.raises(WrongFieldError, match=told):
            read_tariff_feed(Feed(folder))


def test_rows_of_the_schedule_beside_those_of_the_tariff_are_no_difference() -> None:
    book = book_of(product())
    with exported(book) as folder:
        with (folder / "calendar.txt").open("a") as calendar:
            calendar.write("school,1,1,1,1,1,0,0,20260101,20260701\n")
        assert read_tariff_feed(Feed(folder)) == book


def test_a_feed_without_a_tariff_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongFieldError, match=f"{TARIFF_FILE} is missing"):
        read_tariff_feed(Feed(tmp_path))


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "stops.txt").write_text("stop_id\n")
    with pytest.raises(WrongFieldError, match="is not empty"):
        write_tariff_feed(book_of(product()), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["stops.txt"]


@pytest.mark.parametrize(
    ("book", "told"),
    [
        (TariffBook((Tariff((product(),), 0, "v"),), "x", NAMES), "timezone None"),
        (book_of(product(id="Upper Case")), "products.*id"),
        (book_of(product(source=None)), "product p: source None"),
        (book_of(product(places=(Place(), Place(2)))), "same riders"),
        (book_of(product(id="c", validity=Validity.DAY, cap=True), product()), "a cap stands before"),
    ],
)
def test_what_a_tariff_file_cannot_say_is_refused(book: TariffBook, told: str) -> None:
    with pytest.raises(WrongFieldError, match=told):
        write_tariff(book)
