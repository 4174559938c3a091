"""What the road room hands to the fleet room: driving times and lengths between places."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

UNREACHABLE = 2**30
"""Seconds and metres where there is no way."""


@dataclass(frozen=True, slots=True)
class TravelMatrix:
    """Driving times and lengths between places.

    Parameters
    ----------
    seconds, metres
        C-contiguous int32 arrays of shape (place_count, place_count), row = from, column = to; integer
        seconds and integer metres along the fastest way, ``UNREACHABLE`` where there is none.
    """

    seconds: npt.NDArray[np.int32]
    metres: npt.NDArray[np.int32]
