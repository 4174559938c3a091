"""The Ampel of a container: green, yellow, red, or unknown.

Red is at or above the critical level, or likely to overflow within the horizon; yellow is close to either.
A colour is kept until the figures have fallen some way below what brought it about, so that a level that
trembles at the threshold does not make the colour tremble. Without a measurement young enough nothing is
known, whatever the last one said: stale data is never green.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

HORIZON = timedelta(hours=24)
"""Overflow within it counts."""
RED_PROBABILITY = 0.5
YELLOW_PROBABILITY = 0.1
YELLOW_BELOW_CRITICAL = 0.15
"""So far below the critical level yellow begins."""
LEVEL_GAP = 0.05
PROBABILITY_SHARE_LEFT = 0.7
"""A colour that a probability brought about is kept until that is below so much of its threshold."""


class Ampel(StrEnum):
    """What disposition sees."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    UNKNOWN = "unknown"


class AmpelReason(StrEnum):
    """Why."""

    ROOM_LEFT = "room_left"
    CRITICAL_LEVEL = "critical_level"
    OVERFLOW_LIKELY = "overflow_likely"
    FILLING = "filling"
    NEVER_MEASURED = "never_measured"
    STALE = "stale"
    NO_DEVICE = "no_device"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a container.

    Parameters
    ----------
    watched
        Whether a device watches it.
    level_share, measured_at
        The latest level; None where there is none.
    fresh_for
        How long a measurement counts.
    overflow_probability
        That it overflows within :data:`HORIZON`; None where there is no forecast.
    """

    watched: bool
    level_share: float | None
    measured_at: datetime | None
    fresh_for: timedelta
    overflow_probability: float | None
    critical_share: float


def judge(known: Known, before: Ampel, now: datetime) -> tuple[Ampel, AmpelReason]:
    """The colour now, and why.

    Parameters
    ----------
    before
        The colour so far; colours only resist against getting better.
    """
    if known.level_share is None or known.measured_at is None:
        return Ampel.UNKNOWN, AmpelReason.NEVER_MEASURED if known.watched else AmpelReason.NO_DEVICE
    if now - known.measured_at > known.fresh_for:
        return Ampel.UNKNOWN, AmpelReason.STALE
    probability = known.overflow_probability or 0.0
    red = before is Ampel.RED
    if known.level_share >= known.critical_share - (LEVEL_GAP if red else 0.0):
        return Ampel.RED, AmpelReason.CRITICAL_LEVEL
    if probability >= RED_PROBABILITY * (PROBABILITY_SHARE_LEFT if red else 1.0):
        return Ampel.RED, AmpelReason.OVERFLOW_LIKELY
    kept = before in {Ampel.RED, Ampel.YELLOW}
    close = known.critical_share - YELLOW_BELOW_CRITICAL - (LEVEL_GAP if kept else 0.0)
    if known.level_share >= close or probability >= YELLOW_PROBABILITY * (
        PROBABILITY_SHARE_LEFT if kept else 1.0
    ):
        return Ampel.YELLOW, AmpelReason.FILLING
    return Ampel.GREEN, AmpelReason.ROOM_LEFT
