"""How the small kernels of this room are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def inlined(function: Kernel) -> Kernel:
    """Compile a small kernel into those that call it.

    The kernels pass each other tuples of some thirty arrays; handing those over took longer than the work.
    """
    options: dict[str, Any] = {
        "cache": True,
        "nogil": True,
        "error_model": "numpy",
        "_nrt": False,
        "forceinline": True,
    }
    kernel: Kernel = njit(**options)(function)
    return kernel
