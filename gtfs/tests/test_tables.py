import zipfile
from pathlib import Path

import pytest
from timetable import tables
from timetable.findings import MOST_PER_FIELD, Finding, Findings, Severity
from timetable.tables import Feed, FeedError


def folder(path: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (path / f"{name}.txt").write_bytes(data)
    return path


def places(feed: Feed) -> list[tuple[str, int | None, str | None, Severity]]:
    return [(f.file, f.row, f.field, f.severity) for f in feed.findings]


def test_a_byte_order_mark_carriage_returns_quotes_and_spaces_are_no_part_of_the_values(
    tmp_path: Path,
) -> None:
    content = '\ufeffstop_id, stop_name ,stop_lat\r\n "A" ,"Markt ""Alt"", Nord", 54.1 \r\nB,, \r\n'
    feed = Feed(folder(tmp_path, stops=content))
    table = feed.table("stops.txt")
    assert list(table.rows("stop_id", "stop_name", "stop_lat")) == [
        (2, ("A", 'Markt "Alt", Nord', "54.1")),
        (3, ("B", "", "")),
    ]
    assert not len(feed.findings)


def test_a_missing_file_is_an_empty_table_and_a_missing_column_is_empty_text(tmp_path: Path) -> None:
    feed = Feed(folder(tmp_path, areas="area_id\n1\n2\n"))
    assert feed.table("networks.txt").row_count == 0
    areas = feed.table("areas.txt")
    assert not areas.has("area_name")
    assert list(areas.column("area_name")) == ["", ""]
    assert places(feed) == []


def test_unknown_columns_are_kept_apart(tmp_path: Path) -> None:
    feed = Feed(folder(tmp_path, areas="area_id,colour\n1,red\n"))
    areas = feed.table("areas.txt")
    assert set(areas.columns) == {"area_id"}
    assert areas.unknown == {"colour": ["red"]}
    assert list(areas.column("colour")) == ["red"]


def test_only_the_wanted_columns_are_read(tmp_path: Path) -> None:
    feed = Feed(folder(tmp_path, areas="area_id,area_name,colour\n1,Nord,red\n"))
    areas = feed.table("areas.txt", ["area_name", "no_such"])
    assert areas.columns == {"area_name": ["Nord"]}
    assert areas.unknown == {}


def test_a_missing_required_column_is_an_error_of_the_header(tmp_path: Path) -> None:
    feed = Feed(folder(tmp_path, stop_areas="area_id\n1\n"))
    feed.table("stop_areas.txt")
    assert places(feed) == [("stop_areas.txt", 1, "stop_id", Severity.ERROR)]


def test_short_and_long_rows_are_read_and_named_by_their_line(tmp_path: Path) -> None:
    feed = Feed(folder(tmp_path, areas="area_id,area_name\n1\n\n2,Süd,extra\n3,West\n"))
    assert list(feed.table("areas.txt").rows("area_id", "area_name")) == [
        (2, ("1", "")),
        (4, ("2", "Süd")),
        (5, ("3", "West")),
    ]
    assert places(feed) == [
        ("areas.txt", 2, None, Severity.WARNING),
        ("areas.txt", 4, None, Severity.ERROR),
    ]


def test_lines_count_on_after_a_value_over_several_lines(tmp_path: Path) -> None:
    feed = Feed(folder(tmp_path, areas='area_id,area_name\n1,"No\nrd"\n2,\n3\n'))
    assert list(feed.table("areas.txt").lines) == [2, 4, 5]
    assert ("areas.txt", 2, "area_name", Severity.ERROR) in places(feed)
    assert ("areas.txt", 5, None, Severity.WARNING) in places(feed)


def test_lines_count_on_from_batch_to_batch(tmp_path: Path) -> None:
    content = "area_id\n" + "".join(f"{n}\n\n" if n % 3 == 0 else f"{n}\n" for n in range(20))
    feed = Feed(folder(tmp_path, areas=content))
    batches = list(feed.batches("areas.txt", rows=4))
    expected = {str(n): 2 + n + (n + 2) // 3 for n in range(20)}
    found = {value: line for batch in batches for line, (value,) in batch.rows("area_id")}
    assert found == expected


def test_bytes_that_are_not_utf_8_are_found_and_the_rest_is_read(tmp_path: Path) -> None:
    feed = Feed(folder(tmp_path, areas=b"area_id,area_name\n1,M\xfchle\n2,Dorf\n"))
    assert list(feed.table("areas.txt").column("area_name"))[1] == "Dorf"
    assert places(feed) == [("areas.txt", 2, "area_name", Severity.ERROR)]


@pytest.mark.parametrize("content", ["", "\n", " , \n1,2\n"])
def test_a_file_without_a_header_is_an_error(tmp_path: Path, content: str) -> None:
    feed = Feed(folder(tmp_path, areas=content))
    assert feed.table("areas.txt").row_count == 0
    assert ("areas.txt", 1, None, Severity.ERROR) in places(feed)


def test_of_two_columns_with_one_name_the_first_is_read(tmp_path: Path) -> None:
    feed = Feed(folder(tmp_path, areas="area_id,area_id,\n1,2,3\n"))
    assert list(feed.table("areas.txt").column("area_id")) == ["1"]
    assert places(feed) == [
        ("areas.txt", 1, "area_id", Severity.ERROR),
        ("areas.txt", 1, None, Severity.WARNING),
    ]


def zipped(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def test_a_zip_reads_as_its_folder_does(tmp_path: Path) -> None:
    path = zipped(tmp_path / "feed.zip", **{"areas.txt": "area_id\n1\n", "note.md": "x"})
    with Feed(path) as feed:
        assert feed.files == {"areas.txt", "note.md"}
        assert list(feed.table("areas.txt").column("area_id")) == ["1"]
        assert not len(feed.findings)


def test_a_zip_with_its_files_in_one_folder_is_read_with_a_warning(tmp_path: Path) -> None:
    path = zipped(tmp_path / "feed.zip", **{"out/areas.txt": "area_id\n1\n", "__MACOSX/._areas": ""})
    with Feed(path) as feed:
        assert feed.files == {"areas.txt"}
        assert list(feed.table("areas.txt").column("area_id")) == ["1"]
        assert places(feed) == [("feed.zip", None, None, Severity.WARNING)]


def test_what_is_no_feed_is_told_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="nothing_here"):
        Feed(tmp_path / "nothing_here")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK no zip")
    with pytest.raises(FeedError, match=r"broken\.zip"):
        Feed(broken)


def test_a_zip_that_breaks_off_is_told_with_its_file(tmp_path: Path) -> None:
    path = zipped(tmp_path / "feed.zip", **{"areas.txt": "area_id\n" + "12345\n" * 5000})
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(bytes(data))
    with Feed(path) as feed, pytest.raises(FeedError, match=r"areas\.txt"):
        feed.table("areas.txt")


def test_an_endless_value_is_told_with_its_line(tmp_path: Path) -> None:
    feed = Feed(folder(tmp_path, areas='area_id\n1\n"' + "x" * 200_000 + "\n"))
    with pytest.raises(FeedError, match=r"areas\.txt:3"):
        feed.table("areas.txt")


def test_a_file_that_is_too_long_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_BYTES", 10)
    feed = Feed(folder(tmp_path, areas="area_id\n1\n2\n3\n"))
    with pytest.raises(FeedError, match="14 bytes"):
        feed.table("areas.txt")


def test_a_broken_column_does_not_fill_the_memory_with_findings() -> None:
    findings = Findings()
    for row in range(MOST_PER_FIELD + 50):
        findings.error("stops.txt", row, "stop_lat", "x")
    findings.warning("stops.txt", None, None, "y")
    assert len(findings) == MOST_PER_FIELD + 1
    assert findings.count == MOST_PER_FIELD + 51
    assert len(findings.errors) == MOST_PER_FIELD


def test_a_finding_reads_as_one_line() -> None:
    assert str(Finding("a.txt", 3, "x", Severity.ERROR, "bad")) == "a.txt:3: error: x: bad"
    assert str(Finding("a.txt", None, None, Severity.WARNING, "bad")) == "a.txt: warning: bad"
