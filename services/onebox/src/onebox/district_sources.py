"""A district's folder from where its map and timetables are: files of this machine, or servers elsewhere."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from routing_core.roads.errors import RoadsError
from service_kit.json_fields import FieldError
from timetable.tables import FeedError

from onebox.district import load_district
from onebox.district_making import CannotMake, Found, make_district, names_of_feeds
from onebox.feed_sources import SourceError, feed_path
from onebox.place_map import PlaceError, fetch_map, find_place


@dataclass(frozen=True, slots=True)
class WantedPlace:
    """A place whose map is to be fetched, and from whom."""

    query: str
    nominatim: str
    overpass: str


@dataclass(frozen=True, slots=True)
class Sources:
    """What a district is made of.

    Parameters
    ----------
    map
        A file, or a place to fetch it of.
    gtfs
        Timetables: files, folders or addresses, at least one.
    """

    name: str
    map: Path | WantedPlace
    gtfs: tuple[str, ...]


class SourcesError(ValueError):
    """What was given makes no district; ``field`` is ``name``, ``osm``, ``place`` or ``gtfs``, or empty."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


def make_from(sources: Sources, target: Path, cache: Path, tell: Callable[[str], None]) -> Found:
    """Make a district's folder beside its place, and put it there whole: half of one is in nobody's way.

    Parameters
    ----------
    target
        What is not there, or empty.
    cache
        Where the compact timetable is kept.
    tell
        Called before every step.

    Raises
    ------
    SourcesError
        Where something cannot be had, read or used.
    """
    staging = target.with_name(f".{target.name}.unfinished")
    try:
        return _made(sources, staging, target, cache, tell)
    except (CannotMake, PlaceError, SourceError, FeedError, RoadsError, FieldError, OSError) as error:
        # What was being made is gone; of a feed its own name is left.
        raise SourcesError(_field_of(error), str(error).replace(f"{staging}/", "")) from error


def _made(sources: Sources, staging: Path, target: Path, cache: Path, tell: Callable[[str], None]) -> Found:
    with ExitStack() as stack:
        # What a process left that was killed is no part of it.
        shutil.rmtree(staging, ignore_errors=True)
        stack.callback(shutil.rmtree, staging, ignore_errors=True)
        feeds = {
            file: stack.enter_context(feed_path(source))
            for file, source in zip(names_of_feeds(sources.gtfs), sources.gtfs, strict=True)
        }
        if isinstance(sources.map, Path):
            extract = sources.map
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="landlinie-map-")))
            tell(f"looking for {sources.map.query}")
            box = find_place(sources.map.query, sources.map.nominatim)
            tell(f"fetching the map of {box.label}, {box.km2:,.0f} km²")
            extract = folder / "place.osm"
            fetch_map(box, extract, sources.map.overpass)
        today = datetime.now(UTC).date()
        found = make_district(staging, sources.name, extract, feeds, cache, today, tell)
        load_district(staging)
        target.parent.mkdir(parents=True, exist_ok=True)
        staging.replace(target)
    return found


def _field_of(error: Exception) -> str:
    if isinstance(error, CannotMake):
        return str(error).partition(":")[0]
    if isinstance(error, PlaceError):
        return "place"
    if isinstance(error, SourceError | FeedError):
        return "gtfs"
    return "osm" if isinstance(error, RoadsError) else ""
