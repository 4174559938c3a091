"""How full the demo's containers are: invented, and for the same instant always the same.

A level is what was brought since a container was emptied last. Containers are emptied on working mornings,
each after as many days as usually fill it: at any instant some are empty, some full and most in between.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
from waste.domain.tours_demand import BOOKS_SIGMA, DAY_SHAPE, WEEKDAY_FACTORS, brought_by
from waste.domain.tours_depot import DepotContainer

SEED = 2021
EVERY_H = 4
"""Hours between two readings of a sensor."""
LEAST_AT_LIFT, MOST_AT_LIFT = 0.6, 1.0
"""How full containers usually are when they are emptied, as a share; each has its own."""
FEWEST_DAYS, MOST_DAYS = 2, 42
"""Between two emptyings."""
FIRST_LIFT_H, LIFTED_OVER_H = 7, 5
"""When a morning's emptyings begin, and how long they take."""
LEFT_SHARE = 0.02
"""What stays in a container that was emptied."""
NOISE_SHARE = 0.006
SATURDAY, SUNDAY = 5, 6


class Health(StrEnum):
    """What is the matter with a sensor; every kind of alarm has somebody to show."""

    NONE = "none"
    """There is no sensor."""
    SILENT = "silent"
    STUCK = "stuck"
    BATTERY_LOW = "battery_low"
    TILTED = "tilted"
    WELL = "well"


SICK = (
    *(Health.NONE,) * 6,
    *(Health.SILENT,) * 2,
    Health.STUCK,
    *(Health.BATTERY_LOW,) * 3,
    Health.TILTED,
)


@dataclass(frozen=True, slots=True)
class DemoReading:
    """What a sensor tells: shares from 0 to 1."""

    container_id: str
    at: datetime
    level_share: float
    battery_share: float
    tilted: bool


class DemoLevels:
    """The containers of a depot, and what is in them at any instant.

    Parameters
    ----------
    zone
        Where mornings are.
    """

    def __init__(self, containers: Sequence[DepotContainer], zone: ZoneInfo) -> None:
        self._containers = sorted(containers, key=lambda container: container.container_id)
        self._zone = zone
        random = np.random.default_rng(SEED)
        count = len(self._containers)
        usual = np.array([container.usual_share_per_day for container in self._containers])
        self._rates = usual * np.exp(random.normal(0.0, BOOKS_SIGMA, count))
        at_lift = random.uniform(LEAST_AT_LIFT, MOST_AT_LIFT, count)
        self._intervals = np.clip(np.round(at_lift / self._rates), FEWEST_DAYS, MOST_DAYS).astype(np.int64)
        self._phases = random.integers(0, self._intervals)
        self._lift_h = FIRST_LIFT_H + random.uniform(0, LIFTED_OVER_H, count)
        self._brought: dict[tuple[int, date], float] = {}
        sick = dict(zip(random.permutation(count).tolist(), SICK, strict=False))
        self.health = {
            container.container_id: sick.get(index, Health.WELL)
            for index, container in enumerate(self._containers)
        }

    def readings(
        self, since: datetime, until: datetime, broken_at: datetime | None = None
    ) -> Iterator[DemoReading]:
        """What sensors tell after one instant and up to another, oldest first.

        Parameters
        ----------
        broken_at
            Since when silent ones are silent, and stuck ones tell the same; never when None.
        """
        begin = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        hour = begin - timedelta(hours=begin.hour % EVERY_H)
        while hour <= until:
            for index, container in enumerate(self._containers):
                # Not all at once: a network that is listened to always has something to say.
                at = hour + timedelta(hours=EVERY_H) * (index / len(self._containers))
                at = at.replace(microsecond=0)
                if since < at <= until:
                    reading = self._reading(index, container, at, broken_at)
                    if reading is not None:
                        yield reading
            hour += timedelta(hours=EVERY_H)

    def _reading(
        self, index: int, container: DepotContainer, at: datetime, broken_at: datetime | None
    ) -> DemoReading | None:
        health = self.health[container.container_id]
        broken = broken_at is not None and at > broken_at
        if health is Health.NONE or (health is Health.SILENT and broken):
            return None
        measured_at = broken_at if broken_at is not None and health is Health.STUCK and broken else at
        noise = np.random.default_rng((SEED, index, int(measured_at.timestamp()))).normal(0.0, NOISE_SHARE)
        level = min(1.0, max(0.0, self._level_share(index, measured_at) + float(noise)))
        battery = 0.14 if health is Health.BATTERY_LOW else 0.97 - (index % 30) / 100
        return DemoReading(
            container.container_id, at, round(level, 3), round(battery, 2), health is Health.TILTED
        )

    def _level_share(self, index: int, at: datetime) -> float:
        local = at.astimezone(self._zone)
        lifted = self._lifted_before(index, local)
        day, level = lifted.date(), LEFT_SHARE
        while day <= local.date():
            begin = _seconds(lifted) if day == lifted.date() else 0.0
            end = _seconds(local) if day == local.date() else 86_400.0
            level += self._brought_share(index, day) * (brought_by(end) - brought_by(begin))
            day += timedelta(days=1)
        return min(1.0, level)

    def _lifted_before(self, index: int, local: datetime) -> datetime:
        day = local.date() + timedelta(days=1)
        while True:
            if (day.toordinal() + int(self._phases[index])) % int(self._intervals[index]) == 0:
                lifted = datetime.combine(_working(day), datetime.min.time(), self._zone)
                lifted += timedelta(hours=float(self._lift_h[index]))
                if lifted <= local:
                    return lifted
            day -= timedelta(days=1)

    def _brought_share(self, index: int, day: date) -> float:
        known = self._brought.get((index, day))
        if known is None:
            gamma = np.random.default_rng((SEED, index, day.toordinal())).gamma(DAY_SHAPE, 1.0 / DAY_SHAPE)
            known = float(self._rates[index] * WEEKDAY_FACTORS[day.weekday()] * gamma)
            self._brought[index, day] = known
        return known


def _working(day: date) -> date:
    """The working day on which what is due on a day is done."""
    return day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0))


def _seconds(local: datetime) -> float:
    return float(local.hour * 3600 + local.minute * 60 + local.second)
