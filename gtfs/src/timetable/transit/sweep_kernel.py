"""One search from its starts to its goals: the departures asked about, one by one, the latest first."""

import numpy as np

from timetable.schedule import Ints
from timetable.transit.compiled import compiled
from timetable.transit.network import (
    BEFORE,
    BEYOND_S,
    CALLS,
    ENTRY,
    FAR,
    GET_ON,
    GOAL_S,
    KNOWN,
    LANE,
    LEFT_S,
    MARK,
    MOST_BOARDINGS,
    PLACE,
    RIDDEN_ROW,
    ROW,
    ROWS,
    SEATED_ROW,
    START,
    TIME,
    TIMES,
    TO_PLACE,
    Labels,
    Network,
    Table,
)
from timetable.transit.network import FROM_PLACE as START_NUMBER
from timetable.transit.remaining_kernel import remaining_to_goal
from timetable.transit.rounds_kernel import is_useful, search_rounds

DEPART, ARRIVE, BOARDINGS, CHAIN = range(4)
"""Columns of what was found: mirrored times, count of boardings, and where its chain of entries begins."""


@compiled
def departures_within(net: Network, start_point: Ints, start_s: Ints, earliest: int, latest: int) -> Ints:
    """All mirrored times from ``earliest`` to ``latest`` at which one has to leave to catch something, latest
    first.
    """
    found = np.empty(1024, np.int32)
    size = 0
    for number in range(len(start_point)):
        point = start_point[number]
        for at in range(net.at_first[point], net.at_first[point + 1]):
            lane, place = net.lane[net.at[at, LANE]], net.at[at, PLACE]
            if net.sign < 0:
                place = lane[CALLS] - 1 - place
            count = lane[ROWS]
            begin = lane[TIMES] + place * count
            for row in range(count):
                time = net.sign * net.board_times[begin + row] - start_s[number]
                if earliest <= time <= latest:
                    if size == len(found):
                        longer = np.empty(2 * size, np.int32)
                        longer[:size] = found
                        found = longer
                    found[size] = time
                    size += 1
    return np.unique(found[:size])[::-1].copy()


