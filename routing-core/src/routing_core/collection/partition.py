"""Recombining routes: the cheapest choice from the pool, with a day for each and a pattern per stop.

A set partitioning programme over several days, solved by HiGHS: its linear relaxation first, whose prices
say which routes can be part of a cheaper plan (Subramanian, Uchoa & Ochi 2013 combine search and partitioning
in this way for one day).
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from routing_core.collection.arrays import Data, Floats, Ints
from routing_core.collection.pool_kernels import Pool
from routing_core.partitioning import Partitioning

MOST_ROUTES = 4000
MOST_COLUMNS = 3000
NODE_LIMIT = 2000


@dataclass(frozen=True)
class Chosen:
    """A route of the pool on a day."""

    index: int
    day: int


@dataclass(frozen=True)
class _Programme:
    """Columns: routes on days, then patterns of stops, then leaving stops out."""

    route: Ints
    day: Ints
    choices: Partitioning


def recombine(
    data: Data, pool: Pool, day_count: int, share: Floats, below: float, seconds: float
) -> list[Chosen] | None:
    """The cheapest routes from the pool that visit everything as they must; None if not below the bound.

    Parameters
    ----------
    share
        Per stop: its part of the cost of the best plan; of a large pool, routes that cost least compared
        with the parts of their stops are looked at.
    below
        What the best plan costs.
    seconds
        Time at most.
    """
    if pool.size[0] == 0 or seconds <= 0:
        return None
    programme = _programme(data, pool, day_count, share)
    relaxed = programme.choices.relaxation(seconds / 2)
    target = below - 1e-6 * max(1.0, abs(below))
    if relaxed is None or relaxed[0] >= target:
        return None
    bound, prices = relaxed
    reduced = programme.choices.cost - programme.choices.rows.T @ prices
    kept = np.flatnonzero((reduced < target - bound) | (programme.route < 0))
    routes = kept[programme.route[kept] >= 0]
    if len(routes) > MOST_COLUMNS:
        routes = routes[np.argsort(reduced[routes], kind="stable")[:MOST_COLUMNS]]
        kept = np.concatenate((np.sort(routes), kept[programme.route[kept] < 0]))
    taken = programme.choices.choice(kept, target, seconds / 2, node_limit=NODE_LIMIT)
    if taken is None:
        return None
    return [
        Chosen(int(programme.route[column]), int(programme.day[column]))
        for column in taken
        if programme.route[column] >= 0
    ]


def _programme(data: Data, pool: Pool, day_count: int, share: Floats) -> _Programme:
    stop_count, truck_count = data.stop_count, len(data.capacity)
    all_nodes = pool.nodes[: pool.size[0]]
    inside = np.arange(all_nodes.shape[1]) < pool.length[: pool.size[0], None]
    is_stop = inside & (all_nodes < stop_count)
    worth = np.where(is_stop, np.append(share, 0.0)[np.where(is_stop, all_nodes, -1)], 0.0).sum(axis=1)
    order = np.argsort(pool.cost[: pool.size[0]] - worth, kind="stable")
    columns: list[tuple[int, int, float, list[int]]] = []
    days_of = np.bitwise_or.reduce(data.patterns, axis=1)
    for index in order[:MOST_ROUTES].tolist():
        stops = all_nodes[index][is_stop[index]].tolist()
        days = int(np.bitwise_and.reduce(days_of[stops]))
        for day in range(day_count):
            if days >> day & 1:
                rows = [stop * day_count + day for stop in stops]
                rows.append(stop_count * day_count + stop_count + int(pool.truck[index]) * day_count + day)
                columns.append((index, day, float(pool.cost[index]), rows))
    entries = [(row, 1.0) for *_, rows in columns for row in rows]
    sizes = [len(rows) for *_, rows in columns]
    costs = [cost for _, _, cost, _ in columns]
    for stop in range(stop_count):
        once = stop_count * day_count + stop
        for pattern in data.patterns[stop].tolist():
            if pattern:
                on = [day for day in range(day_count) if pattern >> day & 1]
                entries += [(stop * day_count + day, -1.0) for day in on] + [(once, 1.0)]
                sizes.append(len(on) + 1)
                costs.append(0.0)
        entries.append((once, 1.0))
        sizes.append(1)
        costs.append(float(data.penalty[stop]))
    pairs = np.array(entries)
    row_count = stop_count * day_count + stop_count + truck_count * day_count
    matrix = sp.csc_array(
        (pairs[:, 1], pairs[:, 0].astype(np.int64), np.concatenate(([0], np.cumsum(sizes)))),
        shape=(row_count, len(costs)),
    )
    more = np.full(len(costs) - len(columns), -1)
    counts = np.zeros((truck_count, day_count))
    np.add.at(counts, (data.slot_truck[:-1], data.slot_day[:-1]), 1.0)
    zeros, ones = np.zeros(stop_count * day_count), np.ones(stop_count)
    return _Programme(
        np.concatenate((np.array([column[0] for column in columns], dtype=np.int64), more)),
        np.concatenate((np.array([column[1] for column in columns], dtype=np.int64), more)),
        Partitioning(
            np.array(costs),
            matrix,
            lower=np.concatenate((zeros, ones, np.zeros(counts.size))),
            upper=np.concatenate((zeros, ones, counts.ravel())),
        ),
    )
