"""A collection problem as flat arrays for the compiled search.

Nodes are numbered stops first, then plants, then per kind of truck its start and its end. A slot is one truck
on one day: the row of a route.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from routing_core.collection.model import CollectionProblem, Plant, Stop, Truck

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NEVER = 2**50
"""Later than any time, more than any load."""
NEIGHBOURS = 100
NO_DAY = -1


class Data(NamedTuple):
    """What does not change during a search; times in seconds, loads in the problem's units."""

    stop_count: int
    plant_count: int
    seconds: Ints
    """Driving, shape (trucks, nodes, nodes)."""
    cost: Floats
    """What driving costs, shape (trucks, nodes, nodes)."""
    service: Ints
    opens: Ints
    """Shape (nodes, windows); ``NEVER`` where a node has fewer windows."""
    closes: Ints
    load: Ints
    """Shape (nodes, dimensions)."""
    release: Ints
    penalty: Floats
    """Per stop: what leaving it out costs."""
    patterns: Ints
    """Shape (stops, patterns): days as bits; 0 where a stop has fewer patterns."""
    neighbours: Ints
    """Shape (stops, neighbours): nearest stops first, each stop its own first neighbour."""
    capacity: Ints
    daily_cap: Ints
    stop_cap: Ints
    shift_begins: Ints
    shift_ends: Ints
    lunch_opens: Ints
    lunch_closes: Ints
    lunch_lasts: Ints
    """-1 for trucks without a rest."""
    max_duration: Ints
    per_tour: Floats
    empty_at_end: npt.NDArray[np.bool_]
    slot_truck: Ints
    slot_day: Ints
    strict: bool
    """Whether releases or a limit of duration with windows ask for a full look at each changed route."""


class State(NamedTuple):
    """Routes, with what is known about each of their positions; the start is position 0."""

    sequence: Ints
    """Shape (slots, positions): nodes from start to end."""
    length: Ints
    """Positions in use; 2 for an empty route."""
    free_fresh: Ints
    """When the truck is free to go on at the earliest, its driver not rested yet."""
    free_rested: Ints
    due_fresh: Ints
    """When work must begin at the latest, the driver not rested yet."""
    due_rested: Ints
    aboard: Ints
    """Shape (slots, positions, dimensions): load after the visit."""
    ahead: Ints
    """Load still to be taken before the next plant."""
    last_plant: Ints
    taken: Ints
    stop_counts: Ints
    busy: Ints
    """Driving and work, without waiting and rest."""
    route_cost: Floats
    where: Ints
    """Shape (stops, days): the slot that visits a stop on a day, or -1."""
    position: Ints
    absent: npt.NDArray[np.bool_]
    missed: Ints
    """How often a stop was left out while trucks were saved."""
    closed: npt.NDArray[np.bool_]
    """Slots that must stay empty."""
    scratch: Ints
    """Shape (8, positions): room for kernels to work in."""
    scratch_cost: Floats
    """Shape (4, positions)."""
    scratch_load: Ints
    """Shape (positions, dimensions)."""


