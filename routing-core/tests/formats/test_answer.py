"""From a file to judged routes."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

import format_cases as cases
import pytest
from routing_core.formats.answer import answer
from routing_core.formats.detect import Format, Instance, read_instance
from routing_core.formats.judge import judge
from routing_core.formats.rides import Rides
from routing_core.formats.solution_file import solution_lines
from routing_core.improve.problem import Problem
from routing_core.improve.solve import Solution, solve


def all_routes(rides: Rides) -> Iterator[list[list[str]]]:
    """Every way to drive two rides with one vehicle or two."""
    (a, b) = rides.rides
    nodes = [rides.node_ids[node] for node in (a.pickup, a.dropoff, b.pickup, b.dropoff)]
    yield [nodes[:2], nodes[2:]]
    for order in permutations(nodes):
        yield [list(order)]


@pytest.mark.parametrize("family", [Format.CORDEAU_2006, Format.CORDEAU_LAPORTE_2003, Format.LI_LIM])
def test_small_files_are_solved_as_well_as_by_trying_everything(family: Format) -> None:
    instance = read_instance(cases.FILES[family].splitlines())
    assert isinstance(instance.content, Rides)
    verdicts = [judge(instance.content, [routes]) for routes in all_routes(instance.content)]
    vehicles_first = instance.content.vehicles_first
    best = min(
        (verdict.vehicle_count if vehicles_first else 0, verdict.cost)
        for verdict in verdicts
        if verdict.feasible
    )

    told: list[tuple[int, float]] = []
    found = answer(
        instance, seconds=0.2, progress=lambda vehicles, cost, _seconds: told.append((vehicles, cost))
    )

    assert found.feasible
    assert (found.vehicles if vehicles_first else 0, found.cost) == pytest.approx(best)
    assert judge(instance.content, found.days).cost == found.cost
    assert told[-1] == pytest.approx(best)


def test_what_the_judge_refuses_is_not_feasible_whatever_the_engine_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def boasting(problem: Problem, **_options: object) -> Solution:
        return Solution(problem.plan, 1.0, 1.0, optimal=True, feasible=True, seconds=0.0)

    monkeypatch.setattr("routing_core.formats.answer.solve", boasting)
    found = answer(read_instance(cases.CORDEAU.splitlines()), seconds=1)

    assert not found.feasible
    assert not found.optimal
    assert found.faults[0] == "node 1 is visited 0 times"


@pytest.mark.parametrize(("bound_above_vehicles", "expected"), [(12.5, 12.5), (-1.0, None)])
def test_a_bound_on_distance_holds_only_where_fewer_vehicles_are_ruled_out(
    monkeypatch: pytest.MonkeyPatch, bound_above_vehicles: float, expected: float | None
) -> None:
    instance = read_instance(cases.LI_LIM.splitlines())

    def bounding(problem: Problem, **_options: object) -> Solution:
        found = solve(problem, seconds=0.1)
        return replace(found, lower_bound=problem.costs.per_shift + bound_above_vehicles, optimal=False)

    monkeypatch.setattr("routing_core.formats.answer.solve", bounding)
    found = answer(instance, seconds=1)

    assert found.vehicles == 1
    assert found.lower_bound == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize("text", [cases.SOLOMON, cases.MTVRPTWR, cases.KIM, cases.PVRPIF])
def test_collection_is_solved_and_judged_too(text: str) -> None:
    found = answer(read_instance(text.splitlines()), seconds=0.3)
    assert not found.faults
    assert found.vehicles >= 1
    assert found.lower_bound is None


def test_solution_files_count_as_their_family_does() -> None:
    routes = [[["2", "1", "3"], ["2"]]]
    rides = read_instance(cases.CORDEAU.splitlines())
    trips = Instance(Format.MTVRPTWR, read_instance(cases.MTVRPTWR.splitlines()).content)

    assert solution_lines(rides, routes, 36.5) == ["Route #1: 2 1 3", "Route #2: 2", "Cost 36.5"]
    assert solution_lines(trips, routes, 188.0) == ["Route #1: 1 0 2", "Route #2: 1", "Cost 188"]


def test_solution_files_of_several_days_say_which() -> None:
    period = read_instance(cases.PVRPIF.splitlines())

    assert solution_lines(period, [[["1", "3"]], []], 53.0) == [
        "Day #1",
        "Route #1: 1 3",
        "Day #2",
        "Cost 53",
    ]
