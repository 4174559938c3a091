"""A compact timetable as one file: arrays behind a directory, mapped into memory and shared by all who read
it.
"""

import json
import mmap
import os
import zlib
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, get_type_hints

import numpy as np
import numpy.typing as npt

from timetable.transit.compact import Timetable

MAGIC = b"LLTIMES\n"
VERSION = 3
ALIGNMENT = 64
"""Arrays begin at multiples of this: a cache line."""
_CHUNK = 1 << 24


class BrokenTimetableError(ValueError):
    """A file that is no compact timetable, or was damaged, or was made by another version."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"timetable {str(path)!r}: {reason}")


class _Head(NamedTuple):
    directory: dict[str, Any]
    begin: int


def save_timetable(timetable: Timetable, path: Path) -> None:
    """Write a timetable; who has an older file of that name mapped keeps it.

    The file begins with a mark, the length of a directory in JSON, the directory – version, checksum, and
    name, type, shape and place of each array – and then has the arrays, little-endian.
    """
    arrays = _flattened(timetable)
    entries, place, checksum = [], 0, 0
    for name, array in arrays.items():
        little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
        arrays[name] = little
        entries.append([name, little.dtype.str, list(little.shape), place])
        raw = little.reshape(-1).view(np.uint8)
        checksum = zlib.crc32(raw.data, checksum)
        padding = -little.nbytes % ALIGNMENT
        checksum = zlib.crc32(bytes(padding), checksum)
        place += little.nbytes + padding
    directory = {"version": VERSION, "bytes": place, "crc32": checksum, "arrays": entries}
    text = json.dumps(directory).encode()
    text += b" " * (-(len(MAGIC) + 8 + len(text)) % ALIGNMENT)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            file.write(MAGIC + len(text).to_bytes(8, "little") + text)
            for array in arrays.values():
                file.write(array.reshape(-1).view(np.uint8).data)
                file.write(bytes(-array.nbytes % ALIGNMENT))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def load_timetable(path: Path) -> Timetable:
    """Map a timetable into memory; its pages are shared by all processes that do.

    Raises
    ------
    BrokenTimetableError
        Where the file is none, has another version, is cut off, or its checksum is wrong.
    """
    try:
        with path.open("rb") as file:
            head = _read_head(path, file)
            size = path.stat().st_size
            if size != head.begin + head.directory["bytes"]:
                expected = head.begin + head.directory["bytes"]
                raise BrokenTimetableError(path, f"{size} bytes long, expected {expected}")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    except OSError as error:
        raise BrokenTimetableError(path, error.strerror or str(error)) from error
    content = np.frombuffer(mapped, dtype=np.uint8)[head.begin :]
    checksum = 0
    for at in range(0, len(content), _CHUNK):
        checksum = zlib.crc32(content[at : at + _CHUNK].data, checksum)
    if checksum != head.directory["crc32"]:
        raise BrokenTimetableError(path, f"checksum {checksum}, expected {head.directory['crc32']}")
    arrays = {}
    for name, kind, shape, place in head.directory["arrays"]:
        dtype = np.dtype(kind)
        length = int(np.prod(shape)) * dtype.itemsize
        arrays[name] = content[place : place + length].view(dtype).reshape(shape)
    try:
        return _unflattened(arrays)
    except KeyError as error:
        raise BrokenTimetableError(path, f"array {error} is missing") from error


def _read_head(path: Path, file: BinaryIO) -> _Head:
    if file.read(len(MAGIC)) != MAGIC:
        raise BrokenTimetableError(path, "no compact timetable")
    length = int.from_bytes(file.read(8), "little")
    text = file.read(min(length, _CHUNK))
    try:
        directory = json.loads(text)
        version = directory["version"]
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenTimetableError(path, f"its directory cannot be read: {error}") from error
    if version != VERSION:
        raise BrokenTimetableError(path, f"version {version!r}, expected {VERSION}; build it again")
    return _Head(directory, len(MAGIC) + 8 + length)


def _flattened(value: Any, prefix: str = "") -> dict[str, npt.NDArray[Any]]:
    found: dict[str, npt.NDArray[Any]] = {}
    for name in get_type_hints(type(value)):
        part = getattr(value, name)
        if isinstance(part, np.ndarray):
            found[prefix + name] = part
        else:
            found.update(_flattened(part, f"{prefix}{name}."))
    return found


def _unflattened(arrays: dict[str, npt.NDArray[Any]]) -> Timetable:
    timetable: Timetable = _of_kind(Timetable, arrays, "")
    return timetable


def _of_kind(kind: Any, arrays: dict[str, npt.NDArray[Any]], prefix: str) -> Any:
    parts = {}
    for name, hint in get_type_hints(kind).items():
        is_group = isinstance(hint, type) and issubclass(hint, tuple)
        parts[name] = _of_kind(hint, arrays, f"{prefix}{name}.") if is_group else arrays[prefix + name]
    return kind(**parts)
