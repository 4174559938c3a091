"""Silent, stuck, or just an empty container in the holidays."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waste.domain.sensor_health import (
    LevelSeen,
    battery_low,
    is_silent,
    is_stuck,
    silence_limit,
)

BEGIN = datetime(2026, 5, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hourly(count: int) -> list[datetime]:
    return [BEGIN + hour * HOUR for hour in range(count)]


def test_a_device_is_silent_against_its_own_rhythm() -> None:
    heard = hourly(100)
    assert silence_limit(heard) == 2 * HOUR
    assert is_silent(heard, heard[-1] + 2 * HOUR) is False
    assert is_silent(heard, heard[-1] + 2.1 * HOUR) is True
    daily = [BEGIN + day * 24 * HOUR for day in range(20)]
    assert is_silent(daily, daily[-1] + 30 * HOUR) is False
    assert is_silent(daily, daily[-1] + 49 * HOUR) is True


def test_nights_and_lost_frames_are_rhythm_one_outage_is_none() -> None:
    days = [BEGIN + day * 24 * HOUR + slot * timedelta(minutes=5) for day in range(5) for slot in range(169)]
    assert silence_limit(days) == 20 * HOUR
    lossy = [instant for index, instant in enumerate(hourly(200)) if index % 10 not in {3, 4}]
    assert silence_limit(lossy) == 6 * HOUR
    interrupted = [instant for index, instant in enumerate(hourly(200)) if not 50 <= index < 122]
    assert silence_limit(interrupted) == 2 * HOUR


def test_of_a_new_device_nothing_is_expected_yet() -> None:
    assert is_silent([], BEGIN) is None
    assert is_silent(hourly(3), BEGIN + 25 * HOUR) is False
    assert is_silent(hourly(3), BEGIN + 30 * HOUR) is True


@given(st.lists(st.integers(1, 200_000), min_size=6, max_size=60), st.integers(0, 10**7))
def test_a_device_heard_of_later_is_never_more_silent(gaps_s: list[int], wait_s: int) -> None:
    instants = [BEGIN]
    for gap in gaps_s:
        instants.append(instants[-1] + timedelta(seconds=gap))
    now = instants[-1] + timedelta(seconds=wait_s)
    limit = silence_limit(instants)
    assert HOUR <= limit <= timedelta(days=7)
    assert is_silent(instants, now) is (timedelta(seconds=wait_s) > limit)


def filling(days: float, *, rate: float = 0.1, noise_mm: int = 6, every_h: float = 1.0) -> list[LevelSeen]:
    chance = random.Random(7)
    seen, level = [], 0.0
    for index in range(int(days * 24 / every_h)):
        level += rate * every_h / 24
        if level > 0.9:
            level = 0.0
        raw = round(2000 - 1800 * level + chance.uniform(-noise_mm, noise_mm))
        seen.append(LevelSeen(BEGIN + index * every_h * HOUR, raw, min(1, max(0, (2000 - raw) / 1800))))
    return seen


def repeated(seen: list[LevelSeen], hours: int, *, level: LevelSeen | None = None) -> list[LevelSeen]:
    last = level or seen[-1]
    after = [LevelSeen(seen[-1].at + hour * HOUR, last.raw, last.level_share) for hour in range(1, hours + 1)]
    return [*seen, *after]


def test_one_that_repeats_itself_while_it_should_move_is_stuck() -> None:
    moving = filling(20.5)
    assert is_stuck(moving) is False
    assert is_stuck(repeated(moving, 12)) is False
    assert is_stuck(repeated(moving, 30)) is True


def test_a_coarse_sensor_repeats_itself_and_is_well() -> None:
    # Whole percents at 0.5 % a day: some forty equal values in a row are its way.
    coarse = [
        LevelSeen(BEGIN + hour * HOUR, float(int(hour * 0.5 / 24)), int(hour * 0.5 / 24) / 100 + 0.2)
        for hour in range(24 * 30)
    ]
    assert is_stuck(coarse) is False


def test_a_container_that_is_truly_empty_is_no_stuck_sensor() -> None:
    moving = filling(20.5)
    empty = LevelSeen(BEGIN, 2000.0, 0.0)
    assert is_stuck(repeated(moving, 48, level=empty)) is False
    assert is_stuck(repeated(moving, 24 * 10, level=empty)) is True
    slow = filling(60, rate=0.005)
    assert is_stuck(repeated(slow, 24 * 10, level=empty)) is False


def test_a_full_container_cannot_get_fuller_but_emptied_it_must_look_so() -> None:
    moving = filling(20.5)
    full = LevelSeen(BEGIN, 200.0, 1.0)
    seen = repeated(moving, 24 * 5, level=full)
    assert is_stuck(seen) is False
    assert is_stuck(seen, lifted_at=[seen[-1].at - 20 * HOUR]) is True
    assert is_stuck(seen, lifted_at=[moving[-1].at]) is False


def test_one_that_never_moved_is_judged_by_its_kind() -> None:
    first = [LevelSeen(BEGIN, 900.0, 0.6)]
    never = repeated(first, 48)
    assert is_stuck(never) is None
    assert is_stuck(never, gain_share_per_day=0.1) is True
    assert is_stuck(never, gain_share_per_day=0.01) is False
    assert is_stuck([]) is None
    assert is_stuck(repeated(first, 3), gain_share_per_day=0.1) is None


@pytest.mark.parametrize(
    ("share", "volts", "expected"),
    [
        (0.2, None, True),
        (0.21, None, False),
        (0.5, 2.0, False),
        (None, 2.8, True),
        (None, 3.3, False),
        (None, None, None),
    ],
)
def test_batteries(share: float | None, volts: float | None, expected: bool | None) -> None:
    assert battery_low(share, volts) is expected
