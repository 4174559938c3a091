"""How the kernels of this room are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(function: Kernel) -> Kernel:
    """Compile a kernel that allocates nothing, without counting references.

    The kernels pass each other tuples of some thirty arrays; counting references to all of them at every
    call took ten times as long as the work itself. Numba refuses to compile an allocation under this option,
    so that nothing can leak by oversight.
    """
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
    kernel: Kernel = njit(**options)(function)
    return kernel
