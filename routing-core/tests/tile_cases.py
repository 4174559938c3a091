"""Features made by hand, and tiles read by somebody else's decoder."""

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import mapbox_vector_tile
import numpy as np
import pmtiles.reader
import shapely
from routing_core.tiles.cut import EXTENT, cut
from routing_core.tiles.extract import Features
from routing_core.tiles.kinds import Kind
from routing_core.tiles.mercator import project
from routing_core.tiles.vector import encode
from shapely.geometry.base import BaseGeometry

BOX = (13.0, 53.0, 14.0, 54.0)


def street(name: str = "") -> Kind:
    plain = (("kind", "minor"),)
    return Kind("road", plain, (*plain, ("name", name)) if name else plain, 5, 12)


def area() -> Kind:
    plain = (("kind", "water"),)
    return Kind("water", plain, plain, 5, 12)


def on_tiles(shape: BaseGeometry, zoom: int, column: int, row: int) -> BaseGeometry:
    """A shape in tiles, counted from a column and a row, as one in the plane."""
    return shapely.transform(shape, lambda at: (at + np.asarray([column, row])) / 2**zoom)


def tile_of(zoom: int) -> tuple[int, int]:
    """A tile in the middle of the box."""
    ((x, y),) = np.floor(project(np.asarray([[13.5, 53.5]])) * 2**zoom).astype(int)
    return int(x), int(y)


def features(shapes: Sequence[BaseGeometry], kinds: Sequence[Kind]) -> Features:
    distinct = tuple(dict.fromkeys(kinds))
    held = np.empty(len(shapes), object)
    held[:] = shapes
    return Features(held, distinct, np.asarray([distinct.index(kind) for kind in kinds], np.int32), BOX)


def tiles(found: Features, zoom: int, *, finest: bool = True) -> dict[tuple[int, int], dict[str, Any]]:
    """Layers by tile, as an independent decoder reads them; units of the tile, from north to south."""
    return {
        (tile.column, tile.row): read(tile.body)
        for tile in encode(cut(found, zoom, finest=finest), found.kinds, zoom)
    }


def read(body: bytes) -> dict[str, Any]:
    decoded: dict[str, Any] = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    return decoded


def shape_in(tile: dict[str, Any], layer: str) -> BaseGeometry:
    """Everything of a layer of a tile, in tiles."""
    whole = shapely.unary_union(
        [shapely.geometry.shape(feature["geometry"]) for feature in tile[layer]["features"]]
    )
    return shapely.transform(whole, lambda at: at / EXTENT)


class Read(NamedTuple):
    """A file of tiles, as an independent reader finds it."""

    tiles: dict[tuple[int, int, int], bytes]
    about: dict[str, Any]
    header: dict[str, Any]


def read_archive(path: Path) -> Read:
    with path.open("rb") as file:
        source = pmtiles.reader.MmapSource(file)
        reader = pmtiles.reader.Reader(source)
        found = {where: gzip.decompress(body) for where, body in pmtiles.reader.all_tiles(source)}
        return Read(found, reader.metadata(), reader.header())
