"""Reading journeys from JSON."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from timetable.fares.itinerary import FaresError
from timetable.fares.journeys import MOST_LEGS, read_journeys

BERLIN = ZoneInfo("Europe/Berlin")
LEG = {
    "route_id": "bus",
    "from_stop": "a",
    "to_stop": "b",
    "dep": "2026-06-10T08:00",
    "arr": "2026-06-10T08:20",
}


def read(content: Any) -> list[Any]:
    return list(read_journeys(json.dumps(content), BERLIN))


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        ([LEG, LEG], [0]),
        ({"legs": [LEG, LEG]}, [0]),
        ({"id": "x", "journey": [LEG, LEG]}, ["x"]),
        ([[LEG, LEG], {"legs": [LEG, LEG]}], [0, 1]),
        ({"cases": [{"id": "x", "legs": [LEG, LEG]}, {"id": 7, "journey": [LEG, LEG]}]}, ["x", 7]),
    ],
)
def test_all_shapes_are_read(content: Any, ids: list[str | int]) -> None:
    cases = read(content)
    assert [case.case_id for case in cases] == ids
    for case in cases:
        assert [leg.route for leg in case.journey().legs] == ["bus", "bus"]


def test_a_leg_may_name_its_trip_and_shorter_fields() -> None:
    (case,) = read([{"trip": "T1", "from_": "a", "to": 12}])
    (leg,) = case.journey().legs
    assert (leg.trip, leg.route, leg.from_stop, leg.to_stop, leg.departure) == ("T1", "", "a", "12", None)


def test_times_are_by_the_clock_unless_they_have_an_offset() -> None:
    (case,) = read([LEG | {"arr": "2026-06-10T07:20:30Z"}])
    (leg,) = case.journey().legs
    assert leg.departure == datetime(2026, 6, 10, 8, tzinfo=BERLIN)
    assert leg.arrival.timestamp() - leg.departure.timestamp() == 80 * 60 + 30


def test_on_the_night_of_two_equal_hours_an_arrival_is_after_its_departure() -> None:
    (case,) = read([LEG | {"dep": "2026-10-25T02:50", "arr": "2026-10-25T02:10"}])
    (leg,) = case.journey().legs
    assert leg.arrival.timestamp() - leg.departure.timestamp() == 20 * 60


def test_who_travels_is_told_by_the_journey_or_else_for_all() -> None:
    text = json.dumps([{"legs": [LEG], "rider": "child"}, [LEG]])
    journeys = [case.journey() for case in read_journeys(text, BERLIN, "adult", "app")]
    assert [(it.rider, it.medium) for it in journeys] == [("child", "app"), ("adult", "app")]


@pytest.mark.parametrize(
    ("journey", "told"),
    [
        ([], "legs: not a list of at least one leg"),
        ({"legs": "x"}, "legs: not a list of at least one leg"),
        ({"id": 1}, "legs: missing"),
        ("x", "neither a list of legs nor an object"),
        ([LEG, 3], r"legs\[1\]: 3 is no object"),
        ([{"from_stop": "a", "to_stop": "b"}], r"legs\[0\].route_id: missing"),
        ([LEG | {"from_stop": ""}], r"legs\[0\].from_stop: missing"),
        ([LEG, LEG | {"to_stop": None}], r"legs\[1\].to_stop: missing"),
        ([LEG | {"route_id": True}], r"legs\[0\].route_id: True is no id"),
        ([LEG | {"dep": "8 o'clock"}], r"legs\[0\].dep: \"8 o'clock\" is no time"),
        ([LEG | {"dep": "2026-06-10"}], r"legs\[0\].dep: '2026-06-10' is no time"),
        ([LEG | {"dep": "0001-01-01T00:00"}], r"legs\[0\].dep: .* is not within"),
        ([LEG | {"arr": 5}], r"legs\[0\].arr: 5 is no time"),
        ([LEG | {"arr": "2026-06-10T07:59"}], r"legs\[0\].arr: .*07:59' is before dep"),
        ({"legs": [LEG], "rider": 1}, "rider: 1 is no text"),
        ([LEG] * (MOST_LEGS + 1), f"legs: {MOST_LEGS + 1} legs"),
    ],
)
def test_what_is_wrong_is_named_and_keeps_no_other_journey_back(journey: Any, told: str) -> None:
    bad, good = read({"cases": [journey, [LEG]]})
    with pytest.raises(FaresError, match=told):
        bad.journey()
    assert len(good.journey().legs) == 1


def test_an_id_that_cannot_be_printed_is_told_by_its_code() -> None:
    (case,) = read_journeys('{"id": "\\ud800x", "legs": []}', BERLIN)
    assert case.case_id == "\\ud800x"


@pytest.mark.parametrize("text", ["", "{", "3", '{"cases": 3}', "[" * 100_000])
def test_a_file_of_no_known_shape_is_refused(text: str) -> None:
    with pytest.raises(FaresError):
        list(read_journeys(text, BERLIN))
