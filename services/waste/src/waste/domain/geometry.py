"""From a distance to the waste to how full a container is.

A container's inside is a stack of sections, bottom first; each widens or narrows evenly from its lower to its
upper outline, so that prisms, funnels, bells and tapered bins are all said the same way, with exact volumes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import cos, isfinite, pi, radians, tan

import numpy as np
import numpy.typing as npt

from waste.domain.errors import WrongFieldError

FloatArray = npt.NDArray[np.float64]

MM3_PER_L = 1e6
FLAT_MM = 1.0
"""A heap that rises less lies flat."""

RINGS = 16
"""Rings of equal area in which a heap's surface is summed up."""


@dataclass(frozen=True)
class Section:
    """A part of the inside that changes evenly from its lower to its upper outline.

    Parameters
    ----------
    height_mm
        Of the section.
    lower_mm, upper_mm
        Width and depth of the outlines; of a round one, its diameter twice.
    round
        Ellipses instead of rectangles.
    """

    height_mm: float
    lower_mm: tuple[float, float]
    upper_mm: tuple[float, float]
    round: bool = False

    def __post_init__(self) -> None:
        _positive("height_mm", self.height_mm)
        for name, outline in (("lower_mm", self.lower_mm), ("upper_mm", self.upper_mm)):
            if any(not isfinite(side) or side < 0 for side in outline):
                raise WrongFieldError(name, outline, "sides are lengths from 0 on")
        if self.volume_l_below(self.height_mm) <= 0:
            raise WrongFieldError(
                "lower_mm, upper_mm", (self.lower_mm, self.upper_mm), "the section holds nothing"
            )

    def volume_l_below(self, height_mm: npt.ArrayLike) -> FloatArray:
        """Litres between the section's floor and a height above it: the integral of width times depth."""
        height = np.clip(np.asarray(height_mm, np.float64), 0.0, self.height_mm)
        share = height / self.height_mm
        (width, depth), (upper_width, upper_depth) = self.lower_mm, self.upper_mm
        wider, deeper = upper_width - width, upper_depth - depth
        mean_area = (
            width * depth + (width * deeper + depth * wider) * share / 2 + wider * deeper * share**2 / 3
        )
        filled: FloatArray = height * mean_area * (pi / 4 if self.round else 1.0) / MM3_PER_L
        return filled


