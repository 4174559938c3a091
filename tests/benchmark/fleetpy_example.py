"""FleetPy's published input files as a problem of ours.

Formats: FleetPy (Engelhardt et al. 2022, arXiv:2207.14246), its folders ``data`` and ``studies`` as they are
published. Of the scenario's constants those are read that bound a ride asked for at once.

Driving seconds are those of the fastest way, rounded up to whole ones. FleetPy leads no way through a
stop-only node, which makes some direct ways longer than a detour by such a stop. Here ways lead through: no
detour is shorter, which is what its search relies on when it leaves out what cannot be in time.
"""

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor
from pathlib import Path

import numpy as np
import numpy.typing as npt
from routing_core.fleet.model import Capacity, Layout, Load, Request, Shift, TimeWindow
from routing_core.travel import UNREACHABLE, TravelMatrix
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

CONSTANTS = Path("studies/example_study/scenarios/constant_config_ir.csv")
VEHICLE_TYPE = "default_vehtype"
SEED = 20_220_714
END_OF_DAY_S = 24 * 3600

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rules:
    """What bounds a ride: waiting for the pickup, and how many percent longer than direct it may take."""

    network: str
    demand: str
    min_wait_s: int
    max_wait_s: int
    detour_percent: float
    boarding_s: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of a demand file: nodes of the network."""

    id: str
    at_s: int
    start_node: int
    end_node: int
    passenger_count: int


@dataclass(frozen=True, slots=True)
class Day:
    """Requests in the order they come, each with when, and the vehicles on duty."""

    requests: Sequence[tuple[int, Request]]
    shifts: Sequence[Shift]
    travel: TravelMatrix


class Example:
    """The published example.

    Parameters
    ----------
    folder
        With FleetPy's folders ``data`` and ``studies``.

    Raises
    ------
    SystemExit
        When a file is missing or says what cannot be; names the file, the line and the field.
    """

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        self.rules = _rules(folder / CONSTANTS)
        self._seat_count = self._seats(self._data / "vehicles" / f"{VEHICLE_TYPE}.csv")
        self._network = Network(self._data / "networks" / self.rules.network / "base")

    def day(self, demand: str, vehicle_count: int) -> Day:
        """A demand file of rides asked for at once, and vehicles that stand at stops drawn from a seed."""
        folder = self._data / "demand" / self.rules.demand / "matched" / self.rules.network
        asked = sorted(self._asked(folder / demand), key=lambda one: one.at_s)
        rng = random.Random(f"{SEED} {vehicle_count}")
        starts = [rng.choice(self._network.boarding_nodes) for _ in range(vehicle_count)]
        nodes = sorted({*starts, *(node for one in asked for node in (one.start_node, one.end_node))})
        travel = self._network.travel(nodes)
        place_of = {node: place for place, node in enumerate(nodes)}
        # FleetPy's vehicles stay where their last passengers got off: the end is a place that is near to all.
        nowhere = len(nodes)
        capacity = Capacity((Layout(self._seat_count),))
        shifts = [
            Shift(f"vehicle{number}", capacity, place_of[node], nowhere, 0, END_OF_DAY_S)
            for number, node in enumerate(starts)
        ]
        return Day([(one.at_s, self._request(one, place_of, travel)) for one in asked], shifts, travel)

    def _request(self, asked: Asked, place_of: Mapping[int, int], travel: TravelMatrix) -> Request:
        pickup, dropoff = place_of[asked.start_node], place_of[asked.end_node]
        rules = self.rules
        window = TimeWindow(asked.at_s + rules.min_wait_s, asked.at_s + rules.min_wait_s + rules.max_wait_s)
        # The trip is counted from when boarding begins; its limit is in proportion to riding and boarding.
        direct_s = int(travel.seconds[pickup, dropoff]) + rules.boarding_s
        longest_s = floor(direct_s * (100 + rules.detour_percent) / 100)
        return Request(
            asked.id,
            pickup,
            dropoff,
            window,
            TimeWindow(window.earliest_s, window.latest_s + longest_s),
            longest_s - rules.boarding_s,
            Load(asked.passenger_count),
            pickup_service_s=rules.boarding_s,
            dropoff_service_s=rules.boarding_s,
        )

    def _asked(self, path: Path) -> Iterator[Asked]:
        for line, row in _rows(path):
            at_s = _number(path, line, row, "rq_time")
            if row.get("earliest_pickup_time"):
                raise SystemExit(
                    f"{path}:{line}: earliest_pickup_time: only rides asked for at once are compared"
                )
            count = _number(path, line, row, "number_passengers") if row.get("number_passengers") else 1
            start, end = (self._network.node(path, line, row, name) for name in ("start", "end"))
            yield Asked(row.get("request_id") or str(line), at_s, start, end, count)

    @staticmethod
    def _seats(path: Path) -> int:
        values = {row[0]: row[1] for row in _lines(path) if len(row) > 1}
        return _number(path, 0, values, "maximum_passengers")


class Network:
    """The roads, nodes numbered as in the file."""

    def __init__(self, folder: Path) -> None:
        path = folder / "nodes.csv"
        stop_only = {}
        for line, row in _rows(path):
            stop_only[_number(path, line, row, "node_index")] = row.get("is_stop_only") == "True"
        self._count = len(stop_only)
        if set(stop_only) != set(range(self._count)):
            raise SystemExit(f"{path}: node_index does not count from 0 to {self._count - 1}")
        self._stop_only = stop_only
        path = folder / "edges.csv"
        self._edges: dict[tuple[int, int], tuple[float, float]] = {}
        for line, row in _rows(path):
            tail, head = (self.node(path, line, row, name) for name in ("from_node", "to_node"))
            cost = (_decimal(path, line, row, "travel_time"), _decimal(path, line, row, "distance"))
            self._edges[tail, head] = min(cost, self._edges.get((tail, head), cost))

    @property
    def boarding_nodes(self) -> Sequence[int]:
        """Where vehicles begin: the stop-only nodes, all where there is none."""
        return [node for node, only in self._stop_only.items() if only] or list(self._stop_only)

    def travel(self, nodes: Sequence[int]) -> TravelMatrix:
        """Between the nodes, in their order; after them one more place that is no way from anywhere."""
        costs, before = dijkstra(self._times, indices=nodes, return_predecessors=True)
        size = len(nodes) + 1
        seconds, metres = (np.full((size, size), UNREACHABLE, dtype=np.int32) for _ in range(2))
        for place, origin in enumerate(nodes):
            for there, node in enumerate(nodes):
                if there != place and np.isfinite(costs[place, node]):
                    seconds[place, there] = np.ceil(costs[place, node])
                    metres[place, there] = round(self._length_m(before[place], origin, node))
        for matrix in (seconds, metres):
            matrix[:, -1] = 0
            np.fill_diagonal(matrix, 0)
        return TravelMatrix(seconds, metres)

    @cached_property
    def _times(self) -> "csr_array[np.float64]":
        tails, heads = zip(*self._edges, strict=True)
        times = [time_s for time_s, _ in self._edges.values()]
        return csr_array((times, (tails, heads)), shape=(self._count, self._count))

    def _length_m(self, before: npt.NDArray[np.int32], origin: int, node: int) -> float:
        length_m = 0.0
        while node != origin:
            tail = int(before[node])
            length_m += self._edges[tail, node][1]
            node = tail
        return length_m

    def node(self, path: Path, line: int, row: Row, name: str) -> int:
        """The node that a field of a line names."""
        node = _number(path, line, row, name)
        if node not in self._stop_only:
            raise SystemExit(f"{path}:{line}: {name} {node} is no node")
        return node


def _rules(path: Path) -> Rules:
    values = {row["Input_Parameter_Name"]: row.get("Parameter_Value", "") for _, row in _rows(path)}
    for name in ("network_name", "demand_name"):
        if not values.get(name):
            raise SystemExit(f"{path}: {name} is missing")
    return Rules(
        values["network_name"],
        values["demand_name"],
        _number(path, 0, values, "op_min_wait_time"),
        _number(path, 0, values, "op_max_wait_time"),
        _decimal(path, 0, values, "op_max_detour_time_factor"),
        _number(path, 0, values, "op_const_boarding_time"),
    )


def _rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Each line with its number, by the headings of the first."""
    lines = _lines(path)
    headings = next(lines, [])
    for line, values in enumerate(lines, start=2):
        yield line, dict(zip(headings, values, strict=False))


def _lines(path: Path) -> Iterator[list[str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.reader(file)
    except OSError as error:
        raise SystemExit(f"{path}: {error.strerror}") from None


def _number(path: Path, line: int, row: Row, name: str) -> int:
    return int(_decimal(path, line, row, name))


def _decimal(path: Path, line: int, row: Row, name: str) -> float:
    text = row.get(name, "")
    try:
        return float(text)
    except ValueError:
        where = f"{path}:{line}" if line else str(path)
        raise SystemExit(f"{where}: {name} is not a number: {text!r}") from None
