"""What a district's folder holds for journeys: timetables, ways and names of places.

``timetable.gtfs.zip``, or several ``*.gtfs.zip``, each with its name as prefix; ``roads`` as vehicles drive,
``roads_walk`` as people walk and, where there are such, ``roads_wheelchair`` and ``roads_bike``;
``places.tsv.gz``.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import structlog
from routing_core.places import gazetteer
from routing_core.places.place import Place
from routing_core.places.search import PlaceSearch
from routing_core.roads.network import RoadNetwork
from routing_core.roads.router import Router
from service_kit.json_fields import read_file
from timetable.transit.building import Progress, build_timetable
from timetable.transit.compact import Timetable
from timetable.transit.compact_file import BrokenTimetableError, load_timetable, save_timetable
from timetable.transit.search import TransitSearch
from timetable.transit.source import Source, read_source
from timetable.transit.walks import Walks

from journeys.adapters.feed_words import read_words
from journeys.adapters.stop_walks import MOST_GUESSED_M, MOST_WALKED_M, walks_between
from journeys.application.scheduled import Scheduled
from journeys.application.ways import Floats, Ways
from journeys.domain.journey import Mode

_log = structlog.get_logger(__name__)

FEEDS = "*.gtfs.zip"
ONLY_FEED = "timetable.gtfs.zip"
"""The feed whose ids keep as they are."""
DRIVEN, WALKED, WHEELED, CYCLED = "roads", "roads_walk", "roads_wheelchair", "roads_bike"


AHEAD = timedelta(weeks=8)
"""How far ahead a timetable that goes on is there at least, where it is that long at all."""


class NoTimetable(Exception):  # noqa: N818 - says what is the matter
    """A district's folder without a timetable."""


@dataclass(frozen=True, slots=True)
class JourneyArea:
    """All that journeys of a district are found in; ``cycling`` is None without roads for bicycles.

    ``wheeling`` are ways in a wheelchair: those on foot where the district does not tell them apart.
    """

    scheduled: Scheduled
    walking: Ways
    wheeling: Ways
    driving: Ways
    cycling: Ways | None
    places: PlaceSearch


@dataclass(frozen=True, slots=True)
class District:
    """Whose data it is, the clocks it goes by, and its folder.

    ``timetable_goes_on`` says that when the days of the timetable are over its last weeks are driven again,
    as in a demonstration; passengers are told with every ride.
    """

    tenant: str
    time_zone: ZoneInfo
    folder: Path
    timetable_goes_on: bool = False


def read_district(folder: Path) -> District:
    """Read ``district.json``; raises FieldError, naming the file and the field that is missing or wrong."""
    document = read_file(folder / "district.json")
    goes_on = document.get("timetable_goes_on")
    return District(
        document["id"].text(),
        ZoneInfo(document["timezone"].text()),
        folder,
        goes_on is not None and goes_on.yes_or_no(),
    )


def has_journeys(folder: Path) -> bool:
    """Whether a district's folder holds what journeys are searched in."""
    return bool(feeds_of(folder)) and (folder / WALKED).is_dir() and (folder / gazetteer.FILE).is_file()


def read_journey_area(
    folder: Path, cache: Path, tell: Callable[[Progress], None] = lambda _: None, *, today: date | None = None
) -> JourneyArea:
    """Read a district's folder; the compact timetable is built once and then mapped from ``cache``.

    Parameters
    ----------
    tell
        Called after every step of building the timetable.
    today
        Where the district's timetable goes on, it is made to hold this day.

    Raises
    ------
    NoTimetable
        Where there is none.
    BrokenGraph, BrokenGazetteer
        Where roads or places are missing or damaged.
    FeedError
        Where a feed cannot be read.
    """
    timetable = read_timetable(folder, cache, tell)
    words = read_words(feeds_of(folder), timetable)
    if today is not None and read_district(folder).timetable_goes_on:
        timetable, notice = _with_day(timetable, today)
        words = replace(words, notice=notice)
    scheduled = Scheduled(TransitSearch(timetable), words)

    def ways(mode: Mode, name: str) -> Ways:
        return _ways(mode, folder / name, scheduled.latitude_deg, scheduled.longitude_deg)

    walking = ways(Mode.WALK, WALKED)
    return JourneyArea(
        scheduled,
        walking,
        ways(Mode.WALK, WHEELED) if (folder / WHEELED).is_dir() else walking,
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


def _ways(mode: Mode, roads: Path, latitude_deg: Floats, longitude_deg: Floats) -> Ways:
    return Ways(mode, Router(RoadNetwork.load(roads)), latitude_deg, longitude_deg)


def read_timetable(folder: Path, cache: Path, tell: Callable[[Progress], None] = lambda _: None) -> Timetable:
    """The compact timetable of a district, with the ways on foot between its stops.

    Raises NoTimetable, FeedError, and BrokenGraph where roads are damaged.
    """
    feeds = feeds_of(folder)
    if not feeds:
        raise NoTimetable(f"{folder}: holds no {FEEDS}")
    kept = cache / f"timetable-{_digest(folder, feeds)}.bin"
    if kept.is_file():
        try:
            return load_timetable(kept)
        except BrokenTimetableError as error:
            _log.warning("timetable_built_anew", why=str(error))
    sources = [read_source(path, prefix) for path, prefix in feeds]
    walks = _walks(sources, folder / WALKED, may_guess=True)
    step_free = _walks(sources, folder / WHEELED, may_guess=False)
    timetable = build_timetable(sources, walks, step_free, tell)
    cache.mkdir(parents=True, exist_ok=True)
    save_timetable(timetable, kept)
    return timetable


def _with_day(timetable: Timetable, today: date) -> tuple[Timetable, str]:
    """The timetable, whole weeks later where its days are over, and what passengers are told then."""
    last = timetable.first_day + timedelta(timetable.runs_on.shape[1] - 1)
    if today <= last:
        return timetable, ""
    first = timetable.first_day
    # As far ahead as wanted, but of a short one no further than that today is still in it.
    weeks = min(-(-(today + AHEAD - last).days // 7), (today - first).days // 7)
    moved = timetable.moved(7 * weeks)
    _log.warning("timetable_goes_on", last_day=last.isoformat(), moved_to=moved.first_day.isoformat())
    return (
        moved,
        f"Demonstration: this timetable ended on {last.isoformat()}; its last weeks are shown again.",
    )


def _walks(sources: Sequence[Source], roads: Path, *, may_guess: bool) -> Walks | None:
    if not roads.is_dir():
        return None
    latitude_deg, longitude_deg = (
        np.concatenate([getattr(source.schedule.stops, name) for source in sources])
        for name in ("lat", "lon")
    )
    return walks_between(sources, _ways(Mode.WALK, roads, latitude_deg, longitude_deg), may_guess=may_guess)


def _digest(folder: Path, feeds: Sequence[tuple[Path, str]]) -> str:
    """Of everything a timetable is built from."""
    roads = [
        (path, path.name) for name in (WALKED, WHEELED) for path in sorted((folder / name).glob("*.npy"))
    ]
    found = hashlib.sha256(f"on foot {MOST_WALKED_M} {MOST_GUESSED_M}".encode())
    for path, name in (*feeds, *roads):
        with path.open("rb") as file:
            found.update(name.encode() + hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()[:16]


def _stops(scheduled: Scheduled) -> list[Place]:
    """Stations, and stops that belong to none; without those whose place nobody tells."""
    stops = scheduled.timetable.stops
    known = (stops.parent < 0) & ~np.isnan(stops.lon + stops.lat)
    named = np.flatnonzero(known).tolist()
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
