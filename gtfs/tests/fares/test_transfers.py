"""What transfers cost; each test is one sentence of the reference about fare_transfer_rules.txt."""

from typing import Any

import pytest

PRODUCTS = (
    "fare_product_id,amount,currency\n"
    "three,3.00,EUR\nfive,5.00,EUR\nseven,7.00,EUR\nup,0.50,EUR\nmore,0.80,EUR\nless,-1.00,EUR\n"
)
LEG_RULES = "leg_group_id,network_id,fare_product_id\nB,bus,three\nT,tram,five\nF,,seven\n"
HEADER = (
    "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type,"
    "fare_transfer_type,fare_product_id\n"
)
BASIS = {"fare_products": PRODUCTS, "fare_leg_rules": LEG_RULES}
BUS = ("bus a b 08:00 08:20", "bus b c 08:30 08:50", "bus c d 09:00 09:20", "bus d a 09:30 09:50")


def total(answer: dict[str, Any]) -> str:
    found = answer["total"]
    return str(found["EUR"]) if isinstance(found, dict) else str(found)


def transfers(*lines: str) -> dict[str, str]:
    return BASIS | {"fare_transfer_rules": HEADER + "\n".join(lines) + "\n"}


def used(answer: dict[str, Any]) -> list[int | None]:
    return [leg["transfer"] and leg["transfer"]["rule"] for leg in answer["legs"]]


def test_without_a_transfer_rule_legs_are_separate(ask: Any) -> None:
    assert total(ask("bus a b", "tram b c", **BASIS)) == "8.00"


@pytest.mark.parametrize(("kind", "price"), [(0, "3.50"), (1, "8.50"), (2, "0.50")])
def test_the_three_types_of_two_legs(ask: Any, kind: int, price: str) -> None:
    assert total(ask("bus a b", "tram b c", **transfers(f"B,T,,,,{kind},up"))) == price


@pytest.mark.parametrize(
    ("first", "second", "price"),
    [
        (0, 0, "4.30"),
        (0, 1, "11.30"),
        (0, 2, "4.30"),
        (1, 0, "9.30"),
        (1, 1, "16.30"),
        (1, 2, "9.30"),
        (2, 0, "1.30"),
        (2, 1, "8.30"),
        (2, 2, "1.30"),
    ],
)
def test_the_nine_pairs_of_types_of_three_legs(ask: Any, first: int, second: int, price: str) -> None:
    files = transfers(f"B,T,,,,{first},up", f"T,F,,,,{second},more")
    assert total(ask("bus a b", "tram b c", "ferry c d", **files)) == price


def test_a_rule_does_not_hold_in_the_other_direction(ask: Any) -> None:
    assert total(ask("tram a b", "bus b c", **transfers("B,T,,,,0,"))) == "8.00"


def test_a_transfer_without_a_product_costs_nothing_and_one_may_be_a_discount(ask: Any) -> None:
    assert total(ask("bus a b", "tram b c", **transfers("B,T,,,,0,"))) == "3.00"
    assert total(ask("bus a b", "tram b c", **transfers("B,T,,,,1,less"))) == "7.00"


def test_a_transfer_may_replace_all_that_is_paid_by_nothing(ask: Any) -> None:
    assert total(ask("bus a b", "tram b c", **transfers("B,T,,,,2,"))) == "0.00"


def test_a_rule_that_holds_must_be_used_even_if_separate_legs_were_cheaper(ask: Any) -> None:
    assert total(ask("bus a b", "tram b c", **transfers("B,T,,,,1,up"))) == "8.50"


def test_of_several_rules_that_hold_the_cheapest_is_used(ask: Any) -> None:
    answer = ask(
        "bus a b 08:00 08:20", "tram b c 08:30 09:00", **transfers("B,T,,3600,1,0,more", "B,T,,7200,1,0,up")
    )
    assert total(answer) == "3.50"
    assert used(answer) == [None, 3]


def test_a_leg_may_be_used_by_the_group_that_makes_the_journey_cheapest(ask: Any) -> None:
    rules = LEG_RULES + "X,bus,five\n"
    files = transfers("X,T,,,,0,") | {"fare_leg_rules": rules}
    answer = ask("bus a b", "tram b c", **files)
    assert total(answer) == "5.00"
    assert [leg["leg_group"] for leg in answer["legs"]] == ["X", "T"]
    assert total(ask("bus a b", **files)) == "3.00"


def test_an_empty_group_is_every_group_not_listed_in_its_column(ask: Any) -> None:
    files = transfers("B,T,,,,0,up", ",T,,,,0,")
    assert total(ask("bus a b", "tram b c", **files)) == "3.50"
    assert total(ask("ferry a b", "tram b c", **files)) == "7.00"
    # B is listed as a group to come from, so the empty field does not stand for it.
    files = transfers("B,T,,,,0,up", ",,-1,,,0,")
    assert total(ask("bus a b", "ferry b c", **files)) == "10.00"
    assert total(ask("ferry a b", "ferry b c", **files)) == "7.00"
    assert total(ask("ferry a b", "tram b c", **files)) == "12.00"


