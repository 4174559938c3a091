from dataclasses import fields
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from road_cases import RESIDENTIAL_KMH, Map, drive_m, drive_s, snap
from routing_core.roads.build import build_graph
from routing_core.roads.components import largest_strong_component
from routing_core.roads.errors import BrokenGraph
from routing_core.roads.graph import RoadGraph, graph_about, load_graph, save_graph
from routing_core.roads.osm import read_streets


def graph_of(case: Map, folder: Path) -> RoadGraph:
    return build_graph(read_streets(case.save(folder)))[0]


def line(count: int) -> Map:
    """Nodes 1 to ``count``, 100 m apart, in a row."""
    return Map({node: (100.0 * node, 0.0) for node in range(1, count + 1)})


def test_a_chain_becomes_one_road_with_its_shape(tmp_path: Path) -> None:
    case = line(6)
    case.way(11, [1, 2, 3])
    case.way(12, [6, 5, 4, 3])
    graph = graph_of(case, tmp_path)
    assert graph.node_count == 2
    assert graph.arc_count == 2
    assert list(graph.arc_reverse) == [1, 0]
    assert list(np.diff(graph.first_point)) == [6, 6]
    assert list(graph.arc_cm) == [50_000, 50_000]
    seconds = 500 / (RESIDENTIAL_KMH / 3.6)
    assert graph.arc_ms[0] == pytest.approx(seconds * 1000, abs=2)
    assert np.array_equal(graph.point_longitude_e7[:6], graph.point_longitude_e7[6:][::-1])


def test_nodes_remain_where_the_road_changes(tmp_path: Path) -> None:
    case = line(5)
    case.way(11, [1, 2, 3])
    case.way(12, [3, 4, 5], maxspeed="30")
    graph = graph_of(case, tmp_path)
    assert graph.node_count == 3
    assert sorted(graph.arc_cm) == [20_000] * 4


def test_chains_of_one_way_streets_keep_their_direction(tmp_path: Path) -> None:
    case = Map({1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (200, 100), 5: (0, 100), 6: (-100, 0)})
    case.way(11, [1, 2, 3], oneway="yes")
    case.way(12, [5, 4, 3], oneway="-1")
    case.way(13, [5, 1], oneway="yes")
    case.way(14, [1, 6])
    graph = graph_of(case, tmp_path)
    one_way = np.flatnonzero(graph.arc_reverse < 0)
    assert graph.node_count == 2
    assert len(one_way) == 1
    assert graph.arc_cm[one_way[0]] == pytest.approx(60_000, abs=10)


def test_a_road_against_a_one_way_street_is_dropped(tmp_path: Path) -> None:
    """Two one-way streets head to head: nothing gets out of there."""
    case = line(4)
    case.way(11, [1, 2])
    case.way(12, [2, 3], oneway="yes")
    case.way(13, [4, 3], oneway="yes")
    graph, report = build_graph(read_streets(case.save(tmp_path)))
    assert graph.node_count == 2
    assert report.dropped_arc_count == 2


def test_an_island_is_dropped(tmp_path: Path) -> None:
    case = Map({1: (0, 0), 2: (100, 0), 3: (200, 50), 7: (5000, 0), 8: (5100, 0)})
    case.way(11, [1, 2])
    case.way(12, [2, 3], maxspeed="30")
    case.way(13, [7, 8])
    graph, report = build_graph(read_streets(case.save(tmp_path)))
    assert graph.arc_count == 4
    assert report.dropped_arc_count == 2


def test_parallel_roads_and_loops_are_kept_apart(tmp_path: Path) -> None:
    case = Map({1: (0, 0), 2: (300, 0), 3: (150, 100), 4: (400, 100), 5: (400, -100), 6: (-100, 0)})
    case.way(11, [1, 2])
    case.way(12, [1, 3, 2])
    case.way(13, [2, 4, 5, 2])
    case.way(14, [1, 6])
    graph = graph_of(case, tmp_path)
    assert graph.node_count == 3
    assert graph.arc_count == 8
    loops = [
        arc
        for arc in range(graph.arc_count)
        if graph.point_longitude_e7[graph.first_point[arc]]
        == graph.point_longitude_e7[graph.first_point[arc + 1] - 1]
    ]
    assert len(loops) == 2
    assert list(graph.arc_reverse[loops]) == loops[::-1]


