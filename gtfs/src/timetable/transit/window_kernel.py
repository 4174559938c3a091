"""Choosing the runs of a window and sorting them into lanes: rows of runs that never overtake one another."""

import numpy as np

from timetable.schedule import Bools, Ints, Offsets
from timetable.transit.compiled import compiled
from timetable.transit.network import FAR, LANE, LATEST, PLACE, Table


@compiled
def chosen_runs(
    pattern_run_first: Ints,
    run_service: Ints,
    run_zone: Ints,
    runs_on: Bools,
    day_column: Ints,
    day_start_s: Ints,
    times_first: Offsets,
    arrival_s: Ints,
    departure_s: Ints,
    trip_fits: Bools,
    run_trip: Ints,
    changed: Bools,
    end_s: int,
) -> tuple[Ints, Ints, Ints]:
    """Runs that are under way within a window: by pattern their count, then their numbers and days.

    Parameters
    ----------
    day_column
        By day looked at, its column in ``runs_on``; negative for days outside.
    day_start_s
        Shape (zones, days): where a day starts, seconds after the window's begin.
    trip_fits
        By trip, whether it is to be had at all.
    changed
        Shape (days, runs): what is told anew, and left out here.
    """
    day_count = len(day_column)
    pattern_count = len(pattern_run_first) - 1
    counts = np.zeros(pattern_count + 1, np.int32)
    room = len(run_trip)
    run_of, day_of = np.empty(room, np.int32), np.empty(room, np.int32)
    size = 0
    for pattern in range(pattern_count):
        for day in range(day_count):
            column = day_column[day]
            if column < 0:
                continue
            for run in range(pattern_run_first[pattern], pattern_run_first[pattern + 1]):
                if not runs_on[run_service[run], column] or not trip_fits[run_trip[run]] or changed[day, run]:
                    continue
                start_s = day_start_s[run_zone[run], day]
                if start_s + arrival_s[times_first[run + 1] - 1] < 0:
                    continue
                if start_s + departure_s[times_first[run]] >= end_s:
                    continue
                if size == room:
                    room *= 2
                    run_of, day_of = grown(run_of, room), grown(day_of, room)
                run_of[size], day_of[size] = run, day
                size += 1
        counts[pattern + 1] = size
    return counts, run_of[:size].copy(), day_of[:size].copy()


@compiled
def grown(values: Ints, room: int) -> Ints:
    """The same values with more room behind them."""
    longer = np.empty(room, values.dtype)
    longer[: len(values)] = values
    return longer


@compiled
def into_lanes(
    pattern_first: Ints,
    row_first: Ints,
    row_times: Offsets,
    row_shift_s: Ints,
    arrival_s: Ints,
    departure_s: Ints,
) -> tuple[Ints, Ints, Ints]:
    """Sort the rows of every pattern and part them so that in no lane a later row is earlier anywhere.

    Parameters
    ----------
    row_first
        Rows of pattern p are ``row_first[p]`` up to, not including, ``row_first[p + 1]``.
    row_times, row_shift_s
        By row, where its times begin in ``arrival_s`` and ``departure_s``, and what is added to them.

    Returns
    -------
    tuple
        Rows in their new order; by lane its pattern; by lane, and one more, where its rows begin.
    """
    row_count = len(row_times)
    order = np.empty(row_count, np.int32)
    lane_pattern, lane_first = np.empty(row_count, np.int32), np.empty(row_count + 1, np.int32)
    most = 0
    for pattern in range(len(row_first) - 1):
        most = max(most, row_first[pattern + 1] - row_first[pattern])
    sequence = np.empty(most, np.int32)
    lane_of = np.empty(most, np.int32)
    last_row = np.empty(most, np.int32)
    lanes, placed = 0, 0
    for pattern in range(len(row_first) - 1):
        begin, count = row_first[pattern], row_first[pattern + 1] - row_first[pattern]
        length = pattern_first[pattern + 1] - pattern_first[pattern]
        for i in range(count):
            row = begin + i
            key = departure_s[row_times[row]] + row_shift_s[row]
            last = arrival_s[row_times[row] + length - 1] + row_shift_s[row]
            j = i
            while j > 0:
                other = sequence[j - 1]
                other_key = departure_s[row_times[other]] + row_shift_s[other]
                if other_key < key:
                    break
                if other_key == key:
                    other_last = arrival_s[row_times[other] + length - 1] + row_shift_s[other]
                    if other_last <= last:
                        break
                sequence[j] = other
                j -= 1
            sequence[j] = row
        used = 0
        for i in range(count):
            row = sequence[i]
            lane = 0
            while lane < used and not _follows(
                row_times[row], row_shift_s[row], row_times[last_row[lane]], row_shift_s[last_row[lane]],
                length, arrival_s, departure_s,
            ):  # fmt: skip
                lane += 1
            if lane == used:
                used += 1
            lane_of[i] = lane
            last_row[lane] = row
        for lane in range(used):
            lane_pattern[lanes], lane_first[lanes] = pattern, placed
            lanes += 1
            for i in range(count):
                if lane_of[i] == lane:
                    order[placed] = sequence[i]
                    placed += 1
    lane_first[lanes] = placed
    return order, lane_pattern[:lanes].copy(), lane_first[: lanes + 1].copy()