def test_legs_of_rules_without_a_group_are_matched_by_empty_fields(ask: Any) -> None:
    files = transfers(",,-1,,,0,") | {"fare_leg_rules": "network_id,fare_product_id\nbus,three\ntram,five\n"}
    assert total(ask("bus a b", "tram b c", "bus c d", **files)) == "3.00"


@pytest.mark.parametrize(
    ("count", "prices"),
    [
        (1, ["3.00", "3.00", "6.00", "6.00"]),
        (2, ["3.00", "3.00", "3.00", "6.00"]),
        (3, ["3.00", "3.00", "3.00", "3.00"]),
        (-1, ["3.00", "3.00", "3.00", "3.00"]),
    ],
)
def test_transfer_count_is_how_many_transfers_in_a_row_the_rule_spans(
    ask: Any, count: int, prices: list[str]
) -> None:
    files = transfers(f"B,B,{count},,,0,")
    assert [total(ask(*BUS[:legs], **files)) for legs in range(1, 5)] == prices


def test_the_smallest_transfer_count_that_still_allows_it_is_selected(ask: Any) -> None:
    files = transfers("B,B,-1,,,0,more", "B,B,1,,,0,", "B,B,2,,,0,up")
    answer = ask(*BUS, **files)
    assert used(answer) == [None, 3, 4, 2]
    assert total(answer) == "4.30"


def test_a_count_starts_anew_after_another_group(ask: Any) -> None:
    files = transfers("B,B,1,,,0,", "B,T,,,,0,", "T,B,,,,0,")
    assert total(ask("bus a b", "bus b c", "tram c d", "bus d a", "bus a b", **files)) == "3.00"


def test_a_count_between_different_groups_is_not_used(ask: Any) -> None:
    assert total(ask("bus a b", "tram b c", "ferry c d", **transfers("B,T,1,,,0,", "T,F,1,,,0,"))) == "3.00"


@pytest.mark.parametrize(
    ("kind", "longest_s"),
    # First leg 08:00 to 08:20, second 08:45 to 09:15.
    [(0, 75 * 60), (1, 45 * 60), (2, 25 * 60), (3, 55 * 60)],
)
def test_the_four_ways_to_measure_a_duration_include_its_end(ask: Any, kind: int, longest_s: int) -> None:
    legs = ("bus a b 08:00 08:20", "tram b c 08:45 09:15")
    assert total(ask(*legs, **transfers(f"B,T,,{longest_s},{kind},0,"))) == "3.00"
    assert total(ask(*legs, **transfers(f"B,T,,{longest_s - 1},{kind},0,"))) == "8.00"


def test_a_repeated_rule_is_measured_from_the_first_matched_leg(ask: Any) -> None:
    files = transfers("B,B,-1,3600,1,0,")
    answer = ask(*BUS, **files)
    assert used(answer) == [None, 2, 2, None]
    assert total(answer) == "6.00"


def test_between_different_groups_a_duration_is_that_of_the_two_legs(ask: Any) -> None:
    files = transfers("B,T,,3600,1,0,", "T,F,,3600,1,0,")
    legs = ("bus a b 08:00 08:20", "tram b c 08:50 09:10", "ferry c d 09:40 10:00")
    assert total(ask(*legs, **files)) == "3.00"


def test_records_are_chosen_by_count_among_those_still_in_time(ask: Any) -> None:
    files = transfers("B,B,1,1200,1,0,", "B,B,-1,7200,1,0,up")
    assert used(ask(*BUS[:2], **files)) == [None, 3]


def test_a_duration_runs_by_real_time_when_the_clock_changes(ask: Any) -> None:
    # 2026-03-29: two o'clock becomes three, so these departures are 30 minutes apart.
    legs = ("bus a b 01:45 01:55 2026-03-29", "tram b c 03:15 03:30 2026-03-29")
    assert total(ask(*legs, **transfers("B,T,,1800,1,0,"))) == "3.00"


def test_a_rule_with_a_duration_does_not_hold_where_times_are_not_given(ask: Any) -> None:
    assert total(ask("bus a b", "tram b c", **transfers("B,T,,3600,1,0,"))) == "8.00"


def test_joined_legs_are_measured_as_one(ask: Any) -> None:
    files = transfers("B,T,,1800,2,0,") | {
        "fare_leg_join_rules": "from_network_id,to_network_id,from_stop_id,to_stop_id\nbus,bus,,\n"
    }
    answer = ask("bus a b 08:00 08:20", "bus b c 08:30 08:50", "tram c d 09:20 09:40", **files)
    assert total(answer) == "3.00"
    assert [leg["legs"] for leg in answer["legs"]] == [[0, 1], [2]]


