"""What a district's folder holds for journeys: timetables, ways and names of places.

``timetable.gtfs.zip``, or several ``*.gtfs.zip``, each with its name as prefix; ``roads`` as vehicles drive,
``roads_walk`` as people walk and, where there is one, ``roads_bike``; ``places.tsv.gz``.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from routing_core.places import gazetteer
from routing_core.places.place import Place
from routing_core.places.search import PlaceSearch
from routing_core.roads.network import RoadNetwork
from routing_core.roads.router import Router
from timetable.transit.building import Progress, build_timetable
from timetable.transit.compact import Timetable
from timetable.transit.compact_file import BrokenTimetableError, load_timetable, save_timetable
from timetable.transit.search import TransitSearch
from timetable.transit.source import read_source

from journeys.application.scheduled import Scheduled
from journeys.application.ways import Ways
from journeys.domain.journey import Mode

_log = structlog.get_logger(__name__)

FEEDS = "*.gtfs.zip"
ONLY_FEED = "timetable.gtfs.zip"
"""The feed whose ids keep as they are."""
DRIVEN, WALKED, CYCLED = "roads", "roads_walk", "roads_bike"


class NoTimetable(Exception):  # noqa: N818 - says what is the matter
    """A district's folder without a timetable."""


@dataclass(frozen=True, slots=True)
class JourneyArea:
    """All that journeys of a district are found in; ``cycling`` is None without roads for bicycles."""

    scheduled: Scheduled
    walking: Ways
    driving: Ways
    cycling: Ways | None
    places: PlaceSearch


def read_journey_area(
    folder: Path, cache: Path, tell: Callable[[Progress], None] = lambda _: None
) -> JourneyArea:
    """Read a district's folder; the compact timetable is built once and then mapped from ``cache``.

    Parameters
    ----------
    tell
        Called after every step of building the timetable.

    Raises
    ------
    NoTimetable
        Where there is none.
    BrokenGraph, BrokenGazetteer
        Where roads or places are missing or damaged.
    FeedError
        Where a feed cannot be read.
    """
    scheduled = Scheduled(TransitSearch(read_timetable(folder, cache, tell)))

    def ways(mode: Mode, name: str) -> Ways:
        router = Router(RoadNetwork.load(folder / name))
        return Ways(mode, router, scheduled.latitude_deg, scheduled.longitude_deg)

    return JourneyArea(
        scheduled,
        ways(Mode.WALK, WALKED),
        ways(Mode.CAR, DRIVEN),
        ways(Mode.BICYCLE, CYCLED) if (folder / CYCLED).is_dir() else None,
        PlaceSearch([*gazetteer.load_places(folder / gazetteer.FILE), *_stops(scheduled)]),
    )


def feeds_of(folder: Path) -> list[tuple[Path, str]]:
    """The feeds of a district with the prefixes of their ids, in order."""
    return [
        (path, "" if path.name == ONLY_FEED else f"{path.name.removesuffix('.gtfs.zip')}:")
        for path in sorted(folder.glob(FEEDS))
    ]


def read_timetable(folder: Path, cache: Path, tell: Callable[[Progress], None] = lambda _: None) -> Timetable:
    """The compact timetable of a district; raises NoTimetable, FeedError."""
    feeds = feeds_of(folder)
    if not feeds:
        raise NoTimetable(f"{folder}: holds no {FEEDS}")
    kept = cache / f"timetable-{_digest(feeds)}.bin"
    if kept.is_file():
        try:
            return load_timetable(kept)
        except BrokenTimetableError as error:
            _log.warning("timetable_built_anew", why=str(error))
    timetable = build_timetable([read_source(path, prefix) for path, prefix in feeds], tell=tell)
    cache.mkdir(parents=True, exist_ok=True)
    save_timetable(timetable, kept)
    return timetable


def _digest(feeds: Sequence[tuple[Path, str]]) -> str:
    found = hashlib.sha256()
    for path, prefix in feeds:
        with path.open("rb") as file:
            found.update(prefix.encode() + hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()[:16]


def _stops(scheduled: Scheduled) -> list[Place]:
    """Stations, and stops that belong to none."""
    stops = scheduled.timetable.stops
    named = [number for number, parent in enumerate(stops.parent.tolist()) if parent < 0]
    points = [(number, scheduled.stop_point(number)) for number in named]
    return [
        Place(
            f"stop:{point.stop_id}",
            "station" if stops.kind[number] == 1 else "stop",
            point.label,
            point.latitude_deg,
            point.longitude_deg,
        )
        for number, point in points
        if point.label
    ]
