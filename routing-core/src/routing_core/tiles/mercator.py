"""The plane of web maps: west to east and north to south are 0 to 1."""

import numpy as np
import numpy.typing as npt
import shapely

LIMIT_DEG = 85.0511
"""Latitudes beyond are not on the plane."""


def project(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(n, 2) longitudes and latitudes in degrees as (n, 2) positions on the plane."""
    latitude = np.radians(np.clip(degrees[:, 1], -LIMIT_DEG, LIMIT_DEG))
    return np.column_stack((degrees[:, 0] / 360 + 0.5, 0.5 - np.arcsinh(np.tan(latitude)) / (2 * np.pi)))


def to_plane(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Geometries in degrees, on the plane."""
    return shapely.transform(shapes, project)


def tile_box(box: tuple[float, float, float, float], zoom: int) -> tuple[int, int, int, int]:
    """First and last column, first and last row of the tiles that cover a box.

    Parameters
    ----------
    box
        West, south, east, north in degrees.
    """
    corners = project(np.asarray([[box[0], box[3]], [box[2], box[1]]])) * 2**zoom
    (left, top), (right, bottom) = np.clip(np.floor(corners).astype(int), 0, 2**zoom - 1)
    return int(left), int(right), int(top), int(bottom)
