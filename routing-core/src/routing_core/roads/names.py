"""Names of roads as one run of bytes."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Int32s = npt.NDArray[np.int32]


def packed_names(names: Sequence[str]) -> tuple[Int32s, Int32s, npt.NDArray[np.uint8]]:
    """Number the names, and write each of them down once.

    Returns
    -------
    numbers : int32 array (name_count,)
        0 where the name is empty.
    first_byte : int32 array
        Name ``i`` is bytes ``first_byte[i]`` up to ``first_byte[i + 1]``.
    name_bytes : uint8 array
        In UTF-8.
    """
    distinct = sorted({"", *names})
    number_of = {name: number for number, name in enumerate(distinct)}
    encoded = [name.encode() for name in distinct]
    first_byte = np.concatenate([[0], np.cumsum([len(name) for name in encoded])]).astype(np.int32)
    numbers = np.array([number_of[name] for name in names], np.int32)
    return numbers, first_byte, np.frombuffer(b"".join(encoded), np.uint8)
