"""Writing several feeds as one, file by file, in batches."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from timetable.findings import Finding, Findings
from timetable.merging.scopes import Row, Scope, merged_rows, named, read_scope
from timetable.tables import Feed, FeedError
from timetable.validation.columns import TABLES
from timetable.validation.locations import FILE as LOCATIONS
from timetable.validation.locations import MOST_BYTES

_PREFIX = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_PACKED_AT = (1980, 1, 1, 0, 0, 0)
"""The earliest a zip can tell: the same feeds make the same file."""
FEED_INFO, NETWORKS, ROUTE_NETWORKS = "feed_info.txt", "networks.txt", "route_networks.txt"
TRANSLATIONS = "translations.txt"
MULTILINGUAL = "mul"


class MergeError(ValueError):
    """Feeds that cannot be one; the message names them and why."""


def merge_feeds(feeds: Mapping[str, Path], target: Path) -> Findings:
    """Write several feeds as one.

    Every id gets its feed's prefix and a colon. Where an empty value means "any" or "the only one" – the
    agency of a line, the network of a fare, the leg groups of a transfer, an attribution – it is said by
    name, so that it goes on meaning its own feed. Transfers between feeds are not made up. A translation by
    ``field_value`` holds for the same text in all feeds.

    Parameters
    ----------
    feeds
        Folders or zips, by prefix: letters, digits, ``_``, ``-`` and ``.``.
    target
        The zip to write; it is not there if anything fails.

    Returns
    -------
    Findings
        What is wrong with the feeds or was left out, with the prefix before the file's name.

    Raises
    ------
    MergeError
        If a prefix is none, time zones differ, or fares by priority meet fares without.
    FeedError
        If one of the paths is no feed, or a file cannot be read.
    OSError
        If the target cannot be written.
    """
    for prefix in feeds:
        if not _PREFIX.fullmatch(prefix):
            raise MergeError(f"prefix: {prefix!r} is not 1 to 32 letters, digits, '_', '-' or '.'")
    if not feeds:
        raise MergeError("feeds: none")
    findings = Findings()
    with ExitStack() as stack:
        opened = {prefix: stack.enter_context(Feed(path)) for prefix, path in feeds.items()}
        _check_zones(opened)
        scopes = {prefix: read_scope(prefix, feed) for prefix, feed in opened.items()}
        _check_priorities(opened, scopes)
        _note_any_groups(opened, scopes)
        part = target.with_name(f"{target.name}.part")
        try:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
                _write_all(packed, opened, scopes)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        for prefix, feed in opened.items():
            for name in sorted(feed.files - TABLES.keys() - {LOCATIONS}):
                feed.findings.warning(name, None, None, "no file of the standard: left out", "unknown_file")
            for found in feed.findings:
                place = f"{prefix}/{found.file}"
                findings.note(
                    Finding(place, found.row, found.field, found.severity, found.message, found.code)
                )
    return findings


def _check_zones(opened: Mapping[str, Feed]) -> None:
    zones = {
        prefix: next((zone for _, (zone,) in feed.table("agency.txt").rows("agency_timezone")), "")
        for prefix, feed in opened.items()
    }
    if len(set(zones.values())) > 1:
        told = ", ".join(f"{prefix}: {zone!r}" for prefix, zone in zones.items())
        raise MergeError(f"agency_timezone: one feed has one, these differ: {told}")


def _check_priorities(opened: Mapping[str, Feed], scopes: Mapping[str, Scope]) -> None:
    """Where rules have priorities an empty area means any; where they have none, any that no rule names."""
    with_rules = [prefix for prefix, feed in opened.items() if feed.table("fare_leg_rules.txt").row_count]
    if len({scopes[prefix].has_priorities for prefix in with_rules}) < 2:
        return
    for prefix in with_rules:
        rules = opened[prefix].table("fare_leg_rules.txt")
        for column in ("from_area_id", "to_area_id", "from_timeframe_group_id", "to_timeframe_group_id"):
            if not scopes[prefix].has_priorities and len(set(map(bool, rules.column(column)))) > 1:
                raise MergeError(
                    f"fare_leg_rules.txt: rule_priority: {prefix} has none, others have, and its {column} is "
                    "empty in some rules and not in others: together they would mean something else"
                )


def _note_any_groups(opened: Mapping[str, Feed], scopes: Mapping[str, Scope]) -> None:
    """Tell of the one rule whose meaning is not wholly kept: any group to any group, counted over both."""
    file = "fare_transfer_rules.txt"
    for prefix, feed in opened.items():
        for line, ends in feed.table(file).rows("from_leg_group_id", "to_leg_group_id"):
            if not any(ends) and len(scopes[prefix].leg_groups) > 1:
                told = "for any leg groups: between different ones its transfers are not counted any more"
                feed.findings.warning(file, line, "from_leg_group_id", told)


def _write_all(packed: zipfile.ZipFile, opened: Mapping[str, Feed], scopes: Mapping[str, Scope]) -> None:
    for file in TABLES:
        if file == FEED_INFO:
            rows: Iterator[Row] = iter([_feed_info(opened)])
        elif file == NETWORKS:
            rows = _networks(opened, scopes)
        elif file == ROUTE_NETWORKS:
            rows = _route_networks(opened, scopes)
        else:
            rows = _rows(file, opened, scopes)
        _write(packed, file, _header(file, opened), rows)
    features = [feature for prefix, feed in opened.items() for feature in _features(prefix, feed)]
    if features:
        document = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
        packed.writestr(zipfile.ZipInfo(LOCATIONS, _PACKED_AT), document)


def _header(file: str, opened: Mapping[str, Feed]) -> list[str]:
    """Columns of the merged file, in the standard's order: those that any of the feeds has."""
    forced = {
        "agency.txt": {"agency_id"}, "routes.txt": {"agency_id"}, "fare_attributes.txt": {"agency_id"},
        "attributions.txt": {"agency_id"}, "fare_leg_rules.txt": {"network_id"},
        "fare_transfer_rules.txt": {"from_leg_group_id", "to_leg_group_id", "transfer_count"},
        NETWORKS: {"network_id"}, ROUTE_NETWORKS: {"network_id", "route_id"},
        FEED_INFO: set(TABLES[FEED_INFO].by_name), TRANSLATIONS: {"record_id"},
    }.get(file, set())  # fmt: skip
    found = set(forced)
    for feed in opened.values():
        if (first := next(feed.batches(file), None)) is not None:
            found |= first.columns.keys()
    if file == "routes.txt":
        found.discard("network_id")
    return [column for column in TABLES[file].by_name if column in found]


