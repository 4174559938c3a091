"""Where a task fits best into a route."""

import numpy as np

from routing_core.fleet.timing import NO_LIMIT, Ints
from routing_core.improve.arrays import NONE, Floats, Indices, Net
from routing_core.improve.chance import State, chance
from routing_core.improve.compiled import compiled
from routing_core.improve.routes import Routes


@compiled
def _fits(net: Net, shift: int, seated: int, chairs: int) -> bool:
    return bool(chairs < net.seats.shape[1] and seated <= net.seats[shift, chairs])


@compiled
def first_gap(net: Net, shift: int) -> int:
    """The first gap open to insertions: behind what is fixed."""
    gap = 0
    while gap < net.fixed.shape[1] and net.fixed[shift, gap] != NONE:
        gap += 1
    return gap


@compiled
def _lay_out(
    net: Net,
    routes: Routes,
    task: int,
    shift: int,
    pickup_gap: int,
    dropoff_gap: int,
    order: Indices,
) -> tuple[int, int, int]:
    """Write the nodes of the stretch that the new stops bear on.

    It goes from the last moment before to the first moment after them at which the vehicle is empty; with a
    limited duration it is the whole route.

    Returns
    -------
    How many nodes it has, the position of its first node, and the position of the first node behind it.
    """
    nodes, count = routes.nodes[shift], routes.size[shift]
    seated, chairs = routes.seated[shift], routes.chairs[shift]
    whole = net.duration[shift] < NO_LIMIT
    opens = pickup_gap
    while opens > 0 and (whole or seated[opens] != 0 or chairs[opens] != 0):
        opens -= 1
    length = 0
    for position in range(opens, count):
        empty = position > dropoff_gap and seated[position - 1] == 0 and chairs[position - 1] == 0
        # A break is taken wherever the vehicle stands, so the way behind it may have changed.
        if empty and not whole and not net.is_break[nodes[position]] and not net.is_break[order[length - 1]]:
            return length, opens, position
        order[length] = nodes[position]
        length += 1
        if position == pickup_gap and net.pickup[task] != NONE:
            order[length] = net.pickup[task]
            length += 1
        if position == dropoff_gap:
            order[length] = net.dropoff[task]
            length += 1
    return length, opens, count


@compiled
def _keeps_limits(
    net: Net, order: Indices, times: Ints, index_of: Indices, length: int, duration: int
) -> tuple[bool, bool]:
    """Start later what ride limits and the duration want later; whether that can be, and nothing was late."""
    settled = True
    leaves = times[length - 1] - duration
    if leaves > times[0]:
        if leaves > net.latest[order[0]]:
            return False, False
        times[0] = leaves
        settled = False
    for index in range(length - 1, 0, -1):
        node = order[index]
        on = net.pickup_of[node]
        if on != NONE:
            needed = times[index] - net.ride[node] - net.service[on]
            if needed > times[index_of[on]]:
                if needed > net.latest[on]:
                    return False, False
                times[index_of[on]] = needed
                settled = False
    return True, settled


@compiled
def keeps_times(
    net: Net,
    routes: Routes,
    task: int,
    shift: int,
    pickup_gap: int,
    dropoff_gap: int,
    order: Indices,
    place: Indices,
    times: Ints,
    index_of: Indices,
) -> bool:
    """Whether the route has times with the task in these gaps: exact.

    Relaxes only the stretch between two moments at which the vehicle is empty; beyond them the route's own
    earliest and latest times decide.
    """
    length, opens, behind = _lay_out(net, routes, task, shift, pickup_gap, dropoff_gap, order)
    for index in range(length):
        node = order[index]
        index_of[node] = index
        place[index] = net.place[node]
        if place[index] == NONE:
            place[index] = place[index - 1] if index > 0 else routes.at[shift, opens]
        times[index] = net.earliest[node]
    duration = net.duration[shift]
    if duration == NO_LIMIT:
        times[0] = routes.soonest[shift, opens]
    for _ in range(length + 1):
        for index in range(1, length):
            driven = net.travel[place[index - 1], place[index]]
            there = times[index - 1] + net.service[order[index - 1]] + driven
            times[index] = max(times[index], there)
            if times[index] > net.latest[order[index]]:
                return False
        if behind < routes.size[shift]:
            driven = net.travel[place[length - 1], routes.at[shift, behind]]
            there = times[length - 1] + net.service[order[length - 1]] + driven
            if there > routes.latest[shift, behind]:
                return False
        possible, settled = _keeps_limits(net, order, times, index_of, length, duration)
        if settled or not possible:
            return possible
    return False


@compiled
def _place_behind(net: Net, routes: Routes, shift: int, gap: int) -> int:
    """Where the vehicle drives next from a gap: breaks are taken where it stands."""
    position = gap + 1
    while net.is_break[routes.nodes[shift, position]]:
        position += 1
    return int(routes.at[shift, position])


