"""Requests of which each needs a vehicle of its own: a bound on how many vehicles there have to be."""

from routing_core.improve.exact_network import Network


def apart(network: Network) -> tuple[int, ...]:
    """Requests no two of which can be served by one vehicle; a large set, not always the largest.

    A clique of the requests that exclude each other, grown from every request by the one that leaves most
    others to choose from (a greedy clique, as in Johnson 1974).
    """
    excluded = _excluded(network)
    best: list[int] = []
    for rider in range(network.size):
        clique, left = [rider], excluded[rider]
        while left:
            clique.append(max(_members(left), key=lambda other: (excluded[other] & left).bit_count()))
            left &= excluded[clique[-1]]
        best = max(best, clique, key=len)
    return tuple(sorted(best))


def _excluded(network: Network) -> list[int]:
    """For each request those that no vehicle can serve besides it, a bit each."""
    excluded = [0] * network.size
    for one in range(network.size):
        for other in range(one):
            if not _together(network, one, other):
                excluded[one] |= 1 << other
                excluded[other] |= 1 << one
    return excluded


def _together(network: Network, one: int, other: int) -> bool:
    size, groups = network.size, range(len(network.groups))
    allowed = network.allowed
    if not (allowed[:, one] & allowed[:, other]).any():
        return False
    turns = [(one, one + size, other, other + size), (other, other + size, one, one + size)]
    if any(network.can_follow((), order, ()) for order in turns):
        return True
    if not any(network.fits(group, (one, other)) for group in groups):
        return False
    ends = (one + size, other + size)
    return network.can_follow((), (one, other), ends) or network.can_follow((), (other, one), ends)


def _members(riders: int) -> list[int]:
    return [rider for rider in range(riders.bit_length()) if riders >> rider & 1]
