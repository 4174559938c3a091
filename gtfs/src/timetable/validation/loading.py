"""Reading a whole feed for validation: every value checked, small files as text, the large ones as arrays."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from timetable.findings import Severity
from timetable.tables import Feed, FeedError, Table
from timetable.validation.calls import CallBuilder, Calls, Ids, Ints, PointBuilder, Points
from timetable.validation.cells import CellChecker
from timetable.validation.codes import SEVERITIES
from timetable.validation.columns import TABLES, TableRules
from timetable.validation.locations import FILE as LOCATIONS
from timetable.validation.locations import Zones, read_locations
from timetable.validation.report import Report
from timetable.validation.rows import Rows

STOP_TIMES = "stop_times.txt"
SHAPES = "shapes.txt"
REQUIRED_FILES = ("agency.txt", "routes.txt", "stop_times.txt", "trips.txt")


@dataclass(slots=True)
class Tables:
    """A feed with every value checked.

    ``calls`` and ``points`` are the rows of the two large files; of ``rows`` only their lines are not there.
    """

    today: date
    report: Report
    rows: dict[str, Rows]
    calls: Calls
    points: Points
    trips: Ids
    stops: Ids
    groups: Ids
    locations: Ids
    booking_rules: Ids
    shapes: Ids
    file_order: tuple[Ints, Ints, Ints]
    zones: Zones
    service_days: dict[str, list[date]] = field(default_factory=dict)
    """Filled by the first rule that asks for it."""

    def __getitem__(self, file: str) -> Rows:
        return self.rows[file]


def load(feed: Feed, today: date) -> Tables:
    """Read all files of a feed, and note what is wrong with single values, rows and files.

    Parameters
    ----------
    feed
        The feed, opened as strict.
    today
        The day the feed is looked at.
    """
    report = Report()
    for name in sorted(feed.files - TABLES.keys() - {LOCATIONS}):
        report.add("unknown_file", name, None, None, "no file of the standard")
    rows: dict[str, Rows] = {}
    # Numbers of trips and stops follow their files, so these two come first.
    for name in sorted(TABLES.keys() - {STOP_TIMES, SHAPES}):
        rows[name] = _read_rows(feed, TABLES[name], report)
    calls = CallBuilder(
        Ids({name: number for number, name in enumerate(dict.fromkeys(rows["trips.txt"].column("trip_id")))}),
        Ids({name: number for number, name in enumerate(dict.fromkeys(rows["stops.txt"].column("stop_id")))}),
    )
    points = PointBuilder()
    rows[STOP_TIMES] = _read_large(feed, TABLES[STOP_TIMES], calls, report)
    rows[SHAPES] = _read_large(feed, TABLES[SHAPES], points, report)
    zones = read_locations(feed, report)
    _note_missing_files(feed, report)
    found = calls.calls()
    return Tables(
        today, report, rows, found, points.points(), calls.trips, calls.stops, calls.groups, calls.locations,
        calls.rules, points.shapes, calls.file_order, zones,
    )  # fmt: skip


def _note_missing_files(feed: Feed, report: Report) -> None:
    for name in REQUIRED_FILES:
        if not feed.has(name):
            report.add("missing_required_file", name, None, None, "the file is required and is not there")
    if not feed.has("stops.txt") and not feed.has(LOCATIONS):
        report.add(
            "missing_required_file", "stops.txt", None, None, "neither it nor locations.geojson is there"
        )
    if not feed.has("feed_info.txt"):
        if feed.has("translations.txt"):
            report.add("missing_required_file", "feed_info.txt", None, None, "required with translations.txt")
        else:
            report.add("missing_recommended_file", "feed_info.txt", None, None, "recommended and not there")
    if not feed.has("calendar.txt") and not feed.has("calendar_dates.txt"):
        report.add(
            "missing_calendar_and_calendar_date_files", "calendar.txt", None, None,
            "neither it nor calendar_dates.txt is there",
        )  # fmt: skip


def _read_rows(feed: Feed, rules: TableRules, report: Report) -> Rows:
    lines: list[int] = []
    columns: dict[str, list[str]] = {}

    def keep(table: Table, good: list[int] | None) -> None:
        lines.extend(table.lines if good is None else [table.lines[row] for row in good])
        for name, values in table.columns.items():
            columns.setdefault(name, []).extend(values if good is None else [values[row] for row in good])

    usable = _read(feed, rules, report, keep)
    return Rows(rules.file, feed.has(rules.file), usable, lines, columns)


def _read_large(feed: Feed, rules: TableRules, builder: CallBuilder | PointBuilder, report: Report) -> Rows:
    columns: dict[str, list[str]] = {}

    def keep(table: Table, good: list[int] | None) -> None:
        columns.update({key: [] for key in table.columns})
        builder.add(table, good)

    usable = _read(feed, rules, report, keep)
    return Rows(rules.file, feed.has(rules.file), usable, (), columns)


def _read(
    feed: Feed, rules: TableRules, report: Report, keep: Callable[[Table, list[int] | None], None]
) -> bool:
    """Check a file batch by batch and hand on the rows that have no error; tell whether that is all of it."""
    file = rules.file
    if not feed.has(file):
        return file not in REQUIRED_FILES
    checker = CellChecker(rules, report)
    usable, header_checked, count = True, False, 0
    try:
        for table in feed.batches(file):
            header_checked = True
            news = _text_findings(feed, report)
            if not _check_header(table, rules, report):
                return False
            wrong = checker.check(table)
            if news:
                numbers = {line: row for row, line in enumerate(table.lines)}
                wrong |= {numbers[line] for line in news if line in numbers}
            usable = usable and not wrong
            count += table.row_count
            keep(table, [row for row in range(table.row_count) if row not in wrong] if wrong else None)
    except FeedError as error:
        report.add("csv_parsing_failed", file, None, None, str(error))
        usable = False
    _text_findings(feed, report)
    if header_checked and not count and file in REQUIRED_FILES:
        report.add("empty_file", file, None, None, "no rows, and the file is required")
    return usable and header_checked


def _text_findings(feed: Feed, report: Report) -> set[int]:
    """Take over what the reader found since it was last asked; return the lines with an error."""
    wrong = set()
    for finding in feed.take_findings():
        if finding.code in {"", "missing_required_column"}:
            continue
        report.add(finding.code, finding.file, finding.row, finding.field, finding.message)
        if SEVERITIES[finding.code] is Severity.ERROR and finding.row is not None:
            wrong.add(finding.row)
    return wrong


def _check_header(table: Table, rules: TableRules, report: Report) -> bool:
    missing = [
        column.name for column in rules.columns if column.required_column and not table.has(column.name)
    ]
    for name in missing:
        report.add("missing_required_column", table.file, 1, name, "the column is required and is not there")
    for name in table.unknown:
        report.add("unknown_column", table.file, 1, name, f"no column of the standard: {name!r}")
    return not missing
