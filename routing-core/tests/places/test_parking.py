"""Car parks near stations, from a map."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from routing_core.places.errors import BrokenGazetteer
from routing_core.places.parking import CarPark, load_parking, read_parking, save_parking
from routing_core.roads.errors import BrokenExtract

STATION = {"railway": "halt", "name": "Halt"}
PARKING = {"amenity": "parking"}


def write_map(path: Path, *nodes: tuple[float, dict[str, str]], outline: bool = False) -> Path:
    """Nodes on one meridian, by latitude; with a car park drawn as an outline around the station."""
    root = ET.Element("osm", version="0.6")
    for number, (latitude, tags) in enumerate(nodes, start=1):
        node = ET.SubElement(root, "node", id=str(number), version="1", lat=str(latitude), lon="13.2")
        for key, value in tags.items():
            ET.SubElement(node, "tag", k=key, v=value)
    if outline:
        corners = [(53.5, 13.2), (53.5, 13.201), (53.501, 13.201), (53.501, 13.2)]
        for number, (latitude, longitude) in enumerate(corners, start=100):
            ET.SubElement(root, "node", id=str(number), version="1", lat=str(latitude), lon=str(longitude))
        way = ET.SubElement(root, "way", id="7", version="1")
        for number in (100, 101, 102, 103, 100):
            ET.SubElement(way, "nd", ref=str(number))
        for key, value in {**PARKING, "name": "P+R", "capacity": "40"}.items():
            ET.SubElement(way, "tag", k=key, v=value)
    path.write_text(ET.tostring(root, encoding="unicode"), encoding="utf-8")
    return path


def test_car_parks_near_a_station_are_found_and_kept(tmp_path: Path) -> None:
    extract = write_map(
        tmp_path / "map.osm",
        (53.5, STATION),
        (53.503, PARKING),
        (53.51, PARKING),
        (53.5, {**PARKING, "access": "private"}),
        (53.5, {**PARKING, "parking": "street_side"}),
        (53.5, {**PARKING, "capacity": "many"}),
        outline=True,
    )
    found = read_parking(extract)
    assert found == (
        CarPark("n2", 53.503, 13.2, "", None),
        CarPark("n6", 53.5, 13.2, "", None),
        CarPark("w7", 53.5005, 13.2005, "P+R", 40),
    )
    save_parking(found, tmp_path / "parking.json")
    assert load_parking(tmp_path / "parking.json") == found


def test_where_no_train_stops_nobody_parks_and_rides(tmp_path: Path) -> None:
    assert read_parking(write_map(tmp_path / "map.osm", (53.5, PARKING))) == ()
    save_parking((), tmp_path / "parking.json")
    assert load_parking(tmp_path / "parking.json") == ()
    assert load_parking(tmp_path / "none.json") == ()


def test_damaged_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenExtract, match="no such file"):
        read_parking(tmp_path / "none.osm")
    (tmp_path / "map.osm").write_text("<osm><node", "utf-8")
    with pytest.raises(BrokenExtract):
        read_parking(tmp_path / "map.osm")
    (tmp_path / "parking.json").write_text('{"car_parks": [{"id": "n1"}]}', "utf-8")
    with pytest.raises(BrokenGazetteer, match="no car parks"):
        load_parking(tmp_path / "parking.json")
