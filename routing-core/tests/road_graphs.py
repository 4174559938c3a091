"""Random road graphs without a map behind them, and ways on them found by Dijkstra's algorithm."""

import numpy as np
import numpy.typing as npt
from road_dijkstra import one_to_all
from routing_core.roads.costs import COST_SHIFT, NO_COST, part_of, rest_of
from routing_core.roads.graph import RoadGraph
from routing_core.roads.snap import Approach, RoadPoint

Int64s = npt.NDArray[np.int64]


def random_graph(draw: np.random.Generator, node_count: int, road_count: int, longest_ms: int) -> RoadGraph:
    """Roads between random nodes: two-way or one-way, parallel ones and loops among them."""
    ends = draw.integers(0, node_count, (road_count, 2))
    two_way = draw.random(road_count) < 0.7
    tails: list[int] = []
    heads: list[int] = []
    reverses: list[int] = []
    for (start, end), both in zip(ends.tolist(), two_way.tolist(), strict=True):
        arc = len(tails)
        tails += [start, end] if both else [start]
        heads += [end, start] if both else [end]
        reverses += [arc + 1, arc] if both else [-1]
    arc_count = len(tails)
    by_tail = np.argsort(tails, kind="stable").astype(np.int32)
    arc_head = np.array(heads, np.int32)
    none = np.zeros(arc_count, np.int32)
    return RoadGraph(
        first_link=np.searchsorted(np.sort(tails), np.arange(node_count + 1)).astype(np.int32),
        link_arc=by_tail,
        link_head=arc_head[by_tail],
        node_latitude_e7=draw.integers(0, 10**6, node_count).astype(np.int32),
        node_longitude_e7=draw.integers(0, 10**6, node_count).astype(np.int32),
        arc_head=arc_head,
        arc_reverse=np.array(reverses, np.int32),
        arc_ms=draw.integers(1, longest_ms + 1, arc_count).astype(np.int32),
        arc_cm=draw.integers(1, 1000, arc_count).astype(np.int32),
        arc_boardable=np.ones(arc_count, np.bool_),
        arc_highway=none.astype(np.uint8),
        arc_roundabout=np.zeros(arc_count, np.bool_),
        first_name=np.arange(arc_count + 1, dtype=np.int32),
        name_point=none,
        name_number=none,
        first_name_byte=np.zeros(2, np.int32),
        name_bytes=np.zeros(0, np.uint8),
        first_point=(2 * np.arange(arc_count + 1)).astype(np.int32),
        point_latitude_e7=np.zeros(2 * arc_count, np.int32),
        point_longitude_e7=np.zeros(2 * arc_count, np.int32),
    )


def usual_costs(graph: RoadGraph) -> Int64s:
    return (graph.arc_ms.astype(np.int64) << COST_SHIFT) + graph.arc_cm


def random_points(draw: np.random.Generator, graph: RoadGraph, count: int) -> list[RoadPoint]:
    """Anywhere on any road, some of them to be come to in one direction only."""
    roads = np.flatnonzero((graph.arc_reverse < 0) | (np.arange(graph.arc_count) < graph.arc_reverse))
    points = []
    for arc in draw.choice(roads, count).tolist():
        fraction = float(draw.choice([0.0, 1.0, round(draw.random(), 3)]))
        approaches = list(Approach) if graph.arc_reverse[arc] >= 0 else [Approach.EITHER, Approach.ALONG]
        approach = approaches[draw.integers(len(approaches))]
        points.append(RoadPoint(arc, fraction, 0.0, 0.0, 0.0, approach))
    return points


def cost_by_dijkstra(graph: RoadGraph, arc_cost: Int64s, origin: RoadPoint, destination: RoadPoint) -> int:
    """What the way costs, or ``NO_COST``."""
    seeds = [
        (graph.arc_head[arc], cost)
        for arc, cost in _directions(graph, arc_cost, origin, whole_rest=True)
        if cost < NO_COST
    ]
    best = NO_COST
    if seeds:
        nodes, costs = zip(*seeds, strict=True)
        link_cost = arc_cost[graph.link_arc]
        found, _ = one_to_all(
            graph.first_link,
            graph.link_head,
            link_cost,
            np.array(nodes, np.int32),
            np.array(costs, np.int64),
        )
        link_tail = graph.link_tail()
        for arc, ahead in _directions(graph, arc_cost, destination, whole_rest=False):
            for tail in link_tail[graph.link_arc == arc]:
                best = min(best, int(found[tail]) + int(ahead))
    for arc, cost in _directions(graph, arc_cost, origin, whole_rest=True):
        for other, _ in _directions(graph, arc_cost, destination, whole_rest=True):
            passed = _passed(arc, origin), _passed(other, destination)
            if arc == other and cost < NO_COST and passed[0] <= passed[1]:
                begin, end = (_cost_from_tail(arc_cost, arc, point) for point in (origin, destination))
                best = min(best, end - begin)
    return min(best, NO_COST)


def _passed(arc: int, point: RoadPoint) -> float:
    return point.fraction if arc == point.arc else 1 - point.fraction


def _cost_from_tail(arc_cost: Int64s, arc: int, point: RoadPoint) -> int:
    if arc == point.arc:
        return int(part_of(arc_cost[arc], point.fraction))
    return int(rest_of(arc_cost[arc], point.fraction))


def _directions(
    graph: RoadGraph, arc_cost: Int64s, point: RoadPoint, *, whole_rest: bool
) -> list[tuple[int, int]]:
    """Arcs the point may be on, with the cost behind it (``whole_rest``) or before it."""
    arcs = []
    if point.approach != Approach.AGAINST:
        arcs.append(point.arc)
    if point.approach != Approach.ALONG and graph.arc_reverse[point.arc] >= 0:
        arcs.append(int(graph.arc_reverse[point.arc]))
    directions = []
    for arc in arcs:
        before = _cost_from_tail(arc_cost, arc, point)
        cost = int(arc_cost[arc])
        behind = cost - before if cost < NO_COST else NO_COST
        directions.append((arc, behind if whole_rest else before))
    return directions
