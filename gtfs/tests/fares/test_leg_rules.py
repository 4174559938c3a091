"""Which leg rules hold; each test is one sentence of the reference about fare_leg_rules.txt and its files."""

from typing import Any

import pytest

PRODUCTS = (
    "fare_product_id,amount,currency\n"
    "one,1.00,EUR\ntwo,2.00,EUR\nthree,3.00,EUR\nfour,4.00,EUR\nfree,0.00,EUR\n"
)
AREAS = "area_id\nA\nB\nC\nD\n"
STOP_AREAS = "area_id,stop_id\nA,a\nB,b\nC,c\n"
BASIS = {"fare_products": PRODUCTS, "areas": AREAS, "stop_areas": STOP_AREAS}


def eur(answer: dict[str, Any]) -> str:
    total = answer["total"]
    return total if isinstance(total, str) else ",".join(f"{amount} {code}" for code, amount in total.items())


def rows(header: str, *lines: str) -> str:
    return "\n".join((header, *lines, ""))


def test_a_leg_that_matches_no_rule_is_unknown_and_never_free(ask: Any) -> None:
    rules = rows("network_id,from_area_id,to_area_id,fare_product_id", "bus,A,B,one")
    answer = ask("bus a c", **BASIS, fare_leg_rules=rules)
    assert answer["total"] == "unknown"
    assert answer["legs"][0]["offers"] == []
    assert "no row of fare_leg_rules.txt" in answer["explanation"][0]


def test_one_unknown_leg_makes_the_whole_journey_unknown(ask: Any) -> None:
    rules = rows("network_id,from_area_id,to_area_id,fare_product_id", "bus,A,B,one")
    answer = ask("bus a b", "bus b c", **BASIS, fare_leg_rules=rules)
    assert answer["total"] == "unknown"
    assert [len(leg["offers"]) for leg in answer["legs"]] == [1, 0]


def test_a_rule_of_a_free_product_is_free(ask: Any) -> None:
    rules = rows("network_id,fare_product_id", "bus,free")
    assert eur(ask("bus a b", **BASIS, fare_leg_rules=rules)) == "0.00 EUR"


def test_an_empty_network_is_every_network_not_listed(ask: Any) -> None:
    rules = rows("network_id,fare_product_id", "bus,one", ",two")
    assert eur(ask("bus a b", **BASIS, fare_leg_rules=rules)) == "1.00 EUR"
    assert eur(ask("tram a b", **BASIS, fare_leg_rules=rules)) == "2.00 EUR"
    assert eur(ask("ferry a b", **BASIS, fare_leg_rules=rules)) == "2.00 EUR"


def test_an_empty_network_does_not_hold_for_a_listed_one_whose_own_rules_fail(ask: Any) -> None:
    rules = rows("network_id,from_area_id,fare_product_id", "bus,B,one", ",,two")
    assert ask("bus a b", **BASIS, fare_leg_rules=rules)["total"] == "unknown"


@pytest.mark.parametrize(
    ("leg", "price"),
    [("bus a b", "1.00 EUR"), ("bus c b", "2.00 EUR"), ("bus d b", "2.00 EUR"), ("bus a c", "unknown")],
)
def test_empty_areas_are_all_not_listed_in_their_own_column(ask: Any, leg: str, price: str) -> None:
    rules = rows("from_area_id,to_area_id,fare_product_id", "A,B,one", ",B,two")
    assert eur(ask(leg, **BASIS, fare_leg_rules=rules)) == price


def test_an_area_listed_as_origin_only_is_not_listed_as_destination(ask: Any) -> None:
    rules = rows("from_area_id,to_area_id,fare_product_id", "A,B,one", "A,,two")
    assert eur(ask("bus a a", **BASIS, fare_leg_rules=rules)) == "2.00 EUR"


def test_with_the_priority_column_empty_fields_match_anything(ask: Any) -> None:
    rules = rows("network_id,from_area_id,fare_product_id,rule_priority", "bus,B,one,", ",,two,")
    assert eur(ask("bus a b", **BASIS, fare_leg_rules=rules)) == "2.00 EUR"


def test_the_highest_priority_is_chosen_even_if_it_is_dearer(ask: Any) -> None:
    rules = rows(
        "network_id,fare_product_id,rule_priority", "bus,one,", "bus,two,0", "bus,three,7", ",four,7"
    )
    answer = ask("bus a b", **BASIS, fare_leg_rules=rules)
    assert answer["legs"][0]["rules"] == [4, 5]
    assert eur(answer) == "3.00 EUR"


