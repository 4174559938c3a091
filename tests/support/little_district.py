"""A made-up village with three streets and a bus, as a map and as a timetable."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

STREETS = ("Hauptstraße", "Seeweg", "Kirchweg")
FEED = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nb,Bus,https://bus.example,Europe/Berlin\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\nw,Westend,53.5001,13.2001\ne,Ostend,53.5001,13.2399\n"
    "f,Fern,54.5,13.2\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_type\n7,b,7,3\n",
    "trips.txt": "route_id,service_id,trip_id\n7,d,t1\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t1,08:00:00,08:00:00,w,1\nt1,08:05:00,08:05:00,e,2\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
    "start_date,end_date\n"
    "d,1,1,1,1,1,0,0,20260301,20260331\n",
}


def write_map(path: Path) -> Path:
    """Three streets from west to east, joined at their ends, and a village."""
    root = ET.Element("osm", version="0.6")
    number = 0
    grid: dict[tuple[int, int], str] = {}
    for row in range(3):
        for column in range(9):
            number += 1
            grid[row, column] = str(number)
            latitude, longitude = f"{53.5 + 0.004 * row:.4f}", f"{13.2 + 0.005 * column:.4f}"
            ET.SubElement(root, "node", id=str(number), version="1", lat=latitude, lon=longitude)
    village = ET.SubElement(root, "node", id="900", version="1", lat="53.5042", lon="13.2200")
    for key, value in {"place": "village", "name": "Süderdorf"}.items():
        ET.SubElement(village, "tag", k=key, v=value)
    lines = [(name, [grid[row, column] for column in range(9)]) for row, name in enumerate(STREETS)]
    lines += [("", [grid[row, column] for row in range(3)]) for column in (0, 8)]
    for way_id, (name, nodes) in enumerate(lines, start=100):
        way = ET.SubElement(root, "way", id=str(way_id), version="1")
        for node in nodes:
            ET.SubElement(way, "nd", ref=node)
        for key, value in {"highway": "residential", "name": name}.items():
            if value:
                ET.SubElement(way, "tag", k=key, v=value)
    path.write_text(ET.tostring(root, encoding="unicode"), encoding="utf-8")
    return path


def write_feed(path: Path, files: Mapping[str, str] = FEED) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return path
