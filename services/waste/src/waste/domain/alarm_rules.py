"""What a sub-account wants to be told of: one rule per cause, judged on what is known of a container now."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from waste.domain.errors import WrongFieldError

LONGEST_LADDER = 8
LONGEST_WAIT = timedelta(days=7)
FARTHEST_LOOK = timedelta(days=28)


class Cause(Enum):
    """What an alarm is about."""

    AMPEL_YELLOW = "ampel_yellow"
    AMPEL_RED = "ampel_red"
    OVERFLOW_LIKELY = "overflow_likely"
    LEVEL_CRITICAL = "level_critical"
    TILTED = "tilted"
    FIRE = "fire"
    SENSOR_SILENT = "sensor_silent"
    SENSOR_STUCK = "sensor_stuck"
    BATTERY_LOW = "battery_low"


class Presence(Enum):
    """Whether a cause is there; what is not known is neither."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which value on a cause is there, which values make sense, and how far it has to fall to be gone.

    Without that gap a value that trembles at the threshold would raise and resolve in turn.
    """

    usual: float
    lowest: float
    highest: float
    gap: float


THRESHOLDS: Mapping[Cause, Threshold] = {
    Cause.OVERFLOW_LIKELY: Threshold(0.5, 0.01, 0.99, 0.1),
    Cause.LEVEL_CRITICAL: Threshold(0.85, 0.05, 1.0, 0.05),
    Cause.FIRE: Threshold(70.0, 40.0, 200.0, 10.0),
    Cause.BATTERY_LOW: Threshold(0.2, 0.01, 0.9, 0.05),
}
"""Causes that are judged by a number: shares, for fire degrees Celsius."""


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """What one sub-account is told of one cause.

    Parameters
    ----------
    ladder
        Contacts, each told where those before it have not answered; with none there is only the event.
    threshold
        For the causes in :data:`THRESHOLDS`; the usual one where it is left out.
    horizon
        For an overflow that is likely: by when.
    escalate_after
        How long a contact has to answer.
    calm
        How long a cause must be gone before its alarm is over.

    Raises
    ------
    WrongFieldError
        Naming the field and its value.
    """

    sub_account: str
    cause: Cause
    ladder: tuple[str, ...] = ()
    threshold: float | None = None
    horizon: timedelta = timedelta(hours=24)
    escalate_after: timedelta = timedelta(minutes=30)
    calm: timedelta = timedelta(minutes=15)

    def __post_init__(self) -> None:
        if not self.sub_account:
            raise WrongFieldError("sub_account", self.sub_account, "names whose rule it is")
        if len(self.ladder) > LONGEST_LADDER:
            raise WrongFieldError("ladder", len(self.ladder), f"at most {LONGEST_LADDER} contacts")
        if len(set(self.ladder)) < len(self.ladder) or not all(self.ladder):
            raise WrongFieldError("ladder", list(self.ladder), "names each contact once")
        bounds = THRESHOLDS.get(self.cause)
        if self.threshold is not None:
            if bounds is None:
                raise WrongFieldError("threshold", self.threshold, f"means nothing for {self.cause.value}")
            if not bounds.lowest <= self.threshold <= bounds.highest:
                wanted = f"from {bounds.lowest:g} to {bounds.highest:g}"
                raise WrongFieldError("threshold", self.threshold, wanted)
        if not timedelta(hours=1) <= self.horizon <= FARTHEST_LOOK:
            raise WrongFieldError("horizon", str(self.horizon), f"from 1 hour to {FARTHEST_LOOK.days} days")
        if not timedelta(minutes=1) <= self.escalate_after <= LONGEST_WAIT:
            raise WrongFieldError("escalate_after", str(self.escalate_after), "from 1 minute to 7 days")
        if not timedelta(0) <= self.calm <= LONGEST_WAIT:
            raise WrongFieldError("calm", str(self.calm), "from nothing to 7 days")


def usual_rules(sub_account: str) -> tuple[AlarmRule, ...]:
    """Rules that hold until the sub-account sets its own: what is red, or on fire, is on the list of alarms.

    Nobody is told, as nobody is known; but a full container is missed by no one who looks.
    """
    return (AlarmRule(sub_account, Cause.AMPEL_RED), AlarmRule(sub_account, Cause.FIRE))


@dataclass(frozen=True, slots=True)
class Condition:
    """What is known of a container; None is what is not known.

    Parameters
    ----------
    at
        Instant the whole is of.
    ampel, ampel_since
        ``green``, ``yellow``, ``red`` or ``unknown``, and since when.
    critical_share
        Level from which on the Ampel is red.
    overflow
        Probability of an overflow up to each of some instants.
    battery_low
        For sensors whose makers say at which voltage; ``battery_share`` counts before it.
    silent, stuck
        The health of its sensor, see :mod:`waste.domain.sensor_health`.
    """

    sub_account: str
    container_id: str
    at: datetime
    ampel: str = "unknown"
    ampel_since: datetime | None = None
    level_share: float | None = None
    critical_share: float | None = None
    overflow: Mapping[datetime, float] = field(default_factory=dict, hash=False)
    tilted: bool | None = None
    temperature_c: float | None = None
    battery_share: float | None = None
    battery_low: bool | None = None
    silent: bool | None = None
    stuck: bool | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a rule's cause is there, and the figures it was judged by."""

    presence: Presence
    figures: Mapping[str, str | float] = field(default_factory=dict, hash=False)


