"""The event graph: where vehicles can be, with whom aboard, and what can come next.

An event is a stop together with the set of passengers aboard when it is left (Gaul, Klamroth and Stiglmayr
2022, "Event-based MILP models for ridepooling applications", European Journal of Operational Research 301).
Order, pairing, capacity and much of the timing hold on every path, so what is left for the integer
programme is to choose arcs.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from routing_core.fleet.timing import Ints
from routing_core.improve.exact_network import Floats, Network

DEPOT = -1


@dataclass(frozen=True)
class Events:
    """Events and arcs of every group, one after the other.

    Per event: its ``stop``, who is ``aboard`` when it is left (a bit per rider), ``group``, and the earliest
    and latest it can begin (ticks). Per arc: the events ``tail`` and ``head`` (``DEPOT`` for the start and
    the end of a shift), its group, and ``cost``.
    """

    stop: Ints
    aboard: tuple[int, ...]
    group: Ints
    earliest: Ints
    latest: Ints
    tail: Ints
    head: Ints
    arc_group: Ints
    cost: Floats


class TooManyEventsError(Exception):
    """The event graph outgrows the memory or time there is."""


@dataclass
class _Growing:
    """A group's graph while it is found, starting from vehicles that are empty."""

    network: Network
    group: int
    most_arcs: int
    ends: float

    def __post_init__(self) -> None:
        size = self.network.size
        self._orders: dict[tuple[object, ...], bool] = {}
        self._roomy: dict[int, bool] = {}
        self.riders = [rider for rider in range(size) if self.network.allowed[self.group, rider]]
        self.riders = [rider for rider in self.riders if self._can((), (rider,), (rider + size,))]
        self.together = {
            rider: sum(1 << other for other in self.riders if other != rider and self._meet(rider, other))
            for rider in self.riders
        }

    def _can(self, first: tuple[int, ...], middle: tuple[int, ...], last: tuple[int, ...]) -> bool:
        key = (first, middle, last)
        known = self._orders.get(key)
        if known is None:
            known = self.network.can_follow(first, middle, last)
            self._orders[key] = known
        return known

    def _meet(self, rider: int, other: int) -> bool:
        """Whether both can be aboard at once, whoever gets on first."""
        off = (rider + self.network.size, other + self.network.size)
        return self._can((), (rider, other), off) or self._can((), (other, rider), off)

    def _room(self, aboard: int) -> bool:
        known = self._roomy.get(aboard)
        if known is None:
            known = self.network.fits(self.group, _members(aboard))
            self._roomy[aboard] = known
        return known

    def _event(self, stop: int, aboard: int) -> bool:
        """Whether some order leads to leaving ``stop`` with ``aboard`` (a bit per rider), and to its end."""
        size, riders = self.network.size, _members(aboard)
        before = (*(rider for rider in riders if rider != stop), *([stop - size] if stop >= size else []))
        return self._can(before, (stop,), tuple(rider + size for rider in riders))

    def _arc(self, stop: int, aboard: int, then: int, after: int) -> bool:
        """Whether some order has ``then`` straight after ``stop``."""
        network, size = self.network, self.network.size
        gap = int(network.ahead[stop, then] + network.service[stop])
        if network.earliest[stop] + gap > network.latest[then]:
            return False
        middle = (stop, then)
        before = [rider for rider in _members(aboard) if rider not in middle]
        if stop >= size:
            before.append(stop - size)
            if then >= size:
                before.append(then - size)
        elif then >= size and then - size != stop:
            before.append(then - size)
        before = sorted(set(before))
        last = tuple(rider + size for rider in _members(after))
        return self._can(tuple(before), middle, last)

    def _next(self, stop: int, aboard: int) -> Iterator[tuple[int, int]]:
        size = self.network.size
        for rider in _members(aboard):
            yield rider + size, aboard & ~(1 << rider)
        taken = stop - size if stop >= size else stop
        for rider in self.riders:
            if rider == taken or aboard & ~self.together[rider]:
                continue
            after = aboard | 1 << rider
            if self._room(after):
                yield rider, after

    def grow(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """All events, as stops with who is aboard, and the arcs between them, as pairs of indices."""
        index: dict[tuple[int, int], int] = {(rider, 1 << rider): at for at, rider in enumerate(self.riders)}
        events, arcs = list(index), []
        feasible: dict[tuple[int, int], bool] = {}
        for event, (stop, aboard) in enumerate(events):
            for then in self._next(stop, aboard):
                known = feasible.get(then)
                if known is None:
                    known = feasible[then] = self._event(*then)
                if not known or not self._arc(stop, aboard, *then):
                    continue
                if then not in index:
                    index[then] = len(events)
                    events.append(then)
                arcs.append((event, index[then]))
            if len(arcs) > self.most_arcs or time.monotonic() > self.ends:
                raise TooManyEventsError
        return events, arcs


def _members(aboard: int) -> list[int]:
    found = []
    while aboard:
        lowest = aboard & -aboard
        found.append(lowest.bit_length() - 1)
        aboard ^= lowest
    return found


def event_graph(network: Network, most_arcs: int, ends: float) -> Events:
    """All events that a feasible plan can have, and the arcs between them.

    Raises
    ------
    TooManyEventsError
        More than ``most_arcs`` arcs, or not all found when ``time.monotonic()`` reaches ``ends``.
    """
    parts: list[Events] = []
    offset = 0
    for group in range(len(network.groups)):
        events, arcs = _Growing(network, group, most_arcs, ends).grow()
        most_arcs -= len(arcs)
        parts.append(_part(network, group, events, arcs, offset))
        offset += len(events)
    return Events(
        np.concatenate([part.stop for part in parts]),
        tuple(aboard for part in parts for aboard in part.aboard),
        np.concatenate([part.group for part in parts]),
        np.concatenate([part.earliest for part in parts]),
        np.concatenate([part.latest for part in parts]),
        np.concatenate([part.tail for part in parts]),
        np.concatenate([part.head for part in parts]),
        np.concatenate([part.arc_group for part in parts]),
        np.concatenate([part.cost for part in parts]),
    )


def _part(
    network: Network, group: int, events: list[tuple[int, int]], arcs: list[tuple[int, int]], offset: int
) -> Events:
    """A group's events with the ways from and to the ends of its shifts; its events count from ``offset``."""
    size = network.size
    stop = np.array([stop for stop, _ in events], dtype=np.int64)
    aboard = tuple(aboard for _, aboard in events)
    alone = [at for at, (stop, aboard) in enumerate(events) if stop < size and aboard == 1 << stop]
    empty = [at for at, aboard in enumerate(aboard) if not aboard]
    starts, ends = np.array(alone, dtype=np.int64), np.array(empty, dtype=np.int64)
    tail, head = np.array(arcs, dtype=np.int64).reshape(-1, 2).T
    cost = (
        network.out_cost[group, stop[starts]],
        network.cost[stop[tail], stop[head]],
        network.back_cost[group, stop[ends]],
    )
    before, after = np.full(len(starts), DEPOT), np.full(len(ends), DEPOT)
    tails = np.concatenate((before, tail + offset, ends + offset))
    heads = np.concatenate((starts + offset, head + offset, after))
    return Events(
        stop,
        aboard,
        np.full(len(stop), group),
        network.earliest[stop],
        network.latest[stop],
        tails,
        heads,
        np.full(len(tails), group),
        np.concatenate(cost),
    )