@dataclass(frozen=True)
class Geometry:
    """The inside of a container and where its sensor looks from.

    Parameters
    ----------
    sections
        Bottom first. Their whole height is the height at which the container is full.
    sensor_height_mm
        Of the sensor's face above the floor.
    dead_zone_mm
        Nearer than this the sensor measures nothing.
    tilt_deg
        Of the beam away from straight down.
    heap_slope_deg
        How steep the waste heaps up under the hole it is thrown through; 0 for waste that lies flat. The
        sensor is taken to see the heap's top.
    tolerance_mm
        How far beyond the floor an echo may come and still be the floor.
    """

    sections: tuple[Section, ...]
    sensor_height_mm: float
    dead_zone_mm: float = 0.0
    tilt_deg: float = 0.0
    heap_slope_deg: float = 0.0
    tolerance_mm: float = 50.0

    def __post_init__(self) -> None:
        if not self.sections:
            raise WrongFieldError("sections", self.sections, "a container has at least one")
        _positive("sensor_height_mm", self.sensor_height_mm)
        for name in ("dead_zone_mm", "tolerance_mm"):
            if not (isfinite(value := getattr(self, name)) and value >= 0):
                raise WrongFieldError(name, value, "a length from 0 on")
        for name in ("tilt_deg", "heap_slope_deg"):
            if not 0 <= (value := getattr(self, name)) < 60:
                raise WrongFieldError(name, value, "degrees from 0 to below 60")
        if self.dead_zone_mm >= self.sensor_height_mm:
            raise WrongFieldError(
                "dead_zone_mm", self.dead_zone_mm, f"below the sensor's {self.sensor_height_mm} mm"
            )

    @cached_property
    def fill_height_mm(self) -> float:
        """Height of the surface when full."""
        return sum(section.height_mm for section in self.sections)

    @cached_property
    def capacity_l(self) -> float:
        """Litres when full."""
        return float(self._volume_l_below(np.float64(self.fill_height_mm)))

    def level_share(self, distance_mm: npt.ArrayLike) -> FloatArray:
        """How full, 0..1, for each distance.

        Inside the dead zone something is so near that the container counts as full. Beyond the floor by more
        than the tolerance the level is NaN: the echo missed, or the container was taken away.

        Parameters
        ----------
        distance_mm
            From the sensor along its beam; any shape.

        Raises
        ------
        WrongFieldError
            A distance is negative or no number.
        """
        distance = _distances(distance_mm)
        upright = cos(radians(self.tilt_deg))
        share = np.clip(self._heaped_l(self.sensor_height_mm - distance * upright) / self._full_l, 0.0, 1.0)
        if self.dead_zone_mm:
            share = np.where(distance <= self.dead_zone_mm, 1.0, share)
        level: FloatArray = np.where(
            distance > self.sensor_height_mm / upright + self.tolerance_mm, np.nan, share
        )
        return level

    def volume_l(self, level_share: npt.ArrayLike) -> FloatArray:
        """Litres of waste at a level."""
        volume: FloatArray = np.asarray(level_share, np.float64) * self._full_l
        return volume

    @cached_property
    def _widest_mm(self) -> float:
        """The largest of the outlines' narrower sides: as far as a heap spreads."""
        return max(min(side) for section in self.sections for side in (section.lower_mm, section.upper_mm))

    @cached_property
    def _full_l(self) -> float:
        """Litres when the heap's top is where the container counts as full."""
        return float(self._heaped_l(np.float64(self.fill_height_mm)))

    def _volume_l_below(self, height_mm: npt.ArrayLike) -> FloatArray:
        height = np.asarray(height_mm, np.float64)
        volume = np.zeros(height.shape)
        floor = 0.0
        for section in self.sections:
            volume = volume + section.volume_l_below(height - floor)
            floor += section.height_mm
        return volume

    def _heaped_l(self, top_mm: npt.ArrayLike) -> FloatArray:
        """Litres under a heap's top: the mean over rings of equal area of what stands below each.

        Under tapered walls the rings are those of the widest outline.
        """
        top = np.asarray(top_mm, np.float64)
        rise = tan(radians(self.heap_slope_deg)) * self._widest_mm / 2
        if rise < FLAT_MM:
            return self._volume_l_below(top)
        covered = np.clip(top / rise, 0.0, 1.0) ** 2
        rings = np.sqrt((np.arange(RINGS) + 0.5) / RINGS * covered[..., None])
        heaped: FloatArray = covered * self._volume_l_below(top[..., None] - rings * rise).mean(axis=-1)
        return heaped


@dataclass(frozen=True)
class JoinedLevel:
    """Several containers seen as one, as those of one fraction on a site.

    Parameters
    ----------
    level_share
        Of the capacity of those whose level is known; None if no level is.
    fullest_share
        Of the fullest one known, since people do not walk on to the next hole; None if no level is known.
    unknown_count
        Containers without a level.
    """

    level_share: float | None
    fullest_share: float | None
    unknown_count: int


def joined(levels: Sequence[tuple[float | None, float]]) -> JoinedLevel:
    """Levels, or None, with the capacities in litres, as one.

    Raises
    ------
    WrongFieldError
        A capacity is not above 0.
    """
    for _, capacity_l in levels:
        _positive("capacity_l", capacity_l)
    known = [(level, capacity_l) for level, capacity_l in levels if level is not None]
    if not known:
        return JoinedLevel(None, None, len(levels))
    filled = sum(level * capacity_l for level, capacity_l in known)
    whole = sum(capacity_l for _, capacity_l in known)
    return JoinedLevel(filled / whole, max(level for level, _ in known), len(levels) - len(known))


def _distances(distance_mm: npt.ArrayLike) -> FloatArray:
    distance = np.asarray(distance_mm, np.float64)
    wrong = ~np.isfinite(distance) | (distance < 0)
    if wrong.any():
        raise WrongFieldError("distance_mm", float(distance[wrong].flat[0]), "a length from 0 on")
    return distance


def _positive(name: str, value: float) -> None:
    if not (isfinite(value) and value > 0):
        raise WrongFieldError(name, value, "above 0")
