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

Table = npt.NDArray[np.int32]
Marks = npt.NDArray[np.uint8]


class Network(NamedTuple):
    """A window and the changes, as one direction of search reads them.

    ``hop_s`` (calls) is the least that a lane takes from a call to the next one. By point to reach,
    ``until_lane`` and ``until_place`` list the lanes that call there, places counted from the far end;
    ``comes_from`` (rows) and ``lane_comes_from`` tell where vehicles come from, ``change_back_first``,
    ``change_from`` and ``change_back_s`` list the changes by point to board.
    """

    lanes_first: Ints
    lanes_times: Ints
    call_first: Ints
    call_end: Ints
    row_lane: Ints
    board_times: Ints
    reach_times: Ints
    at_first: Ints
    at_lane: Ints
    at_place: Ints
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
    until_lane: Ints
    until_place: Ints
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
    first row. ``ready_entry``, ``there_entry``, of what the round before improved, which is ``ready_marked``
    and ``ready_list``, ``there_marked`` and ``there_list``.
    ``lane_place``, ``queue`` (one more), ``seated_row``, ``seated_entry``, ``seated_list`` (lanes).
    ``ridden_row``, ``ridden_place`` (lanes): this row and all later ones were ridden on from this place.
    ``goal_s`` (points to reach), seconds from there to the goal or ``FAR``. ``entries`` (room, 5). ``best``
    and ``best_entry`` (``MOST_BOARDINGS``): at the goal. ``there_left`` (points to reach, ``KNOWN``), the
    least seconds to the goal with up to so many further boardings, and ``ready_left`` (points to board,
    ``KNOWN``) with up to so many after the next one; ``FAR`` where that is not enough.
    """

    ready: Table
    ready_entry: Ints
    there: Table
    there_entry: Ints
    ready_marked: Marks
    ready_list: Ints
    there_marked: Marks
    there_list: Ints
    lane_place: Ints
    queue: Ints
    seated_row: Ints
    seated_entry: Ints
    seated_list: Ints
    ridden_row: Ints
    ridden_place: Ints
    goal_s: Ints
    entries: Table
    best: Ints
    best_entry: Ints
    there_left: Table
    ready_left: Table