def encode(problem: CollectionProblem, slots_per_day: int) -> Data:
    """The arrays of a problem, with at most ``slots_per_day`` trucks of each kind on each day."""
    stops, plants, trucks = problem.stops, problem.plants, problem.trucks
    stop_count, plant_count, node_count = len(stops), len(plants), len(stops) + len(plants) + 2 * len(trucks)
    sites: tuple[Stop | Plant, ...] = (*stops, *plants)
    places = np.array(
        [site.place for site in sites]
        + [place for truck in trucks for place in (truck.start_place, truck.end_place)],
        dtype=np.int64,
    )
    grid = np.ix_(places, places)
    seconds = np.stack([problem.matrices[truck.matrix].seconds[grid] for truck in trucks])
    cost = np.stack([_driving_cost(problem, truck)[grid] for truck in trucks])
    window_count = max([1, *(len(site.windows) for site in sites)])
    opens = np.full((node_count, window_count), NEVER, dtype=np.int64)
    closes = np.full((node_count, window_count), -NEVER, dtype=np.int64)
    service = np.zeros(node_count, dtype=np.int64)
    for node, site in enumerate(sites):
        service[node] = site.service_s
        for number, window in enumerate(site.windows):
            opens[node, number], closes[node, number] = window.earliest_s, window.latest_s
    load = np.zeros((node_count, problem.dimension_count), dtype=np.int64)
    release = np.zeros(node_count, dtype=np.int64)
    pattern_count = max([1, *(len(stop.patterns) for stop in stops)])
    patterns = np.zeros((stop_count, pattern_count), dtype=np.int64)
    for node, stop in enumerate(stops):
        load[node], release[node] = stop.load, stop.release_s
        for number, pattern in enumerate(stop.patterns):
            patterns[node, number] = sum(1 << day for day in pattern)
    # Two legs to the stop, two to a plant, and a truck: no visit costs more.
    visit = 1.0 + 4.0 * float(cost.max(initial=0.0)) + max(truck.cost_per_tour for truck in trucks)
    penalty = np.array(
        [visit * max(map(len, stop.patterns)) if stop.prize is None else stop.prize for stop in stops]
    )
    between = np.minimum(cost[0][:stop_count, :stop_count], cost[0][:stop_count, :stop_count].T).copy()
    np.fill_diagonal(between, -1.0)
    neighbours = _nearest(between)
    slots = [
        (index, day)
        for day in range(problem.day_count)
        for index, truck in enumerate(trucks)
        for _ in range(min(slots_per_day, slots_per_day if truck.count is None else truck.count))
    ]
    # The last row is no truck: kernels try changes of a route there.
    slots.append((0, NO_DAY))
    windowed = bool((opens[: len(sites)].clip(0) > 0).any() or (closes < NEVER)[: len(sites)].any())
    limited = any(truck.max_duration_s is not None for truck in trucks)
    return Data(
        stop_count,
        plant_count,
        np.ascontiguousarray(seconds),
        np.ascontiguousarray(cost),
        service,
        opens,
        closes,
        load,
        release,
        penalty,
        patterns,
        np.ascontiguousarray(neighbours),
        np.array([truck.capacity for truck in trucks], dtype=np.int64),
        np.array([truck.daily_cap or (NEVER,) * problem.dimension_count for truck in trucks], dtype=np.int64),
        _column([truck.stop_cap for truck in trucks]),
        np.array([truck.shift.earliest_s for truck in trucks], dtype=np.int64),
        np.array([truck.shift.latest_s for truck in trucks], dtype=np.int64),
        np.array([truck.lunch.window.earliest_s if truck.lunch else 0 for truck in trucks], dtype=np.int64),
        np.array([truck.lunch.window.latest_s if truck.lunch else 0 for truck in trucks], dtype=np.int64),
        np.array([truck.lunch.duration_s if truck.lunch else -1 for truck in trucks], dtype=np.int64),
        _column([truck.max_duration_s for truck in trucks]),
        np.array([truck.cost_per_tour for truck in trucks], dtype=np.float64),
        np.array([truck.empty_at_end for truck in trucks], dtype=np.bool_),
        np.array([index for index, _ in slots], dtype=np.int64),
        np.array([day for _, day in slots], dtype=np.int64),
        bool(release.any()) or (limited and windowed),
    )


def empty_state(data: Data, day_count: int) -> State:
    """Routes without visits; every stop is left out."""
    slots, stops = len(data.slot_truck), data.stop_count
    # Between two plants there is a stop, but for one plant too many on the way to a better route.
    positions = 2 * stops + 8 if data.plant_count else stops + 4
    dimensions = data.load.shape[1]

    def table(*shape: int) -> Ints:
        return np.zeros(shape, dtype=np.int64)

    state = State(
        table(slots, positions),
        np.full(slots, 2, dtype=np.int64),
        table(slots, positions),
        table(slots, positions),
        table(slots, positions),
        table(slots, positions),
        table(slots, positions, dimensions),
        table(slots, positions, dimensions),
        table(slots),
        table(slots, dimensions),
        table(slots),
        table(slots),
        np.zeros(slots),
        np.full((stops, day_count), -1, dtype=np.int64),
        np.zeros((stops, day_count), dtype=np.int64),
        np.ones(stops, dtype=np.bool_),
        np.ones(stops, dtype=np.int64),
        np.zeros(slots, dtype=np.bool_),
        table(8, positions),
        np.zeros((4, positions)),
        table(positions, dimensions),
    )
    state.closed[-1] = True
    first = data.stop_count + data.plant_count
    state.sequence[:, 0] = first + 2 * data.slot_truck
    state.sequence[:, 1] = first + 2 * data.slot_truck + 1
    return state


def _driving_cost(problem: CollectionProblem, truck: Truck) -> Floats:
    matrix = problem.matrices[truck.matrix]
    cost: Floats = truck.cost_per_distance * matrix.distance + truck.cost_per_driving_s * matrix.seconds
    return cost


def _nearest(between: Floats) -> Ints:
    """Per row the nearest of the others, the row itself first; equally near ones by their number."""
    count = len(between)
    if count > NEIGHBOURS:
        # Sorting whole rows of a large problem takes a second.
        near = np.sort(np.argpartition(between, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS], axis=1)
    else:
        near = np.broadcast_to(np.arange(count), between.shape)
    order = np.argsort(np.take_along_axis(between, near, axis=1), axis=1, kind="stable")
    return np.take_along_axis(near, order, axis=1).astype(np.int64)


def _column(values: list[int | None]) -> Ints:
    return np.array([NEVER if value is None else value for value in values], dtype=np.int64)
