"""Questions to a search, checked, and made ready for the kernels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from timetable.schedule import Ints
from timetable.transit.compact import Timetable
from timetable.transit.journeys import Reading
from timetable.transit.network import MOST_BOARDINGS, Network
from timetable.transit.window import DAY_S, Filter, Window

HORIZON_S = DAY_S
"""So long a journey may last, from the time that is asked about."""
MOST_RANGE_S = DAY_S
MOST_BESIDE_S = 30 * DAY_S
"""So far from a timetable's days a question may be; there may be runs that realtime added."""
EPOCH = date(1970, 1, 1)
EVERYBODY = Filter()


class QueryError(ValueError):
    """A question that cannot be answered; the message names the field and its value."""


class Reach(NamedTuple):
    """Stops near a place and the seconds between them and it, by whatever the caller moves; shapes equal."""

    stop: Ints
    seconds: Ints

    @classmethod
    def of(cls, stops: Sequence[int] | Ints, seconds: Sequence[int] | Ints | None = None) -> "Reach":
        """Stops with their seconds; none of them away where no seconds are given."""
        times = np.zeros(len(stops)) if seconds is None else np.asarray(seconds)
        return cls(np.asarray(stops, dtype=np.int32), times.astype(np.int32))


@dataclass(frozen=True)
class Query:
    """A question.

    Parameters
    ----------
    at_s
        Unix seconds: when one is ready to leave, or has to be there.
    access, egress
        Stops that are reached from the start, and from which the goal is reached.
    needs
        What the passenger needs of vehicles and stops.
    direct_s
        How long it takes without any vehicle; journeys that are no better are left out. None where it is no
        way.
    most_boardings
        From 1 to ``MOST_BOARDINGS``.
    """

    at_s: int
    access: Reach
    egress: Reach
    needs: Filter = EVERYBODY
    direct_s: int | None = None
    most_boardings: int = MOST_BOARDINGS


class Ends(NamedTuple):
    """Points with their seconds to or from a place; ``stop`` is the stop of each."""

    point: Ints
    seconds: Ints
    stop: Ints


@dataclass(frozen=True)
class Prepared:
    """A question for the kernels, in mirrored times if it is searched backwards.

    ``earliest`` is when the first search begins, ``limit`` is before when all must have arrived, ``least_s``
    what it takes at least from each cell to the goal.
    """

    window: Window
    net: Network
    starts: Ends
    goals: Ends
    least_s: Ints
    earliest: int
    limit: int
    reading: Reading

    @property
    def at_most(self) -> Ints:
        """The limit for every count of boardings."""
        return np.full(MOST_BOARDINGS, self.limit, dtype=np.int32)


def check(query: Query, timetable: Timetable, range_s: int) -> None:
    """Raise where a question has no meaning.

    Raises
    ------
    QueryError
        With the field and its value.
    """
    if not 1 <= query.most_boardings <= MOST_BOARDINGS:
        raise QueryError(f"most_boardings: {query.most_boardings} is not from 1 to {MOST_BOARDINGS}")
    if not 0 <= range_s <= MOST_RANGE_S:
        raise QueryError(f"range_s: {range_s} is not from 0 to {MOST_RANGE_S}")
    if query.direct_s is not None and query.direct_s < 0:
        raise QueryError(f"direct_s: {query.direct_s} is negative")
    begin_s = (timetable.first_day - EPOCH).days * DAY_S
    end_s = begin_s + timetable.runs_on.shape[1] * DAY_S
    if not begin_s - MOST_BESIDE_S <= query.at_s <= end_s + MOST_BESIDE_S:
        days = f"{timetable.runs_on.shape[1]} days from {timetable.first_day}"
        raise QueryError(f"at_s: {query.at_s} is not near the timetable's {days}")
    for name, reach in (("access", query.access), ("egress", query.egress)):
        if reach.stop.shape != reach.seconds.shape or reach.stop.ndim != 1:
            raise QueryError(f"{name}: {reach.stop.shape} stops with {reach.seconds.shape} seconds")
        if reach.stop.size and not 0 <= reach.stop.min() <= reach.stop.max() < timetable.stop_count:
            raise QueryError(
                f"{name}: stops {reach.stop.min()} to {reach.stop.max()} of {timetable.stop_count}"
            )
        if reach.seconds.size and not 0 <= reach.seconds.min() <= reach.seconds.max() <= HORIZON_S:
            worst = reach.seconds.min() if reach.seconds.min() < 0 else reach.seconds.max()
            raise QueryError(f"{name}: {worst} seconds is not from 0 to {HORIZON_S}")


