"""Ways inside stations."""

from collections.abc import Iterator, Mapping

from timetable.validation.loading import Tables
from timetable.validation.rules.stops import BOARDING, ENTRANCE, NODE, STATION, STOP, kind_of

FILE, STOPS = "pathways.txt", "stops.txt"
ELEVATOR, EXIT_GATE = "5", "7"
ENDS = ("from_stop_id", "to_stop_id")
MOST_NESTED = 3


def check_pathways(tables: Tables) -> None:
    """``bidirectional_exit_gate``, ``pathway_loop``."""
    for line, (start, end, mode, both) in tables[FILE].rows(*ENDS, "pathway_mode", "is_bidirectional"):
        if mode == EXIT_GATE and both == "1":
            tables.report.add(
                "bidirectional_exit_gate", FILE, line, "is_bidirectional", "an exit gate is one-way"
            )
        if start == end:
            tables.report.add("pathway_loop", FILE, line, "to_stop_id", f"from {start!r} to itself")


def check_ends(tables: Tables) -> None:
    """``pathway_to_wrong_location_type``, ``pathway_to_platform_with_boarding_areas``,
    ``pathway_to_stop_with_access_outside_of_station_pathways``, ``missing_level_id``,
    ``pathway_dangling_generic_node``.
    """
    columns = ("location_type", "parent_station", "stop_access", "level_id")
    stops = tables[STOPS].by("stop_id", *columns)
    lines = tables[STOPS].line_of("stop_id")
    parents = {parent for _, parent, _, _ in stops.values() if parent}
    neighbours: dict[str, set[str]] = {}
    lifted: dict[str, None] = {}
    for line, (*ends, mode) in tables[FILE].rows(*ENDS, "pathway_mode"):
        for field, stop, other in zip(ENDS, ends, reversed(ends), strict=True):
            neighbours.setdefault(stop, set()).add(other)
            if stop not in stops:
                continue
            type_, _, access, level = stops[stop]
            kind = kind_of(type_)
            if kind == STATION:
                tables.report.add(
                    "pathway_to_wrong_location_type", FILE, line, field, f"{stop!r} is a station"
                )
            if kind == STOP and stop in parents:
                tables.report.add(
                    "pathway_to_platform_with_boarding_areas",
                    FILE,
                    line,
                    field,
                    f"{stop!r} has boarding areas",
                )
            if access == "1":
                tables.report.add(
                    "pathway_to_stop_with_access_outside_of_station_pathways", FILE, line, field,
                    f"{stop!r} is reached from the street",
                )  # fmt: skip
            if mode == ELEVATOR and not level:
                lifted[stop] = None
    for stop in lifted:
        tables.report.add("missing_level_id", STOPS, lines[stop], "level_id", f"a lift stops at {stop!r}")
    for stop, (type_, *_) in stops.items():
        if kind_of(type_) == NODE and len(neighbours.get(stop, ())) == 1:
            tables.report.add(
                "pathway_dangling_generic_node", STOPS, lines[stop], "stop_id", f"{stop!r} leads nowhere"
            )


def check_reach(tables: Tables) -> None:
    """``pathway_unreachable_location``: in from a street, and out again."""
    stops = {
        stop: (kind_of(type_), parent)
        for stop, (type_, parent) in tables[STOPS].by("stop_id", "location_type", "parent_station").items()
    }
    ways = [values for _, values in tables[FILE].rows(*ENDS, "is_bidirectional")]
    stations = {_station(stops, stop) for *ends, _ in ways for stop in ends} - {""}
    if not stations:
        return
    parents = {parent for _, parent in stops.values() if parent}
    doors = [stop for stop, (kind, _) in stops.items() if kind == ENTRANCE]
    inward = _reached(doors, {(start, end) for start, end in _arcs(ways, outward=False)})
    outward = _reached(doors, {(start, end) for start, end in _arcs(ways, outward=True)})
    for line, (stop,) in tables[STOPS].rows("stop_id"):
        kind = stops[stop][0]
        asked = kind in {BOARDING, NODE} or (kind == STOP and stop not in parents)
        if not asked or _station(stops, stop) not in stations or (stop in inward and stop in outward):
            continue
        told = "no way in" if stop not in inward else "no way out"
        tables.report.add("pathway_unreachable_location", STOPS, line, "stop_id", f"{stop!r}: {told}")


def _station(stops: Mapping[str, tuple[str, str]], stop: str) -> str:
    for _ in range(MOST_NESTED):
        if stop not in stops:
            return ""
        kind, parent = stops[stop]
        if kind == STATION:
            return stop
        stop = parent
    return ""


def _arcs(ways: list[tuple[str, ...]], *, outward: bool) -> Iterator[tuple[str, str]]:
    for start, end, both in ways:
        if both == "1" or not outward:
            yield start, end
        if both == "1" or outward:
            yield end, start


def _reached(doors: list[str], arcs: set[tuple[str, str]]) -> set[str]:
    following: dict[str, list[str]] = {}
    for start, end in arcs:
        following.setdefault(start, []).append(end)
    reached, waiting = set(doors), list(doors)
    while waiting:
        for stop in following.get(waiting.pop(), ()):
            if stop not in reached:
                reached.add(stop)
                waiting.append(stop)
    return reached
