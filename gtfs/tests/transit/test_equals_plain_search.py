"""The search against a plain one that shares no code with it, on random questions over real and made-up
feeds.
"""

import random
from itertools import pairwise

import pytest
from plain_transit import Found, Graph
from realtime_changes import overlay_of, random_changes
from timetable.transit.journeys import Journey, LegKind
from transit_worlds import MOST, World, demo_world, rural_world

STARTS, GOALS = 34, 10
"""Of each of three worlds: 1,020 questions from one place to another."""
SUNDAY_WHEN_CLOCKS_CHANGE = 6


@pytest.fixture(params=["demo", "rural", "rural when clocks change"])
def any_world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    if request.param == "demo":
        return demo_world()
    folder = tmp_path_factory.getbasetemp()
    return (
        rural_world(folder, 1, 2)
        if request.param == "rural"
        else rural_world(folder, 2, SUNDAY_WHEN_CLOCKS_CHANGE)
    )


def told(journeys: list[Journey], at_s: int, *, leave: bool) -> list[Found]:
    """What is compared, after every journey was found to fit together."""
    for journey in journeys:
        assert_rides_fit(journey)
    return [
        Found(at_s if leave else journey.depart_s, journey.arrive_s if leave else at_s, journey.boardings)
        for journey in journeys
    ]


def assert_rides_fit(journey: Journey) -> None:
    """Each leg begins where and not before the one before it ends."""
    assert journey.legs[0].kind is LegKind.ACCESS
    assert journey.legs[-1].kind is LegKind.EGRESS
    for before, after in pairwise(journey.legs):
        assert after.depart_s >= before.arrive_s
        assert after.from_stop == before.to_stop or after.stays_seated


def test_departures_and_arrivals(any_world: World) -> None:
    rng = random.Random(1)
    found = 0
    for _ in range(STARTS):
        at_s, access = any_world.at_s(rng), any_world.near(rng)
        counts = any_world.graph.departing(at_s, access, MOST)
        for _ in range(GOALS):
            egress = any_world.near(rng)
            expected = any_world.graph.earliest(counts, at_s, egress)
            journeys = any_world.search.departing(any_world.query(at_s, access, egress))
            assert told(journeys, at_s, leave=True) == expected
            found += len(expected)
    assert found > STARTS * GOALS / 2


def test_latest_departures(any_world: World) -> None:
    rng = random.Random(2)
    found = 0
    for _ in range(30):
        at_s, access, egress = any_world.at_s(rng), any_world.near(rng), any_world.near(rng)
        expected = any_world.graph.latest(at_s, access, egress, MOST)
        journeys = any_world.search.arriving(any_world.query(at_s, access, egress))
        assert told(journeys, at_s, leave=False) == expected
        found += len(expected)
    assert found > 15


def test_ranges(any_world: World) -> None:
    rng = random.Random(3)
    found = 0
    for _ in range(5):
        at_s, access, egress = any_world.at_s(rng), any_world.near(rng), any_world.near(rng)
        expected = any_world.graph.within(at_s, 2 * 3600, access, egress, MOST)
        journeys = any_world.search.departing_within(any_world.query(at_s, access, egress), 2 * 3600)
        assert [Found(j.depart_s, j.arrive_s, j.boardings) for j in journeys] == expected
        found += len(expected)
    assert found > 3


def test_one_to_all(any_world: World) -> None:
    rng = random.Random(4)
    timetable = any_world.search.timetable
    for _ in range(3):
        at_s, access = any_world.at_s(rng), any_world.near(rng)
        times = any_world.search.times_from(at_s, any_world.reach(access))
        counts = any_world.graph.departing(at_s, access, MOST)
        for name in any_world.stops:
            by_vehicle = any_world.graph.earliest(counts, at_s, {name: 0})
            if by_vehicle:
                assert 0 <= times.at_s[timetable.stop_index[name]] <= by_vehicle[-1].arrive_s
        single = any_world.search.departing(any_world.query(at_s, access, {any_world.stops[0]: 0}))
        if single and times.boardings[timetable.stop_index[any_world.stops[0]]] == single[-1].boardings:
            assert times.at_s[timetable.stop_index[any_world.stops[0]]] <= single[-1].arrive_s


def test_delays_cancellations_and_added_runs(any_world: World) -> None:
    """Answers change at once, backwards as well, and are as before when everything runs again."""
    rng = random.Random(5)
    graph, search = any_world.graph, any_world.search
    planned = [run for run in graph.runs if abs((run.key[1] - any_world.day).days) <= 1]
    changed, added = random_changes(planned, rng, any_world.stops)
    asked = [(any_world.at_s(rng), any_world.near(rng), any_world.near(rng)) for _ in range(25)]
    before = [told(search.departing(any_world.query(*one)), one[0], leave=True) for one in asked]
    late = Graph(graph.feed, graph.first, graph.last, changed, added)
    assert search.lay([(0, overlay_of(changed, added, any_world.schedule))]) == 0
    during = []
    for at_s, access, egress in asked:
        expected = late.earliest(late.departing(at_s, access, MOST), at_s, egress)
        journeys = search.departing(any_world.query(at_s, access, egress))
        during.append(told(journeys, at_s, leave=True))
        assert during[-1] == expected
        expected = late.latest(at_s, access, egress, MOST)
        assert told(search.arriving(any_world.query(at_s, access, egress)), at_s, leave=False) == expected
    assert during != before
    search.lay([])
    assert [told(search.departing(any_world.query(*one)), one[0], leave=True) for one in asked] == before
