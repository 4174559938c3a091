"""Flat arrays on disk: one .npy file each, which map into memory and are shared by processes."""

import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from routing_core.roads.errors import BrokenGraph

ABOUT_FILE = "about.json"

ArraysT = TypeVar("ArraysT")


def save_arrays(arrays: Any, folder: Path, about: dict[str, Any]) -> None:
    """Write the arrays of a dataclass, and what is to be known about them.

    Processes that have older files of the same names in memory keep those.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ABOUT_FILE).unlink(missing_ok=True)
    for field in fields(arrays):
        unfinished = folder / f".{field.name}.{os.getpid()}.npy"
        np.save(unfinished, getattr(arrays, field.name))
        unfinished.replace(folder / f"{field.name}.npy")
    text = json.dumps(about, indent=2, ensure_ascii=False)
    (folder / ABOUT_FILE).write_text(text + "\n", encoding="utf-8")


def load_arrays(kind: type[ArraysT], folder: Path, expected: dict[str, Any]) -> ArraysT:
    """Map the arrays of a dataclass into memory.

    Parameters
    ----------
    expected
        Entries of ``about.json`` that must be as given.

    Raises
    ------
    BrokenGraph
        Where a file is missing or damaged, or an entry differs.
    """
    about = read_about(folder)
    for key, value in expected.items():
        if about.get(key) != value:
            raise BrokenGraph(folder, f"{key} is {about.get(key)!r}, expected {value!r}")
    arrays = {}
    for field in fields(kind):  # type: ignore[arg-type] # only dataclasses are stored
        path = folder / f"{field.name}.npy"
        try:
            # Pages are shared until written to, which nobody does; compiled kernels take writeable arrays.
            mapped = np.load(path, mmap_mode="c", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise BrokenGraph(folder, f"{path.name}: {error}") from error
        arrays[field.name] = mapped.view(np.ndarray)
    return kind(**arrays)


def read_about(folder: Path) -> dict[str, Any]:
    """What is known about stored arrays.

    Raises
    ------
    BrokenGraph
        Where there is no such file, or it is damaged.
    """
    try:
        about = json.loads((folder / ABOUT_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BrokenGraph(folder, f"{ABOUT_FILE}: {error}") from error
    if not isinstance(about, dict):
        raise BrokenGraph(folder, f"{ABOUT_FILE}: holds no object")
    return about
