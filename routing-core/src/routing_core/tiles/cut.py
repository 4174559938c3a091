"""The features of one zoom, simplified and cut along the edges of its tiles."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from routing_core.tiles.extract import Features
from routing_core.tiles.mercator import tile_box

EXTENT = 4096
"""Units along the edge of a tile."""
BUFFER = 64 / EXTENT
"""What tiles show beyond their edges, so that borders of lines and areas are not seen: a share of a tile."""
PIXEL = 1 / 512
SMOOTHING = PIXEL / 2
"""How far a simplified outline may lie from the mapped one, below the highest zoom."""
FINEST = 1 / EXTENT
SMALLEST_AREA = 6 * PIXEL**2
SHORTEST_LINE = 3 * PIXEL

POINT, LINE, POLYGON = 0, 1, 3
"""Types of geometries as shapely numbers them."""

Int32s = npt.NDArray[np.int32]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Parts of features, each in one tile.

    Parameters
    ----------
    shapes
        (n,) single points, lines and polygons; the unit is a tile, the origin the plane's.
    column, row
        (n,) of the tile.
    kind
        (n,) index into ``Features.kinds``.
    """

    shapes: Shapes
    column: Int32s
    row: Int32s
    kind: Int32s


def cut(features: Features, zoom: int, *, finest: bool) -> Pieces:
    """Cut what is shown at a zoom.

    Every point of a line that is shown lies in every tile that covers it, within the simplification.

    Parameters
    ----------
    finest
        Whether this is the highest zoom, which is magnified for those above it: nothing is left out.
    """
    from_zoom = np.asarray([kind.min_zoom for kind in features.kinds], np.int32)
    shown = from_zoom[features.kind] <= zoom
    kind = _without_labels(features, zoom)[features.kind[shown]]
    shapes = shapely.transform(features.shapes[shown], lambda positions: positions * 2.0**zoom)
    shapes, kind = _merged_lines(shapes, kind)
    shapes, kind = _simplified(shapes, kind, finest=finest)
    return _in_tiles(shapes, kind, tile_box(features.box, zoom))


def _without_labels(features: Features, zoom: int) -> Int32s:
    """By kind, the first one that looks the same at this zoom: two streets without their names are one."""
    first: dict[object, int] = {}
    return np.asarray(
        [
            first.setdefault((kind.layer, kind.labelled if zoom >= kind.label_zoom else kind.plain), number)
            for number, kind in enumerate(features.kinds)
        ],
        np.int32,
    )


def _merged_lines(shapes: Shapes, kind: Int32s) -> tuple[Shapes, Int32s]:
    """Lines of the same kind that meet become one: labels have room, and fewer corners are drawn."""
    line = np.flatnonzero(shapely.get_type_id(shapes) == LINE)
    if not len(line):
        return shapes, kind
    order = line[np.argsort(kind[line], kind="stable")]
    kinds, group = np.unique(kind[order], return_inverse=True)
    merged, origin = shapely.get_parts(
        shapely.line_merge(shapely.multilinestrings(shapes[order], indices=group)), return_index=True
    )
    rest = np.setdiff1d(np.arange(len(shapes)), line, assume_unique=True)
    return np.concatenate([shapes[rest], merged]), np.concatenate([kind[rest], kinds[origin]])


def _simplified(shapes: Shapes, kind: Int32s, *, finest: bool) -> tuple[Shapes, Int32s]:
    if not finest:
        of = shapely.get_type_id(shapes)
        small = ((of == POLYGON) & (shapely.area(shapes) < SMALLEST_AREA)) | (
            (of == LINE) & (shapely.length(shapes) < SHORTEST_LINE)
        )
        shapes, kind = shapes[~small], kind[~small]
    simple = shapely.simplify(shapes, FINEST / 2 if finest else SMOOTHING, preserve_topology=False)
    # What folds up altogether stays as it was mapped.
    lost = shapely.is_empty(simple)
    simple[lost] = shapes[lost]
    parts, origin = shapely.get_parts(simple, return_index=True)
    return parts, kind[origin]


def _in_tiles(shapes: Shapes, kind: Int32s, box: tuple[int, int, int, int]) -> Pieces:
    left, right, top, bottom = box
    bounds = shapely.bounds(shapes)
    point = shapely.get_type_id(shapes) == POINT
    reach = np.where(point, 0.0, BUFFER)
    first_column, last_column, first_row, last_row = (
        np.floor(edge).astype(np.int64)
        for edge in (bounds[:, 0] - reach, bounds[:, 2] + reach, bounds[:, 1] - reach, bounds[:, 3] + reach)
    )
    found: list[tuple[Shapes, Int32s, int, int]] = []
    for column in range(left, right + 1):
        here = np.flatnonzero((first_column <= column) & (last_column >= column))
        if not len(here):
            continue
        strip = _clipped(shapes[here], first_column[here] < last_column[here], column, None)
        for row in range(top, bottom + 1):
            inside = np.flatnonzero((first_row[here] <= row) & (last_row[here] >= row))
            if not len(inside):
                continue
            whole = here[inside]
            parts, origin = shapely.get_parts(
                _clipped(strip[inside], first_row[whole] < last_row[whole], None, row), return_index=True
            )
            # An area that touches the edge along a line leaves that line.
            same = shapely.get_type_id(parts) == shapely.get_type_id(shapes[whole])[origin]
            found.append((parts[same], kind[whole][origin[same]], column, row))
    counts = [len(parts) for parts, _, _, _ in found]
    return Pieces(
        np.concatenate([parts for parts, _, _, _ in found]) if found else np.empty(0, object),
        np.repeat(np.asarray([column for _, _, column, _ in found], np.int32), counts),
        np.repeat(np.asarray([row for _, _, _, row in found], np.int32), counts),
        np.concatenate([kinds for _, kinds, _, _ in found]) if found else np.empty(0, np.int32),
    )


def _clipped(shapes: Shapes, leaves: npt.NDArray[np.bool_], column: int | None, row: int | None) -> Shapes:
    """Clip those that leave the column or the row."""
    if not leaves.any():
        return shapes
    west, east = (column - BUFFER, column + 1 + BUFFER) if column is not None else (-1e9, 1e9)
    north, south = (row - BUFFER, row + 1 + BUFFER) if row is not None else (-1e9, 1e9)
    clipped = shapes.copy()
    clipped[leaves] = shapely.clip_by_rect(shapes[leaves], west, north, east, south)
    return clipped
