"""How full containers will be: the one door to forecasts.

``fit`` learns from what is known at an instant, ``Forecaster.ahead`` tells levels and overflow at instants to
come. Both work on all containers at once and on nothing but arrays: 10,000 containers take seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from waste.domain.calibration import Calibration, below, calibrated, quantiles, upwards
from waste.domain.daily_levels import DailyLevels, daily_levels
from waste.domain.day_hours import DayHours, fit_day_hours
from waste.domain.errors import WrongFieldError
from waste.domain.fill_days import DAY, Calendar, Fleet
from waste.domain.filling import Filling, fit_filling
from waste.domain.level_paths import Emptied, Paths, day_step, foretold
from waste.domain.readings_series import Floats, Ints, LevelSeries

CALIBRATION_DAYS = 56
"""Forecasts of so many days are compared with what came, or of a third of all days if that is less."""

CALIBRATION_HORIZON = 7
CALIBRATION_CONTAINERS = 1000
"""More would tell no more of how often quantiles hold."""

OLDEST = 14 * DAY
"""From a level older than this nothing is forecast."""

AT_ONCE = 500
"""Containers whose steps are held in memory together."""

PACE_DAYS = 28
"""Within so many days a container's usual pace shows."""


@dataclass(frozen=True)
class Outlooks:
    """Levels to come, NaN for containers without a level that is young enough.

    Parameters
    ----------
    ends
        The instants.
    probabilities
        Of the quantiles, ascending.
    quantile_share
        Levels not exceeded with these probabilities, shape (containers, ends, quantiles).
    mean_share
        Expected levels, shape (containers, ends).
    overflow_probability
        That the critical level was reached by then, never falling; shape (containers, ends).
    """

    ends: tuple[datetime, ...]
    probabilities: tuple[float, ...]
    quantile_share: Floats
    mean_share: Floats
    overflow_probability: Floats


