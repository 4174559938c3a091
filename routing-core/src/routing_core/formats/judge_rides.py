"""Whether routes solve a file of rides, and at what cost: in the file's own units, without rounding."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from routing_core.formats.rides import Rides
from routing_core.formats.verdict import TOLERANCE, Routes, Verdict


def judge_rides(rides: Rides, routes: Routes) -> Verdict:
    """Judge routes of node ids, without depots; empty routes are vehicles that stay at home."""
    positions = {node_id: position for position, node_id in enumerate(rides.node_ids)}
    used = [route for route in routes if route]
    unknown = [
        f"there is no node {node_id}" for route in used for node_id in route if node_id not in positions
    ]
    if unknown:
        return Verdict(0, 0.0, tuple(unknown))
    paths = [[rides.start, *(positions[node_id] for node_id in route), rides.end] for route in used]
    distance = rides.distance
    cost = sum(float(distance[a, b]) for path in paths for a, b in pairwise(path))
    faults = list(_served(rides, paths))
    for path in paths:
        faults += _carried(rides, path)
        faults += _in_time(rides, path)
    return Verdict(len(used), cost, tuple(faults))


def _served(rides: Rides, paths: Sequence[Sequence[int]]) -> Iterator[str]:
    visits = Counter(node for path in paths for node in path[1:-1])
    for depot in {rides.start, rides.end}:
        if visits[depot]:
            yield f"depot {rides.node_ids[depot]} is visited on the way"
    for ride in rides.rides:
        for node in (ride.pickup, ride.dropoff):
            if visits[node] != 1:
                yield f"node {rides.node_ids[node]} is visited {visits[node]} times"
    if len(paths) > rides.vehicle_count:
        yield f"{len(paths)} vehicles are used, there are {rides.vehicle_count}"


def _carried(rides: Rides, path: Sequence[int]) -> Iterator[str]:
    where = {node: index for index, node in enumerate(path[1:-1], 1)}
    change = dict.fromkeys(path, 0)
    for ride in rides.rides:
        change[ride.pickup], change[ride.dropoff] = ride.load, -ride.load
        if (ride.pickup in where or ride.dropoff in where) and not (
            where.get(ride.pickup, len(path)) < where.get(ride.dropoff, -1)
        ):
            yield f"{rides.node_ids[ride.dropoff]} is not after {rides.node_ids[ride.pickup]} on one route"
    load = 0
    for node in path[1:-1]:
        load += change[node]
        if load > rides.capacity:
            yield f"{load} are aboard after {rides.node_ids[node]}, {rides.capacity} fit"


def _in_time(rides: Rides, path: Sequence[int]) -> Iterator[str]:
    """Whether there are times for the path: a system of difference constraints, solved by Bellman-Ford.

    Every rule says that one time is at least another plus something, so the earliest times are longest
    paths; when they still grow after as many rounds as there are stops, there are none.
    """
    distance = rides.distance
    rules: list[tuple[int, int, float]] = []
    for index, (node, then) in enumerate(pairwise(path)):
        rules.append((index, index + 1, float(rides.service_time[node] + distance[node, then])))
    where = {node: index for index, node in enumerate(path[1:-1], 1)}
    if rides.max_ride_time is not None:
        for ride in rides.rides:
            if ride.pickup in where and ride.dropoff in where:
                longest = float(rides.service_time[ride.pickup]) + rides.max_ride_time
                rules.append((where[ride.dropoff], where[ride.pickup], -longest))
    if rides.max_duration is not None:
        rules.append((len(path) - 1, 0, -rides.max_duration))
    times = [float(rides.earliest[node]) for node in path]
    for _ in range(len(path) + 1):
        grew = 0.0
        for before, after, least in rules:
            grew = max(grew, times[before] + least - times[after])
            times[after] = max(times[after], times[before] + least)
        if grew <= TOLERANCE:
            break
    else:
        yield f"no times keep the ride and tour limits on the route that begins with {_name(rides, path)}"
        return
    for node, time in zip(path, times, strict=True):
        if time > float(rides.latest[node]) + TOLERANCE:
            window = f"its window ends at {rides.latest[node]:g}"
            yield f"{rides.node_ids[node]} is reached at {time:.6g}, {window}"


def _name(rides: Rides, path: Sequence[int]) -> str:
    return rides.node_ids[path[1]]
