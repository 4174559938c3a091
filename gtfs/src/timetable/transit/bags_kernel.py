"""The search in rounds for several wishes at once: early, few boardings, little walking, cheap.

Instead of one label a point has a bag of them, none of which is better than another in everything; after
Delling, Pajor and Werneck's McRAPTOR. A price grows in two ways: by cents that are added up, and by zones, of
which one sees ever more; a label with fewer cents is better for sure only if its zones are among the other's.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from timetable.schedule import Ints
from timetable.transit.compiled import compiled, inlined
from timetable.transit.network import (
    BEFORE,
    CALLS,
    CHANGE,
    FAR,
    FIRST_CALL,
    FIRST_ROW,
    FROM_PLACE,
    GET_ON,
    GOAL_S,
    LANE,
    MARK,
    PLACE,
    ROW,
    ROWS,
    START,
    TIME,
    TIMES,
    TO_PLACE,
    Labels,
    Network,
    Table,
)
from timetable.transit.rounds_kernel import first_row_from

Zones = npt.NDArray[np.int64]
NOBODY = -1
CENTS = 3
"""Column of what was found: the price, next to mirrored arrival, boardings and chain."""


class Pool(NamedTuple):
    """Labels of all bags; ``next`` is the number of the one after it in its bag, ``NOBODY`` at the end.

    ``time`` is the mirrored time, or of riders the row; ``walk`` the seconds on foot, ``cents`` and ``zones``
    the price so far, ``round`` the boardings, ``entry`` the entry in the log, ``boarded`` the place of
    riders.
    """

    time: Ints
    walk: Ints
    cents: Ints
    zones: Zones
    round: Ints
    entry: Ints
    boarded: Ints
    next: Ints


class Wishes(NamedTuple):
    """What is asked besides the network, as :func:`timetable.transit.sweep_kernel.sweep` has it, and the
    fares.
    """

    departure: int
    start_point: Ints
    start_s: Ints
    goal_point: Ints
    goal_s: Ints
    least_s: Ints
    direct_s: int
    limit: int
    most_boardings: int
    upto_cents: Ints
    zone_bit: Zones
    boarding_cents: Ints
    zones_cents: Ints


@inlined
def is_better(pool: Pool, one: int, time: int, walk: int, cents: int, zones: int) -> bool:
    """Whether a label is at least as good in everything."""
    as_cheap: bool = pool.cents[one] <= cents and (pool.zones[one] & ~zones) == 0
    return as_cheap and bool(pool.time[one] <= time) and bool(pool.walk[one] <= walk)


@compiled
def put_in(pool: Pool, heads: Ints, bag: int, new: int, fewer_stay: bool) -> bool:
    """Put a label, written behind the last one of the pool, into a bag; False where it is no use there.

    It takes the place of those that it is better than; where ``fewer_stay``, not of those with fewer
    boardings. On the way these did what they could do when their round was over.
    """
    time, walk, cents, zones = pool.time[new], pool.walk[new], pool.cents[new], pool.zones[new]
    one = heads[bag]
    while one != NOBODY:
        if is_better(pool, one, time, walk, cents, zones):
            return False
        one = pool.next[one]
    before, one = NOBODY, heads[bag]
    while one != NOBODY:
        if (
            not (fewer_stay and pool.round[one] < pool.round[new])
            and time <= pool.time[one]
            and walk <= pool.walk[one]
            and cents <= pool.cents[one]
            and (zones & ~pool.zones[one]) == 0
        ):
            if before == NOBODY:
                heads[bag] = pool.next[one]
            else:
                pool.next[before] = pool.next[one]
        else:
            before = one
        one = pool.next[one]
    pool.next[new] = heads[bag]
    heads[bag] = new
    return True


@inlined
def fill(
    pool: Pool,
    at: int,
    time: int,
    walk: int,
    cents: int,
    zones: int,
    boardings: int,
    entry: int,
    boarded: int,
) -> None:
    """Write a label."""
    pool.time[at], pool.walk[at], pool.cents[at], pool.zones[at] = time, walk, cents, zones
    pool.round[at], pool.entry[at], pool.boarded[at] = boardings, entry, boarded


@inlined
def log(entries: Table, at: int, before: int, row: int, from_place: int, to_place: int, time: int) -> None:
    """Write an entry."""
    entries[at, BEFORE], entries[at, ROW], entries[at, FROM_PLACE] = before, row, from_place
    entries[at, TO_PLACE], entries[at, TIME] = to_place, time


@compiled
def bits(zones: int) -> int:
    """How many zones a set has."""
    count = 0
    while zones:
        zones &= zones - 1
        count += 1
    return count


@compiled
def hopeless(pool: Pool, goal: Ints, time: int, walk: int, price: int) -> bool:
    """Whether something at the goal is as good already as this label can become."""
    one = goal[0]
    while one != NOBODY:
        if pool.time[one] <= time and pool.walk[one] <= walk and pool.cents[one] <= price:
            return True
        one = pool.next[one]
    return False


@compiled
def search_bags(  # noqa: C901, PLR0912, PLR0915 - one round in one piece, as the search for one wish
    net: Network, labels: Labels, wishes: Wishes
) -> tuple[int, Table, Table]:
    """Search for all journeys that no other one is better than in everything.

    Returns
    -------
    tuple
        Whether memory was enough (1 or 0); mirrored arrival, boardings, place in the chains, and cents of
        each; the chains, as :func:`timetable.transit.sweep_kernel.sweep` has them.
    """
    room = len(labels.entries)
    nothing, no_chain = np.empty((0, 4), np.int32), np.empty((0, 5), np.int32)
    pool = Pool(
        np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32),
        np.empty(room, np.int64), np.empty(room, np.int32), np.empty(room, np.int32),
        np.empty(room, np.int32), np.empty(room, np.int32),
    )  # fmt: skip
    board_count, reach_count = len(net.board_cell), len(net.reach_cell)
    ready, there = np.full(board_count, NOBODY, np.int32), np.full(reach_count, NOBODY, np.int32)
    lane_count = len(net.lane)
    seated = np.full(lane_count, NOBODY, np.int32)
    riders, goal = np.full(1, NOBODY, np.int32), np.full(1, NOBODY, np.int32)
    sign, entries, queue, seen = net.sign, labels.entries, labels.queue, labels.lane
    seen[:, GET_ON] = FAR
    labels.ready_marked[:] = 0
    labels.there_at[:, MARK] = 0
    labels.there_at[:, GOAL_S] = FAR
    for number in range(len(wishes.goal_point)):
        point = wishes.goal_point[number]
        labels.there_at[point, GOAL_S] = min(labels.there_at[point, GOAL_S], wishes.goal_s[number])
    used, logged, marked = 0, 0, 0
    if wishes.direct_s < FAR:
        fill(pool, used, wishes.departure + wishes.direct_s, wishes.direct_s, 0, 0, 0, -1, 0)
        put_in(pool, goal, 0, used, True)
        used += 1
    for number in range(len(wishes.start_point)):
        point, seconds = wishes.start_point[number], wishes.start_s[number]
        if max(used, logged) == room:
            return 0, nothing, no_chain
        log(entries, logged, -1, START, number, 0, wishes.departure + seconds)
        fill(pool, used, wishes.departure + seconds, seconds, 0, 0, 0, logged, 0)
        if put_in(pool, ready, point, used, False):
            used += 1
            logged += 1
            if labels.ready_marked[point] == 0:
                labels.ready_marked[point] = 1
                labels.ready_list[marked] = point
                marked += 1
    for boarding in range(wishes.most_boardings):
        head, tail, reached = 0, 0, 0
        for number in range(marked):
            point = labels.ready_list[number]
            for at in range(net.at_first[point], net.at_first[point + 1]):
                lane = net.at[at, LANE]
                if seen[lane, GET_ON] == FAR:
                    queue[tail] = lane
                    tail += 1
                seen[lane, GET_ON] = min(seen[lane, GET_ON], net.at[at, PLACE])
        if tail == 0:
            break
        seated[:] = NOBODY
        while head != tail:
            lane = queue[head]
            head = head + 1 if head + 1 < len(queue) else 0
            start = seen[lane, GET_ON]
            seen[lane, GET_ON] = FAR
            row_count, length, first_row = (
                net.lane[lane, ROWS],
                net.lane[lane, CALLS],
                net.lane[lane, FIRST_ROW],
            )
            origin, call_origin = net.lane[lane, TIMES], net.lane[lane, FIRST_CALL]
            if sign < 0:
                origin, call_origin = origin + row_count * length - 1, call_origin + length - 1
            riders[0] = NOBODY
            one = seated[lane]
            while one != NOBODY:
                if used == room:
                    return 0, nothing, no_chain
                fill(
                    pool, used, pool.time[one], pool.walk[one],
                    pool.cents[one] - sign * wishes.upto_cents[call_origin], pool.zones[one],
                    boarding, pool.entry[one], 0,
                )  # fmt: skip
                if put_in(pool, riders, 0, used, False):
                    used += 1
                one = pool.next[one]
            for place in range(start, length):
                call = call_origin + sign * place
                point, upto = net.reach[call], sign * wishes.upto_cents[call]
                rider = riders[0]
                while rider != NOBODY:
                    pool.zones[rider] |= wishes.zone_bit[call]
                    if point >= 0 and place > pool.boarded[rider]:
                        row = pool.time[rider]
                        time = sign * net.reach_times[origin + sign * (row * length + place)]
                        walk, cents, zones = pool.walk[rider], pool.cents[rider] + upto, pool.zones[rider]
                        least_s = wishes.least_s[net.reach_cell[point]]
                        price = cents + wishes.zones_cents[bits(zones)]
                        if time + least_s < wishes.limit and not hopeless(
                            pool, goal, time + least_s, walk, price
                        ):
                            if used + 1 >= room or logged == room:
                                return 0, nothing, no_chain
                            fill(pool, used, time, walk, cents, zones, boarding + 1, logged, 0)
                            if put_in(pool, there, point, used, False):
                                used += 1
                                row = first_row + row if sign > 0 else first_row + row_count - 1 - row
                                log(entries, logged, pool.entry[rider], row, pool.boarded[rider], place, time)
                                logged += 1
                                if labels.there_at[point, MARK] == 0:
                                    labels.there_at[point, MARK] = 1
                                    labels.there_list[reached] = point
                                    reached += 1
                                goal_s = labels.there_at[point, GOAL_S]
                                if goal_s < FAR and time + goal_s < wishes.limit:
                                    # At the goal zones are paid for, and only the price counts.
                                    fill(
                                        pool, used, time + goal_s, walk + goal_s, price, 0, boarding + 1,
                                        logged - 1, 0,
                                    )  # fmt: skip
                                    if put_in(pool, goal, 0, used, True):
                                        used += 1
                    rider = pool.next[rider]
                point = net.board[call]
                if place + 1 == length or point < 0 or labels.ready_marked[point] == 0:
                    continue
                begin = origin + sign * place * row_count
                one = ready[point]
                while one != NOBODY:
                    if pool.round[one] == boarding:
                        row = first_row_from(net.board_times, begin, sign, row_count, pool.time[one])
                        if row < row_count:
                            if used == room:
                                return 0, nothing, no_chain
                            cents = pool.cents[one] + wishes.boarding_cents[lane] - upto
                            zones = pool.zones[one] | wishes.zone_bit[call]
                            fill(
                                pool,
                                used,
                                row,
                                pool.walk[one],
                                cents,
                                zones,
                                boarding,
                                pool.entry[one],
                                place,
                            )
                            if put_in(pool, riders, 0, used, False):
                                used += 1
                    one = pool.next[one]
            if not net.lane_goes_on[lane]:
                continue
            rider = riders[0]
            while rider != NOBODY:
                for other in range(pool.time[rider], row_count):
                    here = first_row + other if sign > 0 else first_row + row_count - 1 - other
                    following = net.goes_on[here]
                    if following < 0:
                        continue
                    if max(used, logged) == room:
                        return 0, nothing, no_chain
                    lane_on = net.row_lane[following]
                    row_on = following - net.lane[lane_on, FIRST_ROW]
                    if sign < 0:
                        row_on = net.lane[lane_on, ROWS] - 1 - row_on
                    cents = pool.cents[rider] + sign * wishes.upto_cents[call_origin + sign * (length - 1)]
                    fill(pool, used, row_on, pool.walk[rider], cents, pool.zones[rider], boarding, logged, 0)
                    if not put_in(pool, seated, lane_on, used, False):
                        continue
                    used += 1
                    time = sign * net.reach_times[origin + sign * (other * length + length - 1)]
                    log(entries, logged, pool.entry[rider], here, pool.boarded[rider], length - 1, time)
                    logged += 1
                    if seen[lane_on, GET_ON] == FAR:
                        queue[tail] = lane_on
                        tail = tail + 1 if tail + 1 < len(queue) else 0
                    seen[lane_on, GET_ON] = 0
                rider = pool.next[rider]
        for number in range(marked):
            labels.ready_marked[labels.ready_list[number]] = 0
        marked = 0
        for number in range(reached):
            point = labels.there_list[number]
            labels.there_at[point, MARK] = 0
            one = there[point]
            while one != NOBODY and boarding + 1 < wishes.most_boardings:
                if pool.round[one] == boarding + 1:
                    price = pool.cents[one] + wishes.zones_cents[bits(pool.zones[one])]
                    for change in range(net.change_first[point], net.change_first[point + 1]):
                        to, time = net.change_to[change], pool.time[one] + net.change_s[change]
                        walk = pool.walk[one] + net.change_walk_s[change]
                        then = time + wishes.least_s[net.board_cell[to]]
                        if then >= wishes.limit or hopeless(pool, goal, then, walk, price):
                            continue
                        if max(used, logged) == room:
                            return 0, nothing, no_chain
                        fill(
                            pool, used, time, walk, pool.cents[one], pool.zones[one], boarding + 1, logged, 0
                        )
                        if put_in(pool, ready, to, used, False):
                            used += 1
                            log(entries, logged, pool.entry[one], CHANGE, change, 0, time)
                            logged += 1
                            if labels.ready_marked[to] == 0:
                                labels.ready_marked[to] = 1
                                labels.ready_list[marked] = to
                                marked += 1
                one = pool.next[one]
    found, chains = _told(pool, goal, entries)
    return 1, found, chains


@compiled
def _told(pool: Pool, goal: Ints, entries: Table) -> tuple[Table, Table]:
    """What is at the goal, and how it came there."""
    count, size = 0, 0
    one = goal[0]
    while one != NOBODY:
        entry = pool.entry[one]
        count += entry >= 0
        while entry >= 0:
            size += 1
            entry = entries[entry, BEFORE]
        one = pool.next[one]
    found, chains = np.empty((count, 4), np.int32), np.empty((size, 5), np.int32)
    count, size = 0, 0
    one = goal[0]
    while one != NOBODY:
        entry = pool.entry[one]
        if entry >= 0:
            found[count, 0], found[count, 1] = pool.time[one], pool.round[one]
            found[count, 2], found[count, CENTS] = size, pool.cents[one]
            count += 1
        while entry >= 0:
            chains[size] = entries[entry]
            size += 1
            entry = entries[entry, BEFORE]
        one = pool.next[one]
    return found, chains
