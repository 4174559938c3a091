"""Many ways at a time: up from each point of a batch, then down over all that leads to any other point.

The batch's points lie side by side as *lanes*: costs of one place for all of them are one row, which vector
instructions go along. See :mod:`~routing_core.roads.sweeps` for the rows.
"""

from typing import NamedTuple

import numpy as np

from routing_core.roads.compiled import compiled, inlined
from routing_core.roads.costs import COST_SHIFT, NO_COST, Int32s, Int64s
from routing_core.roads.ends import Ends, RoadPoints, along_road
from routing_core.roads.sweeps import Costs, Descent, shift_of
from routing_core.roads.walks import Room, climb, forget
from routing_core.travel import UNREACHABLE


class Upwards(NamedTuple):
    """A hierarchy to search up in.

    Parameters
    ----------
    edge_cost
        Costs upwards to search forwards, downwards to search backwards.
    """

    parent: Int32s
    first_edge: Int32s
    edge_high: Int32s
    edge_cost: Int64s


class SameRoad(NamedTuple):
    """What is to be known to stay on a road.

    Parameters
    ----------
    lanes, points
        The points searched from, and those searched for.
    backwards
        Whether the lanes are the destinations.
    arc_reverse, arc_cost
        (arc_count,) of the road graph.
    """

    lanes: RoadPoints
    points: RoadPoints
    backwards: bool
    arc_reverse: Int32s
    arc_cost: Int64s


class _Seeds(NamedTuple):
    """Costs of a batch's searches upwards at the rows, as one list for each row.

    ``first[row]`` is the first one's number, ``following`` the next one's in its row, -1 behind the last.
    """

    first: Int32s
    following: Int32s
    lane: Int32s
    cost: Int64s


@compiled
def fill_lanes(
    upwards: Upwards,
    ends: Ends,
    begin: int,
    end: int,
    way_down: Descent,
    same_road: SameRoad,
    room: Room,
    lane_on: Int32s,
    seconds: Int32s,
    metres: Int32s,
) -> None:
    """Times, and lengths if costs are packed, between the lanes from ``begin`` to ``end`` and all points.

    Parameters
    ----------
    ends
        Of the lanes.
    way_down
        To the points.
    room
        To search in, see :func:`~routing_core.roads.walks.climb`.
    lane_on
        (arc_count,) -1, before and afterwards.
    seconds, metres
        (point_count, lane_count) to fill; metres is left alone if costs are milliseconds alone.
    """
    seeds = _search_up(upwards, ends, begin, end, way_down.row, len(way_down.slot), room)
    following = np.empty(end - begin, np.int32)
    for lane in range(begin, end):
        arc = same_road.lanes.arcs[lane]
        following[lane - begin] = lane_on[arc]
        lane_on[arc] = lane
    _sweep_down(way_down, seeds, same_road, lane_on, following, begin, end, seconds, metres)
    for lane in range(begin, end):
        lane_on[same_road.lanes.arcs[lane]] = -1


@compiled
def _search_up(
    upwards: Upwards,
    ends: Ends,
    begin: int,
    end: int,
    row_of: Int32s,
    row_count: int,
    room: Room,
) -> _Seeds:
    first = np.full(row_count, -1, np.int32)
    following = np.empty(4096, np.int32)
    lanes = np.empty(4096, np.int32)
    seed_costs = np.empty(4096, np.int64)
    count = 0
    for lane in range(begin, end):
        entries = slice(ends.first[lane], ends.first[lane + 1])
        size = climb(
            upwards.parent,
            upwards.first_edge,
            upwards.edge_high,
            upwards.edge_cost,
            ends.ranks[entries],
            ends.costs[entries],
            room.costs,
            room.steps,
            room.path,
        )
        if count + size > len(lanes):
            grown = 2 * len(lanes) + size
            following = np.append(following, np.empty(grown - len(lanes), np.int32))
            seed_costs = np.append(seed_costs, np.empty(grown - len(lanes), np.int64))
            lanes = np.append(lanes, np.empty(grown - len(lanes), np.int32))
        for rank in room.path[:size]:
            row = row_of[rank]
            if row >= 0 and room.costs[rank] < NO_COST:
                following[count] = first[row]
                first[row] = count
                lanes[count] = lane - begin
                seed_costs[count] = room.costs[rank]
                count += 1
        forget(room.costs, room.path, size)
    return _Seeds(first, following, lanes, seed_costs)


