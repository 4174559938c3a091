"""Whether routes solve a file of visits, and at what cost, in the convention of its format."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from routing_core.formats.verdict import TOLERANCE, Routes, Verdict
from routing_core.formats.visits import Visits

DEPOT = 0


def judge_visits(visits: Visits, routes: Routes) -> Verdict:
    """Judge routes of node ids: one per vehicle, the depot only between two trips of it."""
    positions = {node_id: position for position, node_id in enumerate(visits.node_ids)}
    used = [route for route in routes if route]
    unknown = [
        f"there is no node {node_id}" for route in used for node_id in route if node_id not in positions
    ]
    if unknown:
        return Verdict(0, 0.0, tuple(unknown))
    paths = [[DEPOT, *(positions[node_id] for node_id in route), DEPOT] for route in used]
    cost = sum(float(visits.distance[a, b]) for path in paths for a, b in pairwise(path))
    faults = list(_visited(visits, paths))
    for path in paths:
        trips = _trips(path)
        faults += _carried(visits, trips)
        faults += _in_time(visits, trips)
    return Verdict(len(used), cost, tuple(faults))


def _visited(visits: Visits, paths: Sequence[Sequence[int]]) -> Iterator[str]:
    counts = Counter(node for path in paths for node in path[1:-1])
    for node in range(1, len(visits.node_ids)):
        if counts[node] != 1:
            yield f"node {visits.node_ids[node]} is visited {counts[node]} times"
    if counts[DEPOT] and not visits.reloads:
        yield "a route comes back to the depot on the way"
    if visits.vehicle_count is not None and len(paths) > visits.vehicle_count:
        yield f"{len(paths)} vehicles are used, there are {visits.vehicle_count}"


def _trips(path: Sequence[int]) -> list[list[int]]:
    """The stops between two visits of the depot."""
    trips: list[list[int]] = []
    for node in path[:-1]:
        if node == DEPOT:
            trips.append([])
        else:
            trips[-1].append(node)
    return trips


def _carried(visits: Visits, trips: Sequence[Sequence[int]]) -> Iterator[str]:
    for trip in trips:
        load = sum(int(visits.demand[node]) for node in trip)
        if load > visits.capacity:
            yield f"the trip from {visits.node_ids[trip[0]]} on carries {load}, {visits.capacity} fit"


def _in_time(visits: Visits, trips: Sequence[Sequence[int]]) -> Iterator[str]:
    """Begin everything as early as it can be: nothing gains from waiting longer."""
    time = float(visits.earliest[DEPOT])
    for trip in trips:
        time = max([time, *(float(visits.release_time[node]) for node in trip)])
        for before, node in pairwise([DEPOT, *trip, DEPOT]):
            time += float(visits.distance[before, node])
            if node != DEPOT:
                time = max(time, float(visits.earliest[node]))
            if time > float(visits.latest[node]) + TOLERANCE:
                window = f"its window ends at {visits.latest[node]:g}"
                yield f"{visits.node_ids[node]} is reached at {time:.6g}, {window}"
            time += float(visits.service_time[node])
