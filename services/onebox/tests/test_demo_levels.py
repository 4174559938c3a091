"""The demo's containers fill, are emptied, and are the same whoever asks."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from onebox.demo.fill_levels import SICK, DemoLevels, DemoReading, Health
from waste.domain.tours_depot import DepotContainer

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)
CONTAINERS = [
    DepotContainer(f"c{number:02}", "site", "paper", 3200, 0.06, 180, 0.02 + number / 500)
    for number in range(40)
]


def by_container(readings: list[DemoReading]) -> dict[str, list[DemoReading]]:
    found = defaultdict(list)
    for reading in readings:
        found[reading.container_id].append(reading)
    return found


def test_every_sensor_reports_every_four_hours_and_some_are_emptied() -> None:
    levels = DemoLevels(CONTAINERS, BERLIN)
    found = by_container(list(levels.readings(NOW - timedelta(days=21), NOW)))
    watched = [name for name, health in levels.health.items() if health is not Health.NONE]
    assert sorted(found) == sorted(watched)
    assert {len(each) for each in found.values()} == {21 * 6}
    falls = [
        after
        for each in found.values()
        for before, after in pairwise(each)
        if after.level_share < before.level_share - 0.3
    ]
    assert len(falls) > len(watched)
    local = [fall.at.astimezone(BERLIN) for fall in falls]
    assert all(fall.weekday() < 5 for fall in local)


@settings(max_examples=20)
@given(st.integers(-500 * 24 * 3600, 500 * 24 * 3600))
def test_what_is_told_in_pieces_is_what_is_told_at_once(seconds: int) -> None:
    cut = NOW + timedelta(seconds=seconds)
    since, until = cut - timedelta(hours=9), cut + timedelta(hours=9)
    whole = list(DemoLevels(CONTAINERS[:5], BERLIN).readings(since, until))
    again = DemoLevels(CONTAINERS[:5], BERLIN)
    pieces = [*again.readings(since, cut), *again.readings(cut, until)]
    assert sorted(pieces, key=str) == sorted(whole, key=str)
    assert all(0 <= reading.level_share <= 1 for reading in whole)


def test_at_any_time_some_are_full_and_some_are_empty() -> None:
    latest = {
        reading.container_id: reading.level_share
        for reading in DemoLevels(CONTAINERS, BERLIN).readings(NOW - timedelta(hours=4), NOW)
    }
    assert any(level > 0.8 for level in latest.values())
    assert any(level < 0.25 for level in latest.values())


def test_broken_sensors_are_silent_or_stuck_from_then_on() -> None:
    levels = DemoLevels(CONTAINERS, BERLIN)
    assert Counter(levels.health.values()) - Counter(SICK) == {Health.WELL: len(CONTAINERS) - len(SICK)}
    broken_at = NOW - timedelta(days=2)
    found = by_container(list(levels.readings(NOW - timedelta(days=4), NOW, broken_at)))
    for name, health in levels.health.items():
        later = [reading for reading in found[name] if reading.at > broken_at]
        if health is Health.SILENT:
            assert not later
            assert found[name]
        if health is Health.STUCK:
            assert len({reading.level_share for reading in later}) == 1
        if health is Health.BATTERY_LOW:
            assert all(reading.battery_share < 0.2 for reading in later)
        if health is Health.TILTED:
            assert all(reading.tilted for reading in later)
