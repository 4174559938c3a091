"""The course of roads on the map."""

import numpy as np
import numpy.typing as npt

from routing_core.roads.graph import RoadGraph


def leg_shape(
    graph: RoadGraph, arc: int, start_fraction: float, end_fraction: float
) -> npt.NDArray[np.float64]:
    """Points along a stretch of an arc.

    Parameters
    ----------
    start_fraction, end_fraction
        Where the stretch begins and ends, as shares of the arc's length, start not after end.

    Returns
    -------
    (point_count, 2) float64
        Latitude and longitude in degrees; at least two points, which are equal on a stretch without length.
    """
    points = slice(graph.first_point[arc], graph.first_point[arc + 1])
    latitudes_deg = graph.point_latitude_e7[points] / 1e7
    longitudes_deg = graph.point_longitude_e7[points] / 1e7
    if start_fraction == 0 and end_fraction == 1:
        return np.column_stack([latitudes_deg, longitudes_deg])
    widths = np.diff(longitudes_deg) * np.cos(np.radians(latitudes_deg.mean()))
    lengths = np.hypot(np.diff(latitudes_deg), widths)
    total = lengths.sum()
    passed = np.concatenate([[0.0], np.cumsum(lengths)]) / (total if total > 0 else 1.0)
    inner = passed[(passed > start_fraction) & (passed < end_fraction)]
    fractions = np.concatenate([[start_fraction], inner, [end_fraction]])
    return np.column_stack(
        [np.interp(fractions, passed, latitudes_deg), np.interp(fractions, passed, longitudes_deg)]
    )
