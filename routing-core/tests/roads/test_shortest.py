"""The hierarchy against Dijkstra's algorithm, cost by cost."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from road_dijkstra import one_to_all
from road_graphs import cost_by_dijkstra, random_graph, random_points, usual_costs
from routing_core.roads.costs import COST_SHIFT, NO_COST, whole_metres, whole_seconds
from routing_core.roads.elimination import build_hierarchy
from routing_core.roads.errors import NoWay
from routing_core.roads.lanes import _whole_metres, _whole_seconds
from routing_core.roads.leg import leg_cost
from routing_core.roads.metric import customise
from routing_core.roads.shortest import FEW, ShortestPaths
from routing_core.travel import UNREACHABLE

seeds = st.integers(0, 2**32 - 1)
graphs = st.tuples(
    seeds, st.integers(1, 60), st.integers(1, 150), st.sampled_from([1, 50, 100_000, 2_000_000])
)


@settings(deadline=None, max_examples=150)
@given(graphs, st.floats(0, 0.5), st.sampled_from([(4, 5), (5, 4)]))
def test_all_answers_are_those_of_dijkstra(
    case: tuple[int, int, int, int], closed_share: float, counts: tuple[int, int]
) -> None:
    draw = np.random.default_rng(case[0])
    graph = random_graph(draw, *case[1:])
    usual = ShortestPaths.at_usual_costs(graph, build_hierarchy(graph))
    arc_cost = usual_costs(graph)
    arc_cost[draw.random(graph.arc_count) < closed_share] = NO_COST
    paths = usual.with_costs(arc_cost)
    # Few origins are searched from forwards, many from their destinations backwards.
    origins, destinations = (random_points(draw, graph, count) for count in counts)
    seconds, metres = paths.times_and_lengths(paths.points(origins), paths.points(destinations))
    assert np.array_equal(paths.times(paths.points(origins), paths.points(destinations)), seconds)
    for row, origin in enumerate(origins):
        for column, destination in enumerate(destinations):
            cost = cost_by_dijkstra(graph, arc_cost, origin, destination)
            if cost >= NO_COST:
                assert seconds[row, column] == metres[row, column] == UNREACHABLE
                with pytest.raises(NoWay):
                    paths.way(origin, destination)
                continue
            assert seconds[row, column] == whole_seconds(np.array(cost))
            assert metres[row, column] == whole_metres(np.array(cost))
            found, legs = paths.way(origin, destination)
            assert found == cost
            # Each stretch is rounded by itself: a unit of each kind per end.
            difference = abs(sum(int(leg_cost(arc_cost, leg)) for leg in legs) - cost)
            assert difference <= (2 << 32) + 2
            for leg, following in pairwise(legs):
                tails = graph.link_tail()[graph.link_arc == following.arc]
                assert leg.end_fraction == 1
                assert following.start_fraction == 0
                assert graph.arc_head[leg.arc] in tails


@settings(deadline=None, max_examples=60)
@given(graphs)
def test_everywhere_is_what_dijkstra_reaches(case: tuple[int, int, int, int]) -> None:
    draw = np.random.default_rng(case[0])
    graph = random_graph(draw, *case[1:])
    paths = ShortestPaths.at_usual_costs(graph, build_hierarchy(graph))
    (origin,) = random_points(draw, graph, 1)
    costs = paths.everywhere(origin)
    arc_cost = usual_costs(graph)
    start = paths._out_of(paths.points([origin]))
    node_of = np.argsort(paths._hierarchy.rank).astype(np.int32)
    expected, _ = one_to_all(
        graph.first_link, graph.link_head, arc_cost[graph.link_arc], node_of[start.ranks], start.costs
    )
    assert np.array_equal(costs, expected)


def test_more_origins_than_fit_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routing_core.roads.shortest.AT_HAND_BYTES", 1)
    draw = np.random.default_rng(7)
    graph = random_graph(draw, 80, 200, 90_000)
    paths = ShortestPaths.at_usual_costs(graph, build_hierarchy(graph))
    count = FEW * 2 + 3
    points = random_points(draw, graph, count)
    arrays = paths.points(points)
    seconds, metres = paths.times_and_lengths(arrays, arrays)
    assert np.array_equal(paths.times(arrays, arrays), seconds)
    one_by_one = [paths.times_and_lengths(paths.points([point]), arrays) for point in points]
    assert np.array_equal(seconds, np.concatenate([row for row, _ in one_by_one]))
    assert np.array_equal(metres, np.concatenate([row for _, row in one_by_one]))


def test_points_side_by_side_on_one_road() -> None:
    draw = np.random.default_rng(5)
    graph = random_graph(draw, 3, 4, 90_000)
    paths = ShortestPaths.at_usual_costs(graph, build_hierarchy(graph))
    points = random_points(draw, graph, FEW + 20)
    arrays = paths.points(points)
    seconds, metres = paths.times_and_lengths(arrays, arrays)
    costs = np.array([[cost_by_dijkstra(graph, paths.arc_cost, a, b) for b in points] for a in points])
    there = costs < NO_COST
    assert np.array_equal(seconds, np.where(there, whole_seconds(costs), UNREACHABLE))
    assert np.array_equal(metres, np.where(there, whole_metres(costs), UNREACHABLE))
    assert np.array_equal(paths.times(arrays, arrays), seconds)


@given(st.lists(st.tuples(st.integers(0, 2**30 - 2), st.integers(0, 2**32 - 1)), max_size=50))
def test_units_are_rounded_exactly(parts: list[tuple[int, int]]) -> None:
    for ms, cm in [*parts, (2**30 - 2, 2**32 - 1), (1000, 50), (1001, 49), (999, 0), (0, 0)]:
        assert _whole_seconds(np.int64(ms)) == -(-ms // 1000)
        assert _whole_metres(np.int64((ms << COST_SHIFT) + cm)) == (cm + 50) // 100
    assert _whole_seconds(np.int64(NO_COST >> COST_SHIFT)) == UNREACHABLE
    assert _whole_metres(np.int64(NO_COST)) == UNREACHABLE


def test_a_matrix_is_the_same_on_any_number_of_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(9)
    graph = random_graph(draw, 80, 200, 90_000)
    hierarchy = build_hierarchy(graph)
    points = random_points(draw, graph, 5 * FEW + 1)
    found = []
    for core_count in (1, 4):
        monkeypatch.setattr("os.sched_getaffinity", lambda _, count=core_count: set(range(count)))
        paths = ShortestPaths.at_usual_costs(graph, hierarchy)
        arrays = paths.points(points)
        found.append((paths.times(arrays, arrays), *paths.times_and_lengths(arrays, arrays)))
    for alone, shared in zip(*found, strict=True):
        assert np.array_equal(alone, shared)


def test_threads_do_not_share_their_room() -> None:
    draw = np.random.default_rng(8)
    graph = random_graph(draw, 60, 150, 90_000)
    paths = ShortestPaths.at_usual_costs(graph, build_hierarchy(graph))
    points = random_points(draw, graph, 40)
    reachable = [
        (a, b) for a in points for b in points if cost_by_dijkstra(graph, paths.arc_cost, a, b) < NO_COST
    ]
    expected = [paths.way(*pair) for pair in reachable]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda pair: paths.way(*pair), reachable * 3)) == expected * 3


@settings(deadline=None, max_examples=60)
@given(graphs)
def test_shape_of_a_hierarchy(case: tuple[int, int, int, int]) -> None:
    graph = random_graph(np.random.default_rng(case[0]), *case[1:])
    hierarchy = build_hierarchy(graph)
    assert sorted(hierarchy.rank) == list(range(graph.node_count))
    higher = [
        set(hierarchy.edge_high[hierarchy.first_edge[low] : hierarchy.first_edge[low + 1]].tolist())
        for low in range(graph.node_count)
    ]
    for low, highs in enumerate(higher):
        assert all(high > low for high in highs)
        assert hierarchy.parent[low] == min(highs, default=graph.node_count)
        # Later neighbours are joined to each other.
        assert not highs or highs - {min(highs)} <= higher[min(highs)]
    # A rank's descendants are the run right below it.
    below = [{low} for low in range(graph.node_count)]
    for low, above in enumerate(hierarchy.parent):
        assert below[low] == set(range(low - len(below[low]) + 1, low + 1))
        if above < graph.node_count:
            below[above] |= below[low]
    tails, heads = hierarchy.rank[graph.link_tail()], hierarchy.rank[graph.link_head]
    for tail, head, edge in zip(tails, heads, hierarchy.link_edge, strict=True):
        if tail == head:
            assert edge == -1
        else:
            assert (edge & 1) == (tail > head)
            assert {tail, head} == {hierarchy.edge_low[edge >> 1], hierarchy.edge_high[edge >> 1]}


def test_a_new_metric_leaves_the_old_one_alone() -> None:
    graph = random_graph(np.random.default_rng(3), 40, 90, 1000)
    hierarchy = build_hierarchy(graph)
    link_cost = usual_costs(graph)[graph.link_arc]
    metric = customise(hierarchy, link_cost)
    before = metric.up_cost.copy(), metric.down_cost.copy()
    closed = customise(hierarchy, np.full_like(link_cost, NO_COST))
    assert np.array_equal(metric.up_cost, before[0])
    assert np.array_equal(metric.down_cost, before[1])
    assert (closed.up_cost == NO_COST).all()
    assert (closed.down_cost == NO_COST).all()
