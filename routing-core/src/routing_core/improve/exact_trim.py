"""Event graphs without what no plan can use."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from routing_core.fleet.timing import Ints
from routing_core.improve.exact_events import DEPOT, Events
from routing_core.improve.exact_network import Network

NEVER = 2**50
Flags = npt.NDArray[np.bool_]


def trimmed(network: Network, events: Events, kept: Flags) -> Events:
    """The graph with only the arcs that are ``kept``, and of these only those with time for them.

    An event can begin no earlier than the least that the arcs into it allow and no later than the most that
    those out of it do; an arc from an event to one that then cannot begin in time is dropped, until nothing
    changes.
    """
    leaves = np.array([group.leaves for group in network.groups])
    ends = np.array([group.ends for group in network.groups])
    tail, head, group = events.tail, events.head, events.arc_group
    first, last = tail == DEPOT, head == DEPOT
    before, after = events.stop[tail], events.stop[head]
    gap = network.service[before] + network.ahead[before, after]
    out = leaves[group] + network.out[group, after]
    home = ends[group] - network.back[group, before] - network.service[before]
    earliest, latest = events.earliest, events.latest
    while True:
        reached = np.where(first, out, earliest[tail] + gap)
        left = np.where(last, home, latest[head] - gap)
        kept = kept & (first | (left >= earliest[tail])) & (last | (reached <= latest[head]))
        kept &= (first | (earliest[tail] <= latest[tail])) & (last | (earliest[head] <= latest[head]))
        soonest = np.full(len(events.stop), NEVER)
        latest_left = np.full(len(events.stop), -NEVER)
        np.minimum.at(soonest, head[kept & ~last], reached[kept & ~last])
        np.maximum.at(latest_left, tail[kept & ~first], left[kept & ~first])
        new = np.maximum(earliest, soonest), np.minimum(latest, latest_left)
        if np.array_equal(new[0], earliest) and np.array_equal(new[1], latest):
            return _without(replace(events, earliest=earliest, latest=latest), kept)
        earliest, latest = new


def _without(events: Events, kept: Flags) -> Events:
    """The graph without the arcs not kept and the events that cannot begin any more."""
    alive = events.earliest <= events.latest
    name = np.cumsum(alive) - 1
    return Events(
        events.stop[alive],
        tuple(aboard for aboard, living in zip(events.aboard, alive, strict=True) if living),
        events.group[alive],
        events.earliest[alive],
        events.latest[alive],
        _named(events.tail[kept], name),
        _named(events.head[kept], name),
        events.arc_group[kept],
        events.cost[kept],
    )


def _named(ends: Ints, name: Ints) -> Ints:
    return np.where(ends == DEPOT, DEPOT, name[ends]) if len(name) else ends
