"""What building a road engine takes: seconds and resident memory, each engine in a process of its own."""

import ctypes
import gc
import multiprocessing
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from road_peers import Arcs, NetworkxRoads, RoutingkitRoads, ScipyRoads
from routing_core.roads.graph import RoadGraph, load_graph
from routing_core.roads.network import RoadNetwork
from routing_core.roads.router import Router


@dataclass(frozen=True)
class Built:
    """Seconds to build, MiB that the process grew by, and MiB it then has in all."""

    seconds: float
    grown_mib: float
    resident_mib: float


MAKERS: Mapping[str, Callable[[RoadGraph], object]] = {
    "ours": lambda graph: Router(RoadNetwork(graph)),
    "scipy": lambda graph: ScipyRoads(Arcs(graph).edges([])),
    "networkx": lambda graph: NetworkxRoads(Arcs(graph).edges([])),
    "routingkit": lambda graph: RoutingkitRoads(Arcs(graph)),
}


def built(engine: str, folder: Path) -> Built:
    """Build an engine over a stored graph."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as process:
        return process.submit(_build, engine, folder).result()


def _build(engine: str, folder: Path) -> Built:
    graph = load_graph(folder)
    for field in fields(graph):
        np.asarray(getattr(graph, field.name)).sum()
    # The first time compiles, or loads what was compiled.
    kept = MAKERS[engine](graph)
    del kept
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    before_mib = resident_mib()
    began = time.perf_counter()
    kept = MAKERS[engine](graph)
    seconds = time.perf_counter() - began
    after_mib = resident_mib()
    del kept
    return Built(seconds, after_mib - before_mib, after_mib)


def resident_mib() -> float:
    """Memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
