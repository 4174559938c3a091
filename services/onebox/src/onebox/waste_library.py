"""Forecasts of a library beside ours: smoothing and theta as statsforecast chooses them, and last week.

They are given a level for every midnight, the last one where there is none, forecast from every seventh one
since each takes them long, and learn anew when ours do. Their quantiles are their own, cut at empty and full.
"""

import importlib.util
import warnings
from collections.abc import Iterator

import numpy as np
from waste.domain.backtest import HORIZON_DAYS, PROBABILITIES, REFIT_DAYS, Quantiles, Trial
from waste.domain.readings_series import Floats

FEWEST_DAYS = 30
"""A shorter series is not given to them."""

SEASON_DAYS = 7


def by_library(given: Trial) -> Iterator[tuple[str, Quantiles]] | None:
    """Quantiles of every forecast, by the name of its method; None where the library is not installed."""
    if importlib.util.find_spec("statsforecast") is None:
        return None
    return _forecasts(given)


def _forecasts(given: Trial) -> Iterator[tuple[str, Quantiles]]:
    begin, last = int(given.begins.min()), given.levels.day_count
    # Windows are a whole horizon long: the last one reaches beyond what came, where nothing is judged.
    windows = -(-(last - begin) // HORIZON_DAYS)
    end = begin + windows * HORIZON_DAYS
    rows = [row for row in range(given.fleet.count) if _usable(given.levels.level_share[row], begin)]
    if not rows:
        return
    import pandas as pd  # type: ignore[import-untyped] # no types # noqa: PLC0415 - it takes seconds
    from statsforecast import StatsForecast  # noqa: PLC0415
    from statsforecast.models import AutoETS, AutoTheta, SeasonalNaive  # noqa: PLC0415

    filled = {row: _filled(given.levels.level_share[row]) for row in rows}
    first = {row: int(np.flatnonzero(~np.isnan(filled[row]))[0]) for row in rows}
    table = pd.DataFrame(
        {
            "unique_id": np.concatenate([np.full(end + 1 - first[row], row) for row in rows]),
            "ds": np.concatenate([np.arange(first[row], end + 1) for row in rows]),
            "y": np.concatenate([np.pad(filled[row][first[row] :], (0, end - last), "edge") for row in rows]),
        }
    )
    sides = sorted({round(abs(100 - 200 * probability)) for probability in PROBABILITIES} - {0})
    for model in (
        AutoETS(season_length=SEASON_DAYS),
        AutoTheta(season_length=SEASON_DAYS),
        SeasonalNaive(season_length=SEASON_DAYS),
    ):
        name = type(model).__name__
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            told = StatsForecast(models=[model], freq=1, n_jobs=1).cross_validation(
                df=table,
                h=HORIZON_DAYS,
                step_size=HORIZON_DAYS,
                n_windows=windows,
                refit=REFIT_DAYS // HORIZON_DAYS,
                level=sides,
            )
        found = np.full(
            (*given.levels.level_share.shape, HORIZON_DAYS, len(PROBABILITIES)), np.nan, np.float32
        )
        row, target = told["unique_id"].to_numpy(int), told["ds"].to_numpy(int)
        ahead = target - told["cutoff"].to_numpy(int) - 1
        came = target <= last
        for number, probability in enumerate(PROBABILITIES):
            side = round(abs(100 - 200 * probability))
            column = name + (f"-{'lo' if probability < 0.5 else 'hi'}-{side}" if side else "")
            level = np.clip(told[column].to_numpy(float), 0, 1)
            found[row[came], target[came], ahead[came], number] = level[came]
        yield name, found


def _usable(level: Floats, begin: int) -> bool:
    """Whether there is enough of a series before the forecasts begin."""
    known = np.flatnonzero(~np.isnan(level))
    return len(known) > 0 and bool(begin - known[0] >= FEWEST_DAYS)


def _filled(level: Floats) -> Floats:
    """The last level where there is none."""
    places = np.where(~np.isnan(level), np.arange(len(level)), -1)
    last = np.maximum.accumulate(places)
    filled: Floats = np.where(last >= 0, level[np.maximum(last, 0)], np.nan)
    return filled
