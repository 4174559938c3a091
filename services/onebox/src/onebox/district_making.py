"""A district's folder, made from a map and timetables: all that can be known without asking its people."""

import json
import re
import shutil
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from journeys.adapters.district_folder import (
    CYCLED,
    DRIVEN,
    FEEDS,
    ONLY_FEED,
    WALKED,
    WHEELED,
    read_journey_area,
)
from routing_core.places import gazetteer, parking
from routing_core.places.osm import read_places
from routing_core.places.place import Place
from routing_core.roads.build import BuildReport, build_graph
from routing_core.roads.errors import NoRoadNearby
from routing_core.roads.network import RoadNetwork
from routing_core.roads.osm import read_streets
from routing_core.roads.profile import load_profile
from routing_core.roads.sphere import great_circle_m
from routing_core.tiles import archive
from routing_core.tiles.build import build_tiles
from timetable.findings import Severity
from timetable.transit.compact import Timetable
from timetable.validation.report import Report
from timetable.validation.validate import validate

ROADS: Mapping[str, str] = {DRIVEN: "minibus", WALKED: "walk", WHEELED: "wheelchair", CYCLED: "bike"}
"""Folders of road graphs, and whose they are."""
STOP_LIMIT_M: Mapping[str, float] = {
    "stop": 60.0,
    "station": 400.0,
    "town": 400.0,
    "village": 400.0,
    "hamlet": 400.0,
}
"""Kinds of places that become virtual stops, and how far from a road they may be."""
SAME_STOP_M = 150.0
"""Both sides of the road are one virtual stop."""
CENTRE_NEEDED_M = 350.0
"""Settlements without a stop this near to their centre get one there."""
SERVICE_DAY_START = "03:00"
LONGEST_ID = 32
BIGGEST_LISTING = 5
WEEK = 7


class CannotMake(ValueError):  # noqa: N818 - says what is the matter
    """What was given makes no district; the message says which part of it, and why."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the map and the timetables hold.

    Parameters
    ----------
    roads
        By folder.
    outside_count
        Stops of the timetables that lie off the map.
    first_day, last_day
        Of the timetables.
    usual_day
        One to ask about: today, or the busiest day of the week that is nearest to it.
    over
        No trip runs any more.
    reports
        What is wrong with each feed, by its file.
    """

    roads: Mapping[str, BuildReport]
    place_count: int
    virtual_stop_count: int
    stop_count: int
    trip_count: int
    outside_count: int
    first_day: date
    last_day: date
    usual_day: date
    over: bool
    timezone: str
    reports: Mapping[str, Report]

    def odd(self) -> Iterator[str]:
        """What somebody should look at, a sentence each."""
        drive = self.roads[DRIVEN]
        if drive.unresolved_restriction_count or drive.unreadable_restriction_count:
            count = drive.unresolved_restriction_count + drive.unreadable_restriction_count
            yield f"{count} turn restrictions of the map could not be used"
        if drive.dropped_arc_count:
            yield f"{drive.dropped_arc_count} stretches of road lead nowhere else and are left out"
        if self.over:
            yield f"the timetables ended on {self.last_day}; ask about that time, as {self.usual_day}"
        if self.outside_count == self.stop_count:
            yield "no stop of the timetables lies on the map: are both of one region?"
        elif self.outside_count:
            yield f"{self.outside_count} of {self.stop_count} stops of the timetables lie off the map"
        for name, report in self.reports.items():
            codes = [code for code, _ in report.counts().items()]
            errors, warnings = report.count(Severity.ERROR), report.count(Severity.WARNING)
            if errors or warnings:
                shown = ", ".join([*codes[:BIGGEST_LISTING], *["…"][: len(codes) - BIGGEST_LISTING]])
                yield f"{name}: {errors} errors, {warnings} warnings ({shown}); see landlinie feed validate"


def district_id(name: str) -> str:
    """A name as an id: ``Amt Hüttener Berge`` is ``amt-huttener-berge``.

    Raises
    ------
    CannotMake
        Where nothing of it can stand in an id.
    """
    plain = (
        unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss")).encode("ascii", "ignore").decode()
    )
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_ID].strip("-")
    if not found:
        raise CannotMake(f"name: {name!r} has no letter or digit of an id")
    return found