@compiled
def _follows(
    at: int,
    shift_s: int,
    before_at: int,
    before_shift_s: int,
    length: int,
    arrival_s: Ints,
    departure_s: Ints,
) -> bool:
    ahead_s = before_shift_s - shift_s
    for call in range(length):
        if departure_s[at + call] < departure_s[before_at + call] + ahead_s:
            return False
        if arrival_s[at + call] < arrival_s[before_at + call] + ahead_s:
            return False
    return True


@compiled
def copied_times(
    order: Ints,
    lane_pattern: Ints,
    lane_first: Ints,
    pattern_first: Ints,
    row_times: Offsets,
    row_shift_s: Ints,
    arrival_s: Ints,
    departure_s: Ints,
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """By lane, where its times begin; then its arrivals and departures, row by row and then place by
    place.
    """
    lanes = len(lane_pattern)
    lane_times = np.zeros(lanes + 1, np.int32)
    for lane in range(lanes):
        pattern = lane_pattern[lane]
        length = pattern_first[pattern + 1] - pattern_first[pattern]
        lane_times[lane + 1] = lane_times[lane] + length * (lane_first[lane + 1] - lane_first[lane])
    size = lane_times[lanes]
    arrivals, departures = np.empty(size, np.int32), np.empty(size, np.int32)
    arrivals_by_place, departures_by_place = np.empty(size, np.int32), np.empty(size, np.int32)
    for lane in range(lanes):
        pattern, begin = lane_pattern[lane], lane_times[lane]
        length = pattern_first[pattern + 1] - pattern_first[pattern]
        count = lane_first[lane + 1] - lane_first[lane]
        for number in range(count):
            row = order[lane_first[lane] + number]
            source, shift_s = row_times[row], row_shift_s[row]
            at = begin + number * length
            for call in range(length):
                arrive_s, depart_s = arrival_s[source + call] + shift_s, departure_s[source + call] + shift_s
                arrivals[at + call], departures[at + call] = arrive_s, depart_s
                arrivals_by_place[begin + call * count + number] = arrive_s
                departures_by_place[begin + call * count + number] = depart_s
    return lane_times, arrivals, departures, arrivals_by_place, departures_by_place


@compiled
def quickest_hops(
    lane_pattern: Ints,
    lane_first: Ints,
    lane_times: Ints,
    pattern_first: Ints,
    arrivals_by_place: Ints,
    departures_by_place: Ints,
) -> Ints:
    """By call of all patterns, the fewest seconds that any row takes to the next one; 0 where there is
    none.
    """
    hop_s = np.zeros(pattern_first[-1], np.int32)
    for lane in range(len(lane_pattern)):
        pattern = lane_pattern[lane]
        first, last = pattern_first[pattern], pattern_first[pattern + 1] - 1
        # Lanes of a pattern lie together.
        begun = lane > 0 and lane_pattern[lane - 1] == pattern
        count = lane_first[lane + 1] - lane_first[lane]
        for call in range(first, last):
            at = lane_times[lane] + (call - first) * count
            quickest = arrivals_by_place[at + count] - departures_by_place[at]
            for row in range(1, count):
                quickest = min(quickest, arrivals_by_place[at + count + row] - departures_by_place[at + row])
            hop_s[call] = min(hop_s[call], quickest) if begun else quickest
    return hop_s


@compiled
def least_headways(
    lane_first: Ints, lane_times: Ints, arrivals_by_place: Ints, departures_by_place: Ints
) -> Ints:
    """By lane, the least seconds at any place from where a row leaves to where the next one comes.

    Where vehicles dwell they are negative; ``FAR`` where there is one row only.
    """
    headway_s = np.full(len(lane_first) - 1, FAR, np.int32)
    for lane in range(len(headway_s)):
        count = lane_first[lane + 1] - lane_first[lane]
        least = FAR
        for begin in range(lane_times[lane], lane_times[lane + 1], count):
            for row in range(begin, begin + count - 1):
                least = min(least, arrivals_by_place[row + 1] - departures_by_place[row])
        headway_s[lane] = least
    return headway_s


@compiled
def lanes_at_points(
    lane_pattern: Ints,
    lane_first: Ints,
    lane_times: Ints,
    pattern_first: Ints,
    by_place_s: Ints,
    call_point: Ints,
    point_count: int,
    forward: bool,
) -> tuple[Ints, Table]:
    """By point, the lanes that call there, columns as :mod:`timetable.transit.network` names them.

    The last call in that direction is left out: who boards there goes nowhere. ``by_place_s`` has the times
    of boarding in that direction.
    """
    first = np.zeros(point_count + 1, np.int32)
    for lane in range(len(lane_pattern)):
        begin, end = pattern_first[lane_pattern[lane]], pattern_first[lane_pattern[lane] + 1]
        if forward:
            end -= 1
        else:
            begin += 1
        for call in range(begin, end):
            if call_point[call] >= 0:
                first[call_point[call] + 1] += 1
    for point in range(point_count):
        first[point + 1] += first[point]
    size = first[point_count]
    at = np.empty((size, 3), np.int32)
    filled = first[:-1].copy()
    for lane in range(len(lane_pattern)):
        rows = lane_first[lane + 1] - lane_first[lane]
        begin, end = pattern_first[lane_pattern[lane]], pattern_first[lane_pattern[lane] + 1]
        for place in range(end - begin - 1):
            call = begin + place if forward else end - 1 - place
            point = call_point[call]
            if point >= 0:
                times = lane_times[lane] + (call - begin) * rows
                at[filled[point], LANE], at[filled[point], PLACE] = lane, place
                at[filled[point], LATEST] = by_place_s[times + rows - 1] if forward else -by_place_s[times]
                filled[point] += 1
    return first, at


@compiled
def seated_links(
    order: Ints,
    row_run: Ints,
    row_day: Ints,
    row_lane: Ints,
    lane_pattern: Ints,
    lane_first: Ints,
    lane_times: Ints,
    pattern_first: Ints,
    arrivals: Ints,
    departures: Ints,
    next_first: Ints,
    next_run: Ints,
    next_seated: Bools,
    runs_on: Bools,
    run_service: Ints,
    day_column: Ints,
) -> tuple[Ints, Ints]:
    """By row, the rows that its vehicle goes on as, and comes from, with passengers aboard; -1 where none.

    Which run comes next is decided by the calendar, even if that run is canceled: passengers then get off.
    """
    rows, run_count = len(order), len(next_first) - 1
    row_of = np.full((len(day_column), run_count), -1, np.int32)
    for place in range(rows):
        source = order[place]
        if row_run[source] < run_count:
            row_of[row_day[source], row_run[source]] = place
    after, before = np.full(rows, -1, np.int32), np.full(rows, -1, np.int32)
    for place in range(rows):
        run, day = row_run[order[place]], row_day[order[place]]
        if run >= run_count or day_column[day] < 0:
            continue
        for candidate in range(next_first[run], next_first[run + 1]):
            following = next_run[candidate]
            if not runs_on[run_service[following], day_column[day]]:
                continue
            other = row_of[day, following]
            if next_seated[candidate] and other >= 0:
                ends = _last_time(
                    place, row_lane, lane_pattern, lane_first, lane_times, pattern_first, arrivals
                )
                lane = row_lane[other]
                length = pattern_first[lane_pattern[lane] + 1] - pattern_first[lane_pattern[lane]]
                if departures[lane_times[lane] + (other - lane_first[lane]) * length] >= ends:
                    after[place], before[other] = other, place
            break
    return after, before


@compiled
def _last_time(
    place: int, row_lane: Ints, lane_pattern: Ints, lane_first: Ints, lane_times: Ints, pattern_first: Ints,
    arrivals: Ints,
) -> int:  # fmt: skip
    lane = row_lane[place]
    length = pattern_first[lane_pattern[lane] + 1] - pattern_first[lane_pattern[lane]]
    return int(arrivals[lane_times[lane] + (place - lane_first[lane] + 1) * length - 1])
