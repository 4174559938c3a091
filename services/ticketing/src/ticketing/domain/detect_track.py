"""A trace as arrays on a plane, without the positions that cannot be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import cos, radians

import numpy as np
import numpy.typing as npt

from ticketing.domain.trace import Fix

Floats = npt.NDArray[np.float64]

METRES_PER_DEGREE = 111_320.0
HOPELESS_M = 1000.0
"""Positions less accurate than this say nothing about a ride."""
THIN_S = 9.0
"""Fixes closer to each other than this are taken together."""
NEIGHBOURS_S, FEWEST_NEIGHBOURS, CALM_SHARE = 60.0, 10, 0.3
NOISE_PER_OFF = 1.5
"""Of errors by the normal distribution, from the calmest third's distance to the radius of two thirds."""
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
    kept = _thinned([fix for fix in fixes if fix.accuracy_m < HOPELESS_M])
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
    time, east, north = time[rows], east[rows], north[rows]
    accuracy = np.maximum(accuracy[rows], _noise_m(time, east, north))
    return Track(tuple(kept[row] for row in rows), plane, time, east, north, accuracy)


def _thinned(fixes: Sequence[Fix]) -> list[Fix]:
    """Fixes in quick succession as one in their middle: alone each moves more by its error than by a way."""
    bins: list[list[Fix]] = []
    for fix in fixes:
        if bins and (fix.time - bins[-1][0].time).total_seconds() < THIN_S:
            bins[-1].append(fix)
        else:
            bins.append([fix])
    return [together[0] if len(together) == 1 else _middle(together) for together in bins]


def _middle(fixes: Sequence[Fix]) -> Fix:
    count = len(fixes)
    after = sum((fix.time - fixes[0].time for fix in fixes), timedelta()) / count
    return Fix(
        fixes[0].time + after,
        sum(fix.lon for fix in fixes) / count,
        sum(fix.lat for fix in fixes) / count,
        sum(fix.accuracy_m for fix in fixes) / count,
        fixes[-1].guesses,
        next((fix.beacon for fix in fixes if fix.beacon), ""),
    )


def _noise_m(time: Floats, east: Floats, north: Floats) -> float:
    """How far fixes are off at least, whatever the phone says: two out of three are nearer to the true place.

    Seen from how far they lie from the line between their neighbours where that is least, at rest or on an
    even way; a phone whose errors are all alike has less of it, and is believed.
    """
    near = (time[2:] - time[:-2]) <= NEIGHBOURS_S
    if near.sum() < FEWEST_NEIGHBOURS:
        return 0.0
    share = (time[1:-1] - time[:-2]) / (time[2:] - time[:-2])
    off = np.hypot(
        east[1:-1] - east[:-2] - share * (east[2:] - east[:-2]),
        north[1:-1] - north[:-2] - share * (north[2:] - north[:-2]),
    )
    return float(np.quantile(off[near], CALM_SHARE)) * NOISE_PER_OFF


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
