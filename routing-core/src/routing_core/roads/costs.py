"""What driving costs: milliseconds and centimetres in one number.

A cost is one int64: milliseconds in the upper half, centimetres in the lower one. Costs add, subtract and
compare as they are, which makes the shorter of two equally fast ways the best and the answer unique.
"""

import numpy as np
import numpy.typing as npt

from routing_core.roads.compiled import compiled

COST_SHIFT = 32
NO_COST = (2**30 - 1) << COST_SHIFT
"""No way. Twice that still fits, and so does twice its upper half in 32 bits: sums need no test."""

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


@compiled
def packed(ms: np.int64, cm: np.int64) -> np.int64:
    """Cost of so many milliseconds and centimetres."""
    return (ms << COST_SHIFT) + cm


@compiled
def part_of(cost: np.int64, fraction: float) -> np.int64:
    """Cost of the first part of an arc, both numbers rounded to the nearest; none of a closed one."""
    if cost >= NO_COST:
        return np.int64(NO_COST)
    ms = np.int64(np.floor(np.float64(cost >> COST_SHIFT) * fraction + 0.5))
    cm = np.int64(np.floor(np.float64(cost & 0xFFFFFFFF) * fraction + 0.5))
    return packed(ms, cm)


@compiled
def rest_of(cost: np.int64, fraction: float) -> np.int64:
    """Cost of what remains of an arc behind its first part."""
    if cost >= NO_COST:
        return np.int64(NO_COST)
    return cost - part_of(cost, fraction)


def whole_seconds(costs: Int64s) -> npt.NDArray[np.int64]:
    """Seconds, rounded up, so that a way over a third point never comes out shorter than the direct one."""
    return ((costs >> COST_SHIFT) + 999) // 1000


def whole_metres(costs: Int64s) -> npt.NDArray[np.int64]:
    """Metres, rounded to the nearest."""
    return ((costs & 0xFFFFFFFF) + 50) // 100
