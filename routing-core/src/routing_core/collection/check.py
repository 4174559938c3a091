"""The checker of collection: which rules a plan breaks.

It follows every tour visit by visit with the times the plan gives and shares nothing with the engines.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from routing_core.collection.model import CollectionProblem, Plant, Stop, Tour, Truck


def check(problem: CollectionProblem, tours: Sequence[Tour]) -> tuple[str, ...]:
    """All rules that tours break, each as a sentence; empty for a plan that may be driven."""
    faults = list(_fleet(problem, tours))
    if faults:
        return tuple(faults)
    faults += _served(problem, tours)
    for number, tour in enumerate(tours):
        truck = problem.trucks[tour.truck]
        name = f"tour {number} (truck {truck.truck_id}, day {tour.day})"
        faults += _loads(problem, truck, tour, name)
        faults += _times(problem, truck, tour, name)
        faults += _lunch(truck, tour, name)
    return tuple(faults)


def _fleet(problem: CollectionProblem, tours: Sequence[Tour]) -> Iterator[str]:
    used: Counter[tuple[int, int]] = Counter()
    for number, tour in enumerate(tours):
        if not 0 <= tour.truck < len(problem.trucks):
            yield f"tour {number} has truck {tour.truck}, there are {len(problem.trucks)}"
            continue
        if not 0 <= tour.day < problem.day_count:
            yield f"tour {number} is on day {tour.day}, there are {problem.day_count}"
        if not tour.visits:
            yield f"tour {number} has no visits"
        for visit in tour.visits:
            known = len(problem.plants) if visit.is_plant else len(problem.stops)
            if not 0 <= visit.index < known:
                kind = "plant" if visit.is_plant else "stop"
                yield f"tour {number} visits {kind} {visit.index}, there are {known}"
        used[tour.truck, tour.day] += 1
    for (index, day), count in used.items():
        truck = problem.trucks[index]
        if truck.count is not None and count > truck.count:
            yield f"{count} trucks {truck.truck_id} drive on day {day}, there are {truck.count}"


def _served(problem: CollectionProblem, tours: Sequence[Tour]) -> Iterator[str]:
    days: defaultdict[int, list[int]] = defaultdict(list)
    for tour in tours:
        for visit in tour.visits:
            if not visit.is_plant:
                days[visit.index].append(tour.day)
    for index, stop in enumerate(problem.stops):
        visited = tuple(sorted(days[index]))
        if not visited:
            if stop.prize is None:
                yield f"stop {stop.stop_id} is not visited"
        elif visited not in stop.patterns:
            yield f"stop {stop.stop_id} is visited on days {visited}, which is none of {stop.patterns}"


def _sites(problem: CollectionProblem, tour: Tour) -> list[Stop | Plant]:
    return [
        problem.plants[visit.index] if visit.is_plant else problem.stops[visit.index] for visit in tour.visits
    ]


def _loads(problem: CollectionProblem, truck: Truck, tour: Tour, name: str) -> Iterator[str]:
    aboard = [0] * len(truck.capacity)
    day = [0] * len(truck.capacity)
    stop_count = 0
    for site in _sites(problem, tour):
        if isinstance(site, Plant):
            aboard = [0] * len(truck.capacity)
            continue
        stop_count += 1
        aboard = [before + load for before, load in zip(aboard, site.load, strict=True)]
        day = [before + load for before, load in zip(day, site.load, strict=True)]
        if any(load > fits for load, fits in zip(aboard, truck.capacity, strict=True)):
            yield f"{name}: {aboard} is aboard after {site.stop_id}, {list(truck.capacity)} fits"
    if truck.empty_at_end and any(aboard):
        yield f"{name}: it comes back with {aboard} aboard"
    if any(load > cap for load, cap in zip(day, truck.daily_cap or day, strict=True)):
        yield f"{name}: it takes {day} in the day, the cap is {truck.daily_cap}"
    if truck.stop_cap is not None and stop_count > truck.stop_cap:
        yield f"{name}: it stops {stop_count} times, {truck.stop_cap} are allowed"


def _times(problem: CollectionProblem, truck: Truck, tour: Tour, name: str) -> Iterator[str]:
    seconds = problem.matrices[truck.matrix].seconds
    sites = _sites(problem, tour)
    if tour.leaves_s < truck.shift.earliest_s:
        yield f"{name}: it leaves at {tour.leaves_s} s, the shift begins at {truck.shift.earliest_s} s"
    if tour.back_s > truck.shift.latest_s:
        yield f"{name}: it is back at {tour.back_s} s, the shift ends at {truck.shift.latest_s} s"
    if truck.max_duration_s is not None and tour.back_s - tour.leaves_s > truck.max_duration_s:
        yield f"{name}: it lasts {tour.back_s - tour.leaves_s} s, {truck.max_duration_s} s are allowed"
    free_s, place = tour.leaves_s, truck.start_place
    loading_ends_s = free_s
    for position, (visit, site) in enumerate(zip(tour.visits, sites, strict=True)):
        label = site.plant_id if isinstance(site, Plant) else site.stop_id
        arrives_s = free_s + int(seconds[place, site.place])
        if visit.begins_s < arrives_s:
            yield f"{name}: {label} begins at {visit.begins_s} s, the truck arrives at {arrives_s} s"
        if not any(window.earliest_s <= visit.begins_s <= window.latest_s for window in site.windows):
            yield f"{name}: {label} begins at {visit.begins_s} s, outside of its windows"
        if isinstance(site, Stop) and site.release_s > loading_ends_s:
            yield f"{name}: {label} is released at {site.release_s} s, its trip began at {loading_ends_s} s"
        free_s, place = visit.begins_s + site.service_s, site.place
        if position == tour.lunch_after and tour.lunch_s is not None and truck.lunch is not None:
            if tour.lunch_s < free_s:
                yield f"{name}: lunch begins at {tour.lunch_s} s, work at {label} ends at {free_s} s"
            free_s = tour.lunch_s + truck.lunch.duration_s
        if isinstance(site, Plant) and position + 1 < len(sites):
            # The next trip begins as late as the time of its first visit allows.
            onward_s = int(seconds[place, sites[position + 1].place])
            loading_ends_s = max(free_s, tour.visits[position + 1].begins_s - onward_s)
    arrives_s = free_s + int(seconds[place, truck.end_place])
    if tour.back_s < arrives_s:
        yield f"{name}: it is back at {tour.back_s} s, it can be at {arrives_s} s"


def _lunch(truck: Truck, tour: Tour, name: str) -> Iterator[str]:
    if (tour.lunch_after is None) != (tour.lunch_s is None):
        yield f"{name}: lunch_after is {tour.lunch_after}, lunch_s is {tour.lunch_s}"
        return
    if truck.lunch is None:
        if tour.lunch_s is not None:
            yield f"{name}: lunch at {tour.lunch_s} s, this truck has none"
        return
    window = truck.lunch.window
    if tour.lunch_s is None or tour.lunch_after is None:
        if tour.back_s > window.latest_s:
            yield f"{name}: it is back at {tour.back_s} s without lunch by {window.latest_s} s"
        return
    if not 0 <= tour.lunch_after < len(tour.visits):
        yield f"{name}: lunch after visit {tour.lunch_after}, there are {len(tour.visits)}"
    if not window.earliest_s <= tour.lunch_s <= window.latest_s:
        yield f"{name}: lunch begins at {tour.lunch_s} s, outside of its window"