def _write(packed: zipfile.ZipFile, file: str, header: Sequence[str], rows: Iterator[Row]) -> None:
    first = next(rows, None)
    if first is None:
        return
    member = zipfile.ZipInfo(file, _PACKED_AT)
    member.compress_type = zipfile.ZIP_DEFLATED
    with packed.open(member, "w", force_zip64=True) as binary:
        text = io.TextIOWrapper(binary, encoding="utf-8", newline="", write_through=False)
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        writer.writerow([first.get(column, "") for column in header])
        writer.writerows([row.get(column, "") for column in header] for row in rows)
        text.flush()
        text.detach()


def _rows(file: str, opened: Mapping[str, Feed], scopes: Mapping[str, Scope]) -> Iterator[Row]:
    texts: set[tuple[str, ...]] = set()
    for prefix, feed in opened.items():
        for table in feed.batches(file):
            for row in merged_rows(file, table, scopes[prefix]):
                if file == TRANSLATIONS and row.get("field_value"):
                    # It holds for this text wherever it stands: the first feed that translates it is heard.
                    key = tuple(row.get(column, "") for column in TABLES[TRANSLATIONS].key)
                    if key in texts:
                        continue
                    texts.add(key)
                yield row


def _networks(opened: Mapping[str, Feed], scopes: Mapping[str, Scope]) -> Iterator[Row]:
    for prefix, feed in opened.items():
        names = {
            named(prefix, network): name
            for _, (network, name) in feed.table(NETWORKS).rows("network_id", "network_name")
        }
        for network in scopes[prefix].all_networks:
            yield {"network_id": network, "network_name": names.get(network, "")}


def _route_networks(opened: Mapping[str, Feed], scopes: Mapping[str, Scope]) -> Iterator[Row]:
    for prefix, feed in opened.items():
        scope = scopes[prefix]
        for _, (route,) in feed.table("routes.txt", ("route_id",)).rows("route_id"):
            network = scope.networks.get(route, scope.other_lines)
            if network:
                yield {"network_id": network, "route_id": named(prefix, route)}


def _feed_info(opened: Mapping[str, Feed]) -> Row:
    """The first feed's publisher; valid while all are, in their language if it is one."""
    columns = tuple(TABLES[FEED_INFO].by_name)
    told: list[Row] = []
    languages: set[str] = set()
    for feed in opened.values():
        for _, values in feed.table(FEED_INFO).rows(*columns):
            told.append(dict(zip(columns, values, strict=True)))
        languages.update(name for _, (name,) in feed.table("agency.txt").rows("agency_lang") if name)
    if not told:
        agency = next(iter(opened.values())).table("agency.txt")
        name, url = next((values for _, values in agency.rows("agency_name", "agency_url")), ("", ""))
        told.append({"feed_publisher_name": name, "feed_publisher_url": url})
    languages |= {row["feed_lang"] for row in told if row.get("feed_lang")}
    starts = [row.get("feed_start_date", "") for row in told]
    ends = [row.get("feed_end_date", "") for row in told]
    return told[0] | {
        "feed_lang": languages.pop() if len(languages) == 1 else MULTILINGUAL,
        "feed_start_date": max(starts) if all(starts) else "",
        "feed_end_date": min(ends) if all(ends) else "",
        "feed_version": "+".join(
            dict.fromkeys(row["feed_version"] for row in told if row.get("feed_version"))
        ),
    }


def _features(prefix: str, feed: Feed) -> Iterator[dict[str, object]]:
    if not feed.has(LOCATIONS):
        return
    try:
        document = json.loads(feed.text(LOCATIONS, MOST_BYTES))
        features = document["features"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FeedError(f"{LOCATIONS}: no collection of features: {error}") from error
    for feature in features:
        properties = dict(feature.get("properties") or {})
        if properties.get("zone_id"):
            properties["zone_id"] = named(prefix, str(properties["zone_id"]))
        yield feature | {"id": named(prefix, str(feature.get("id", ""))), "properties": properties}
