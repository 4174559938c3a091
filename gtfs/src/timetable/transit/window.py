"""A stretch of time cut out of a timetable: all runs under way in it, in lanes, for searches in both
directions.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from timetable.schedule import NONE, Bools, Ints
from timetable.transit.compact import Timetable
from timetable.transit.network import (
    CALLS,
    FIRST_CALL,
    FIRST_ROW,
    HEADWAY_S,
    LANE_COLUMNS,
    ROWS,
    TIMES,
    Table,
)
from timetable.transit.overlay import Laid
from timetable.transit.window_kernel import (
    chosen_runs,
    copied_times,
    into_lanes,
    lanes_at_points,
    least_headways,
    quickest_hops,
    seated_links,
)

DAY_S = 86_400
ACCESSIBLE, INACCESSIBLE = 1, 2


@dataclass(frozen=True, slots=True)
class Filter:
    """What a passenger needs.

    Parameters
    ----------
    wheelchair
        Only vehicles that the feed calls accessible, at stops that it does not call inaccessible, and no
        stairs.
    bike
        Only trips on which the feed allows bicycles.
    """

    wheelchair: bool = False
    bike: bool = False


class Lanes(NamedTuple):
    """What the kernels read, besides what differs by direction.

    ``lane`` (lanes, ``LANE_COLUMNS``), see :mod:`timetable.transit.network`; times of a lane are there row by
    row, and once more place by place. ``row_lane`` (rows). ``hop_s`` (calls) is the least that any row takes
    to the next call.
    """

    lane: Table
    row_lane: Ints
    arrival_s: Ints
    departure_s: Ints
    arrival_by_place_s: Ints
    departure_by_place_s: Ints
    hop_s: Ints


class Direction(NamedTuple):
    """What differs by direction: which point is boarded, which reached, and what follows a row seated.

    ``at_first`` (points to board at + 1) and ``at`` tell which lanes call at a point. ``board`` and ``reach``
    (calls), points or ``NONE``. ``goes_on`` (rows); ``lane_goes_on`` (lanes), whether any of its rows does.
    """

    at_first: Ints
    at: Table
    board: Ints
    reach: Ints
    goes_on: Ints
    lane_goes_on: Bools


@dataclass(frozen=True)
class Window:
    """All runs under way from ``begin`` to ``end_s`` seconds later.

    Parameters
    ----------
    begin_s
        Unix seconds; times in the lanes count from there.
    row_run, row_day
        By row, its run and the number of its service day after ``days[0]``; runs that realtime added have
        numbers after those of the timetable, in the order of ``laid``.
    """

    begin_s: int
    end_s: int
    days: tuple[date, ...]
    lanes: Lanes
    forward: Direction
    backward: Direction
    lane_pattern: Ints
    row_run: Ints
    row_day: Ints
    laid: Laid


def day_start_s(zone: str, day: date) -> int:
    """When clocks of a service day count from, Unix seconds: noon minus twelve hours."""
    noon = datetime.combine(day, time(12), ZoneInfo(zone))
    return int(noon.timestamp()) - DAY_S // 2


def cut_window(timetable: Timetable, begin_s: int, end_s: int, needs: Filter, laid: Laid) -> Window:
    """Cut a window.

    Parameters
    ----------
    begin_s, end_s
        Unix seconds.
    needs
        Runs and stops that do not fit are left out.
    laid
        What realtime laid over the timetable.
    """
    zones = timetable.zones
    first = datetime.fromtimestamp(begin_s, ZoneInfo("UTC")).date()
    before = -(-(timetable.longest_s + DAY_S) // DAY_S)
    count = before + 2 + -(-(end_s - begin_s) // DAY_S)
    days = tuple(first + timedelta(number - before) for number in range(count))
    starts = np.array([[day_start_s(zone, day) - begin_s for day in days] for zone in zones])
    # Days that are too far away to matter would not fit into 32 bits.
    useful = ((starts < end_s - begin_s) & (starts + timetable.longest_s + DAY_S >= 0)).any(axis=0)
    useful |= np.isin([day.toordinal() for day in days], laid.day_ordinal)
    days = tuple(day for day, keep in zip(days, useful, strict=True) if keep)
    starts = np.ascontiguousarray(starts[:, useful].astype(np.int32))
    columns = [(day - timetable.first_day).days for day in days]
    last = timetable.runs_on.shape[1]
    day_column = np.array([column if 0 <= column < last else NONE for column in columns], dtype=np.int32)
    trip_fits = _fitting_trips(timetable, needs)
    changed = laid.changed_on(days, len(timetable.runs.trip))
    counts, run, day = chosen_runs(
        timetable.patterns.run_first, timetable.run_service, timetable.run_zone, timetable.runs_on,
        day_column, starts, timetable.runs.times_first, timetable.runs.arrival_s, timetable.runs.departure_s,
        trip_fits, timetable.runs.trip, changed, end_s - begin_s,
    )  # fmt: skip
    return _assembled(
        timetable, begin_s, end_s - begin_s, days, starts, day_column, needs, laid, counts, run, day
    )


def _assembled(
    timetable: Timetable,
    begin_s: int,
    length_s: int,
    days: tuple[date, ...],
    starts: Ints,
    day_column: Ints,
    needs: Filter,
    laid: Laid,
    counts: Ints,
    run: Ints,
    day: Ints,
) -> Window:
    patterns = timetable.patterns
    row_times = timetable.runs.times_first[run]
    row_shift_s = starts[timetable.run_zone[run], day]
    arrival_s, departure_s = timetable.runs.arrival_s, timetable.runs.departure_s
    first, board, reach = patterns.first, patterns.board, patterns.alight
    if laid.run_count:
        extra = laid.rows(days, starts, _fitting_trips(timetable, needs), needs.wheelchair or needs.bike)
        known = np.repeat(np.arange(len(counts) - 1, dtype=np.int32), np.diff(counts))
        pattern = np.concatenate([known, extra.pattern])
        merged = np.argsort(pattern, kind="stable")
        run = np.concatenate([run, extra.run])[merged]
        day = np.concatenate([day, extra.day])[merged]
        row_times = np.concatenate([row_times, extra.times + len(arrival_s)])[merged]
        row_shift_s = np.concatenate([row_shift_s, extra.shift_s])[merged]
        arrival_s = np.concatenate([arrival_s, laid.arrival_s])
        departure_s = np.concatenate([departure_s, laid.departure_s])
        first = np.concatenate([first, first[-1] + laid.pattern_first[1:]], dtype=np.int32)
        board = np.concatenate([board, laid.board])
        reach = np.concatenate([reach, laid.alight])
        counts = np.searchsorted(pattern[merged], np.arange(len(first))).astype(np.int32)
    order, lane_pattern, lane_first = into_lanes(
        first, counts, row_times, row_shift_s, arrival_s, departure_s
    )
    lane_times, arrivals, departures, arrivals_by_place, departures_by_place = copied_times(
        order, lane_pattern, lane_first, first, row_times, row_shift_s, arrival_s, departure_s
    )
    row_lane = np.repeat(np.arange(len(lane_pattern), dtype=np.int32), np.diff(lane_first))
    if needs.wheelchair:
        board, reach = (_step_free(points, of, timetable) for points, of in (
            (board, timetable.points.board_stop), (reach, timetable.points.alight_stop)
        ))  # fmt: skip
    runs = timetable.runs
    after, before = seated_links(
        order, run, day, row_lane, lane_pattern, lane_first, lane_times, first, arrivals, departures,
        runs.next_first, runs.next_run, runs.next_seated, timetable.runs_on, timetable.run_service,
        day_column,
    )  # fmt: skip

    def direction(boarded: Ints, reached: Ints, stops: Ints, goes_on: Ints, *, forward: bool) -> Direction:
        lane_goes_on = np.zeros(len(lane_pattern), dtype=np.bool_)
        lane_goes_on[row_lane[goes_on != NONE]] = True
        by_place = departures_by_place if forward else arrivals_by_place
        at = lanes_at_points(
            lane_pattern, lane_first, lane_times, first, by_place, boarded, len(stops), forward
        )
        return Direction(*at, boarded, reached, goes_on, lane_goes_on)

    lanes = np.zeros((len(lane_pattern), LANE_COLUMNS), dtype=np.int32)
    lanes[:, FIRST_ROW], lanes[:, ROWS] = lane_first[:-1], np.diff(lane_first)
    lanes[:, TIMES] = lane_times[:-1]
    lanes[:, FIRST_CALL] = first[lane_pattern]
    lanes[:, CALLS] = first[lane_pattern + 1] - first[lane_pattern]
    lanes[:, HEADWAY_S] = least_headways(lane_first, lane_times, arrivals_by_place, departures_by_place)
    points = timetable.points
    return Window(
        begin_s, length_s, days,
        Lanes(
            lanes, row_lane, arrivals, departures, arrivals_by_place, departures_by_place,
            quickest_hops(
                lane_pattern, lane_first, lane_times, first, arrivals_by_place, departures_by_place
            ),
        ),
        direction(board, reach, points.board_stop, after, forward=True),
        direction(reach, board, points.alight_stop, before, forward=False),
        lane_pattern, run[order], day[order], laid,
    )  # fmt: skip


def _fitting_trips(timetable: Timetable, needs: Filter) -> Bools:
    fits = np.ones(len(timetable.trips.route), dtype=np.bool_)
    if needs.wheelchair:
        fits &= timetable.trips.wheelchair == ACCESSIBLE
    if needs.bike:
        fits &= timetable.trips.bikes == ACCESSIBLE
    return fits


def _step_free(points: Ints, stops: Ints, timetable: Timetable) -> Ints:
    """The same points without those at stops that wheelchairs cannot use."""
    closed = timetable.stops.wheelchair[stops] == INACCESSIBLE
    return np.where((points >= 0) & ~closed[points], points, np.int32(NONE))
