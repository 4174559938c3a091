"""A trace as arrays on a plane, without the positions that cannot be."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

import numpy as np
import numpy.typing as npt

from ticketing.domain.trace import Fix

Floats = npt.NDArray[np.float64]

METRES_PER_DEGREE = 111_320.0
HOPELESS_M = 1000.0
"""Positions less accurate than this say nothing about a ride."""
SPIKE_DETOUR = 2.5
SPIKE_SPEED_MPS = 8.0
SPIKE_SLACK_M = 100.0


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres east and north of a place; true to a few percent within a day's travel."""

    lon: float
    lat: float

    def east_north(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Return metres east and north of degrees, arrays of any one shape."""
        scale = METRES_PER_DEGREE * cos(radians(self.lat))
        return (lon - self.lon) * scale, (lat - self.lat) * METRES_PER_DEGREE

    def lon_lat(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Return degrees of metres east and north."""
        scale = METRES_PER_DEGREE * cos(radians(self.lat))
        return self.lon + east_m / scale, self.lat + north_m / METRES_PER_DEGREE


@dataclass(frozen=True, slots=True)
class Track:
    """Fixes that can be believed.

    ``time_s`` (fixes), seconds of the epoch; ``east_m``, ``north_m`` (fixes) on the plane; ``accuracy_m``
    (fixes).
    """

    fixes: tuple[Fix, ...]
    plane: Plane
    time_s: Floats
    east_m: Floats
    north_m: Floats
    accuracy_m: Floats

    def __len__(self) -> int:
        return len(self.fixes)


def track_of(fixes: Sequence[Fix]) -> Track:
    """The track of a trace's fixes, which are in the order of time.

    A fix is dropped as a jump when the way over it is far longer than the way past it and no walk: positions
    by radio cells and reflected signals do that.
    """
    kept = [fix for fix in fixes if fix.accuracy_m < HOPELESS_M]
    lon = np.array([fix.lon for fix in kept])
    lat = np.array([fix.lat for fix in kept])
    plane = Plane(float(lon.mean()), float(lat.mean())) if kept else Plane(0.0, 0.0)
    east, north = plane.east_north(lon, lat)
    time = np.array([fix.time.timestamp() for fix in kept])
    accuracy = np.array([fix.accuracy_m for fix in kept])
    rows = np.arange(len(kept))
    while len(rows) > 2:
        jumps = _jumps(time[rows], east[rows], north[rows], accuracy[rows])
        if not jumps:
            break
        rows = np.delete(rows, jumps)
    return Track(tuple(kept[row] for row in rows), plane, time[rows], east[rows], north[rows], accuracy[rows])


def _jumps(time: Floats, east: Floats, north: Floats, accuracy: Floats) -> list[int]:
    step = np.hypot(np.diff(east), np.diff(north))
    past = np.hypot(east[2:] - east[:-2], north[2:] - north[:-2])
    speed = step / np.maximum(np.diff(time), 1.0)
    detour = step[:-1] + step[1:] > SPIKE_DETOUR * past + 2 * accuracy[1:-1] + SPIKE_SLACK_M
    suspects = np.flatnonzero(detour & (np.maximum(speed[:-1], speed[1:]) > SPIKE_SPEED_MPS)) + 1
    # Of neighbours that both look wrong only the first can be judged: the second is seen from it.
    chosen: list[int] = []
    for suspect in suspects:
        if not chosen or suspect > chosen[-1] + 1:
            chosen.append(int(suspect))
    return chosen
