"""How containers fill and are emptied from day to day: fitted from what was known at one instant."""

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from waste.domain.daily_levels import DailyLevels
from waste.domain.effects import Effects, Factor, fit_effects
from waste.domain.fill_days import Calendar, Fleet
from waste.domain.fill_factors import FACTORS, days_of, members
from waste.domain.fill_steps import UsualSteps, node_count_for, usual_steps
from waste.domain.readings_series import Bools, Floats, Ints

HALF_LIFE_DAYS = 45.0
"""Of what containers did, for the pace of each and of all: people move, shops open."""

ROUNDS = 2
"""So often usual steps are counted anew by the effects found, and effects found anew by them."""

FREEZES = 0.005
THAWS = 0.05
"""Probabilities per day that a sensor begins, and ends, to tell one level whatever happens."""

FROZEN_CHANGE = 1e-4
"""Probability of a change while it is frozen."""


@dataclass(frozen=True)
class Filling:
    """Filling and emptying of all containers.

    Parameters
    ----------
    steps
        What all containers together do.
    fill_effects, lift_effects
        By :data:`waste.domain.fill_factors.FACTORS`: how much faster filling, how much likelier emptying is.
    """

    fleet: Fleet
    calendar: Calendar
    steps: UsualSteps
    fill_effects: Effects
    lift_effects: Effects

    def on(self, day: date, container: Ints) -> tuple[Floats, Floats]:
        """What some containers do on a day.

        Returns
        -------
        step
            Where nobody empties, shape (n, nodes, nodes).
        lift
            Probability of being emptied, by node, shape (n, nodes).
        """
        who = self._members(day, container)
        log_odds = self.steps.lift_log_odds[None] + self.lift_effects.total(who)[:, None]
        return self.steps.tilted(self.fill_effects.total(who)), 1 / (1 + np.exp(-log_odds))

    def frozen(self, levels: DailyLevels) -> Floats:
        """Probability that each container's sensor is stuck, at each midnight; shape (containers, days + 1).

        Of a midnight's probability nothing is looked at that came after it.
        """
        told, node, after = _stepped(levels, self.steps.node_count)
        who, when = np.nonzero(told)
        normal = np.ones(told.shape)
        normal[who, when] = self._step_probability(levels, who, when, node[told], after[told])
        stuck = np.where(told & (node != after), FROZEN_CHANGE, 1.0)
        frozen = np.full(levels.level_share.shape, FREEZES / (FREEZES + THAWS))
        for day in range(levels.day_count):
            before = frozen[:, day] * (1 - THAWS) + (1 - frozen[:, day]) * FREEZES
            weight = before * stuck[:, day]
            frozen[:, day + 1] = weight / (weight + (1 - before) * normal[:, day])
        return frozen

    def _step_probability(
        self, levels: DailyLevels, who: Ints, when: Ints, node: Ints, after: Ints
    ) -> Floats:
        """Of what containers did on days, emptied or not; shape (n,)."""
        days = days_of(self.calendar, self.fleet, levels.first_day, levels.day_count)
        are = members(self.fleet, days, len(self.calendar.event_names), who, when).member
        lift = 1 / (1 + np.exp(-self.steps.lift_log_odds[node] - self.lift_effects.total(are)))
        plain = self.steps.probability(node, self.fill_effects.total(are), after)
        chance: Floats = lift * self.steps.after_lift[node, after] + (1 - lift) * plain
        return chance

    def _members(self, day: date, container: Ints) -> tuple[Ints, ...]:
        days = days_of(self.calendar, self.fleet, day, 1)
        same_day = np.zeros(len(container), np.int64)
        return members(self.fleet, days, len(self.calendar.event_names), container, same_day).member


def fit_filling(levels: DailyLevels, fleet: Fleet, calendar: Calendar) -> Filling:
    """How containers fill and are emptied, from their levels so far."""
    node_count = node_count_for(levels.level_share)
    told, node, after = _stepped(levels, node_count)
    who, when = np.nonzero(told & ~levels.doubtful)
    node, after, lifted = node[who, when], after[who, when], levels.lifted[who, when]
    steps = usual_steps(node, after, lifted, node_count)
    days = days_of(calendar, fleet, levels.first_day, levels.day_count)
    event_count = len(calendar.event_names)
    recent = 0.5 ** ((levels.day_count - when) / HALF_LIFE_DAYS)

    def factors(of: Bools | slice) -> list[Factor]:
        are = members(fleet, days, event_count, who[of], when[of])
        every = np.ones(len(who[of]))
        return [
            Factor(member, count, recent[of] if name == "container" else every, group)
            for name, member, count, group in zip(FACTORS, are.member, are.count, are.group, strict=True)
        ]

    stayed = ~lifted
    fill_factors = factors(stayed)
    from_node, risen = node[stayed], (after - node)[stayed].astype(np.float64)
    for _ in range(ROUNDS):
        fill = fit_effects(risen, fill_factors, partial(_rise_moments, steps, from_node), recent[stayed])
        tilt = fill.total([factor.member for factor in fill_factors])
        steps = steps.untilted(from_node, after[stayed], tilt)
    fill = fit_effects(risen, fill_factors, partial(_rise_moments, steps, from_node), recent[stayed])

    def lift_moments(effect: Floats) -> tuple[Floats, Floats]:
        share = 1 / (1 + np.exp(-(steps.lift_log_odds[node] + effect)))
        return share, share * (1 - share)

    lift = fit_effects(lifted.astype(np.float64), factors(slice(None)), lift_moments, recent)
    return Filling(fleet, calendar, steps, fill, lift)


def _rise_moments(steps: UsualSteps, node: Ints, tilt: Floats) -> tuple[Floats, Floats]:
    return steps.rise_moments(node, tilt)


def _stepped(levels: DailyLevels, node_count: int) -> tuple[Bools, Ints, Ints]:
    """Whether both midnights of each day are known, and their nodes; shape (containers, days) each."""
    known = ~np.isnan(levels.level_share)
    node = np.rint(np.nan_to_num(levels.level_share) * (node_count - 1)).astype(np.int64)
    return known[:, :-1] & known[:, 1:], node[:, :-1], node[:, 1:]
