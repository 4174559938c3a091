"""Steps of levels, days, hours, calibration."""

from datetime import date, timedelta

import numpy as np
import pytest
from filled_containers import BEGIN, BERLIN, berlin, simulated
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from waste.domain.calibration import below, calibrated, quantiles, upwards
from waste.domain.daily_levels import daily_levels
from waste.domain.day_hours import fit_day_hours
from waste.domain.errors import WrongFieldError
from waste.domain.fill_days import Calendar, DayKind, Event, fleet
from waste.domain.fill_factors import days_of
from waste.domain.fill_steps import node_count_for, spread, usual_steps
from waste.domain.filling import FREEZES, THAWS, fit_filling
from waste.domain.readings_series import Floats, level_series

WEIGHTS = hnp.arrays(np.float64, st.integers(2, 21), elements=st.floats(0, 1)).filter(
    lambda w: w.sum() > 0.01
)


def test_coarse_scales_keep_their_steps() -> None:
    assert node_count_for(np.array([0, 0.2, 0.8, np.nan])) == 6
    assert node_count_for(np.array([0, 0.1, 0.8])) == 11
    assert node_count_for(np.array([0.123, 0.8])) == 21


@given(hnp.arrays(np.float64, 5, elements=st.floats(0, 1)), st.integers(2, 21))
def test_spread_keeps_the_mean(levels: Floats, nodes: int) -> None:
    weight = spread(levels, nodes)
    assert weight.sum(axis=-1) == pytest.approx(np.ones(5))
    assert weight @ np.linspace(0, 1, nodes) == pytest.approx(levels)


def test_tilted_steps_are_probabilities_and_rise_with_the_tilt() -> None:
    rng = np.random.default_rng(1)
    node = rng.integers(0, 6, 500)
    steps = usual_steps(node, np.minimum(5, node + rng.integers(0, 2, 500)), np.zeros(500, np.bool_), 6)
    tilts = np.array([-20.0, -1.0, 0.0, 1.0, 20.0])
    tilted = steps.tilted(tilts)
    assert tilted.sum(axis=-1) == pytest.approx(np.ones((5, 6)))
    assert tilted[2] == pytest.approx(steps.step)
    rise = tilted[:, 2] @ np.arange(6)
    assert np.all(np.diff(rise) > 0)
    mean, variance = steps.rise_moments(np.full(5, 2), tilts)
    assert mean == pytest.approx(rise - 2, abs=1e-9)
    assert np.all(variance >= 0)
    for tilt, rows in zip(tilts, tilted, strict=True):
        chance = steps.probability(np.full(6, 2), np.full(6, tilt), np.arange(6))
        assert chance == pytest.approx(rows[2], abs=1e-9)


def test_steps_of_all_paces_are_told_apart_from_each_pace() -> None:
    rng = np.random.default_rng(2)
    rate = np.repeat([0.5, 1.0, 2.0, 4.0], 5000)
    after = np.minimum(rng.poisson(rate), 20)
    node = np.zeros(len(after), np.int64)
    steps = usual_steps(node, after, np.zeros(len(after), np.bool_), 21)
    mixed_variance = steps.rise_moments(np.array([0]), np.zeros(1))[1][0]
    for _ in range(8):
        steps = steps.untilted(node, after, np.log(rate))
    for pace in (0.5, 4.0):
        mean, variance = steps.rise_moments(np.array([0]), np.log([pace]))
        # Poisson: as much variance as mean.
        assert mean[0] == pytest.approx(pace, rel=0.05)
        assert variance[0] == pytest.approx(pace, rel=0.1)
    assert mixed_variance > 2.5
    assert steps.rise_moments(np.array([0]), np.zeros(1))[1][0] < 1.2


def test_a_fleet_without_history_still_fills() -> None:
    nothing = np.zeros(0, np.int64)
    steps = usual_steps(nothing, nothing, np.zeros(0, np.bool_), 21)
    assert steps.step.sum(axis=1) == pytest.approx(np.ones(21))
    assert steps.step[0] @ np.arange(21) > 0


def test_midnights_have_the_last_reading_of_the_day_before() -> None:
    begin = int(BEGIN.timestamp())
    at_s = begin + np.array([-7200, 3600, 80_000, 90_000, 3 * 86_400 - 60])
    series = level_series([0] * 5, at_s, [0.1, 0.2, 0.3, 0.4, 0.05], 1)
    levels = daily_levels(series, berlin(), begin + 4 * 86_400)
    assert levels.first_day == date(2026, 1, 4)
    assert np.array_equal(levels.level_share[0], [np.nan, 0.1, 0.3, 0.4, 0.05, np.nan], equal_nan=True)
    # The last fall has no witness.
    assert levels.doubtful[0].tolist() == [False, False, False, True, False]


def test_nothing_after_the_instant_is_looked_at() -> None:
    series = simulated([0.1, 0.2], 20)
    until = int(BEGIN.timestamp()) + 10 * 86_400
    assert np.nanmax(daily_levels(series, berlin(), until).level_share) <= 1
    assert daily_levels(series, berlin(), until).day_count == 10


