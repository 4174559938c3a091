"""The best plants for a fixed order of stops, by dynamic programming (compiled).

A tour is a chain of trips, each from an unloading to the next. What the first i stops cost when the truck
then unloads depends on where the last trip began; the loads a trip may take form a sliding window, so its
cheapest beginning is kept in a monotone queue and the whole takes time linear in stops times plants (the
splitting of Vidal 2016 with a facility between the parts).
"""

from routing_core.collection.arrays import Data, State
from routing_core.collection.compiled import inlined
from routing_core.collection.route_kernels import refresh
from routing_core.improve.compiled import compiled

STOPS, FROM, VIA, QUEUE, OLD = 2, 3, 4, 5, 6
"""Rows of the integers to work in; the first two belong to the times of routes."""
PREFIX, ENTER, REACH = 0, 1, 2
INFINITE = 1e300


@compiled
def replant(data: Data, state: State, slot: int) -> bool:
    """Give a route the plants with which it costs least; whether it then keeps every rule.

    Where the cheapest plants are too slow, the fastest are tried, and else the route stays as it is.
    """
    if data.plant_count == 0:
        return refresh(data, state, slot)
    length = state.length[slot]
    old = state.scratch[OLD]
    for position in range(length):
        old[position] = state.sequence[slot, position]
    for by_time in (False, True):
        if _place(data, state, slot, by_time) and refresh(data, state, slot):
            return True
        for position in range(length):
            state.sequence[slot, position] = old[position]
        state.length[slot] = length
    return refresh(data, state, slot)


@compiled
def trial_cost(data: Data, state: State, slot: int, position: int, stop: int) -> float:
    """What a stop behind a position costs when the whole route gets its plants anew, or INFINITE."""
    trial = len(state.length) - 1
    data.slot_truck[trial] = data.slot_truck[slot]
    sequence = state.sequence[trial]
    for index in range(position + 1):
        sequence[index] = state.sequence[slot, index]
    sequence[position + 1] = stop
    for index in range(position + 1, state.length[slot]):
        sequence[index + 1] = state.sequence[slot, index]
    state.length[trial] = state.length[slot] + 1
    keeps = replant(data, state, trial)
    cost = state.route_cost[trial] - state.route_cost[slot]
    _write_empty(data, state, trial)
    state.route_cost[trial] = 0.0
    return float(cost) if keeps else INFINITE


@inlined
def _leg(data: Data, truck: int, before: int, node: int, by_time: bool) -> float:
    if by_time:
        return float(data.seconds[truck, before, node] + data.service[node])
    return float(data.cost[truck, before, node])


@compiled
def _place(data: Data, state: State, slot: int, by_time: bool) -> bool:
    """Rewrite the route with the best plants; False where some stop does not even fit alone."""
    truck = data.slot_truck[slot]
    count = _strip(data, state, slot)
    if count == 0:
        _write_empty(data, state, slot)
        return True
    stops, begins, vias, queue = (
        state.scratch[STOPS],
        state.scratch[FROM],
        state.scratch[VIA],
        state.scratch[QUEUE],
    )
    prefix, enter, reach = state.scratch_cost[PREFIX], state.scratch_cost[ENTER], state.scratch_cost[REACH]
    loads = state.scratch_load
    start = state.sequence[slot, 0]
    enter[0] = _leg(data, truck, start, stops[1], by_time)
    prefix[1] = 0.0
    vias[0] = -1
    head, tail = 0, 0
    for last in range(1, count + 1):
        if last > 1:
            prefix[last] = prefix[last - 1] + _leg(data, truck, stops[last - 1], stops[last], by_time)
        key = enter[last - 1] - prefix[last]
        while tail > head and enter[queue[tail - 1]] - prefix[queue[tail - 1] + 1] >= key:
            tail -= 1
        queue[tail] = last - 1
        tail += 1
        while tail > head and not _fits(data, truck, loads, queue[head], last):
            head += 1
        if tail == head:
            return False
        begins[last] = queue[head]
        reach[last] = enter[queue[head]] - prefix[queue[head] + 1] + prefix[last]
        if last < count:
            enter[last] = INFINITE
            for plant in range(data.stop_count, data.stop_count + data.plant_count):
                there = reach[last] + _leg(data, truck, stops[last], plant, by_time)
                there += _leg(data, truck, plant, stops[last + 1], by_time)
                if there < enter[last]:
                    enter[last], vias[last] = there, plant
    _finish(data, state, slot, count, by_time)
    return True


@compiled
def _strip(data: Data, state: State, slot: int) -> int:
    """Collect the stops of a route, from 1 on, and the sums of their loads; how many there are."""
    count = 0
    for dimension in range(data.load.shape[1]):
        state.scratch_load[0, dimension] = 0
    for position in range(1, state.length[slot] - 1):
        node = state.sequence[slot, position]
        if node < data.stop_count:
            count += 1
            state.scratch[STOPS, count] = node
            for dimension in range(data.load.shape[1]):
                before = state.scratch_load[count - 1, dimension]
                state.scratch_load[count, dimension] = before + data.load[node, dimension]
    return count


@inlined
def _fits(data: Data, truck: int, loads, begin: int, last: int) -> bool:  # type: ignore[no-untyped-def]
    for dimension in range(data.load.shape[1]):
        if loads[last, dimension] - loads[begin, dimension] > data.capacity[truck, dimension]:
            return False
    return True


@compiled
def _write_empty(data: Data, state: State, slot: int) -> None:
    state.sequence[slot, 1] = data.stop_count + data.plant_count + 2 * data.slot_truck[slot] + 1
    state.length[slot] = 2


@compiled
def _finish(data: Data, state: State, slot: int, count: int, by_time: bool) -> None:
    """Choose how the tour ends, and write it."""
    truck = data.slot_truck[slot]
    stops, begins, vias = state.scratch[STOPS], state.scratch[FROM], state.scratch[VIA]
    prefix, enter, reach = state.scratch_cost[PREFIX], state.scratch_cost[ENTER], state.scratch_cost[REACH]
    end = data.stop_count + data.plant_count + 2 * truck + 1
    best, last_via = INFINITE, -1
    for plant in range(data.stop_count, data.stop_count + data.plant_count):
        there = reach[count] + _leg(data, truck, stops[count], plant, by_time)
        there += _leg(data, truck, plant, end, by_time)
        if there < best:
            best, last_via = there, plant
    home = _leg(data, truck, stops[count], end, by_time)
    if not data.empty_at_end[truck]:
        if reach[count] + home < best:
            best, last_via = reach[count] + home, -1
    else:
        for begin in range(count - 1, -1, -1):
            loaded = False
            for dimension in range(data.load.shape[1]):
                loaded |= state.scratch_load[count, dimension] > state.scratch_load[begin, dimension]
            if loaded:
                break
            there = enter[begin] - prefix[begin + 1] + prefix[count] + home
            if there < best:
                best, last_via, begins[count] = there, -1, begin
    plants = 1 if last_via >= 0 else 0
    begin = begins[count]
    while begin > 0:
        plants += 1
        begin = begins[begin]
    position = count + plants + 1
    sequence = state.sequence[slot]
    sequence[position] = end
    state.length[slot] = position + 1
    if last_via >= 0:
        position -= 1
        sequence[position] = last_via
    begin = begins[count]
    for index in range(count, 0, -1):
        if index == begin:
            position -= 1
            sequence[position] = vias[index]
            begin = begins[index]
        position -= 1
        sequence[position] = stops[index]
