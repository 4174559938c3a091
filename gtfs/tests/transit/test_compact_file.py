"""The file of a timetable: it comes back as it was, and what was damaged is refused."""

from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from timetable.transit.compact import Timetable
from timetable.transit.compact_file import MAGIC, BrokenTimetableError, load_timetable, save_timetable
from timetable.transit.search import TransitSearch
from transit_worlds import World, demo_world, rural_world


@pytest.fixture
def demo() -> World:
    return demo_world()


@pytest.fixture
def saved(demo: World, tmp_path: Path) -> Path:
    path = tmp_path / "demo.timetable"
    save_timetable(demo.search.timetable, path)
    return path


Array = np.ndarray[tuple[int, ...], np.dtype[np.generic]]


def arrays(value: Iterable[object]) -> list[Array]:
    """All arrays of a timetable's groups."""
    found: list[Array] = []
    for part in value:
        if isinstance(part, np.ndarray):
            found.append(part)
        elif isinstance(part, tuple):
            found += arrays(part)
    return found


def stored(timetable: Timetable) -> list[Array]:
    """What is in the file."""
    return arrays([getattr(timetable, field.name) for field in fields(timetable)])


def test_a_timetable_comes_back_as_it_was(demo: World, saved: Path) -> None:
    loaded = load_timetable(saved)
    assert len(stored(loaded)) > 50
    for before, after in zip(stored(demo.search.timetable), stored(loaded), strict=True):
        assert before.dtype == after.dtype
        assert np.array_equal(before, after, equal_nan=before.dtype.kind == "f")
    query = demo.query(1_623_826_800, {demo.stops[0]: 0}, {demo.stops[40]: 60})
    assert TransitSearch(loaded).departing(query) == demo.search.departing(query)


def test_who_has_the_file_mapped_keeps_it(demo: World, saved: Path) -> None:
    loaded = load_timetable(saved)
    save_timetable(demo.search.timetable, saved)
    saved.unlink()
    assert loaded.trip_index == demo.search.timetable.trip_index


def test_a_search_that_was_warmed_up_answers_as_before(demo: World, saved: Path) -> None:
    query = demo.query(1_623_826_800, {demo.stops[0]: 0}, {demo.stops[40]: 60})
    search = TransitSearch(load_timetable(saved))
    search.warm_up()
    assert search.departing(query) == demo.search.departing(query) != []


def test_no_timetable(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("stop_id,stop_name\n", encoding="utf-8")
    with pytest.raises(BrokenTimetableError, match="no compact timetable"):
        load_timetable(path)
    with pytest.raises(BrokenTimetableError, match="No such file"):
        load_timetable(tmp_path / "nothing")


def test_one_changed_byte_is_noticed(saved: Path) -> None:
    content = bytearray(saved.read_bytes())
    content[-1000] ^= 1
    saved.write_bytes(content)
    with pytest.raises(BrokenTimetableError, match="checksum"):
        load_timetable(saved)


def test_a_file_that_breaks_off_is_noticed(saved: Path) -> None:
    content = saved.read_bytes()
    saved.write_bytes(content[:-1])
    with pytest.raises(BrokenTimetableError, match=f"{len(content) - 1} bytes long, expected {len(content)}"):
        load_timetable(saved)
    saved.write_bytes(content[:100])
    with pytest.raises(BrokenTimetableError, match="directory cannot be read"):
        load_timetable(saved)


def test_another_version_is_refused(saved: Path) -> None:
    text = b'{"version": 0}'
    saved.write_bytes(MAGIC + len(text).to_bytes(8, "little") + text)
    with pytest.raises(BrokenTimetableError, match="version 0, expected"):
        load_timetable(saved)


def test_patterns_of_a_line_lie_together(tmp_path: Path) -> None:
    routes = rural_world(tmp_path, 1, 2).search.timetable.patterns.route
    assert len(routes) > len(np.unique(routes))
    assert (np.diff(routes) >= 0).all()
