"""Read what a map shows from an OpenStreetMap extract (.osm, .osm.bz2, .osm.pbf)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import osmium
import shapely

from routing_core.places.place import Place
from routing_core.roads.errors import BrokenExtract
from routing_core.tiles.kinds import AREAS, LINES, Attributes, Kind, boundary_kind, kind_of_area, kind_of_line
from routing_core.tiles.mercator import to_plane

HIGHEST_BOUNDARY = 8
"""Borders inside a municipality are not shown."""

LARGE_LAKE_DEG2 = 1.4e-4
"""A square kilometre, in degrees of the middle of Europe."""

_PLACE_ZOOM = {"town": 6, "village": 9, "suburb": 11, "hamlet": 11}
_POINT_ZOOM = {"station": 11, "stop": 13, "hospital": 12, "townhall": 13}


@dataclass(frozen=True, slots=True)
class Features:
    """What the map shows.

    Parameters
    ----------
    shapes
        Points, lines and polygons on the plane of Mercator: (n,) of shapely geometries, one part each.
    kinds
        Distinct ones; (n,) indices into them are ``kind``.
    box
        West, south, east and north of the extract, in degrees.
    """

    shapes: npt.NDArray[np.object_]
    kinds: tuple[Kind, ...]
    kind: npt.NDArray[np.int32]
    box: tuple[float, float, float, float]


def read_features(path: Path, places: Sequence[Place]) -> Features:
    """Read lines and areas from the extract; points are the named places already read from it.

    Raises
    ------
    BrokenExtract
        Where the file is missing, damaged, or holds nothing to show.
    """
    if not path.is_file():
        raise BrokenExtract(path, "no such file")
    reader = _Reader()
    try:
        reader.read(path)
        box = _box(path)
    except RuntimeError as error:
        raise BrokenExtract(path, str(error)) from error
    if not reader.wkb:
        raise BrokenExtract(path, "nothing that a map shows")
    mapped = shapely.from_wkb(np.asarray(reader.wkb, object))
    reader.take_names_of_water(mapped)
    reader.take_places(places)
    shapes = np.concatenate([mapped, _points(reader.points)])
    parts, origin = shapely.get_parts(shapes, return_index=True)
    kind = np.asarray(reader.kind, np.int32)[origin]
    if box is None:
        # Lakes and woods reach far out of an extract, roads less so.
        lines = parts[shapely.get_type_id(parts) == _LINE]
        west, south, east, north = shapely.total_bounds(lines if len(lines) else parts)
        box = (float(west), float(south), float(east), float(north))
    return Features(to_plane(parts), tuple(reader.kinds), kind, box)


_LINE = 1


class _Reader:
    def __init__(self) -> None:
        self.wkb: list[str] = []
        self.points: list[tuple[float, float]] = []
        self.kind: list[int] = []
        self.kinds: dict[Kind, int] = {}
        self._factory = osmium.geom.WKBFactory()

    def read(self, path: Path) -> None:
        levels = _boundary_levels(path)
        areas = osmium.filter.KeyFilter(*AREAS)
        wanted = osmium.filter.KeyFilter(*AREAS, *LINES)
        shown = osmium.filter.EntityFilter(osmium.osm.WAY | osmium.osm.AREA)
        entities = osmium.FileProcessor(str(path)).with_locations().with_areas(areas)
        entity: Any  # osmium hands out objects of no common type
        for entity in entities.with_filter(shown).with_filter(wanted):
            if entity.is_area():
                kind = kind_of_area(dict(entity.tags))
                if kind:
                    self._take_area(entity, kind)
            else:
                kind = kind_of_line(dict(entity.tags))
                if kind:
                    self._take_line(entity, kind)
        if levels:
            self._read_boundaries(path, levels)

    def _read_boundaries(self, path: Path, levels: dict[int, int]) -> None:
        """Borders are ways that need no tag of their own: the relations know them."""
        wanted = osmium.filter.IdFilter(levels)
        ways = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations()
        for way in ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)).with_filter(wanted):
            self._take_line(way, boundary_kind(levels[way.id]))

    def take_names_of_water(self, mapped: npt.NDArray[np.object_]) -> None:
        """A lake's name stands once, in the middle of it, and not in every tile that it reaches into."""
        kinds = list(self.kinds)
        for shape, number in zip(mapped, list(self.kind), strict=True):
            name = dict(kinds[number].labelled).get("name")
            if kinds[number].layer == "water" and name:
                middle = shapely.point_on_surface(shape)
                self.points.append((middle.x, middle.y))
                zoom = 10 if shape.area > LARGE_LAKE_DEG2 else 13
                named: Attributes = (("kind", "water"), ("name", name))
                self._remember(Kind("place", named, named, zoom, zoom))

    def take_places(self, places: Sequence[Place]) -> None:
        for place in places:
            kind = _kind_of_place(place)
            if kind:
                self.points.append((place.longitude_deg, place.latitude_deg))
                self._remember(kind)

    def _take_area(self, area: Any, kind: Kind) -> None:
        try:
            self.wkb.append(self._factory.create_multipolygon(area))
        except RuntimeError:
            return  # an outline with holes in it: the map goes on without
        self._remember(kind)

    def _take_line(self, way: Any, kind: Kind) -> None:
        try:
            self.wkb.append(self._factory.create_linestring(way))
            self._remember(kind)
        except (RuntimeError, osmium.InvalidLocationError):
            for run in _known_runs(way):
                self.wkb.append(shapely.to_wkb(shapely.LineString(run), hex=True))
                self._remember(kind)

    def _remember(self, kind: Kind) -> None:
        self.kind.append(self.kinds.setdefault(kind, len(self.kinds)))


def _boundary_levels(path: Path) -> dict[int, int]:
    """The highest border every way is part of, by way."""
    levels: dict[int, int] = {}
    administrative = osmium.filter.TagFilter(("boundary", "administrative"))
    relation: Any
    for relation in osmium.FileProcessor(str(path), osmium.osm.RELATION).with_filter(administrative):
        level = relation.tags.get("admin_level", "")
        if not level.isdecimal() or int(level) > HIGHEST_BOUNDARY:
            continue
        for member in relation.members:
            if member.type == "w":
                levels[member.ref] = min(levels.get(member.ref, HIGHEST_BOUNDARY), int(level))
    return levels


def _known_runs(way: Any) -> Iterator[list[tuple[float, float]]]:
    """Stretches of a way that leaves the extract."""
    run: list[tuple[float, float]] = []
    for node in way.nodes:
        if node.location.valid():
            run.append((node.lon, node.lat))
            continue
        if len(set(run)) > 1:
            yield run
        run = []
    if len(set(run)) > 1:
        yield run


def _box(path: Path) -> tuple[float, float, float, float] | None:
    with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
        box = reader.header().box()
    if not box.valid():
        return None
    return (box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat)


def _kind_of_place(place: Place) -> Kind | None:
    if place.kind == "street":
        return None  # written along the road
    if place.kind == "address":
        number: Attributes = (("number", place.house_number),)
        return Kind("address", number, number, 14, 14)
    named: Attributes = (("kind", place.kind), ("name", place.name))
    if place.kind in _PLACE_ZOOM:
        zoom = _PLACE_ZOOM[place.kind]
        return Kind("place", named, named, zoom, zoom)
    zoom = _POINT_ZOOM.get(place.kind, 14)
    return Kind("poi", named, named, zoom, zoom)


def _points(positions: Sequence[tuple[float, float]]) -> npt.NDArray[np.object_]:
    found = np.empty(len(positions), object)
    found[:] = shapely.points(np.asarray(positions, np.float64).reshape(-1, 2))
    return found