def make_district(
    folder: Path,
    name: str,
    extract: Path,
    feeds: Mapping[str, Path],
    cache: Path,
    today: date,
    tell: Callable[[str], None],
) -> Found:
    """Write a district's folder.

    Parameters
    ----------
    feeds
        Timetables by the file name they get; folders or zips.
    cache
        Where the compact timetable is kept.
    tell
        Called before every step.

    Raises
    ------
    CannotMake
        Where a feed runs on no day, or its zone is none.
    BrokenExtract, FeedError
        Where the map or a timetable cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reports = {}
    for file, path in feeds.items():
        tell(f"checking {file}")
        reports[file] = validate(path, today)
        _put_feed(path, folder / file)
    roads, networks = {}, {}
    for target, profile in ROADS.items():
        tell(f"roads: {profile}")
        graph, roads[target] = build_graph(read_streets(extract, load_profile(profile)))
        networks[target] = RoadNetwork(graph)
        about = {"source": extract.name, "profile": profile, **asdict(roads[target])}
        networks[target].save(folder / target, about)
    tell("places")
    places = read_places(extract)
    gazetteer.save_places(places, folder / gazetteer.FILE)
    parking.save_parking(parking.read_parking(extract), folder / parking.FILE)
    tell("map")
    build_tiles(extract, places, folder / archive.FILE)
    outline = _outline(networks[DRIVEN])
    stops = _virtual_stops(places, networks[DRIVEN], district_id(name))
    tell("timetable")
    area = read_journey_area(folder, cache, lambda step: tell(f"timetable: {step.step}"))
    timetable = area.scheduled.timetable
    days = _days(timetable)
    usual_day = _usual_day(timetable, today)
    off_map = ~shapely.contains_xy(
        outline.buffer(0.02), np.asarray(timetable.stops.lon), np.asarray(timetable.stops.lat)
    )
    _write(
        folder / "district.json",
        {
            "id": district_id(name),
            "name": name,
            "timezone": timetable.zones[0],
            "service_date": usual_day.isoformat(),
            "service_day_start": SERVICE_DAY_START,
        },
    )
    _write(folder / "zones.geojson", _zones(district_id(name), name, outline))
    _write(folder / "virtual_stops.geojson", {"type": "FeatureCollection", "features": stops})
    # Nobody but the district knows who drives, and who rides.
    _write(folder / "fleet.json", {"vehicles": [], "shifts": []})
    _write(folder / "requests.json", {"requests": []})
    return Found(
        roads,
        len(places),
        len(stops),
        timetable.stop_count,
        len(timetable.trips.route),
        int(off_map.sum()),
        *days,
        usual_day,
        days[1] < today,
        timetable.zones[0],
        reports,
    )


def names_of_feeds(sources: Sequence[str]) -> list[str]:
    """File names for timetables: one keeps its ids, several get their names as prefixes.

    Raises
    ------
    CannotMake
        Where two have the same name.
    """
    if len(sources) == 1:
        return [ONLY_FEED]
    stems = [re.sub(r"[^A-Za-z0-9_-]+", "-", _stem(source)).strip("-") or "feed" for source in sources]
    if len(set(stems)) < len(stems):
        raise CannotMake(f"gtfs: two feeds are called alike among {', '.join(stems)}")
    return [FEEDS.replace("*", stem) for stem in stems]


def _stem(source: str) -> str:
    name = source.rstrip("/").rpartition("/")[2]
    for ending in (".zip", ".gtfs"):
        name = name.removesuffix(ending)
    return name


def _put_feed(source: Path, target: Path) -> None:
    if source.is_file():
        shutil.copyfile(source, target)
        return
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(source.iterdir()):
            if file.is_file():
                packed.write(file, file.name)


def _outline(network: RoadNetwork) -> shapely.Polygon:
    graph = network.graph
    nodes = np.column_stack([graph.node_longitude_e7, graph.node_latitude_e7]) / 1e7
    hull = shapely.MultiPoint(nodes).convex_hull.buffer(0.003, quad_segs=2).simplify(0.001)
    if not isinstance(hull, shapely.Polygon):
        raise CannotMake("osm: its roads span no area")
    return hull


def _zones(zone_id: str, name: str, outline: shapely.Polygon) -> dict[str, Any]:
    ring = [[round(lon, 6), round(lat, 6)] for lon, lat in outline.exterior.coords]
    feature = {
        "type": "Feature",
        "properties": {"id": zone_id, "name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    return {"type": "FeatureCollection", "features": [feature]}


def _virtual_stops(places: Sequence[Place], network: RoadNetwork, zone_id: str) -> list[dict[str, Any]]:
    """Stops and stations, one for both sides of a road, and the centres of settlements without any."""
    chosen: list[Place] = []
    features = []
    for kind, limit_m in STOP_LIMIT_M.items():
        for place in (place for place in places if place.kind == kind):
            apart_m = SAME_STOP_M if kind in {"stop", "station"} else CENTRE_NEEDED_M
            alike = [one for one in chosen if kind not in {"stop", "station"} or one.name == place.name]
            if any(_apart_m(place, one) <= apart_m for one in alike):
                continue
            try:
                point = network.snap(place.latitude_deg, place.longitude_deg, limit_m=limit_m)
            except NoRoadNearby:
                continue
            chosen.append(place)
            where = [round(point.longitude_deg, 7), round(point.latitude_deg, 7)]
            features.append(
                {
                    "type": "Feature",
                    "properties": {"id": f"vs-{place.id}", "name": place.label, "zone_ids": [zone_id]},
                    "geometry": {"type": "Point", "coordinates": where},
                }
            )
    return features


def _apart_m(one: Place, other: Place) -> float:
    return great_circle_m(one.latitude_deg, one.longitude_deg, other.latitude_deg, other.longitude_deg)


def _days(timetable: Timetable) -> tuple[date, date]:
    running = np.flatnonzero(np.asarray(timetable.runs_on).any(axis=0))
    if not len(running):
        raise CannotMake("gtfs: no trip runs on any day")
    first, last = (timetable.first_day + timedelta(days=int(day)) for day in (running[0], running[-1]))
    return first, last


def _usual_day(timetable: Timetable, today: date) -> date:
    """Today where something runs, otherwise the busiest day of the week that comes next, or was the last."""
    of_service = np.bincount(timetable.trips.service, minlength=len(timetable.runs_on))
    trips_on = of_service @ np.asarray(timetable.runs_on)
    running = np.flatnonzero(trips_on)
    wanted = (today - timetable.first_day).days
    if wanted in running:
        return today
    later = running[running > wanted]
    near = later[later < later[0] + WEEK] if len(later) else running[running > running[-1] - WEEK]
    return timetable.first_day + timedelta(days=int(near[trips_on[near].argmax()]))


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
