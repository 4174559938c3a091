from pathlib import Path

import pytest
from timetable.tables import Feed, FeedError
from timetable.writing import new_table, write_tables


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    table = new_table(
        ("area_id", "area_name"), [("1", 'Markt, "Alt"'), ("2", " Süd "), ("1", 'Markt, "Alt"')]
    )
    write_tables(tmp_path, {"areas.txt": table})
    feed = Feed(tmp_path)
    assert list(feed.table("areas.txt").rows("area_id", "area_name")) == [
        (2, ("1", 'Markt, "Alt"')),
        (3, ("2", "Süd")),
    ]
    assert not len(feed.findings)


@pytest.mark.parametrize("row", [("1",), ("1", "a\nb"), ("1", "a\tb")])
def test_rows_that_gtfs_does_not_allow_are_refused_before_anything_is_written(
    tmp_path: Path, row: tuple[str, ...]
) -> None:
    good = new_table(("area_id",), [("1",)])
    with pytest.raises(ValueError, match=r"areas\.txt"):
        write_tables(tmp_path, {"a.txt": good, "areas.txt": new_table(("area_id", "area_name"), [row])})
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "areas.txt").write_text("kept")
    with pytest.raises(FileExistsError):
        write_tables(tmp_path, {"areas.txt": new_table(("area_id",), [("1",)])})
    assert (tmp_path / "areas.txt").read_text() == "kept"


def test_a_file_that_is_no_table_is_read_as_text_within_bounds(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"\xef\xbb\xbfname: S\xc3\xbcd\n")
    (tmp_path / "wrong.yaml").write_bytes(b"\xff")
    feed = Feed(tmp_path)
    assert feed.text("x.yaml", 20) == "name: Süd\n"
    with pytest.raises(FeedError, match=r"x\.yaml: longer than 5 bytes"):
        feed.text("x.yaml", 5)
    with pytest.raises(FeedError, match=r"wrong\.yaml"):
        feed.text("wrong.yaml", 5)
