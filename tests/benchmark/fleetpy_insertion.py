"""A peer of the insertion engine: how FleetPy inserts a request into vehicle plans, written anew.

Source: Engelhardt, Dandl, Syed, Zhang, Fehn, Wolf, Bogenberger 2022, "FleetPy: A Modular Open-Source
Simulation Tool for Mobility On-Demand Services", arXiv:2207.14246, and the project's own description of its
immediate insertion. A vehicle that cannot even drive straight to the pickup in time is left out. In the plan
of any other the pickup is tried at every position, and the plan gone through from its start; for each that
holds the dropoff is tried at every later position, and the plan gone through again from the pickup on. Every
plan that holds is kept as a copy, and its objective worked out anew over all its stops.

Different from the original, so that all searches answer the same question: everybody has a stop of their
own; the objective is that of ``insertion_answer``; and whether later stops have room is asked only once the
dropoff is in the plan, as the original loses plans by asking before. Charge, parcels and walks are left out.

Going forward only, and leaving out early what is late, are exact as long as nobody waits for a window to
open, as with rides asked for at once, and no detour is shorter than the direct way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from insertion_answer import DRIVE_WEIGHT, PASSENGER_WEIGHT, Best
from routing_core.fleet.model import NOBODY, Action, Capacity, Load, Request, Stop, Tour
from tour_standing import Matrix, standing


@dataclass(slots=True)
class PlanStop:
    """Somebody gets on, or off; ``planned_s`` is what the last look at the plan found."""

    action: Action
    request: Request
    place: int
    service_s: int
    change: Load
    planned_s: int = 0


@dataclass(slots=True)
class State:
    """A vehicle between two stops of its plan; ``set_off_s`` has when each passenger's ride began."""

    place: int
    time_s: int
    load: Load
    set_off_s: dict[str, int]

    def copy(self) -> "State":
        return replace(self, set_off_s=self.set_off_s.copy())


@dataclass(slots=True)
class VehiclePlan:
    """A vehicle with the stops it is going to make."""

    start: State
    capacity: Capacity
    end_place: int
    end_s: int
    locked_count: int
    done_count: int
    stops: list[PlanStop]
    objective: int = 0
    drive_s: int = 0

    def copy(self) -> "VehiclePlan":
        return replace(self, stops=[replace(stop) for stop in self.stops])


def vehicle_plans(
    tours: Sequence[Tour], requests: Mapping[str, Request], seconds: Matrix
) -> list[VehiclePlan]:
    """The tours as plans, gone through once: what FleetPy has at hand when a request comes."""
    return [_vehicle_plan(tour, requests, seconds) for tour in tours]


def best_insertions(request: Request, plans: Sequence[VehiclePlan], seconds: Matrix) -> list[Best]:
    """The best plan of every vehicle that has one, cheapest first."""
    found = []
    for index, plan in enumerate(plans):
        straight_s = seconds[plan.start.place][request.pickup_place]
        if plan.start.time_s + straight_s > request.pickup_window.latest_s:
            continue
        best: Best | None = None
        for new, pickup_at, dropoff_at in _insertions(request, plan, seconds):
            _evaluate(new, seconds)
            cost = new.objective - plan.objective
            if best is None or cost < best.cost:
                positions = plan.done_count + pickup_at, plan.done_count + dropoff_at
                best = Best(index, cost, *positions, new.drive_s - plan.drive_s)
        if best is not None:
            found.append(best)
    asked_s = PASSENGER_WEIGHT * sum(request.load) * request.pickup_window.earliest_s
    found = [replace(best, cost=best.cost - asked_s) for best in found]
    return sorted(found, key=lambda best: best.cost)


