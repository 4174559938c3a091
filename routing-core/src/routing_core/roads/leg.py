"""Stretches of arcs, of which ways consist."""

from dataclasses import dataclass

import numpy as np

from routing_core.roads.costs import Int64s, part_of


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of one arc, from one fraction of it to another."""

    arc: int
    start_fraction: float
    end_fraction: float


def leg_cost(arc_cost: Int64s, leg: Leg) -> np.int64:
    """Cost of a stretch; see :mod:`~routing_core.roads.costs`."""
    cost = arc_cost[leg.arc]
    return np.int64(part_of(cost, leg.end_fraction) - part_of(cost, leg.start_fraction))
