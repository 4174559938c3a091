"""The course of roads on the map."""

import numpy as np
import numpy.typing as npt
import shapely

from routing_core.roads.graph import RoadGraph
from routing_core.roads.plane import Plane


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
    passed = passed_shares(graph, arc)
    inner = passed[(passed > start_fraction) & (passed < end_fraction)]
    fractions = np.concatenate([[start_fraction], inner, [end_fraction]])
    return np.column_stack(
        [np.interp(fractions, passed, latitudes_deg), np.interp(fractions, passed, longitudes_deg)]
    )


def passed_shares(graph: RoadGraph, arc: int) -> npt.NDArray[np.float64]:
    """Share of an arc's length that lies before each of its points; 0 for all of an arc without length."""
    points = slice(graph.first_point[arc], graph.first_point[arc + 1])
    latitudes_deg = graph.point_latitude_e7[points] / 1e7
    longitudes_deg = graph.point_longitude_e7[points] / 1e7
    widths = np.diff(longitudes_deg) * np.cos(np.radians(latitudes_deg.mean()))
    lengths = np.hypot(np.diff(latitudes_deg), widths)
    total = lengths.sum()
    return np.concatenate([[0.0], np.cumsum(lengths)]) / (total if total > 0 else 1.0)


def lines_of(graph: RoadGraph, arcs: npt.NDArray[np.int64], plane: Plane) -> list[shapely.LineString]:
    """Shapes of some arcs, in metres on a plane."""
    starts, counts = graph.first_point[arcs], np.diff(graph.first_point)[arcs]
    lines = np.repeat(np.arange(len(arcs)), counts)
    points = (
        np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(starts, counts)
    )
    places = np.column_stack([graph.point_latitude_e7[points], graph.point_longitude_e7[points]]) / 1e7
    return list(np.asarray(shapely.linestrings(plane.metres(places), indices=lines), np.object_))


def one_arc_per_road(graph: RoadGraph) -> npt.NDArray[np.int64]:
    """Of the two arcs of a two-way road the one with the lower number; all of one-way roads."""
    arcs = np.arange(graph.arc_count)
    return np.flatnonzero((graph.arc_reverse < 0) | (arcs < graph.arc_reverse))
