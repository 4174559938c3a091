"""A container as disposition sees it, and what is told when that changes."""

from dataclasses import dataclass, replace
from datetime import datetime

from waste.domain.ampel import Ampel, AmpelReason
from waste.domain.containers import Container, Fraction
from waste.domain.measured import Level, Lift


@dataclass(frozen=True, slots=True)
class ContainerState:
    """What is known of a container now.

    Parameters
    ----------
    overflow_probability
        That it overflows within the Ampel's horizon; None where there is no forecast.
    expected_full_at
        When it is full with even odds; None where that is beyond what is forecast.
    updated_at
        When this was worked out.
    version
        Grows by one with every change.
    fresh_until
        Until when the latest level counts; None where there is none.
    """

    container_id: str
    sub_account_id: str
    site_id: str
    depot_id: str
    fraction: Fraction
    ampel: Ampel
    ampel_since: datetime
    reason: AmpelReason
    latest: Level | None
    volume_l: int
    overflow_probability: float | None
    expected_full_at: datetime | None
    latest_lift_at: datetime | None
    updated_at: datetime
    version: int
    fresh_until: datetime | None = None

    def as_of(self, now: datetime) -> "ContainerState":
        """The state as it may be told now.

        What was measured too long ago is unknown from that very instant, not only once it is worked out anew:
        after a night in which nothing ran, that takes its time.
        """
        if self.ampel is Ampel.UNKNOWN or self.fresh_until is None or now <= self.fresh_until:
            return self
        return replace(self, ampel=Ampel.UNKNOWN, ampel_since=self.fresh_until, reason=AmpelReason.STALE)


@dataclass(frozen=True, slots=True)
class ContainerRegistered:
    """There is a new container."""

    at: datetime
    container: Container


@dataclass(frozen=True, slots=True)
class ContainerUpdated:
    """A container is another one now."""

    at: datetime
    container: Container


@dataclass(frozen=True, slots=True)
class ContainerRemoved:
    """A container is gone."""

    at: datetime
    container: Container


@dataclass(frozen=True, slots=True)
class LevelMeasured:
    """The latest level of a container; of several close together only the last one is told."""

    container: Container
    level: Level


@dataclass(frozen=True, slots=True)
class LiftRecorded:
    """A container was emptied."""

    container: Container
    lift: Lift


@dataclass(frozen=True, slots=True)
class AmpelChanged:
    """A container has another colour."""

    state: ContainerState
    previous: Ampel


Fact = ContainerRegistered | ContainerUpdated | ContainerRemoved | LevelMeasured | LiftRecorded | AmpelChanged
