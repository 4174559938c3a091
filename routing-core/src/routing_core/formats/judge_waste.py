"""Whether routes solve a day or several days of waste collection, and at what cost."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from routing_core.formats.verdict import TOLERANCE, Routes, Verdict
from routing_core.formats.waste import CollectionDay, CollectionPeriod, CollectionSite

FEET_PER_MILE = 5280.0


def judge_day(day: CollectionDay, routes: Routes) -> Verdict:
    """Judge routes of stops and plants, without the depot; the cost is Manhattan miles."""
    plants = {plant.node_id for plant in day.plants}
    sites = {site.node_id: site for site in (*day.plants, *day.stops)}
    used = [route for route in routes if route]
    unknown = [
        f"there is no stop or plant {node_id}" for route in used for node_id in route if node_id not in sites
    ]
    if unknown:
        return Verdict(0, 0.0, tuple(unknown))
    paths = [[day.depot, *(sites[node_id] for node_id in route), day.depot] for route in used]
    cost = sum(_miles(a, b) for path in paths for a, b in pairwise(path))
    visits = Counter(node_id for route in used for node_id in route)
    faults = [
        f"stop {stop.node_id} is visited {visits[stop.node_id]} times"
        for stop in day.stops
        if visits[stop.node_id] != 1
    ]
    for path in paths:
        faults += _day_load(day, path[1:-1], plants)
        faults += _day_times(day, path)
    return Verdict(len(used), cost, tuple(faults))


def _miles(a: CollectionSite, b: CollectionSite) -> float:
    return (abs(a.x_feet - b.x_feet) + abs(a.y_feet - b.y_feet)) / FEET_PER_MILE


def _day_load(day: CollectionDay, sites: Sequence[CollectionSite], plants: set[str]) -> Iterator[str]:
    first = sites[0].node_id
    aboard_yd = total_yd = 0.0
    stop_count = 0
    for site in sites:
        if site.node_id in plants:
            aboard_yd = 0.0
            continue
        stop_count += 1
        aboard_yd += site.load_yd
        total_yd += site.load_yd
        if aboard_yd > day.truck_capacity_yd + TOLERANCE:
            yield f"{aboard_yd:g} yd are aboard after {site.node_id}, {day.truck_capacity_yd:g} fit"
    if aboard_yd > TOLERANCE:
        yield f"the truck that begins with {first} comes back with {aboard_yd:g} yd"
    if total_yd > day.daily_cap_yd + TOLERANCE:
        yield f"the truck that begins with {first} takes {total_yd:g} yd, the cap is {day.daily_cap_yd:g}"
    if stop_count > day.daily_stop_cap:
        yield f"the truck that begins with {first} stops {stop_count} times, {day.daily_stop_cap} are allowed"


def _day_times(day: CollectionDay, path: Sequence[CollectionSite]) -> Iterator[str]:
    """Whether there is a place for lunch with which everything is in time.

    Driving begins as early as the depot opens. Lunch is held where the truck has just worked, as early as
    its window allows, or at the depot when the truck is back before the window ends.
    """
    faults = _late(day, path, None)
    if not faults and _back_s(day, path, None) <= day.lunch_latest_s + TOLERANCE:
        return
    for after in range(1, len(path) - 1):
        faults_with_lunch = _late(day, path, after)
        if not faults_with_lunch:
            return
    yield from faults or [f"there is no time for lunch on the route that begins with {path[1].node_id}"]


def _times(day: CollectionDay, path: Sequence[CollectionSite], lunch_after: int | None) -> Iterator[float]:
    """When each site of the path is begun; infinity from where lunch cannot begin in its window."""
    time_s = float(path[0].earliest_s)
    yield time_s
    for index, (site, then) in enumerate(pairwise(path)):
        time_s += site.service_s
        if index == lunch_after:
            time_s = max(time_s, day.lunch_earliest_s)
            time_s = time_s + day.lunch_s if time_s <= day.lunch_latest_s + TOLERANCE else float("inf")
        time_s += _miles(site, then) / day.speed_mph * 3600
        if then is not path[-1]:
            time_s = max(time_s, float(then.earliest_s))
        yield time_s


def _back_s(day: CollectionDay, path: Sequence[CollectionSite], lunch_after: int | None) -> float:
    *_, back_s = _times(day, path, lunch_after)
    return back_s


def _late(day: CollectionDay, path: Sequence[CollectionSite], lunch_after: int | None) -> list[str]:
    return [
        f"{site.node_id} is reached at {time_s:.6g} s, its window ends at {site.latest_s} s"
        for site, time_s in zip(path, _times(day, path, lunch_after), strict=True)
        if time_s > site.latest_s + TOLERANCE
    ]


def judge_period(period: CollectionPeriod, days: Sequence[Routes]) -> Verdict:
    """Judge routes of bins and plants by day, without the depot; the cost is minutes of driving.

    The verdict's number of vehicles is the largest of any day.
    """
    used = [[route for route in routes if route] for routes in days]
    positions = {node_id: index for index, node_id in enumerate(period.node_ids)}
    unknown = [
        f"there is no bin or plant {node_id}"
        for routes in used
        for route in routes
        for node_id in route
        if positions.get(node_id, period.depot_index) == period.depot_index
    ]
    if unknown:
        return Verdict(0, 0.0, tuple(unknown))
    faults = list(_patterns(period, used))
    cost = 0.0
    for number, routes in enumerate(used):
        if len(routes) > period.truck_count:
            faults.append(f"day {number} has {len(routes)} tours, there are {period.truck_count} trucks")
        for route in routes:
            nodes = [positions[node_id] for node_id in route]
            legs = pairwise([period.depot_index, *nodes, period.depot_index])
            driven_min = sum(float(period.travel_min[a, b]) for a, b in legs)
            cost += driven_min
            faults += _tour(period, nodes, driven_min, f"day {number}, the tour from {route[0]} on")
    return Verdict(max(map(len, used), default=0), cost, tuple(faults))


def _patterns(period: CollectionPeriod, days: Sequence[Routes]) -> Iterator[str]:
    if len(days) != period.day_count:
        yield f"there are routes for {len(days)} days, the horizon has {period.day_count}"
    emptied = Counter(
        (node_id, day) for day, routes in enumerate(days) for route in routes for node_id in route
    )
    for bin_ in period.bins:
        counts = {day: emptied[bin_.node_id, day] for day in range(len(days)) if emptied[bin_.node_id, day]}
        if tuple(counts) not in bin_.patterns or set(counts.values()) != {1}:
            yield f"bin {bin_.node_id} is emptied by day {counts}, which is none of {bin_.patterns}"


def _tour(period: CollectionPeriod, nodes: Sequence[int], driven_min: float, name: str) -> Iterator[str]:
    service_min = dict(zip(period.plant_indices, period.plant_service_min.tolist(), strict=True))
    demand = dict.fromkeys(period.plant_indices, 0.0)
    for bin_ in period.bins:
        service_min[bin_.index], demand[bin_.index] = bin_.service_min, bin_.demand
    aboard = 0.0
    for node in nodes:
        aboard = 0.0 if node in period.plant_indices else aboard + demand[node]
        if aboard > period.truck_capacity + TOLERANCE:
            after = period.node_ids[node]
            yield f"{name}: {aboard:g} are aboard after {after}, {period.truck_capacity:g} fit"
    if aboard > TOLERANCE:
        yield f"{name}: it comes back with {aboard:g} aboard"
    duration_min = driven_min + sum(service_min[node] for node in nodes)
    if duration_min > period.max_duration_min + TOLERANCE:
        yield f"{name}: it lasts {duration_min:g} min, {period.max_duration_min:g} are allowed"