def test_kinds_of_days() -> None:
    calendar = Calendar(BERLIN, "DE", "SH")
    kinds = [calendar.day_kind(date(2026, 5, 13) + timedelta(days=number)) for number in range(4)]
    assert kinds == [DayKind.EVE, DayKind.HOLIDAY, DayKind.MORROW, DayKind.USUAL]
    with pytest.raises(WrongFieldError, match="holidays is 'XX'"):
        Calendar(BERLIN, "XX")
    with pytest.raises(WrongFieldError, match="holidays is 'DE-QQ'"):
        Calendar(BERLIN, "DE", "QQ")


def test_events_are_where_they_are() -> None:
    fair = (
        Event(date(2026, 1, 6), "fair", "b"),
        Event(date(2026, 1, 7), "storm"),
        Event(date(2026, 1, 6), "fair", "elsewhere"),
    )
    days = days_of(Calendar(BERLIN, events=fair), fleet(["x", "x"], ["a", "b"]), date(2026, 1, 5), 3)
    assert days.event.tolist() == [[0, 0, 2], [0, 1, 2]]


def test_events_and_weekdays_are_learned() -> None:
    first = date(2026, 1, 5)
    events = tuple(Event(first + timedelta(days=day), "fair") for day in range(3, 200, 11))
    busy = {event.day for event in events}
    rng = np.random.default_rng(6)
    container, at_s, level = [], [], []
    for which in range(20):
        now = 0.0
        for day in range(200):
            container.append(which)
            at_s.append(int((BEGIN + timedelta(days=day)).timestamp()))
            level.append(now)
            rate = 0.15 if first + timedelta(days=day) in busy else 0.05
            rate *= 0.2 if (first + timedelta(days=day)).weekday() == 6 else 1.0
            now = 0.0 if now > 0.8 else min(1.0, now + rng.gamma(2.0, rate / 2))
    series = level_series(container, at_s, level, 20)
    calendar = Calendar(BERLIN, events=events)
    levels = daily_levels(series, calendar, int(series.at_s.max()))
    filling = fit_filling(levels, fleet(["x"] * 20, ["a"] * 20), calendar)
    rises = []
    # A usual Wednesday, a Wednesday with a fair, a Sunday.
    with_fair = next(each for each in sorted(busy) if each.weekday() == 2)
    for asked in (date(2026, 1, 14), with_fair, date(2026, 1, 11)):
        step, _ = filling.on(asked, np.array([0]))
        rises.append(float(step[0, 4] @ np.linspace(0, 1, 21)) - 0.2)
    assert rises[1] > 2 * rises[0]
    assert rises[2] < 0.5 * rises[0]


def test_a_stuck_sensor_is_noticed() -> None:
    series = simulated([0.2, 0.2, 0.2], 60)
    late = (series.container == 1) & (series.at_s > BEGIN.timestamp() + 40 * 86_400)
    told = level_series(series.container, series.at_s, np.where(late, 0.5, series.level_share), 3)
    levels = daily_levels(told, berlin(), int(series.at_s.max()))
    frozen = fit_filling(levels, fleet(["x"] * 3, ["a"] * 3), berlin()).frozen(levels)
    usual = FREEZES / (FREEZES + THAWS)
    assert frozen[1, -1] > 3 * usual
    assert frozen[1, 35] < usual
    assert frozen[0, -1] < usual


def test_hours_are_drawn_to_the_kind() -> None:
    filled = np.zeros((3, 7, 24))
    filled[0, :, 8:12] = 5.0
    hours = fit_day_hours(filled, fleet(["glass", "glass", "paper"], ["a"] * 3))
    assert hours.until[:, :, 0] == pytest.approx(np.zeros((3, 7)))
    assert hours.until[:, :, -1] == pytest.approx(np.ones((3, 7)))
    noon = hours.until[:, 0, 12] - hours.until[:, 0, 8]
    assert noon[0] > 0.95
    assert noon[0] > noon[1] > 0.8
    at_noon = np.array([int((BEGIN + timedelta(hours=12)).timestamp())])
    assert hours.over(np.array([0]), at_noon, berlin()) == pytest.approx(hours.until[0, 0, 12])


@given(WEIGHTS, st.floats(0.01, 0.99))
def test_quantiles_turn_probabilities_round(weight: Floats, probability: float) -> None:
    weight = weight / weight.sum()
    level = quantiles(weight, np.array([probability]))[0]
    assert 0 <= level <= 1
    # Cut at empty and full, and where a node has no weight, a level stands for a span of probabilities.
    reached = below(weight, np.asarray(level))
    if 0 < level < 1:
        assert reached == pytest.approx(probability, abs=1e-6)
    assert quantiles(weight, np.array([0.2, 0.5, 0.9])).tolist() == sorted(
        quantiles(weight, np.array([0.2, 0.5, 0.9])).tolist()
    )
    assert upwards(weight, 0.0) == pytest.approx(1)


def test_calibration_mends_what_was_too_narrow() -> None:
    rng = np.random.default_rng(7)
    # Twice as often outside: levels at the ends of what was told.
    scores = rng.beta(0.5, 0.5, 20_000)
    mended = calibrated([scores])
    asked = np.array([0.8, 0.95])
    assert (scores[:, None] <= mended.told(1, asked)).mean(axis=0) == pytest.approx(asked, abs=0.01)
    assert mended.held(3, mended.told(3, asked)) == pytest.approx(asked, abs=0.01)
    even = calibrated([np.zeros(0)])
    assert even.told(1, asked) == pytest.approx(asked, abs=0.03)
