"""What a search needs of a feed besides its schedule: blocks, access, time zones, transfers and pathways."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from timetable.findings import Findings
from timetable.schedule import NONE, Bytes, Ints, Schedule
from timetable.schedule_reading import read_schedule
from timetable.tables import Feed, Table

WALK_M_PER_S = 1.2
STAIRS_PER_S = 2.0
"""Steps that one climbs in a second."""
DEFAULT_TRAVERSAL_S = {5: 60, 6: 5, 7: 5}
"""Seconds by pathway mode where the feed tells neither time nor length: lift, fare gate, exit gate."""
STAIRS, ESCALATOR, EXIT_GATE = 2, 4, 7
HIGHEST_TRANSFER_TYPE = 5
MOST_TRANSFER_S = 86_400


@dataclass(frozen=True, slots=True)
class TransferRule:
    """One row of ``transfers.txt``; numbers are the schedule's, ``NONE`` where the row names nothing."""

    kind: int
    from_stop: int
    to_stop: int
    from_route: int
    to_route: int
    from_trip: int
    to_trip: int
    least_s: int
    line: int

    @property
    def singles_out(self) -> bool:
        """Whether it is about some trips or lines only."""
        return not self.from_route == self.to_route == self.from_trip == self.to_trip == NONE


@dataclass(frozen=True, slots=True)
class Pathway:
    """A way inside a station, in one direction; ``step_free`` where no stairs are on it."""

    from_stop: int
    to_stop: int
    seconds: int
    step_free: bool


@dataclass(frozen=True, slots=True)
class Source:
    """One feed, read.

    ``prefix`` goes before all of its ids. ``block`` (trips), a number for trips of one vehicle, ``NONE``
    without; ``wheelchair`` and ``bikes`` (trips) and ``stop_wheelchair`` (stops) as the feed has them: 0
    unknown, 1 yes, 2 no. ``route_zone`` (routes), names of the time zones of the agencies.
    """

    prefix: str
    schedule: Schedule
    findings: Findings
    block: Ints
    wheelchair: Bytes
    bikes: Bytes
    stop_wheelchair: Bytes
    route_zone: tuple[str, ...]
    transfers: tuple[TransferRule, ...]
    pathways: tuple[Pathway, ...]


def read_source(path: Path, prefix: str = "") -> Source:
    """Read a feed for :func:`timetable.transit.building.build_timetable`.

    Raises
    ------
    FeedError
        As :func:`timetable.schedule_reading.read_schedule` does.
    """
    schedule, findings = read_schedule(path)
    with Feed(path) as feed:
        feed.findings = findings
        columns = ("trip_id", "block_id", "wheelchair_accessible", "bikes_allowed")
        trips = feed.table("trips.txt", columns)
        block, wheelchair, bikes = _read_trips(trips, schedule, findings)
        return Source(
            prefix, schedule, findings, block, wheelchair, bikes,
            _read_stops(feed.table("stops.txt", ("stop_id", "wheelchair_boarding")), schedule, findings),
            _read_zones(feed.table("agency.txt"), schedule),
            tuple(_read_transfers(feed.table("transfers.txt"), schedule, findings)),
            tuple(_read_pathways(feed.table("pathways.txt"), schedule, findings)),
        )  # fmt: skip


def _access(table: Table, line: int, column: str, text: str, findings: Findings) -> int:
    if text in {"", "0", "1", "2"}:
        return int(text or 0)
    findings.error(table.file, line, column, f"{text!r} is none of 0, 1, 2")
    return 0


def _read_trips(table: Table, schedule: Schedule, findings: Findings) -> tuple[Ints, Bytes, Bytes]:
    count = len(schedule.trips.ids)
    block = np.full(count, NONE, dtype=np.int32)
    wheelchair, bikes = np.zeros(count, dtype=np.int8), np.zeros(count, dtype=np.int8)
    blocks: dict[str, int] = {}
    seen: set[int] = set()
    columns = ("trip_id", "block_id", "wheelchair_accessible", "bikes_allowed")
    for line, (name, vehicle, chair, bike) in table.rows(*columns):
        trip = schedule.trip_index.get(name)
        if trip is None or trip in seen:
            continue
        seen.add(trip)
        if vehicle:
            block[trip] = blocks.setdefault(vehicle, len(blocks))
        wheelchair[trip] = _access(table, line, "wheelchair_accessible", chair, findings)
        bikes[trip] = _access(table, line, "bikes_allowed", bike, findings)
    return block, wheelchair, bikes


def _read_stops(table: Table, schedule: Schedule, findings: Findings) -> Bytes:
    found = np.zeros(len(schedule.stops.ids), dtype=np.int8)
    for line, (name, text) in table.rows("stop_id", "wheelchair_boarding"):
        if (stop := schedule.stop_index.get(name)) is not None:
            found[stop] = _access(table, line, "wheelchair_boarding", text, findings)
    return found


