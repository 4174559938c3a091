"""Changes between stops on foot: ways along roads, for the timetable to know before anybody asks."""

from collections.abc import Sequence

import numpy as np
from timetable.transit.source import Source
from timetable.transit.walks import LEAST_WALK_S, PLATFORM, Walks, station_of

from journeys.application.ways import Ways

MOST_WALKED_M = 700.0
"""Between two vehicles, some ten minutes; before the first and after the last, passengers say how far."""


MOST_GUESSED_M = 300.0
"""Beyond the map, and only from one feed to another: how one changes within a feed, it tells itself."""


def walks_between(sources: Sequence[Source], ways: Ways, *, may_guess: bool) -> Walks:
    """Ways between stops of different stations, of all feeds together; those in a station are told by feeds.

    Parameters
    ----------
    ways
        Of the stops of all feeds, in their order.
    may_guess
        Whether beeline ways may be taken where roads are not known.
    """
    station: list[int] = []
    platforms: list[int] = []
    feed: list[int] = []
    for number, source in enumerate(sources):
        stops, first = source.schedule.stops, len(station)
        placed = (stops.kind == PLATFORM) & ~np.isnan(stops.lon + stops.lat)
        platforms += (first + np.flatnonzero(placed)).tolist()
        station += (first + station_of(stops.parent, stop) for stop in range(len(stops.ids)))
        feed += [number] * len(stops.ids)
    rows = [
        (start, end, max(seconds, LEAST_WALK_S))
        for start, end, seconds in ways.between_stops(platforms, MOST_WALKED_M)
        if station[start] != station[end]
    ]
    if may_guess and len(sources) > 1:
        rows += [
            (start, end, max(seconds, LEAST_WALK_S))
            for start, end, seconds in ways.guessed_between_stops(platforms, MOST_GUESSED_M)
            if feed[start] != feed[end]
        ]
    return Walks.of(rows)
