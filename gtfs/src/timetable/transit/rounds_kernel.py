"""The search in rounds, forwards or backwards, for one or for many departures.

Rounds, patterns and the sweep over departures are those of Delling, Pajor and Werneck, "Round-Based Public
Transit Routing" (2015): round k boards for the k-th time. Backwards is forwards in a mirror: places of a
lane, its rows and all times are read in reverse, times negative, so that one kernel does both.

Labels are by count of boardings and point; a label with fewer boardings counts for more as well. Because only
what a round improved is looked at in the next one, how it came about is kept for that alone. How a label came
about is written to a log of entries, each with the number of the one before it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from timetable.schedule import Ints
from timetable.transit.compiled import compiled, inlined

MOST_BOARDINGS = 8
FAR = 2**30
"""A time after all times."""
START, CHANGE = -2, -1
"""In the place of an entry's row: at the start, and by a change."""
BEFORE, ROW, FROM_PLACE, TO_PLACE, TIME = range(5)
"""Columns of an entry: number of the entry before it or -1; row, ``START`` or ``CHANGE``; place of boarding,
or number of the start or change; place of getting off; mirrored time."""

Table = npt.NDArray[np.int32]
Marks = npt.NDArray[np.uint8]


class Labels(NamedTuple):
    """Working memory of one search at a time.

    ``ready`` (``MOST_BOARDINGS``, points to board), by boardings so far; ``there`` (``MOST_BOARDINGS``,
    points to reach), by boardings less one; ``ready_entry``, ``there_entry``, of what the round before
    improved, which is ``ready_marked`` and ``ready_list``, ``there_marked`` and ``there_list``.
    ``lane_place``, ``queue`` (one more), ``seated_row``, ``seated_entry``, ``seated_list`` (lanes).
    ``goal_s`` (points to reach), seconds from there to the goal or ``FAR``. ``entries`` (room, 5). ``best``
    and ``best_entry`` (``MOST_BOARDINGS``): at the goal.
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
    goal_s: Ints
    entries: Table
    best: Ints
    best_entry: Ints


@inlined
def first_row_from(times: Ints, begin: int, sign: int, high: int, ready: int) -> int:
    """The first of rows 0 to ``high - 1`` of a place that leaves at ``ready`` or later; ``high`` if none."""
    low = 0
    while low < high:
        middle = (low + high) // 2
        if sign * times[begin + sign * middle] >= ready:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def _take_over(fewer: Ints, more: Ints) -> None:
    for point in range(len(more)):
        more[point] = min(more[point], fewer[point])


@compiled
def search_rounds(  # noqa: C901, PLR0912, PLR0915 - one round in one piece: nothing is handed over inside
    lanes_first: Ints,
    lanes_times: Ints,
    call_first: Ints,
    call_end: Ints,
    row_lane: Ints,
    board_times: Ints,
    reach_times: Ints,
    at_first: Ints,
    at_lane: Ints,
    at_place: Ints,
    board: Ints,
    reach: Ints,
    goes_on: Ints,
    lane_goes_on: npt.NDArray[np.bool_],
    change_first: Ints,
    change_to: Ints,
    change_s: Ints,
    reach_cell: Ints,
    board_cell: Ints,
    least_s: Ints,
    labels: Labels,
    sign: int,
    most_boardings: int,
    marked: int,
    entry_count: int,
) -> int:
    """Search on from the marked points in ``labels.ready``; return the count of entries, -1 if they are too
    many. ``least_s`` has by cell, and the cells are by point, the least seconds to the goal.
    """
    ready, there, entries, best = labels.ready, labels.there, labels.entries, labels.best
    lane_place, queue, goal_s = labels.lane_place, labels.queue, labels.goal_s
    queue_size, room = len(queue), len(entries)
    for boarding in range(most_boardings):
        head, tail = 0, 0
        for number in range(marked):
            point = labels.ready_list[number]
            for at in range(at_first[point], at_first[point + 1]):
                lane = at_lane[at]
                if lane_place[lane] == FAR:
                    queue[tail] = lane
                    tail += 1
                lane_place[lane] = min(lane_place[lane], at_place[at])
        if tail == 0:
            break
        # What takes fewer boardings counts for more as well.
        if boarding > 0:
            _take_over(there[boarding - 1], there[boarding])
        if boarding + 1 < MOST_BOARDINGS:
            _take_over(ready[boarding], ready[boarding + 1])
        reached, seated = 0, 0
        while head != tail:
            lane = queue[head]
            head = head + 1 if head + 1 < queue_size else 0
            start = lane_place[lane]
            lane_place[lane] = FAR
            row_count = lanes_first[lane + 1] - lanes_first[lane]
            length = call_end[lane] - call_first[lane]
            if sign > 0:
                origin, call_origin = lanes_times[lane], call_first[lane]
            else:
                origin, call_origin = lanes_times[lane] + row_count * length - 1, call_end[lane] - 1
            row, entry, boarded = row_count, -1, 0
            if labels.seated_row[lane] != FAR:
                row, entry = labels.seated_row[lane], labels.seated_entry[lane]
            limit = best[boarding]
            for place in range(start, length):
                call = call_origin + sign * place
                point = reach[call]
                if row < row_count and point >= 0 and place > boarded:
                    time = sign * reach_times[origin + sign * (row * length + place)]
                    if time < there[boarding, point] and time + least_s[reach_cell[point]] < limit:
                        if entry_count == room:
                            return -1
                        entries[entry_count, BEFORE] = entry
                        entries[entry_count, ROW] = (
                            lanes_first[lane] + row if sign > 0 else lanes_first[lane + 1] - 1 - row
                        )
                        entries[entry_count, FROM_PLACE] = boarded
                        entries[entry_count, TO_PLACE] = place
                        entries[entry_count, TIME] = time
                        there[boarding, point] = time
                        labels.there_entry[point] = entry_count
                        if goal_s[point] < FAR and time + goal_s[point] < limit:
                            limit = time + goal_s[point]
                            for later in range(boarding, MOST_BOARDINGS):
                                if best[later] <= limit:
                                    break
                                best[later] = limit
                                labels.best_entry[later] = entry_count
                        if labels.there_marked[point] == 0:
                            labels.there_marked[point] = 1
                            labels.there_list[reached] = point
                            reached += 1
                        entry_count += 1
                if place + 1 < length:
                    point = board[call]
                    if point >= 0 and labels.ready_marked[point]:
                        time = ready[boarding, point]
                        # Departures of one place lie side by side: a lane's fit into a few cache lines.
                        begin = origin + sign * place * row_count
                        if row > 0 and sign * board_times[begin + sign * (row - 1)] >= time:
                            row = first_row_from(board_times, begin, sign, row - 1, time)
                            entry, boarded = labels.ready_entry[point], place
            if row < row_count and lane_goes_on[lane]:
                # A later vehicle of the lane may go where this one does not; all are still to be had here.
                for other in range(row, row_count):
                    here = lanes_first[lane] + other if sign > 0 else lanes_first[lane + 1] - 1 - other
                    following = goes_on[here]
                    time = sign * reach_times[origin + sign * (other * length + length - 1)]
                    if time >= limit:
                        break
                    if following < 0:
                        continue
                    lane_on = row_lane[following]
                    if sign > 0:
                        row_on = following - lanes_first[lane_on]
                    else:
                        row_on = lanes_first[lane_on + 1] - 1 - following
                    if row_on >= labels.seated_row[lane_on]:
                        continue
                    if entry_count == room:
                        return -1
                    entries[entry_count, BEFORE] = entry
                    entries[entry_count, ROW] = here
                    entries[entry_count, FROM_PLACE] = boarded
                    entries[entry_count, TO_PLACE] = length - 1
                    entries[entry_count, TIME] = time
                    # What was tried in this round stays: vehicles of two lanes may take turns for ever.
                    if labels.seated_row[lane_on] == FAR:
                        labels.seated_list[seated] = lane_on
                        seated += 1
                    labels.seated_row[lane_on] = row_on
                    labels.seated_entry[lane_on] = entry_count
                    entry_count += 1
                    if lane_place[lane_on] == FAR:
                        queue[tail] = lane_on
                        tail = tail + 1 if tail + 1 < queue_size else 0
                    lane_place[lane_on] = 0
        for number in range(marked):
            labels.ready_marked[labels.ready_list[number]] = 0
        for number in range(seated):
            labels.seated_row[labels.seated_list[number]] = FAR
        marked = 0
        last_round = boarding + 1 == most_boardings
        for number in range(reached):
            point = labels.there_list[number]
            labels.there_marked[point] = 0
            if last_round:
                continue
            time, entry = there[boarding, point], labels.there_entry[point]
            for change in range(change_first[point], change_first[point + 1]):
                to, then = change_to[change], time + change_s[change]
                if then >= ready[boarding + 1, to] or then + least_s[board_cell[to]] >= best[boarding + 1]:
                    continue
                if entry_count == room:
                    return -1
                entries[entry_count, BEFORE] = entry
                entries[entry_count, ROW] = CHANGE
                entries[entry_count, FROM_PLACE] = change
                entries[entry_count, TO_PLACE] = 0
                entries[entry_count, TIME] = then
                ready[boarding + 1, to] = then
                labels.ready_entry[to] = entry_count
                entry_count += 1
                if labels.ready_marked[to] == 0:
                    labels.ready_marked[to] = 1
                    labels.ready_list[marked] = to
                    marked += 1
    for number in range(marked):
        labels.ready_marked[labels.ready_list[number]] = 0
    return entry_count
