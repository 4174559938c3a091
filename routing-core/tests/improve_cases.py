"""Days that are not planned yet, for the search and the proofs."""

from dataclasses import replace

import numpy as np
from fleet_cases import matrices, requests, shifts
from hypothesis import strategies as st
from improve_oracle import metric
from routing_core.fleet.model import Plan, Tour
from routing_core.improve.problem import Costs, Problem


@st.composite
def problems(draw: st.DrawFn, *, breaks: bool = False, most_requests: int = 3) -> Problem:
    """A day not planned yet: up to three shifts, some alike, and few requests; no triangle rule.

    With breaks there is always a way home, so that whoever serves nobody can take them.
    """
    travel = draw(matrices())
    travel = metric(travel) if breaks else travel
    duty = [draw(shifts(f"shift{index}")) for index in range(draw(st.integers(1, 2)))]
    if draw(st.booleans()):
        duty.append(replace(duty[0], id="twin"))
    if not breaks:
        duty = [replace(shift, breaks=()) for shift in duty]
    late = st.sampled_from([0] if breaks else [0, 0, 1500])
    tours = tuple(Tour(shift, not_before_s=draw(late)) for shift in duty)
    rides = [draw(requests(f"ride{index}")) for index in range(draw(st.integers(0, most_requests)))]
    matrix = np.minimum(travel.seconds, 10_000) / 7.0
    costs = Costs(matrix, draw(st.sampled_from([0.0, 50.0, 1e4])), draw(st.sampled_from([None, 0.0, 150.0])))
    return Problem(Plan(tours, {ride.id: ride for ride in rides}), travel, costs)
