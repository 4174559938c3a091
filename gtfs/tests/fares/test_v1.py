"""Fares v1: which fare pays for which legs, and the cheapest way to combine them."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timetable.fares.itinerary import Leg, PlacedLeg
from timetable.fares.money import Money
from timetable.fares.places import Routes, Stops
from timetable.fares.pricing import Version
from timetable.fares.v1 import Condition, Fare, PaymentMethod, cheapest_stretches, holds
from timetable.tables import Feed

ATTRIBUTES = "fare_id,price,currency_type,payment_method,transfers,agency_id,transfer_duration\n"
RULES = "fare_id,route_id,origin_id,destination_id,contains_id\n"
STOPS = "stop_id,zone_id\na,1\nb,2\nc,3\nd,\n"


def files(attributes: str, rules: str = "", **more: str) -> dict[str, str]:
    return {"stops": STOPS, "fare_attributes": ATTRIBUTES + attributes, "fare_rules": RULES + rules} | more


def total(answer: dict[str, Any]) -> str:
    found = answer["total"]
    return str(found["EUR"]) if isinstance(found, dict) else str(found)


def bought(answer: dict[str, Any]) -> list[tuple[list[int], str]]:
    return [(leg["legs"], leg["bought"]["fare"]) for leg in answer["legs"]]


def test_a_fare_without_rules_holds_everywhere(ask: Any) -> None:
    answer = ask("bus a b", **files("f,2.50,EUR,0,0,,\n"))
    assert total(answer) == "2.50"
    assert answer["version"] == "v1"
    assert "paid on board" in answer["explanation"][0]


def test_a_fare_for_routes_holds_on_each_of_them(ask: Any) -> None:
    feed = files("f,2.50,EUR,1,,,\n", "f,bus,,,\nf,tram,,,\n")
    assert total(ask("bus a b", "tram b c", **feed)) == "2.50"
    assert total(ask("bus a b", "ferry b c", **feed)) == "unknown"


def test_origin_and_destination_are_those_of_the_whole_stretch(ask: Any) -> None:
    feed = files("f,2.50,EUR,0,,,\n", "f,,1,3,\n")
    assert total(ask("bus a b", "tram b c", **feed)) == "2.50"
    assert total(ask("bus a b", **feed)) == "unknown"
    assert total(ask("bus c a", **feed)) == "unknown"


def test_all_fields_of_a_row_have_to_hold_and_one_row_is_enough(ask: Any) -> None:
    feed = files("f,2.50,EUR,0,,,\n", "f,bus,1,2,\nf,tram,2,3,\n")
    assert total(ask("bus a b", **feed)) == "2.50"
    assert total(ask("tram b c", **feed)) == "2.50"
    assert total(ask("tram a b", **feed)) == "unknown"


@pytest.mark.parametrize(
    ("legs", "price"),
    [
        (("bus a b", "bus b c"), "2.50"),
        (("bus a b",), "unknown"),
        (("bus a b", "bus b a"), "unknown"),
        (("tram a b", "bus b c"), "unknown"),
        # A stop without a zone adds none.
        (("bus a b", "bus b c", "bus c d"), "2.50"),
    ],
)
def test_contains_are_exactly_the_zones_that_are_passed(ask: Any, legs: tuple[str, ...], price: str) -> None:
    feed = files("f,2.50,EUR,0,,,\n", "f,bus,,,1\nf,bus,,,2\nf,bus,,,3\n")
    assert total(ask(*legs, **feed)) == price


def test_zones_between_boarding_and_alighting_are_passed_where_the_trip_is_known(ask: Any) -> None:
    feed = files(
        "near,1.00,EUR,0,,,\nfar,2.00,EUR,0,,,\n",
        "near,,,,1\nnear,,,,3\nfar,,,,1\nfar,,,,2\nfar,,,,3\n",
        trips="route_id,service_id,trip_id\nbus,always,T1\n",
        stop_times="trip_id,stop_sequence,stop_id\nT1,1,a\nT1,2,b\nT1,3,c\n",
    )
    assert total(ask("bus a c", **feed)) == "1.00"
    assert total(ask("#T1 a c", **feed)) == "2.00"
    assert total(ask("#T1 b c", **feed)) == "unknown"


def test_the_zone_of_a_station_does_not_count_that_of_its_platform_does(ask: Any) -> None:
    stops = "stop_id,zone_id,location_type,parent_station\nhub,1,1,\np,1,0,hub\nbay,,4,p\nb,2,,\n"
    feed = files("f,2.00,EUR,0,,,\n", "f,,1,2,\n") | {"stops": stops}
    assert total(ask("bus p b", **feed)) == "2.00"
    assert total(ask("bus bay b", **feed)) == "2.00"
    assert total(ask("bus hub b", **feed)) == "unknown"


@pytest.mark.parametrize(("transfers", "price"), [("0", "8.00"), ("1", "4.00"), ("2", "4.00"), ("", "2.00")])
def test_transfers_limit_how_many_legs_a_fare_pays_for(ask: Any, transfers: str, price: str) -> None:
    feed = files(f"f,2.00,EUR,0,{transfers},,\n")
    assert total(ask("bus a b", "bus b c", "bus c d", "bus d a", **feed)) == price


@pytest.mark.parametrize(("boards", "price"), [("09:00", "2.00"), ("09:00:01", "4.00")])
def test_a_transfer_is_possible_until_the_duration_has_passed_since_boarding(
    ask: Any, boards: str, price: str
) -> None:
    feed = files("f,2.00,EUR,0,,,3600\n")
    assert total(ask("bus a b 08:00 08:20", f"bus b c {boards} 09:40", **feed)) == price


def test_a_single_leg_may_take_longer_than_the_duration(ask: Any) -> None:
    assert total(ask("bus a b 08:00 10:00", **files("f,2.00,EUR,0,,,60\n"))) == "2.00"


def test_a_fare_of_an_agency_holds_on_its_routes_only(ask: Any) -> None:
    feed = files("f,2.00,EUR,0,,north,\ng,3.00,EUR,0,,south,\n") | {
        "agency": "agency_id,agency_name,agency_url,agency_timezone\n"
        "north,N,x,Europe/Berlin\nsouth,S,x,Europe/Berlin\n",
        "routes": "route_id,route_type,agency_id\nbus,3,north\ntram,0,south\n",
    }
    assert total(ask("bus a b", "bus b c", **feed)) == "2.00"
    assert bought(ask("bus a b", "tram b c", **feed)) == [([0], "f"), ([1], "g")]


def test_routes_without_an_agency_are_those_of_the_only_one(ask: Any) -> None:
    feed = files("f,2.00,EUR,0,,land,\n") | {
        "agency": "agency_id,agency_name,agency_url,agency_timezone\nland,N,x,Europe/Berlin\n"
    }
    assert total(ask("bus a b", **feed)) == "2.00"


def test_legs_are_split_where_that_is_cheapest(ask: Any) -> None:
    feed = files("short,1.00,EUR,0,0,,\npair,1.80,EUR,0,1,,\nall,3.50,EUR,0,,,\n")
    answer = ask("bus a b", "bus b c", "bus c d", **feed)
    assert total(answer) == "2.80"
    assert ask("bus a b", "bus b c", "bus c d", "bus d a", **feed)["total"] == {"EUR": "3.50"}
    assert [offer["fare"] for offer in answer["offers"][0]] == ["short", "pair", "all"]


def test_a_leg_that_no_fare_covers_makes_the_price_unknown(ask: Any) -> None:
    answer = ask("bus a b", "ferry b c", **files("f,2.00,EUR,0,0,,\n", "f,bus,,,\n"))
    assert total(answer) == "unknown"
    assert "leg 1: unknown fare" in answer["explanation"][0]


def test_a_leg_that_the_feed_does_not_know_is_unknown_even_with_a_fare_for_all(ask: Any) -> None:
    assert total(ask("#added a b", **files("f,2.00,EUR,0,,,\n"))) == "unknown"


def test_v2_goes_before_v1_unless_v1_is_asked_for(ask: Any) -> None:
    both = files(
        "f,2.00,EUR,0,,,\n",
        fare_products="fare_product_id,amount,currency\none,1.00,EUR\n",
        fare_leg_rules="fare_product_id\none\n",
    )
    assert total(ask("bus a b", **both)) == "1.00"
    assert total(ask("bus a b", **both, version=Version.V1)) == "2.00"


def test_an_empty_file_of_leg_rules_does_not_hide_v1(ask: Any) -> None:
    feed = files("f,2.00,EUR,0,,,\n", fare_leg_rules="leg_group_id,fare_product_id\n")
    assert total(ask("bus a b", **feed)) == "2.00"


def test_fares_of_several_currencies_are_not_mixed_where_one_will_do(ask: Any) -> None:
    answer = ask("bus a b", **files("f,2.00,EUR,0,0,,\ng,300,JPY,0,0,,\n"))
    assert answer["total"] == {"EUR": "2.00"}
    assert answer["other_currencies"] == [{"JPY": "300"}]


FARES = st.lists(
    st.tuples(
        st.integers(0, 500),
        st.sampled_from((None, 0, 1, 2)),
        st.sampled_from(("", "1", "2")),
        st.sampled_from(("", "1", "2", "3")),
        st.sampled_from((frozenset(), frozenset({"bus"}), frozenset({"bus", "tram"}))),
    ),
    min_size=1,
    max_size=5,
)
LEGS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.sampled_from(("bus", "tram"))),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[Stops, Routes]:
    path = tmp_path_factory.mktemp("feed")
    (path / "stops.txt").write_text(STOPS)
    (path / "agency.txt").write_text("agency_name,agency_url,agency_timezone\nN,x,Europe/Berlin\n")
    feed = Feed(path)
    return Stops(feed), Routes(feed)


@settings(max_examples=120, deadline=None)
@given(rows=FARES, ends=LEGS)
def test_the_cheapest_stretches_are_those_of_trying_every_split(
    known: tuple[Stops, Routes],
    rows: list[tuple[int, int | None, str, str, frozenset[str]]],
    ends: list[tuple[str, str, str]],
) -> None:
    fares = [
        Fare(
            str(number),
            number,
            Money(cents, "EUR"),
            PaymentMethod.ON_BOARD,
            most,
            "",
            None,
            (Condition(origin, destination, routes, frozenset()),),
        )
        for number, (cents, most, origin, destination, routes) in enumerate(rows)
    ]
    legs = [PlacedLeg(Leg(start, end, route), route, "", (start, end), "") for start, end, route in ends]
    totals = []
    for cuts in range(2 ** (len(legs) - 1)):
        at = [0, *(place for place in range(1, len(legs)) if cuts >> (place - 1) & 1), len(legs)]
        best = [
            min((fare.price.minor for fare in fares if holds(fare, legs[start:end], *known)), default=None)
            for start, end in pairwise(at)
        ]
        if None not in best:
            totals.append(sum(price for price in best if price is not None))
    found = cheapest_stretches(legs, fares, ("EUR",), *known)
    if found is None:
        assert totals == []
    else:
        assert sum(stretch.fare.price.minor for stretch in found) == min(totals)
        assert [number for stretch in found for number in stretch.numbers] == list(range(len(legs)))
