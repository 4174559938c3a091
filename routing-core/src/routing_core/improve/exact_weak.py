"""A bound that is quick to have for any number of requests."""

from collections.abc import Sequence

import numpy as np

from routing_core.fleet.timing import Ints
from routing_core.improve.exact_model import Model, Rows, positions
from routing_core.improve.exact_network import Network


def assignment(network: Network, alone: Sequence[int]) -> Model:
    """Every stop has one stop or shift's start before it and one stop or shift's end after it.

    A linear relaxation of the problem: of times, ride limits and room only what rules out that one stop
    follows another counts.

    Parameters
    ----------
    alone
        Requests of which each needs a vehicle of its own.

    Returns
    -------
    Variables: legs between stops, ways from each group's start and to its end, requests left unserved.
    """
    size, groups = network.size, len(network.groups)
    stop, then = _legs(network)
    rider = np.arange(size)
    first_group, first = np.nonzero(network.allowed & (network.latest[:size] >= network.earliest[:size]))
    last_group, last = first_group, first + size
    cost = np.concatenate(
        (
            network.cost[stop, then],
            network.out_cost[first_group, first],
            network.back_cost[last_group, last],
            np.full(size, network.unserved or 0.0),
        )
    )
    before = np.concatenate((stop, np.full(len(first), -1), last, np.full(size, -1)))
    after = np.concatenate((then, first, np.full(len(last), -1), np.full(size, -1)))
    out, back = len(stop) + np.arange(len(first)), len(stop) + len(first) + np.arange(len(last))
    absent = len(stop) + len(first) + len(last) + rider
    rows = Rows()
    for one in (before, after):
        for at, legs in enumerate(positions(one, 2 * size)):
            rows.add([(legs, 1.0), (absent[[at % size]], 1.0)], 1.0, 1.0)
    for group in range(groups):
        ways = out[first_group == group]
        rows.add([(ways, 1.0), (back[last_group == group], -1.0)], 0.0, 0.0)
        rows.add([(ways, 1.0)], upper=float(len(network.groups[group].members)))
    rows.add([(out, 1.0), (absent[np.array(alone, dtype=np.int64)], 1.0)], lower=float(len(alone)))
    high = np.ones(len(cost))
    if network.unserved is None:
        high[absent] = 0.0
    return Model(cost, np.zeros(len(cost)), high, rows, 0, 0)


def _legs(network: Network) -> tuple[Ints, Ints]:
    """Pairs of stops that some tour may serve one straight after the other."""
    size = network.size
    gap = network.service[:, None] + network.ahead
    in_time = network.earliest[:, None] + gap <= network.latest[None, :]
    np.fill_diagonal(in_time, False)
    found = [
        (stop, then) for stop, then in np.argwhere(in_time).tolist() if _follows(network, stop, then, size)
    ]
    stop, then = np.array(found, dtype=np.int64).reshape(-1, 2).T
    return stop, then


def _follows(network: Network, stop: int, then: int, size: int) -> bool:
    own = then == stop + size
    if then == stop - size:
        return False
    if (
        stop < size
        and then < size
        and not any(network.fits(group, (stop, then)) for group in range(len(network.groups)))
    ):
        return False
    first = [one - size for one in (stop, then) if one >= size and not own]
    last = [one + size for one in (stop, then) if one < size and not own]
    return network.can_follow(first, (stop, then), last)
