"""What feeds tell of platforms and agencies: for people, no search needs it."""

from collections.abc import Iterable
from pathlib import Path

from timetable.tables import Feed
from timetable.transit.compact import Timetable

from journeys.application.telling import Words

PLATFORM = ("stop_id", "platform_code")
ROUTE = ("route_id", "agency_id")
AGENCY = ("agency_id", "agency_name")


def read_words(feeds: Iterable[tuple[Path, str]], timetable: Timetable) -> Words:
    """Read them from feeds with their prefixes; raises FeedError."""
    routes = {route_id: number for number, route_id in enumerate(timetable.names.route_ids.all())}
    platforms: dict[int, str] = {}
    agencies: dict[int, str] = {}
    for path, prefix in feeds:
        with Feed(path) as feed:
            for _, (stop_id, platform) in feed.table("stops.txt", PLATFORM).rows(*PLATFORM):
                number = timetable.stop_index.get(prefix + stop_id)
                if platform and number is not None:
                    platforms[number] = platform
            names = {
                agency_id: name for _, (agency_id, name) in feed.table("agency.txt", AGENCY).rows(*AGENCY)
            }
            only = next(iter(names.values())) if len(names) == 1 else ""
            for _, (route_id, agency_id) in feed.table("routes.txt", ROUTE).rows(*ROUTE):
                number = routes.get(prefix + route_id)
                if number is not None:
                    agencies[number] = names.get(agency_id, only)
    return Words(platforms, agencies)
