"""What is known about one route: its times in both directions, its loads, its cost (compiled).

A driver who must rest does so once, after some visit. So every position has two earliest and two latest
times, before and after the rest; looking at an insertion then takes constant time (the forward and
backward slack of Savelsbergh, doubled).
"""

from routing_core.collection.arrays import NEVER, NO_DAY, Data, Ints, State
from routing_core.collection.compiled import inlined
from routing_core.improve.compiled import compiled


@inlined
def first_begin(data: Data, node: int, from_s: int) -> int:
    """The first time from ``from_s`` on inside of a window of the node, or NEVER."""
    for window in range(data.opens.shape[1]):
        if from_s <= data.closes[node, window]:
            return int(max(from_s, data.opens[node, window]))
    return NEVER


@inlined
def last_begin(data: Data, node: int, until_s: int) -> int:
    """The last time up to ``until_s`` inside of a window of the node, or -NEVER."""
    for window in range(data.opens.shape[1] - 1, -1, -1):
        if data.opens[node, window] <= until_s:
            return int(min(until_s, data.closes[node, window]))
    return -NEVER


@inlined
def rested_from(data: Data, truck: int, free_s: int) -> int:
    """When a driver who is free at ``free_s`` and rests at once is free again, or NEVER."""
    if data.lunch_lasts[truck] < 0:
        return NEVER
    begins = max(free_s, int(data.lunch_opens[truck]))
    return begins + int(data.lunch_lasts[truck]) if begins <= data.lunch_closes[truck] else NEVER


@compiled
def refresh(data: Data, state: State, slot: int) -> bool:
    """Work out all that is known about a route; whether it keeps every rule."""
    truck, day = data.slot_truck[slot], data.slot_day[slot]
    length = state.length[slot]
    sequence = state.sequence[slot]
    in_load = _loads(data, state, slot)
    in_time = _forward(data, state, slot)
    _backward(data, state, slot)
    cost, busy = 0.0, 0
    for position in range(1, length):
        before, node = sequence[position - 1], sequence[position]
        cost += data.cost[truck, before, node]
        busy += data.seconds[truck, before, node] + data.service[node]
        if node < data.stop_count and day != NO_DAY:
            state.where[node, day] = slot
            state.position[node, day] = position
    state.busy[slot] = busy if length > 2 else 0
    state.route_cost[slot] = cost + data.per_tour[truck] if length > 2 else 0.0
    if length == 2:
        return True
    if not in_load or not in_time or busy > data.max_duration[truck]:
        return False
    return bool(not data.strict or _duration(data, state, slot) <= data.max_duration[truck])


@compiled
def _loads(data: Data, state: State, slot: int) -> bool:
    truck, length = data.slot_truck[slot], state.length[slot]
    sequence, aboard, ahead = state.sequence[slot], state.aboard[slot], state.ahead[slot]
    dimensions = data.load.shape[1]
    state.last_plant[slot], state.stop_counts[slot] = 0, 0
    keeps = True
    for dimension in range(dimensions):
        aboard[0, dimension] = 0
        ahead[length - 1, dimension] = 0
        state.taken[slot, dimension] = 0
    for position in range(1, length):
        node = sequence[position]
        plant = data.stop_count <= node < data.stop_count + data.plant_count
        if plant:
            state.last_plant[slot] = position
        elif node < data.stop_count:
            state.stop_counts[slot] += 1
        for dimension in range(dimensions):
            load = data.load[node, dimension]
            state.taken[slot, dimension] += load
            aboard[position, dimension] = 0 if plant else aboard[position - 1, dimension] + load
            keeps &= aboard[position, dimension] <= data.capacity[truck, dimension]
            keeps &= state.taken[slot, dimension] <= data.daily_cap[truck, dimension]
    for position in range(length - 2, -1, -1):
        node = sequence[position + 1]
        plant = data.stop_count <= node < data.stop_count + data.plant_count
        for dimension in range(dimensions):
            more = ahead[position + 1, dimension] + data.load[node, dimension]
            ahead[position, dimension] = 0 if plant else more
    if data.empty_at_end[truck]:
        for dimension in range(dimensions):
            keeps &= aboard[length - 1, dimension] == 0
    return bool(keeps and state.stop_counts[slot] <= data.stop_cap[truck])


