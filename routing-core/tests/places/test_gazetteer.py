"""Places from an extract, and kept in a file."""

import gzip
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from routing_core.places.errors import BrokenGazetteer
from routing_core.places.gazetteer import load_places, save_places
from routing_core.places.osm import read_places
from routing_core.places.place import Place
from routing_core.roads.errors import BrokenExtract


def _extract() -> str:
    """An extract of a few nodes around two settlements, as XML."""
    nodes = {
        1: (53.500, 13.200, {"place": "village", "name": "Quastenberg"}),
        2: (53.600, 13.200, {"place": "town", "name": "Burg Stargard"}),
        3: (53.501, 13.200, {}),
        4: (53.502, 13.200, {}),
        5: (53.503, 13.200, {}),
        6: (53.601, 13.200, {}),
        7: (53.602, 13.200, {}),
        8: (
            53.5015,
            13.2002,
            {
                "addr:street": "Dorfstraße",
                "addr:housenumber": "3",
                "addr:postcode": "17094",
                "addr:city": "Burg Stargard",
            },
        ),
        9: (53.6010, 13.2010, {"highway": "bus_stop", "name": "ZOB  West"}),
        10: (53.6011, 13.2010, {"amenity": "bench", "name": "Parkbank"}),
        11: (53.6012, 13.2010, {"shop": "bakery"}),
        12: (53.9, 14.2, {"shop": "bakery", "name": "Einsam"}),
        13: (53.504, 13.201, {}),
    }
    ways = {
        20: ((3, 4, 5), {"highway": "residential", "name": "Dorfstraße"}),
        21: ((4, 5), {"highway": "residential", "name": "Dorfstraße"}),
        22: ((6, 7), {"highway": "residential", "name": "Dorfstraße"}),
        23: ((3, 13, 5, 3), {"amenity": "school", "name": "Grundschule"}),
        24: ((98, 99), {"amenity": "school", "name": "Nicht hier"}),
    }
    root = ET.Element("osm", version="0.6")
    for number, (latitude, longitude, tags) in nodes.items():
        at = {"lat": str(latitude), "lon": str(longitude)}
        _tagged(ET.SubElement(root, "node", at | {"id": str(number), "version": "1"}), tags)
    for number, (refs, tags) in ways.items():
        way = ET.SubElement(root, "way", id=str(number), version="1")
        for ref in refs:
            ET.SubElement(way, "nd", ref=str(ref))
        _tagged(way, tags)
    for number, way_number, name in ((30, 23, "Klinik"), (31, 20, "Ring fehlt"), (32, 24, "Weg fehlt")):
        relation = ET.SubElement(root, "relation", id=str(number), version="1")
        ET.SubElement(relation, "member", type="way", ref=str(way_number), role="outer")
        _tagged(relation, {"type": "multipolygon", "amenity": "hospital", "name": name})
    return ET.tostring(root, encoding="unicode")


def _tagged(element: ET.Element, tags: dict[str, str]) -> None:
    for key, value in tags.items():
        ET.SubElement(element, "tag", k=key, v=value)


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "extract.osm"
    path.write_text(_extract(), encoding="utf-8")
    return path


def test_what_an_extract_calls_things(extract: Path) -> None:
    found = {place.id: place for place in read_places(extract)}
    assert {place_id: (place.kind, place.label) for place_id, place in found.items()} == {
        "n1": ("village", "Quastenberg"),
        "n2": ("town", "Burg Stargard"),
        "n8a": ("address", "Dorfstraße 3, 17094 Quastenberg"),
        "n9": ("stop", "ZOB West, Burg Stargard"),
        "n12": ("shop", "Einsam"),
        "w20": ("street", "Dorfstraße, Quastenberg"),
        "w22": ("street", "Dorfstraße, Burg Stargard"),
        "w23": ("school", "Grundschule, Quastenberg"),
        "r30": ("hospital", "Klinik, Quastenberg"),
    }
    assert found["n8a"].municipality == "Burg Stargard"
    assert (found["w20"].latitude_deg, found["w20"].longitude_deg) == (53.502, 13.2)
    assert found["w23"].latitude_deg == pytest.approx((53.501 + 53.504 + 53.503) / 3, abs=1e-6)


def test_a_broken_extract_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.osm"
    broken.write_text("<osm><node id=", encoding="utf-8")
    for path in (broken, tmp_path / "none.osm"):
        with pytest.raises(BrokenExtract, match=path.name):
            read_places(path)


def test_places_come_back_as_they_were_and_make_the_same_file(tmp_path: Path) -> None:
    places = (
        Place("n1", "village", 'Neu "Käbelich"', 53.5, 13.25, post_code="17094"),
        Place("n2a", "address", "Am\tTor", -53.123456, -0.000001, "3 b", "17094", "Burg", "Amt"),
    )
    first, second = tmp_path / "a.gz", tmp_path / "b.gz"
    save_places(places, first)
    save_places(load_places(first), second)
    assert load_places(second) == places
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text.replace("places 1", "places 2"), "does not begin"),
        (lambda text: text.replace("village", "galaxy"), r"line 3: kind 'galaxy'"),
        (lambda text: text.replace("53.5", "153.5"), r"line 3: position 153.5, 13.2 is not on the globe"),
        (lambda text: text.replace("53.5", "north"), r"line 3: could not convert"),
        (lambda text: text.replace("\t\t", "\t"), r"line 3: \d columns, expected 9"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, change: object, why: str) -> None:
    path = tmp_path / "places.tsv.gz"
    save_places([Place("n1", "village", "Rühlow", 53.5, 13.2)], path)
    text = gzip.decompress(path.read_bytes()).decode()
    path.write_bytes(gzip.compress(change(text).encode()))  # type: ignore[operator] # a function of the text
    with pytest.raises(BrokenGazetteer, match=why):
        load_places(path)


def test_a_missing_or_cut_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "places.tsv.gz"
    with pytest.raises(BrokenGazetteer, match=r"places\.tsv\.gz"):
        load_places(path)
    save_places([Place("n1", "village", "Rühlow", 53.5, 13.2)], path)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(BrokenGazetteer, match=r"places\.tsv\.gz"):
        load_places(path)
