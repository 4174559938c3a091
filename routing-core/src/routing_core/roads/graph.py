"""The compact road graph: flat arrays, stored as a folder of .npy files that map into memory."""

import json
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from routing_core.roads.errors import BrokenGraph

FORMAT = 1
"""Raised when arrays change their meaning, so that an old graph is refused and not misread."""

Int32s = npt.NDArray[np.int32]

_ABOUT_FILE = "about.json"


@dataclass(frozen=True, slots=True)
class RoadGraph:
    """Drivable roads as flat arrays.

    An *arc* is one driving direction of a road between two nodes; both directions of a road are two arcs. A
    *node* is a junction, an end, a place where the road changes, or a copy of one with fewer exits (turn
    restrictions). A *link* is the use of an arc from a node: arcs out of a node with copies have several.
    Every node reaches every other one.

    Parameters
    ----------
    first_link
        (node_count + 1,) links of node ``n`` are ``first_link[n]`` up to ``first_link[n + 1]``.
    link_arc
        (link_count,) the arc by link.
    node_latitude_e7, node_longitude_e7
        (node_count,) positions in units of 1e-7 degrees.
    arc_head
        (arc_count,) the node an arc ends at; the same for all its links.
    arc_reverse
        (arc_count,) the arc of the opposite direction, -1 on one-way roads.
    arc_ms, arc_cm
        (arc_count,) driving time in milliseconds and length in centimetres, both at least 1.
    arc_boardable
        (arc_count,) whether passengers may get on and off along the arc.
    first_point
        (arc_count + 1,) the shape of arc ``a`` is points ``first_point[a]`` up to ``first_point[a + 1]``,
        both ends included.
    point_latitude_e7, point_longitude_e7
        (point_count,) positions in units of 1e-7 degrees.
    """

    first_link: Int32s
    link_arc: Int32s
    node_latitude_e7: Int32s
    node_longitude_e7: Int32s
    arc_head: Int32s
    arc_reverse: Int32s
    arc_ms: Int32s
    arc_cm: Int32s
    arc_boardable: npt.NDArray[np.bool_]
    first_point: Int32s
    point_latitude_e7: Int32s
    point_longitude_e7: Int32s

    @property
    def node_count(self) -> int:
        return len(self.first_link) - 1

    @property
    def arc_count(self) -> int:
        return len(self.arc_head)


def save_graph(graph: RoadGraph, folder: Path, about: dict[str, str | int]) -> None:
    """Write one .npy file per array, and ``about.json`` with where the graph comes from."""
    folder.mkdir(parents=True, exist_ok=True)
    for field in fields(graph):
        np.save(folder / f"{field.name}.npy", getattr(graph, field.name))
    text = json.dumps({"format": FORMAT, **about}, indent=2, ensure_ascii=False)
    (folder / _ABOUT_FILE).write_text(text + "\n", encoding="utf-8")


def load_graph(folder: Path) -> RoadGraph:
    """Map a stored graph into memory.

    Raises
    ------
    BrokenGraph
        Where a file is missing or damaged, or the format is another one.
    """
    stored_format = graph_about(folder).get("format")
    if stored_format != FORMAT:
        raise BrokenGraph(folder, f"format is {stored_format!r}, expected {FORMAT}")
    arrays = {}
    for field in fields(RoadGraph):
        path = folder / f"{field.name}.npy"
        try:
            arrays[field.name] = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise BrokenGraph(folder, f"{path.name}: {error}") from error
    return RoadGraph(**arrays)


def graph_about(folder: Path) -> dict[str, object]:
    """What ``about.json`` says of a stored graph: its source and counts.

    Raises
    ------
    BrokenGraph
        Where there is no such file, or it is damaged.
    """
    try:
        about = json.loads((folder / _ABOUT_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BrokenGraph(folder, f"{_ABOUT_FILE}: {error}") from error
    if not isinstance(about, dict):
        raise BrokenGraph(folder, f"{_ABOUT_FILE}: holds no object")
    return about
