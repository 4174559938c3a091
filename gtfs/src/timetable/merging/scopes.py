"""What empty values mean in one feed, said by name: in a merged feed "any" would mean the others too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from timetable.tables import Feed, Table
from timetable.validation.columns import TABLES

SEPARATOR = ":"
OWN_AGENCY, OTHER_LINES = "agency", "other-lines"
ONCE, ALWAYS = "1", "-1"
"""How often a rule within one group may be repeated: as one that names no group, or none on one side."""
# Columns that hold ids although the standard calls them text.
_TEXT_IDS = {
    ("frequencies.txt", "trip_id"), ("timeframes.txt", "service_id"),
    ("booking_rules.txt", "prior_notice_service_id"),
    ("location_group_stops.txt", "location_group_id"), ("location_group_stops.txt", "stop_id"),
}  # fmt: skip
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Scope:
    """One feed of those that are merged.

    Parameters
    ----------
    prefix
        What its ids begin with, before a colon.
    agencies
        Ids of its agencies, with prefix.
    networks
        The network of each of its lines, with prefix, by the line's own id; lines without one are not there.
    other_lines
        The network that was made for its lines without one; empty if none was needed.
    listed_networks, all_networks
        Those that its fare leg rules name, and all it has.
    leg_groups, listed_from, listed_to
        All its leg groups, and those that its fare transfer rules name on either side; with prefix.
    has_priorities
        Whether its fare leg rules have priorities.
    """

    prefix: str
    agencies: tuple[str, ...]
    networks: Mapping[str, str]
    other_lines: str
    listed_networks: frozenset[str]
    all_networks: tuple[str, ...]
    leg_groups: tuple[str, ...]
    listed_from: frozenset[str]
    listed_to: frozenset[str]
    has_priorities: bool

    def named(self, name: str) -> str:
        """An id with the prefix; nothing stays nothing."""
        return named(self.prefix, name)


def named(prefix: str, name: str) -> str:
    """An id with a prefix; nothing stays nothing."""
    return f"{prefix}{SEPARATOR}{name}" if name else ""


def holds_ids(file: str, column: str) -> bool:
    """Whether a column's values are ids, and get prefixes."""
    known = TABLES[file].by_name.get(column)
    return known is not None and (known.kind == "id" or (file, column) in _TEXT_IDS)


def read_scope(prefix: str, feed: Feed) -> Scope:
    """Look at what empty values mean in a feed."""
    agencies = feed.table("agency.txt", ("agency_id",))
    routes = feed.table("routes.txt", ("route_id", "network_id"))
    of_route = {route: name for _, (route, name) in routes.rows("route_id", "network_id") if name}
    for _, (route, name) in feed.table("route_networks.txt").rows("route_id", "network_id"):
        of_route[route] = name
    rules = feed.table("fare_leg_rules.txt")
    asked = list(rules.column("network_id"))
    without = any(route not in of_route for route in routes.column("route_id"))
    other = named(prefix, OTHER_LINES) if without and rules.row_count and "" in asked else ""
    names = dict.fromkeys((*feed.table("networks.txt").column("network_id"), *of_route.values()))
    transfers = feed.table("fare_transfer_rules.txt")
    return Scope(
        prefix,
        tuple(named(prefix, name or OWN_AGENCY) for name in agencies.column("agency_id")),
        {route: named(prefix, name) for route, name in of_route.items()},
        other,
        frozenset(named(prefix, name) for name in asked if name),
        (*(named(prefix, name) for name in names if name), *((other,) if other else ())),
        tuple(dict.fromkeys(named(prefix, name) for name in rules.column("leg_group_id") if name)),
        frozenset(named(prefix, name) for name in transfers.column("from_leg_group_id") if name),
        frozenset(named(prefix, name) for name in transfers.column("to_leg_group_id") if name),
        rules.has("rule_priority"),
    )


def merged_rows(file: str, table: Table, scope: Scope) -> Iterator[Row]:
    """Yield the rows of a batch as they stand in the merged feed."""
    columns = {name: holds_ids(file, name) for name in table.columns}
    for _, values in table.rows(*columns):
        row = {
            name: scope.named(value) if is_id else value
            for (name, is_id), value in zip(columns.items(), values, strict=True)
        }
        yield from _spelled_out(file, row, scope)


def _spelled_out(file: str, row: Row, scope: Scope) -> Iterator[Row]:
    if file == "agency.txt":
        yield row | {"agency_id": row.get("agency_id") or scope.named(OWN_AGENCY)}
    elif file in {"routes.txt", "fare_attributes.txt"}:
        row.pop("network_id", None)
        own = scope.agencies[0] if len(scope.agencies) == 1 else ""
        yield row | {"agency_id": row.get("agency_id") or own}
    elif file == "attributions.txt" and not any(
        row.get(f"{what}_id") for what in ("agency", "route", "trip")
    ):
        # An attribution of a whole feed is one of its agencies in the merged feed.
        for number, agency in enumerate(scope.agencies, start=1):
            name = row.get("attribution_id", "")
            numbered = f"{name}-{number}" if name and len(scope.agencies) > 1 else name
            yield row | {"agency_id": agency, "attribution_id": numbered}
    elif file == "fare_leg_rules.txt" and not row.get("network_id") and scope.all_networks:
        for network in scope.all_networks:
            if scope.has_priorities or network not in scope.listed_networks:
                yield row | {"network_id": network}
    elif file == "fare_transfer_rules.txt":
        yield from _transfer_rules(row, scope)
    elif file == "translations.txt":
        yield row | {"record_id": _record(row, scope)}
    else:
        yield row


def _transfer_rules(row: Row, scope: Scope) -> Iterator[Row]:
    """A rule for any leg group is one for each of the feed's own that no rule names on that side."""
    start, end = row.get("from_leg_group_id", ""), row.get("to_leg_group_id", "")
    starts = (start,) if start else tuple(name for name in scope.leg_groups if name not in scope.listed_from)
    ends = (end,) if end else tuple(name for name in scope.leg_groups if name not in scope.listed_to)
    for a in starts:
        for b in ends:
            count = row.get("transfer_count", "")
            if (a, b) != (start, end):
                repeated = ALWAYS if start or end else ONCE
                count = (count or repeated) if a == b else ""
            yield row | {"from_leg_group_id": a, "to_leg_group_id": b, "transfer_count": count}


def _record(row: Row, scope: Scope) -> str:
    record, file = row.get("record_id", ""), f"{row.get('table_name', '')}.txt"
    key = TABLES[file].key if file in TABLES else ()
    return scope.named(record) if key and holds_ids(file, key[0]) else record
