"""In what the filling of one container on one day is like that of others."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from waste.domain.fill_days import Calendar, DayKind, Fleet
from waste.domain.readings_series import Ints

WEEK = 7
FACTORS = ("kind", "place", "weekday", "kind of day", "event", "container", "the container's weekday")
"""What is common comes first, so that it is not taken for a container's own."""


@dataclass(frozen=True)
class Days:
    """Some days in a row, as filling sees them.

    Parameters
    ----------
    weekday
        Monday 0, shape (days,).
    kind
        :class:`DayKind`, shape (days,).
    event
        Index of the event's name from 1 on, 0 for none, at each place; shape (places, days).
    """

    weekday: Ints
    kind: Ints
    event: Ints


def days_of(calendar: Calendar, fleet: Fleet, first: date, count: int) -> Days:
    """So many days from the first on."""
    event = np.zeros((max(1, len(fleet.places)), count), np.int64)
    name_index = {name: number for number, name in enumerate(calendar.event_names, start=1)}
    place_index = {name: number for number, name in enumerate(fleet.places)}
    for happening in calendar.events:
        day = (happening.day - first).days
        if not 0 <= day < count:
            continue
        if happening.place == "":
            event[:, day] = name_index[happening.name]
        elif happening.place in place_index:
            event[place_index[happening.place], day] = name_index[happening.name]
    listed = [first + timedelta(days=number) for number in range(count)]
    return Days(
        np.array([day.weekday() for day in listed], np.int64),
        np.array([calendar.day_kind(day) for day in listed], np.int64),
        event,
    )


@dataclass(frozen=True)
class Members:
    """Which effect of each factor observations have.

    Parameters
    ----------
    member
        By :data:`FACTORS`, shape (n,) each.
    count
        Effects of each factor.
    group
        So many of its effects in a row average 0, as :class:`waste.domain.effects.Factor` has it; containers
        are on their own.
    """

    member: tuple[Ints, ...]
    count: tuple[int, ...]
    group: tuple[int, ...]


def members(fleet: Fleet, days: Days, event_count: int, container: Ints, day: Ints) -> Members:
    """Of observations of containers on days, both shape (n,)."""
    weekday, place = days.weekday[day], fleet.place[container]
    kind = fleet.kind[container]
    common = (len(fleet.kinds), len(fleet.places), WEEK, len(DayKind), event_count + 1)
    return Members(
        (
            kind,
            place,
            weekday,
            days.kind[day],
            days.event[place, day],
            container,
            container * WEEK + weekday,
        ),
        (*common, fleet.count, fleet.count * WEEK),
        (*common, 0, WEEK),
    )
