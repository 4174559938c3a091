"""The peers of the fleet engine: VROOM, PyVRP and plain OR-Tools routing, on files of rides and of visits.

All get whole numbers: distances and times in thousandths, driving times rounded up so that what they plan
is in time in the file as well. What they return is judged like our own answers.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, floor, isfinite
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyvrp
import vroom  # type: ignore[import-untyped]  # it brings no types
from pyvrp.stop import MaxRuntime
from routing_core.formats.rides import Rides
from routing_core.formats.rides_problem import per_vehicle
from routing_core.formats.verdict import Routes
from routing_core.formats.visits import Visits

SCALE = 1000
FAR = 10**9
"""Later than anything, for formats without windows; fits the 32 bits of VROOM."""

Peer = Callable[[Rides | Visits, float], Routes | None]


@dataclass(frozen=True)
class Scaled:
    """Whole numbers of an instance: the same names and positions as in it."""

    cost: npt.NDArray[np.int64]
    time: npt.NDArray[np.int64]
    service: list[int]
    earliest: list[int]
    latest: list[int]
    vehicle_count: int
    fixed: int


def scaled(content: Rides | Visits) -> Scaled:
    """Windows inwards, times up, costs to the nearest."""
    distance = content.distance * SCALE
    if isinstance(content, Rides):
        vehicle_count, fixed = min(content.vehicle_count, len(content.rides)), per_vehicle(content)
    else:
        # Packing first-fit needs less than twice the least number of trips.
        enough = max(1, 2 * ceil(int(content.demand.sum()) / content.capacity))
        vehicle_count = min(content.vehicle_count or enough, len(content.node_ids) - 1)
        fixed = ceil(2 * content.distance[0].sum()) if content.vehicles_first else 0
    return Scaled(
        np.rint(distance).astype(np.int64),
        np.ceil(distance - 1e-6).astype(np.int64),
        [ceil(service * SCALE) for service in content.service_time.tolist()],
        [ceil(time * SCALE) if isfinite(time) else 0 for time in content.earliest.tolist()],
        [floor(time * SCALE) if isfinite(time) else FAR for time in content.latest.tolist()],
        vehicle_count,
        int(fixed * SCALE),
    )


def vroom_routes(content: Rides | Visits, seconds: float) -> Routes | None:
    """VROOM at its highest exploration level; None for rules it does not know (ride times, reloads)."""
    if isinstance(content, Rides):
        if content.max_ride_time is not None or content.max_duration is not None:
            return None
        start, end = content.start, content.end
    else:
        if content.reloads:
            return None
        start = end = 0
    numbers = scaled(content)
    problem = vroom.Input()
    problem.set_durations_matrix("car", numbers.time.astype(np.uint32))
    problem.set_costs_matrix("car", numbers.cost.astype(np.uint32))
    for number in range(numbers.vehicle_count):
        problem.add_vehicle(
            vroom.Vehicle(
                number + 1,
                start=start,
                end=end,
                capacity=[content.capacity],
                time_window=vroom.TimeWindow(numbers.earliest[start], numbers.latest[end]),
                costs=vroom.VehicleCosts(fixed=numbers.fixed),
            )
        )

    def about(node: int) -> dict[str, object]:
        return {
            "id": node,
            "location": node,
            "default_service": numbers.service[node],
            "time_windows": [vroom.TimeWindow(numbers.earliest[node], numbers.latest[node])],
        }

    if isinstance(content, Rides):
        for ride in content.rides:
            pickup, dropoff = (vroom.ShipmentStep(**about(node)) for node in (ride.pickup, ride.dropoff))
            problem.add_job(vroom.Shipment(pickup, dropoff, amount=vroom.Amount([ride.load])))
    else:
        for node in range(1, len(content.node_ids)):
            demand = vroom.Amount([int(content.demand[node])])
            problem.add_job(vroom.Job(**about(node), delivery=demand))
    found = problem.solve(exploration_level=5, nb_threads=1, timeout=timedelta(seconds=seconds))
    routes: dict[int, list[str]] = {}
    steps = found.routes
    for vehicle, kind, node in zip(steps["vehicle_id"], steps["type"], steps["location_index"], strict=True):
        if kind not in {"start", "end"}:
            routes.setdefault(int(vehicle), []).append(content.node_ids[int(node)])
    return list(routes.values())


def pyvrp_routes(content: Rides | Visits, seconds: float) -> Routes | None:
    """PyVRP; None for rules it does not know (ride times)."""
    if isinstance(content, Rides) and (content.max_ride_time is not None or content.start != content.end):
        return None
    numbers = scaled(content)
    visits = content if isinstance(content, Visits) else None
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in content.node_ids],
        clients=_clients(visits, numbers) if visits else [],
        depots=[pyvrp.Depot(0)],
        vehicle_types=[
            pyvrp.VehicleType(
                numbers.vehicle_count,
                [content.capacity],
                fixed_cost=numbers.fixed,
                tw_early=numbers.earliest[0],
                tw_late=numbers.latest[0],
                reload_depots=[0] if visits and visits.reloads else [],
            )
        ],
        distance_matrices=[numbers.cost],  # type: ignore[list-item]  # its stubs take the shape for the type
        duration_matrices=[numbers.time],  # type: ignore[list-item]
        shipments=[] if isinstance(content, Visits) else _shipments(content, numbers),
    )
    found = pyvrp.solve(data, MaxRuntime(seconds), seed=0, collect_stats=False, display=False)
    routes = []
    for route in found.best.routes():
        nodes = []
        for activity in route:
            if activity.is_depot():
                nodes.append(0)
            elif isinstance(content, Visits):
                nodes.append(activity.idx + 1)
            else:
                ride = content.rides[activity.idx]
                nodes.append(ride.pickup if activity.is_pickup() else ride.dropoff)
        routes.append([content.node_ids[node] for node in nodes[1:-1]])
    return routes


def _clients(visits: Visits, numbers: Scaled) -> list[pyvrp.Client]:
    return [
        pyvrp.Client(
            node,
            delivery=[int(visits.demand[node])],
            service_duration=numbers.service[node],
            tw_early=numbers.earliest[node],
            tw_late=numbers.latest[node],
            release_time=ceil(float(visits.release_time[node]) * SCALE),
        )
        for node in range(1, len(visits.node_ids))
    ]


def _shipments(rides: Rides, numbers: Scaled) -> list[pyvrp.Shipment]:
    return [
        pyvrp.Shipment(
            pickup_location=ride.pickup,
            pickup_tw_early=numbers.earliest[ride.pickup],
            pickup_tw_late=numbers.latest[ride.pickup],
            pickup_service_duration=numbers.service[ride.pickup],
            delivery_location=ride.dropoff,
            delivery_tw_early=numbers.earliest[ride.dropoff],
            delivery_tw_late=numbers.latest[ride.dropoff],
            delivery_service_duration=numbers.service[ride.dropoff],
            amount=[ride.load],
        )
        for ride in rides.rides
    ]


def ortools_routes(content: Rides | Visits, seconds: float) -> Routes | None:
    """OR-Tools routing as its guide shows it; None for rules it does not know (reloads).

    It runs in a process of its own: its wheel and that of HiGHS bring different libraries of one name.
    """
    if isinstance(content, Visits) and content.reloads:
        return None
    numbers = scaled(content)
    rides = content if isinstance(content, Rides) else None
    load = content.demand.tolist() if isinstance(content, Visits) else [0] * len(content.node_ids)
    for ride in rides.rides if rides else ():
        load[ride.pickup], load[ride.dropoff] = ride.load, -ride.load
    task = {
        "seconds": seconds,
        "cost": numbers.cost.tolist(),
        "taking": (numbers.time + np.array(numbers.service)[:, None]).tolist(),
        "windows": list(zip(numbers.earliest, numbers.latest, strict=True)),
        "load": load,
        "capacity": content.capacity,
        "vehicle_count": numbers.vehicle_count,
        "fixed": numbers.fixed,
        "start": rides.start if rides else 0,
        "end": rides.end if rides else 0,
        "pairs": [[ride.pickup, ride.dropoff] for ride in rides.rides] if rides else [],
        "apart": _apart(rides, numbers) if rides and rides.max_ride_time is not None else [],
        "longest": floor(rides.max_duration * SCALE) if rides and rides.max_duration is not None else None,
        "far": FAR,
    }
    run = subprocess.run(
        [sys.executable, Path(__file__).with_name("fleet_ortools.py")],
        input=json.dumps(task),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [[content.node_ids[node] for node in route] for route in json.loads(run.stdout)]


def _apart(rides: Rides, numbers: Scaled) -> list[int]:
    """Per ride, from the start of service at the pickup to that at the dropoff at most."""
    longest = floor((rides.max_ride_time or 0) * SCALE)
    return [numbers.service[ride.pickup] + longest for ride in rides.rides]


PEERS: dict[str, Peer] = {"VROOM": vroom_routes, "PyVRP": pyvrp_routes, "OR-Tools": ortools_routes}
