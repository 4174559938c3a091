"""Emptyings found in levels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from waste.domain.errors import WrongFieldError
from waste.domain.lifts import find_lifts
from waste.domain.readings_series import level_series

HOUR, DAY = 3600, 86_400


def lifts_in(levels: list[float], step_s: int = HOUR, reported: list[int] | None = None) -> list[int]:
    told = [(0, place * step_s - 60) for place in reported or []]
    series = level_series([0] * len(levels), np.arange(len(levels)) * step_s, levels, 1, told)
    return np.flatnonzero(find_lifts(series).lifted).tolist()


def doubtful_in(levels: list[float], step_s: int = HOUR) -> list[int]:
    series = level_series([0] * len(levels), np.arange(len(levels)) * step_s, levels, 1)
    return np.flatnonzero(find_lifts(series).doubtful).tolist()


def test_a_fall_that_stays_is_a_lift() -> None:
    assert lifts_in([0.7, 0.8, 0.85, 0.05, 0.06, 0.1]) == [3]


def test_one_stray_echo_is_none() -> None:
    assert lifts_in([0.7, 0.71, 0.1, 0.72, 0.73]) == []
    assert doubtful_in([0.7, 0.71, 0.1, 0.72, 0.73]) == [2]
    assert lifts_in([0.2, 0.2, 0.95, 0.2, 0.21]) == []
    assert doubtful_in([0.2, 0.2, 0.95, 0.2, 0.21]) == [3]


def test_the_last_fall_waits_for_its_witness() -> None:
    assert lifts_in([0.7, 0.8, 0.05]) == []
    assert doubtful_in([0.7, 0.8, 0.05]) == [2]
    assert lifts_in([0.7, 0.8, 0.05, 0.1]) == [2]


def test_a_reported_lift_needs_no_witness_and_no_fall() -> None:
    assert lifts_in([0.7, 0.8, 0.05], reported=[2]) == [2]
    assert lifts_in([0.3, 0.3, 0.3], reported=[1]) == [1]


def test_days_apart_a_container_may_fill_up_again() -> None:
    assert lifts_in([0.6, 0.0, 0.6, 0.0, 0.2], step_s=DAY) == [1, 3]


def test_noise_widens_what_a_lift_has_to_be() -> None:
    rng = np.random.default_rng(3)
    shaking = (0.5 + rng.normal(0, 0.04, 400)).tolist()
    assert lifts_in(shaking) == []
    assert lifts_in([*shaking, 0.02, 0.03]) == [400]


def test_what_settles_is_no_lift() -> None:
    assert lifts_in([0.5, 0.45, 0.41, 0.4]) == []


FULL = st.lists(st.floats(0.5, 0.9), min_size=3, max_size=12)
EMPTY = st.lists(st.floats(0, 0.1), min_size=3, max_size=12)


@given(FULL, EMPTY)
def test_one_lift_between_two_fillings(before: list[float], after: list[float]) -> None:
    levels = [*sorted(before), *sorted(after)]
    assert lifts_in(levels) == [len(before)]


@given(st.data())
def test_containers_do_not_touch_each_other(data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=8), min_size=1, max_size=4))
    container = [index for index, row in enumerate(rows) for _ in row]
    at_s = [place * HOUR for row in rows for place in range(len(row))]
    together = find_lifts(level_series(container, at_s, [x for row in rows for x in row], len(rows))).lifted
    alone = [
        find_lifts(level_series([0] * len(row), range(0, len(row) * HOUR, HOUR), row, 1)).lifted
        for row in rows
    ]
    assert together.tolist() == np.concatenate(alone).tolist()


def test_order_and_repeats_make_no_difference() -> None:
    series = level_series([1, 0, 1, 1], [30, 10, 20, 20], [0.3, 0.1, 0.9, 0.2], 2)
    assert series.container.tolist() == [0, 1, 1]
    assert series.level_share.tolist() == [0.1, 0.2, 0.3]


def test_what_is_no_level_is_named() -> None:
    with pytest.raises(WrongFieldError, match=r"level_share is 1\.5"):
        level_series([0], [0], [1.5], 1)
    with pytest.raises(WrongFieldError, match="container is 1: an index below 1"):
        level_series([1], [0], [0.5], 1)
    with pytest.raises(WrongFieldError, match="level_share is"):
        level_series([0, 0], [0, 1], [0.5], 1)
    assert len(level_series([0], [0], [float("nan")], 1).at_s) == 0