def test_a_lone_ring_is_a_network(tmp_path: Path) -> None:
    case = Map({1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100)})
    case.way(11, [1, 2, 3, 4, 1], junction="roundabout")
    router = case.router(tmp_path)
    assert router.network.graph.node_count == 1
    south, north = snap(router, 50, 0), snap(router, 50, 100)
    assert drive_m(router, south, north) == 200
    assert drive_m(router, north, south) == 200
    assert drive_m(router, snap(router, 60, 0), south) == 390


def test_a_bollard_cannot_be_driven_through(tmp_path: Path) -> None:
    case = Map(
        {1: (0, 0), 2: (200, 0), 3: (400, 0), 4: (0, 300), 5: (400, 300)},
        node_tags={2: {"barrier": "bollard"}},
    )
    case.way(11, [1, 2, 3])
    case.way(12, [1, 4, 5, 3])
    router = case.router(tmp_path)
    assert drive_m(router, snap(router, 100, 0), snap(router, 300, 0)) == 1200


def test_nothing_to_drive_there_and_back(tmp_path: Path) -> None:
    case = line(2)
    case.way(11, [1, 2], oneway="yes")
    with pytest.raises(ValueError, match="there and back"):
        graph_of(case, tmp_path)


def test_restrictions_that_lead_nowhere_are_counted(tmp_path: Path) -> None:
    case = Map({1: (-100, 0), 2: (100, 0), 3: (0, 100), 5: (0, 0)})
    for way, end in enumerate((1, 2, 3), start=11):
        case.way(way, [end, 5])
    case.restrict("no_left_turn", 11, 5, 13)
    case.restrict("no_left_turn", 11, 3, 13)
    case.restrict("no_right_turn", 11, 5, 99)
    report = build_graph(read_streets(case.save(tmp_path)))[1]
    assert report.restriction_count == 1
    assert report.unresolved_restriction_count == 2


def test_speed_decides_not_length(tmp_path: Path) -> None:
    case = Map({1: (0, 0), 2: (1000, 0), 3: (0, 300), 4: (1000, 300), 5: (-100, 0), 6: (1100, 0)})
    case.way(11, [1, 2], maxspeed="10")
    case.way(12, [1, 3, 4, 2], maxspeed="100")
    case.way(13, [5, 1])
    case.way(14, [2, 6])
    router = case.router(tmp_path)
    start, end = snap(router, -50, 0), snap(router, 1050, 0)
    assert drive_m(router, start, end) == 1700
    assert drive_s(router, start, end) == pytest.approx(
        1600 / (85 / 3.6) + 100 / (RESIDENTIAL_KMH / 3.6), abs=1
    )


@given(
    st.integers(0, 12).flatmap(
        lambda count: st.lists(
            st.lists(st.integers(0, max(count - 1, 0)), max_size=4), min_size=count, max_size=count
        )
    )
)
def test_the_largest_component_is_what_networkx_finds(successors: list[list[int]]) -> None:
    graph = nx.DiGraph([(tail, head) for tail, heads in enumerate(successors) for head in heads])
    graph.add_nodes_from(range(len(successors)))
    components = list(nx.strongly_connected_components(graph))
    found = largest_strong_component(successors)
    assert len(found) == max(map(len, components), default=0)
    assert not components or found in components


def test_a_stored_graph_comes_back_as_it_was(tmp_path: Path) -> None:
    case = line(4)
    case.way(11, [1, 2, 3, 4])
    graph = graph_of(case, tmp_path)
    save_graph(graph, tmp_path / "roads", {"source": "map.osm"})
    loaded = load_graph(tmp_path / "roads")
    for array in fields(RoadGraph):
        assert np.array_equal(getattr(loaded, array.name), getattr(graph, array.name))
        assert getattr(loaded, array.name).dtype == getattr(graph, array.name).dtype
    assert graph_about(tmp_path / "roads")["source"] == "map.osm"


@pytest.mark.parametrize(
    ("file", "content", "why"),
    [
        ("arc_ms.npy", None, "arc_ms"),
        ("arc_ms.npy", b"junk", "arc_ms"),
        ("about.json", None, "about.json"),
        ("about.json", b"{", "about.json"),
        ("about.json", b"[]", "no object"),
        ("about.json", b'{"format": 0}', "format is 0"),
    ],
)
def test_a_damaged_graph_is_named(tmp_path: Path, file: str, content: bytes | None, why: str) -> None:
    case = line(2)
    case.way(11, [1, 2])
    folder = tmp_path / "roads"
    save_graph(graph_of(case, tmp_path), folder, {})
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)
    with pytest.raises(BrokenGraph, match=why):
        load_graph(folder)
