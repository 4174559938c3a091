"""Lines: their names, colours, addresses and networks."""

import re
from collections.abc import Iterator

from timetable.validation.loading import Tables

ROUTES = "routes.txt"
LONGEST_SHORT_NAME = 12
LEAST_CONTRAST = 72
"""Of 255, between the brightnesses of a line's colour and its text."""
_SEPARATED = re.compile(r"[\s\-()].*", re.ASCII)
NETWORK_FILES = ("route_networks.txt", "networks.txt")


def check_routes(tables: Tables) -> None:
    """``route_both_short_and_long_name_missing``, ``route_short_name_too_long``,
    ``route_long_name_contains_short_name``, ``same_name_and_description_for_route``,
    ``route_color_contrast``.
    """
    report = tables.report
    columns = (
        "route_id", "route_short_name", "route_long_name", "route_desc", "route_color", "route_text_color",
    )  # fmt: skip
    for line, (name, short, long, description, color, text_color) in tables[ROUTES].rows(*columns):
        if not short and not long:
            report.add(
                "route_both_short_and_long_name_missing", ROUTES, line, None, f"line {name!r} has no name"
            )
        if len(short) > LONGEST_SHORT_NAME:
            report.add("route_short_name_too_long", ROUTES, line, "route_short_name", repr(short))
        if short and long and long.lower().startswith(short.lower()):
            rest = long[len(short) :]
            if not rest or _SEPARATED.fullmatch(rest):
                report.add(
                    "route_long_name_contains_short_name", ROUTES, line, "route_long_name",
                    f"{long!r} begins with {short!r}",
                )  # fmt: skip
        for field, value in (("route_short_name", short), ("route_long_name", long)):
            if description and description.lower() == value.lower():
                report.add("same_name_and_description_for_route", ROUTES, line, "route_desc", f"is {field}")
                break
        if color and text_color:
            contrast = abs(_brightness(color) - _brightness(text_color))
            if contrast < LEAST_CONTRAST:
                report.add(
                    "route_color_contrast", ROUTES, line, "route_text_color", f"{text_color} on {color}"
                )


def _brightness(color: str) -> int:
    """Perceived brightness, 0 to 255, as Rec. 601 weighs the colours."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (0, 2, 4))
    return int(0.30 * red + 0.59 * green + 0.11 * blue)


def check_route_names(tables: Tables) -> None:
    """``duplicate_route_name``."""
    first: dict[tuple[str, ...], int] = {}
    columns = ("route_long_name", "route_short_name", "route_type", "agency_id")
    for line, values in tables[ROUTES].rows(*columns):
        if (before := first.setdefault(values, line)) != line:
            tables.report.add(
                "duplicate_route_name", ROUTES, line, "route_short_name",
                f"{values[1]!r} {values[0]!r} as in line {before}",
            )  # fmt: skip


def check_addresses(tables: Tables) -> None:
    """``same_route_and_agency_url``, ``same_stop_and_agency_url``, ``same_stop_and_route_url``."""
    agencies = {url.lower() for _, url in _addresses(tables, "agency.txt", "agency_url")}
    routes = {url.lower() for _, url in _addresses(tables, ROUTES, "route_url")}
    for line, url in _addresses(tables, ROUTES, "route_url"):
        if url.lower() in agencies:
            tables.report.add(
                "same_route_and_agency_url", ROUTES, line, "route_url", f"{url!r} is an agency's"
            )
    for line, url in _addresses(tables, "stops.txt", "stop_url"):
        if url.lower() in agencies:
            tables.report.add(
                "same_stop_and_agency_url", "stops.txt", line, "stop_url", f"{url!r} is an agency's"
            )
        if url.lower() in routes:
            tables.report.add(
                "same_stop_and_route_url", "stops.txt", line, "stop_url", f"{url!r} is a line's"
            )


def _addresses(tables: Tables, file: str, column: str) -> Iterator[tuple[int, str]]:
    return ((line, url) for line, (url,) in tables[file].rows(column) if url)


def check_networks(tables: Tables) -> None:
    """``route_networks_specified_in_more_than_one_file``."""
    if not tables[ROUTES].has("network_id"):
        return
    for file in NETWORK_FILES:
        if tables[file].present:
            tables.report.add(
                "route_networks_specified_in_more_than_one_file", file, None, "network_id",
                "routes.txt has the column network_id",
            )  # fmt: skip