def test_an_empty_priority_is_zero(ask: Any) -> None:
    rules = rows("network_id,fare_product_id,rule_priority", "bus,two,", ",one,0")
    assert ask("bus a b", **BASIS, fare_leg_rules=rules)["legs"][0]["rules"] == [2, 3]


def test_of_several_rules_of_one_rank_the_cheapest_is_paid_and_all_are_offered(ask: Any) -> None:
    rules = rows("network_id,fare_product_id", "bus,three", "bus,one", "bus,two")
    answer = ask("bus a b", **BASIS, fare_leg_rules=rules)
    assert eur(answer) == "1.00 EUR"
    assert [offer["product"] for offer in answer["legs"][0]["offers"]] == ["three", "one", "two"]


def test_a_product_of_several_rules_is_offered_once(ask: Any) -> None:
    rules = rows("network_id,from_timeframe_group_id,fare_product_id", "bus,,two", "bus,day,two", "bus,,one")
    answer = ask("bus a b 07:00 07:30", **BASIS, timeframes=TIMEFRAMES, fare_leg_rules=rules)
    assert [(it["product"], it["rule"]) for it in answer["legs"][0]["offers"]] == [("two", 2), ("one", 4)]
    assert answer["legs"][0]["rules"] == [2, 3, 4]


def test_a_stop_may_be_in_several_areas(ask: Any) -> None:
    rules = rows("from_area_id,to_area_id,fare_product_id,rule_priority", "A,B,three,", "D,B,four,1")
    stop_areas = STOP_AREAS + "D,a\n"
    assert eur(ask("bus a b", **(BASIS | {"stop_areas": stop_areas}), fare_leg_rules=rules)) == "4.00 EUR"


STATION = "stop_id,location_type,parent_station\nhub,1,\np1,0,hub\np2,0,hub\nbay,4,p1\nb,,\n"


@pytest.mark.parametrize(
    ("stop", "price"),
    [("hub", "1.00 EUR"), ("p1", "1.00 EUR"), ("bay", "1.00 EUR"), ("p2", "3.00 EUR")],
)
def test_platforms_are_in_the_areas_of_their_station_unless_they_have_their_own(
    ask: Any, stop: str, price: str
) -> None:
    files = BASIS | {"stops": STATION, "stop_areas": "area_id,stop_id\nA,hub\nC,p2\nB,b\n"}
    rules = rows("from_area_id,to_area_id,fare_product_id", "A,B,one", "C,B,three")
    assert eur(ask(f"bus {stop} b", **files, fare_leg_rules=rules)) == price


def test_networks_come_from_route_networks_where_routes_have_none(ask: Any) -> None:
    files = BASIS | {
        "routes": "route_id,route_type\nbus,3\n",
        "networks": "network_id\nland\n",
        "route_networks": "network_id,route_id\nland,bus\n",
    }
    rules = rows("network_id,fare_product_id", "land,one", ",two")
    assert eur(ask("bus a b", **files, fare_leg_rules=rules)) == "1.00 EUR"


TIMEFRAMES = rows(
    "timeframe_group_id,start_time,end_time,service_id",
    "peak,06:00:00,9:00:00,weekday",
    "night,22:00:00,24:00:00,weekday",
    "night,00:00:00,04:00:00,weekday",
    "day,,,always",
)


@pytest.mark.parametrize(
    ("times", "price"),
    [
        ("06:00 06:30", "1.00 EUR"),
        ("05:59:59 06:30", "unknown"),
        ("08:59:59 09:30", "1.00 EUR"),
        ("09:00 09:30", "unknown"),
        ("07:00 07:30 2026-06-13", "unknown"),
    ],
)
def test_a_timeframe_includes_its_start_and_excludes_its_end_on_its_days(
    ask: Any, times: str, price: str
) -> None:
    rules = rows("from_timeframe_group_id,fare_product_id", "peak,one")
    assert eur(ask(f"bus a b {times}", **BASIS, timeframes=TIMEFRAMES, fare_leg_rules=rules)) == price