def _insertions(
    request: Request, plan: VehiclePlan, seconds: Matrix
) -> Iterator[tuple[VehiclePlan, int, int]]:
    """Every plan with the request that holds, and the stops before which the new ones come."""
    trial = plan.copy()
    pickup, dropoff = _stop(Action.PICKUP, request), _stop(Action.DROPOFF, request)
    pickups_at = []
    for pickup_at in range(plan.locked_count, len(plan.stops) + 1):
        trial.stops.insert(pickup_at, pickup)
        if _look(trial, trial.start.copy(), 0, seconds, room_until=pickup_at):
            pickups_at.append(pickup_at)
        del trial.stops[pickup_at]
        if pickup.planned_s > request.pickup_window.latest_s:
            break
    for pickup_at in pickups_at:
        trial.stops.insert(pickup_at, pickup)
        state = trial.start.copy()
        for stop in trial.stops[: pickup_at + 1]:
            _serve(stop, state, seconds)
        for dropoff_at in range(pickup_at, len(plan.stops) + 1):
            trial.stops.insert(dropoff_at + 1, dropoff)
            if _look(trial, state.copy(), pickup_at + 1, seconds):
                yield trial.copy(), pickup_at, dropoff_at
            del trial.stops[dropoff_at + 1]
            if dropoff.planned_s > request.dropoff_window.latest_s:
                break
        del trial.stops[pickup_at]


def _look(
    plan: VehiclePlan, state: State, first: int, seconds: Matrix, *, room_until: int | None = None
) -> bool:
    """Go through the plan from its stop ``first`` on, write the times, and tell whether everything holds."""
    for index, stop in enumerate(plan.stops[first:], start=first):
        _serve(stop, state, seconds)
        if stop.planned_s > _latest_s(stop, state):
            return False
        if (room_until is None or index <= room_until) and not plan.capacity.fits(state.load):
            return False
    return state.time_s + seconds[state.place][plan.end_place] <= plan.end_s


def _serve(stop: PlanStop, state: State, seconds: Matrix) -> None:
    request = stop.request
    state.time_s += seconds[state.place][stop.place]
    state.place = stop.place
    boards = stop.action is Action.PICKUP
    window = request.pickup_window if boards else request.dropoff_window
    stop.planned_s = max(state.time_s, window.earliest_s)
    state.time_s = stop.planned_s + stop.service_s
    state.load = state.load.plus(stop.change)
    if boards:
        state.set_off_s[request.id] = state.time_s


def _latest_s(stop: PlanStop, state: State) -> int:
    request = stop.request
    if stop.action is Action.PICKUP:
        return request.pickup_window.latest_s
    return min(request.dropoff_window.latest_s, state.set_off_s[request.id] + request.max_ride_s)


def _evaluate(plan: VehiclePlan, seconds: Matrix) -> None:
    """The objective of a plan that holds, over all its stops."""
    plan.drive_s = 0
    place = plan.start.place
    for stop in plan.stops:
        plan.drive_s += seconds[place][stop.place]
        place = stop.place
    plan.drive_s += seconds[place][plan.end_place]
    arrivals_s = 0
    for stop in plan.stops:
        if stop.action is Action.DROPOFF:
            arrivals_s += sum(stop.request.load) * stop.planned_s
    plan.objective = DRIVE_WEIGHT * plan.drive_s + PASSENGER_WEIGHT * arrivals_s


def _vehicle_plan(tour: Tour, requests: Mapping[str, Request], seconds: Matrix) -> VehiclePlan:
    stands = standing(tour, requests, seconds)
    load = NOBODY
    for aboard in stands.aboard:
        load = load.plus(requests[aboard].load)
    set_off_s = {aboard: departed_s for aboard, (_, departed_s) in stands.aboard.items()}
    shift = tour.shift
    plan = VehiclePlan(
        State(stands.place, stands.free_s, load, set_off_s),
        shift.capacity,
        shift.end_place,
        shift.end_s,
        stands.locked_count,
        stands.done_count,
        [_planned(stop, requests) for stop in stands.ahead],
    )
    if not _look(plan, plan.start.copy(), 0, seconds):
        raise SystemExit(f"the plan of {shift.id} does not hold")
    _evaluate(plan, seconds)
    return plan


def _planned(stop: Stop, requests: Mapping[str, Request]) -> PlanStop:
    return _stop(stop.action, requests[stop.subject])


def _stop(action: Action, request: Request) -> PlanStop:
    if action is Action.PICKUP:
        return PlanStop(action, request, request.pickup_place, request.pickup_service_s, request.load)
    change = NOBODY.minus(request.load)
    return PlanStop(action, request, request.dropoff_place, request.dropoff_service_s, change)
