"""Steps of a level from one midnight to the next: how they usually go, and tilted to a container and a day.

Levels are counted on evenly spaced nodes. From each node the usual steps are those of all containers
together, so that a sensor whose scale is uneven is taken as it is. A container that fills faster has the same
steps with probabilities tilted by exp(effect * nodes risen): an exponential family, in which effects of
containers, weekdays and holidays add up.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from waste.domain.readings_series import Bools, Floats, Ints

LARGEST_TILT = 8.0
TILTS = np.linspace(-LARGEST_TILT, LARGEST_TILT, 129)
"""At which the moments of steps are tabulated."""

SHIFT_WEIGHT = 10.0
"""From a node, steps as from any node count like so many observed ones."""

LIFT_WEIGHT = 5.0
FIRST_SHIFTS = (1.0, 0.5, 0.25, 0.125)
"""Before anything is observed: days on which the level rises by 0, 1, 2 and 3 nodes."""

SPACINGS = (1, 2, 4, 5, 10, 20)
"""Nodes between empty and full that are tried, coarse first."""

Table = tuple[Floats, Floats, Floats]


def node_count_for(levels: Floats) -> int:
    """As many nodes as the sensors' scale has steps, at most 21: on coarse scales every step is a node."""
    told = levels[~np.isnan(levels)]
    for spacing in SPACINGS:
        if np.all(np.abs(told * spacing - np.rint(told * spacing)) < 1e-6):
            return spacing + 1
    return SPACINGS[-1] + 1


def spread(levels: Floats, node_count: int) -> Floats:
    """Levels, shape (...), as weights of the nodes below and above, whose mean they are: (..., nodes)."""
    place = np.clip(np.nan_to_num(levels), 0, 1) * (node_count - 1)
    nodes = np.arange(node_count)
    weights: Floats = np.maximum(0.0, 1.0 - np.abs(place[..., None] - nodes))
    return weights


