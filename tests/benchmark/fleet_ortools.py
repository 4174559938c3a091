"""Plain OR-Tools routing, as its guide shows it but with matrices: a task as JSON in, routes as JSON out."""

import json
import sys
from datetime import timedelta
from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

UNSERVED = 10**12
"""Dearer than any plan: one is found even while some requests do not fit."""


def main() -> None:
    json.dump(solve(json.load(sys.stdin)), sys.stdout)


def solve(task: dict[str, Any]) -> list[list[int]]:
    """Cheapest arcs first, then guided local search until the time is up; no routes if that finds none."""
    vehicles, start, end = range(task["vehicle_count"]), task["start"], task["end"]
    manager = pywrapcp.RoutingIndexManager(
        len(task["cost"]), len(vehicles), [start] * len(vehicles), [end] * len(vehicles)
    )
    routing = pywrapcp.RoutingModel(manager)
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(task["cost"]))
    routing.SetFixedCostOfAllVehicles(task["fixed"])
    carried = routing.RegisterUnaryTransitVector(task["load"])
    routing.AddDimension(carried, 0, task["capacity"], True, "load")
    far = task["far"]
    taking = routing.RegisterTransitMatrix(task["taking"])
    routing.AddDimension(taking, far, 2 * far, False, "time")
    time = routing.GetDimensionOrDie("time")
    for node, window in enumerate(task["windows"]):
        if node not in {start, end}:
            time.CumulVar(manager.NodeToIndex(node)).SetRange(*window)
            routing.AddDisjunction([manager.NodeToIndex(node)], UNSERVED)
    for vehicle in vehicles:
        time.CumulVar(routing.Start(vehicle)).SetRange(*task["windows"][start])
        time.CumulVar(routing.End(vehicle)).SetRange(*task["windows"][end])
        if task["longest"] is not None:
            time.SetSpanUpperBoundForVehicle(task["longest"], vehicle)
    for pickup, dropoff in task["pairs"]:
        _pair(routing, time, manager.NodeToIndex(pickup), manager.NodeToIndex(dropoff))
    for pair, most in enumerate(task["apart"]):
        time.SetPickupToDeliveryLimitFunctionForPair(lambda _pickup, _dropoff, most=most: most, pair)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromTimedelta(timedelta(seconds=task["seconds"]))
    found = routing.SolveWithParameters(parameters)
    return [] if found is None else [_route(routing, manager, found, vehicle) for vehicle in vehicles]


def _pair(routing: pywrapcp.RoutingModel, time: pywrapcp.RoutingDimension, pickup: int, dropoff: int) -> None:
    """By the same vehicle and in order."""
    routing.AddPickupAndDelivery(pickup, dropoff)
    solver = routing.solver()
    solver.Add(routing.VehicleVar(pickup) == routing.VehicleVar(dropoff))
    solver.Add(time.CumulVar(pickup) <= time.CumulVar(dropoff))


def _route(
    routing: pywrapcp.RoutingModel,
    manager: pywrapcp.RoutingIndexManager,
    found: pywrapcp.Assignment,
    vehicle: int,
) -> list[int]:
    nodes = []
    index = found.Value(routing.NextVar(routing.Start(vehicle)))
    while not routing.IsEnd(index):
        nodes.append(manager.IndexToNode(index))
        index = found.Value(routing.NextVar(index))
    return nodes


if __name__ == "__main__":
    main()