@inlined
def _trip_release(data: Data, state: State, slot: int, position: int) -> int:
    """When the trip after a position may begin."""
    latest = 0
    for later in range(position + 1, state.length[slot] - 1):
        node = state.sequence[slot, later]
        if node >= data.stop_count:
            break
        latest = max(latest, int(data.release[node]))
    return latest


@compiled
def _forward(data: Data, state: State, slot: int) -> bool:
    truck, length = data.slot_truck[slot], state.length[slot]
    sequence, fresh, rested = state.sequence[slot], state.free_fresh[slot], state.free_rested[slot]
    fresh[0] = data.shift_begins[truck]
    rested[0] = NEVER
    if data.strict:
        fresh[0] = max(fresh[0], _trip_release(data, state, slot, 0))
    for position in range(1, length - 1):
        node = sequence[position]
        drive = data.seconds[truck, sequence[position - 1], node]
        fresh[position] = first_begin(data, node, fresh[position - 1] + drive) + data.service[node]
        again = first_begin(data, node, rested[position - 1] + drive) + data.service[node]
        rested[position] = min(again, rested_from(data, truck, fresh[position]))
        if data.strict and node >= data.stop_count:
            release = _trip_release(data, state, slot, position)
            fresh[position] = max(fresh[position], release)
            rested[position] = max(rested[position], release)
    drive = data.seconds[truck, sequence[length - 2], sequence[length - 1]]
    fresh[length - 1] = fresh[length - 2] + drive
    rested[length - 1] = rested[length - 2] + drive
    return bool(fresh[length - 1] <= _due_back(data, truck) or rested[length - 1] <= data.shift_ends[truck])


@inlined
def _due_back(data: Data, truck: int) -> int:
    """When a driver who has not rested on the way must be back."""
    if data.lunch_lasts[truck] < 0:
        return int(data.shift_ends[truck])
    return int(min(data.shift_ends[truck], data.lunch_closes[truck]))


@compiled
def _backward(data: Data, state: State, slot: int) -> None:
    truck, length = data.slot_truck[slot], state.length[slot]
    fresh, rested = state.due_fresh[slot], state.due_rested[slot]
    fresh[length - 1] = _due_back(data, truck)
    rested[length - 1] = data.shift_ends[truck] if data.lunch_lasts[truck] >= 0 else -NEVER
    _due(data, state, slot, fresh, rested)


@compiled
def _due(data: Data, state: State, slot: int, fresh: Ints, rested: Ints) -> None:
    """Fill in when work must begin at each position, from what the last position says."""
    truck, length, sequence = data.slot_truck[slot], state.length[slot], state.sequence[slot]
    for position in range(length - 2, -1, -1):
        node = sequence[position]
        drive = data.seconds[truck, node, sequence[position + 1]]
        free_fresh = fresh[position + 1] - drive
        free_rested = rested[position + 1] - drive
        if position == 0:
            fresh[0], rested[0] = free_fresh, -NEVER
            return
        if data.lunch_lasts[truck] >= 0 and data.lunch_opens[truck] + data.lunch_lasts[truck] <= free_rested:
            lunch = min(data.lunch_closes[truck], free_rested - data.lunch_lasts[truck])
            free_fresh = max(free_fresh, lunch)
        fresh[position] = last_begin(data, node, free_fresh - data.service[node])
        rested[position] = last_begin(data, node, free_rested - data.service[node])


@compiled
def _duration(data: Data, state: State, slot: int) -> int:
    """From leaving as late as being back first allows; the shortest where nodes have one window each."""
    truck, length = data.slot_truck[slot], state.length[slot]
    fresh, rested = state.scratch[0], state.scratch[1]
    back_fresh, back_rested = state.free_fresh[slot, length - 1], state.free_rested[slot, length - 1]
    in_time = back_fresh <= _due_back(data, truck)
    if in_time and back_fresh <= back_rested:
        back, fresh[length - 1], rested[length - 1] = back_fresh, back_fresh, -NEVER
    else:
        back, fresh[length - 1], rested[length - 1] = back_rested, -NEVER, back_rested
    _due(data, state, slot, fresh, rested)
    return int(back - max(fresh[0], state.free_fresh[slot, 0]))
