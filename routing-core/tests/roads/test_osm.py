import bz2
from pathlib import Path

import osmium
import pytest
from road_cases import Map
from routing_core.roads.errors import BrokenExtract
from routing_core.roads.osm import Restriction, RestrictionKind, read_streets


@pytest.fixture
def cross() -> Map:
    """Four arms, 100 m each, meeting at node 5."""
    cross = Map({1: (-100, 0), 2: (100, 0), 3: (0, -100), 4: (0, 100), 5: (0, 0)})
    for way, end in enumerate((1, 2, 3, 4), start=11):
        cross.way(way, [end, 5])
    return cross


def test_every_file_format_reads_the_same(cross: Map, tmp_path: Path) -> None:
    cross.restrict("no_left_turn", 11, 5, 14)
    plain = cross.save(tmp_path)
    packed = tmp_path / "map.osm.bz2"
    packed.write_bytes(bz2.compress(plain.read_bytes()))
    protobuf = tmp_path / "map.osm.pbf"
    with osmium.SimpleWriter(str(protobuf)) as writer:
        for entity in osmium.FileProcessor(str(plain)):
            writer.add(entity)
    streets = read_streets(plain)
    assert len(streets.streets) == 4
    assert streets.restrictions == (Restriction(RestrictionKind.NO, 11, 5, 14),)
    assert read_streets(packed) == streets
    assert read_streets(protobuf) == streets


def test_a_way_that_leaves_the_extract_is_cut(tmp_path: Path) -> None:
    line = Map({1: (0, 0), 2: (100, 0), 4: (300, 0), 5: (400, 0), 7: (600, 0)})
    line.way(11, [1, 2, 3, 4, 5, 6, 7])
    assert [street.nodes for street in read_streets(line.save(tmp_path)).streets] == [(1, 2), (4, 5)]


def test_a_repeated_node_counts_once(tmp_path: Path) -> None:
    line = Map({1: (0, 0), 2: (100, 0)})
    line.way(11, [1, 1, 2, 2])
    assert read_streets(line.save(tmp_path)).streets[0].nodes == (1, 2)


def test_a_bollard_ends_the_street_on_both_sides(tmp_path: Path) -> None:
    line = Map({1: (0, 0), 2: (100, 0), 3: (200, 0)}, node_tags={2: {"barrier": "bollard"}})
    line.way(11, [1, 2, 3])
    streets = read_streets(line.save(tmp_path))
    (first, last) = streets.streets
    assert first.nodes[-1] != last.nodes[0]
    assert streets.positions[first.nodes[-1]] == streets.positions[last.nodes[0]]


@pytest.mark.parametrize("kind", ["no_left_turn", "no_u_turn", "only_straight_on"])
def test_kinds_of_restriction(cross: Map, tmp_path: Path, kind: str) -> None:
    cross.restrict(kind, 11, 5, 12)
    (restriction,) = read_streets(cross.save(tmp_path)).restrictions
    assert restriction.kind.value == kind.partition("_")[0]


def test_a_restriction_that_spares_cars_is_none(cross: Map, tmp_path: Path) -> None:
    cross.restrict("no_left_turn", 11, 5, 14, **{"except": "bus;motorcar"})
    streets = read_streets(cross.save(tmp_path))
    assert not streets.restrictions
    assert streets.unreadable_restrictions == 0


def test_a_restriction_over_a_way(cross: Map, tmp_path: Path) -> None:
    tags = {"type": "restriction", "restriction": "no_u_turn"}
    cross.relations.append(([("way", "from", 11), ("way", "via", 12), ("way", "to", 13)], tags))
    assert read_streets(cross.save(tmp_path)).restrictions == (
        Restriction(RestrictionKind.NO, 11, 0, 13, (12,)),
    )


def test_what_is_not_understood_is_counted(cross: Map, tmp_path: Path) -> None:
    cross.restrict("give_way", 11, 5, 14)
    tags = {"type": "restriction", "restriction": "no_u_turn"}
    cross.relations.append(([("way", "from", 11), ("way", "to", 13)], tags))
    both = [("way", "from", 11), ("way", "via", 12), ("node", "via", 5), ("way", "to", 13)]
    cross.relations.append((both, tags))
    cross.relations.append(
        ([("way", "from", 11), ("node", "via", 5), ("way", "to", 13)], {"type": "restriction"})
    )
    streets = read_streets(cross.save(tmp_path))
    assert not streets.restrictions
    assert streets.unreadable_restrictions == 4


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("map.osm", b""),
        ("map.osm", b"<osm version='0.6'><node id='1'"),
        ("map.osm.bz2", b"BZh9 but nothing packed"),
        ("map.osm.pbf", b"\x00\x00\x00\x0dno protobuf at all"),
        ("map.txt", b"Haltestelle"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BrokenExtract, match=name):
        read_streets(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenExtract, match="no such file") as caught:
        read_streets(tmp_path / "nowhere.osm")
    assert caught.value.path.endswith("nowhere.osm")


def test_a_map_without_streets_is_refused(tmp_path: Path) -> None:
    paths = Map({1: (0, 0), 2: (100, 0)})
    paths.way(11, [1, 2], {"highway": "footway"})
    with pytest.raises(BrokenExtract, match="no street"):
        read_streets(paths.save(tmp_path))
