"""What is worked out from levels elsewhere: lifts seen in them, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from waste.domain.containers import Container
from waste.domain.measured import Level, Lift


@dataclass(frozen=True, slots=True)
class Drop:
    """An emptying seen in levels: between two of them it fell, from one share to another."""

    at: datetime
    before_share: float
    after_share: float


@dataclass(frozen=True, slots=True)
class ForecastStep:
    """How full a container will be; above 1 it has overflowed."""

    at: datetime
    median_share: float
    lower_80_share: float
    upper_80_share: float
    overflow_probability: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected of a container.

    Parameters
    ----------
    overflow_probability
        That it has overflowed after the horizon asked for.
    expected_full_at
        When it is full with even odds; None where that is too far off.
    """

    overflow_probability: float
    expected_full_at: datetime | None


class Forecaster(Protocol):
    """Looks ahead."""

    def outlook(
        self,
        container: Container,
        levels: Sequence[Level],
        lifts: Sequence[Lift],
        now: datetime,
        horizon: timedelta,
    ) -> Outlook | None:
        """What is expected; None where there is nothing to expect from."""
        ...

    def hours(
        self, container: Container, levels: Sequence[Level], lifts: Sequence[Lift], now: datetime, count: int
    ) -> list[ForecastStep]:
        """The next hours; none where there is nothing to expect from."""
        ...


class LiftWatch(Protocol):
    """Sees emptyings."""

    def drops(self, levels: Sequence[Level]) -> list[Drop]:
        """The emptyings in levels, oldest first."""
        ...
