"""What is left to the goal at least, by further boardings and whatever the time: what a search leaves places
out by.

It is worked out for each question in rounds as the search itself has them, from the goal towards the start,
with every hop as quick as the quickest of its lane and nobody ever waiting. Few rounds are enough: what needs
more boardings than they know of lies far from the goal, where cells tell enough.
"""

from timetable.schedule import Ints
from timetable.transit.compiled import AHEAD, compiled, fetch
from timetable.transit.network import (
    CALLS,
    FAR,
    FIRST_CALL,
    FIRST_ROW,
    KNOWN,
    LANE,
    LEFT_S,
    MARK,
    PLACE,
    ROWS,
    Labels,
    Network,
)

GET_OFF, SEATED_S = range(2)
"""Columns of what is known of a lane: the last place to get off in this round, and the least that is left
from its end for who stays seated."""


@compiled
def remaining_to_goal(  # noqa: C901, PLR0912, PLR0915 - rounds in one piece, as the search has them
    net: Network, labels: Labels, goal_point: Ints, goal_s: Ints
) -> bool:
    """Fill in ``labels.there_at`` and ``labels.ready_at`` what is left with up to ``KNOWN`` boardings.

    So far nothing may be known of it, and no point be marked; none is afterwards. The other memory of
    ``labels`` is used and left with no meaning.

    Returns
    -------
    bool
        Whether points that were not reached may reach the goal with more boardings.
    """
    there_at, ready_at = labels.there_at, labels.ready_at
    lanes, row_lane, seen = net.lane, net.row_lane, labels.lane
    board, reach, hop_s, sign = net.board, net.reach, net.hop_s, net.sign
    at_first, at_list = net.until_first, net.until
    comes_from, lane_comes_from = net.comes_from, net.lane_comes_from
    change_first, change_from, change_s = net.change_back_first, net.change_from, net.change_back_s
    queue, queue_size = labels.queue, len(labels.queue)
    there_list, ready_list, ready_marked = labels.there_list, labels.ready_list, labels.ready_marked
    seen[:, GET_OFF] = -1
    seen[:, SEATED_S] = FAR
    reached = 0
    for number in range(len(goal_point)):
        point = goal_point[number]
        for further in range(KNOWN):
            there_at[point, LEFT_S + further] = min(there_at[point, LEFT_S + further], goal_s[number])
        if there_at[point, MARK] == 0:
            there_at[point, MARK] = 1
            there_list[reached] = point
            reached += 1
    for further in range(KNOWN):
        head, tail = 0, 0
        for number in range(reached):
            if number + AHEAD < reached:
                fetch(at_list, at_first[there_list[number + AHEAD]])
            point = there_list[number]
            there_at[point, MARK] = 0
            for at in range(at_first[point], at_first[point + 1]):
                lane = at_list[at, LANE]
                if seen[lane, GET_OFF] < 0:
                    queue[tail] = lane
                    tail += 1
                # Places are counted from the other end here.
                place = lanes[lane, CALLS] - 1 - at_list[at, PLACE]
                seen[lane, GET_OFF] = max(seen[lane, GET_OFF], place)
        readied = 0
        while head != tail:
            lane = queue[head]
            head = head + 1 if head + 1 < queue_size else 0
            if head + AHEAD < tail:
                soon = queue[head + AHEAD]
                soon_place = seen[soon, GET_OFF] if sign > 0 else lanes[soon, CALLS] - 1 - seen[soon, GET_OFF]
                soon_call = lanes[soon, FIRST_CALL] + soon_place
                fetch(board, soon_call)
                fetch(reach, soon_call)
                fetch(hop_s, soon_call)
            start, length = seen[lane, GET_OFF], lanes[lane, CALLS]
            seen[lane, GET_OFF] = -1
            origin = lanes[lane, FIRST_CALL] if sign > 0 else lanes[lane, FIRST_CALL] + length - 1
            seconds = seen[lane, SEATED_S] if start + 1 == length else FAR
            for place in range(start, -1, -1):
                call = origin + sign * place
                point = board[call]
                if point >= 0 and seconds < ready_at[point, LEFT_S + further]:
                    for more in range(further, KNOWN):
                        ready_at[point, LEFT_S + more] = seconds
                    if ready_marked[point] == 0:
                        ready_marked[point] = 1
                        ready_list[readied] = point
                        readied += 1
                point = reach[call]
                if point >= 0:
                    seconds = min(seconds, there_at[point, LEFT_S + further])
                if place > 0:
                    seconds = min(FAR, seconds + hop_s[call - 1 if sign > 0 else call])
            if lane_comes_from[lane]:
                first_row = lanes[lane, FIRST_ROW]
                for row in range(first_row, first_row + lanes[lane, ROWS]):
                    if comes_from[row] < 0:
                        continue
                    before = row_lane[comes_from[row]]
                    if seconds >= seen[before, SEATED_S]:
                        continue
                    seen[before, SEATED_S] = seconds
                    if seen[before, GET_OFF] < 0:
                        queue[tail] = before
                        tail = tail + 1 if tail + 1 < queue_size else 0
                    seen[before, GET_OFF] = lanes[before, CALLS] - 1
        for number in range(readied):
            ready_marked[ready_list[number]] = 0
        if readied == 0:
            return False
        if further + 1 == KNOWN:
            break
        reached = 0
        for number in range(readied):
            if number + AHEAD < readied:
                soon = change_first[ready_list[number + AHEAD]]
                fetch(change_from, soon)
                fetch(change_s, soon)
            point = ready_list[number]
            for change in range(change_first[point], change_first[point + 1]):
                start, seconds = change_from[change], ready_at[point, LEFT_S + further] + change_s[change]
                if seconds >= there_at[start, LEFT_S + further + 1]:
                    continue
                for more in range(further + 1, KNOWN):
                    there_at[start, LEFT_S + more] = seconds
                if there_at[start, MARK] == 0:
                    there_at[start, MARK] = 1
                    there_list[reached] = start
                    reached += 1
    return True
