"""Tariffs made of Fares v2: the same prices, or a refusal that names the rows."""

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ticketing.adapters.tariff_files import read_tariff
from ticketing.adapters.tariff_of_fares import tariff_of_fares
from ticketing.adapters.tariff_writing import write_tariff
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.products import HOLIDAY, Ride, Validity
from ticketing.domain.tariff import TariffBook
from timetable.fares.itinerary import Journey, Leg
from timetable.fares.pricing import AnswerV2, Fares
from timetable.tables import Feed

BERLIN = ZoneInfo("Europe/Berlin")
BASIS = {
    "agency": "agency_name,agency_timezone\nBürgerbus Nord,Europe/Berlin\n",
    "stops": "stop_id\nA\nB\nC\n",
    "routes": "route_id,route_type,network_id\nland,3,land\ntown,3,town\n",
    "areas": "area_id\nA\nB\nC\n",
    "stop_areas": "area_id,stop_id\nA,A\nB,B\nC,C\n",
    "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "week,1,1,1,1,1,0,0,20260101,20261231\nall,1,1,1,1,1,1,1,20260101,20261231\n",
    "calendar_dates": "service_id,date,exception_type\nweek,20260611,2\n",
    "timeframes": "timeframe_group_id,start_time,end_time,service_id\n"
    "early,00:00:00,09:00:00,week\nlate,09:00:00,24:00:00,week\nlate,,,weekend\n".replace("weekend", "all"),
    "rider_categories": "rider_category_id,rider_category_name,is_default_fare_category\n"
    "regular,Regular,1\nSchool-Child,Schulkind,0\n",
    "fare_products": "fare_product_id,fare_product_name,rider_category_id,fare_media_id,amount,currency\n"
    "short,Kurz,regular,,1.50,EUR\nshort,Kurz,School-Child,,0.80,EUR\n"
    "long,Lang,regular,,3.20,EUR\nlong,Lang,regular,app,3.00,EUR\nany,,,,2.00,EUR\n",
}
RULES = "network_id,from_area_id,to_area_id,from_timeframe_group_id,fare_product_id"


def write(folder: Path, **files: str) -> Feed:
    for name, content in (BASIS | files).items():
        (folder / f"{name}.txt").write_text(content)
    return Feed(folder)


@st.composite
def rule_rows(draw: st.DrawFn) -> str:
    """Rows in both directions, with or without priorities."""
    with_priority = draw(st.booleans())
    lines = []
    for _ in range(draw(st.integers(1, 6))):
        network, frame, product = (
            draw(st.sampled_from(choices))
            for choices in (("", "land", "town"), ("", "", "early", "late"), ("short", "long", "any"))
        )
        ends = draw(st.sampled_from(("", "A", "B", "C"))), draw(st.sampled_from(("", "A", "B", "C")))
        priority = "," + draw(st.sampled_from(("", "1"))) if with_priority else ""
        lines += [f"{network},{start},{end},{frame},{product}{priority}" for start, end in (ends, ends[::-1])]
    header = f"{RULES},rule_priority" if with_priority else RULES
    return "\n".join((header, *dict.fromkeys(lines), ""))


