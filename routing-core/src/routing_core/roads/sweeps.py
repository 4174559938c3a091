"""Many ways at a time: up from each origin, then down over all that leads to any destination.

PHAST (Delling, Goldberg, Nowatzyk, Werneck 2013), restricted to the destinations' ancestors in the
elimination tree, for a batch of origins side by side: one row of costs per rank, one column per origin.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing_core.roads.compiled import compiled
from routing_core.roads.costs import COST_SHIFT, NO_COST, Int32s, Int64s
from routing_core.roads.elimination import Hierarchy
from routing_core.roads.walks import climb, forget
from routing_core.travel import UNREACHABLE

Costs = npt.NDArray[np.int64] | npt.NDArray[np.int32]

_NO_MS = NO_COST >> COST_SHIFT
_BLOCK = 16
"""Destinations to turn from columns into rows at a time: int32s that fill one cache line."""


@dataclass(frozen=True, slots=True)
class Descent:
    """All edges that lead down to some destinations, the ranks numbered anew from the top.

    Parameters
    ----------
    position
        (node_count,) row by rank, -1 for those that lead to no destination.
    first_edge, edge_row, edge_cost
        Edges down to each row by the row above they come from, and what they cost.
    """

    position: Int32s
    first_edge: Int32s
    edge_row: Int32s
    edge_cost: Costs


def descent(hierarchy: Hierarchy, down_cost: Int64s, ranks: Int32s, kind: Costs) -> Descent:
    """The part of the hierarchy above some ranks.

    Parameters
    ----------
    kind
        An empty array of the type that costs are wanted in: int64, or int32 for milliseconds alone.
    """
    arrays = _select(hierarchy.parent, hierarchy.first_edge, hierarchy.edge_high, down_cost, ranks, kind)
    return Descent(*arrays)


@compiled
def shift_of(costs: Costs) -> int:
    """By how many bits costs of a type are shorter than packed ones."""
    return 64 - 8 * costs.itemsize


@compiled
def _select(
    parent: Int32s, first_edge: Int32s, edge_high: Int32s, down_cost: Int64s, ranks: Int32s, kind: Costs
) -> tuple[Int32s, Int32s, Int32s, Costs]:
    node_count = len(parent)
    position = np.full(node_count, -1, np.int32)
    size = 0
    edge_count = 0
    for rank in ranks:
        at = rank
        while at < node_count and position[at] < 0:
            position[at] = 0
            size += 1
            edge_count += first_edge[at + 1] - first_edge[at]
            at = parent[at]
    first = np.empty(size + 1, np.int32)
    rows = np.empty(edge_count, np.int32)
    costs = np.empty(edge_count, kind.dtype)
    shift = shift_of(kind)
    first[0] = 0
    row = 0
    count = 0
    for at in range(node_count - 1, -1, -1):
        if position[at] < 0:
            continue
        position[at] = row
        row += 1
        for edge in range(first_edge[at], first_edge[at + 1]):
            rows[count] = position[edge_high[edge]]
            costs[count] = down_cost[edge] >> shift
            count += 1
        first[row] = count
    return position, first, rows, costs


@compiled
def ascend(
    parent: Int32s,
    first_edge: Int32s,
    edge_high: Int32s,
    up_cost: Int64s,
    first: Int32s,
    ranks: Int32s,
    seed_costs: Int64s,
    begin: int,
    position: Int32s,
    costs: Int64s,
    steps: Int32s,
    path: Int32s,
    table: Costs,
) -> None:
    """Search upwards from a batch of origins, and put what they reach into the table.

    Parameters
    ----------
    first, ranks, seed_costs
        The origins, see :class:`~routing_core.roads.ends.Ends`; ``begin`` is the first one of the batch.
    position
        Row by rank, see :class:`Descent`.
    costs, steps, path
        (node_count,) room to work in, see :func:`~routing_core.roads.walks.climb`.
    table
        (row_count, batch_size) to fill.
    """
    shift = shift_of(table)
    table[:] = NO_COST >> shift
    for column in range(table.shape[1]):
        entries = slice(first[begin + column], first[begin + column + 1])
        size = climb(
            parent, first_edge, edge_high, up_cost, ranks[entries], seed_costs[entries], costs, steps, path
        )
        for index in range(size):
            row = position[path[index]]
            if row >= 0:
                table[row, column] = costs[path[index]] >> shift
        forget(costs, path, size)


@compiled
def descend(first_edge: Int32s, edge_row: Int32s, edge_cost: Costs, table: Costs) -> None:
    """Bring costs down, row by row; see :class:`Descent`."""
    width = table.shape[1]
    for row in range(len(first_edge) - 1):
        here = table[row]
        for edge in range(first_edge[row], first_edge[row + 1]):
            above = table[edge_row[edge]]
            cost = edge_cost[edge]
            for column in range(width):
                here[column] = min(here[column], above[column] + cost)


@compiled
def collect(first: Int32s, ranks: Int32s, ahead: Int64s, position: Int32s, table: Costs, best: Costs) -> None:
    """Costs to the destinations: the least over all ranks they are come to from.

    Parameters
    ----------
    first, ranks, ahead
        The destinations, see :class:`~routing_core.roads.ends.Ends`.
    best
        (destination_count, batch_size) to fill.
    """
    width = table.shape[1]
    shift = shift_of(table)
    best[:] = NO_COST >> shift
    for point in range(len(first) - 1):
        here = best[point]
        for entry in range(first[point], first[point + 1]):
            row = table[position[ranks[entry]]]
            cost = best.dtype.type(ahead[entry] >> shift)
            for column in range(width):
                here[column] = min(here[column], row[column] + cost)


@compiled
def read_times(best: Costs, begin: int, seconds: Int32s) -> None:
    """Whole seconds, rounded up, of a batch of origins; ``UNREACHABLE`` where there is no way.

    Parameters
    ----------
    best
        (destination_count, batch_size) costs.
    begin
        The first row of the batch.
    seconds
        (origin_count, destination_count) to fill.
    """
    shift = COST_SHIFT - shift_of(best)
    width = best.shape[1]
    read = np.empty((_BLOCK, width), np.int32)
    for block in range(0, best.shape[0], _BLOCK):
        count = min(_BLOCK, best.shape[0] - block)
        # Dividing along rows and turning them afterwards lets the first of the two be vectorised.
        for point in range(count):
            costs, here = best[block + point], read[point]
            for column in range(width):
                ms = np.uint32(costs[column] >> shift)
                whole_s = np.int32((ms + np.uint32(999)) // np.uint32(1000))
                here[column] = UNREACHABLE if ms >= _NO_MS else whole_s
        for column in range(width):
            row = seconds[begin + column]
            for point in range(count):
                row[block + point] = read[point, column]


@compiled
def read_lengths(best: Int64s, begin: int, metres: Int32s) -> None:
    """Whole metres, rounded to the nearest, see :func:`read_times`."""
    for block in range(0, best.shape[0], _BLOCK):
        end = min(block + _BLOCK, best.shape[0])
        for column in range(best.shape[1]):
            row = metres[begin + column]
            for point in range(block, end):
                cost = best[point, column]
                cm = np.uint32(cost & 0xFFFFFFFF)
                row[point] = UNREACHABLE if cost >= NO_COST else (cm + np.uint32(50)) // np.uint32(100)


@compiled
def down_to_all(first_edge: Int32s, edge_high: Int32s, down_cost: Int64s, costs: Int64s) -> None:
    """Bring the costs of one search upwards down to every rank, in place."""
    for low in range(len(first_edge) - 2, -1, -1):
        cost = costs[low]
        for edge in range(first_edge[low], first_edge[low + 1]):
            cost = min(cost, costs[edge_high[edge]] + down_cost[edge])
        costs[low] = cost
