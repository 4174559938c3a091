"""Exports: rows of one sub-account in three formats, whole files only, when due, as long as they are kept."""

import csv
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest
from alarm_desk import AlarmDesk
from district import NOON, OPERATOR, Office, depot_of
from service_kit.database import open_engine
from service_kit.errors import NotFound
from service_kit.migrations import migrate
from waste.adapters.export_files import FolderExports
from waste.adapters.export_store import SqlExportStore
from waste.application.export_rows import ExportRows
from waste.application.exporting import Exporting
from waste.application.open_data import OpenData
from waste.application.ports_containers import Span
from waste.application.ports_exports import ExportContent, ExportFormat, ExportSchedule
from waste.domain.access import EVERYTHING, Scope, scope_of
from waste.domain.alarm_rules import Cause
from waste.domain.errors import WrongFieldError

BERLIN = ZoneInfo("Europe/Berlin")
SCHEDULE = ExportSchedule(
    "nightly", "east", ExportFormat.CSV, ExportContent.LEVELS, "30 6 * * *", BERLIN, keep_days=3
)


class Exports:
    """Exports beside the containers and alarms of a small district."""

    def __init__(self, office: Office, database: str, folder: Path) -> None:
        self.office, self.folder = office, folder / "exports"
        self.alarms = AlarmDesk(office, database, folder)
        self.engine = open_engine(f"sqlite:///{folder}/open.sqlite")
        migrate(self.engine, "waste.adapters.open_migrations")
        rows = ExportRows(OpenData(office.store, self.alarms.alarming, office.clock), self.alarms.store)
        files = FolderExports(self.folder)
        store = SqlExportStore(self.engine)
        self.exporting = Exporting(store, office.store, rows, files, office.clock)

    def write(
        self, file_format: ExportFormat, content: ExportContent, name: str = "east", days: int = 7
    ) -> Path:
        now = self.office.clock.now()
        return self.exporting.written(
            self.folder / f"{name}.{file_format.value}",
            name,
            scope_of(depot_of(name)),
            file_format=file_format,
            content=content,
            span=Span(now - timedelta(days=days), now + timedelta(minutes=1)),
        )

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())

    def close(self) -> None:
        self.alarms.close()
        self.engine.dispose()


@pytest.fixture
def exports(office: Office, database: str, tmp_path: Path) -> Iterator[Exports]:
    exports = Exports(office, database, tmp_path)
    for name in ("east", "west"):
        office.settle(name)
        exports.alarms.rule(name, Cause.AMPEL_RED)
        office.measure(f"{name}-0", [2000, 1500, 300], timedelta(hours=1))
        exports.alarms.look(f"{name}-box")
    office.levels.report_lift(office.call(), "east-box", NOON, 140.0)
    yield exports
    exports.close()


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def test_levels_as_csv(exports: Exports) -> None:
    rows = rows_of(exports.write(ExportFormat.CSV, ExportContent.LEVELS))
    assert [(row["container_id"], row["at"], row["volume_l"]) for row in rows] == [
        ("east-box", "2026-06-15T10:00:00Z", "200"),
        ("east-box", "2026-06-15T11:00:00Z", "700"),
        ("east-box", "2026-06-15T12:00:00Z", "1900"),
    ]


@pytest.mark.parametrize("content", list(ExportContent))
def test_every_content_is_the_same_in_both_table_formats_and_of_one_sub_account(
    exports: Exports, content: ExportContent
) -> None:
    rows = rows_of(exports.write(ExportFormat.CSV, content))
    table = pq.read_table(exports.write(ExportFormat.PARQUET, content))
    assert len(rows) == table.num_rows >= 1
    assert list(rows[0]) == table.schema.names
    for row, columns in zip(rows, table.to_pylist(), strict=True):
        for name, text in row.items():
            value = columns[name]
            if isinstance(value, float):
                assert float(text) == value
            elif value is None:
                assert text == ""
            elif isinstance(value, str):
                assert text == value
    assert "west" not in json.dumps(rows)


def test_containers_as_geojson(exports: Exports) -> None:
    told = json.loads(exports.write(ExportFormat.GEOJSON, ExportContent.CONTAINERS).read_text("utf-8"))
    [feature] = told["features"]
    assert (told["type"], feature["type"], feature["id"]) == ("FeatureCollection", "Feature", "east-box")
    assert feature["geometry"] == {"type": "Point", "coordinates": [13.2, 53.5]}
    assert feature["properties"]["ampel"] == "red"
    assert feature["properties"]["expected_full_at"] is None


