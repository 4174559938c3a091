"""What is wrong with fare files is found with file, row and field, and never stops the pricing."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from timetable.fares.itinerary import FaresError, Journey, Leg
from timetable.fares.pricing import Fares, Version
from timetable.findings import Severity
from timetable.layout import LAYOUTS

PRODUCTS = "fare_product_id,rider_category_id,fare_media_id,amount,currency\n"
TRANSFERS = (
    "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type,"
    "fare_transfer_type,fare_product_id\n"
)
GOOD = {
    "fare_products": PRODUCTS + "one,,,1.00,EUR\n",
    "fare_leg_rules": "leg_group_id,network_id,fare_product_id\ng,,one\n",
    "areas": "area_id\nA\n",
}
RIDERS, DEFAULT = "rider_category_id,is_default_fare_category\n", "is_default_fare_category"
JOINS = "from_network_id,to_network_id,from_stop_id\n"
BY_TIME = "fare_product_id,from_timeframe_group_id\n"
TIMEFRAMES = "timeframe_group_id,start_time,end_time,service_id\n"
ERROR, WARNING = Severity.ERROR, Severity.WARNING


@pytest.mark.parametrize(
    ("file", "content", "row", "field", "severity"),
    [
        ("fare_products", PRODUCTS + "one,,,1.00,EUR\none,,,2.00,EUR\n", 3, "fare_product_id", ERROR),
        ("fare_products", PRODUCTS + "one,,,1.00,EUR\n,,,2.00,EUR\n", 3, "fare_product_id", ERROR),
        ("fare_products", PRODUCTS + "one,,,1.00,EUR\none,kid,,1.00,EUR\n", 3, "rider_category_id", ERROR),
        ("fare_products", PRODUCTS + "one,,card,1.00,EUR\n", 2, "fare_media_id", ERROR),
        ("fare_products", PRODUCTS + "one,,,1.00,EUR\ntwo,,,1.005,EUR\n", 3, "amount", ERROR),
        ("fare_products", PRODUCTS + 'one,,,1.00,EUR\ntwo,,,"1,00",EUR\n', 3, "amount", ERROR),
        ("fare_products", PRODUCTS + "one,,,1.00,EUR\ntwo,,,1.00,euro\n", 3, "currency", ERROR),
        ("fare_products", PRODUCTS + "one,,,1,EUR\n", 2, "amount", WARNING),
        ("rider_categories", RIDERS + "x,2\n", 2, DEFAULT, ERROR),
        ("rider_categories", RIDERS + "x,\nx,\n", 3, "rider_category_id", ERROR),
        ("fare_media", "fare_media_id,fare_media_type\nx,9\n", 2, "fare_media_type", ERROR),
        ("fare_media", "fare_media_id,fare_media_type\nx,1\nx,2\n", 3, "fare_media_id", ERROR),
        ("fare_leg_rules", "network_id,fare_product_id\n,one\nsea,one\n", 3, "network_id", ERROR),
        ("fare_leg_rules", "from_area_id,fare_product_id\n,one\nZ,one\n", 3, "from_area_id", ERROR),
        ("fare_leg_rules", "fare_product_id,max_distance\none,5\n", 1, "max_distance", WARNING),
        ("fare_leg_rules", "fare_product_id\none\nnone\n", 3, "fare_product_id", ERROR),
        ("fare_leg_rules", BY_TIME + "one,\none,x\n", 3, "from_timeframe_group_id", ERROR),
        ("fare_leg_rules", "fare_product_id,rule_priority\none,\none,-1\n", 3, "rule_priority", ERROR),
        ("fare_leg_rules", "fare_product_id,rule_priority\none,\none,high\n", 3, "rule_priority", ERROR),
        ("fare_leg_join_rules", JOINS + "bus,bus,a\n", 2, "to_stop_id", ERROR),
        ("fare_leg_join_rules", "from_network_id,to_network_id\nsea,bus\n", 2, "from_network_id", ERROR),
        ("fare_transfer_rules", TRANSFERS + "x,g,,,,0,\n", 2, "from_leg_group_id", ERROR),
        ("fare_transfer_rules", TRANSFERS + "g,g,,,,0,\n", 2, "transfer_count", ERROR),
        ("fare_transfer_rules", TRANSFERS + "g,g,0,,,0,\n", 2, "transfer_count", ERROR),
        ("fare_transfer_rules", TRANSFERS + "g,,2,,,0,\n", 2, "transfer_count", WARNING),
        ("fare_transfer_rules", TRANSFERS + "g,g,1,60,,0,\n", 2, "duration_limit_type", ERROR),
        ("fare_transfer_rules", TRANSFERS + "g,g,1,,1,0,\n", 2, "duration_limit_type", WARNING),
        ("fare_transfer_rules", TRANSFERS + "g,g,1,0,1,0,\n", 2, "duration_limit", ERROR),
        ("fare_transfer_rules", TRANSFERS + "g,g,1,,,3,\n", 2, "fare_transfer_type", ERROR),
        ("fare_transfer_rules", TRANSFERS + "g,g,1,,,,\n", 2, "fare_transfer_type", ERROR),
        ("timeframes", TIMEFRAMES + "x,25:00:00,26:00:00,always\n", 2, "start_time", ERROR),
        ("timeframes", TIMEFRAMES + "x,7:30,08:00:00,always\n", 2, "start_time", ERROR),
        ("timeframes", TIMEFRAMES + "x,07:00:00,,always\n", 2, "end_time", ERROR),
        ("timeframes", TIMEFRAMES + "x,09:00:00,08:00:00,always\n", 2, "end_time", WARNING),
        ("timeframes", TIMEFRAMES + "x,,,never\n", 2, "service_id", ERROR),
        (
            "timeframes",
            TIMEFRAMES + "x,7:00:00,9:00:00,always\nx,8:00:00,9:30:00,always\n",
            3,
            "start_time",
            WARNING,
        ),
        ("stop_areas", "area_id,stop_id\nZ,a\n", 2, "area_id", ERROR),
        ("stop_areas", "area_id,stop_id\nA,z\n", 2, "stop_id", ERROR),
        ("stop_areas", "area_id,stop_id\nA,\n", 2, "stop_id", ERROR),
        ("networks", "network_id\nbus\n", None, None, ERROR),
        ("route_networks", "network_id,route_id\ntram,bus\n", 2, "network_id", ERROR),
        ("route_networks", "network_id,route_id\ntram,boat\n", 2, "route_id", ERROR),
        ("stops", "stop_id,parent_station\na,x\nb,\n", 2, "parent_station", ERROR),
        ("stops", "stop_id,parent_station\na,c\nb,\nc,a\n", 2, "parent_station", ERROR),
        ("stops", "stop_id,stop_timezone\na,Mars/Base\nb,\n", 2, "stop_timezone", ERROR),
        ("agency", "agency_timezone\nEurope/Berlin\nEurope/Rome\n", 3, "agency_timezone", ERROR),
        ("agency", "agency_timezone\nEurope\n", 2, "agency_timezone", ERROR),
        ("calendar", "service_id,start_date,end_date\nx,20260101,20261301\n", 2, "end_date", ERROR),
        ("calendar_dates", "service_id,date,exception_type\nx,20260101,3\n", 2, "exception_type", ERROR),
    ],
)
def test_findings_of_fares_v2_name_file_row_and_field(
    write: Any, file: str, content: str, row: int | None, field: str | None, severity: Severity
) -> None:
    feed = write(**(GOOD | {file: content}))
    fares = Fares(feed)
    assert (f"{file}.txt", row, field, severity) in [
        (it.file, it.row, it.field, it.severity) for it in feed.findings
    ]
    (answer,) = fares.price([Journey((Leg("a", "b", "bus"),))])
    assert answer.payments


ATTRIBUTES = "fare_id,price,currency_type,payment_method,transfers,agency_id,transfer_duration\n"
GOOD_V1 = "f,1.00,EUR,0,,,\n"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("f,2.00,EUR,0,,,", "fare_id"),
        (",2.00,EUR,0,,,", "fare_id"),
        ("g,-2.00,EUR,0,,,", "price"),
        ("g,two,EUR,0,,,", "price"),
        ("g,2.00,Euro,0,,,", "currency_type"),
        ("g,2.00,EUR,,,,", "payment_method"),
        ("g,2.00,EUR,0,3,,", "transfers"),
        ("g,2.00,EUR,0,,x,", "agency_id"),
        ("g,2.00,EUR,0,,,-1", "transfer_duration"),
    ],
)
def test_findings_of_fare_attributes_name_row_and_field(write: Any, line: str, field: str) -> None:
    feed = write(fare_attributes=ATTRIBUTES + GOOD_V1 + line + "\n")
    Fares(feed, Version.V1)
    assert ("fare_attributes.txt", 3, field) in [(it.file, it.row, it.field) for it in feed.findings]


@pytest.mark.parametrize(
    ("line", "field"),
    [("x,,,,", "fare_id"), ("f,boat,,,", "route_id"), ("f,,9,,", "origin_id"), (",,,,9", "fare_id")],
)
def test_findings_of_fare_rules_name_row_and_field(write: Any, line: str, field: str) -> None:
    rules = f"fare_id,route_id,origin_id,destination_id,contains_id\n{line}\n"
    feed = write(fare_attributes=ATTRIBUTES + GOOD_V1, fare_rules=rules)
    Fares(feed, Version.V1)
    assert ("fare_rules.txt", 2, field) in [(it.file, it.row, it.field) for it in feed.findings]


def test_two_default_categories_of_one_product_are_found(write: Any) -> None:
    products = PRODUCTS + "one,x,,1.00,EUR\none,y,,2.00,EUR\ntwo,x,,3.00,EUR\n"
    feed = write(
        fare_products=products,
        rider_categories=RIDERS + "x,1\ny,1\n",
        fare_leg_rules="fare_product_id\none\n",
    )
    Fares(feed)
    assert [(it.row, it.field) for it in feed.findings if it.file == "fare_products.txt"] == [
        (3, "rider_category_id")
    ]


def test_a_rider_or_medium_that_the_feed_does_not_have_is_refused(write: Any) -> None:
    fares = Fares(write(**GOOD, rider_categories="rider_category_id\nadult\n"))
    fares.check("adult", None)
    with pytest.raises(FaresError, match="rider: 'kid' is not in the feed; there is 'adult'"):
        fares.check("kid", None)
    with pytest.raises(FaresError, match="medium: 'app' is not in the feed"):
        fares.check(None, "app")


READ_BY_FARES = {
    *("agency.txt", "stops.txt", "routes.txt", "trips.txt", "stop_times.txt", "calendar.txt"),
    *("calendar_dates.txt", "timeframes.txt", "rider_categories.txt"),
}
NAMES = [
    name.removesuffix(".txt")
    for name in LAYOUTS
    if "fare" in name or "area" in name or "network" in name or name in READ_BY_FARES
]
VALUES = st.sampled_from(
    [
        "",
        "a",
        "b",
        "bus",
        "1",
        "0",
        "-1",
        "2.50",
        "EUR",
        "07:00:00",
        "20260101",
        '"',
        "\x00",
        "é,",
        "99999999999999999999",
    ]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_feed_makes_it_crash(write: Any, data: st.DataObject) -> None:
    files = {}
    for name in NAMES:
        columns = LAYOUTS[f"{name}.txt"].columns
        rows = data.draw(st.lists(st.lists(VALUES, max_size=len(columns) + 1), max_size=3))
        header = data.draw(st.sampled_from([",".join(columns), ",".join(columns[::-1]), "a,,a", ""]))
        files[name] = "\n".join([header, *map(",".join, rows), ""])
    for version in Version:
        fares = Fares(write(**files), version)
        legs = (Leg("a", "b", "bus"), Leg("b", "a", trip="1"))
        assert len(list(fares.price([Journey(legs)]))) == 1
