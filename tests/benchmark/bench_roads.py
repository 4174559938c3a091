"""Driving times on a road graph: the router, scipy and networkx, on the same arcs and points.

``./dev bench roads [GRAPH]``: a folder with a stored road graph, or an OpenStreetMap extract; the demo
district's graph if not given.
"""

import random
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import report
from road_peers import Arcs, NetworkxPairs, NetworkxRoads, ScipyRoads
from routing_core.roads.build import build_graph
from routing_core.roads.graph import RoadGraph, load_graph
from routing_core.roads.network import RoadNetwork
from routing_core.roads.osm import read_streets
from routing_core.roads.router import Router
from routing_core.roads.snap import RoadPoint

SEED = 20_210_302
POINT_COUNT = 500
NETWORKX_ROWS = 25
"""Rows of the matrix that networkx works out; its time is scaled to all."""
PAIR_COUNT = 100
BUILD_COUNT = 5
ALL_COUNT = 10
"""Origins to search from to everywhere."""
DEMO = report.ROOT / "data" / "demo" / "roads"

ResultT = TypeVar("ResultT")


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DEMO
    began = time.perf_counter()
    graph = load_graph(path) if path.is_dir() else build_graph(read_streets(path))[0]
    read_s = time.perf_counter() - began
    network = RoadNetwork(graph)
    points = drawn_points(graph, network)
    questions = Questions(graph, network, points)
    rows = [*building(graph, network), *everywhere(questions), *matrix(questions), *pairs(questions)]
    notes = [
        f"{graph.node_count:,} nodes, {graph.arc_count:,} arcs, read in {read_s:.2f} s; one thread each.",
        "All seconds were equal. Only the router also gives metres, and with a way its shape.",
        "No search of the router repeats one of its own before; scipy has none that ends at a destination.",
        f"networkx: {NETWORKX_ROWS} rows of the matrix, scaled to {POINT_COUNT}.",
    ]
    report.publish("roads", rows, notes)


def drawn_points(graph: RoadGraph, network: RoadNetwork) -> list[RoadPoint]:
    """Places where the map has shape points, snapped; each on a road of its own."""
    rng = random.Random(SEED)
    found: dict[int, RoadPoint] = {}
    while len(found) < POINT_COUNT:
        number = rng.randrange(len(graph.point_latitude_e7))
        latitude_deg, longitude_deg = (
            float(degrees_e7[number]) / 1e7
            for degrees_e7 in (graph.point_latitude_e7, graph.point_longitude_e7)
        )
        point = network.snap(latitude_deg, longitude_deg, limit_m=50_000.0)
        found.setdefault(point.arc, point)
    return list(found.values())


def building(graph: RoadGraph, network: RoadNetwork) -> list[report.Row]:
    """Rows on what it takes from the stored arcs to the first question."""
    makers: dict[str, Callable[[], object]] = {
        "scipy": lambda: ScipyRoads(Arcs(graph).edges([])),
        "networkx": lambda: NetworkxRoads(Arcs(graph).edges([])),
    }
    ours_ms, ours_mib = built(lambda: Router(network))
    rows: list[report.Row] = []
    for peer, maker in makers.items():
        peer_ms, peer_mib = built(maker)
        rows += [
            row("time to build", peer, ours_ms, peer_ms, "ms"),
            row("memory once built", peer, ours_mib, peer_mib, "MiB"),
        ]
    return rows


