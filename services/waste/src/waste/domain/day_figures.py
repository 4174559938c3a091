"""What became of containers, day by day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from waste.domain.measured import Lift

FULL_SHARE = 1.0
"""A container is full to the brim, or over it."""
HALF_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One day of the calendar.

    Parameters
    ----------
    half_empty_count
        Of those emptied: how many were known not to be half full.
    overflow_count
        Containers that were full at some time of it.
    """

    day: date
    emptied_count: int
    half_empty_count: int
    overflow_count: int
    weight_kg: float


def day_figures(
    first: date,
    last: date,
    time_zone: ZoneInfo,
    lifts: Iterable[Lift],
    full: Iterable[tuple[str, datetime]],
) -> list[DayFigures]:
    """Figures of every day from the first to the last.

    Parameters
    ----------
    full
        Containers, and instants at which they were full.
    """
    lifted: defaultdict[date, list[Lift]] = defaultdict(list)
    for lift in lifts:
        lifted[lift.at.astimezone(time_zone).date()].append(lift)
    overflowing: defaultdict[date, set[str]] = defaultdict(set)
    for container_id, at in full:
        overflowing[at.astimezone(time_zone).date()].add(container_id)
    days = (first + timedelta(days=after) for after in range((last - first).days + 1))
    return [
        DayFigures(
            day,
            len(lifted[day]),
            sum(each.before_share is not None and each.before_share < HALF_SHARE for each in lifted[day]),
            len(overflowing[day]),
            sum(each.weight_kg for each in lifted[day]),
        )
        for day in days
    ]
