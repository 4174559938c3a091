"""The door: a feed in, a report out."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from timetable.tables import Feed, FeedError
from timetable.validation.loading import SHAPES, STOP_TIMES, Tables, load
from timetable.validation.report import Report
from timetable.validation.rules import (
    agencies,
    fares,
    keys,
    on_demand,
    pathways,
    routes,
    service_days,
    shapes,
    speeds,
    stop_times,
    stops,
    transfers,
    trips,
)

STOPS, ROUTES, TRIPS = "stops.txt", "routes.txt", "trips.txt"
CALENDARS = ("calendar.txt", "calendar_dates.txt")
GROUPS = "location_group_stops.txt"

Rule = Callable[[Tables], None]

# A rule of single rows looks at the rows that are right, whatever the others are. One that compares rows,
# or files, is asked only if the files it reads are whole.
RULES: tuple[tuple[Rule, tuple[str, ...]], ...] = (
    (keys.check_keys, ()),
    (keys.check_references, ()),
    (agencies.check_agencies, ("agency.txt",)),
    (agencies.check_feed_info, ()),
    (agencies.check_languages, ("agency.txt", "feed_info.txt")),
    (agencies.check_attributions, ()),
    (agencies.check_translations, ("translations.txt",)),
    (stops.check_stops, ()),
    (stops.check_places, ()),
    (stops.check_parents, (STOPS,)),
    (stops.check_stop_use, (STOPS, STOP_TIMES, GROUPS)),
    (stops.check_geography_ids, (STOPS,)),
    (stops.check_zone_ids, (STOPS, STOP_TIMES, TRIPS, "fare_rules.txt")),
    (routes.check_routes, ()),
    (routes.check_route_names, (ROUTES,)),
    (routes.check_addresses, ("agency.txt", ROUTES, STOPS)),
    (routes.check_networks, (ROUTES,)),
    (service_days.check_calendars, ()),
    (service_days.check_service_days, CALENDARS),
    (service_days.check_window, (*CALENDARS, TRIPS, "feed_info.txt")),
    (service_days.check_coverage, (*CALENDARS, TRIPS, "frequencies.txt")),
    (stop_times.check_calls, ()),
    (stop_times.check_windows, ()),
    (stop_times.check_booking, ("booking_rules.txt",)),
    (stop_times.check_order, (STOP_TIMES,)),
    (stop_times.check_file_order, (STOP_TIMES,)),
    (speeds.check_speeds, (STOPS, ROUTES, TRIPS, STOP_TIMES)),
    (trips.check_use, (TRIPS, STOP_TIMES)),
    (trips.check_bikes, (ROUTES, TRIPS)),
    (trips.check_headsigns, (STOPS, TRIPS, STOP_TIMES)),
    (trips.check_blocks, (ROUTES, TRIPS)),
    (trips.check_block_times, (TRIPS, STOP_TIMES, *CALENDARS)),
    (trips.check_frequencies, ()),
    (trips.check_continuous, (ROUTES, TRIPS, STOP_TIMES)),
    (shapes.check_distances, (SHAPES,)),
    (shapes.check_use, (SHAPES, TRIPS)),
    (shapes.check_against_trips, (SHAPES, TRIPS, STOP_TIMES, STOPS)),
    (shapes.check_stops_on_shapes, (SHAPES, TRIPS, STOP_TIMES, STOPS, ROUTES)),
    (transfers.check_presence, ()),
    (transfers.check_stops, (transfers.FILE, STOPS)),
    (transfers.check_trips, (transfers.FILE, STOPS, TRIPS, STOP_TIMES, ROUTES)),
    (pathways.check_pathways, ()),
    (pathways.check_ends, (pathways.FILE, STOPS)),
    (pathways.check_reach, (pathways.FILE, STOPS)),
    (fares.check_transfer_rules, ()),
    (fares.check_timeframes, ()),
    (fares.check_timeframe_overlaps, (fares.TIMEFRAMES,)),
    (fares.check_amounts, ()),
    (fares.check_media, ()),
    (fares.check_riders, (fares.PRODUCTS, "rider_categories.txt")),
    (fares.check_joins, ()),
    (on_demand.check_booking_rules, ()),
    (on_demand.check_zones, (STOP_TIMES,)),
)


def validate(path: Path, today: date) -> Report:
    """Find what is wrong with a feed.

    Parameters
    ----------
    path
        Folder with the files of the feed, or a zip of them.
    today
        The day the feed is looked at: what is over or not yet valid depends on it.

    Returns
    -------
    Report
        The findings; a feed that cannot be read at all has one, ``i_o_error``.
    """
    try:
        feed = Feed(path, strict=True)
    except FeedError as error:
        report = Report()
        report.add("i_o_error", path.name, None, None, str(error))
        return report
    with feed:
        tables = load(feed, today)
    for check, needs in RULES:
        if all(tables[file].usable for file in needs):
            check(tables)
        else:
            name = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
            missing = tuple(file for file in needs if not tables[file].usable)
            tables.report.not_checked[name] = missing
    return tables.report
