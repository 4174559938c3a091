"""From streets as mapped to the compact road graph. Build-time only; services load what it made."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from routing_core.roads.components import largest_strong_component
from routing_core.roads.contraction import Piece, contract
from routing_core.roads.graph import HIGHWAYS, RoadGraph
from routing_core.roads.names import packed_names
from routing_core.roads.osm import Label, Streets
from routing_core.roads.sphere import great_circle_m
from routing_core.roads.turns import DirectedArc, Link, TurnGraph, split_at_restrictions, via_path


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What building found and could not use.

    ``dropped_arc_count`` arcs lie outside the largest connected part; restrictions are *unresolved* where
    their ways do not meet at the via node or meet it twice.
    """

    node_count: int
    arc_count: int
    dropped_arc_count: int
    restriction_count: int
    unresolved_restriction_count: int
    unreadable_restriction_count: int


def build_graph(streets: Streets) -> tuple[RoadGraph, BuildReport]:
    """Contract, apply turn restrictions, keep the largest strongly connected part.

    Raises
    ------
    ValueError
        Where no road is left, that is, nothing can be driven there and back.
    """
    nodes_of_way = _ways_without_gap(streets)
    vias = {restriction.via_node for restriction in streets.restrictions}
    for restriction in streets.restrictions:
        path = via_path(restriction, nodes_of_way)
        vias.update((*path[:1], *path[-1:]))
    pieces = list(contract(streets.streets, vias))
    ends = sorted({node for piece in pieces for node in (piece.nodes[0], piece.nodes[-1])})
    index_of = {reference: index for index, reference in enumerate(ends)}
    arcs, shapes = _directed(pieces, index_of)
    turns = split_at_restrictions(arcs, len(ends), streets.restrictions, index_of, nodes_of_way)
    graph = _connected_part(turns, arcs, shapes, streets)
    return graph, BuildReport(
        node_count=graph.node_count,
        arc_count=graph.arc_count,
        dropped_arc_count=len(arcs) - graph.arc_count,
        restriction_count=turns.applied_restrictions,
        unresolved_restriction_count=turns.unresolved_restrictions,
        unreadable_restriction_count=streets.unreadable_restrictions,
    )


def _ways_without_gap(streets: Streets) -> dict[int, tuple[int, ...]]:
    nodes_of_way: dict[int, tuple[int, ...]] = {}
    for street in streets.streets:
        nodes_of_way[street.way_id] = () if street.way_id in nodes_of_way else street.nodes
    return nodes_of_way


@dataclass(frozen=True, slots=True)
class _Shape:
    kmh: float
    boardable: bool


def _directed(pieces: list[Piece], index_of: dict[int, int]) -> tuple[list[DirectedArc], list[_Shape]]:
    arcs: list[DirectedArc] = []
    shapes: list[_Shape] = []
    for piece in pieces:
        start, end = index_of[piece.nodes[0]], index_of[piece.nodes[-1]]
        road = piece.road
        both = road.forward_kmh > 0 and road.backward_kmh > 0
        first = len(arcs)
        if road.forward_kmh > 0:
            reverse = first + 1 if both else -1
            arcs.append(DirectedArc(start, end, piece.ways, reverse, piece.nodes, road.turns_round))
            shapes.append(_Shape(road.forward_kmh, road.boardable))
        if road.backward_kmh > 0:
            reverse = first if both else -1
            nodes, ways = piece.nodes[::-1], piece.ways[::-1]
            arcs.append(DirectedArc(end, start, ways, reverse, nodes, road.turns_round))
            shapes.append(_Shape(road.backward_kmh, road.boardable))
    return arcs, shapes