def built(maker: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds to build, and MiB that stay; counted apart, as counting takes time."""
    took_s = statistics.median(timed(maker)[1] for _ in range(BUILD_COUNT))
    tracemalloc.start()
    kept = maker()
    mib = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    del kept
    return took_s * 1000, mib


class Questions:
    """What all are asked, and the peers; everything is compiled and warm."""

    def __init__(self, graph: RoadGraph, network: RoadNetwork, points: list[RoadPoint]) -> None:
        self.graph = graph
        self.network = network
        self.points = points
        self.arcs = Arcs(graph)
        self.edges = self.arcs.edges(points)
        self.ends = self.arcs.ends(points)
        self.scipy = ScipyRoads(self.edges)
        self.networkx = NetworkxRoads(self.edges)
        Router(network).warm_up()
        self.scipy.seconds([0], self.ends)


def everywhere(asked: Questions) -> list[report.Row]:
    """From one point to the middle of every road."""
    reverse = asked.arcs.reverse
    one_per_road = (reverse < 0) | (np.arange(asked.graph.arc_count) < reverse)
    middles = [RoadPoint(int(arc), 0.5, 0.0, 0.0, 0.0) for arc in np.flatnonzero(one_per_road)]
    ends = asked.arcs.ends(middles)
    origins = asked.points[:ALL_COUNT]
    router = Router(asked.network)
    ours, ours_s = timed(lambda: np.array([router.times_from(origin, middles)[0] for origin in origins]))
    other_road = np.array([[origin.arc != middle.arc for middle in middles] for origin in origins])
    scipys, scipy_s = timed(lambda: asked.scipy.seconds(range(ALL_COUNT), ends))
    compare("one to all", "scipy", ours[other_road], scipys[other_road])
    networkxs, networkx_s = timed(lambda: asked.networkx.seconds(range(ALL_COUNT), ends))
    compare("one to all", "networkx", ours[other_road], networkxs[other_road])
    each = 1000 / ALL_COUNT
    return [
        row("one to all", "scipy", ours_s * each, scipy_s * each, "ms"),
        row("one to all", "networkx", ours_s * each, networkx_s * each, "ms"),
    ]


def matrix(asked: Questions) -> list[report.Row]:
    """From all points to all points."""
    task = f"{POINT_COUNT} × {POINT_COUNT} matrix"
    router = Router(asked.network)
    ours, ours_s = timed(lambda: router.travel_matrix(asked.points).seconds)
    different = ~np.eye(POINT_COUNT, dtype=np.bool_)
    scipys, scipy_s = timed(lambda: asked.scipy.seconds(range(POINT_COUNT), asked.ends))
    compare(task, "scipy", ours[different], scipys[different])
    part, networkx_s = timed(lambda: asked.networkx.seconds(range(NETWORKX_ROWS), asked.ends))
    different = different[:NETWORKX_ROWS]
    compare(task, "networkx", ours[:NETWORKX_ROWS][different], part[different])
    scaled_s = networkx_s / NETWORKX_ROWS * POINT_COUNT
    return [
        row(task, "scipy", ours_s * 1000, scipy_s * 1000, "ms"),
        row(task, "networkx", ours_s * 1000, scaled_s * 1000, "ms"),
    ]


def pairs(asked: Questions) -> list[report.Row]:
    """From one point to another: the time, and the way."""
    points = asked.points
    pair_peer = NetworkxPairs(asked.edges, asked.arcs, points)
    drawn = [(origin, POINT_COUNT - 1 - origin) for origin in range(PAIR_COUNT)]
    router = Router(asked.network)
    times, times_s = timed(lambda: [int(router.times_from(points[a], [points[b]])[0][0]) for a, b in drawn])
    fresh = Router(asked.network)
    ways, ways_s = timed(lambda: [fresh.route(points[a], points[b]).seconds for a, b in drawn])
    scipys, scipy_s = timed(lambda: [int(asked.scipy.seconds([a], asked.ends)[0, b]) for a, b in drawn])
    networkxs, networkx_s = timed(lambda: [pair_peer.way_seconds(a, b) for a, b in drawn])
    compare("point to point", "scipy", np.array(times), np.array(scipys))
    compare("point to point", "networkx", np.array(times), np.array(networkxs))
    compare("way of one pair", "networkx", np.array(ways), np.array(networkxs))
    each = 1000 / PAIR_COUNT
    return [
        row("point to point", "scipy", times_s * each, scipy_s * each, "ms"),
        row("point to point", "networkx", times_s * each, networkx_s * each, "ms"),
        row("way of one pair", "networkx", ways_s * each, networkx_s * each, "ms"),
    ]


def timed(work: Callable[[], ResultT]) -> tuple[ResultT, float]:
    """What the work gives, and the seconds it took."""
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


def compare(task: str, peer: str, ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> None:
    """End the run where seconds differ."""
    if not np.array_equal(ours, theirs):
        count = int(np.count_nonzero(ours != theirs))
        raise SystemExit(f"{task}: {count} of {ours.size} times differ from those of {peer}")


def row(task: str, peer: str, ours: float, theirs: float, unit: str) -> report.Row:
    return {
        "peer / ours": theirs / ours,
        "task": task,
        "peer": peer,
        "ours": ours,
        "peer's": theirs,
        "unit": unit,
    }


if __name__ == "__main__":
    main()
