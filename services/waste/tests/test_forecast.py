"""How full containers will be."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from filled_containers import BEGIN, berlin, changed_after, simulated
from waste.domain.errors import WrongFieldError
from waste.domain.fill_days import fleet
from waste.domain.forecast import Forecaster, Outlooks, fit
from waste.domain.level_paths import Emptied
from waste.domain.readings_series import LevelSeries, level_series

RATES = (0.05, 0.1, 0.2)
SERIES = simulated(RATES, 70, weekdays=(1, 1, 1, 1, 1, 1.6, 0.2), every=timedelta(hours=6), noise=0.01)
NOW = BEGIN + timedelta(days=69, hours=10)


def learned(series: LevelSeries = SERIES, now: datetime = NOW) -> Forecaster:
    count = series.container_count
    return fit(series, fleet(["glass"] * count, ["a"] * count), berlin("DE"), now)


FORECASTER = learned()


def ahead(forecaster: Forecaster, level: float, ends: list[datetime], **told: object) -> Outlooks:
    """Of the three containers, all at one level now."""
    return forecaster.ahead(
        [0, 1, 2],
        [level] * 3,
        [round(NOW.timestamp())] * 3,
        ends,
        **told,  # type: ignore[arg-type] # each test tells its own
    )


def test_the_future_is_not_looked_at() -> None:
    ends = [NOW + timedelta(days=day) for day in range(1, 8)]
    told = ahead(FORECASTER, 0.3, ends)
    for seed in (5, 6):
        other = ahead(learned(changed_after(SERIES, round(NOW.timestamp()), seed)), 0.3, ends)
        assert np.array_equal(other.quantile_share, told.quantile_share)
        assert np.array_equal(other.overflow_probability, told.overflow_probability)
    # What was known makes a difference.
    earlier = changed_after(SERIES, round(NOW.timestamp()) - 20 * 86_400)
    assert not np.array_equal(ahead(learned(earlier), 0.3, ends).quantile_share, told.quantile_share)


def test_faster_containers_are_told_fuller_and_levels_rise() -> None:
    told = ahead(FORECASTER, 0.2, [NOW + timedelta(hours=hours) for hours in range(3, 24 * 7, 3)])
    assert np.all(np.diff(told.mean_share, axis=0) > 0)
    assert np.all(np.diff(told.mean_share, axis=1) > -1e-3)
    assert np.all(np.diff(told.overflow_probability, axis=1) >= -1e-9)
    assert np.all(np.diff(told.quantile_share, axis=2) >= 0)
    assert told.mean_share[:, 7] - 0.2 == pytest.approx(RATES, rel=0.5)
    assert told.overflow_probability[0, 0] < 0.02
    assert told.overflow_probability[2, -1] > 0.7


def test_a_forecast_of_one_instant_is_that_of_many() -> None:
    ends = [NOW + timedelta(hours=5), NOW + timedelta(days=2), NOW + timedelta(days=3, hours=7)]
    together = ahead(FORECASTER, 0.4, ends)
    for place, end in enumerate(ends):
        alone = ahead(FORECASTER, 0.4, [end])
        assert alone.quantile_share[:, 0] == pytest.approx(together.quantile_share[:, place])
        assert alone.overflow_probability[:, 0] == pytest.approx(together.overflow_probability[:, place])


def test_the_order_of_containers_makes_no_difference() -> None:
    order = np.array([2, 0, 1])
    mixed = level_series(order[SERIES.container], SERIES.at_s, SERIES.level_share, 3)
    ends = [NOW + timedelta(days=2)]
    told, other = ahead(FORECASTER, 0.4, ends), ahead(learned(mixed), 0.4, ends)
    assert other.quantile_share[order] == pytest.approx(told.quantile_share, abs=1e-9)
    assert other.overflow_probability[order] == pytest.approx(told.overflow_probability, abs=1e-9)


def test_a_quiet_sunday_is_foreseen() -> None:
    saturday = datetime(2026, 3, 14, tzinfo=BEGIN.tzinfo)
    midnights = [saturday + timedelta(days=day) for day in (1, 2, 3)]
    told = FORECASTER.ahead([2], [0.1], [round(saturday.timestamp())], midnights)
    rises = np.diff(np.concatenate(([0.1], told.mean_share[0])))
    assert rises[1] < 0.5 * rises[0]
    assert rises[1] < 0.5 * rises[2]


def test_emptied_as_usual_is_emptier() -> None:
    ends = [NOW + timedelta(days=3)]
    never = ahead(FORECASTER, 0.9, ends)
    usual = ahead(FORECASTER, 0.9, ends, emptied=Emptied.AS_USUAL)
    assert np.all(usual.mean_share < never.mean_share - 0.2)
    assert usual.overflow_probability == pytest.approx(never.overflow_probability)


def test_overflow_is_from_the_critical_level_on() -> None:
    ends = [NOW + timedelta(days=2)]
    full = ahead(FORECASTER, 0.5, ends, critical_share=1.0).overflow_probability
    critical = ahead(FORECASTER, 0.5, ends, critical_share=[0.8, 0.8, 0.5]).overflow_probability
    assert np.all(critical > full)
    assert critical[2, 0] == 1


def test_overflow_probabilities_are_those_that_happen() -> None:
    series = simulated([0.12] * 60, 100, every=timedelta(hours=12), emptied_at=2.0, seed=9)
    # Nobody empties but at the end of every tenth day, whatever the level is.
    rng = np.random.default_rng(4)
    container, at_s, level = [], [], []
    for which in range(60):
        now = 0.0
        for step in range(200):
            container.append(which)
            at_s.append(int(series.at_s[step]))
            level.append(now)
            now = 0.0 if step % 20 == 19 else min(1.0, now + rng.gamma(1.0, 0.06))
    known = level_series(container, at_s, level, 60)
    begin = datetime.fromtimestamp(int(series.at_s[160]), UTC)
    forecaster = learned(known, begin)
    share = np.array(level).reshape(60, 200)
    told = forecaster.ahead(
        np.arange(60),
        share[:, 168],
        np.full(60, series.at_s[168]),
        [datetime.fromtimestamp(int(series.at_s[168 + 2 * days]), UTC) for days in (2, 4)],
        critical_share=0.6,
    )
    happened = (share[:, [172, 176]] >= 0.6).mean(axis=0)
    assert told.overflow_probability.mean(axis=0) == pytest.approx(happened, abs=0.15)


def test_without_a_young_level_nothing_is_told() -> None:
    now_s = round(NOW.timestamp())
    told = FORECASTER.ahead(
        [0, 1, 2],
        [0.5, float("nan"), 0.5],
        [now_s - 3 * 86_400, now_s, now_s - 20 * 86_400],
        [NOW + timedelta(days=1)],
    )
    assert np.isnan(told.mean_share[:, 0]).tolist() == [False, True, True]
    assert np.isnan(told.quantile_share).any(axis=(1, 2)).tolist() == [False, True, True]
    fresh = FORECASTER.ahead([0], [0.5], [now_s], [NOW + timedelta(days=1)])
    assert told.mean_share[0, 0] > fresh.mean_share[0, 0]


def test_the_usual_pace() -> None:
    mean, deviation = FORECASTER.pace([0, 1, 2], NOW)
    week = (5 + 1.6 + 0.2) / 7
    assert mean == pytest.approx(np.array(RATES) * week, rel=0.35)
    assert np.all(deviation > 0)


def test_a_new_container_is_like_its_kind() -> None:
    slow, fast = [0.04] * 8, [0.2] * 8
    series = simulated([*slow, *fast], 60)
    new = level_series(series.container, series.at_s, series.level_share, 18)
    kinds = ["paper"] * 8 + ["glass"] * 8 + ["paper", "glass"]
    forecaster = fit(new, fleet(kinds, ["a"] * 18), berlin(), BEGIN + timedelta(days=59))
    paper, glass = forecaster.pace([16, 17], NOW)[0]
    assert glass > 2 * paper


def test_nothing_known_still_tells_something() -> None:
    nothing = level_series([], [], [], 2)
    forecaster = fit(nothing, fleet(["x", "x"], ["a", "b"]), berlin(), NOW)
    told = forecaster.ahead([0, 1], [0.0, 0.5], [round(NOW.timestamp())] * 2, [NOW + timedelta(days=1)])
    assert np.all((told.mean_share >= 0) & (told.mean_share <= 1))
    assert forecaster.ahead([], [], [], [NOW]).mean_share.shape == (0, 1)


def test_wrong_questions_are_named() -> None:
    with pytest.raises(WrongFieldError, match="ends is"):
        ahead(FORECASTER, 0.5, [])
    with pytest.raises(WrongFieldError, match="ends is"):
        ahead(FORECASTER, 0.5, [NOW, NOW])
    with pytest.raises(WrongFieldError, match=r"probabilities is \(0\.5, 0\.5\)"):
        ahead(FORECASTER, 0.5, [NOW], probabilities=(0.5, 0.5))
    with pytest.raises(WrongFieldError, match="fleet is 1"):
        fit(SERIES, fleet(["x"], ["a"]), berlin(), NOW)
