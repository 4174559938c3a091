"""Turn restrictions by splitting: who must remember the way he came arrives at a copy of the node.

A copy has only the exits that are allowed to those who came along a certain arc, or along several in a row.
Where a turn is restricted, turning round on the spot (leaving by the reverse of the arc) is not among them
either, unless nothing else is left. Elsewhere a driver may turn round at any node, as drivers of small buses
do, but not along a road: nodes are junctions, dead ends and places where the road changes. On a fastest way
this happens only to get round a restriction. Large vehicles turn round only where there is room for it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from routing_core.roads.osm import Restriction, RestrictionKind


class DirectedArc(NamedTuple):
    """One usable direction of a piece.

    ``reverse`` is the index of the other direction, or -1; ``nodes`` are references in driving order, and
    ``ways`` the ways between them.
    """

    tail: int
    head: int
    ways: tuple[int, ...]
    reverse: int
    nodes: tuple[int, ...]
    turns_round: bool = True


class Link(NamedTuple):
    """The use of an arc from a node or from one of its copies, and the node or copy it ends at."""

    tail: int
    arc: int
    head: int


class _Rule(NamedTuple):
    """After these arcs, one after the other, none of the forbidden ones may follow."""

    arcs: tuple[int, ...]
    forbidden: frozenset[int]


_Pending = frozenset[tuple[int, int]]
"""Rules and how many of their arcs have been driven."""


class _Copy(NamedTuple):
    """A node as those see it who have to remember something."""

    node: int
    exits: tuple[int, ...]
    pending: _Pending


@dataclass(slots=True)
class TurnGraph:
    """Nodes with copies, and the links between them.

    ``node_of`` is the original node by graph node, ``head_of`` the graph node by arc for those who set off
    on the arc. ``unresolved_restrictions`` counts those whose ways do not meet, or meet twice.
    """

    node_of: list[int]
    head_of: list[int]
    links: list[Link] = field(default_factory=list)
    applied_restrictions: int = 0
    unresolved_restrictions: int = 0


def split_at_restrictions(
    arcs: Sequence[DirectedArc],
    node_count: int,
    restrictions: Sequence[Restriction],
    index_of: Mapping[int, int],
    nodes_of_way: Mapping[int, tuple[int, ...]],
) -> TurnGraph:
    """Make the graph in which every walk obeys the turn restrictions.

    Parameters
    ----------
    index_of
        Node index by node reference, for the via nodes.
    nodes_of_way
        Node references of the ways that restrictions lead over.
    """
    return _Splitter(arcs, node_count, index_of).split(restrictions, nodes_of_way)


class _Splitter:
    def __init__(self, arcs: Sequence[DirectedArc], node_count: int, index_of: Mapping[int, int]) -> None:
        self._arcs = arcs
        self._node_count = node_count
        self._index_of = index_of
        self._exits: defaultdict[int, list[int]] = defaultdict(list)
        self._entries: defaultdict[int, list[int]] = defaultdict(list)
        for index, arc in enumerate(arcs):
            self._exits[arc.tail].append(index)
            self._entries[arc.head].append(index)
        self._rules: list[_Rule] = []
        self._rules_from: defaultdict[int, list[int]] = defaultdict(list)
        self._number_of: dict[_Copy, int] = {}
        self._copies: list[_Copy] = []

    def split(
        self, restrictions: Sequence[Restriction], nodes_of_way: Mapping[int, tuple[int, ...]]
    ) -> TurnGraph:
        graph = TurnGraph(list(range(self._node_count)), [])
        for restriction in restrictions:
            rule = self._rule(restriction, nodes_of_way)
            if rule is None:
                graph.unresolved_restrictions += 1
                continue
            graph.applied_restrictions += 1
            self._rules_from[rule.arcs[0]].append(len(self._rules))
            self._rules.append(rule)
        nothing: _Pending = frozenset()
        graph.head_of = [self._after(index, nothing) for index in range(len(self._arcs))]
        graph.links = [Link(arc.tail, index, graph.head_of[index]) for index, arc in enumerate(self._arcs)]
        done = 0
        while done < len(self._copies):
            copy = self._copies[done]
            tail = self._node_count + done
            graph.links.extend(Link(tail, arc, self._after(arc, copy.pending)) for arc in copy.exits)
            graph.node_of.append(copy.node)
            done += 1
        return graph

    def _after(self, arc: int, pending: _Pending) -> int:
        """The node or copy one is at after an arc, with what had to be remembered before it."""
        driven = {(rule, count + 1) for rule, count in pending if self._rules[rule].arcs[count] == arc}
        driven.update((rule, 1) for rule in self._rules_from[arc])
        complete = [rule for rule, count in driven if count == len(self._rules[rule].arcs)]
        forbidden = frozenset().union(*(self._rules[rule].forbidden for rule in complete))
        node = self._arcs[arc].head
        allowed = [following for following in self._exits[node] if following not in forbidden]
        exits = allowed
        if complete or not self._arcs[arc].turns_round:
            onward = [following for following in allowed if following != self._arcs[arc].reverse]
            exits = onward or allowed
        remembered = frozenset((rule, count) for rule, count in driven if rule not in complete)
        if not remembered and len(exits) == len(self._exits[node]):
            return node
        copy = _Copy(node, tuple(exits), remembered)
        number = self._number_of.get(copy)
        if number is None:
            number = self._number_of[copy] = self._node_count + len(self._copies)
            self._copies.append(copy)
        return number

    def _rule(self, restriction: Restriction, nodes_of_way: Mapping[int, tuple[int, ...]]) -> _Rule | None:
        vias: tuple[int, ...] = ()
        if restriction.via_ways:
            path = via_path(restriction, nodes_of_way)
            ways = [self._via(restriction, nodes) for nodes in (path, path[::-1])]
            found = [way for way in ways if way is not None]
            if len(found) != 1 or path[0] == path[-1]:
                return None
            source: int | None
            source, vias, via = found[0]
        else:
            via = self._index_of.get(restriction.via_node, -1)
            source = self._only_one(self._entries[via], restriction.from_way, incoming=True)
        target = self._only_one(self._exits[via], restriction.to_way, incoming=False)
        if source is None or target is None:
            return None
        others = frozenset(arc for arc in self._exits[via] if arc != target)
        return _Rule(
            (source, *vias), frozenset({target}) if restriction.kind is RestrictionKind.NO else others
        )

    def _via(
        self, restriction: Restriction, nodes: tuple[int, ...]
    ) -> tuple[int, tuple[int, ...], int] | None:
        """The arc into a chain of ways, the arcs along it, and the node it ends at."""
        if len(nodes) < 2 or nodes[0] not in self._index_of or nodes[-1] not in self._index_of:
            return None
        source = self._only_one(self._entries[self._index_of[nodes[0]]], restriction.from_way, incoming=True)
        if source is None:
            return None
        end = self._index_of[nodes[-1]]
        if self._only_one(self._exits[end], restriction.to_way, incoming=False) is None:
            return None
        vias: list[int] = []
        at = 0
        while at < len(nodes) - 1:
            for arc in self._exits[self._index_of[nodes[at]]]:
                shape = self._arcs[arc].nodes
                if nodes[at : at + len(shape)] == shape:
                    vias.append(arc)
                    at += len(shape) - 1
                    break
            else:
                return None
        return source, tuple(vias), end

    def _only_one(self, candidates: Sequence[int], way: int, *, incoming: bool) -> int | None:
        found = [arc for arc in candidates if self._arcs[arc].ways[-1 if incoming else 0] == way]
        return found[0] if len(found) == 1 else None


def via_path(restriction: Restriction, nodes_of_way: Mapping[int, tuple[int, ...]]) -> tuple[int, ...]:
    """Nodes along the ways a restriction leads over, end to end; empty where they do not meet."""
    parts = [nodes_of_way.get(way, ()) for way in restriction.via_ways]
    if not parts or not all(len(part) > 1 for part in parts):
        return ()
    path = list(parts[0])
    for part in parts[1:]:
        if path[-1] not in (part[0], part[-1]):
            path.reverse()
        if path[-1] == part[0]:
            path.extend(part[1:])
        elif path[-1] == part[-1]:
            path.extend(part[-2::-1])
        else:
            return ()
    return tuple(path)
