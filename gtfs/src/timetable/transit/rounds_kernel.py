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
from timetable.transit.compiled import AHEAD, compiled, fetch, inlined
from timetable.transit.network import (
    BEFORE,
    BEYOND_S,
    CALLS,
    CHANGE,
    ENTRY,
    FAR,
    FIRST_CALL,
    FIRST_ROW,
    FROM_PLACE,
    GET_ON,
    GOAL_S,
    HEADWAY_S,
    KNOWN,
    LANE,
    LAST_ON,
    LATEST,
    LEFT_S,
    MARK,
    MOST_BOARDINGS,
    PLACE,
    RIDDEN_PLACE,
    RIDDEN_ROW,
    ROW,
    ROWS,
    SEATED_ENTRY,
    SEATED_ROW,
    TIME,
    TIMES,
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
def is_useful(time: int, point: int, boardings: int, most: int, at: Table, best: Ints) -> bool:
    """Whether a label can still lead to an arrival before the best one with as few boardings.

    ``at`` has what is left to the goal (columns of points, see :mod:`timetable.transit.network`).
    """
    useful = boardings + KNOWN < most and time + at[point, BEYOND_S] < best[min(boardings + KNOWN, most - 1)]
    for further in range(min(KNOWN, most - boardings)):
        if time + at[point, LEFT_S + further] < best[boardings + further]:
            useful = True
            break
    return useful


@inlined
def fetch_lane(lane: Ints, place: int, sign: int, board: Ints, reach: Ints, board_times: Ints) -> None:
    """Fetch calls from a place on, and the middle of its departures, where one begins to look for a row."""
    at = place if sign > 0 else lane[CALLS] - 1 - place
    fetch(board, lane[FIRST_CALL] + at)
    fetch(reach, lane[FIRST_CALL] + at)
    fetch(board_times, lane[TIMES] + at * lane[ROWS] + lane[ROWS] // 2)


@inlined
def fetch_row(
    lane: Ints,
    place: int,
    sign: int,
    board: Ints,
    ready: Ints,
    board_times: Ints,
    reach_times: Ints,
    board_row_times: Ints,
) -> None:
    """Look for the row that one gets on first, and fetch its times from there on, and those of the row
    before.

    It is looked for again when it is the lane's turn; by then this takes hardly any time.
    """
    count, length = lane[ROWS], lane[CALLS]
    origin, call = lane[TIMES], lane[FIRST_CALL] + place
    if sign < 0:
        origin, call = origin + count * length - 1, lane[FIRST_CALL] + length - 1 - place
    if board[call] >= 0:
        row = first_row_from(board_times, origin + sign * place * count, sign, count, ready[board[call]])
        fetch(reach_times, origin + sign * (row * length + place + 1))
        fetch(board_row_times, origin + sign * ((row - 1) * length + place + 1))


@compiled
def _most_promising(labels: Labels, ready: Ints, marked: int, promising: int) -> int:
    """Leave so many points marked, those from which the goal may be reached first; return their count."""
    score = np.empty(marked, np.int32)
    for number in range(marked):
        point = labels.ready_list[number]
        left_s = labels.ready_at[point, LEFT_S + KNOWN - 1]
        if left_s == FAR:
            left_s = labels.ready_at[point, BEYOND_S] + UNKNOWN_S
        score[number] = ready[point] + left_s
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
    lanes: Table,
    row_lane: Ints,
    board_times: Ints,
    board_row_times: Ints,
    reach_times: Ints,
    at_first: Ints,
    at_list: Table,
    board: Ints,
    reach: Ints,
    goes_on: Ints,
    lane_goes_on: Bools,
    change_first: Ints,
    change_to: Ints,
    change_s: Ints,
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

    Labels are kept for every count of boardings only if ``by_boardings``. Where
    ``promising`` is not 0, no more points than that go on to the next round.
    """
    ready, there, entries, best = labels.ready, labels.there, labels.entries, labels.best
    seen, queue = labels.lane, labels.queue
    there_at, ready_at = labels.there_at, labels.ready_at
    queue_size, room = len(queue), len(entries)
    for boarding in range(most_boardings):
        layer, next_layer = 0, 0
        if by_boardings:
            layer, next_layer = boarding, min(boarding + 1, MOST_BOARDINGS - 1)
        head, tail = 0, 0
        for number in range(marked):
            if number + AHEAD < marked:
                fetch(at_list, at_first[labels.ready_list[number + AHEAD]])
            point = labels.ready_list[number]
            time = ready[layer, point]
            for at in range(at_first[point], at_first[point + 1]):
                if at_list[at, LATEST] < time:
                    continue
                lane, place = at_list[at, LANE], at_list[at, PLACE]
                if seen[lane, GET_ON] == FAR:
                    queue[tail] = lane
                    tail += 1
                    seen[lane, LAST_ON] = place
                seen[lane, GET_ON] = min(seen[lane, GET_ON], place)
                seen[lane, LAST_ON] = max(seen[lane, LAST_ON], place)
        if tail == 0:
            break
        # What takes fewer boardings counts for more as well.
        if by_boardings:
            if boarding > 0:
                _take_over(there[boarding - 1], there[boarding])
            _take_over(ready[boarding], ready[next_layer])
        reached, seated = 0, 0
        while head != tail:
            lane = queue[head]
            head = head + 1 if head + 1 < queue_size else 0
            if head + AHEAD < tail:
                soon = queue[head + AHEAD]
                fetch_lane(lanes[soon], seen[soon, GET_ON], sign, board, reach, board_times)
            if head + AHEAD // 2 < tail:
                soon = queue[head + AHEAD // 2]
                fetch_row(
                    lanes[soon], seen[soon, GET_ON], sign, board, ready[layer], board_times, reach_times,
                    board_row_times,
                )  # fmt: skip
            start, last = seen[lane, GET_ON], seen[lane, LAST_ON]
            seen[lane, GET_ON] = FAR
            row_count, length = lanes[lane, ROWS], lanes[lane, CALLS]
            origin, call_origin = lanes[lane, TIMES], lanes[lane, FIRST_CALL]
            if sign < 0:
                origin, call_origin = origin + row_count * length - 1, call_origin + length - 1
            row, entry, boarded, riding = row_count, -1, 0, False
            if seen[lane, SEATED_ROW] != FAR:
                row, entry, riding = seen[lane, SEATED_ROW], seen[lane, SEATED_ENTRY], True
            ridden_row, ridden_place = seen[lane, RIDDEN_ROW], seen[lane, RIDDEN_PLACE]
            new_row, new_place = ridden_row, ridden_place
            first_row, headway_s, limit = lanes[lane, FIRST_ROW], lanes[lane, HEADWAY_S], best[boarding]
            for place in range(start, length):
                if not riding and place > last:
                    break
                call = call_origin + sign * place
                earlier_until = FAR
                if riding and place > boarded:
                    point = reach[call]
                    time = sign * reach_times[origin + sign * (row * length + place)]
                    earlier_until = time - headway_s
                    if time >= limit:
                        riding = False
                    elif (
                        point >= 0
                        and time < there[layer, point]
                        and is_useful(time, point, boarding, most_boardings, there_at, best)
                    ):
                        if entry_count == room:
                            return -1
                        entries[entry_count, BEFORE] = entry
                        entries[entry_count, ROW] = (
                            first_row + row if sign > 0 else first_row + row_count - 1 - row
                        )
                        entries[entry_count, FROM_PLACE] = boarded
                        entries[entry_count, TO_PLACE] = place
                        entries[entry_count, TIME] = time
                        there[layer, point] = time
                        there_at[point, ENTRY] = entry_count
                        if there_at[point, GOAL_S] < FAR and time + there_at[point, GOAL_S] < limit:
                            limit = time + there_at[point, GOAL_S]
                            for later in range(boarding, MOST_BOARDINGS):
                                if best[later] <= limit:
                                    break
                                best[later] = limit
                                labels.best_entry[later] = entry_count
                        if there_at[point, MARK] == 0:
                            there_at[point, MARK] = 1
                            labels.there_list[reached] = point
                            reached += 1
                        entry_count += 1
                if place >= ridden_place and row >= ridden_row:
                    row, riding = ridden_row, False
                if place + 1 < length:
                    point = board[call]
                    if point >= 0 and labels.ready_marked[point]:
                        time, earlier = ready[layer, point], row
                        # Mostly the headway tells that the row before has left, or its own time does. Only
                        # if not, one looks through those of the place, which lie side by side as well.
                        before = origin + sign * ((row - 1) * length + place)
                        if time <= earlier_until and (
                            row == row_count or (row > 0 and sign * board_row_times[before] >= time)
                        ):
                            begin = origin + sign * place * row_count
                            earlier = first_row_from(board_times, begin, sign, row, time)
                        if earlier < row:
                            row, entry, boarded, riding = earlier, ready_at[point, ENTRY], place, True
                            fetch(reach_times, origin + sign * (row * length + place + 1))
                            fetch(board_row_times, origin + sign * ((row - 1) * length + place + 1))
                            if row < new_row or (row == new_row and place < new_place):
                                new_row, new_place = row, place
            seen[lane, RIDDEN_ROW], seen[lane, RIDDEN_PLACE] = new_row, new_place
            if riding and lane_goes_on[lane]:
                # A later vehicle of the lane may go where this one does not; all are still to be had here.
                for other in range(row, row_count):
                    here = first_row + other if sign > 0 else first_row + row_count - 1 - other
                    following = goes_on[here]
                    time = sign * reach_times[origin + sign * (other * length + length - 1)]
                    if time >= limit:
                        break
                    if following < 0:
                        continue
                    lane_on = row_lane[following]
                    row_on = following - lanes[lane_on, FIRST_ROW]
                    if sign < 0:
                        row_on = lanes[lane_on, ROWS] - 1 - row_on
                    if row_on >= seen[lane_on, SEATED_ROW]:
                        continue
                    if entry_count == room:
                        return -1
                    entries[entry_count, BEFORE] = entry
                    entries[entry_count, ROW] = here
                    entries[entry_count, FROM_PLACE] = boarded
                    entries[entry_count, TO_PLACE] = length - 1
                    entries[entry_count, TIME] = time
                    # What was tried in this round stays: vehicles of two lanes may take turns for ever.
                    if seen[lane_on, SEATED_ROW] == FAR:
                        labels.seated_list[seated] = lane_on
                        seated += 1
                    seen[lane_on, SEATED_ROW] = row_on
                    seen[lane_on, SEATED_ENTRY] = entry_count
                    entry_count += 1
                    if seen[lane_on, GET_ON] == FAR:
                        queue[tail] = lane_on
                        tail = tail + 1 if tail + 1 < queue_size else 0
                        seen[lane_on, LAST_ON] = -1
                    seen[lane_on, GET_ON] = 0
        for number in range(marked):
            labels.ready_marked[labels.ready_list[number]] = 0
        for number in range(seated):
            seen[labels.seated_list[number], SEATED_ROW] = FAR
        marked = 0
        last_round = boarding + 1 == most_boardings
        for number in range(reached):
            point = labels.there_list[number]
            there_at[point, MARK] = 0
            if last_round:
                continue
            if number + AHEAD < reached:
                soon = change_first[labels.there_list[number + AHEAD]]
                fetch(change_to, soon)
                fetch(change_s, soon)
            time, entry = there[layer, point], there_at[point, ENTRY]
            for change in range(change_first[point], change_first[point + 1]):
                to, then = change_to[change], time + change_s[change]
                if then >= ready[next_layer, to] or not is_useful(
                    then, to, boarding + 1, most_boardings, ready_at, best
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
                ready_at[to, ENTRY] = entry_count
                entry_count += 1
                if labels.ready_marked[to] == 0:
                    labels.ready_marked[to] = 1
                    labels.ready_list[marked] = to
                    marked += 1
        if 0 < promising < marked:
            marked = _most_promising(labels, ready[next_layer], marked, promising)
    for number in range(marked):
        labels.ready_marked[labels.ready_list[number]] = 0
    return entry_count
