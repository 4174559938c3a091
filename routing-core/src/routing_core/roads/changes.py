"""Closures and slow-downs: other costs of some arcs for a while."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing_core.roads.costs import COST_SHIFT, NO_COST, Int64s
from routing_core.roads.errors import BadChange


@dataclass(frozen=True, slots=True)
class RoadChange:
    """Some arcs are driven more slowly, or not at all.

    Parameters
    ----------
    arcs
        Both directions of a road are two arcs.
    speed_share
        What is left of the usual speed, above 0 and at most 1; 0 closes the arcs.
    """

    arcs: Sequence[int]
    speed_share: float = 0.0


def changed_costs(arc_cost: Int64s, changes: Iterable[RoadChange]) -> Int64s:
    """Costs of arcs with changes applied; where several concern an arc the slowest counts.

    Raises
    ------
    BadChange
        Where an arc does not exist, or a share is not between 0 and 1.
    """
    shares = np.ones(len(arc_cost), np.float64)
    for change in changes:
        if not 0 <= change.speed_share <= 1:
            raise BadChange("speed_share", change.speed_share, "must be from 0 to 1")
        arcs = np.asarray(change.arcs, np.int64)
        unknown = arcs[(arcs < 0) | (arcs >= len(arc_cost))]
        if len(unknown):
            raise BadChange("arcs", int(unknown[0]), f"must be from 0 to {len(arc_cost) - 1}")
        shares[arcs] = np.minimum(shares[arcs], change.speed_share)
    return costs_at_speeds(arc_cost, shares)


def costs_at_speeds(arc_cost: Int64s, shares: npt.NDArray[np.float64]) -> Int64s:
    """Costs of arcs at a share of their usual speed; 0 closes them."""
    costs = arc_cost.copy()
    slowed = (shares != 1) & (arc_cost < NO_COST)
    with np.errstate(divide="ignore"):
        ms = np.rint((arc_cost[slowed] >> COST_SHIFT) / shares[slowed])
    too_slow = ms >= NO_COST >> COST_SHIFT
    ms[too_slow] = 0
    costs[slowed] = np.where(
        too_slow, NO_COST, (ms.astype(np.int64) << COST_SHIFT) + (arc_cost[slowed] & 0xFFFFFFFF)
    )
    return costs