@pytest.mark.parametrize(
    ("times", "price"),
    [
        ("23:59:59 23:59:59", "1.00 EUR"),
        # 2026-06-12 is a Friday: its night goes on after midnight only if Saturday has the service.
        ("22:30 23:00 2026-06-12", "1.00 EUR"),
        ("01:00 01:20 2026-06-13", "unknown"),
        ("01:00 01:20 2026-06-12", "1.00 EUR"),
        ("04:00 04:20 2026-06-12", "unknown"),
    ],
)
def test_the_current_day_is_the_date_of_the_event_also_after_midnight(
    ask: Any, times: str, price: str
) -> None:
    rules = rows("from_timeframe_group_id,fare_product_id", "night,one")
    assert eur(ask(f"bus a b {times}", **BASIS, timeframes=TIMEFRAMES, fare_leg_rules=rules)) == price


def test_a_to_timeframe_looks_at_the_arrival(ask: Any) -> None:
    rules = rows("to_timeframe_group_id,fare_product_id", "peak,one")
    files = BASIS | {"timeframes": TIMEFRAMES, "fare_leg_rules": rules}
    assert eur(ask("bus a b 05:30 06:00", **files)) == "1.00 EUR"
    assert eur(ask("bus a b 08:30 09:00", **files)) == "unknown"


def test_an_empty_timeframe_does_not_matter_beside_one_that_holds(ask: Any) -> None:
    rules = rows("from_timeframe_group_id,fare_product_id", "peak,three", ",two")
    assert eur(ask("bus a b 07:00 07:30", **BASIS, timeframes=TIMEFRAMES, fare_leg_rules=rules)) == "2.00 EUR"


def test_a_rule_by_time_does_not_hold_for_a_leg_without_times(ask: Any) -> None:
    rules = rows("from_timeframe_group_id,fare_product_id", "day,one")
    files = BASIS | {"timeframes": TIMEFRAMES, "fare_leg_rules": rules}
    assert eur(ask("bus a b", **files)) == "unknown"
    assert eur(ask("bus a b 00:00 23:59", **files)) == "1.00 EUR"


def test_times_are_read_by_the_clock_of_the_stops_station(ask: Any) -> None:
    stops = (
        "stop_id,location_type,parent_station,stop_timezone\n"
        "a,1,,Europe/London\np,,a,Europe/Helsinki\nb,,,Europe/Helsinki\n"
    )
    files = BASIS | {"stops": stops, "stop_areas": "area_id,stop_id\nA,a\nB,b\n", "timeframes": TIMEFRAMES}
    start = rows("from_timeframe_group_id,fare_product_id", "peak,one")
    assert eur(ask("bus p b 07:00 07:30", **files, fare_leg_rules=start)) == "1.00 EUR"
    assert eur(ask("bus p b 06:59 07:30", **files, fare_leg_rules=start)) == "unknown"
    end = rows("to_timeframe_group_id,fare_product_id", "peak,one")
    assert eur(ask("bus p b 05:00 07:59", **files, fare_leg_rules=end)) == "1.00 EUR"
    assert eur(ask("bus p b 05:00 08:00", **files, fare_leg_rules=end)) == "unknown"


def test_days_of_timeframes_follow_the_exceptions_of_calendar_dates(ask: Any) -> None:
    files = BASIS | {
        "timeframes": TIMEFRAMES,
        "calendar_dates": "service_id,date,exception_type\nweekday,20260610,2\nweekday,20260613,1\n",
        "fare_leg_rules": rows("from_timeframe_group_id,fare_product_id", "peak,one"),
    }
    assert eur(ask("bus a b 07:00 07:30", **files)) == "unknown"
    assert eur(ask("bus a b 07:00 07:30 2026-06-13", **files)) == "1.00 EUR"


def test_an_unknown_trip_route_or_stop_makes_the_fare_unknown_with_the_reason(ask: Any) -> None:
    files = BASIS | {"fare_leg_rules": rows("fare_product_id,rule_priority", "one,")}
    for leg, named in (("#T9 a b", "T9"), ("boat a b", "boat"), ("bus x b", "x"), ("bus a y", "y")):
        answer = ask(leg, **files)
        assert answer["total"] == "unknown"
        assert repr(named) in answer["explanation"][0]
    assert eur(ask("bus a b", **files)) == "1.00 EUR"


def test_a_trip_has_the_network_of_its_route(ask: Any) -> None:
    files = BASIS | {
        "trips": "route_id,service_id,trip_id\ntram,always,T1\n",
        "fare_leg_rules": rows("network_id,fare_product_id", "bus,one", "tram,two"),
    }
    assert eur(ask("#T1 a b", **files)) == "2.00 EUR"