@compiled
def best_position(  # noqa: C901, PLR0912, PLR0915 - one walk over the pairs, in one piece for its running totals
    net: Net,
    routes: Routes,
    task: int,
    shift: int,
    limit: float,
    blink: float,
    random: State,
    order: Indices,
    place: Indices,
    times: Ints,
    index_of: Indices,
    later: Floats,
) -> tuple[float, int, int, bool]:
    """The cheapest gaps of a route for a task, among those that cost less than ``limit``.

    Every feasible position that would be the best so far is passed over with probability ``blink``
    (Christiaens and Vanden Berghe 2020).

    Parameters
    ----------
    order, place, times, index_of, later
        Room to work in.

    Returns
    -------
    Cost added (infinite if there is none below the limit), both gaps, and whether any position was passed
    over by chance.
    """
    nodes, count, at = routes.nodes[shift], routes.size[shift], routes.at[shift]
    soonest, latest = routes.soonest[shift], routes.latest[shift]
    pickup, dropoff = net.pickup[task], net.dropoff[task]
    there = net.place[dropoff]
    best, best_pickup, best_dropoff, blinked = limit, NONE, NONE, False
    opens = first_gap(net, shift)
    extra = 0.0
    if routes.cost[shift] == 0.0 and not net.is_break[dropoff] and not _serves(net, routes, shift):
        extra = net.per_shift + net.cost[at[0], at[count - 1]]
    if pickup == NONE:
        for gap in range(opens, count - 1):
            if gap > opens and net.is_break[nodes[gap]] and not net.is_break[dropoff]:
                break
            if net.is_break[dropoff] and (routes.seated[shift, gap] != 0 or routes.chairs[shift, gap] != 0):
                continue
            here = at[gap] if there == NONE else there
            starts = soonest[gap] + net.service[nodes[gap]] + net.travel[at[gap], here]
            if starts > net.latest[dropoff]:
                continue
            behind = _place_behind(net, routes, shift, gap)
            added = extra + net.cost[at[gap], here] + net.cost[here, behind] - net.cost[at[gap], behind]
            if added < best and keeps_times(
                net, routes, task, shift, gap, gap, order, place, times, index_of
            ):
                best, best_pickup, best_dropoff = added, gap, gap
        return (best if best_pickup != NONE else np.inf), best_pickup, best_dropoff, False
    here = net.place[pickup]
    # What the dropoff adds at the least behind each gap, when it does not follow the pickup at once.
    least = np.inf
    for gap in range(count - 2, opens - 1, -1):
        later[gap] = least
        behind = _place_behind(net, routes, shift, gap)
        detour = net.cost[at[gap], there] + net.cost[there, behind] - net.cost[at[gap], behind]
        least = min(least, detour)
    party, party_chairs = net.seated[pickup], net.chairs[pickup]
    direct = net.travel[here, there]
    for gap in range(opens, count - 1):
        node = nodes[gap]
        free = soonest[gap] + net.service[node]
        if free > net.latest[pickup]:
            break
        starts = max(net.earliest[pickup], free + net.travel[at[gap], here])
        if starts > net.latest[pickup]:
            continue
        if not _fits(net, shift, routes.seated[shift, gap] + party, routes.chairs[shift, gap] + party_chairs):
            continue
        behind = _place_behind(net, routes, shift, gap)
        leaves = starts + net.service[pickup]
        to_pickup = extra + net.cost[at[gap], here] - net.cost[at[gap], behind]
        # Dropoff at once.
        added = to_pickup + net.cost[here, there] + net.cost[there, behind]
        if added < best and direct <= net.ride[dropoff]:
            starts = max(net.earliest[dropoff], leaves + direct)
            if starts <= net.latest[dropoff]:
                followed_by_break = net.is_break[nodes[gap + 1]]
                back = starts + net.service[dropoff] + net.travel[there, behind]
                if followed_by_break or back <= latest[gap + 1]:
                    exact = not net.timed and not followed_by_break
                    if exact or keeps_times(
                        net, routes, task, shift, gap, gap, order, place, times, index_of
                    ):
                        if chance(random) < blink:
                            blinked = True
                        else:
                            best, best_pickup, best_dropoff = added, gap, gap
        to_pickup += net.cost[here, behind]
        if to_pickup + later[gap] >= best:
            continue
        ridden = 0
        standing = here
        for dropoff_gap in range(gap + 1, count - 1):
            between = nodes[dropoff_gap]
            if net.is_break[between] or not _fits(
                net,
                shift,
                routes.seated[shift, dropoff_gap] + party,
                routes.chairs[shift, dropoff_gap] + party_chairs,
            ):
                break
            driven = net.travel[standing, at[dropoff_gap]]
            starts = max(soonest[dropoff_gap], leaves + driven)
            if starts > latest[dropoff_gap]:
                break
            ridden += driven + net.service[between]
            leaves = starts + net.service[between]
            if ridden > net.ride[dropoff] or leaves > net.latest[dropoff]:
                break
            standing = at[dropoff_gap]
            behind = _place_behind(net, routes, shift, dropoff_gap)
            added = (
                to_pickup + net.cost[standing, there] + net.cost[there, behind] - net.cost[standing, behind]
            )
            if added >= best:
                continue
            driven = net.travel[standing, there]
            dropped_off = max(net.earliest[dropoff], leaves + driven)
            if dropped_off > net.latest[dropoff] or ridden + driven > net.ride[dropoff]:
                continue
            followed_by_break = net.is_break[nodes[dropoff_gap + 1]]
            back = dropped_off + net.service[dropoff] + net.travel[there, behind]
            if not followed_by_break and back > latest[dropoff_gap + 1]:
                continue
            if (net.timed or followed_by_break) and not keeps_times(
                net, routes, task, shift, gap, dropoff_gap, order, place, times, index_of
            ):
                continue
            if chance(random) < blink:
                blinked = True
            else:
                best, best_pickup, best_dropoff = added, gap, dropoff_gap
    return (best if best_pickup != NONE else np.inf), best_pickup, best_dropoff, blinked


@compiled
def _serves(net: Net, routes: Routes, shift: int) -> bool:
    """Whether the route has any stop but breaks, or had one before."""
    if net.used[shift]:
        return True
    for position in range(1, routes.size[shift] - 1):
        if not net.is_break[routes.nodes[shift, position]]:
            return True
    return False
