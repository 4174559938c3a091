"""Where to put a stop: every position of every route, with one more plant where it needs one (compiled)."""

from routing_core.collection.arrays import Data, State
from routing_core.collection.compiled import inlined
from routing_core.collection.plant_kernels import INFINITE
from routing_core.collection.route_kernels import first_begin, rested_from

NO_PLANT = -1


@inlined
def may_take(data: Data, state: State, slot: int, stop: int) -> bool:
    """Whether what the truck takes in the whole day allows one more stop."""
    truck = data.slot_truck[slot]
    if state.stop_counts[slot] + 1 > data.stop_cap[truck]:
        return False
    for dimension in range(data.load.shape[1]):
        load = data.load[stop, dimension]
        if load > data.capacity[truck, dimension]:
            return False
        if state.taken[slot, dimension] + load > data.daily_cap[truck, dimension]:
            return False
    return True


@inlined
def added_cost(
    data: Data, state: State, slot: int, position: int, stop: int, limit: float
) -> tuple[float, int]:
    """What it costs to put a stop behind a position, and the plant it needs: code of :func:`put`.

    INFINITE where that is impossible or not below the limit.
    """
    truck = data.slot_truck[slot]
    before, after = state.sequence[slot, position], state.sequence[slot, position + 1]
    to, onward = data.cost[truck, before, stop], data.cost[truck, stop, after]
    empty = state.length[slot] == 2
    saved = -data.per_tour[truck] if empty else data.cost[truck, before, after]
    if to + onward - saved >= limit:
        return INFINITE, NO_PLANT
    final = position >= state.last_plant[slot]
    must_unload = final and data.empty_at_end[truck]
    fits, fits_first, fits_last = True, True, True
    for dimension in range(data.load.shape[1]):
        load, fit = data.load[stop, dimension], data.capacity[truck, dimension]
        aboard, ahead = state.aboard[slot, position, dimension], state.ahead[slot, position, dimension]
        fits &= aboard + ahead + load <= (0 if must_unload else fit)
        fits_first &= aboard + load <= fit and (not must_unload or ahead == 0)
        fits_last &= ahead + load <= (0 if must_unload else fit)
    if fits:
        if in_time(data, state, slot, position, stop, NO_PLANT, False):
            return to + onward - saved, NO_PLANT
        return INFINITE, NO_PLANT
    best, code = limit, NO_PLANT
    for plant in range(data.stop_count, data.stop_count + data.plant_count):
        if fits_first:
            cost = to + data.cost[truck, stop, plant] + data.cost[truck, plant, after] - saved
            if cost < best and in_time(data, state, slot, position, stop, plant, False):
                best, code = cost, 2 * plant
        if fits_last:
            cost = data.cost[truck, before, plant] + data.cost[truck, plant, stop] + onward - saved
            if cost < best and in_time(data, state, slot, position, stop, plant, True):
                best, code = cost, 2 * plant + 1
    return (best, code) if code != NO_PLANT else (INFINITE, NO_PLANT)


@inlined
def in_time(
    data: Data, state: State, slot: int, position: int, stop: int, plant: int, plant_first: bool
) -> bool:
    """Whether a stop behind a position, and a plant if there is one beside it, leave the route in time."""
    truck = data.slot_truck[slot]
    before, after = state.sequence[slot, position], state.sequence[slot, position + 1]
    fresh, rested = state.free_fresh[slot, position], state.free_rested[slot, position]
    first = plant if plant_first else stop
    second = NO_PLANT if plant == NO_PLANT else (stop if plant_first else plant)
    busy = state.busy[slot] + data.service[first] + data.seconds[truck, before, first]
    if state.length[slot] > 2:
        busy -= data.seconds[truck, before, after]
    fresh, rested = _pass(data, truck, before, first, fresh, rested)
    last = first
    if second != NO_PLANT:
        busy += data.service[second] + data.seconds[truck, first, second]
        fresh, rested = _pass(data, truck, first, second, fresh, rested)
        last = second
    drive = data.seconds[truck, last, after]
    if busy + drive > data.max_duration[truck]:
        return False
    due_fresh, due_rested = state.due_fresh[slot, position + 1], state.due_rested[slot, position + 1]
    return bool(fresh + drive <= due_fresh or rested + drive <= due_rested)


@inlined
def _pass(data: Data, truck: int, before: int, node: int, fresh: int, rested: int) -> tuple[int, int]:
    """When the truck is free after driving to a node and working there, driver fresh or rested."""
    drive = data.seconds[truck, before, node]
    fresh = first_begin(data, node, fresh + drive) + data.service[node]
    rested = first_begin(data, node, rested + drive) + data.service[node]
    return fresh, min(rested, rested_from(data, truck, fresh))


@inlined
def put(state: State, slot: int, position: int, stop: int, code: int) -> None:
    """Write a stop behind a position; an even code puts plant ``code // 2`` behind it, an odd one before."""
    more = 1 if code == NO_PLANT else 2
    sequence = state.sequence[slot]
    for index in range(state.length[slot] - 1, position, -1):
        sequence[index + more] = sequence[index]
    state.length[slot] += more
    if code == NO_PLANT:
        sequence[position + 1] = stop
    elif code % 2 == 0:
        sequence[position + 1], sequence[position + 2] = stop, code // 2
    else:
        sequence[position + 1], sequence[position + 2] = code // 2, stop
