"""What is left to the goal at least, by further boardings and whatever the time: what a search leaves places
out by.

It is worked out for each question in rounds as the search itself has them, from the goal towards the start,
with every hop as quick as the quickest of its lane and nobody ever waiting. Few rounds are enough: what needs
more boardings than they know of lies far from the goal, where cells tell enough.
"""

import numpy as np

from timetable.schedule import Ints
from timetable.transit.compiled import compiled
from timetable.transit.network import FAR, KNOWN, Labels, Network


@compiled
def remaining_to_goal(  # noqa: C901, PLR0912, PLR0915 - rounds in one piece, as the search has them
    net: Network, labels: Labels, goal_point: Ints, goal_s: Ints
) -> bool:
    """Fill ``labels.there_left`` and ``labels.ready_left``.

    The other memory of ``labels`` is used and left with no meaning.

    Returns
    -------
    bool
        Whether points that were not reached may reach the goal with more boardings.
    """
    there_left, ready_left = labels.there_left, labels.ready_left
    lanes_first, call_first, call_end, row_lane = net.lanes_first, net.call_first, net.call_end, net.row_lane
    board, reach, hop_s, sign = net.board, net.reach, net.hop_s, net.sign
    at_first, at_lane, at_place = net.until_first, net.until_lane, net.until_place
    comes_from, lane_comes_from = net.comes_from, net.lane_comes_from
    change_first, change_from, change_s = net.change_back_first, net.change_from, net.change_back_s
    lane_place, seated_s, queue, queue_size = (
        labels.lane_place,
        labels.seated_row,
        labels.queue,
        len(labels.queue),
    )
    marked, there_list, ready_list = labels.there_marked, labels.there_list, labels.ready_list
    there_left[:] = FAR
    ready_left[:] = FAR
    lane_place[:] = -1
    seated_s[:] = FAR
    marked[:] = 0
    reached = 0
    for number in range(len(goal_point)):
        point = goal_point[number]
        there_left[point] = np.minimum(there_left[point], goal_s[number])
        if marked[point] == 0:
            marked[point] = 1
            there_list[reached] = point
            reached += 1
    for further in range(KNOWN):
        head, tail = 0, 0
        for number in range(reached):
            point = there_list[number]
            marked[point] = 0
            for at in range(at_first[point], at_first[point + 1]):
                lane = at_lane[at]
                if lane_place[lane] < 0:
                    queue[tail] = lane
                    tail += 1
                # Places are counted from the other end here.
                place = call_end[lane] - call_first[lane] - 1 - at_place[at]
                lane_place[lane] = max(lane_place[lane], place)
        readied = 0
        while head != tail:
            lane = queue[head]
            head = head + 1 if head + 1 < queue_size else 0
            start, length = lane_place[lane], call_end[lane] - call_first[lane]
            lane_place[lane] = -1
            origin = call_first[lane] if sign > 0 else call_end[lane] - 1
            seconds = seated_s[lane] if start + 1 == length else FAR
            for place in range(start, -1, -1):
                call = origin + sign * place
                point = board[call]
                if point >= 0 and seconds < ready_left[point, further]:
                    for more in range(further, KNOWN):
                        ready_left[point, more] = seconds
                    if marked[point] == 0:
                        marked[point] = 1
                        ready_list[readied] = point
                        readied += 1
                point = reach[call]
                if point >= 0:
                    seconds = min(seconds, there_left[point, further])
                if place > 0:
                    seconds = min(FAR, seconds + hop_s[call - 1 if sign > 0 else call])
            if lane_comes_from[lane]:
                for row in range(lanes_first[lane], lanes_first[lane + 1]):
                    if comes_from[row] < 0:
                        continue
                    before = row_lane[comes_from[row]]
                    if seconds >= seated_s[before]:
                        continue
                    seated_s[before] = seconds
                    if lane_place[before] < 0:
                        queue[tail] = before
                        tail = tail + 1 if tail + 1 < queue_size else 0
                    lane_place[before] = call_end[before] - call_first[before] - 1
        for number in range(readied):
            marked[ready_list[number]] = 0
        if readied == 0:
            return False
        if further + 1 == KNOWN:
            break
        reached = 0
        for number in range(readied):
            point = ready_list[number]
            for change in range(change_first[point], change_first[point + 1]):
                start, seconds = change_from[change], ready_left[point, further] + change_s[change]
                if seconds >= there_left[start, further + 1]:
                    continue
                for more in range(further + 1, KNOWN):
                    there_left[start, more] = seconds
                if marked[start] == 0:
                    marked[start] = 1
                    there_list[reached] = start
                    reached += 1
    return True
