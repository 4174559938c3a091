"""Forecasts judged by what came."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from filled_containers import BEGIN, berlin, changed_after, simulated
from waste.domain.backtest import (
    HORIZON_DAYS,
    PROBABILITIES,
    Trial,
    last_value,
    linear,
    ours,
    score,
    score_reached,
    trial,
)
from waste.domain.errors import WrongFieldError
from waste.domain.fill_days import fleet
from waste.domain.level_paths import Emptied
from waste.domain.readings_series import LevelSeries, level_series


def tried(series: LevelSeries) -> Trial:
    count = series.container_count
    return trial(series, fleet(["x"] * count, ["a"] * count), berlin())


MIDNIGHTS_S = round(BEGIN.timestamp()) + 86_400 * np.arange(60)
SERIES = simulated([0.05, 0.08, 0.12, 0.2] * 3, 200, weekdays=(1, 1, 1, 1, 1, 2, 0.1))
TRIAL = tried(SERIES)
OURS, REACHED = ours(TRIAL, Emptied.AS_USUAL)


def test_the_last_part_of_each_time_is_judged() -> None:
    late = level_series(
        [0] * 60 + [1] * 30, MIDNIGHTS_S[[*range(60), *range(30, 60)]], np.linspace(0, 1, 90), 2
    )
    begins = tried(late).begins
    # Of 59 days from the first midnight to the last, and of 29.
    assert begins.tolist() == [42, 30 + 21]
    judged = tried(late).counted(Emptied.AS_USUAL)
    assert not judged[0, : begins[0] + 1].any()
    assert judged[0, begins[0] + 1].tolist() == [True] + [False] * 6
    assert judged[0, -1].all()


@pytest.mark.parametrize("emptied", [Emptied.AS_USUAL, Emptied.NOT_YET])
def test_no_forecast_looks_at_what_came_later(emptied: Emptied) -> None:
    seen = TRIAL.fits[1] + 10
    changed = replace(TRIAL, series=changed_after(SERIES, TRIAL.midnight_s(seen)))
    changed = replace(changed, levels=tried(changed.series).levels)
    starts = np.arange(TRIAL.levels.day_count + 1)[:, None] - np.arange(1, HORIZON_DAYS + 1)
    early = starts <= seen
    for method in (lambda each: ours(each, emptied)[0], lambda each: ours(each, emptied)[1]):
        told, again = method(TRIAL), method(changed)
        assert np.array_equal(told[:, early], again[:, early], equal_nan=True)
        assert not np.array_equal(told, again, equal_nan=True)
    for rule in (last_value, linear):
        assert np.array_equal(
            rule(TRIAL, emptied)[:, early], rule(changed, emptied)[:, early], equal_nan=True
        )


def test_quantiles_hold_as_often_as_they_say() -> None:
    found = score(TRIAL, OURS, Emptied.AS_USUAL)
    assert found.covered[0.8] == pytest.approx(0.8, abs=0.04)
    assert found.covered[0.95] == pytest.approx(0.95, abs=0.03)
    assert found.within[0.8] == pytest.approx(0.8, abs=0.05)
    simple = score(TRIAL, linear(TRIAL, Emptied.AS_USUAL), Emptied.AS_USUAL)
    assert found.pinball < 0.9 * simple.pinball
    assert found.count == simple.count


def test_probabilities_of_full_containers_tell_something() -> None:
    chance = score_reached(TRIAL, REACHED, Emptied.AS_USUAL)
    assert chance.told == pytest.approx(chance.happened, abs=0.05)
    assert chance.skill > 0


def test_every_forecast_judged_is_there() -> None:
    judged = TRIAL.counted(Emptied.AS_USUAL)
    assert not np.isnan(OURS[judged]).any()
    assert not np.isnan(last_value(TRIAL, Emptied.AS_USUAL)[judged]).any()
    unemptied = TRIAL.counted(Emptied.NOT_YET)
    assert not (unemptied & ~judged).any()
    assert unemptied.any()
    assert (judged & ~unemptied).any()


def test_scores_by_hand() -> None:
    told = np.full(OURS.shape, np.nan, np.float32)
    told[0, -1, 0] = np.linspace(0, 0.12, len(PROBABILITIES))
    levels = replace(TRIAL.levels, level_share=TRIAL.levels.level_share.copy())
    levels.level_share[0, -1] = 0.05
    found = score(replace(TRIAL, levels=levels), told, Emptied.AS_USUAL)
    assert found.count == 1
    losses = [
        (probability if level <= 0.05 else probability - 1) * (0.05 - level)
        for probability, level in zip(PROBABILITIES, np.linspace(0, 0.12, len(PROBABILITIES)), strict=True)
    ]
    assert found.pinball == pytest.approx(100 * np.mean(losses), rel=1e-5)
    assert found.by_days[0] == pytest.approx(found.pinball)
    assert np.isnan(found.by_days[1])
    # 0.05 is the quantile of 40 %.
    assert found.covered == {0.8: 1.0, 0.95: 1.0}
    assert found.within == {0.8: 1.0, 0.95: 1.0}


def test_last_value_and_line_go_where_they_should() -> None:
    steady = level_series([0] * 60, MIDNIGHTS_S, np.arange(60) % 10 * 0.1, 1)
    given = tried(steady)
    median = PROBABILITIES.index(0.5)
    judged = given.counted(Emptied.NOT_YET)[0]
    come = np.broadcast_to(given.levels.level_share[0][:, None], judged.shape)
    assert linear(given, Emptied.NOT_YET)[0, ..., median][judged] == pytest.approx(come[judged], abs=1e-6)
    assert last_value(given, Emptied.NOT_YET)[0, ..., median][judged] == pytest.approx(come[judged], abs=1e-6)


def test_too_little_is_named() -> None:
    with pytest.raises(WrongFieldError, match="readings is 0"):
        tried(level_series([], [], [], 1))
    with pytest.raises(WrongFieldError, match="readings is '9 days'"):
        tried(level_series([0] * 10, MIDNIGHTS_S[:10], np.linspace(0, 1, 10), 1))


def test_readings_within_a_day_are_judged_by_midnights() -> None:
    series = simulated([0.1, 0.15], 40, every=timedelta(hours=3), noise=0.01)
    given = tried(series)
    assert given.levels.level_share.shape[1] == 41
    assert given.counted(Emptied.AS_USUAL).sum() > 0
