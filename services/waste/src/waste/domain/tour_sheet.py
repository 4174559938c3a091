"""What is printed on a tour sheet: the tour by places, and the map under it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from waste.domain.tour import Point, Stop, StopKind, Tour

Line = tuple[Point, ...]

METRES_PER_DEG = 111_195.0
CROWD = 12
"""So many places fit on a map whose edges are far away."""
DETAIL_SHARE = 0.6
"""Of the size of the whole: a part that is smaller gets a map of its own."""


@dataclass(frozen=True, slots=True)
class Halt:
    """One place where the truck stops: a site with one or more containers, or a plant.

    Parameters
    ----------
    number
        Of the place in this tour, from 1.
    """

    number: int
    stops: tuple[Stop, ...]

    @property
    def is_plant(self) -> bool:
        """Whether the truck unloads here."""
        return self.stops[0].kind is StopKind.PLANT

    @property
    def point(self) -> Point:
        """Where it is."""
        return self.stops[0].point

    @property
    def name(self) -> str:
        """What it is called."""
        return self.stops[0].name

    @property
    def notes(self) -> tuple[str, ...]:
        """What the driver has to know to get there, each once."""
        return tuple(dict.fromkeys(stop.access_note for stop in self.stops if stop.access_note))


@dataclass(frozen=True, slots=True)
class Road:
    """A road of the map's ground; the lower the rank, the more important it is."""

    rank: int
    line: Line


@dataclass(frozen=True, slots=True)
class Box:
    """From a south-western to a north-eastern corner."""

    low: Point
    high: Point

    def __contains__(self, point: Point) -> bool:
        within = self.low.latitude_deg <= point.latitude_deg <= self.high.latitude_deg
        return within and self.low.longitude_deg <= point.longitude_deg <= self.high.longitude_deg

    @property
    def size_m(self) -> float:
        """Of its longer side."""
        across = cos(radians((self.low.latitude_deg + self.high.latitude_deg) / 2))
        return METRES_PER_DEG * max(
            self.high.latitude_deg - self.low.latitude_deg,
            (self.high.longitude_deg - self.low.longitude_deg) * across,
        )


@dataclass(frozen=True, slots=True)
class SheetMap:
    """A part of the world, and its roads."""

    box: Box
    ground: tuple[Road, ...]


def halts_of(tour: Tour) -> tuple[Halt, ...]:
    """The tour's places in order: containers at one site that follow one another are one halt."""
    groups: list[list[Stop]] = []
    for stop in tour.order:
        before = groups[-1][-1] if groups else None
        together = (
            before is not None
            and stop.kind is StopKind.CONTAINER
            and before.kind is StopKind.CONTAINER
            and before.site_id == stop.site_id
        )
        if together:
            groups[-1].append(stop)
        else:
            groups.append([stop])
    return tuple(Halt(number, tuple(group)) for number, group in enumerate(groups, 1))


def box_around(points: Sequence[Point]) -> Box:
    """The smallest box with all points in it; at least one."""
    latitudes = [point.latitude_deg for point in points]
    longitudes = [point.longitude_deg for point in points]
    return Box(Point(min(latitudes), min(longitudes)), Point(max(latitudes), max(longitudes)))


def detail_of(halts: Sequence[Halt], whole: Box) -> Box | None:
    """Where most places lie close together; None where one map of the whole shows them well enough."""
    if len(halts) < CROWD:
        return None
    edge = len(halts) // 8
    latitudes = sorted(halt.point.latitude_deg for halt in halts)
    longitudes = sorted(halt.point.longitude_deg for halt in halts)
    inner = Box(Point(latitudes[edge], longitudes[edge]), Point(latitudes[-1 - edge], longitudes[-1 - edge]))
    return inner if inner.size_m < DETAIL_SHARE * whole.size_m else None
