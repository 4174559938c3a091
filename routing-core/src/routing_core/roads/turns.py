"""Turn restrictions by splitting: an arc with forbidden exits ends at a copy of its head of its own.

The copy has only the exits that are allowed to those who come along that arc. Turning round on the spot
(leaving by the reverse of the arc) is not among them, unless nothing else is left. Elsewhere a driver may
turn round at any node, as drivers of small buses do, but not along a road: nodes are junctions, dead ends
and places where the road changes. On a fastest way this happens only to get round a restriction.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from routing_core.roads.osm import Restriction, RestrictionKind


class DirectedArc(NamedTuple):
    """One drivable direction of a piece. ``reverse`` is the index of the other direction, or -1."""

    tail: int
    head: int
    first_way: int
    last_way: int
    reverse: int


class Link(NamedTuple):
    """The use of an arc from a node or from one of its copies."""

    tail: int
    arc: int


@dataclass(slots=True)
class TurnGraph:
    """Nodes with copies, and the links between them.

    ``node_of`` is the original node by graph node, ``head_of`` the graph node by arc.
    ``unresolved_restrictions`` counts those whose ways do not meet at their via node, or meet it twice.
    """

    node_of: list[int]
    head_of: list[int]
    links: list[Link]
    applied_restrictions: int = 0
    unresolved_restrictions: int = 0
    forbidden: dict[int, set[int]] = field(default_factory=dict)


def split_at_restrictions(
    arcs: Sequence[DirectedArc],
    node_count: int,
    restrictions: Sequence[Restriction],
    index_of: dict[int, int],
) -> TurnGraph:
    """Make the graph in which every walk obeys the turn restrictions.

    Parameters
    ----------
    index_of
        Node index by node reference, for the via nodes.
    """
    graph = TurnGraph(node_of=list(range(node_count)), head_of=[arc.head for arc in arcs], links=[])
    exits: defaultdict[int, list[int]] = defaultdict(list)
    entries: defaultdict[int, list[int]] = defaultdict(list)
    for index, arc in enumerate(arcs):
        exits[arc.tail].append(index)
        entries[arc.head].append(index)
        graph.links.append(Link(arc.tail, index))

    for restriction in restrictions:
        via = index_of.get(restriction.via_node, -1)
        sources = [arc for arc in entries[via] if arcs[arc].last_way == restriction.from_way]
        targets = [arc for arc in exits[via] if arcs[arc].first_way == restriction.to_way]
        if len(sources) != 1 or len(targets) != 1:
            graph.unresolved_restrictions += 1
            continue
        graph.applied_restrictions += 1
        forbidden = graph.forbidden.setdefault(sources[0], set())
        if restriction.kind is RestrictionKind.NO:
            forbidden.add(targets[0])
        else:
            forbidden.update(arc for arc in exits[via] if arc != targets[0])

    for source in sorted(graph.forbidden):
        arc = arcs[source]
        allowed = [arc_out for arc_out in exits[arc.head] if arc_out not in graph.forbidden[source]]
        onward = [arc_out for arc_out in allowed if arc_out != arc.reverse]
        copy = len(graph.node_of)
        graph.node_of.append(arc.head)
        graph.head_of[source] = copy
        graph.links.extend(Link(copy, arc_out) for arc_out in onward or allowed)
    return graph
