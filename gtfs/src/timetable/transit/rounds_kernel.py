"""The search in rounds, forwards or backwards, for one or for many departures.

Rounds, patterns and the sweep over departures are those of Delling, Pajor and Werneck, "Round-Based Public
Transit Routing" (2015): round k boards for the k-th time. Backwards is forwards in a mirror: places of a
lane, its rows and all times are read in reverse, times negative, so that one kernel does both.

Labels are by count of boardings and point; a label with fewer boardings counts for more as well. Because only
what a round improved is looked at in the next one, how it came about is kept for that alone. How a label came
about is written to a log of entries, each with the number of the one before it. No part of a run is ridden
twice: what boards it later, or with more boardings, is no use.
"""

import numpy as np

from timetable.schedule import Bools, Ints
from timetable.transit.compiled import compiled, inlined
from timetable.transit.network import (
    BEFORE,
    CHANGE,
    FAR,
    FROM_PLACE,
    KNOWN,
    MOST_BOARDINGS,
    ROW,
    TIME,
    TO_PLACE,
    Labels,
    Table,
)

UNKNOWN_S = 1800
"""About so much later than cells tell is what needs more boardings than are known."""


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


@inlined
def is_useful(
    time: int, point: int, boardings: int, most: int, left: Table, beyond_s: int, best: Ints
) -> bool:
    """Whether a label can still lead to an arrival before the best one with as few boardings.

    ``left`` is what is left to the goal, by further boardings; ``beyond_s`` with any more.
    """
    useful = boardings + KNOWN < most and time + beyond_s < best[min(boardings + KNOWN, most - 1)]
    for further in range(min(KNOWN, most - boardings)):
        if time + left[point, further] < best[boardings + further]:
            useful = True
            break
    return useful


@compiled
def _most_promising(
    labels: Labels, ready: Ints, board_cell: Ints, least_s: Ints, marked: int, promising: int
) -> int:
    """Leave so many points marked, those from which the goal may be reached first; return their count."""
    score = np.empty(marked, np.int32)
    for number in range(marked):
        point = labels.ready_list[number]
        left_s = labels.ready_left[point, KNOWN - 1]
        score[number] = ready[point] + (left_s if left_s < FAR else least_s[board_cell[point]] + UNKNOWN_S)
    worst = np.partition(score, promising - 1)[promising - 1]
    kept = 0
    for number in range(marked):
        point = labels.ready_list[number]
        if score[number] <= worst and kept < promising:
            labels.ready_list[kept] = point
            kept += 1
        else:
            labels.ready_marked[point] = 0
    return kept


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
    lane_goes_on: Bools,
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
    by_boardings: bool,
    promising: int,
) -> int:
    """Search on from the marked points in ``labels.ready``; return the count of entries, -1 if they are too
    many.

    ``least_s`` has by cell, and the cells are by point, the least seconds to the goal with more boardings
    than are known. Labels are kept for every count of boardings only if ``by_boardings``. Where
    ``promising`` is not 0, no more points than that go on to the next round.
    """
    ready, there, entries, best = labels.ready, labels.there, labels.entries, labels.best
    lane_place, queue, goal_s = labels.lane_place, labels.queue, labels.goal_s
    there_left, ready_left = labels.there_left, labels.ready_left
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
        layer, next_layer = 0, 0
        if by_boardings:
            layer, next_layer = boarding, min(boarding + 1, MOST_BOARDINGS - 1)
            if boarding > 0:
                _take_over(there[boarding - 1], there[boarding])
            _take_over(ready[boarding], ready[next_layer])
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
            row, entry, boarded, riding = row_count, -1, 0, False
            if labels.seated_row[lane] != FAR:
                row, entry, riding = labels.seated_row[lane], labels.seated_entry[lane], True
            ridden_row, ridden_place = labels.ridden_row[lane], labels.ridden_place[lane]
            new_row, new_place = ridden_row, ridden_place
            limit = best[boarding]
            for place in range(start, length):
                call = call_origin + sign * place
                point = reach[call]
                if riding and point >= 0 and place > boarded:
                    time = sign * reach_times[origin + sign * (row * length + place)]
                    if time < there[layer, point] and is_useful(
                        time, point, boarding, most_boardings, there_left, least_s[reach_cell[point]], best
                    ):
                        if entry_count == room:
                            return -1
                        entries[entry_count, BEFORE] = entry
                        entries[entry_count, ROW] = (
                            lanes_first[lane] + row if sign > 0 else lanes_first[lane + 1] - 1 - row
                        )
                        entries[entry_count, FROM_PLACE] = boarded
                        entries[entry_count, TO_PLACE] = place
                        entries[entry_count, TIME] = time
                        there[layer, point] = time
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
                if place >= ridden_place and row >= ridden_row:
                    row, riding = ridden_row, False
                if place + 1 < length:
                    point = board[call]
                    if point >= 0 and labels.ready_marked[point]:
                        time = ready[layer, point]
                        # Departures of one place lie side by side: a lane's fit into a few cache lines.
                        begin = origin + sign * place * row_count
                        if row > 0 and sign * board_times[begin + sign * (row - 1)] >= time:
                            row = first_row_from(board_times, begin, sign, row - 1, time)
                            entry, boarded, riding = labels.ready_entry[point], place, True
                            if row < new_row or (row == new_row and place < new_place):
                                new_row, new_place = row, place
            labels.ridden_row[lane], labels.ridden_place[lane] = new_row, new_place
            if riding and lane_goes_on[lane]:
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
            time, entry = there[layer, point], labels.there_entry[point]
            for change in range(change_first[point], change_first[point + 1]):
                to, then = change_to[change], time + change_s[change]
                if then >= ready[next_layer, to] or not is_useful(
                    then, to, boarding + 1, most_boardings, ready_left, least_s[board_cell[to]], best
                ):
                    continue
                if entry_count == room:
                    return -1
                entries[entry_count, BEFORE] = entry
                entries[entry_count, ROW] = CHANGE
                entries[entry_count, FROM_PLACE] = change
                entries[entry_count, TO_PLACE] = 0
                entries[entry_count, TIME] = then
                ready[next_layer, to] = then
                labels.ready_entry[to] = entry_count
                entry_count += 1
                if labels.ready_marked[to] == 0:
                    labels.ready_marked[to] = 1
                    labels.ready_list[marked] = to
                    marked += 1
        if 0 < promising < marked:
            marked = _most_promising(labels, ready[next_layer], board_cell, least_s, marked, promising)
    for number in range(marked):
        labels.ready_marked[labels.ready_list[number]] = 0
    return entry_count
