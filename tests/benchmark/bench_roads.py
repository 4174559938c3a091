"""Driving times on a road graph: the router, and its peers on the same arcs and points; OSRM on the same map.

``./dev bench roads [EXTRACT]``: an OpenStreetMap extract; the demo district's if not given. The run ends
where a driving time differs from that of Dijkstra's algorithm on the same graph.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import report
from road_builds import MAKERS, Built, built
from road_osrm import NoOsrm, Osrm, Served, durations_s
from road_peers import Arcs, NetworkxPairs, NetworkxRoads, RoutingkitRoads, ScipyRoads
from routing_core.roads.build import build_graph
from routing_core.roads.changes import RoadChange
from routing_core.roads.graph import RoadGraph
from routing_core.roads.network import RoadNetwork
from routing_core.roads.osm import read_streets
from routing_core.roads.router import Router
from routing_core.roads.snap import RoadPoint

SEED = 20_210_302
SIZES = (500, 2000)
"""Points of the matrices."""
NETWORKX_ROWS = 25
"""Rows of a matrix that networkx works out; its time is scaled to all."""
PAIR_COUNT = 500
NETWORKX_PAIR_COUNT = 100
LEAST_TIMES, LEAST_S = 3, 0.5
"""How often, and how long, to repeat what is short: others who get into one run do not get into most."""
SNAP_LIMIT_M = 50_000.0
EXTRACT = report.ROOT / "data" / "neubrandenburg" / "neubrandenburg.osm.bz2"
OSRM_ALGORITHMS = ("CH", "MLD")

ResultT = TypeVar("ResultT")
Pairs = Sequence[tuple[RoadPoint, RoadPoint]]


def main() -> None:
    extract = Path(sys.argv[1]) if len(sys.argv) > 1 else EXTRACT
    with tempfile.TemporaryDirectory(prefix="roads-") as name:
        folder = Path(name)
        graph, read_s = timed(lambda: build_graph(read_streets(extract))[0])
        network = RoadNetwork(graph)
        network.save(folder / "graph", {})
        builds = {engine: built(engine, folder / "graph") for engine in MAKERS}
        asked = Questions(graph, network, drawn_points(graph, network))
        rows = [*building(builds), *pairs(asked)]
        for count in SIZES:
            rows += matrix(asked, count)
        rows += closing(asked)
        notes = [
            f"{graph.node_count:,} nodes, {graph.arc_count:,} arcs.",
            f"Matrices: ours on {len(os.sched_getaffinity(0))} threads. All else, and every peer: on one.",
            "All seconds were equal to Dijkstra's, with the closure as well.",
            "Matrices: the median of at least three, but for networkx.",
            f"networkx: {NETWORKX_ROWS} rows of a matrix, scaled; {NETWORKX_PAIR_COUNT} pairs.",
        ]
        try:
            (folder / "osrm").mkdir()
            osrm = Osrm(extract, folder / "osrm")
            rows += osrm_building(osrm, read_s, builds["ours"])
            for algorithm in OSRM_ALGORITHMS:
                with osrm.served(algorithm) as served:
                    more, note = osrm_answers(asked, served, f"OSRM {algorithm}", builds["ours"])
                rows += more
            rows.append(
                row("one road closed", "OSRM MLD", asked.closing_ms, osrm.seconds["customize"] * 1000, "ms")
            )
            notes += [
                "OSRM answers over HTTP, as JSON that is not parsed here; it may round and snap in its way.",
                note,
            ]
        except NoOsrm as why:
            notes.append(f"OSRM is missing: {why}")
    report.publish("roads", rows, notes)


class Questions:
    """What all are asked, and the peers; everything is compiled and warm.

    Attributes
    ----------
    ours_ms
        What the router took, by task, for peers that come later.
    """

    def __init__(self, graph: RoadGraph, network: RoadNetwork, points: list[RoadPoint]) -> None:
        self.graph, self.network, self.points = graph, network, points
        self.router = Router(network)
        self.router.warm_up()
        self.on_one_core = on_one_core(network)
        self.arcs = Arcs(graph)
        self.routingkit = RoutingkitRoads(self.arcs)
        self.ours_ms: dict[str, float] = {}
        self.closing_ms = 0.0

    def pairs(self, count: int) -> Pairs:
        """Pairs of different points."""
        return [(self.points[number], self.points[-1 - number]) for number in range(count)]


def on_one_core(network: RoadNetwork) -> Router:
    """A router that was made where only one core may be used, and goes on with one."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        return Router(network)
    finally:
        os.sched_setaffinity(0, cores)