_NOT_KNOWN = Verdict(Presence.UNKNOWN)


def judge(rule: AlarmRule, condition: Condition, *, raised: bool) -> Verdict:
    """Judge whether a rule's cause is there.

    Parameters
    ----------
    raised
        Whether its alarm is live: to be gone takes more than not being there.
    """
    cause = rule.cause
    if cause in {Cause.AMPEL_YELLOW, Cause.AMPEL_RED}:
        return _by_ampel(cause, condition, raised=raised)
    if cause is Cause.OVERFLOW_LIKELY:
        return _by_overflow(rule, condition, raised=raised)
    if cause is Cause.LEVEL_CRITICAL:
        return _above(rule, "level_share", condition.level_share, raised=raised)
    if cause is Cause.FIRE:
        return _above(rule, "temperature_c", condition.temperature_c, raised=raised)
    if cause is Cause.BATTERY_LOW and condition.battery_share is not None:
        return _below(rule, "battery_share", condition.battery_share, raised=raised)
    seen = {
        Cause.TILTED: condition.tilted,
        Cause.SENSOR_SILENT: condition.silent,
        Cause.SENSOR_STUCK: condition.stuck,
        Cause.BATTERY_LOW: condition.battery_low,
    }[cause]
    return _NOT_KNOWN if seen is None else Verdict(Presence.PRESENT if seen else Presence.ABSENT)


def _by_ampel(cause: Cause, condition: Condition, *, raised: bool) -> Verdict:
    ampel = condition.ampel
    if ampel not in {"green", "yellow", "red"}:
        return _NOT_KNOWN
    if ampel == "red":
        # One that turns red from green has its red alarm; one that was told as yellow is not better now.
        there = cause is Cause.AMPEL_RED or raised
    else:
        there = cause is Cause.AMPEL_YELLOW and ampel == "yellow"
    return Verdict(Presence.PRESENT if there else Presence.ABSENT, _ampel_figures(condition))


def _ampel_figures(condition: Condition) -> dict[str, str | float]:
    """The colour, since when, and what it follows from as far as that is known."""
    figures: dict[str, str | float] = {"ampel": condition.ampel}
    if condition.ampel_since is not None:
        figures["ampel_since"] = condition.ampel_since.isoformat(timespec="seconds")
    for name, share in (
        ("level_share", condition.level_share),
        ("critical_share", condition.critical_share),
    ):
        if share is not None:
            figures[name] = round(share, 4)
    if condition.overflow:
        by = min(condition.overflow)
        figures["overflow_probability"] = round(condition.overflow[by], 4)
        figures["by"] = by.isoformat(timespec="minutes")
    return figures


def _by_overflow(rule: AlarmRule, condition: Condition, *, raised: bool) -> Verdict:
    by = condition.at + rule.horizon
    share = _probability_by(by, condition)
    verdict = _above(rule, "overflow_probability", share, raised=raised)
    return Verdict(verdict.presence, {**verdict.figures, "by": by.isoformat(timespec="minutes")})


def _probability_by(by: datetime, condition: Condition) -> float | None:
    """Probability up to an instant, straight between those that are known, from nothing now."""
    if not condition.overflow:
        return None
    before, share = condition.at, 0.0
    for instant, probability in sorted(condition.overflow.items()):
        if instant > by:
            return share + (probability - share) * ((by - before) / (instant - before))
        before, share = instant, probability
    return share


def _limit(rule: AlarmRule, *, raised: bool) -> float:
    threshold = THRESHOLDS[rule.cause]
    limit = threshold.usual if rule.threshold is None else rule.threshold
    return limit - threshold.gap if raised else limit


def _above(rule: AlarmRule, name: str, value: float | None, *, raised: bool) -> Verdict:
    if value is None or math.isnan(value):
        return _NOT_KNOWN
    there = value >= _limit(rule, raised=raised)
    figures = {name: round(value, 4), "threshold": _limit(rule, raised=False)}
    return Verdict(Presence.PRESENT if there else Presence.ABSENT, figures)


def _below(rule: AlarmRule, name: str, value: float | None, *, raised: bool) -> Verdict:
    if value is None or math.isnan(value):
        return _NOT_KNOWN
    threshold = THRESHOLDS[rule.cause]
    limit = threshold.usual if rule.threshold is None else rule.threshold
    there = value <= (limit + threshold.gap if raised else limit)
    figures = {name: round(value, 4), "threshold": limit}
    return Verdict(Presence.PRESENT if there else Presence.ABSENT, figures)