@compiled
def sweep(  # noqa: C901, PLR0912, PLR0915 - the order of its steps is the method
    net: Network,
    labels: Labels,
    departures: Ints,
    start_point: Ints,
    start_s: Ints,
    goal_point: Ints,
    goal_s: Ints,
    least_s: Ints,
    direct_s: int,
    at_most: Ints,
    most_boardings: int,
    promising: int,
) -> tuple[int, Table, Table]:
    """Search for every departure.

    Parameters
    ----------
    departures
        Mirrored times, falling.
    start_point, start_s, goal_point, goal_s
        Points to board and to reach, and how long it takes from the start and to the goal.
    least_s
        By cell, the least seconds to the goal.
    direct_s
        How long it takes without any vehicle; ``FAR`` where that is no way.
    at_most
        By boardings, mirrored time before which the goal is to be reached; shape (``MOST_BOARDINGS``).
    promising
        So many points go on from round to round in the go that finds out how good an answer there is at
        least.

    Returns
    -------
    tuple
        Whether the log was long enough (1 or 0); what was found, columns as named above; entries of its
        chains, from the goal back to the start, ``BEFORE`` being -1 at the end of each.
    """
    found, chains = np.empty((16, 4), np.int32), np.empty((64, 5), np.int32)
    found_size, chain_size = 0, 0
    before = np.empty(MOST_BOARDINGS, np.int32)
    for_all = len(goal_point) == 0
    by_boardings = for_all or len(departures) > 1
    layers = MOST_BOARDINGS if by_boardings else 1
    there_at, ready_at = labels.there_at, labels.ready_at
    _forget(there_at, net.reach_cell, least_s, 0 if for_all else FAR)
    _forget(ready_at, net.board_cell, least_s, 0 if for_all else FAR)
    labels.ready_marked[:] = 0
    if not for_all and not remaining_to_goal(net, labels, goal_point, goal_s):
        there_at[:, BEYOND_S] = FAR
        ready_at[:, BEYOND_S] = FAR
    labels.ready[:layers] = FAR
    labels.there[:layers] = FAR
    labels.lane[:, GET_ON] = FAR
    labels.lane[:, SEATED_ROW] = FAR
    labels.best[:] = at_most
    for number in range(len(goal_point)):
        point = goal_point[number]
        there_at[point, GOAL_S] = min(there_at[point, GOAL_S], goal_s[number])
    # The first go does not find everything, but what it finds tells early what is of no use.
    for go in range(0 if for_all else -1, len(departures)):
        departure = departures[max(go, 0)]
        entries, marked = 0, 0
        labels.lane[:, RIDDEN_ROW] = FAR
        for boardings in range(MOST_BOARDINGS):
            if direct_s < FAR:
                labels.best[boardings] = min(labels.best[boardings], departure + direct_s)
            before[boardings] = labels.best[boardings]
        for number in range(len(start_point)):
            point, time = start_point[number], departure + start_s[number]
            if time >= labels.ready[0, point] or not is_useful(
                time, point, 0, most_boardings, ready_at, labels.best
            ):
                continue
            if entries == len(labels.entries):
                return 0, found[:0], chains[:0]
            labels.entries[entries, BEFORE] = -1
            labels.entries[entries, ROW] = START
            labels.entries[entries, START_NUMBER] = number
            labels.entries[entries, TO_PLACE] = 0
            labels.entries[entries, TIME] = time
            labels.ready[0, point] = time
            ready_at[point, ENTRY] = entries
            entries += 1
            if labels.ready_marked[point] == 0:
                labels.ready_marked[point] = 1
                labels.ready_list[marked] = point
                marked += 1
        entries = search_rounds(
            net.lane, net.row_lane, net.board_times, net.board_row_times, net.reach_times, net.at_first,
            net.at, net.board, net.reach, net.goes_on, net.lane_goes_on, net.change_first, net.change_to,
            net.change_s, labels, net.sign, most_boardings, marked, entries,
            by_boardings, 0 if go >= 0 else promising,
        )  # fmt: skip
        if entries < 0:
            return 0, found[:0], chains[:0]
        if go < 0:
            for boardings in range(MOST_BOARDINGS):
                labels.best[boardings] = min(labels.best[boardings] + 1, before[boardings])
            labels.ready[:layers] = FAR
            labels.there[:layers] = FAR
            continue
        for boardings in range(most_boardings):
            if labels.best[boardings] >= before[boardings]:
                continue
            if boardings > 0 and labels.best[boardings] >= labels.best[boardings - 1]:
                continue
            if found_size == len(found):
                found = _longer(found)
            found[found_size, DEPART] = departure
            found[found_size, ARRIVE] = labels.best[boardings]
            found[found_size, BOARDINGS] = boardings + 1
            found[found_size, CHAIN] = chain_size
            found_size += 1
            entry = labels.best_entry[boardings]
            while entry >= 0:
                if chain_size == len(chains):
                    chains = _longer(chains)
                chains[chain_size] = labels.entries[entry]
                entry = labels.entries[entry, BEFORE]
                chain_size += 1
    return 1, found[:found_size].copy(), chains[:chain_size].copy()


@compiled
def _forget(at: Table, cell: Ints, least_s: Ints, left_s: int) -> None:
    """Let nothing be known of points but what is left at least from their cells."""
    for point in range(len(cell)):
        at[point, MARK], at[point, GOAL_S] = 0, FAR
        at[point, BEYOND_S] = least_s[cell[point]]
        for further in range(KNOWN):
            at[point, LEFT_S + further] = left_s


@compiled
def _longer(table: Table) -> Table:
    longer = np.empty((2 * len(table), table.shape[1]), np.int32)
    longer[: len(table)] = table
    return longer


@compiled
def times_at_stops(
    net: Network, labels: Labels, reach_stop: Ints, board_stop: Ints, stop_count: int, limit: int
) -> tuple[Ints, Ints]:
    """By stop the mirrored time at which it is reached, on foot from a vehicle or the start as well, and
    boardings.

    ``FAR`` and -1 where it is not reached before ``limit``.
    """
    times, boardings = np.full(stop_count, FAR, np.int32), np.full(stop_count, -1, np.int32)
    for point in range(len(reach_stop)):
        time, count = FAR, 0
        for fewer in range(MOST_BOARDINGS):
            if labels.there[fewer, point] < time:
                time, count = labels.there[fewer, point], fewer
        if time == FAR:
            continue
        _earlier(times, boardings, reach_stop[point], time, count + 1, limit)
        for change in range(net.change_first[point], net.change_first[point + 1]):
            stop = board_stop[net.change_to[change]]
            if stop != reach_stop[point]:
                _earlier(times, boardings, stop, time + net.change_s[change], count + 1, limit)
    for point in range(len(board_stop)):
        if labels.ready[0, point] < FAR:
            _earlier(times, boardings, board_stop[point], labels.ready[0, point], 0, limit)
    return times, boardings


@compiled
def _earlier(times: Ints, boardings: Ints, stop: int, time: int, count: int, limit: int) -> None:
    if time < limit and (time < times[stop] or (time == times[stop] and count < boardings[stop])):
        times[stop], boardings[stop] = time, count
