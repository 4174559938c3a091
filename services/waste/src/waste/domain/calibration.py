"""Quantiles of levels, and how often they held: calibrated on forecasts whose outcome is known.

Distributional conformal prediction (Chernozhukov, Wüthrich & Zhu, PNAS 2021): for each past forecast the
probability at which its quantile would just have covered what came. The quantile for 80 % is then read at the
probability which 80 % of those do not exceed. Levels on a coarse scale have mid-quantiles (Ma, Genton &
Parzen 2011): a node's probability is spread evenly around it, so that quantiles are real numbers also there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waste.domain.readings_series import Floats

EVEN_SCORES = 50
"""Before forecasts are compared with anything they count as right: so many scores, evenly spread."""


def below(weight: Floats, level_share: Floats) -> Floats:
    """Probability of less than a level, shape (...), by weights of nodes, shape (..., nodes)."""
    nodes = weight.shape[-1]
    place = level_share * (nodes - 1) + 0.5
    cell = np.clip(place.astype(np.int64), 0, nodes - 1)
    under = np.cumsum(weight, axis=-1)
    at = np.take_along_axis(weight, cell[..., None], -1)[..., 0]
    up_to = np.take_along_axis(under, cell[..., None], -1)[..., 0]
    share: Floats = up_to - at * (1 - np.clip(place - cell, 0, 1))
    return share


def upwards(weight: Floats, level_share: npt.ArrayLike) -> Floats:
    """Probability of nodes at a level or above it, by weights of nodes, shape (..., nodes)."""
    nodes = np.linspace(0, 1, weight.shape[-1])
    at_least = nodes >= np.asarray(level_share, np.float64)[..., None] - 1e-9
    chance: Floats = np.minimum((weight * at_least).sum(axis=-1), 1.0)
    return chance


def quantiles(weight: Floats, probability: Floats) -> Floats:
    """Levels that are not exceeded with a probability; shape (..., q) for probabilities of that shape.

    Parameters
    ----------
    weight
        Of nodes, shape (..., nodes).
    probability
        Shape (..., q), broadcast against the leading axes of ``weight``.
    """
    nodes = weight.shape[-1]
    under = np.cumsum(weight, axis=-1)
    cell = np.minimum((under[..., None, :] < probability[..., None]).sum(axis=-1), nodes - 1)
    at = np.take_along_axis(weight, cell, -1)
    up_to = np.take_along_axis(under, cell, -1)
    inside = 1 - (up_to - probability) / np.maximum(at, 1e-12)
    level: Floats = np.clip((cell - 0.5 + np.clip(inside, 0, 1)) / max(nodes - 1, 1), 0, 1)
    return level


@dataclass(frozen=True)
class Calibration:
    """What probabilities turned out to mean.

    Parameters
    ----------
    scores
        Per length of the forecast in days from 1 on, ascending: probabilities at which past quantiles would
        just have held.
    """

    scores: tuple[Floats, ...]

    def told(self, days_ahead: int, probability: Floats) -> Floats:
        """Where to read a quantile so that it holds with a probability; same shape.

        Further ahead than was compared, the longest comparison counts.
        """
        scores = self._scores(days_ahead)
        rank = np.ceil((len(scores) + 1) * probability) - 1
        read: Floats = scores[np.clip(rank, 0, len(scores) - 1).astype(np.int64)]
        return read

    def held(self, days_ahead: int, probability: Floats) -> Floats:
        """How often a level read at a probability was not exceeded; same shape."""
        scores = self._scores(days_ahead)
        share: Floats = np.searchsorted(scores, probability, side="right") / len(scores)
        return share

    def _scores(self, days_ahead: int) -> Floats:
        return self.scores[min(days_ahead, len(self.scores)) - 1]


def calibrated(scores: Sequence[Floats]) -> Calibration:
    """From scores per length of the forecast, in any order."""
    even = (np.arange(EVEN_SCORES) + 0.5) / EVEN_SCORES
    return Calibration(tuple(np.sort(np.concatenate((even, each))) for each in scores))