def test_others_have_none(exports: Exports) -> None:
    with pytest.raises(NotFound, match="there is no sub-account 'east'"):
        exports.exporting.written(
            exports.folder / "x.csv",
            "east",
            scope_of(depot_of("west")),
            file_format=ExportFormat.CSV,
            content=ExportContent.LEVELS,
            span=Span(),
        )
    exports.exporting.set_schedule(exports.office.call(), SCHEDULE)
    assert exports.exporting.schedules(Scope(frozenset({"west"})), "", 9) == []
    call = exports.office.call(depot_of("west"))
    with pytest.raises(NotFound, match="there is no export schedule 'nightly'"):
        exports.exporting.remove_schedule(call, "nightly")
    with pytest.raises(NotFound, match="there is no sub-account 'east'"):
        exports.exporting.set_schedule(exports.office.call(depot_of("west")), SCHEDULE)


def test_files_are_written_when_due_and_go_when_old(exports: Exports) -> None:
    exports.exporting.set_schedule(exports.office.call(), SCHEDULE)
    assert not exports.exporting.run_due()
    assert exports.files() == []
    for _ in range(6):
        exports.office.pass_time(days=1)
        exports.office.measure("east-0", [1000], timedelta(0))
        assert exports.exporting.run_due()
        assert not exports.exporting.run_due()
    assert exports.files() == [f"levels-202606{day}T120000Z.csv" for day in ("18", "19", "20", "21")]
    path = next(exports.folder.rglob("levels-20260621T120000Z.csv"))
    assert path.parent.relative_to(exports.folder) == Path("account-east/export-nightly")
    # From the last one on, up to now.
    assert [row["at"] for row in rows_of(path)] == ["2026-06-20T12:00:00Z"]
    [kept] = exports.exporting.schedules(EVERYTHING, "", 9)
    assert (kept.latest_at, kept.error) == (exports.office.clock.now(), "")
    assert kept.next_at.isoformat() == "2026-06-22T04:30:00+00:00"
    exports.exporting.remove_schedule(exports.office.call(OPERATOR), "nightly")
    exports.office.pass_time(days=2)
    assert not exports.exporting.run_due()


def test_what_cannot_be_written_is_told_and_tried_again(exports: Exports) -> None:
    exports.exporting.set_schedule(exports.office.call(), SCHEDULE)
    exports.folder.write_text("in the way")
    exports.office.pass_time(days=1)
    assert exports.exporting.run_due()
    [kept] = exports.exporting.schedules(EVERYTHING, "", 9)
    assert kept.error.startswith(("NotADirectoryError", "FileExistsError"))
    exports.folder.unlink()
    exports.office.pass_time(minutes=15)
    assert exports.exporting.run_due()
    assert len(exports.files()) == 1
    assert exports.exporting.schedules(EVERYTHING, "", 9)[0].error == ""


def test_a_file_that_fails_half_way_is_not_there(tmp_path: Path) -> None:
    def batches() -> Iterator[list[dict[str, object]]]:
        yield [{"container_id": "c1", "level_share": 0.5}]
        raise OSError("no space left")

    files = FolderExports(tmp_path)
    for file_format in (ExportFormat.CSV, ExportFormat.PARQUET):
        with pytest.raises(OSError, match="no space left"):
            files.write(tmp_path / "half", file_format, ExportContent.LEVELS, batches())
        assert list(tmp_path.iterdir()) == []


def test_ids_of_dots_stay_in_the_folder(tmp_path: Path) -> None:
    dots = ExportSchedule("..", "..", ExportFormat.CSV, ExportContent.LEVELS, "0 0 * * *", BERLIN)
    path = FolderExports(tmp_path).scheduled_path(dots, NOON)
    assert path.resolve().is_relative_to(tmp_path.resolve())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"format": ExportFormat.GEOJSON}, "format is 'geojson'"),
        ({"cron": "x"}, "cron is 'x'"),
        ({"keep_days": 0}, "keep_days is 0"),
    ],
)
def test_schedules_that_make_no_sense_are_refused(fields: dict[str, object], words: str) -> None:
    told: dict[str, object] = {"format": ExportFormat.CSV, "cron": "0 0 * * *", "keep_days": 30} | fields
    with pytest.raises(WrongFieldError, match=words):
        ExportSchedule("s", "east", content=ExportContent.LEVELS, zone=BERLIN, **told)  # type: ignore[arg-type]  # by name