def drawn_points(graph: RoadGraph, network: RoadNetwork) -> list[RoadPoint]:
    """Places where the map has shape points, snapped; each on a road of its own."""
    numbers = list(range(len(graph.point_latitude_e7)))
    random.Random(SEED).shuffle(numbers)
    found: dict[int, RoadPoint] = {}
    for number in numbers:
        latitude_deg, longitude_deg = (
            float(degrees_e7[number]) / 1e7
            for degrees_e7 in (graph.point_latitude_e7, graph.point_longitude_e7)
        )
        point = network.snap(latitude_deg, longitude_deg, limit_m=SNAP_LIMIT_M)
        found.setdefault(point.arc, point)
        if len(found) == SIZES[-1]:
            return list(found.values())
    raise SystemExit(f"the map has {len(found)} roads to stop at, {SIZES[-1]} are needed")


def building(builds: dict[str, Built]) -> list[report.Row]:
    """What it takes from the arcs in memory to the first question."""
    ours, rows = builds["ours"], []
    for peer in builds.keys() - {"ours"}:
        theirs = builds[peer]
        rows += [
            row("build from arcs", peer, ours.seconds * 1000, theirs.seconds * 1000, "ms"),
            row("memory built", peer, ours.grown_mib, theirs.grown_mib, "MiB"),
        ]
    return sorted(rows, key=lambda line: (str(line["task"]), str(line["peer"])))


@dataclass(frozen=True)
class Latencies:
    """Milliseconds of single questions."""

    p50: float
    p99: float

    @classmethod
    def of(cls, ask: Callable[[RoadPoint, RoadPoint], Any], pairs: Pairs) -> "tuple[list[Any], Latencies]":
        """The answers, and how long they took; the first answer is waited for twice."""
        ask(*pairs[0])
        told = [timed(partial(ask, *pair)) for pair in pairs]
        took = [seconds for _, seconds in told]
        return [answer for answer, _ in told], cls(
            *(report.percentile_ms(took, percent) for percent in (50, 99))
        )

    def rows(self, task: str, peer: str, ours: "Latencies") -> list[report.Row]:
        return [
            row(f"{task}, p50", peer, ours.p50, self.p50, "ms"),
            row(f"{task}, p99", peer, ours.p99, self.p99, "ms"),
        ]


def pairs(asked: Questions) -> list[report.Row]:
    """From one point to another: the time, and the way."""
    drawn, task = asked.pairs(PAIR_COUNT), "point to point"
    ours, took = Latencies.of(lambda a, b: int(asked.router.times([a], [b])[0, 0]), drawn)
    ways, ways_took = Latencies.of(lambda a, b: asked.router.route(a, b).seconds, drawn)
    asked.ours_ms |= {"time, p50": took.p50, "time, p99": took.p99}
    asked.ours_ms |= {"way, p50": ways_took.p50, "way, p99": ways_took.p99}
    number_of = {point.arc: number for number, point in enumerate(asked.points)}
    edges, ends = asked.arcs.edges(asked.points), asked.arcs.ends(asked.points)
    scipy = ScipyRoads(edges)
    theirs, scipy_took = Latencies.of(
        lambda a, b: int(scipy.seconds([number_of[a.arc]], ends)[0, number_of[b.arc]]), drawn
    )
    compare(task, "scipy", ours, theirs)
    compare("way of one pair", "scipy", ways, theirs)
    theirs, routingkit_took = Latencies.of(asked.routingkit.pair_seconds, drawn)
    compare(task, "routingkit", ours, theirs)
    networkx = NetworkxPairs(edges, asked.arcs, asked.points)
    theirs, networkx_took = Latencies.of(
        lambda a, b: networkx.way_seconds(number_of[a.arc], number_of[b.arc]), drawn[:NETWORKX_PAIR_COUNT]
    )
    compare(task, "networkx", ours[:NETWORKX_PAIR_COUNT], theirs)
    return [
        *routingkit_took.rows("time of a pair", "routingkit", took),
        *scipy_took.rows("time of a pair", "scipy", took),
        *networkx_took.rows("way of a pair", "networkx", ways_took),
    ]


def matrix(asked: Questions, count: int) -> list[report.Row]:
    """From so many points to all of them."""
    task, points = f"{count} × {count}", asked.points[:count]
    ours, ours_s = repeated(lambda: asked.router.times(points, points))
    (seconds, _), metres_s = repeated(lambda: asked.router.many_to_many(points, points))
    compare(task, "ours, with metres", ours, seconds)
    seconds, alone_s = repeated(lambda: asked.on_one_core.times(points, points))
    compare(task, "ours, on one core", ours, seconds)
    asked.ours_ms[task] = ours_s * 1000
    edges, ends = asked.arcs.edges(points), asked.arcs.ends(points)
    scipy, networkx = ScipyRoads(edges), NetworkxRoads(edges)
    different = ~np.eye(count, dtype=np.bool_)
    theirs, scipy_s = repeated(lambda: scipy.seconds(range(count), ends))
    compare(task, "scipy", ours[different], theirs[different])
    theirs, routingkit_s = repeated(lambda: asked.routingkit.seconds(points, ends))
    compare(task, "routingkit", ours[different], theirs[different])
    theirs, networkx_s = timed(lambda: networkx.seconds(range(NETWORKX_ROWS), ends))
    part = different[:NETWORKX_ROWS]
    compare(task, "networkx", ours[:NETWORKX_ROWS][part], theirs[part])
    by_peer = {
        "routingkit": routingkit_s,
        "scipy": scipy_s,
        "networkx": networkx_s / NETWORKX_ROWS * count,
        "ours, with metres": metres_s,
        "ours, on one core": alone_s,
    }
    return [row(task, peer, ours_s * 1000, peer_s * 1000, "ms") for peer, peer_s in by_peer.items()]


