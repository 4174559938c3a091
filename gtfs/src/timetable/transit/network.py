"""What the kernels of a search read, and the memory they work in."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from timetable.schedule import Bools, Ints

MOST_BOARDINGS = 8
FAR = 2**30
"""A time after all times, and more seconds than any way takes."""
KNOWN = 3
"""For fewer further boardings than this it is known for every point what is left to the goal at least."""
START, CHANGE = -2, -1
"""In the place of an entry's row: at the start, and by a change."""
BEFORE, ROW, FROM_PLACE, TO_PLACE, TIME = range(5)
"""Columns of an entry: number of the entry before it or -1; row, ``START`` or ``CHANGE``; place of boarding,
or number of the start or change; place of getting off; mirrored time."""

ENTRY, MARK, GOAL_S, BEYOND_S, LEFT_S = range(5)
"""Columns of what is known of a point beside its times. They lie together since they are asked for together:
one cache line instead of five."""
POINT_COLUMNS = 8

FIRST_ROW, ROWS, TIMES, FIRST_CALL, CALLS, HEADWAY_S = range(6)
"""Columns of a lane: its first row and their count, where its times begin, its first call and their count,
and the least seconds at any place from where a row leaves to where the next one comes."""
LANE_COLUMNS = 8
LANE, PLACE, LATEST = range(3)
"""Columns of what calls at a point: a lane, its place counted in the direction, and the mirrored time of the
last row there."""
GET_ON, LAST_ON, RIDDEN_ROW, RIDDEN_PLACE, SEATED_ROW, SEATED_ENTRY = range(6)
"""Columns of what a search knows of a lane: the first and the last place to get on in this round; this row
and all later ones were ridden on from this place; who comes from another lane without getting off."""

Table = npt.NDArray[np.int32]
Marks = npt.NDArray[np.uint8]


class Network(NamedTuple):
    """A window and the changes, as one direction of search reads them.

    ``hop_s`` (calls) is the least that a lane takes from a call to the next one. By point to reach,
    ``until`` lists the lanes that call there, places counted from the far end; ``comes_from`` (rows) and
    ``lane_comes_from`` tell where vehicles come from, ``change_back_first``, ``change_from`` and
    ``change_back_s`` list the changes by point to board. Times of boarding are there twice: by place, and by
    row.
    """

    lane: Table
    row_lane: Ints
    board_times: Ints
    board_row_times: Ints
    reach_times: Ints
    at_first: Ints
    at: Table
    board: Ints
    reach: Ints
    goes_on: Ints
    lane_goes_on: Bools
    change_first: Ints
    change_to: Ints
    change_s: Ints
    change_walk_s: Ints
    hop_s: Ints
    until_first: Ints
    until: Table
    comes_from: Ints
    lane_comes_from: Bools
    change_back_first: Ints
    change_from: Ints
    change_back_s: Ints
    reach_cell: Ints
    board_cell: Ints
    sign: int


class Labels(NamedTuple):
    """Working memory of one search at a time.

    ``ready`` (``MOST_BOARDINGS``, points to board), by boardings so far; ``there`` (``MOST_BOARDINGS``,
    points to reach), by boardings less one; where only one departure is asked about, all are kept in their
    first row. ``ready_at`` and ``there_at`` (points, ``POINT_COLUMNS``), what else is known of each: the
    ``ENTRY`` of what the round before improved, which is in ``ready_list`` or ``there_list``; the least that
    is left to the goal, from column ``LEFT_S`` on by boardings after those of the label (for ``ready_at``,
    after the next one), and ``BEYOND_S`` with ``KNOWN`` or more, ``FAR`` where that is no way; and only in
    ``there_at`` whether it is in the list, ``MARK``, and ``GOAL_S``, the seconds from there to the goal.
    ``ready_marked`` is apart: it is asked for at every place that somebody rides through.
    ``lane`` (lanes, ``LANE_COLUMNS``), ``queue`` (lanes and one more), ``seated_list`` (lanes).
    ``entries`` (room, 5). ``best`` and ``best_entry`` (``MOST_BOARDINGS``): at the goal.
    """

    ready: Table
    ready_at: Table
    ready_marked: Marks
    ready_list: Ints
    there: Table
    there_at: Table
    there_list: Ints
    lane: Table
    queue: Ints
    seated_list: Ints
    entries: Table
    best: Ints
    best_entry: Ints
