"""Reads covering problems, one JSON line each, and writes what CP-SAT makes of them.

Every rider gets a place: by ride, piece, place and category it is told how many do. Where all riders are of
one category, it is enough that there are places for them.
"""

import json
import sys
from collections import defaultdict
from typing import Any

from ortools.sat.python import cp_model

SECONDS = 60.0
"""For one problem that names none; what is found until then is told as not proven."""


def solved(told: dict[str, Any]) -> dict[str, Any]:
    """The least cents and whether that is proven; no cents if not everyone can have a place."""
    model = cp_model.CpModel()
    riders: list[dict[str, int]] = told["riders"]
    most = sum(sum(each.values()) for each in riders)
    alike = len({category for each in riders for category in each}) == 1
    seated: dict[tuple[int, str], list[cp_model.LinearExprT]] = defaultdict(list)
    cost = []
    for number, piece in enumerate(told["pieces"]):
        bought = model.new_int_var(0, min(most, piece.get("most", most)), f"piece{number}")
        cost.append(piece["cents"] * bought)
        for ride in piece["rides"]:
            for count, categories in piece["places"]:
                if alike:
                    for category in riders[ride].keys() & set(categories):
                        seated[ride, category].append(count * bought)
                    continue
                taken = _taken(model, ride, riders[ride], categories, seated)
                model.add(sum(taken) <= count * bought)
    for number, carnet in enumerate(told["carnets"]):
        bought = model.new_int_var(0, most, f"carnet{number}")
        cost.append(carnet["cents"] * bought)
        used = [
            seat
            for ride in carnet["rides"]
            for _, categories in carnet["places"]
            for seat in _taken(model, ride, riders[ride], categories, seated)
        ]
        model.add(sum(used) <= carnet["uses"] * bought)
    for ride, each in enumerate(riders):
        for category, count in each.items():
            model.add(sum(seated[ride, category]) >= count)
    model.minimize(sum(cost))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = told.get("seconds", SECONDS)
    status = solver.solve(model)
    found = status in {cp_model.OPTIMAL, cp_model.FEASIBLE}
    return {
        "cents": round(solver.objective_value) if found else None,
        "proven": status in {cp_model.OPTIMAL, cp_model.INFEASIBLE},
    }


def _taken(
    model: cp_model.CpModel,
    ride: int,
    riders: dict[str, int],
    categories: list[str],
    seated: dict[tuple[int, str], list[cp_model.LinearExprT]],
) -> list[cp_model.IntVar]:
    taken = []
    for category in categories:
        if category in riders:
            seat = model.new_int_var(0, riders[category], "")
            seated[ride, category].append(seat)
            taken.append(seat)
    return taken


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(solved(json.loads(line))), flush=True)
