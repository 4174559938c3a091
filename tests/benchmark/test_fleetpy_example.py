"""The reader of FleetPy's files, and the replay of a small day in which all searches must agree."""

import random
from pathlib import Path

import fleetpy_insertion
import pytest
from fleetpy_example import CONSTANTS, VEHICLE_TYPE, Day, Example
from fleetpy_replay import FLEETPY, FLEETPY_KEPT, PEER, Replay
from routing_core.fleet.model import Capacity, Layout, Load, TimeWindow

RULES = {
    "network_name": "town",
    "demand_name": "people",
    "op_min_wait_time": "0",
    "op_max_wait_time": "300",
    "op_max_detour_time_factor": "40",
    "op_const_boarding_time": "30",
}
LINE_OF_NODES = [(0, "True"), (1, "False"), (2, "True")]
LINE_OF_EDGES = [(0, 1, 500, 40.2), (1, 2, 250.4, 20.3), (2, 0, 900, 70), (0, 2, 100, 90)]


def write(path: Path, *lines: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(str, lines)) + "\n", encoding="utf-8")


def demand_path(folder: Path) -> Path:
    return folder / "data/demand/people/matched/town/day.csv"


def example_folder(
    folder: Path, nodes: list[tuple[int, str]], edges: list[tuple[int, int, float, float]], demand: list[str]
) -> Path:
    base = folder / "data/networks/town/base"
    write(
        base / "nodes.csv", "node_index,is_stop_only,pos_x,pos_y", *(f"{n},{only},0,0" for n, only in nodes)
    )
    write(
        base / "edges.csv",
        "from_node,to_node,distance,travel_time,source_edge_id",
        *(",".join(map(str, edge)) + ",1" for edge in edges),
    )
    write(demand_path(folder), *demand)
    write(folder / f"data/vehicles/{VEHICLE_TYPE}.csv", "vtype_name_full,small", "maximum_passengers,4")
    write(
        folder / CONSTANTS,
        "Input_Parameter_Name,Parameter_Value",
        "##1,FleetSimulation",
        *(f"{name},{value}" for name, value in RULES.items()),
    )
    return folder


def line_folder(folder: Path, *demand: str) -> Path:
    return example_folder(folder, LINE_OF_NODES, LINE_OF_EDGES, list(demand))


def town_day(folder: Path, seed: int) -> Day:
    """A grid of one-way and two-way streets, and more to do in half an hour than two vehicles can."""
    rng = random.Random(seed)
    size = 5
    edges: list[tuple[int, int, float, float]] = []
    for node in range(size * size):
        beside, below = node + 1, node + size
        for there in ([beside] if beside % size else []) + ([below] if below < size * size else []):
            for tail, head in ((node, there), (there, node)):
                edges.append((tail, head, rng.uniform(100, 900), rng.uniform(20, 120)))
    nodes = [(node, str(node % 4 == 0)) for node in range(size * size)]
    demand = ["rq_time,start,end,request_id,number_passengers"]
    for number, at_s in enumerate(sorted(rng.randrange(1800) for _ in range(60))):
        start, end = rng.sample(range(0, size * size, 4), 2)
        demand.append(f"{at_s},{start},{end},{number},{rng.choice([1, 1, 2, 3])}")
    return Example(example_folder(folder, nodes, edges, demand)).day("day.csv", 2)


def test_a_line_of_the_demand_becomes_a_request(tmp_path: Path) -> None:
    folder = line_folder(tmp_path, "rq_time,start,end,request_id", "100,0,2,7", "60,2,0,8")
    day = Example(folder).day("day.csv", 2)
    assert [(at_s, request.id) for at_s, request in day.requests] == [(60, "8"), (100, "7")]
    request = day.requests[1][1]
    # 40.2 s and 20.3 s are 61 whole ones; with boarding 91, of which 140 % are 127.
    assert (request.pickup_place, request.dropoff_place) == (0, 1)
    assert request.pickup_window == TimeWindow(100, 400)
    assert request.dropoff_window == TimeWindow(100, 400 + 127)
    assert request.max_ride_s == 127 - 30
    assert (request.pickup_service_s, request.dropoff_service_s) == (30, 30)
    assert request.load == Load(1)


def test_travel_is_the_fastest_way_and_the_end_is_near_to_all(tmp_path: Path) -> None:
    folder = line_folder(tmp_path, "rq_time,start,end,request_id", "100,0,2,7")
    day = Example(folder).day("day.csv", 3)
    assert day.travel.seconds[:2, :2].tolist() == [[0, 61], [70, 0]]
    assert day.travel.metres[:2, :2].tolist() == [[0, 750], [900, 0]]
    assert day.travel.seconds[:, 2].tolist() == [0, 0, 0]
    assert {shift.end_place for shift in day.shifts} == {2}
    assert {shift.start_place for shift in day.shifts} <= {0, 1}
    assert day.shifts[0].capacity == Capacity((Layout(4),))


def test_passengers_are_counted_where_the_file_does(tmp_path: Path) -> None:
    folder = line_folder(tmp_path, "rq_time,start,end,request_id,number_passengers", "100,0,2,7,3")
    assert Example(folder).day("day.csv", 1).requests[0][1].load == Load(3)


@pytest.mark.parametrize(
    ("demand", "message"),
    [
        (("rq_time,start,end", "soon,0,2"), "day.csv:2: rq_time is not a number: 'soon'"),
        (("rq_time,start,end", "1,0,2", "1,9,2"), "day.csv:3: start 9 is no node"),
        (("rq_time,start,end,earliest_pickup_time", "1,0,2,600"), "day.csv:2: earliest_pickup_time"),
    ],
)
def test_a_demand_file_that_cannot_be_is_refused_by_line(
    tmp_path: Path, demand: tuple[str, ...], message: str
) -> None:
    example = Example(line_folder(tmp_path, *demand))
    with pytest.raises(SystemExit, match=message):
        example.day("day.csv", 1)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"constant_config_ir\.csv: No such file"):
        Example(tmp_path)


@pytest.mark.parametrize("seed", range(6))
def test_all_searches_give_the_same_answers(tmp_path: Path, seed: int) -> None:
    day = town_day(tmp_path, seed)
    replay = Replay(day).play()
    # Some accepted, some not: both kinds of answers were compared, and tours under way among them.
    assert 5 < len(replay.accepted) < len(day.requests)
    assert all(len(durations_s) == len(day.requests) for durations_s in replay.took_s.values())
    stops = [stop for tour in replay.tours for stop in tour.stops]
    assert len(stops) == 2 * len(replay.accepted)
    ratios = {row["search"]: row["FleetPy's / this"] for row in replay.rows("day")}
    assert ratios.keys() == PEER.keys()
    assert ratios[FLEETPY] == ratios[FLEETPY_KEPT] == 1


def test_a_search_that_answers_otherwise_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleetpy_insertion, "best_insertions", lambda *_: [])
    with pytest.raises(SystemExit, match=r"the answers for \d+ at \d+ s differ"):
        Replay(town_day(tmp_path, 0)).play()
