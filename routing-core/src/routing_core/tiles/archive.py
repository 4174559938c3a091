"""All tiles of a district in one file: PMTiles, version 3."""

import gzip
import hashlib
import json
import os
import struct
import weakref
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from routing_core.tiles.varint import varint

FILE = "map.pmtiles"
"""Its name in a district's folder."""
_MAGIC = b"PMTiles\x03"
_HEADER = struct.Struct("<8s11Q?5B4iB2i")
_HEADER_LENGTH = 127
_ROOT_LIMIT = 16384 - _HEADER_LENGTH
_LEAF_SIZE = 4096
_GZIP, _VECTOR = 2, 1
_E7 = 1e7


class BrokenArchive(ValueError):  # noqa: N818 - says what is wrong
    """A file of tiles that is missing, damaged, or of another kind."""

    def __init__(self, path: object, why: str) -> None:
        super().__init__(f"tiles {str(path)!r}: {why}")


class Address(NamedTuple):
    """Where a tile is: zoom, column from the west, row from the north."""

    zoom: int
    column: int
    row: int


class _Entry(NamedTuple):
    tile_id: int
    offset: int
    length: int
    run_length: int


def write_archive(
    path: Path,
    tiles: Iterable[tuple[Address, bytes]],
    box: tuple[float, float, float, float],
    about: Mapping[str, Any],
) -> int:
    """Write tiles that are not compressed yet; equal ones are stored once, and the file is always the same.

    Parameters
    ----------
    box
        West, south, east, north in degrees.
    about
        Metadata: name, attribution, layers.

    Returns
    -------
    int
        How many tiles there are.
    """
    ordered = sorted((tile_id(address), address.zoom, body) for address, body in tiles)
    data, known, entries = bytearray(), dict[bytes, tuple[int, int]](), list[_Entry]()
    for number, _, body in ordered:
        digest = hashlib.sha256(body).digest()
        if digest not in known:
            packed = _packed(body)
            known[digest] = (len(data), len(packed))
            data += packed
        offset, length = known[digest]
        if entries and entries[-1][1:3] == (offset, length) and sum(entries[-1][::3]) == number:
            entries[-1] = entries[-1]._replace(run_length=entries[-1].run_length + 1)
        else:
            entries.append(_Entry(number, offset, length, 1))
    root, leaves = _directories(entries)
    metadata = _packed(json.dumps(about, ensure_ascii=False, sort_keys=True).encode())
    zooms = [zoom for _, zoom, _ in ordered]
    lengths = (len(root), len(metadata), len(leaves), len(data))
    offsets = [_HEADER_LENGTH + sum(lengths[:number]) for number in range(4)]
    west, south, east, north = (round(edge * _E7) for edge in box)
    header = _HEADER.pack(
        _MAGIC,
        *(value for pair in zip(offsets, lengths, strict=True) for value in pair),
        len(ordered),
        len(entries),
        len(known),
        True,
        _GZIP,
        _GZIP,
        _VECTOR,
        min(zooms),
        max(zooms),
        west,
        south,
        east,
        north,
        max(zooms),
        (west + east) // 2,
        (south + north) // 2,
    )
    path.write_bytes(header + root + metadata + leaves + data)
    return len(ordered)