def closing(asked: Questions) -> list[report.Row]:
    """Close the road that most ways use: until the next question is answered by it."""
    points = asked.points[: SIZES[0]]
    arc = busiest_arc(asked, points)
    closed = [arc] if asked.graph.arc_reverse[arc] < 0 else [arc, int(asked.graph.arc_reverse[arc])]
    router, ours_s = repeated(lambda: asked.router.with_changes([RoadChange(closed)]))
    _, routingkit_s = timed(lambda: asked.routingkit.close(closed))
    arcs = Arcs(asked.graph, closed)
    ends = arcs.ends(points)
    ours, different = router.times(points, points), ~np.eye(len(points), dtype=np.bool_)
    theirs = ScipyRoads(arcs.edges(points)).seconds(range(len(points)), ends)
    compare("one road closed", "scipy", ours[different], theirs[different])
    theirs = asked.routingkit.seconds(points, ends)
    compare("one road closed", "routingkit", ours[different], theirs[different])
    if np.array_equal(ours, asked.router.times(points, points)):
        raise SystemExit(f"one road closed: arc {arc} makes no difference")
    asked.closing_ms = ours_s * 1000
    return [row("one road closed", "routingkit", asked.closing_ms, routingkit_s * 1000, "ms")]


def busiest_arc(asked: Questions, points: Sequence[RoadPoint]) -> int:
    """The arc that most ways use, of those with no point on them."""
    taken = {arc for point in points for arc in (point.arc, int(asked.graph.arc_reverse[point.arc]))}
    uses = Counter(leg.arc for pair in asked.pairs(PAIR_COUNT) for leg in asked.router.route(*pair).legs)
    return next(arc for arc, _ in uses.most_common() if arc not in taken)


def osrm_building(osrm: Osrm, read_s: float, ours: Built) -> list[report.Row]:
    """From the extract to the first question."""
    ours_ms = (read_s + ours.seconds) * 1000
    steps = {"CH": ("extract", "contract"), "MLD": ("extract", "partition", "customize")}
    return [
        row(
            "build from the extract",
            f"OSRM {name}",
            ours_ms,
            sum(osrm.seconds[step] for step in taken) * 1000,
            "ms",
        )
        for name, taken in steps.items()
    ]


def osrm_answers(asked: Questions, served: Served, peer: str, ours: Built) -> tuple[list[report.Row], str]:
    """Pairs, matrices, and memory; and how OSRM's times compare."""
    _, took = Latencies.of(served.way, asked.pairs(PAIR_COUNT))
    ours_took = Latencies(asked.ours_ms["way, p50"], asked.ours_ms["way, p99"])
    rows = took.rows("way of a pair", peer, ours_took)
    for count in SIZES:
        table, table_s = repeated(partial(served.table, asked.points[:count]))
        task = f"{count} × {count}"
        rows.append(row(task, peer, asked.ours_ms[task], table_s * 1000, "ms"))
    theirs = np.array(durations_s(table), np.float64)
    seconds = asked.router.times(asked.points, asked.points)
    compared = (theirs > 0) & (seconds > 0)
    share = float(np.median(theirs[compared] / seconds[compared]))
    rows.append(row("memory of the process", peer, ours.resident_mib, served.resident_mib(), "MiB"))
    return rows, f"In the median OSRM's profile takes {share:.2f} times as long for a drive as ours."


def timed(work: Callable[[], ResultT]) -> tuple[ResultT, float]:
    """What the work gives, and the seconds it took."""
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


def repeated(work: Callable[[], ResultT]) -> tuple[ResultT, float]:
    """What the work gives, and the median of the seconds it took: three times, or all in half a second.

    Only the first answer is kept: those after may use memory again, as they do in a service.
    """
    result, first_s = timed(work)
    took = [first_s]
    while len(took) < LEAST_TIMES or sum(took) < LEAST_S:
        took.append(timed(work)[1])
    return result, statistics.median(took)


def compare(task: str, peer: str, ours: npt.ArrayLike, theirs: npt.ArrayLike) -> None:
    """End the run where seconds differ."""
    different = np.asarray(ours) != np.asarray(theirs)
    if different.any():
        count = int(np.count_nonzero(different))
        raise SystemExit(f"{task}: {count} of {different.size} times differ from those of {peer}")


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