def _connected_part(
    turns: TurnGraph, arcs: list[DirectedArc], shapes: list[_Shape], streets: Streets
) -> RoadGraph:
    positions = streets.positions
    links, heads = _without_traps(turns)
    if not links:
        raise ValueError("no road can be driven there and back")
    new_node = {node: index for index, node in enumerate(sorted({link.tail for link in links}))}
    kept_arcs = sorted(heads)
    new_arc = {arc: index for index, arc in enumerate(kept_arcs)}

    position_of_node = {}
    for arc in kept_arcs:
        position_of_node[arcs[arc].tail] = positions[arcs[arc].nodes[0]]
        position_of_node[arcs[arc].head] = positions[arcs[arc].nodes[-1]]
    node_positions = [position_of_node[turns.node_of[node]] for node in new_node]
    points = [positions[node] for arc in kept_arcs for node in arcs[arc].nodes]
    lengths_m = [_length_m([positions[node] for node in arcs[arc].nodes]) for arc in kept_arcs]
    labels = [streets.labels[arcs[arc].ways[0]] for arc in kept_arcs]
    names = [list(_names_along(arcs[arc], streets)) for arc in kept_arcs]
    numbers, first_name_byte, name_bytes = packed_names([name for along in names for _, name in along])
    link_counts = np.bincount([new_node[link.tail] for link in links], minlength=len(new_node))
    return RoadGraph(
        first_link=_offsets(link_counts),
        link_arc=np.array([new_arc[link.arc] for link in links], np.int32),
        link_head=np.array([new_node[link.head] for link in links], np.int32),
        node_latitude_e7=np.array([latitude for latitude, _ in node_positions], np.int32),
        node_longitude_e7=np.array([longitude for _, longitude in node_positions], np.int32),
        arc_head=np.array([new_node[heads[arc]] for arc in kept_arcs], np.int32),
        arc_reverse=np.array([new_arc.get(arcs[arc].reverse, -1) for arc in kept_arcs], np.int32),
        arc_ms=np.array(
            [
                max(1, round(length_m / shapes[arc].kmh * 3600))
                for arc, length_m in zip(kept_arcs, lengths_m, strict=True)
            ],
            np.int32,
        ),
        arc_cm=np.array([max(1, round(length_m * 100)) for length_m in lengths_m], np.int32),
        arc_boardable=np.array([shapes[arc].boardable for arc in kept_arcs], np.bool_),
        arc_highway=np.array([_highway_number(label) for label in labels], np.uint8),
        arc_roundabout=np.array([label.roundabout for label in labels], np.bool_),
        first_name=_offsets(np.array([len(along) for along in names])),
        name_point=np.array([point for along in names for point, _ in along], np.int32),
        name_number=numbers,
        first_name_byte=first_name_byte,
        name_bytes=name_bytes,
        first_point=_offsets(np.array([len(arcs[arc].nodes) for arc in kept_arcs])),
        point_latitude_e7=np.array([latitude for latitude, _ in points], np.int32),
        point_longitude_e7=np.array([longitude for _, longitude in points], np.int32),
    )


def _without_traps(turns: TurnGraph) -> tuple[list[Link], dict[int, int]]:
    """Links that lead back to the largest strongly connected part, and the heads of its arcs."""
    successors: list[list[int]] = [[] for _ in turns.node_of]
    for link in turns.links:
        successors[link.tail].append(link.head)
    component = largest_strong_component(successors)
    inside = [link for link in turns.links if link.tail in component and link.head in component]
    kept_arcs = {link.arc for link in inside}
    usable = [link for link in turns.links if link.arc in kept_arcs]
    # Those who set off in the middle of a road have less to remember than any who come by: they may be at
    # copies that nobody else comes to.
    returning = _reachable(component, ((link.head, link.tail) for link in usable))
    starts = {turns.head_of[arc] for arc in kept_arcs} & returning
    steps = ((link.tail, link.head) for link in usable if link.head in returning)
    nodes = _reachable(component | starts, steps)
    links = sorted(link for link in usable if link.tail in nodes and link.head in nodes)
    some_head = {link.arc: link.head for link in reversed(inside)}
    heads = {arc: turns.head_of[arc] if turns.head_of[arc] in nodes else some_head[arc] for arc in kept_arcs}
    return links, heads


def _reachable(starts: Collection[int], steps: Iterable[tuple[int, int]]) -> set[int]:
    following: defaultdict[int, list[int]] = defaultdict(list)
    for node, other in steps:
        following[node].append(other)
    found = set(starts)
    waiting = list(starts)
    while waiting:
        for other in following[waiting.pop()]:
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _names_along(arc: DirectedArc, streets: Streets) -> Iterator[tuple[int, str]]:
    """Names along an arc, each with the number of the shape point it begins at."""
    called = None
    for point, way in enumerate(arc.ways):
        name = streets.labels[way].name
        if name != called:
            yield point, name
        called = name


def _highway_number(label: Label) -> int:
    return HIGHWAYS.index(label.highway if label.highway in HIGHWAYS else "other")


def _offsets(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


def _length_m(points: list[tuple[int, int]]) -> float:
    degrees = ((latitude / 1e7, longitude / 1e7) for latitude, longitude in points)
    return sum(great_circle_m(*start, *end) for start, end in pairwise(degrees))
