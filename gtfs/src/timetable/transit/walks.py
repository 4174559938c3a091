"""Walking between stops where no road network says how long it takes: inside stations, by pathway or
straight.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from timetable.schedule import NONE, Floats, Ints
from timetable.transit.source import Pathway

METRES_PER_DEGREE = 111_195.0
DETOUR = 1.3
"""How much longer the way on foot is than the straight line."""
WALK_M_PER_S = 1.2
LEAST_WALK_S = 60
"""To another platform of a station, however near its point on the map is."""
UNKNOWN_WALK_S = 120
"""The same where a stop has no place on the map."""
PLATFORM, STATION, BOARDING_AREA = 0, 1, 4


class Walks(NamedTuple):
    """Ways on foot from stops to stops, and their seconds; all (walks)."""

    from_stop: Ints
    to_stop: Ints
    seconds: Ints

    @classmethod
    def of(cls, rows: Sequence[tuple[int, int, int]]) -> "Walks":
        """Walks from rows of from, to and seconds."""
        return cls(*np.array(rows, dtype=np.int32).reshape(-1, 3).T.copy())


def straight_walk_s(lon: Floats, lat: Floats, start: int, end: int) -> int:
    """Seconds that the way between two stops is likely to take, by the straight distance."""
    east = (lon[end] - lon[start]) * np.cos(np.radians((lat[start] + lat[end]) / 2))
    metres = float(np.hypot(east, lat[end] - lat[start])) * METRES_PER_DEGREE
    if np.isnan(metres):
        return UNKNOWN_WALK_S
    return max(LEAST_WALK_S, int(np.ceil(metres * DETOUR / WALK_M_PER_S)))


def station_of(parent: Ints, stop: int) -> int:
    """The station that a platform, boarding area, entrance or node belongs to; the stop itself without."""
    while parent[stop] != NONE:
        stop = int(parent[stop])
    return stop


def walks_in_stations(
    lon: Floats,
    lat: Floats,
    parent: Ints,
    kind: Sequence[int],
    pathways: Iterable[Pathway],
    *,
    step_free: bool,
) -> Walks:
    """Ways between the platforms of every station.

    Where a station has pathways they say all; elsewhere every platform is reached from every other one.
    """
    platforms: dict[int, list[int]] = defaultdict(list)
    for stop, of_kind in enumerate(kind):
        if of_kind in {PLATFORM, BOARDING_AREA} and parent[stop] != NONE:
            platforms[station_of(parent, stop)].append(stop)
        elif of_kind == STATION:
            platforms[stop].append(stop)
    ways: dict[int, dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for pathway in pathways:
        station = station_of(parent, pathway.from_stop)
        # A station whose every pathway has stairs is told about as well: nobody gets through step-free.
        found = ways[station]
        if pathway.step_free or not step_free:
            found[pathway.from_stop].append((pathway.to_stop, pathway.seconds))
    rows = []
    for station, stops in platforms.items():
        if station in ways:
            _join_areas(ways[station], stops, parent, kind)
            for start in stops:
                reached = _shortest(ways[station], start)
                rows += [(start, end, reached[end]) for end in stops if end != start and end in reached]
        else:
            rows += [
                (start, end, straight_walk_s(lon, lat, start, end))
                for start in stops
                for end in stops
                if start != end
            ]
    return Walks.of(rows)


def stations_with_pathways(parent: Ints, pathways: Iterable[Pathway]) -> frozenset[int]:
    """Stations that tell their ways."""
    return frozenset(station_of(parent, pathway.from_stop) for pathway in pathways)


def _join_areas(
    ways: dict[int, list[tuple[int, int]]], stops: Sequence[int], parent: Ints, kind: Sequence[int]
) -> None:
    """Boarding areas are parts of their platform: no way lies between them."""
    for stop in stops:
        if kind[stop] == BOARDING_AREA:
            platform = int(parent[stop])
            ways[stop].append((platform, 0))
            ways[platform].append((stop, 0))


def _shortest(ways: Mapping[int, Sequence[tuple[int, int]]], start: int) -> dict[int, int]:
    reached: dict[int, int] = {}
    open_ends = [(0, start)]
    while open_ends:
        seconds, stop = heapq.heappop(open_ends)
        if stop in reached:
            continue
        reached[stop] = seconds
        for end, more_s in ways.get(stop, ()):
            if end not in reached:
                heapq.heappush(open_ends, (seconds + more_s, end))
    return reached