@dataclass(frozen=True)
class UsualSteps:
    """What all containers together do.

    Parameters
    ----------
    step
        Probability of each node on the next midnight where nobody empties, by node; shape (nodes, nodes).
    after_lift
        The same where it was emptied in between.
    lift_log_odds
        Of being emptied, by node; shape (nodes,).
    """

    step: Floats
    after_lift: Floats
    lift_log_odds: Floats

    @property
    def node_count(self) -> int:
        """From empty to full."""
        return len(self.step)

    @cached_property
    def _rise(self) -> Floats:
        nodes = np.arange(self.node_count, dtype=np.float64)
        return nodes[None, :] - nodes[:, None]

    @cached_property
    def _tables(self) -> Table:
        """Logarithm of the tilted steps' sum, their mean rise and its variance, shape (nodes, tilts) each."""
        with np.errstate(divide="ignore"):
            log_step = np.log(self.step)
        exponent = log_step[:, None, :] + TILTS[None, :, None] * self._rise[:, None, :]
        largest = exponent.max(axis=-1, keepdims=True)
        weight = np.exp(exponent - largest)
        whole = weight.sum(axis=-1)
        mean = (weight * self._rise[:, None, :]).sum(axis=-1) / whole
        square = (weight * self._rise[:, None, :] ** 2).sum(axis=-1) / whole
        return np.log(whole) + largest[..., 0], mean, square - mean**2

    def rise_moments(self, node: Ints, tilt: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of the nodes risen, from each node at each tilt; shape (n,) each."""
        _, mean, variance = self._tables
        low, share = _places(tilt)
        at = node * len(TILTS) + low
        return _between(mean, at, share), _between(variance, at, share)

    def probability(self, node: Ints, tilt: Floats, after: Ints) -> Floats:
        """Of each step without a lift, shape (n,)."""
        low, share = _places(tilt)
        log_sum = _between(self._tables[0], node * len(TILTS) + low, share)
        kept = np.clip(tilt, -LARGEST_TILT, LARGEST_TILT)
        odds: Floats = self.step[node, after] * np.exp(kept * self._rise[node, after] - log_sum)
        return odds

    def untilted(self, node: Ints, after: Ints, tilt: Floats) -> "UsualSteps":
        """Steps as they would be without tilts, from steps without lifts and their tilts; shape (n,) each.

        Counted over containers of all paces, steps vary more than any one container's. The likeliest steps
        given the tilts are counts over what the tilts let expect (Vardi, Annals of Statistics 1985).
        """
        low, share = _places(tilt)
        place = node * len(TILTS) + low + (share > 0.5)
        seen = np.bincount(place, minlength=self.node_count * len(TILTS))
        weight = np.exp(TILTS[None, :, None] * self._rise[:, None, :] - self._tables[0][:, :, None])
        expected = (seen.reshape(self.node_count, -1, 1) * weight).sum(axis=1)
        counts = np.zeros_like(self.step)
        np.add.at(counts, (node, after), 1.0)
        step = (counts + SHIFT_WEIGHT * self.step) / (expected + SHIFT_WEIGHT)
        return replace(self, step=step / step.sum(axis=1, keepdims=True))

    def tilted(self, tilt: Floats) -> Floats:
        """Steps of each container, shape (containers, nodes, nodes), for tilts of shape (containers,)."""
        # The weights depend on the rise alone: as many exponentials as there are rises.
        rises = np.arange(1 - self.node_count, self.node_count)
        kept = np.clip(tilt, -LARGEST_TILT, LARGEST_TILT)
        weight = np.exp(kept[:, None] * rises - np.abs(kept[:, None]) * (self.node_count - 1))
        steps: Floats = self.step[None] * weight[:, self._rise.astype(np.int64) + self.node_count - 1]
        steps /= steps.sum(axis=-1, keepdims=True)
        return steps


def usual_steps(node: Ints, after: Ints, lifted: Bools, node_count: int) -> UsualSteps:
    """Counted from all containers' days, shape (n,) each; what was never seen stays possible."""
    shape = (node_count, node_count)
    counts, lifts = np.zeros(shape), np.zeros(shape)
    np.add.at(counts, (node[~lifted], after[~lifted]), 1.0)
    np.add.at(lifts, (node[lifted], after[lifted]), 1.0)
    shifts = np.zeros(2 * node_count - 1)
    risen = after[~lifted] - node[~lifted] + node_count - 1
    shifts += np.bincount(risen, minlength=2 * node_count - 1)
    first = np.array(FIRST_SHIFTS[:node_count])
    shifts[node_count - 1 : node_count - 1 + len(first)] += first
    shifts /= shifts.sum()
    alike = np.zeros(shape)
    for start in range(node_count):
        ends = np.clip(start + np.arange(1 - node_count, node_count), 0, node_count - 1)
        np.add.at(alike[start], ends, shifts)
    step = counts + SHIFT_WEIGHT * alike
    landing = lifts.sum(axis=0)
    landing[0] += 1.0
    after_lift = lifts + LIFT_WEIGHT * landing / landing.sum()
    emptied, seen = lifts.sum(axis=1), lifts.sum(axis=1) + counts.sum(axis=1)
    rate = (emptied.sum() + 0.01) / (seen.sum() + 1.0)
    share = (emptied + LIFT_WEIGHT * rate) / (seen + LIFT_WEIGHT)
    return UsualSteps(
        step / step.sum(axis=1, keepdims=True),
        after_lift / after_lift.sum(axis=1, keepdims=True),
        np.log(share / (1 - share)),
    )


def _places(tilt: Floats) -> tuple[Ints, Floats]:
    """The tabulated tilt below each one, and how far it is on the way to the next."""
    place = (np.clip(tilt, -LARGEST_TILT, LARGEST_TILT) + LARGEST_TILT) / (TILTS[1] - TILTS[0])
    low = np.minimum(place.astype(np.int64), len(TILTS) - 2)
    return low, place - low


def _between(table: Floats, at: Ints, share: Floats) -> Floats:
    """Values between places of a table and the ones after them."""
    flat = table.ravel()
    value: Floats = flat[at] * (1 - share) + flat[at + 1] * share
    return value
