"""Effects of many factors."""

import numpy as np
import pytest
from waste.domain.effects import Effects, Factor, fit_effects
from waste.domain.readings_series import Floats, Ints


def poisson(total: Floats) -> tuple[Floats, Floats]:
    return np.exp(total), np.exp(total)


def fitted(observed: Floats, *members: Ints, group: int = 0) -> Effects:
    every = np.ones(len(observed))
    factors = [Factor(member, int(member.max()) + 1, every, group) for member in members]
    return fit_effects(observed, factors, poisson, every)


def test_effects_of_two_factors_add_up() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.integers(0, 12, 20_000), rng.integers(0, 5, 20_000)
    true_first, true_second = rng.normal(0, 0.5, 12), np.array([-0.6, -0.3, 0, 0.3, 0.6])
    observed = rng.poisson(np.exp(0.4 + true_first[first] + true_second[second])).astype(float)
    found = fitted(observed, first, second)
    for effects, truth in zip(found.by_factor, (true_first, true_second), strict=True):
        assert effects - effects.mean() == pytest.approx(truth - truth.mean(), abs=0.06)
    assert np.exp(found.total((first, second))).mean() == pytest.approx(observed.mean(), rel=0.01)


def test_who_told_little_is_drawn_to_the_others() -> None:
    rng = np.random.default_rng(2)
    member = np.concatenate((np.repeat(np.arange(30), 200), np.full(2, 30)))
    rates = np.exp(rng.normal(0, 0.3, 30)).repeat(200)
    observed = np.concatenate((rng.poisson(rates), [9, 9])).astype(float)
    found = fitted(observed, member)
    plain = np.log(9) - np.log(observed.mean())
    assert 0 < found.by_factor[0][30] < 0.75 * plain


def test_noise_alone_has_no_effects() -> None:
    rng = np.random.default_rng(3)
    found = fitted(rng.poisson(2.0, 5000).astype(float), rng.integers(0, 10, 5000))
    assert np.abs(found.by_factor[0]).max() < 0.03


def test_tied_effects_average_nothing() -> None:
    rng = np.random.default_rng(4)
    member = rng.integers(0, 14, 5000)
    observed = rng.poisson(np.exp(np.where(member % 7 == 0, 1.0, 0.0))).astype(float)
    effects = fitted(observed, member, group=7).by_factor[0].reshape(2, 7)
    seen = np.bincount(member).reshape(2, 7)
    assert (effects * seen).sum(axis=1) == pytest.approx([0, 0], abs=1e-6)
    assert effects[:, 0].min() > 0.5


def test_what_was_never_seen_is_like_the_average() -> None:
    member = np.array([0, 0, 1, 1] * 100)
    found = fit_effects(
        np.array([1.0, 1.0, 3.0, 3.0] * 100), [Factor(member, 3, np.ones(400), 0)], poisson, np.ones(400)
    ).by_factor[0]
    assert found[2] == 0
    assert found[0] < 0 < found[1]


def test_nothing_observed_nothing_found() -> None:
    nothing = np.zeros(0, np.int64)
    found = fit_effects(np.zeros(0), [Factor(nothing, 3, np.zeros(0), 0)], poisson, np.zeros(0))
    assert found.base == 0
    assert found.by_factor[0].tolist() == [0, 0, 0]
