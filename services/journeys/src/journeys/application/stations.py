"""Stops where trains call: where people leave cars and bicycles."""

import numpy as np
import numpy.typing as npt
from timetable.transit.compact import Timetable

RAIL = frozenset({2, *range(100, 118)})
"""GTFS's route types of trains, with those that Google added."""


def rail_stops(timetable: Timetable) -> npt.NDArray[np.bool_]:
    """(stop_count,) where trains call, and one may board or alight."""
    patterns = timetable.patterns
    by_rail = np.isin(timetable.route_kind, list(RAIL))
    of_call = np.repeat(by_rail[patterns.route], np.diff(patterns.first))
    found = np.zeros(len(timetable.stops.lat), dtype=np.bool_)
    found[patterns.stop[of_call]] = True
    return found