def window_of(query: Query, range_s: int, *, forward: bool) -> tuple[int, int]:
    """Whole days, in Unix seconds, that hold everything the question asks about."""
    span = range_s + HORIZON_S
    first, last = (query.at_s, query.at_s + span) if forward else (query.at_s - span, query.at_s)
    return first // DAY_S * DAY_S, (last // DAY_S + 1) * DAY_S


def prepare(
    query: Query,
    timetable: Timetable,
    window: Window,
    back: tuple[Ints, Ints],
    range_s: int,
    *,
    forward: bool,
) -> Prepared:
    """Lay a question out for the kernels. ``back`` are the changes' seconds, and those on foot, by boarding
    point.
    """
    changes = timetable.step_free if query.needs.wheelchair else timetable.changes
    points, lanes, bounds = timetable.points, window.lanes, timetable.bounds
    point_cells = timetable.point_cells
    boarding = (query.access, points.board_first, points.board)
    alighting = (query.egress, points.alight_first, points.alight)
    if forward:
        starts, goals = _ends(*boarding), _ends(*alighting)
        way, opposite = window.forward, window.backward
        times = lanes.departure_by_place_s, lanes.departure_s, lanes.arrival_s
        cells = point_cells
        onward = changes.first, changes.to, changes.seconds, changes.walk_s
        backward = changes.back_first, changes.back_from, back[0]
        least_s = bounds.least_s[:, bounds.cell[goals.stop]]
        earliest = query.at_s - window.begin_s
    else:
        starts, goals = _ends(*alighting), _ends(*boarding)
        way, opposite = window.backward, window.forward
        times = lanes.arrival_by_place_s, lanes.arrival_s, lanes.departure_s
        cells = point_cells[::-1]
        onward = changes.back_first, changes.back_from, *back
        backward = changes.first, changes.to, changes.seconds
        least_s = bounds.least_s[bounds.cell[goals.stop]].T
        earliest = window.begin_s - query.at_s
    net = Network(
        lanes.lane, lanes.row_lane, *times, way.at_first, way.at, way.board, way.reach, way.goes_on,
        way.lane_goes_on, *onward,
        lanes.hop_s, opposite.at_first, opposite.at, opposite.goes_on, opposite.lane_goes_on, *backward,
        *cells, 1 if forward else -1,
    )  # fmt: skip
    reading = Reading(timetable, window, changes, forward, starts.stop.tolist(), starts.seconds.tolist())
    limit = earliest + range_s + HORIZON_S + 1
    if len(goals.stop):
        # Whole seconds below, so that shortened times never get too long.
        to_goal = (least_s * window.laid.slack).astype(np.int32) + goals.seconds
        least = to_goal.min(axis=1)
    else:
        least = np.zeros(len(bounds.least_s), dtype=np.int32)
    return Prepared(window, net, starts, goals, least, earliest, limit, reading)


def _ends(reach: Reach, first: Ints, extra: Ints) -> Ends:
    """All points of the stops."""
    counts = first[reach.stop + 1] - first[reach.stop]
    if not counts.any():
        return Ends(reach.stop, reach.seconds, reach.stop)
    more = [extra[first[stop] : first[stop + 1]] for stop in reach.stop.tolist()]
    return Ends(
        np.concatenate([reach.stop, *more]).astype(np.int32),
        np.concatenate([reach.seconds, np.repeat(reach.seconds, counts)]),
        np.concatenate([reach.stop, np.repeat(reach.stop, counts)]),
    )