@dataclass(frozen=True)
class Forecaster:
    """What was learned of all containers of a fleet; made by :func:`fit`.

    Parameters
    ----------
    frozen
        Probability that each container's sensor is stuck, shape (containers,).
    calibrations
        By what is taken to happen to containers.
    """

    filling: Filling
    hours: DayHours
    frozen: Floats
    calibrations: Mapping[Emptied, Calibration]

    def ahead(
        self,
        container: npt.ArrayLike,
        level_share: npt.ArrayLike,
        measured_at_s: npt.ArrayLike,
        ends: Sequence[datetime],
        *,
        critical_share: npt.ArrayLike = 1.0,
        probabilities: Sequence[float] = (0.1, 0.5, 0.8, 0.9, 0.95),
        emptied: Emptied = Emptied.NEVER,
    ) -> Outlooks:
        """Levels at instants to come.

        Parameters
        ----------
        container
            Indices in the fleet, shape (n,).
        level_share, measured_at_s
            Their latest levels, and when they were measured, seconds since 1970; shape (n,), NaN without a
            level.
        ends
            Ascending, not before any measurement that counts.
        critical_share
            From which level on it is an overflow, shape (n,) or one for all.
        probabilities
            Of the quantiles, ascending.
        emptied
            What is taken to happen until then. Overflow is told as if nobody empties, whatever this is.

        Raises
        ------
        WrongFieldError
            No ends, or ends or probabilities that do not ascend.
        """
        who = np.asarray(container, np.int64)
        level = np.array(level_share, np.float64)
        at = np.asarray(measured_at_s, np.int64)
        critical = np.broadcast_to(np.asarray(critical_share, np.float64), who.shape)
        end_s = np.array([round(end.timestamp()) for end in ends], np.int64)
        if not len(end_s) or np.any(np.diff(end_s) <= 0):
            raise WrongFieldError(
                "ends", [end.isoformat() for end in ends], "ascending instants, one at least"
            )
        asked = np.array(probabilities, np.float64)
        if np.any(np.diff(asked) <= 0) or np.any((asked <= 0) | (asked >= 1)):
            raise WrongFieldError("probabilities", tuple(probabilities), "ascending, between 0 and 1")
        level[(at < end_s[0] - OLDEST.total_seconds()) | (at > end_s[0])] = np.nan
        parts = [
            self._ahead(
                who[chunk],
                level[chunk],
                at[chunk],
                end_s,
                critical=critical[chunk],
                asked=asked,
                emptied=emptied,
            )
            for chunk in (slice(low, low + AT_ONCE) for low in range(0, len(who), AT_ONCE))
        ] or [(np.zeros((0, len(end_s), len(asked))), np.zeros((0, len(end_s))), np.zeros((0, len(end_s))))]
        joined = [np.concatenate(each) for each in zip(*parts, strict=True)]
        return Outlooks(tuple(ends), tuple(probabilities), *joined)

    def pace(self, container: npt.ArrayLike, first: datetime) -> tuple[Floats, Floats]:
        """What comes in on a usual day: mean share and standard deviation, shape (n,) each.

        Parameters
        ----------
        first
            From its day on the calendar is looked at.
        """
        who = np.asarray(container, np.int64)
        calendar = self.filling.calendar
        day = calendar.day_of(round(first.timestamp()))
        nodes = np.linspace(0, 1, self.filling.steps.node_count)
        paths = Paths.from_levels(np.zeros(len(who)), np.zeros(len(who)), len(nodes))
        mean, deviation = np.zeros(len(who)), np.zeros(len(who))
        open_ = np.ones(len(who), np.bool_)
        for number in range(1, PACE_DAYS + 1):
            paths.go(day_step(self.filling, day + (number - 1) * DAY, who, Emptied.NEVER))
            weight = paths.weight[:, 0]
            level = weight @ nodes
            spread = np.sqrt(np.maximum(weight @ nodes**2 - level**2, 0.0) / number)
            mean = np.where(open_, level / number, mean)
            deviation = np.where(open_, spread, deviation)
            # Full containers tell nothing of their pace any more.
            open_ = open_ & (level < 0.5)
        return mean, deviation

    def _ahead(
        self,
        who: Ints,
        level: Floats,
        at: Ints,
        end_s: Ints,
        *,
        critical: Floats,
        asked: Floats,
        emptied: Emptied,
    ) -> tuple[Floats, Floats, Floats]:
        calendar = self.filling.calendar
        nodes = np.linspace(0, 1, self.filling.steps.node_count)
        known = ~np.isnan(level)
        shape = (len(who), len(end_s))
        quantile = np.full((*shape, len(asked)), np.nan)
        mean, overflow = np.full(shape, np.nan), np.full(shape, np.nan)
        if not known.any():
            return quantile, mean, overflow
        start_s = np.where(known, at, end_s[0])
        paths = Paths.from_levels(level, self.frozen[who], len(nodes))
        filling_up = Paths.from_levels(level, self.frozen[who], len(nodes))
        stays = nodes[None] >= critical[:, None] - 1e-9
        first = calendar.day_of(int(start_s.min()))
        day_count = (calendar.day_of(int(end_s[-1])) - first).days + 1
        midnights = calendar.midnights_s(first, day_count + 1)
        for number in range(day_count):
            here = (end_s > midnights[number]) & (end_s <= midnights[number + 1])
            begin_s = np.clip(start_s, midnights[number], midnights[number + 1])
            over = self._over(who, begin_s, midnights[number : number + 2])
            step = day_step(self.filling, first + number * DAY, who, emptied)
            plain = (
                step
                if emptied is Emptied.NEVER
                else day_step(self.filling, first + number * DAY, who, Emptied.NEVER)
            )
            rising = np.where(stays[..., None], np.eye(len(nodes))[None], plain)
            for end in np.flatnonzero(here):
                end_over = self._over(who, np.full(len(who), end_s[end]), midnights[number : number + 2])
                part = np.maximum(end_over - over, 0.0)
                then, risen = paths.copy(), filling_up.copy()
                then.go(step, part)
                risen.go(rising, part)
                days_ahead = np.maximum(1, -(-(end_s[end] - start_s) // 86_400))
                quantile[:, end], overflow[:, end] = self._read(
                    then.weight[:, 0], upwards(risen.weight[:, 0], critical), days_ahead, asked, emptied
                )
                mean[:, end] = then.weight[:, 0] @ nodes
            paths.go(step, 1 - over)
            filling_up.go(rising, 1 - over)
        # Days are calibrated one by one, but that it overflowed by then never gets less likely.
        overflow = np.maximum.accumulate(overflow, axis=1)
        quantile[~known], mean[~known], overflow[~known] = np.nan, np.nan, np.nan
        return quantile, mean, overflow

    def _over(self, who: Ints, at_s: Ints, day: Ints) -> Floats:
        """How much of a day's filling, midnight to midnight, is over at instants within; shape (n,)."""
        over = self.hours.over(who, np.minimum(at_s, day[1] - 1), self.filling.calendar)
        return np.where(at_s >= day[1], 1.0, np.where(at_s <= day[0], 0.0, over))

    def _read(
        self, weight: Floats, reached: Floats, days_ahead: Ints, asked: Floats, emptied: Emptied
    ) -> tuple[Floats, Floats]:
        """Calibrated quantiles, shape (n, quantiles), and overflow probabilities, shape (n,)."""
        probability = np.empty((len(weight), len(asked)))
        overflow = np.empty(len(weight))
        for days in np.unique(days_ahead):
            at = days_ahead == days
            probability[at] = self.calibrations[emptied].told(int(days), asked)
            overflow[at] = 1 - self.calibrations[Emptied.NEVER].held(int(days), 1 - reached[at])
        # What has happened is no matter of calibration.
        return quantiles(weight, probability), np.where(reached >= 1 - 1e-9, 1.0, overflow)


def fit(series: LevelSeries, fleet: Fleet, calendar: Calendar, now: datetime) -> Forecaster:
    """What can be learned from levels up to an instant; later ones are not looked at.

    Raises
    ------
    WrongFieldError
        The fleet has another number of containers than the series.
    """
    if fleet.count != series.container_count:
        raise WrongFieldError(
            "fleet", fleet.count, f"as many containers as the series' {series.container_count}"
        )
    now_s = round(now.timestamp())
    levels = daily_levels(series, calendar, now_s)
    filling = fit_filling(levels, fleet, calendar)
    frozen = filling.frozen(levels)[:, -1]
    calibrations = _calibrations(series, levels, fleet, calendar)
    return Forecaster(filling, fit_day_hours(levels.filled_share, fleet), frozen, calibrations)


def _calibrations(
    series: LevelSeries, levels: DailyLevels, fleet: Fleet, calendar: Calendar
) -> dict[Emptied, Calibration]:
    """From forecasts of the last weeks, made by what was known before them."""
    compared = min(CALIBRATION_DAYS, levels.day_count // 3)
    begin = levels.day_count - compared
    earlier = daily_levels(series, calendar, calendar.midnight_s(levels.day(begin)))
    filling = fit_filling(earlier, fleet, calendar)
    chosen = np.unique(
        np.linspace(0, max(fleet.count - 1, 0), min(fleet.count, CALIBRATION_CONTAINERS)).astype(np.int64)
    )
    found = {}
    for emptied in (Emptied.AS_USUAL, Emptied.NOT_YET):
        scores: list[list[Floats]] = [[] for _ in range(CALIBRATION_HORIZON)]
        for low in range(0, len(chosen), AT_ONCE):
            some = chosen[low : low + AT_ONCE]
            for midnight in foretold(
                filling,
                levels,
                some,
                (begin, levels.day_count - 1),
                horizon=CALIBRATION_HORIZON,
                emptied=emptied,
            ):
                come = np.broadcast_to(levels.level_share[some, midnight.index, None], midnight.usable.shape)
                score = below(midnight.weight, np.nan_to_num(come))
                for ahead, kept in enumerate(scores):
                    kept.append(score[midnight.usable[:, ahead], ahead])
        found[emptied] = calibrated([np.concatenate(kept or [np.zeros(0)]) for kept in scores])
    return found | {Emptied.NEVER: found[Emptied.NOT_YET]}
