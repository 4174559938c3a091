"""Read an OpenStreetMap extract (.osm, .osm.bz2, .osm.pbf) into the streets a car can use."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import osmium

from routing_core.roads.errors import BrokenExtract
from routing_core.roads.tags import CarRoad, blocks_cars, car_road


class Street(NamedTuple):
    """A stretch of one way without a gap: node references in order, and how a car may use it."""

    way_id: int
    nodes: tuple[int, ...]
    road: CarRoad


class RestrictionKind(Enum):
    NO = "no"
    ONLY = "only"


class Restriction(NamedTuple):
    """A turn that is forbidden, or the only one allowed, from one way into another at a node."""

    kind: RestrictionKind
    from_way: int
    via_node: int
    to_way: int


@dataclass(frozen=True, slots=True)
class Streets:
    """The drivable part of an extract, as mapped.

    Parameters
    ----------
    positions
        (latitude, longitude) in units of 1e-7 degrees by node reference. References below zero stand
        for the far side of a barrier and share the position of the barrier.
    restrictions_with_way_via
        How many turn restrictions lead over a way instead of a node; these are not supported.
    unreadable_restrictions
        How many lack a member, or have a kind or a condition that is not understood.
    """

    positions: dict[int, tuple[int, int]]
    streets: tuple[Street, ...]
    restrictions: tuple[Restriction, ...]
    restrictions_with_way_via: int
    unreadable_restrictions: int


def read_streets(path: Path) -> Streets:
    """Read all streets a car can use, and the turn restrictions between them.

    Nodes whose position is not in the extract (ways that leave it) cut their way.

    Raises
    ------
    BrokenExtract
        Where the file is missing, damaged, or without any street.
    """
    if not path.is_file():
        raise BrokenExtract(path, "no such file")
    reader = _Reader()
    wanted = osmium.filter.KeyFilter("highway", "barrier", "restriction")
    try:
        for entity in osmium.FileProcessor(str(path)).with_locations().with_filter(wanted):
            reader.take(entity)
    except RuntimeError as error:
        raise BrokenExtract(path, str(error)) from error
    if not reader.streets:
        raise BrokenExtract(path, "no street a car can use")
    return Streets(
        positions=reader.positions,
        streets=tuple(reader.streets),
        restrictions=tuple(reader.restrictions),
        restrictions_with_way_via=reader.way_vias,
        unreadable_restrictions=reader.unreadable,
    )


class _Reader:
    def __init__(self) -> None:
        self.positions: dict[int, tuple[int, int]] = {}
        self.streets: list[Street] = []
        self.restrictions: list[Restriction] = []
        self.way_vias = 0
        self.unreadable = 0
        self._barriers: set[int] = set()
        self._last_far_side = 0

    def take(self, entity: Any) -> None:  # osmium hands out objects of no common type
        if entity.is_node():
            if blocks_cars(dict(entity.tags)):
                self._barriers.add(entity.id)
        elif entity.is_way():
            road = car_road(dict(entity.tags))
            if road is not None:
                for nodes in self._stretches(entity):
                    self.streets.append(Street(entity.id, nodes, road))
        elif entity.tags.get("type") == "restriction":
            self._take_restriction(entity)

    def _stretches(self, way: Any) -> Iterator[tuple[int, ...]]:
        """Cut a way at unknown positions and at barriers; a repeated node counts once."""
        stretch: list[int] = []
        for node in way.nodes:
            if not node.location.valid():
                if len(stretch) > 1:
                    yield tuple(stretch)
                stretch = []
                continue
            position = (round(node.lat * 1e7), round(node.lon * 1e7))
            if stretch and stretch[-1] == node.ref:
                continue
            if node.ref in self._barriers:
                stretch.append(self._far_side(position))
                if len(stretch) > 1:
                    yield tuple(stretch)
                stretch = [self._far_side(position)]
                continue
            self.positions[node.ref] = position
            stretch.append(node.ref)
        if len(stretch) > 1:
            yield tuple(stretch)

    def _far_side(self, position: tuple[int, int]) -> int:
        """A node of its own on either side of a barrier, so that nothing leads through."""
        self._last_far_side -= 1
        self.positions[self._last_far_side] = position
        return self._last_far_side

    def _take_restriction(self, relation: Any) -> None:
        tags = dict(relation.tags)
        if "motorcar" in tags.get("except", "").split(";"):
            return
        kind = tags.get("restriction", "").partition("_")[0]
        members: dict[str, list[tuple[str, int]]] = {"from": [], "via": [], "to": []}
        for member in relation.members:
            members.setdefault(member.role, []).append((member.type, member.ref))
        sources, vias, targets = members["from"], members["via"], members["to"]
        if any(kind_of_member == "w" for kind_of_member, _ in vias):
            self.way_vias += 1
            return
        if kind not in ("no", "only") or not sources or not targets or len(vias) != 1:
            self.unreadable += 1
            return
        for _, from_way in sources:
            for _, to_way in targets:
                self.restrictions.append(Restriction(RestrictionKind(kind), from_way, vias[0][1], to_way))
