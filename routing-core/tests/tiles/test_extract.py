from collections import Counter
from pathlib import Path

import pytest
import shapely
from road_cases import Map, degrees
from routing_core.places.place import Place
from routing_core.roads.errors import BrokenExtract
from routing_core.tiles.build import build_tiles
from routing_core.tiles.extract import Features, read_features
from routing_core.tiles.mercator import project
from tile_cases import read, read_archive


def village() -> Map:
    """A street, a forest with a clearing, a house, a border, and a road that leaves the extract."""
    corners = {11: (-400, 100), 12: (-100, 100), 13: (-100, 400), 14: (-400, 400)}
    clearing = {21: (-300, 200), 22: (-200, 200), 23: (-200, 300), 24: (-300, 300)}
    house = {31: (20, 20), 32: (40, 20), 33: (40, 35), 34: (20, 35)}
    village = Map({1: (-500, 0), 2: (0, 0), 3: (500, 0), 4: (0, -300), **corners, **clearing, **house})
    village.way(101, [1, 2, 3], {"highway": "residential", "name": "Große Straße"})
    village.way(102, [2, 4, 99], {"highway": "secondary", "ref": "L 35;L 36", "bridge": "yes"})
    village.way(103, [11, 12, 13, 14, 11], {})
    village.way(104, [21, 22, 23, 24, 21], {})
    village.way(105, [31, 32, 33, 34, 31], {"building": "house"})
    village.way(106, [1, 14], {})
    village.way(107, [3, 13], {"highway": "construction"})
    village.relations.append(
        ([("way", "outer", 103), ("way", "inner", 104)], {"type": "multipolygon", "landuse": "forest"})
    )
    village.relations.append(
        (
            [("way", "outer", 106)],
            {"type": "boundary", "boundary": "administrative", "admin_level": "6"},
        )
    )
    return village


PLACES = (
    Place("n1", "village", "Żółwia Błoć", *degrees(0, 0)),
    Place("n2", "address", "Große Straße", *degrees(30, 27), "7a"),
    Place("n3", "street", "Große Straße", *degrees(0, 0)),
    Place("n4", "pharmacy", "Løve Apotek", *degrees(60, 10)),
)


def layers(found: Features) -> Counter[str]:
    return Counter(found.kinds[number].layer for number in found.kind)


def test_what_is_mapped_is_found(tmp_path: Path) -> None:
    found = read_features(village().save(tmp_path), PLACES)
    assert layers(found) == {
        "road": 2,
        "land": 1,
        "building": 1,
        "boundary": 1,
        "place": 1,
        "poi": 1,
        "address": 1,
    }
    of = {found.kinds[number]: shape for number, shape in zip(found.kind, found.shapes, strict=True)}
    (forest,) = (shape for kind, shape in of.items() if kind.layer == "land")
    assert len(forest.interiors) == 1
    roads = {
        dict(kind.labelled).get("name") or dict(kind.labelled)["ref"]: kind
        for kind in of
        if kind.layer == "road"
    }
    assert dict(roads["L 35"].labelled) == {"kind": "secondary", "ref": "L 35", "bridge": "yes"}
    # The node 99 is not in the extract.
    assert len(of[roads["L 35"]].coords) == 2
    latitude_deg, longitude_deg = degrees(500, 0)
    there = shapely.Point(project(shapely.get_coordinates(shapely.Point(longitude_deg, latitude_deg)))[0])
    assert of[roads["Große Straße"]].distance(there) < 1e-9


def test_a_lake_is_named_once_and_on_its_water(tmp_path: Path) -> None:
    lake = Map({1: (0, 0), 2: (900, 0), 3: (900, 900), 4: (880, 900), 5: (880, 20), 6: (0, 20)})
    lake.way(11, [1, 2, 3, 4, 5, 6, 1], {"natural": "water", "name": "Krummer See"})
    found = read_features(lake.save(tmp_path), ())
    assert layers(found) == {"water": 1, "place": 1}
    water, name = found.shapes
    assert water.contains(name)
    assert dict(found.kinds[found.kind[1]].labelled) == {"kind": "water", "name": "Krummer See"}


def test_the_file_holds_the_village(tmp_path: Path) -> None:
    target = tmp_path / "map.pmtiles"
    count = build_tiles(village().save(tmp_path), PLACES, target)
    tiles = {where: read(body) for where, body in read_archive(target).tiles.items()}
    assert len(tiles) == count
    assert {zoom for zoom, _, _ in tiles} == set(range(9, 15))
    finest = [tile for (zoom, _, _), tile in tiles.items() if zoom == 14]
    told = {
        (layer, name)
        for tile in finest
        for layer, content in tile.items()
        for feature in content["features"]
        for name in feature["properties"].values()
    }
    assert {
        ("road", "Große Straße"),
        ("road", "L 35"),
        ("land", "wood"),
        ("boundary", "district"),
        ("place", "Żółwia Błoć"),
        ("poi", "Løve Apotek"),
        ("address", "7a"),
    } <= told


def test_a_file_that_is_no_map_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenExtract, match="no such file"):
        read_features(tmp_path / "none.osm", ())
    broken = tmp_path / "map.osm.pbf"
    broken.write_bytes(b"no map")
    with pytest.raises(BrokenExtract, match=r"map\.osm\.pbf"):
        read_features(broken, ())
    empty = Map({1: (0, 0)}).save(tmp_path)
    with pytest.raises(BrokenExtract, match="nothing that a map shows"):
        read_features(empty, ())
