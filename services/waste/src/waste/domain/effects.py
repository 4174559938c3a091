"""Effects of many factors at once, each shrunk towards nothing by as much as its own spread asks for.

For observations of a one-parameter exponential family whose natural parameter is a sum of effects, one per
factor. Each factor's effects are taken to be normally distributed about 0; the variance is found from the
data (empirical Bayes: the EM step of Dempster, Laird & Rubin 1977 with Laplace's approximation). So a
container that told much goes its own way, and one that told nothing is like its kind and its place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waste.domain.readings_series import Floats, Ints

SWEEPS = 6
LONGEST_STEP = 1.0
"""Of one Newton step, so that it does not overshoot."""

FIRST_VARIANCE = 0.25
LEAST_VARIANCE, LARGEST_VARIANCE = 1e-4, 4.0

Moments = Callable[[Floats], tuple[Floats, Floats]]
"""Mean and variance of each observation for its natural parameter, shape (n,)."""


@dataclass(frozen=True)
class Factor:
    """One way in which observations are alike.

    Parameters
    ----------
    member
        Which of the factor's effects each observation has, shape (n,).
    count
        Of effects.
    weight
        How much each observation counts for this factor, shape (n,); at most 1.
    group
        So many effects in a row average 0 over their observations, as a container's weekdays do: what they
        have in common is another factor's. 0 for effects that are not tied together.
    """

    member: Ints
    count: int
    weight: Floats
    group: int


@dataclass(frozen=True)
class Effects:
    """What was found.

    Parameters
    ----------
    base
        What all observations have in common.
    by_factor
        How much more or less each effect is, shape (count,) each; 0 on average over the observations, and 0
        for what was never observed.
    """

    base: float
    by_factor: tuple[Floats, ...]

    def total(self, member: Sequence[Ints]) -> Floats:
        """The natural parameter of observations, by which effect of each factor they have; shape (n,)."""
        total = np.full(member[0].shape, self.base)
        for effect, which in zip(self.by_factor, member, strict=True):
            total += effect[which]
        return total


def fit_effects(
    observed: Floats, factors: Sequence[Factor], moments: Moments, base_weight: Floats
) -> Effects:
    """All effects, by iteratively reweighted least squares with one pass over the factors each time.

    A factor with a single effect tells nothing apart; its effect stays 0.

    Parameters
    ----------
    observed
        Shape (n,).
    base_weight
        How much each observation counts for what all have in common, shape (n,).
    """
    effects = [np.zeros(factor.count) for factor in factors]
    variances = [FIRST_VARIANCE] * len(factors)
    told = [np.bincount(factor.member, minlength=factor.count) for factor in factors]
    base = 0.0
    total = np.zeros(len(observed))
    for _ in range(SWEEPS if len(observed) else 0):
        mean, variance = moments(total)
        # What is left to explain; steps are taken off it to first order, so that moments are worked out once.
        left = observed - mean
        step = float(_kept(base_weight @ left / (base_weight @ variance + 1 / FIRST_VARIANCE)))
        base, total, left = base + step, total + step, left - variance * step
        for number, factor in enumerate(factors):
            if factor.count == 1:
                continue
            slope = np.bincount(factor.member, factor.weight * left, factor.count)
            known = np.bincount(factor.member, factor.weight * variance, factor.count)
            precision = known + 1 / variances[number]
            change = _kept((slope - effects[number] / variances[number]) / precision)
            if factor.group:
                change = _centred(change, told[number], factor.group)
            each = change[factor.member]
            total += each
            left -= variance * each
            effects[number] = effects[number] + change
            spread = float(np.mean((effects[number] ** 2 + 1 / precision)[told[number] > 0]))
            variances[number] = min(max(LEAST_VARIANCE, spread), LARGEST_VARIANCE)
    return Effects(base, tuple(effects))


def _centred(change: Floats, told: Ints, group: int) -> Floats:
    """Less the groups' averages over observations; nothing for what was not observed."""
    rows, weight = change.reshape(-1, group), told.reshape(-1, group)
    average = (rows * weight).sum(axis=1, keepdims=True) / np.maximum(weight.sum(axis=1, keepdims=True), 1)
    centred: Floats = np.where(weight > 0, rows - average, 0.0).ravel()
    return centred


def _kept(step: npt.ArrayLike) -> Floats:
    kept: Floats = np.clip(np.asarray(step, np.float64), -LONGEST_STEP, LONGEST_STEP)
    return kept
