"""Read an OpenStreetMap extract (.osm, .osm.bz2, .osm.pbf) into the streets a profile can use."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import osmium

from routing_core.roads.errors import BrokenExtract
from routing_core.roads.profile import Profile, load_profile
from routing_core.roads.sphere import great_circle_m
from routing_core.roads.tags import RoadUse, blocks, ferry_use, road_use

FERRY = "ferry"


class Street(NamedTuple):
    """A stretch of one way without a gap: node references in order, and how it may be used."""

    way_id: int
    nodes: tuple[int, ...]
    road: RoadUse


class Label(NamedTuple):
    """What people call a way, which class it is of, and whether it leads round a roundabout."""

    name: str
    highway: str
    roundabout: bool


class RestrictionKind(Enum):
    NO = "no"
    ONLY = "only"


class Restriction(NamedTuple):
    """A turn that is forbidden, or the only one allowed, from one way into another.

    It is made at the node ``via_node``, or by driving along ``via_ways`` in between; then ``via_node`` is 0.
    """

    kind: RestrictionKind
    from_way: int
    via_node: int
    to_way: int
    via_ways: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Streets:
    """The usable part of an extract, as mapped.

    Parameters
    ----------
    positions
        (latitude, longitude) in units of 1e-7 degrees by node reference. References below zero stand
        for the far side of a barrier and share the position of the barrier.
    labels
        By way.
    unreadable_restrictions
        How many lack a member, or have a kind or a condition that is not understood.
    """

    positions: dict[int, tuple[int, int]]
    streets: tuple[Street, ...]
    labels: dict[int, Label]
    restrictions: tuple[Restriction, ...]
    unreadable_restrictions: int


def read_streets(path: Path, profile: Profile | None = None) -> Streets:
    """Read all streets a profile can use, and the turn restrictions between them.

    Nodes whose position is not in the extract (ways that leave it) cut their way.

    Parameters
    ----------
    profile
        A car where not given.

    Raises
    ------
    BrokenExtract
        Where the file is missing, damaged, or without any street.
    """
    if not path.is_file():
        raise BrokenExtract(path, "no such file")
    reader = _Reader(profile or load_profile("car"))
    wanted = osmium.filter.KeyFilter(*_KEYS)
    try:
        for entity in osmium.FileProcessor(str(path)).with_locations().with_filter(wanted):
            reader.take(entity)
    except RuntimeError as error:
        raise BrokenExtract(path, str(error)) from error
    if not reader.streets:
        raise BrokenExtract(path, f"no street for the profile {reader.profile.name!r}")
    return Streets(
        positions=reader.positions,
        streets=tuple(reader.streets),
        labels=reader.labels,
        restrictions=tuple(reader.restrictions),
        unreadable_restrictions=reader.unreadable,
    )


_KEYS = ("highway", "barrier", "route", "type", "maxheight", "maxwidth", "maxweight")


class _Reader:
    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.positions: dict[int, tuple[int, int]] = {}
        self.streets: list[Street] = []
        self.labels: dict[int, Label] = {}
        self.restrictions: list[Restriction] = []
        self.unreadable = 0
        self._barriers: set[int] = set()
        self._last_far_side = 0

    def take(self, entity: Any) -> None:  # osmium hands out objects of no common type
        if entity.is_node():
            if blocks(dict(entity.tags), self.profile):
                self._barriers.add(entity.id)
        elif entity.is_way():
            self._take_way(entity)
        elif entity.is_relation() and entity.tags.get("type") == "restriction":
            self._take_restriction(entity)

    def _take_way(self, way: Any) -> None:
        tags = dict(way.tags)
        use = road_use(tags, self.profile)
        if use is None and tags.get("route") == FERRY:
            use = ferry_use(tags, self.profile, _length_m(way))
        if use is None:
            return
        self.labels[way.id] = Label(
            tags.get("name") or tags.get("ref") or "",
            tags.get("highway", FERRY),
            tags.get("junction") in ("roundabout", "circular"),
        )
        for nodes in self._stretches(way):
            self.streets.append(Street(way.id, nodes, use))

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
        value = self._restriction_value(tags)
        if value is None:
            return
        kind = value.partition("_")[0]
        members: dict[str, list[tuple[str, int]]] = {"from": [], "via": [], "to": []}
        for member in relation.members:
            members.setdefault(member.role, []).append((member.type, member.ref))
        sources, vias, targets = members["from"], members["via"], members["to"]
        via_types = {member_type for member_type, _ in vias}
        over_node = via_types == {"n"} and len(vias) == 1
        if kind not in ("no", "only") or not sources or not targets or not (over_node or via_types == {"w"}):
            self.unreadable += 1
            return
        via_node = vias[0][1] if over_node else 0
        via_ways = () if over_node else tuple(way for _, way in vias)
        for _, from_way in sources:
            for _, to_way in targets:
                self.restrictions.append(
                    Restriction(RestrictionKind(kind), from_way, via_node, to_way, via_ways)
                )

    def _restriction_value(self, tags: Mapping[str, str]) -> str | None:
        """What the relation says to this profile; None where it does not speak to it."""
        profile = self.profile
        spared = {value.strip() for value in tags.get("except", "").split(";")}
        if not spared.isdisjoint(profile.restriction_exceptions):
            return None
        # The most specific key decides.
        found = [tags[key] for key in profile.restriction_keys if key in tags]
        if not found and profile.restriction_keys and not any(key.startswith("restriction") for key in tags):
            return ""
        return found[-1] if found else None


def _length_m(way: Any) -> float:
    places = [(node.lat, node.lon) for node in way.nodes if node.location.valid()]
    return sum(great_circle_m(*start, *end) for start, end in pairwise(places))