JOIN = "from_network_id,to_network_id,from_stop_id,to_stop_id\n"


def test_joined_legs_are_one_from_the_first_to_the_last(ask: Any) -> None:
    files = BASIS | {
        "fare_leg_join_rules": JOIN + "bus,bus,,\n",
        "timeframes": TIMEFRAMES,
        "fare_leg_rules": rows(
            "network_id,from_area_id,to_area_id,from_timeframe_group_id,fare_product_id", "bus,A,C,peak,four"
        ),
    }
    answer = ask("bus a b 08:55 09:05", "bus b c 09:10 09:30", **files)
    assert eur(answer) == "4.00 EUR"
    assert [leg["legs"] for leg in answer["legs"]] == [[0, 1]]
    assert answer["legs"][0]["join_rules"] == [2]


def test_legs_are_joined_only_at_the_same_station(ask: Any) -> None:
    files = BASIS | {
        "stops": STATION + "c,,\n",
        "stop_areas": "area_id,stop_id\nA,p1\n",
        "fare_leg_join_rules": JOIN + "bus,bus,,\n",
        "fare_leg_rules": rows("fare_product_id", "one"),
    }
    assert len(ask("bus b p1", "bus p2 c", **files)["legs"]) == 1
    assert len(ask("bus b p1", "bus c b", **files)["legs"]) == 2


def test_stops_named_by_a_join_rule_stand_for_themselves_or_their_station(ask: Any) -> None:
    files = BASIS | {
        "stops": STATION + "c,,\n",
        "stop_areas": "area_id,stop_id\nA,p1\n",
        "fare_leg_join_rules": JOIN + "bus,tram,hub,c\n",
        "fare_leg_rules": rows("fare_product_id", "one"),
    }
    assert len(ask("bus b p2", "tram c b", **files)["legs"]) == 1
    assert len(ask("bus b p2", "tram p2 b", **files)["legs"]) == 2
    assert len(ask("tram b p2", "tram c b", **files)["legs"]) == 2


def test_empty_networks_of_a_join_rule_do_not_matter(ask: Any) -> None:
    files = BASIS | {"fare_leg_join_rules": JOIN + ",,,\n", "fare_leg_rules": rows("fare_product_id", "one")}
    assert len(ask("bus a b", "ferry b c", "tram c a", **files)["legs"]) == 1


def test_joined_legs_of_several_networks_match_no_rule_of_one(ask: Any) -> None:
    files = BASIS | {"fare_leg_join_rules": JOIN + "bus,tram,,\n"}
    by_priority = rows("network_id,fare_product_id,rule_priority", "bus,one,", "tram,one,", ",three,")
    assert eur(ask("bus a b", "tram b c", **files, fare_leg_rules=by_priority)) == "3.00 EUR"
    # Both networks are listed, so that an empty field stands for neither.
    listed = rows("network_id,fare_product_id", "bus,one", "tram,one", ",three")
    assert eur(ask("bus a b", "tram b c", **files, fare_leg_rules=listed)) == "unknown"


def test_without_fare_files_every_leg_is_unknown(ask: Any) -> None:
    answer = ask("bus a b", "bus b c")
    assert answer["total"] == "unknown"
    assert [leg["offers"] for leg in answer["legs"]] == [[], []]


AREA_SETS = rows("area_set_id,area_id", "ab,A", "ab,B", "abc,A", "abc,B", "abc,C")
BY_SETS = rows("network_id,fare_product_id,contains_exactly_area_set_id", "bus,two,ab", "bus,three,abc")


def test_area_sets_of_the_proposal_hold_for_exactly_the_areas_passed(ask: Any) -> None:
    files = BASIS | {
        "area_set_elements": AREA_SETS,
        "fare_leg_rules": BY_SETS,
        "trips": "route_id,service_id,trip_id\nbus,always,T1\n",
        "stop_times": "trip_id,stop_sequence,stop_id\nT1,5,c\nT1,1,a\nT1,3,b\n",
    }
    assert eur(ask("bus a b", **files)) == "2.00 EUR"
    assert eur(ask("bus a c", **files)) == "unknown"
    assert eur(ask("#T1 a c", **files)) == "3.00 EUR"


def test_without_the_file_of_area_sets_their_column_is_not_read(ask: Any) -> None:
    assert eur(ask("bus a c", **BASIS, fare_leg_rules=BY_SETS)) == "2.00 EUR"
