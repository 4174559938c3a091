"""Contract chains of shape nodes: what remains are junctions, ends, and places where the road changes."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import NamedTuple

from routing_core.roads.osm import Street
from routing_core.roads.tags import RoadUse


class Piece(NamedTuple):
    """A road between two kept nodes, the same all along; ``road`` counts forward from the first node.

    ``ways`` tells the way between each node and the next one.
    """

    nodes: tuple[int, ...]
    road: RoadUse
    ways: tuple[int, ...]


class _Segment(NamedTuple):
    start: int
    end: int
    way_id: int
    road: RoadUse

    def road_from(self, node: int) -> RoadUse:
        return self.road if node == self.start else _mirrored(self.road)

    def road_towards(self, node: int) -> RoadUse:
        return self.road if node == self.end else _mirrored(self.road)

    def other_end(self, node: int) -> int:
        return self.end if node == self.start else self.start


def contract(streets: Collection[Street], always_kept: Collection[int]) -> Iterator[Piece]:
    """Join segments at nodes of degree two, unless their use changes there.

    Parameters
    ----------
    always_kept
        Nodes to keep whatever their degree, as turn restrictions need their via nodes.
    """
    segments = [
        _Segment(start, end, street.way_id, street.road)
        for street in streets
        for start, end in pairwise(street.nodes)
    ]
    incident: defaultdict[int, list[int]] = defaultdict(list)
    for index, segment in enumerate(segments):
        incident[segment.start].append(index)
        incident[segment.end].append(index)

    kept = set(always_kept)
    for node, indices in incident.items():
        if len(indices) != 2 or _road_changes(node, segments[indices[0]], segments[indices[1]]):
            kept.add(node)

    visited = [False] * len(segments)

    def walk(node: int, index: int) -> Piece:
        road = segments[index].road_from(node)
        ways: list[int] = []
        nodes = [node]
        while True:
            visited[index] = True
            node = segments[index].other_end(node)
            nodes.append(node)
            ways.append(segments[index].way_id)
            if node in kept:
                return Piece(tuple(nodes), road, tuple(ways))
            one, other = incident[node]
            index = other if index == one else one

    for node in sorted(kept):
        for index in incident.get(node, ()):
            if not visited[index]:
                yield walk(node, index)
    # What is left are rings without any junction.
    for index, segment in enumerate(segments):
        if not visited[index]:
            kept.add(segment.start)
            yield walk(segment.start, index)


def _mirrored(road: RoadUse) -> RoadUse:
    return road._replace(forward_kmh=road.backward_kmh, backward_kmh=road.forward_kmh)


def _road_changes(node: int, one: _Segment, other: _Segment) -> bool:
    return one.road_towards(node) != other.road_from(node)
