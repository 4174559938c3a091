"""The part of a hierarchy that leads down to some points, laid out to be swept over.

PHAST (Delling, Goldberg, Nowatzyk, Werneck 2013) brings costs down from the top of a hierarchy; here it is
restricted to the points' ancestors in the elimination tree. The ranks of a hierarchy walk that tree depth
first. So the ranks above the one just come to are all on one branch, and a *slot* for each depth of the tree
is all the room that the sweep needs, whatever the number of ranks.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from routing_core.roads.compiled import compiled
from routing_core.roads.costs import NO_COST, Int32s, Int64s
from routing_core.roads.elimination import Hierarchy
from routing_core.roads.ends import Ends

Costs = npt.NDArray[np.int64] | npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


class Descent(NamedTuple):
    """All edges that lead down to some points, the ranks numbered anew from the top as *rows*.

    Parameters
    ----------
    row
        (node_count,) row by rank, -1 for those that lead to no point.
    slot, slot_count
        (row_count,) how deep each row is in the tree, and the depth of the deepest plus 1.
    first_edge, edge_slot, edge_cost
        Edges down to each row that are open: the slots they come from, and what they cost.
    first_entry, entry_point, entry_cost
        The entries of the points by row, see :class:`~routing_core.roads.ends.Ends`.
    entry_begins, entry_ends
        Whether an entry is the first one of its point, and the last one.
    entry_place, place_count
        Where a point's costs are kept from its first entry to its last one; few are kept at a time.
    """

    row: Int32s
    slot: Int32s
    slot_count: int
    first_edge: Int32s
    edge_slot: Int32s
    edge_cost: Costs
    first_entry: Int32s
    entry_point: Int32s
    entry_cost: Costs
    entry_begins: Bools
    entry_ends: Bools
    entry_place: Int32s
    place_count: int


def descent(hierarchy: Hierarchy, edge_cost: Int64s, points: Ends, kind: Costs) -> Descent:
    """The part of the hierarchy above some points.

    Parameters
    ----------
    edge_cost
        Of the hierarchy's edges: downwards where the points are destinations, upwards for origins.
    kind
        An empty array of the type that costs are wanted in: int64, or int32 for milliseconds alone.
    """
    row, slot, first_edge, edge_slot, cost = _select(
        hierarchy.parent, hierarchy.first_edge, hierarchy.edge_high, edge_cost, points.ranks, kind
    )
    slot_count = int(slot.max(initial=-1)) + 1
    return Descent(row, slot, slot_count, first_edge, edge_slot, cost, *_by_row(points, row, len(slot), kind))


@compiled
def shift_of(costs: Costs) -> int:
    """By how many bits costs of a type are shorter than packed ones."""
    return 64 - 8 * costs.itemsize


@compiled
def _select(
    parent: Int32s, first_edge: Int32s, edge_high: Int32s, edge_cost: Int64s, ranks: Int32s, kind: Costs
) -> tuple[Int32s, Int32s, Int32s, Int32s, Costs]:
    node_count = len(parent)
    row = np.full(node_count, -1, np.int32)
    row_count = 0
    edge_count = 0
    for rank in ranks:
        at = rank
        while at < node_count and row[at] < 0:
            row[at] = 0
            row_count += 1
            edge_count += first_edge[at + 1] - first_edge[at]
            at = parent[at]
    slot = np.empty(row_count, np.int32)
    first = np.empty(row_count + 1, np.int32)
    slots = np.empty(edge_count, np.int32)
    costs = np.empty(edge_count, kind.dtype)
    shift = shift_of(kind)
    first[0] = 0
    row_count = edge_count = 0
    for at in range(node_count - 1, -1, -1):
        if row[at] < 0:
            continue
        row[at] = row_count
        slot[row_count] = slot[row[parent[at]]] + 1 if parent[at] < node_count else 0
        row_count += 1
        for edge in range(first_edge[at], first_edge[at + 1]):
            if edge_cost[edge] < NO_COST:
                slots[edge_count] = slot[row[edge_high[edge]]]
                costs[edge_count] = edge_cost[edge] >> shift
                edge_count += 1
        first[row_count] = edge_count
    return row, slot, first, slots[:edge_count].copy(), costs[:edge_count].copy()


@compiled
def _by_row(
    points: Ends, row: Int32s, row_count: int, kind: Costs
) -> tuple[Int32s, Int32s, Costs, Bools, Bools, Int32s, int]:
    entry_count = len(points.ranks)
    point_count = len(points.first) - 1
    first = np.zeros(row_count + 1, np.int32)
    for rank in points.ranks:
        first[row[rank] + 1] += 1
    for number in range(row_count):
        first[number + 1] += first[number]
    free = first[:-1].copy()
    point_of = np.empty(entry_count, np.int32)
    costs = np.empty(entry_count, kind.dtype)
    shift = shift_of(kind)
    for point in range(point_count):
        for entry in range(points.first[point], points.first[point + 1]):
            at = free[row[points.ranks[entry]]]
            free[row[points.ranks[entry]]] += 1
            point_of[at] = point
            costs[at] = points.costs[entry] >> shift
    begins = np.zeros(entry_count, np.bool_)
    ends = np.zeros(entry_count, np.bool_)
    places = np.empty(entry_count, np.int32)
    place_of = np.full(point_count, -1, np.int32)
    passed = np.zeros(point_count, np.int32)
    left = np.empty(point_count, np.int32)
    left_count = place_count = 0
    for at in range(entry_count):
        point = point_of[at]
        if passed[point] == 0:
            begins[at] = True
            if left_count > 0:
                left_count -= 1
                place_of[point] = left[left_count]
            else:
                place_of[point] = place_count
                place_count += 1
        places[at] = place_of[point]
        passed[point] += 1
        if passed[point] == points.first[point + 1] - points.first[point]:
            ends[at] = True
            left[left_count] = place_of[point]
            left_count += 1
    return first, point_of, costs, begins, ends, places, place_count


@compiled
def down_to_all(first_edge: Int32s, edge_high: Int32s, down_cost: Int64s, costs: Int64s) -> None:
    """Bring the costs of one search upwards down to every rank, in place."""
    for low in range(len(first_edge) - 2, -1, -1):
        cost = costs[low]
        for edge in range(first_edge[low], first_edge[low + 1]):
            cost = min(cost, costs[edge_high[edge]] + down_cost[edge])
        costs[low] = cost
