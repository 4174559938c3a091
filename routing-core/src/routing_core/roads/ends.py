"""How points on roads hang on the hierarchy: the nodes they are left and come to by, and at what cost."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from routing_core.roads.compiled import compiled
from routing_core.roads.costs import NO_COST, Int32s, Int64s, part_of, rest_of

Int8s = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]


class RoadPoints(NamedTuple):
    """Points as arrays.

    Parameters
    ----------
    arcs
        (point_count,) int32, of the two of a two-way road the one with the lower number.
    fractions
        (point_count,) float64, how far along each, 0 to 1.
    approaches
        (point_count,) int8, see :class:`~routing_core.roads.snap.Approach`.
    """

    arcs: Int32s
    fractions: Floats
    approaches: Int8s


class Ends(NamedTuple):
    """Where ways begin, or how they come to their ends: some ranks per point, with a cost at each.

    Parameters
    ----------
    first
        (point_count + 1,) entries of point ``i`` are ``first[i]`` up to ``first[i + 1]``.
    ranks, costs
        (entry_count,) rank, and cost between it and the point.
    """

    first: Int32s
    ranks: Int32s
    costs: Int64s


@compiled
def ways_out(
    arcs: Int32s,
    fractions: Floats,
    approaches: Int8s,
    arc_reverse: Int32s,
    arc_cost: Int64s,
    arc_rank: Int32s,
) -> tuple[Int32s, Int32s, Int64s]:
    """Entries of origins: the ends of their roads; see :class:`Ends`.

    Parameters
    ----------
    arc_rank
        (arc_count,) the rank of the node an arc ends at.
    """
    first = np.zeros(len(arcs) + 1, np.int32)
    ranks = np.empty(2 * len(arcs), np.int32)
    costs = np.empty(2 * len(arcs), np.int64)
    size = 0
    for point in range(len(arcs)):
        arc = arcs[point]
        if approaches[point] >= 0:
            ranks[size] = arc_rank[arc]
            costs[size] = rest_of(arc_cost[arc], fractions[point])
            size += 1
        reverse = arc_reverse[arc]
        if approaches[point] <= 0 and reverse >= 0:
            ranks[size] = arc_rank[reverse]
            costs[size] = part_of(arc_cost[reverse], fractions[point])
            size += 1
        first[point + 1] = size
    return first, ranks[:size].copy(), costs[:size].copy()


@compiled
def ways_in(
    arcs: Int32s,
    fractions: Floats,
    approaches: Int8s,
    arc_reverse: Int32s,
    arc_cost: Int64s,
    first_tail: Int32s,
    tails: Int32s,
) -> tuple[Int32s, Int32s, Int64s]:
    """Entries of destinations: where their roads begin, with all copies; see :class:`Ends`.

    Parameters
    ----------
    first_tail, tails
        Ranks each arc may be got on at, by arc.
    """
    first = np.zeros(len(arcs) + 1, np.int32)
    size = 0
    for point in range(len(arcs)):
        arc = arcs[point]
        reverse = arc_reverse[arc]
        if approaches[point] >= 0:
            size += first_tail[arc + 1] - first_tail[arc]
        if approaches[point] <= 0 and reverse >= 0:
            size += first_tail[reverse + 1] - first_tail[reverse]
        first[point + 1] = size
    ranks = np.empty(size, np.int32)
    costs = np.empty(size, np.int64)
    size = 0
    for point in range(len(arcs)):
        arc = arcs[point]
        reverse = arc_reverse[arc]
        if approaches[point] >= 0:
            for index in range(first_tail[arc], first_tail[arc + 1]):
                ranks[size] = tails[index]
                costs[size] = part_of(arc_cost[arc], fractions[point])
                size += 1
        if approaches[point] <= 0 and reverse >= 0:
            for index in range(first_tail[reverse], first_tail[reverse + 1]):
                ranks[size] = tails[index]
                costs[size] = rest_of(arc_cost[reverse], fractions[point])
                size += 1
    return first, ranks, costs


@compiled
def along_road(
    arc: int,
    fraction: float,
    approach: int,
    other_fraction: float,
    other_approach: int,
    arc_reverse: Int32s,
    arc_cost: Int64s,
) -> np.int64:
    """Cost from one point to another on the same road without leaving it, or ``NO_COST``."""
    best = np.int64(NO_COST)
    if approach >= 0 and other_approach >= 0 and other_fraction >= fraction and arc_cost[arc] < NO_COST:
        best = part_of(arc_cost[arc], other_fraction) - part_of(arc_cost[arc], fraction)
    reverse = arc_reverse[arc]
    if approach <= 0 and other_approach <= 0 and other_fraction <= fraction and reverse >= 0:
        cost = arc_cost[reverse]
        if cost < NO_COST:
            best = min(best, part_of(cost, fraction) - part_of(cost, other_fraction))
    return best
