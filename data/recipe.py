"""Everything in ``demo/``, from the extract and the timetable in ``neubrandenburg/``."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import shapely
from routing_core.places import gazetteer, parking
from routing_core.places.osm import read_places as read_named_places
from routing_core.roads.build import build_graph
from routing_core.roads.network import RoadNetwork
from routing_core.roads.osm import read_streets
from routing_core.roads.profile import load_profile
from routing_core.tiles import archive
from routing_core.tiles.build import build_tiles

from data import benches, cars, supply
from data.containers import collection, read_recycling
from data.demand import Ride, Span, draw_rides
from data.places import Places, Spot, read_places
from data.stops import VirtualStop, place_stops
from data.trains import read_calls

SOURCES = Path(__file__).parent / "neubrandenburg"
EXTRACT = SOURCES / "neubrandenburg.osm.bz2"
FEED = SOURCES / "vbb-neubrandenburg-2021.gtfs.zip"
TIMETABLE = "timetable.gtfs.zip"
TARIFF_ZONES = "tariff_zones.geojson"

OTHER_ROADS: Mapping[str, str] = {
    "roads_walk": "walk",
    "roads_wheelchair": "wheelchair",
    "roads_bike": "bike",
    "roads_truck": "waste_truck",
}
"""Roads of those who do not drive a minibus, by their profile."""

STATIONS: Mapping[str, str] = {
    "Neubrandenburg, Bahnhof": "Neubrandenburg",
    "Burg Stargard(Meckl), Bahnhof": "Burg Stargard",
    "Sponholz": "Sponholz",
}
"""Stations by their name in the timetable and their name in the extract."""


def make_district(folder: Path) -> None:
    """Write all files of the demo district into a folder."""
    graph, report = build_graph(read_streets(EXTRACT))
    sha256 = hashlib.sha256(EXTRACT.read_bytes()).hexdigest()
    network = RoadNetwork(graph)
    network.save(folder / "roads", {"source": EXTRACT.name, "sha256": sha256, **asdict(report)})
    for name, profile in OTHER_ROADS.items():
        other, other_report = build_graph(read_streets(EXTRACT, load_profile(profile)))
        about = {"source": EXTRACT.name, "profile": profile, "sha256": sha256, **asdict(other_report)}
        RoadNetwork(other).save(folder / name, about)
    named_places = read_named_places(EXTRACT)
    gazetteer.save_places(named_places, folder / gazetteer.FILE)
    build_tiles(EXTRACT, named_places, folder / archive.FILE)
    parking.save_parking(parking.read_parking(EXTRACT), folder / parking.FILE)
    places = read_places(EXTRACT)
    stations = _stations(places)
    trains = read_calls(FEED, supply.SERVICE_DATE, frozenset(STATIONS))
    stops = place_stops(places, stations.values(), network)
    _write(folder / "district.json", _district())
    shutil.copyfile(FEED, folder / TIMETABLE)
    _write(folder / "zones.geojson", _zones())
    _write(folder / TARIFF_ZONES, _tariff_zones())
    _write(folder / "virtual_stops.geojson", _virtual_stops(stops))
    bases = _base_places(places, network)
    _write(folder / "fleet.json", supply.fleet(bases))
    _write(folder / "cars.json", cars.cars(bases))
    _write(folder / "benches.json", benches.benches(stops))
    _write(folder / "waste.json", collection(read_recycling(EXTRACT), places))
    _write(folder / "requests.json", _requests(draw_rides(places, trains, stations, network)))


def _stations(places: Places) -> dict[str, Spot]:
    by_name = {spot.name: spot for spot in places.stations}
    return {
        timetable_name: by_name[map_name]._replace(name=f"Bahnhof {map_name}")
        for timetable_name, map_name in STATIONS.items()
    }


def _district() -> dict[str, Any]:
    return {
        "id": supply.ID,
        "name": supply.NAME,
        "timezone": supply.TIMEZONE,
        "service_date": supply.SERVICE_DATE.isoformat(),
        "timetable_goes_on": True,
        "service_day_start": supply.SERVICE_DAY_START,
        "tariff": {
            "file": "tariffs/vos.yaml",
            "on_demand": {"zones": [supply.TARIFF_ZONE]},
            "timetable": TIMETABLE,
            "zones": TARIFF_ZONES,
        },
        "publisher": dict(supply.PUBLISHER),
    }


def _zones() -> dict[str, Any]:
    return _collection(
        {
            "type": "Feature",
            "properties": {"id": zone.id, "name": zone.name},
            "geometry": _outline(zone),
        }
        for zone in supply.ZONES
    )


def _tariff_zones() -> dict[str, Any]:
    """All dispatch areas as one zone of the tariff that the district borrows."""
    areas = _collection(
        {
            "type": "Feature",
            "properties": {"zone_id": supply.TARIFF_ZONE, "name": zone.name},
            "geometry": _outline(zone),
        }
        for zone in supply.ZONES
    )
    return {"attribution": supply.TARIFF_ZONES_ARE, **areas}


def _outline(zone: supply.Zone) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[*zone.ring, zone.ring[0]]]}


def _virtual_stops(stops: list[VirtualStop]) -> dict[str, Any]:
    areas = {zone.id: shapely.Polygon(zone.ring) for zone in supply.ZONES}
    features = []
    for stop in stops:
        point = shapely.Point(stop.longitude_deg, stop.latitude_deg)
        zone_ids = [zone_id for zone_id, area in areas.items() if area.contains(point)]
        if zone_ids:
            features.append(
                {
                    "type": "Feature",
                    "properties": {"id": stop.id, "name": stop.name, "zone_ids": zone_ids},
                    "geometry": {"type": "Point", "coordinates": [stop.longitude_deg, stop.latitude_deg]},
                }
            )
    return _collection(features)


def _base_places(places: Places, network: RoadNetwork) -> dict[str, dict[str, Any]]:
    centres = {settlement.centre.name: settlement.centre for settlement in places.settlements}
    bases = {}
    for key, base in supply.BASES.items():
        centre = centres[base.settlement]
        point = network.snap(centre.latitude_deg, centre.longitude_deg, limit_m=500.0)
        bases[key] = {
            "latitude_deg": round(point.latitude_deg, 6),
            "longitude_deg": round(point.longitude_deg, 6),
            "label": base.label,
        }
    return bases


def _requests(rides: list[Ride]) -> dict[str, Any]:
    return {"requests": [_request(f"r{number:03}", ride) for number, ride in enumerate(rides, start=1)]}


def _request(request_id: str, ride: Ride) -> dict[str, Any]:
    day, call_s = divmod(ride.call_s, 24 * 3600)
    return {
        "id": request_id,
        "kind": ride.kind,
        "call": {"day": day, "time": _clock(call_s)},
        "pickup": _place(ride.pickup),
        "dropoff": _place(ride.dropoff),
        "pickup_window": _window(ride.pickup_window),
        "dropoff_window": _window(ride.dropoff_window),
        "seated_count": ride.seated_count,
        "wheelchair_count": ride.wheelchair_count,
        "max_walk_m": ride.max_walk_m,
    }


def _place(spot: Spot) -> dict[str, Any]:
    return {"latitude_deg": spot.latitude_deg, "longitude_deg": spot.longitude_deg, "label": spot.name}


def _window(span: Span | None) -> dict[str, str] | None:
    return None if span is None else {"earliest": _clock(span.earliest_s), "latest": _clock(span.latest_s)}


def _clock(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}"


def _collection(features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
