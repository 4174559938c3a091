"""Waste collection with time windows: files of Kim, Kim & Sahoo 2006.

Five lines of a number and a comment (truck capacity, daily cap, stops per day, lunch, speed), a line of
column names, then one row ``id x y earliest latest service load type`` per place, times as HHMM; type 0
is the depot, 1 a stop, 2 a plant.

Source: B.-I. Kim, S. Kim, S. Sahoo: Waste collection vehicle routing problem with time windows,
Computers & Operations Research 33 (2006).
"""

from collections.abc import Iterable

from routing_core.formats.lines import Line, filled_lines, refuse_too_many
from routing_core.formats.waste import CollectionDay, CollectionSite

ROW = "a row: id, x, y, earliest, latest, service, load, type"
DEPOT, STOP, PLANT = 0, 1, 2


def read_kim(lines: Iterable[str]) -> CollectionDay:
    """Read a file of Kim, Kim & Sahoo.

    Raises
    ------
    FormatError
        For anything that is not as the format says.
    """
    filled = filled_lines(lines)
    if len(filled) < 8:
        raise filled[-1].error("the file ends before the depot and one more place")
    capacity, daily_cap, stop_cap, lunch, speed, columns, *rows = filled
    if columns.words[0].upper() != "STOP_ID":
        raise columns.error(f"column names beginning with Stop_ID are expected, not {columns.words[0]!r}")
    refuse_too_many(rows)
    sites: dict[int, list[CollectionSite]] = {DEPOT: [], STOP: [], PLANT: []}
    seen: dict[str, int] = {}
    for row in rows:
        row.expect_words(8, ROW)
        kind = row.integer_at(7, "the type", at_least=0)
        if kind not in sites:
            raise row.error(f"the type is 0, 1 or 2, not {row.words[7]!r}")
        site = _site(row, kind)
        if site.node_id in seen:
            raise row.error(f"id {site.node_id} is in line {seen[site.node_id]} already")
        seen[site.node_id] = row.number
        sites[kind].append(site)
    if len(sites[DEPOT]) != 1:
        raise filled[-1].error(f"one depot is expected, there are {len(sites[DEPOT])}")
    if not sites[PLANT]:
        raise filled[-1].error("there is no plant")
    return CollectionDay(
        depot=sites[DEPOT][0],
        plants=tuple(sites[PLANT]),
        stops=tuple(sites[STOP]),
        truck_capacity_yd=capacity.number_at(0, "the truck's capacity", at_least=0),
        daily_cap_yd=daily_cap.number_at(0, "the daily cap", at_least=0),
        daily_stop_cap=stop_cap.integer_at(0, "the stops per day", at_least=1),
        lunch_s=lunch.integer_at(0, "the lunch time", at_least=0),
        speed_mph=speed.number_at(0, "the speed", at_least=0.001),
    )


def _site(row: Line, kind: int) -> CollectionSite:
    node_id = str(row.integer_at(0, "the id", at_least=0))
    earliest_s, latest_s = _clock_s(row, 3, "the earliest time"), _clock_s(row, 4, "the latest time")
    if latest_s < earliest_s:
        raise row.error(f"the window ends before it begins: {row.words[3]} to {row.words[4]}")
    load_yd = row.number_at(6, "the load", at_least=0)
    return CollectionSite(
        node_id,
        row.number_at(1, "x"),
        row.number_at(2, "y"),
        earliest_s,
        latest_s,
        row.integer_at(5, "the service time", at_least=0),
        # The column holds a meaningless number for the depot and plants.
        load_yd if kind == STOP else 0.0,
    )


def _clock_s(row: Line, position: int, name: str) -> int:
    hours, minutes = divmod(row.integer_at(position, name, at_least=0), 100)
    if minutes >= 60 or hours * 60 + minutes > 24 * 60:
        raise row.error(f"{name} is no time of day: {row.words[position]!r}")
    return hours * 3600 + minutes * 60
