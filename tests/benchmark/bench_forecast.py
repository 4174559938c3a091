"""Forecasting a district's containers anew, next to a library that takes each series on its own.

``./dev bench forecast [--containers N] [--days N] [--peer N]``: levels every six hours from a simulation. How
good forecasts are is judged by ``landlinie waste backtest`` on a file of real levels.
"""

import argparse
import time
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import report
from statsforecast import StatsForecast
from statsforecast.models import AutoETS
from waste.domain.fill_days import Calendar, fleet
from waste.domain.forecast import fit
from waste.domain.readings_series import Floats, level_series

SEED = 20_260_105
CONTAINERS, DAYS, PEER = 10_000, 180, 200
READINGS_A_DAY = 4
KINDS, PLACES = 5, 200
AHEAD = [timedelta(days=number) for number in range(1, 8)]
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)


def simulated(count: int, days: int) -> Floats:
    """Levels (containers, readings): gamma-distributed filling, emptied soon after 80 %, 1 % of noise."""
    rng = np.random.default_rng(SEED)
    daily = rng.lognormal(-2.5, 0.6, count)
    level = np.empty((count, days * READINGS_A_DAY))
    now = rng.uniform(0, 0.5, count)
    for place in range(level.shape[1]):
        level[:, place] = np.clip(now + rng.normal(0, 0.01, count), 0, 1)
        now = np.where((now >= 0.8) & (rng.random(count) < 0.8), 0.0, now)
        now = np.minimum(1.0, now + rng.gamma(1.0, daily / READINGS_A_DAY))
    return level


def ours(level: Floats, days: int) -> list[report.Row]:
    """Learning from everything and telling a week ahead, for all at once."""
    count = len(level)
    times = int(BEGIN.timestamp()) + np.arange(level.shape[1]) * (86_400 // READINGS_A_DAY)
    series = level_series(
        np.repeat(np.arange(count), len(times)), np.tile(times, count), level.ravel(), count
    )
    alike = fleet([f"kind {n % KINDS}" for n in range(count)], [f"place {n % PLACES}" for n in range(count)])
    now = datetime.fromtimestamp(int(times[-1]), UTC)
    began = Clocks()
    learned = fit(series, alike, Calendar(ZoneInfo("Europe/Berlin"), "DE", "SH"), now)
    rows = [row("this, learn", count, days, began)]
    began = Clocks()
    learned.ahead(np.arange(count), level[:, -1], np.full(count, times[-1]), [now + each for each in AHEAD])
    return [*rows, row("this, 7 days ahead", count, days, began)]


def peer(level: Floats, days: int) -> report.Row:
    """Exponential smoothing chosen anew for each container, from its level by day."""
    import pandas as pd  # type: ignore[import-untyped] # it has no types # noqa: PLC0415 - with the peer

    daily = level[:, ::READINGS_A_DAY]
    table = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(len(daily)), daily.shape[1]),
            "ds": np.tile(np.arange(daily.shape[1]), len(daily)),
            "y": daily.ravel(),
        }
    )
    model = StatsForecast(models=[AutoETS(season_length=7)], freq=1, n_jobs=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.forecast(df=table[table["unique_id"] < 2], h=len(AHEAD), level=[60, 80, 95])
        began = Clocks()
        model.forecast(df=table, h=len(AHEAD), level=[60, 80, 95])
    return row("AutoETS of statsforecast", len(daily), days, began)


@dataclass(frozen=True)
class Clocks:
    """When something began, by the processor and by the wall."""

    processor_s: float = field(default_factory=time.process_time)
    wall_s: float = field(default_factory=time.perf_counter)


def row(name: str, containers: int, days: int, began: Clocks) -> report.Row:
    """Of the table, for what began then and is over now."""
    processor_s = time.process_time() - began.processor_s
    return {
        "ms per container": 1000 * processor_s / containers,
        "what": name,
        "containers": containers,
        "days of levels": days,
        "processor s": processor_s,
        "s by the clock": time.perf_counter() - began.wall_s,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench forecast", description=__doc__)
    parser.add_argument("--containers", type=int, default=CONTAINERS)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--peer", type=int, default=PEER, help="containers the library is given")
    options = parser.parse_args()
    level = simulated(options.containers, options.days)
    rows = [*ours(level, options.days), peer(level[: options.peer], options.days)]
    report.publish(
        "forecast",
        rows,
        ["One process; milliseconds are processor time. The library's kernels were compiled before."],
    )


if __name__ == "__main__":
    main()
