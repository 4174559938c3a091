"""What is to be solved: a plan, the driving between its places, and what that costs."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing_core.fleet.model import Action, Plan, Stop, Tour
from routing_core.travel import TravelMatrix


@dataclass(frozen=True)
class Costs:
    """What a plan costs.

    Parameters
    ----------
    matrix
        float64, shape (place_count, place_count): what driving from place to place costs, unrounded.
    per_shift
        What it costs that a shift serves anybody at all; large where fewer vehicles come first.
    unserved
        What every request that nobody serves costs; None when all must be served.
    """

    matrix: npt.NDArray[np.float64]
    per_shift: float = 0.0
    unserved: float | None = None

    def __post_init__(self) -> None:
        if self.matrix.ndim != 2 or self.matrix.shape[0] != self.matrix.shape[1]:
            raise ValueError(f"costs.matrix is not square: shape {self.matrix.shape}")
        if not np.isfinite(self.matrix).all():
            raise ValueError("costs.matrix has a value that is no finite number")
        if self.per_shift < 0:
            raise ValueError(f"costs.per_shift is negative: {self.per_shift}")
        if self.unserved is not None and self.unserved < 0:
            raise ValueError(f"costs.unserved is negative: {self.unserved}")


@dataclass(frozen=True)
class Problem:
    """A plan to be filled or made better.

    Parameters
    ----------
    plan
        Tours, empty or partly driven with done and locked stops, and all requests.
    travel
        Its seconds are what the plan's times count in; a reader of files in other units scales them up by
        ``ticks_per_unit`` and rounds driving up, so that what is feasible here is feasible in the file.
    """

    plan: Plan
    travel: TravelMatrix
    costs: Costs
    ticks_per_unit: int = 1

    def __post_init__(self) -> None:
        if self.costs.matrix.shape != self.travel.seconds.shape:
            raise ValueError(
                f"costs.matrix has shape {self.costs.matrix.shape}, travel {self.travel.seconds.shape}"
            )


def serves_somebody(tour: Tour) -> bool:
    """Whether the tour has any stop but breaks."""
    return any(stop.action is not Action.BREAK for stop in tour.stops)


def unserved_requests(plan: Plan) -> tuple[str, ...]:
    """Requests that no tour picks up, in the plan's order."""
    served = {stop.subject for tour in plan.tours for stop in tour.stops if stop.action is not Action.BREAK}
    return tuple(name for name in plan.requests if name not in served)


def plan_cost(problem: Problem, plan: Plan) -> float:
    """What the plan costs: driving, shifts used, requests unserved.

    Shifts that serve nobody cost nothing. Where every request must be served, those unserved add nothing:
    whether there are any is for the caller to ask.
    """
    costs = problem.costs
    total = len(unserved_requests(plan)) * (costs.unserved or 0.0)
    for tour in plan.tours:
        if serves_somebody(tour):
            total += costs.per_shift + _driving_cost(tour, plan, costs)
    return total


def _driving_cost(tour: Tour, plan: Plan, costs: Costs) -> float:
    place, total = tour.shift.start_place, 0.0
    for stop in tour.stops:
        if stop.action is Action.BREAK:
            continue
        there = _place(stop, plan)
        total += float(costs.matrix[place, there])
        place = there
    return total + float(costs.matrix[place, tour.shift.end_place])


def _place(stop: Stop, plan: Plan) -> int:
    request = plan.requests[stop.subject]
    return request.dropoff_place if stop.action is Action.DROPOFF else request.pickup_place
