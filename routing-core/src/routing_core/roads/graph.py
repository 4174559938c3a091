"""The compact road graph: flat arrays that map into memory."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from routing_core.roads.stored import load_arrays, read_about, save_arrays

FORMAT = 3
"""Raised when arrays change their meaning, so that an old graph is refused and not misread."""

Int32s = npt.NDArray[np.int32]
UInt8s = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class RoadGraph:
    """Roads as flat arrays.

    An *arc* is one direction of a road between two nodes; both directions of a road are two arcs. A
    *node* is a junction, an end, a place where the road changes, or a copy of one with fewer exits (turn
    restrictions). A *link* is the use of an arc from a node: arcs out of a node with copies have several,
    which may end at different copies. Every arc can be reached from every node.

    Parameters
    ----------
    first_link
        (node_count + 1,) links of node ``n`` are ``first_link[n]`` up to ``first_link[n + 1]``.
    link_arc, link_head
        (link_count,) the arc by link, and the node it ends at.
    node_latitude_e7, node_longitude_e7
        (node_count,) positions in units of 1e-7 degrees.
    arc_head
        (arc_count,) the node an arc ends at for those who set off on it.
    arc_reverse
        (arc_count,) the arc of the opposite direction, -1 on one-way roads.
    arc_ms, arc_cm
        (arc_count,) travel time in milliseconds and length in centimetres, both at least 1.
    arc_boardable
        (arc_count,) whether passengers may get on and off along the arc.
    arc_highway
        (arc_count,) class of the road, an index into ``HIGHWAYS``.
    arc_roundabout
        (arc_count,) whether the arc begins on a roundabout.
    first_name, name_point, name_number
        What arc ``a`` is called along its course: entries ``first_name[a]`` up to ``first_name[a + 1]``,
        each with the number of the arc's point it holds from, the first of them 0. Name 0 is empty.
    first_name_byte, name_bytes
        Name ``i`` is bytes ``first_name_byte[i]`` up to ``first_name_byte[i + 1]``, in UTF-8.
    first_point
        (arc_count + 1,) the shape of arc ``a`` is points ``first_point[a]`` up to ``first_point[a + 1]``,
        both ends included.
    point_latitude_e7, point_longitude_e7
        (point_count,) positions in units of 1e-7 degrees.
    """

    first_link: Int32s
    link_arc: Int32s
    link_head: Int32s
    node_latitude_e7: Int32s
    node_longitude_e7: Int32s
    arc_head: Int32s
    arc_reverse: Int32s
    arc_ms: Int32s
    arc_cm: Int32s
    arc_boardable: npt.NDArray[np.bool_]
    arc_highway: UInt8s
    arc_roundabout: npt.NDArray[np.bool_]
    first_name: Int32s
    name_point: Int32s
    name_number: Int32s
    first_name_byte: Int32s
    name_bytes: UInt8s
    first_point: Int32s
    point_latitude_e7: Int32s
    point_longitude_e7: Int32s

    @property
    def node_count(self) -> int:
        return len(self.first_link) - 1

    @property
    def arc_count(self) -> int:
        return len(self.arc_head)

    def link_tail(self) -> Int32s:
        """(link_count,) the node each link leaves."""
        return np.repeat(np.arange(self.node_count, dtype=np.int32), np.diff(self.first_link))

    def names_of(self, arc: int) -> list[tuple[int, str]]:
        """What a road is called along an arc: numbers of its points, and the name from there on."""
        entries = range(self.first_name[arc], self.first_name[arc + 1])
        return [(int(self.name_point[entry]), self._name(int(self.name_number[entry]))) for entry in entries]

    def _name(self, number: int) -> str:
        first, last = self.first_name_byte[number], self.first_name_byte[number + 1]
        return self.name_bytes[first:last].tobytes().decode()


HIGHWAYS = (
    *("motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary"),
    *("secondary_link", "tertiary", "tertiary_link", "unclassified", "road", "residential"),
    *("living_street", "service", "track", "pedestrian", "footway", "path", "steps", "bridleway"),
    *("cycleway", "platform", "corridor", "ferry", "other"),
)
"""Classes of roads, in the order ``arc_highway`` counts them."""


def save_graph(graph: RoadGraph, folder: Path, about: dict[str, Any]) -> None:
    """Write one .npy file per array, and ``about.json`` with where the graph comes from."""
    save_arrays(graph, folder, {"format": FORMAT, **about})


def load_graph(folder: Path) -> RoadGraph:
    """Map a stored graph into memory.

    Raises
    ------
    BrokenGraph
        Where a file is missing or damaged, or the format is another one.
    """
    return load_arrays(RoadGraph, folder, {"format": FORMAT})


def graph_about(folder: Path) -> dict[str, Any]:
    """What ``about.json`` says of a stored graph: its source and counts; raises BrokenGraph."""
    return read_about(folder)