class TileArchive:
    """The tiles of a file; any number of threads may ask.

    Attributes
    ----------
    zooms
        The lowest and the highest.
    box
        West, south, east, north in degrees.
    about
        Metadata as it was written.
    version
        Another one for every other content.

    Raises
    ------
    BrokenArchive
        Where the file is missing, damaged, or of another kind.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = os.open(path, os.O_RDONLY)
            self.close = weakref.finalize(self, os.close, self._file)
            with path.open("rb") as file:
                self.version = hashlib.file_digest(file, "sha256").hexdigest()[:16]
            self._read_contents()
        except (struct.error, EOFError, OSError, ValueError, IndexError, zlib.error) as error:
            raise BrokenArchive(path, str(error)) from error

    def _read_contents(self) -> None:
        head = _HEADER.unpack(self._at(0, _HEADER_LENGTH))
        if head[0] != _MAGIC or head[13:16] != (_GZIP, _GZIP, _VECTOR):
            raise ValueError("no vector tiles in PMTiles version 3, compressed by gzip")
        root, metadata, leaves = head[1:3], head[3:5], head[5:7]
        self._data_offset = head[7]
        self.zooms = (head[16], head[17])
        self.box = tuple(edge / _E7 for edge in head[18:22])
        self.about: Mapping[str, Any] = json.loads(gzip.decompress(self._at(*metadata)))
        self._where: dict[int, tuple[int, int]] = {}
        for entry in _entries(self._at(*root)):
            if entry.run_length:
                self._remember(entry)
                continue
            for tile in _entries(self._at(leaves[0] + entry.offset, entry.length)):
                self._remember(tile)

    def _remember(self, entry: _Entry) -> None:
        for number in range(entry.run_length):
            self._where[entry.tile_id + number] = (entry.offset, entry.length)

    def _at(self, offset: int, length: int) -> bytes:
        body = os.pread(self._file, length, offset)
        if len(body) < length:
            raise EOFError(f"ends at {offset + len(body)}, within {length} bytes from {offset}")
        return body

    def __len__(self) -> int:
        return len(self._where)

    def packed(self, address: Address) -> bytes | None:
        """A tile as it is stored, compressed by gzip; nothing where the map is empty."""
        found = self._where.get(tile_id(address))
        if found is None:
            return None
        return self._at(self._data_offset + found[0], found[1])

    def stored(self) -> Iterator[tuple[int, bytes]]:
        """All tiles by their number, as they are stored."""
        for number, (offset, length) in self._where.items():
            yield number, self._at(self._data_offset + offset, length)


def tile_id(address: Address) -> int:
    """Place of a tile on the Hilbert curve that leads through all zooms, one after the other."""
    zoom, column, row = address
    found = ((1 << 2 * zoom) - 1) // 3
    for level in range(zoom - 1, -1, -1):
        half = 1 << level
        east, south = column & half, row & half
        found += (3 * east ^ south) << level
        if not south:
            if east:
                column, row = half - 1 - column, half - 1 - row
            column, row = row, column
    return found


def _directories(entries: list[_Entry]) -> tuple[bytes, bytes]:
    """The root, which has to be small, and the leaves it points to where there are many tiles."""
    root = _directory(entries)
    if len(root) <= _ROOT_LIMIT:
        return root, b""
    leaves, pointers = bytearray(), list[_Entry]()
    for first in range(0, len(entries), _LEAF_SIZE):
        leaf = _directory(entries[first : first + _LEAF_SIZE])
        pointers.append(_Entry(entries[first].tile_id, len(leaves), len(leaf), 0))
        leaves += leaf
    return _directory(pointers), bytes(leaves)


def _directory(entries: list[_Entry]) -> bytes:
    numbers = [len(entries)]
    numbers += [entry.tile_id - before for entry, before in _with_before(entries)]
    numbers += [entry.run_length for entry in entries]
    numbers += [entry.length for entry in entries]
    end = -1
    for entry in entries:
        numbers.append(0 if entry.offset == end else entry.offset + 1)
        end = entry.offset + entry.length
    return _packed(b"".join(map(varint, numbers)))


def _with_before(entries: list[_Entry]) -> Iterator[tuple[_Entry, int]]:
    before = 0
    for entry in entries:
        yield entry, before
        before = entry.tile_id


def _entries(packed: bytes) -> list[_Entry]:
    numbers = list(_numbers(gzip.decompress(packed)))
    count = numbers[0]
    if len(numbers) != 1 + 4 * count:
        raise ValueError(f"a directory of {count} tiles with {len(numbers) - 1} numbers")
    found, tile, offset = list[_Entry](), 0, 0
    for number in range(count):
        step, run_length, length, place = numbers[1 + number :: count]
        tile += step
        offset = place - 1 if place else offset
        found.append(_Entry(tile, offset, length, run_length))
        offset += length
    return found


def _numbers(body: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in body:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0


def _packed(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)
