"""Whether what is committed equals what would be made now."""

import gzip
from pathlib import Path

import numpy as np
from routing_core.tiles import archive

ROUNDING = 1
"""Times and lengths of arcs may differ by one unit: sines differ in the last bit between machines."""
ROUNDED_ARRAYS = frozenset({"arc_ms.npy", "arc_cm.npy"})

BY_HAND = "tariffs"
"""A folder that people write; nothing makes it."""


def differences(made: Path, committed: Path) -> list[str]:
    """One line per file that is missing, unknown or different."""
    made_files = {path.relative_to(made) for path in made.rglob("*") if path.is_file()}
    committed_files = {path.relative_to(committed) for path in committed.rglob("*") if path.is_file()}
    committed_files = {path for path in committed_files if path.parts[0] != BY_HAND}
    lines = [f"{path}: not committed" for path in sorted(made_files - committed_files)]
    lines += [f"{path}: not made any more" for path in sorted(committed_files - made_files)]
    lines += [
        f"{path}: differs"
        for path in sorted(made_files & committed_files)
        if not _equal(made / path, committed / path)
    ]
    return lines


def _equal(one: Path, other: Path) -> bool:
    if one.name in ROUNDED_ARRAYS:
        values, other_values = np.load(one), np.load(other)
        return values.shape == other_values.shape and bool(np.all(np.abs(values - other_values) <= ROUNDING))
    if one.name == archive.FILE:
        # Compressed bytes differ between versions of zlib; what is in them does not.
        return _tiles(one) == _tiles(other)
    return one.read_bytes() == other.read_bytes()


def _tiles(path: Path) -> dict[int, bytes]:
    tiles = archive.TileArchive(path)
    try:
        return {number: gzip.decompress(packed) for number, packed in tiles.stored()}
    finally:
        tiles.close()
