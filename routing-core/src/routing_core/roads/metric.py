"""Customisation: what every edge of a hierarchy costs, worked out anew whenever a road does."""

from dataclasses import dataclass

import numpy as np

from routing_core.roads.compiled import compiled
from routing_core.roads.costs import NO_COST, Int32s, Int64s
from routing_core.roads.elimination import Hierarchy


@dataclass(frozen=True, slots=True)
class Metric:
    """Costs of the edges of a hierarchy; never changed, so that readers need no lock.

    Parameters
    ----------
    link_cost
        (link_count,) what the links of the road graph cost, ``NO_COST`` where closed.
    up_cost, down_cost
        (edge_count,) the least cost from the lower end to the higher one, and back.
    up_via, down_via
        (edge_count,) what that way consists of: the rank in the middle of two edges further down, or
        -1 minus a link.
    """

    link_cost: Int64s
    up_cost: Int64s
    down_cost: Int64s
    up_via: Int32s
    down_via: Int32s


def customise(hierarchy: Hierarchy, link_cost: Int64s) -> Metric:
    """Metric of a hierarchy for given costs of its links (Dibbelt, Strasser, Wagner 2016, section 4).

    Parameters
    ----------
    link_cost
        (link_count,) positive, at most ``NO_COST``, which closes a link.
    """
    arrays = _relax_triangles(hierarchy.first_edge, hierarchy.edge_high, hierarchy.link_edge, link_cost)
    return Metric(link_cost, *arrays)


@compiled
def _relax_triangles(
    first_edge: Int32s, edge_high: Int32s, link_edge: Int32s, link_cost: Int64s
) -> tuple[Int64s, Int64s, Int32s, Int32s]:
    edge_count = len(edge_high)
    up_cost = np.full(edge_count, NO_COST, np.int64)
    down_cost = np.full(edge_count, NO_COST, np.int64)
    up_via = np.zeros(edge_count, np.int32)
    down_via = np.zeros(edge_count, np.int32)
    for link in range(len(link_edge)):
        if link_edge[link] >= 0:
            edge = link_edge[link] >> 1
            if link_edge[link] & 1:
                if link_cost[link] < down_cost[edge]:
                    down_cost[edge] = link_cost[link]
                    down_via[edge] = -1 - link
            elif link_cost[link] < up_cost[edge]:
                up_cost[edge] = link_cost[link]
                up_via[edge] = -1 - link
    for low in range(len(first_edge) - 1):
        end = first_edge[low + 1]
        for one in range(first_edge[low], end):
            edge = first_edge[edge_high[one]]
            for other in range(one + 1, end):
                while edge_high[edge] != edge_high[other]:
                    edge += 1
                cost = down_cost[one] + up_cost[other]
                if cost < up_cost[edge]:
                    up_cost[edge] = cost
                    up_via[edge] = low
                cost = down_cost[other] + up_cost[one]
                if cost < down_cost[edge]:
                    down_cost[edge] = cost
                    down_via[edge] = low
    return up_cost, down_cost, up_via, down_via
