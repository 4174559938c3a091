"""How the kernels of this room are compiled: kept on disk, and without holding the interpreter."""

from numba import njit

compiled = njit(cache=True, nogil=True)
