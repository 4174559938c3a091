"""Driving times on random maps against networkx on a line graph, built without any of our graph code."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import hypot, inf
from typing import NamedTuple

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from road_cases import Map, degrees, snap
from routing_core.roads.errors import NoRoadNearby
from routing_core.roads.router import Router
from routing_core.roads.snap import RoadPoint

SPACING_M = 400.0
TOLERANCE_MS = 30
"""The plane of the oracle is flat, and chains round once per way here and once per road there."""


class Drive(NamedTuple):
    """One direction of one way."""

    way: int
    tail: int
    head: int


class State(NamedTuple):
    """A drive and the one before, which a restriction over a way looks back at."""

    before: Drive | None
    drive: Drive

    @property
    def way(self) -> int:
        return self.drive.way


class Rule(NamedTuple):
    """A turn restriction at a node, or over a way into its head ``via``."""

    kind: str
    from_way: int
    via: int
    to_way: int
    via_way: int = 0


@dataclass(frozen=True)
class City:
    """Junctions on a grid, every way between two of them, some one-way, some turns restricted."""

    junctions: dict[int, tuple[float, float]]
    ways: dict[int, tuple[int, int, int, bool]]
    restrictions: list[Rule]

    def map(self) -> Map:
        city = Map(dict(self.junctions))
        for way, (tail, head, limit_kmh, oneway) in self.ways.items():
            shape = 1000 + way
            city.nodes[shape] = self.middle(way)
            tags = {
                "highway": "residential",
                "maxspeed": str(limit_kmh),
                **({"oneway": "yes"} if oneway else {}),
            }
            city.way(way, [tail, shape, head], tags)
        for rule in self.restrictions:
            if not rule.via_way:
                city.restrict(*rule[:4])
                continue
            members = [
                ("way", "from", rule.from_way),
                ("way", "via", rule.via_way),
                ("way", "to", rule.to_way),
            ]
            city.relations.append((members, {"type": "restriction", "restriction": rule.kind}))
        return city

    def middle(self, way: int) -> tuple[float, float]:
        """Half way between the ends."""
        tail, head, *_ = self.ways[way]
        (x_m, y_m), (other_x_m, other_y_m) = self.junctions[tail], self.junctions[head]
        return (x_m + other_x_m) / 2, (y_m + other_y_m) / 2

    def drive_ms(self, way: int) -> float:
        tail, head, limit_kmh, _ = self.ways[way]
        (x_m, y_m), (other_x_m, other_y_m) = self.junctions[tail], self.junctions[head]
        return hypot(x_m - other_x_m, y_m - other_y_m) / (0.85 * limit_kmh) * 3600

    def drives(self) -> list[Drive]:
        drives = []
        for way, (tail, head, _, oneway) in self.ways.items():
            drives.append(Drive(way, tail, head))
            if not oneway:
                drives.append(Drive(way, head, tail))
        return drives


def line_graph(city: City) -> "nx.DiGraph[State]":
    """States as nodes; an edge where one may follow the other, as long as the drive that follows takes."""
    drives = city.drives()
    out_of = defaultdict(list)
    for drive in drives:
        out_of[drive.tail].append(drive)
    graph: nx.DiGraph[State] = nx.DiGraph()
    waiting = [State(None, drive) for drive in drives]
    graph.add_nodes_from(waiting)
    done = set()
    while waiting:
        state = waiting.pop()
        if state in done:
            continue
        done.add(state)
        for following in successors(city, state, out_of):
            waiting.append(State(state.drive, following))
            graph.add_edge(state, waiting[-1], ms=city.drive_ms(following.way))
    return graph


def turning_round(city: City, junction: int) -> bool:
    """Not where just two like roads meet: that is no junction but a bend of one road."""
    there = [(limit_kmh, oneway) for *ends, limit_kmh, oneway in city.ways.values() if junction in ends]
    restricted = any(rule.via == junction for rule in city.restrictions if not rule.via_way)
    # A way that a restriction leads over keeps its ends.
    over = {end for rule in city.restrictions if rule.via_way for end in city.ways[rule.via_way][:2]}
    return restricted or junction in over or len(there) != 2 or there[0] != there[1]


def successors(city: City, state: State, out_of: Mapping[int, list[Drive]]) -> list[Drive]:
    drive = state.drive
    exits = out_of.get(drive.head, [])
    rules = [rule for rule in city.restrictions if holds(rule, state, out_of)]
    if not rules:
        return (
            exits if turning_round(city, drive.head) else [found for found in exits if found.way != drive.way]
        )
    allowed = exits
    for rule in rules:
        if rule.kind == "no_turn":
            allowed = [found for found in allowed if found.way != rule.to_way]
        else:
            allowed = [found for found in allowed if found.way == rule.to_way]
    return [found for found in allowed if found.way != drive.way] or allowed


def holds(rule: Rule, state: State, out_of: Mapping[int, list[Drive]]) -> bool:
    """Whether a rule speaks to those who are in a state, and can be followed there."""
    before, drive = state
    if rule.via != drive.head or not any(found.way == rule.to_way for found in out_of.get(drive.head, [])):
        return False
    if not rule.via_way:
        return rule.from_way == drive.way
    return before is not None and before.way == rule.from_way and drive.way == rule.via_way


def part_with(graph: "nx.DiGraph[State]", ways: Collection[int]) -> "nx.DiGraph[State]":
    """All states on the drives of the strongly connected part that holds most of the ways.

    Those who set off in the middle of a drive may be in states that nobody comes to from elsewhere. States
    that nothing leads out of are traps, also where others on the same drive get on.
    """
    parts = nx.strongly_connected_components(graph)
    part = max(parts, key=lambda part: len({state.way for state in part} & set(ways)))
    drives = {state.drive for state in part}
    no_traps = nx.ancestors(graph, next(iter(part))) | part
    return graph.subgraph([state for state in no_traps if state.drive in drives])


def oracle_ms(graph: "nx.DiGraph[State]", city: City, way: int, other_way: int) -> float:
    """From the middle of one way to the middle of another one."""
    if way == other_way:
        return 0.0
    starts = [state for state in graph if state.way == way and state.before is None]
    best = inf
    for start in starts:
        costs = nx.single_source_dijkstra_path_length(graph, start, weight="ms")
        for end, cost in costs.items():
            if end.way == other_way:
                # The first way was driven by half, the last one as well.
                best = min(best, city.drive_ms(way) / 2 + cost - city.drive_ms(other_way) / 2)
    return best


@st.composite
def cities(draw: st.DrawFn) -> City:
    side = 3
    junctions = {
        row * side + column + 1: (
            column * SPACING_M + draw(st.integers(-90, 90)),
            row * SPACING_M + draw(st.integers(-90, 90)),
        )
        for row in range(side)
        for column in range(side)
    }
    neighbours = [
        (one, other)
        for one, other in combinations(junctions, 2)
        if hypot(
            *(np.array([(one - 1) % side, (one - 1) // side]) - [(other - 1) % side, (other - 1) // side])
        )
        == 1
    ]
    chosen = draw(st.lists(st.sampled_from(neighbours), min_size=6, unique=True))
    ways = {}
    for way, ends in enumerate(chosen, start=1):
        tail, head = ends if draw(st.booleans()) else ends[::-1]
        limit_kmh = draw(st.sampled_from([30, 50, 100]))
        ways[way] = (tail, head, limit_kmh, draw(st.sampled_from([False, False, False, True])))
    turns = [
        (way, via, other)
        for way, (tail, head, _, oneway) in ways.items()
        for via in ((head,) if oneway else (tail, head))
        for other in ways
        if other != way and via in ways[other][:2]
    ]
    kinds = st.sampled_from(["no_turn", "no_turn", "only_turn"])
    restricted = draw(st.lists(st.sampled_from(turns), max_size=4, unique=True)) if turns else []
    rules = [Rule(draw(kinds), *turn) for turn in restricted]
    # Over a way: from a way that ends where it begins, to one at its other end.
    chains = [
        (from_way, end, to_way, via_way)
        for from_way, begin, via_way in turns
        for tail, head, _, oneway in [ways[via_way]]
        if begin == tail or not oneway
        for end in (head if begin == tail else tail,)
        for to_way, (to_tail, to_head, *_, to_oneway) in ways.items()
        if to_way not in (via_way, from_way) and (end == to_tail or (end == to_head and not to_oneway))
    ]
    if chains:
        chosen_chains = draw(st.lists(st.sampled_from(chains), max_size=3, unique=True))
        rules += [Rule(draw(kinds), *chain) for chain in chosen_chains]
    return City(junctions, ways, rules)


@settings(deadline=None, max_examples=120)
@given(city=cities())
def test_times_are_those_of_the_line_graph(city: City, tmp_path_factory: pytest.TempPathFactory) -> None:
    try:
        router = city.map().router(tmp_path_factory.mktemp("city"))
    except ValueError:
        assume(False)
        raise
    points = _points(router, city)
    assume(len(points) >= 3)
    graph = part_with(line_graph(city), points)
    seconds = router.travel_matrix(list(points.values())).seconds
    for row, way in enumerate(points):
        for column, other_way in enumerate(points):
            expected_ms = oracle_ms(graph, city, way, other_way)
            excess_ms = int(seconds[row, column]) * 1000 - expected_ms
            assert -TOLERANCE_MS <= excess_ms < 1000 + TOLERANCE_MS, (way, other_way)


@settings(deadline=None, max_examples=60)
@given(city=cities())
def test_ways_over_a_third_point_are_not_shorter(
    city: City, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Exact on maps without turn restrictions."""
    free = City(city.junctions, city.ways, [])
    try:
        router = free.map().router(tmp_path_factory.mktemp("city"))
    except ValueError:
        assume(False)
        raise
    seconds = router.travel_matrix(list(_points(router, free).values())).seconds
    over = (seconds[:, :, None] + seconds[None, :, :]).min(axis=1) if len(seconds) else seconds
    assert np.all(seconds <= over)


def _points(router: Router, city: City) -> dict[int, RoadPoint]:
    """The middle of every way that is in the network."""
    points = {}
    for way in city.ways:
        x_m, y_m = city.middle(way)
        try:
            point = snap(router, x_m, y_m, limit_m=1.0)
        except NoRoadNearby:
            continue
        assert router.snap(*degrees(x_m, y_m), 1.0) == point
        points[way] = point
    return points