@settings(max_examples=60, deadline=None)
@given(rule_rows(), st.data())
def test_a_tariff_made_of_a_feed_says_the_same_prices(rules: str, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        feed = write(Path(folder), fare_leg_rules=rules)
        try:
            book = tariff_of_fares(feed).book
        except WrongFieldError:
            return
        assert read_tariff(write_tariff(book)) == book
        fares = Fares(feed)
        for _ in range(6):
            start, end = data.draw(st.sampled_from("ABC")), data.draw(st.sampled_from("ABC"))
            network = data.draw(st.sampled_from(("land", "town")))
            departs = datetime(2026, 6, 8, tzinfo=BERLIN) + timedelta(minutes=data.draw(st.integers(0, 8000)))
            for rider, category in (("regular", "adult"), ("School-Child", "school_child")):
                leg = Leg(start, end, network, "", departs, departs + timedelta(minutes=5))
                (answer,) = fares.price([Journey((leg,), rider)])
                assert isinstance(answer, AnswerV2)
                total = answer.payments[0].total[0].minor if answer.payments else None
                assert cheapest(book, leg, category) == total


def cheapest(book: TariffBook, leg: Leg, category: str) -> int | None:
    assert leg.departure is not None
    assert leg.arrival is not None
    version = book.versions[0]
    ride = Ride(
        "r",
        leg.departure,
        leg.arrival,
        level=version.level(leg.from_stop, leg.to_stop),
        zones=frozenset({leg.from_stop, leg.to_stop}),
        networks=frozenset({leg.route}),
        riders=((category, 1),),
    )
    fitting = (it for it in version.products if it.room(frozenset({category})) and version.fits(it, ride))
    return min((it.price_cents for it in fitting), default=None)


def test_what_a_tariff_is_made_of(tmp_path: Path) -> None:
    rules = f"{RULES}\nland,A,B,late,long\nland,B,A,late,long\nland,A,A,,short\n"
    made = tariff_of_fares(write(tmp_path, fare_leg_rules=rules), Validity.WEEK)
    assert made.beside == (
        "fare_products.txt: each product counts for one ride; for how long it counts is not told there",
        "calendar.txt: fares end on 2026-12-31; a tariff holds until the next one",
    )
    (version,) = made.book.versions
    assert (made.book.id, version.id, version.settled) == (
        "buergerbus-nord",
        "buergerbus-nord-2026-01-01",
        "week",
    )
    assert (version.valid_from, version.holidays) == (date(2026, 1, 1), frozenset({date(2026, 6, 11)}))
    assert [(it.id, it.names[0][1]) for it in version.categories] == [
        ("adult", "Regular"),
        ("school_child", "Schulkind"),
    ]
    long, app, short, short_child = version.products
    assert [it.id for it in version.products] == ["long", "long.app", "short", "short_2"]
    assert (app.price_cents, short_child.price_cents) == (300, 80)
    assert [(band.days, band.from_min, band.until_min) for band in long.bands] == [
        (frozenset(range(5)), 540, 1440),
        (frozenset(range(7)) | {HOLIDAY}, 0, 1440),
    ]
    assert short.bands == ()
    assert long.networks == frozenset({"land"})
    assert long.levels == frozenset({version.level("A", "B")})
    assert version.level("B", "A") == version.level("A", "B") != version.level("A", "A")
    assert version.level("A", "C") is None


TRANSFERS = "from_leg_group_id,to_leg_group_id,fare_transfer_type\n,,0\n"
PRICED = "rule_priority\nland,,,,any,\nland,,,early,short,1\n"
FRAMES = "timeframe_group_id,start_time,end_time,service_id\n"
LEFT = f"{RULES}\n,,,,any\n"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"fare_leg_rules": f"{RULES}\n,A,B,,any\n"}, "from 'A' to 'B' costs otherwise than back"),
        (
            {"fare_leg_rules": f"{RULES},{PRICED}"},
            r"fare_leg_rules.txt:3: rule_priority: 1 counts at times only",
        ),
        (
            {"fare_leg_rules": "to_timeframe_group_id,fare_product_id\nearly,any\n"},
            "to_timeframe_group_id: 'early'",
        ),
        ({"fare_transfer_rules": TRANSFERS}, "fare_transfer_rules.txt:2: 1 rows"),
        (
            {"fare_leg_join_rules": "from_network_id,to_network_id\nland,land\n"},
            "fare_leg_join_rules.txt:2: 1 rows",
        ),
        ({"stop_areas": "area_id,stop_id\nA,A\nB,A\n"}, "stop_areas.txt:3: stop_id: 'A' is in several areas"),
        ({"routes": "route_id,network_id\nland,land\nx,\n"}, "routes.txt:3: route_id: 'x' is in no network"),
        (
            {"fare_products": "fare_product_id,amount,currency\nany,1.00,EUR\nx,1.00,CHF\n"},
            "currency: CHF, EUR",
        ),
        ({"fare_products": "fare_product_id,amount,currency\nany,-1.00,EUR\n"}, "product any: price -100"),
        ({"fare_leg_rules": f"{RULES}\n,,,,missing\n"}, "nothing is sold by it"),
        (
            {
                "fare_leg_rules": f"{RULES}\n,,,early,any\n",
                "timeframes": f"{FRAMES}early,05:00:30,06:00:00,week\n",
            },
            "whole minutes",
        ),
        (
            {
                "fare_leg_rules": f"{RULES}\n,,,early,any\n",
                "calendar_dates": "service_id,date,exception_type\nweek,20260611,2\nweek,20260613,1\n",
            },
            "calendar_dates.txt: service_id: 'week' runs on some exceptions",
        ),
        (
            {
                "fare_leg_rules": f"{RULES}\n,,,late,any\n",
                "calendar": BASIS["calendar"].replace(
                    "all,1,1,1,1,1,1,1,20260101", "all,1,1,1,1,1,1,1,20260201"
                ),
            },
            "2026-01-01 to 2026-12-31, 2026-02-01 to 2026-12-31",
        ),
        (
            {
                "fare_leg_rules": f"{RULES}\n,,,early,any\n",
                "timeframes": f"{FRAMES}early,,,once\n",
                "calendar_dates": "service_id,date,exception_type\nonce,20260611,1\n",
            },
            "service_id: 'once' is not in calendar.txt",
        ),
    ],
)
def test_what_a_tariff_cannot_say_is_refused_with_its_row(
    tmp_path: Path, files: dict[str, str], told: str
) -> None:
    feed = write(tmp_path, **({"fare_leg_rules": LEFT} | files))
    with pytest.raises(WrongFieldError, match=told):
        tariff_of_fares(feed)


def test_a_group_that_never_holds_sells_nothing(tmp_path: Path) -> None:
    frames = f"{FRAMES}early,09:00:00,09:00:00,week\n"
    feed = write(tmp_path, fare_leg_rules=f"{RULES}\n,,,early,any\n,,,,short\n", timeframes=frames)
    assert {it.price_cents for it in tariff_of_fares(feed).book.versions[0].products} == {150, 80}


def test_a_feed_without_fares_v2_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongFieldError, match=r"fare_leg_rules\.txt is missing"):
        tariff_of_fares(write(tmp_path))
