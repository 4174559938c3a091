import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from broken_feeds import Change, cell, drop
from timetable.findings import MOST_PER_FIELD, Severity
from timetable.validation.codes import SEVERITIES
from timetable.validation.columns import TABLES
from timetable.validation.validate import validate

TODAY = date(2026, 6, 1)
Written = Callable[[Change], Path]


def unchanged(_: dict[str, str]) -> None:
    pass


def packed(folder: Path, target: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(target, "w") as zipped:
        for file in folder.iterdir():
            zipped.write(file, prefix + file.name)
    return target


def test_a_feed_in_which_nothing_is_wrong_has_no_findings(written: Written) -> None:
    report = validate(written(unchanged), TODAY)
    assert list(report) == []
    assert report.not_checked == {}


def test_a_feed_in_a_folder_of_its_zip_is_told_and_read(written: Written, tmp_path: Path) -> None:
    report = validate(packed(written(unchanged), tmp_path / "feed.zip", "feed/"), TODAY)
    assert report.counts() == {"invalid_input_files_in_subfolder": 1}


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut off"])
def test_what_is_no_feed_is_one_finding(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "feed.zip"
    path.write_bytes(content)
    report = validate(path, TODAY)
    assert [(found.code, found.file, found.severity) for found in report] == [
        ("i_o_error", "feed.zip", Severity.ERROR)
    ]


def test_a_zip_that_is_broken_inside_is_told_of_the_file(written: Written, tmp_path: Path) -> None:
    path = packed(written(unchanged), tmp_path / "feed.zip")
    data = bytearray(path.read_bytes())
    at = data.index(b"Landkreis Bus")
    data[at : at + 9] = b"Gemeinde "
    path.write_bytes(data)
    assert "csv_parsing_failed" in validate(path, TODAY).counts()


def test_what_hangs_on_a_broken_file_is_told_as_not_checked(written: Written) -> None:
    report = validate(written(cell("stops.txt", 8, "stop_lat", "north")), TODAY)
    assert report.not_checked["speeds.check_speeds"] == ("stops.txt",)
    assert report.not_checked["stops.check_parents"] == ("stops.txt",)


def test_of_one_rule_and_column_the_first_are_kept_and_all_are_counted(written: Written) -> None:
    count = 3 * MOST_PER_FIELD

    def change(files: dict[str, str]) -> None:
        files["areas.txt"] += "".join(f"ort{number},\n" for number in range(count))
        files["stop_areas.txt"] += "".join(f"ort{number},nirgends\n" for number in range(count))

    report = validate(written(change), TODAY)
    assert report.counts() == {"foreign_key_violation": count}
    assert len(list(report)) == MOST_PER_FIELD
    assert report.count(Severity.ERROR) == count


def test_errors_come_first_in_counts(written: Written) -> None:
    report = validate(written(drop("feed_info.txt")), TODAY)
    assert list(report.counts()) == ["missing_required_file"]


def test_all_columns_of_the_tables_are_of_a_known_kind_and_refer_to_columns() -> None:
    for rules in TABLES.values():
        for column in rules.columns:
            for file, target in column.refers_to:
                assert file == "locations.geojson" or target in TABLES[file].by_name


def test_a_phone_number_without_digits_is_none(written: Written) -> None:
    report = validate(written(cell("agency.txt", 2, "agency_phone", "ask at the desk")), TODAY)
    assert [(found.code, found.field) for found in report] == [("invalid_phone_number", "agency_phone")]


def test_a_mistyped_year_takes_neither_long_nor_a_service_for_expired(written: Written) -> None:
    def change(files: dict[str, str]) -> None:
        files["calendar.txt"] = files["calendar.txt"].replace("20260101,20261231", "00010101,99991231")

    counts = validate(written(change), TODAY).counts()
    assert "service_extends_far_in_the_future" in counts
    assert "expired_calendar" not in counts


def test_every_rule_that_is_checked_has_a_broken_feed() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [code for code in SEVERITIES if f'"{code}"' not in tests] == []
