"""Mapbox Vector Tiles 2.1, all tiles of a zoom at once.

Geometries become one stream of integers for the whole zoom: rounding, the removal of what rounding made
equal, the direction of rings, differences, zigzag and variable-length bytes are each one step over arrays.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from routing_core.tiles.cut import EXTENT, LINE, POINT, POLYGON, Pieces
from routing_core.tiles.kinds import Attributes, Kind
from routing_core.tiles.varint import varint

MOVE, DRAW, CLOSE = 1, 2, 7
_TYPE = {POINT: 1, LINE: 2, POLYGON: 3}
_VERSION, _LAYER_VERSION = 2, 15
_LAYER, _NAME, _FEATURE, _KEY, _VALUE, _EXTENT = 3, 1, 2, 3, 4, 5
_TAGS, _KIND, _GEOMETRY = 2, 3, 4
_STRING = 1

Int64s = npt.NDArray[np.int64]


class Tile(NamedTuple):
    """An encoded tile, not compressed."""

    column: int
    row: int
    body: bytes


def encode(pieces: Pieces, kinds: Sequence[Kind], zoom: int) -> Iterator[Tile]:
    """Encode the tiles of a zoom, by column and row; tiles without anything are left out.

    Lines and areas of one kind in one tile are one feature of several parts.
    """
    if not len(pieces.shapes):
        return
    layers = {name: number for number, name in enumerate(sorted({kind.layer for kind in kinds}))}
    layer = np.asarray([layers[kind.layer] for kind in kinds])[pieces.kind]
    form = shapely.get_type_id(pieces.shapes).astype(np.int64)
    # Points of one kind stay features of their own: their labels are placed one by one.
    alone = np.where(form == POINT, np.arange(len(form)), -1)
    order = np.lexsort((alone, pieces.kind, layer, pieces.row, pieces.column))
    keys = np.column_stack((pieces.column, pieces.row, layer, pieces.kind, alone))[order]
    feature = np.concatenate(([0], np.cumsum(np.any(keys[1:] != keys[:-1], axis=1))))
    first = np.flatnonzero(np.diff(feature, prepend=-1))
    geometry = _Geometry(pieces.shapes[order], form[order], keys[:, :2], feature)
    tile, features = (-1, -1), list[tuple[int, int, bytes]]()
    for number, (column, row, _, kind, _) in enumerate(keys[first].tolist()):
        if (column, row) != tile:
            if features:
                yield Tile(*tile, _tile(features, kinds, zoom))
            tile, features = (column, row), []
        commands = geometry.of(number)
        if commands:
            features.append((kind, _TYPE[int(form[order[first[number]]])], commands))
    if features:
        yield Tile(*tile, _tile(features, kinds, zoom))


class _Geometry:
    """The commands of all features, in their order."""

    def __init__(self, shapes: npt.NDArray[np.object_], form: Int64s, tiles: Int64s, feature: Int64s) -> None:
        rings, piece, closed = _rings(shapes, form)
        at, ring = shapely.get_coordinates(rings, return_index=True)
        grid = np.rint((at - tiles[piece[ring]]) * EXTENT).astype(np.int64)
        keep = np.concatenate(([True], (ring[1:] != ring[:-1]) | np.any(grid[1:] != grid[:-1], axis=1)))
        grid, ring = grid[keep], ring[keep]
        # The last corner of an outline is the first one again.
        last = np.concatenate((ring[1:] != ring[:-1], [True]))
        keep = ~(last & closed[ring])
        grid, ring = grid[keep], ring[keep]
        count = np.bincount(ring, minlength=len(rings))
        fewest = np.where(closed, 3, np.where(form[piece] == POINT, 1, 2))
        outer = np.concatenate(([True], piece[1:] != piece[:-1]))
        area = _areas(grid, ring, count)
        good = (count >= fewest) & (~closed | (area != 0))
        # A hole goes with its outline.
        good &= good[np.maximum.accumulate(np.where(outer, np.arange(len(outer)), 0))]
        backward = closed & ((area > 0) != outer)
        grid = grid[_turned(count, backward)]
        keep = good[ring]
        grid, closed, count, owner = grid[keep], closed[good], count[good], feature[piece[good]]
        self._write(grid, closed, count, owner, int(feature[-1]) + 1)

    def _write(
        self, grid: Int64s, closed: npt.NDArray[np.bool_], count: Int64s, owner: Int64s, feature_count: int
    ) -> None:
        start = np.cumsum(count) - count
        step = np.diff(grid, axis=0, prepend=0)
        opens = np.flatnonzero(np.diff(owner, prepend=-1))
        step[start[opens]] = grid[start[opens]]
        step = (step << 1) ^ (step >> 63)
        # A ring: move, x, y, draw, x, y, ..., close; a point has no draw.
        size = 3 + (count > 1) + 2 * (count - 1) + closed
        begin = np.cumsum(size) - size
        stream = np.empty(int(size.sum()), np.int64)
        stream[begin] = MOVE | 1 << 3
        more = count > 1
        stream[begin[more] + 3] = DRAW | (count[more] - 1) << 3
        stream[(begin + size - 1)[closed]] = CLOSE | 1 << 3
        ring = np.repeat(np.arange(len(count)), count)
        within = np.arange(len(grid)) - start[ring]
        position = begin[ring] + 1 + 2 * within + (within > 0)
        stream[position], stream[position + 1] = step[:, 0], step[:, 1]
        body, end = _varints(stream)
        edge = np.concatenate(([0], end))
        self._body = body.tobytes()
        total = np.bincount(owner, weights=size, minlength=feature_count).astype(np.int64)
        self._edge = edge[np.concatenate(([0], np.cumsum(total)))].tolist()

    def of(self, feature: int) -> bytes:
        return self._body[self._edge[feature] : self._edge[feature + 1]]


def _rings(
    shapes: npt.NDArray[np.object_], form: Int64s
) -> tuple[npt.NDArray[np.object_], Int64s, npt.NDArray[np.bool_]]:
    """Outlines, holes, lines and points in the order of the pieces; the piece of each; which are closed."""
    polygon = np.flatnonzero(form == POLYGON)
    rings, of = shapely.get_rings(shapes[polygon], return_index=True)
    other = np.flatnonzero(form != POLYGON)
    piece = np.concatenate([polygon[of], other])
    order = np.argsort(piece, kind="stable")
    closed = np.concatenate([np.ones(len(rings), bool), np.zeros(len(other), bool)])
    return np.concatenate([rings, shapes[other]])[order], piece[order], closed[order]


def _areas(grid: Int64s, ring: Int64s, count: Int64s) -> Int64s:
    """Twice the area of every ring, above zero where it turns clockwise as seen on the screen."""
    following = np.arange(1, len(grid) + 1)
    first = np.cumsum(count) - count
    some = count > 0
    following[(first + count - 1)[some]] = first[some]
    cross = grid[:, 0] * grid[following, 1] - grid[following, 0] * grid[:, 1]
    total = np.zeros(len(count), np.int64)
    np.add.at(total, ring, cross)
    return total


def _turned(count: Int64s, backward: npt.NDArray[np.bool_]) -> Int64s:
    """The order of corners that turns some rings round."""
    start = np.repeat(np.cumsum(count) - count, count)
    within = np.arange(len(start)) - start
    return start + np.where(np.repeat(backward, count), np.repeat(count, count) - 1 - within, within)


def _varints(values: Int64s) -> tuple[npt.NDArray[np.uint8], Int64s]:
    """Bytes of non-negative integers below 2^35, and where each one ends."""
    length = np.ones(len(values), np.int64)
    for byte in range(1, 5):
        length += values >= 1 << 7 * byte
    end = np.cumsum(length)
    body = np.empty(int(end[-1]) if len(end) else 0, np.uint8)
    begin = end - length
    for byte in range(5):
        has = length > byte
        more = (length[has] > byte + 1).astype(np.int64) << 7
        body[begin[has] + byte] = (values[has] >> 7 * byte) & 0x7F | more
    return body, end


def _tile(features: Sequence[tuple[int, int, bytes]], kinds: Sequence[Kind], zoom: int) -> bytes:
    layers: dict[str, list[tuple[Attributes, int, bytes]]] = {}
    for number, form, commands in features:
        kind = kinds[number]
        attributes = kind.labelled if zoom >= kind.label_zoom else kind.plain
        layers.setdefault(kind.layer, []).append((attributes, form, commands))
    return b"".join(_field(_LAYER, _layer(name, content)) for name, content in layers.items())


def _layer(name: str, features: Sequence[tuple[Attributes, int, bytes]]) -> bytes:
    keys: dict[str, int] = {}
    values: dict[str, int] = {}
    parts = [_field(_NAME, name.encode())]
    for attributes, form, commands in features:
        tags = b"".join(
            varint(keys.setdefault(key, len(keys))) + varint(values.setdefault(value, len(values)))
            for key, value in attributes
        )
        parts.append(
            _field(
                _FEATURE,
                _field(_TAGS, tags) + varint(_KIND << 3) + varint(form) + _field(_GEOMETRY, commands),
            )
        )
    parts += [_field(_KEY, key.encode()) for key in keys]
    parts += [_field(_VALUE, _field(_STRING, value.encode())) for value in values]
    parts += [varint(_EXTENT << 3), varint(EXTENT), varint(_LAYER_VERSION << 3), varint(_VERSION)]
    return b"".join(parts)


def _field(number: int, body: bytes) -> bytes:
    """A field of known length."""
    return varint(number << 3 | 2) + varint(len(body)) + body
