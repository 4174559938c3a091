"""Modules imported quickly, or only once they are needed: a process that starts is waited for."""

import gc
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any


def imported(name: str) -> ModuleType:
    """Import a module and all it needs, without looking for garbage meanwhile.

    What importing makes lives on: looking through it again and again takes a quarter of the time, and looking
    through it later, too, holds up calls.
    """
    if name in sys.modules:
        return sys.modules[name]
    gc.disable()
    try:
        module = import_module(name)
    finally:
        gc.enable()
    gc.freeze()
    return module


def later(where: str) -> Callable[..., Any]:
    """Return a function that is imported when it is first called.

    Parameters
    ----------
    where
        As ``module:name``.
    """
    module, _, name = where.partition(":")

    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(import_module(module), name)(*args, **kwargs)

    return call
