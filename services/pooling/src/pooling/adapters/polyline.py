"""Lines on the map as short text: the encoded polyline that map libraries read."""

import numpy as np
import numpy.typing as npt

_DECIMALS = 1e5
_CHUNK_BITS = 5
_MORE = 0x20
_FIRST = 63


def polyline(positions: npt.NDArray[np.float64]) -> str:
    """Encode (n, 2) latitudes and longitudes in degrees, to five decimals; equal neighbours become one."""
    rounded = np.rint(positions * _DECIMALS).astype(np.int64)
    steps = np.diff(rounded, axis=0, prepend=0)
    moved = np.any(steps != 0, axis=1)
    moved[0] = True
    zigzag = np.where(steps < 0, ~(steps << 1), steps << 1)[moved]
    return "".join(map(_text, zigzag.ravel().tolist()))


def _text(value: int) -> str:
    characters = []
    while value >= _MORE:
        characters.append(chr((_MORE | value & _MORE - 1) + _FIRST))
        value >>= _CHUNK_BITS
    characters.append(chr(value + _FIRST))
    return "".join(characters)
