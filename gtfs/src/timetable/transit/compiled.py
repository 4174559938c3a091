"""How the kernels of this room are compiled: kept on disk, and without holding the interpreter."""

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import njit, types
from numba.core.cgutils import voidptr_t
from numba.extending import intrinsic

compiled = njit(cache=True, nogil=True)

inlined = njit(inline="always")
"""For steps so small that handing over their arrays takes longer: they become a part of who calls them."""

AHEAD = 6
"""So many turns of a loop before it is read, a place in memory is fetched."""
_TO_READ, _AND_KEEP, _DATA = 0, 3, 1


def _prefetch(_typing: Any, array: Any, _index: Any) -> Any:
    def generated(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, arguments[0])
        stride = builder.extract_value(held.strides, 0)
        begin = builder.bitcast(held.data, voidptr_t)
        address = builder.gep(begin, [builder.mul(arguments[1], stride)])
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [voidptr_t, number, number, number])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [voidptr_t], kind)
        builder.call(prefetch, [address, number(_TO_READ), number(_AND_KEEP), number(_DATA)])
        return context.get_dummy_value()

    return types.void(array, types.intp), generated


fetch = cast("Callable[[Any, int], None]", intrinsic(_prefetch))
"""``fetch(array, index)`` has this element, or row, brought into the caches while other work goes on.

For kernels only. It changes nothing but the time that reading takes later, so the index may lie outside.
"""
