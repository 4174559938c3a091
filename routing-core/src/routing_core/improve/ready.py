"""Compiling ahead of the first search."""

import numpy as np

from routing_core.fleet.model import Capacity, Layout, Load, Plan, Request, Shift, TimeWindow
from routing_core.fleet.schedule import empty_tour
from routing_core.improve.problem import Costs, Problem
from routing_core.improve.solve import solve
from routing_core.travel import TravelMatrix


def warm_up() -> None:
    """Compile search and proof, or load them compiled, by solving a day of two rides."""
    always, capacity = TimeWindow(0, 100), Capacity((Layout(2),))
    requests = {name: Request(name, 0, 1, always, always, 100, Load(1)) for name in ("one", "two")}
    tours = tuple(empty_tour(Shift(name, capacity, 0, 0, 0, 100)) for name in ("early", "late"))
    legs = np.array([[0, 1], [1, 0]], dtype=np.int32)
    problem = Problem(
        Plan(tours, requests), TravelMatrix(legs, legs), Costs(legs.astype(np.float64), per_shift=1.0)
    )
    solve(problem, seconds=60, max_iterations=200, prove=True)