@compiled
def _sweep_down(
    way_down: Descent,
    seeds: _Seeds,
    same_road: SameRoad,
    lane_on: Int32s,
    following: Int32s,
    begin: int,
    end: int,
    seconds: Int32s,
    metres: Int32s,
) -> None:
    table = np.empty((way_down.slot_count, end - begin), way_down.edge_cost.dtype)
    best = np.empty((way_down.place_count, end - begin), way_down.edge_cost.dtype)
    shift = shift_of(table)
    for row in range(len(way_down.slot)):
        here = way_down.slot[row]
        edges = way_down.first_edge[row], way_down.first_edge[row + 1]
        _relax(edges, way_down.edge_slot, way_down.edge_cost, here, table)
        seed = seeds.first[row]
        while seed >= 0:
            lane = seeds.lane[seed]
            table[here, lane] = min(table[here, lane], seeds.cost[seed] >> shift)
            seed = seeds.following[seed]
        for entry in range(way_down.first_entry[row], way_down.first_entry[row + 1]):
            place = way_down.entry_place[entry]
            _take(way_down.entry_begins[entry], way_down.entry_cost[entry], here, table, place, best)
            if not way_down.entry_ends[entry]:
                continue
            point = way_down.entry_point[entry]
            mate = lane_on[same_road.points.arcs[point]]
            while mate >= 0:
                lane = mate - begin
                best[place, lane] = min(best[place, lane], _along_road(same_road, mate, point) >> shift)
                mate = following[lane]
            told = seconds[point, begin:end]
            for lane in range(end - begin):
                told[lane] = _whole_seconds(best[place, lane] >> (COST_SHIFT - shift))
            if shift == 0:
                told = metres[point, begin:end]
                for lane in range(end - begin):
                    told[lane] = _whole_metres(best[place, lane])


@inlined
def _relax(edges: tuple[int, int], edge_slot: Int32s, edge_cost: Costs, here: int, table: Costs) -> None:
    """Bring costs down to a slot over all edges from the first to before the second."""
    # Sums of int32s are int64s otherwise, half as many of which go into one instruction.
    kind = table.dtype.type
    none = kind(NO_COST >> shift_of(table))
    edge, end = edges
    if (end - edge) % 2 == 1:
        above, cost = edge_slot[edge], edge_cost[edge]
        for lane in range(table.shape[1]):
            table[here, lane] = min(none, kind(table[above, lane] + cost))
        edge += 1
    else:
        for lane in range(table.shape[1]):
            table[here, lane] = none
    # Two at a time save every other time to read and write what is known here.
    while edge < end:
        above, cost = edge_slot[edge], edge_cost[edge]
        other, other_cost = edge_slot[edge + 1], edge_cost[edge + 1]
        for lane in range(table.shape[1]):
            over_one, over_other = kind(table[above, lane] + cost), kind(table[other, lane] + other_cost)
            table[here, lane] = min(table[here, lane], over_one, over_other)
        edge += 2


@inlined
def _take(begins: bool, cost: int, here: int, table: Costs, place: int, best: Costs) -> None:
    """Costs of a point by one of its entries, if they are better than those by entries before."""
    kind = table.dtype.type
    if begins:
        for lane in range(table.shape[1]):
            best[place, lane] = kind(table[here, lane] + cost)
    else:
        for lane in range(table.shape[1]):
            best[place, lane] = min(best[place, lane], kind(table[here, lane] + cost))


@compiled
def _along_road(same_road: SameRoad, lane: int, point: int) -> np.int64:
    """Cost between a lane and a point on the same road without leaving it, or ``NO_COST``."""
    arc = same_road.points.arcs[point]
    from_fraction, from_approach = same_road.lanes.fractions[lane], same_road.lanes.approaches[lane]
    to_fraction, to_approach = same_road.points.fractions[point], same_road.points.approaches[point]
    if same_road.backwards:
        from_fraction, to_fraction = to_fraction, from_fraction
        from_approach, to_approach = to_approach, from_approach
    return along_road(
        arc,
        from_fraction,
        from_approach,
        to_fraction,
        to_approach,
        same_road.arc_reverse,
        same_road.arc_cost,
    )


@compiled
def _whole_seconds(ms: np.int64) -> np.int32:
    """Seconds, rounded up; ``UNREACHABLE`` where there is no way."""
    if ms >= NO_COST >> COST_SHIFT:
        return np.int32(UNREACHABLE)
    # No processor divides vectors of integers. This divides by 1000, exactly, all that fits in 32 bits.
    return np.int32((np.uint64(np.uint32(ms) + np.uint64(999)) * np.uint64(274_877_907)) >> np.uint64(38))


@compiled
def _whole_metres(cost: np.int64) -> np.int32:
    """Metres, rounded to the nearest; ``UNREACHABLE`` where there is no way."""
    if cost >= NO_COST:
        return np.int32(UNREACHABLE)
    cm = np.uint32(cost & 0xFFFFFFFF)
    return np.int32((np.uint64(cm + np.uint64(50)) * np.uint64(1_374_389_535)) >> np.uint64(37))