def _read_zones(table: Table, schedule: Schedule) -> tuple[str, ...]:
    """Zones by route; the schedule's where an agency has none that is known, which its reader has told."""
    zones = {}
    for _, (name, zone) in table.rows("agency_id", "agency_timezone"):
        try:
            zones[name] = ZoneInfo(zone).key
        except (KeyError, ValueError, OSError):
            continue
    return tuple(zones.get(agency, schedule.timezone) for agency in schedule.routes.agency_ids)


def _read_transfers(table: Table, schedule: Schedule, findings: Findings) -> list[TransferRule]:
    route_index = {name: number for number, name in enumerate(schedule.routes.ids)}
    lookups = (
        ("from_stop_id", schedule.stop_index), ("to_stop_id", schedule.stop_index),
        ("from_route_id", route_index), ("to_route_id", route_index),
        ("from_trip_id", schedule.trip_index), ("to_trip_id", schedule.trip_index),
    )  # fmt: skip
    rules = []
    names = ("transfer_type", "min_transfer_time", *(column for column, _ in lookups))
    for line, (kind, least, *ids) in table.rows(*names):
        if kind and not (kind.isdecimal() and int(kind) <= HIGHEST_TRANSFER_TYPE):
            findings.error(table.file, line, "transfer_type", f"{kind!r} is none of 0 to 5")
            continue
        if least and not (least.isdecimal() and len(least) < 9 and int(least) <= MOST_TRANSFER_S):
            message = f"{least!r} is no whole number up to {MOST_TRANSFER_S}"
            findings.error(table.file, line, "min_transfer_time", message)
            continue
        numbers = []
        for (column, index), name in zip(lookups, ids, strict=True):
            if name and name not in index:
                findings.error(table.file, line, column, f"{name!r} is not in the feed")
                break
            numbers.append(index[name] if name else NONE)
        else:
            a, b, c, d, e, f = numbers
            rule = TransferRule(int(kind or 0), a, b, c, d, e, f, int(least) if least else NONE, line)
            if _is_whole(rule, table, findings):
                rules.append(rule)
    return rules


def _is_whole(rule: TransferRule, table: Table, findings: Findings) -> bool:
    """Whether a rule names what its type needs."""
    if rule.kind >= 4:
        missing = [
            column
            for column, number in (("from_trip_id", rule.from_trip), ("to_trip_id", rule.to_trip))
            if number == NONE
        ]
    else:
        missing = [
            column
            for column, number in (("from_stop_id", rule.from_stop), ("to_stop_id", rule.to_stop))
            if number == NONE
        ]
    for column in missing:
        findings.error(table.file, rule.line, column, f"empty with transfer_type {rule.kind}")
    return not missing


def _read_pathways(table: Table, schedule: Schedule, findings: Findings) -> list[Pathway]:
    ways = []
    names = (
        "from_stop_id", "to_stop_id", "pathway_mode", "is_bidirectional",
        "length", "traversal_time", "stair_count",
    )  # fmt: skip
    for line, (start, end, mode_text, both, *measures) in table.rows(*names):
        ends = [schedule.stop_index.get(name, NONE) for name in (start, end)]
        if NONE in ends:
            column, name = ("from_stop_id", start) if ends[0] == NONE else ("to_stop_id", end)
            findings.error(table.file, line, column, f"{name!r} is not in the feed")
            continue
        if mode_text not in {"1", "2", "3", "4", "5", "6", "7"}:
            findings.error(table.file, line, "pathway_mode", f"{mode_text!r} is none of 1 to 7")
            continue
        if both not in {"0", "1"}:
            findings.error(table.file, line, "is_bidirectional", f"{both!r} is neither 0 nor 1")
            continue
        mode = int(mode_text)
        measured = [_measure(table, line, *pair, findings) for pair in zip(names[4:], measures, strict=True)]
        duration_s = _traversal_s(mode, *measured)
        step_free = mode not in {STAIRS, ESCALATOR} and not measured[2]
        ways.append(Pathway(ends[0], ends[1], duration_s, step_free))
        if both == "1" and mode != EXIT_GATE:
            ways.append(Pathway(ends[1], ends[0], duration_s, step_free))
    return ways


def _measure(table: Table, line: int, column: str, text: str, findings: Findings) -> float:
    """A length, time or number of steps; 0 where the feed has none."""
    if not text:
        return 0.0
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    # Stairs that lead down have a negative count.
    if column == "stair_count":
        value = abs(value)
    if not 0 <= value <= MOST_TRANSFER_S:
        findings.error(table.file, line, column, f"no measure from 0 to {MOST_TRANSFER_S}: {text!r}")
        return 0.0
    return value


def _traversal_s(mode: int, length_m: float, told_s: float, stair_count: float) -> int:
    if told_s:
        return int(np.ceil(told_s))
    walked_s = max(length_m / WALK_M_PER_S, stair_count / STAIRS_PER_S)
    return int(np.ceil(walked_s)) or DEFAULT_TRAVERSAL_S.get(mode, 0)
