"""Random numbers with a state of their own, so that equal seeds give equal searches.

xorshift64* (Vigna 2016, "An experimental exploration of Marsaglia's xorshift generators, scrambled").
"""

import numpy as np
import numpy.typing as npt

from routing_core.improve.compiled import compiled

State = npt.NDArray[np.uint64]


def seeded(seed: int) -> State:
    """A state of shape (1,), never zero."""
    return np.random.SeedSequence(seed).generate_state(1, dtype=np.uint64) | np.uint64(1)


@compiled
def chance(random: State) -> float:
    """A number in [0, 1)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    return float((x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@compiled
def below(random: State, count: int) -> int:
    """A whole number in [0, count)."""
    return int(chance(random) * count)
