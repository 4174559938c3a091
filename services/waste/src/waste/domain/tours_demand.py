"""Simulated demand: what is really brought to each container, and what its sensor says of it.

Invented, but with what makes planning hard: books that are off, busy weekdays, weeks that differ, single days
with far more than usual, sensors that are noisy, miss days or fall silent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from waste.domain.tours_depot import DepotContainer

Floats = npt.NDArray[np.float64]

BOOKS_SIGMA = 0.2
"""How far the depot's books are off, as the deviation of a logarithm."""
WEEKDAY_FACTORS = np.array([1.15, 0.95, 0.95, 0.95, 1.1, 1.4, 0.5])
"""Monday to Sunday: how much is brought, compared with a usual day."""
DRIFT_SIGMA, DRIFT_KEPT = 0.15, 0.95
"""Weeks differ: a factor that forgets five percent of itself each day."""
DAY_SHAPE = 2.5
"""Of the gamma distribution that makes one day differ from the next."""
BURST_CHANCE, BURST_FACTOR = 0.01, 3.0
"""A house cleared out, a feast: days with far more at one site."""
NOISE_SHARE = 0.02
MISSING_CHANCE = 0.04
SILENT_CHANCE, SILENT_DAYS = 0.002, 10
"""A sensor falls silent, and is seen to after some days."""
OPEN_FROM_S, OPEN_UNTIL_S = 6 * 3600, 22 * 3600
"""When people bring things; evenly, for want of anything better."""


@dataclass(frozen=True)
class Demand:
    """What is brought, and what sensors say.

    Parameters
    ----------
    brought_share
        Shape (containers, days): of its volume, on each day.
    noise_share
        Shape (containers, days): a morning's reading is off by this; NaN where there is none.
    begin_share
        Shape (containers,): the level when everything begins.
    """

    brought_share: Floats
    noise_share: Floats
    begin_share: Floats


def draw_demand(
    containers: Sequence[DepotContainer], first: date, day_count: int, *, seed: int, course: int = 0
) -> Demand:
    """Demand for so many days; equal seeds give equal demand.

    Parameters
    ----------
    course
        Other courses of events with the same containers: what they usually get is the same.
    """
    place = np.random.default_rng(seed)
    true_share = np.array([container.usual_share_per_day for container in containers])
    true_share *= np.exp(place.normal(0.0, BOOKS_SIGMA, len(containers)))
    random = np.random.default_rng((seed, course))
    shape = (len(containers), day_count)
    weekdays = [(first + timedelta(days=day)).weekday() for day in range(day_count)]
    drift = np.empty(shape)
    level = random.normal(0.0, DRIFT_SIGMA, len(containers))
    for day in range(day_count):
        drift[:, day] = np.exp(level - DRIFT_SIGMA**2 / 2)
        fresh = random.normal(0.0, DRIFT_SIGMA * np.sqrt(1 - DRIFT_KEPT**2), len(containers))
        level = DRIFT_KEPT * level + fresh
    daily = random.gamma(DAY_SHAPE, 1.0 / DAY_SHAPE, shape)
    names = sorted({container.site_id for container in containers})
    rows = [names.index(container.site_id) for container in containers]
    bursts = np.where(random.random((len(names), day_count)) < BURST_CHANCE, BURST_FACTOR, 1.0)
    brought = true_share[:, None] * WEEKDAY_FACTORS[weekdays] * drift * daily * bursts[rows]
    return Demand(brought, _noise(random, shape), random.random(len(containers)) * 0.8)


def _noise(random: np.random.Generator, shape: tuple[int, int]) -> Floats:
    noise = random.normal(0.0, NOISE_SHARE, shape)
    noise[random.random(shape) < MISSING_CHANCE] = np.nan
    for container, day in np.argwhere(random.random(shape) < SILENT_CHANCE):
        noise[container, day : day + SILENT_DAYS] = np.nan
    return noise


def brought_by(seconds_of_day: float) -> float:
    """Which share of a day's amount is there at a time of the day."""
    return min(1.0, max(0.0, (seconds_of_day - OPEN_FROM_S) / (OPEN_UNTIL_S - OPEN_FROM_S)))
