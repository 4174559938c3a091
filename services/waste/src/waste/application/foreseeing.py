"""How full containers will be, by what was learned of all of them: see ``ports_outlook.Forecaster``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from waste.application.ports_containers import Chosen, ContainerStore, Span
from waste.application.ports_outlook import ForecastStep, Outlook
from waste.domain.access import EVERYTHING
from waste.domain.containers import Container
from waste.domain.fill_days import Calendar, fleet
from waste.domain.forecast import Forecaster, fit
from waste.domain.level_paths import Emptied
from waste.domain.measured import Level, Lift, LiftSource
from waste.domain.readings_series import level_series

LEARN_FROM = timedelta(days=200)
LEARN_EVERY = timedelta(hours=6)
LEARN_AGAIN = timedelta(minutes=15)
"""Where containers were asked for that were not there when it was learned."""
MOST_LEVELS = 5_000
"""Of a container, the newest: a reading every hour over all the time that is learned from."""
AT_ONCE = 500
FULL_WITHIN = tuple(timedelta(days=days) for days in (2, 3, 4, 5, 6, 7, 9, 11, 14, 18, 23, 28))
"""When a container is full is looked for at these times after the horizon."""
LOWER, MEDIAN, UPPER = 0.1, 0.5, 0.9


@dataclass(frozen=True, slots=True)
class _Learned:
    """What was learned, when, and which of its containers is which."""

    forecaster: Forecaster
    index: Mapping[str, int]
    at: datetime


class Foreseeing:
    """Learns of all containers together, now and then, and tells of one; safe to share between threads.

    Parameters
    ----------
    calendar
        The district's days.
    """

    def __init__(self, store: ContainerStore, calendar: Calendar) -> None:
        self._store = store
        self._calendar = calendar
        self._learned: _Learned | None = None
        self._missed = False

    def is_due(self, now: datetime) -> bool:
        """Whether there is something to learn."""
        learned = self._learned
        if learned is None:
            return self._missed
        return now - learned.at >= (LEARN_AGAIN if self._missed else LEARN_EVERY)

    def learn(self, now: datetime) -> int:
        """Learn from all levels before an instant, and return from how many.

        Raises
        ------
        Unavailable
            Where the database does not take part.
        """
        self._missed = False
        containers = self._containers()
        index = {container.id: number for number, container in enumerate(containers)}
        which: list[int] = []
        at_s: list[int] = []
        shares: list[float] = []
        lifts: list[tuple[int, int]] = []
        since = Span(now - LEARN_FROM, now)
        for number, container in enumerate(containers):
            # One reading after the other: no transaction stays open for as long as all of it takes.
            with self._store.reading() as reader:
                levels = reader.levels(container.id, since, MOST_LEVELS, newest=True)
                known = reader.lifts_of(container.id, since)
            which += [number] * len(levels)
            at_s += [int(level.at.timestamp()) for level in levels]
            shares += [level.level_share for level in levels]
            lifts += [
                (number, int(lift.at.timestamp())) for lift in known if lift.source is LiftSource.REPORTED
            ]
        if not which:
            return 0
        series = level_series(which, at_s, shares, len(containers), lifts)
        alike = fleet(
            [container.fraction.value for container in containers],
            [container.site_id for container in containers],
        )
        self._learned = _Learned(fit(series, alike, self._calendar, now), index, now)
        return len(which)

    def outlook(
        self,
        container: Container,
        levels: Sequence[Level],
        lifts: Sequence[Lift],
        now: datetime,
        horizon: timedelta,
    ) -> Outlook | None:
        """What is expected, lifts after the last level counted as such; None where nothing was learned."""
        ends = [now + horizon, *(now + horizon + after for after in FULL_WITHIN)]
        steps = self._steps(container, levels, lifts, ends)
        if not steps:
            return None
        full = next((step.at for step in steps if step.overflow_probability >= MEDIAN), None)
        return Outlook(steps[0].overflow_probability, full)

    def hours(
        self, container: Container, levels: Sequence[Level], lifts: Sequence[Lift], now: datetime, count: int
    ) -> list[ForecastStep]:
        """The next hours; none where nothing was learned."""
        ends = [now + timedelta(hours=hour) for hour in range(1, count + 1)]
        return self._steps(container, levels, lifts, ends)

    def _steps(
        self,
        container: Container,
        levels: Sequence[Level],
        lifts: Sequence[Lift],
        ends: Sequence[datetime],
    ) -> list[ForecastStep]:
        learned = self._learned
        number = None if learned is None else learned.index.get(container.id)
        if learned is None or number is None:
            self._missed = True
            return []
        latest = _latest(levels, lifts)
        if latest is None:
            return []
        told = learned.forecaster.ahead(
            [number],
            [latest.level_share],
            [int(latest.at.timestamp())],
            ends,
            probabilities=(LOWER, MEDIAN, UPPER),
            emptied=Emptied.NEVER,
        )
        quantiles, overflow = told.quantile_share[0], told.overflow_probability[0]
        # Too old a level tells nothing.
        if np.isnan(quantiles).any() or np.isnan(overflow).any():
            return []
        return [
            ForecastStep(
                end, float(median), float(lower), float(upper), min(1.0, max(0.0, float(probability)))
            )
            for end, (lower, median, upper), probability in zip(ends, quantiles, overflow, strict=True)
        ]

    def _containers(self) -> list[Container]:
        found: list[Container] = []
        after = ""
        while True:
            with self._store.reading() as reader:
                page = reader.listed(Container, Chosen(EVERYTHING), after, AT_ONCE)
            found += page
            if len(page) < AT_ONCE:
                return found
            after = page[-1].id


def _latest(levels: Sequence[Level], lifts: Sequence[Lift]) -> Level | None:
    """The last that is known: a level, or that it was emptied since."""
    level = levels[-1] if levels else None
    lift = lifts[-1] if lifts else None
    if lift is not None and (level is None or lift.at > level.at):
        return Level(lift.at, lift.after_share)
    return level
