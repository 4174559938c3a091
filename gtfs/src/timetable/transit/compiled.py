"""How the kernels of this room are compiled: kept on disk, and without holding the interpreter."""

from numba import njit

compiled = njit(cache=True, nogil=True)

inlined = njit(inline="always")
"""For steps so small that handing over their arrays takes longer: they become a part of who calls them."""