def test_the_three_legs_of_the_translink_guide_cost_what_its_tables_say(ask: Any) -> None:
    # Its text says 6.30, but the upgrade that its tables sell from one zone to two costs 1.45.
    files = {
        "areas": "area_id\nZN1\nZN2\n",
        "stop_areas": "area_id,stop_id\nZN2,a\nZN1,b\nZN1,c\nZN2,d\n",
        "fare_products": "fare_product_id,amount,currency\none,3.20,CAD\ntwo,4.65,CAD\nupgrade,1.45,CAD\n",
        "fare_leg_rules": "leg_group_id,from_area_id,to_area_id,fare_product_id\n"
        "ZN1_ZN1,ZN1,ZN1,one\nZN1_ZN2,ZN1,ZN2,two\nZN1_ZN2,ZN2,ZN1,two\n",
        "fare_transfer_rules": HEADER + "ZN1_ZN2,ZN1_ZN1,,5400,1,0,\nZN1_ZN1,ZN1_ZN2,,5400,1,0,upgrade\n",
    }
    answer = ask("ferry a b 08:00 08:15", "tram b c 08:25 08:37", "tram c d 08:50 09:20", **files)
    assert answer["total"] == {"CAD": "6.10"}


RIDERS = {
    "rider_categories": "rider_category_id,rider_category_name,is_default_fare_category\n"
    "adult,Adult,1\nchild,Child,0\nsenior,Senior,\n",
    "fare_media": "fare_media_id,fare_media_name,fare_media_type\npaper,,1\napp,,4\n",
    "fare_products": "fare_product_id,rider_category_id,fare_media_id,amount,currency\n"
    "single,adult,paper,3.00,EUR\nsingle,adult,app,2.80,EUR\nsingle,child,app,1.50,EUR\n"
    "up,adult,paper,0.50,EUR\nany,,,4.00,EUR\n",
    "fare_leg_rules": "leg_group_id,network_id,fare_product_id\nB,bus,single\nA,tram,any\n",
}


def by_rider(answer: dict[str, Any]) -> dict[str, str]:
    return {
        item["rider"]: item["total"] if isinstance(item["total"], str) else item["total"]["EUR"]
        for item in answer["cheapest"]
    }


def test_every_product_medium_and_category_is_an_offer_and_the_cheapest_of_each_category_is_told(
    ask: Any,
) -> None:
    answer = ask("bus a b", **RIDERS)
    offers = [(it["rider"], it["medium"], it["amount"]) for it in answer["legs"][0]["offers"]]
    assert offers == [("adult", "paper", "3.00"), ("adult", "app", "2.80"), ("child", "app", "1.50")]
    assert answer["rider"] == "adult"
    assert total(answer) == "2.80"
    assert by_rider(answer) == {"adult": "2.80", "child": "1.50", "senior": "unknown"}


def test_several_categories_may_be_the_default_each_of_its_own_products(ask: Any) -> None:
    files = RIDERS | {
        "rider_categories": "rider_category_id,is_default_fare_category\nadult,1\nregular,1\nchild,0\n",
        "fare_products": RIDERS["fare_products"] + "night,regular,app,5.00,EUR\nnight,child,app,2.50,EUR\n",
        "fare_leg_rules": RIDERS["fare_leg_rules"] + "N,,night\n",
    }
    answer = ask("bus a b", "ferry b c", **files)
    assert total(answer) == "7.80"
    assert by_rider(answer) == {"adult": "7.80", "child": "4.00"}


def test_an_empty_category_is_every_category(ask: Any) -> None:
    assert by_rider(ask("tram a b", **RIDERS)) == {"adult": "4.00", "child": "4.00", "senior": "4.00"}


def test_a_rider_and_a_medium_can_be_asked_for(ask: Any) -> None:
    assert total(ask("bus a b", **RIDERS, rider="child")) == "1.50"
    assert total(ask("bus a b", **RIDERS, medium="paper")) == "3.00"
    assert total(ask("bus a b", **RIDERS, rider="child", medium="paper")) == "unknown"
    # What names no medium is not refused for one.
    assert total(ask("tram a b", **RIDERS, medium="paper")) == "4.00"


def test_a_transfer_that_the_rider_cannot_buy_is_no_arrangement_for_that_rider(ask: Any) -> None:
    files = RIDERS | {"fare_transfer_rules": HEADER + "B,A,,,,0,up\n"}
    assert by_rider(ask("bus a b", "tram b c", **files)) == {
        "adult": "3.30",
        "child": "5.50",
        "senior": "unknown",
    }


def test_what_a_transfer_replaces_need_not_be_for_sale(ask: Any) -> None:
    files = RIDERS | {"fare_transfer_rules": HEADER + "B,A,,,,2,any\n"}
    assert by_rider(ask("bus a b", "tram b c", **files))["senior"] == "4.00"


def test_a_journey_is_paid_in_one_currency_where_it_can_be(ask: Any) -> None:
    files = {
        "fare_products": "fare_product_id,amount,currency\nx,3.00,EUR\ny,4.00,CHF\nz,1,JPY\n",
        "fare_leg_rules": "network_id,fare_product_id\nbus,x\nbus,y\ntram,z\n",
    }
    answer = ask("bus a b", "bus b c", **files)
    assert answer["total"] == {"CHF": "8.00"}
    assert answer["other_currencies"] == [{"EUR": "6.00"}]
    assert ask("bus a b", "tram b c", **files)["total"] == {"EUR": "3.00", "JPY": "1"}
