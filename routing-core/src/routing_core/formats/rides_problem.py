"""Rides of a file as a problem for the improvement engine, and its plans as routes of the file."""

import math

import numpy as np

from routing_core.fleet.model import Action, Capacity, Layout, Load, Plan, Request, Shift, TimeWindow
from routing_core.fleet.schedule import empty_tour
from routing_core.formats.rides import Ride, Rides
from routing_core.improve.problem import Costs, Problem
from routing_core.travel import TravelMatrix

LATEST_TICK = 2**29
"""Times stay below this, so that two of them still add up in 32 bits."""
FINEST = 100_000
"""Ticks per unit where times are small enough: rounding then costs a tour of 100 stops 0.001 units."""
ROUNDING = 1e-6
"""Ticks by which a whole number of ticks may have been missed in floating point."""


def rides_problem(rides: Rides) -> Problem:
    """The rides as requests, with times in ticks.

    Driving and service are rounded up to ticks, windows and limits inwards: what is feasible in ticks is
    feasible in the file. Request ids are the node ids of pickups, places the positions of nodes. There
    are no more shifts than requests.
    """
    distance = rides.distance
    ticks = _ticks_per_unit(rides)
    seconds = np.ceil(distance * ticks - ROUNDING).astype(np.int32)
    windows = _windows(rides, ticks)
    shift_count = min(rides.vehicle_count, len(rides.rides))
    shifts = [_shift(f"vehicle{number}", rides, windows, ticks) for number in range(1, shift_count + 1)]
    services = [math.ceil(service * ticks - ROUNDING) for service in rides.service_time.tolist()]
    requests = [_request(ride, rides, windows, services, ticks) for ride in rides.rides]
    return Problem(
        Plan(tuple(map(empty_tour, shifts)), {request.id: request for request in requests}),
        TravelMatrix(seconds, seconds),
        Costs(distance, per_shift=per_vehicle(rides)),
        ticks_per_unit=ticks,
    )


def per_vehicle(rides: Rides) -> float:
    """What a vehicle costs besides distance: nothing, or more than any plan can save in distance by it."""
    if not rides.vehicles_first:
        return 0.0
    arc_count = len(rides.node_ids) + len(rides.rides)
    return math.ceil(arc_count * float(rides.distance.max())) + 1.0


def rides_routes(plan: Plan, rides: Rides) -> tuple[tuple[str, ...], ...]:
    """Node ids in driving order for every tour that serves anybody, without the depots."""
    ends = {rides.node_ids[ride.pickup]: ride for ride in rides.rides}
    return tuple(
        tuple(
            rides.node_ids[
                ends[stop.subject].pickup if stop.action is Action.PICKUP else ends[stop.subject].dropoff
            ]
            for stop in tour.stops
        )
        for tour in plan.tours
        if tour.stops
    )


def _ticks_per_unit(rides: Rides) -> int:
    longest = max(float(rides.distance.max()), float(rides.latest.max()), float(rides.service_time.max()))
    ticks = FINEST
    while ticks > 1 and longest * ticks > LATEST_TICK:
        ticks //= 10
    return ticks


def _windows(rides: Rides, ticks: int) -> list[TimeWindow]:
    return [
        TimeWindow(math.ceil(earliest * ticks - ROUNDING), math.floor(latest * ticks + ROUNDING))
        for earliest, latest in zip(rides.earliest.tolist(), rides.latest.tolist(), strict=True)
    ]


def _limit(units: float | None, ticks: int) -> int | None:
    return None if units is None else min(math.floor(units * ticks + ROUNDING), LATEST_TICK)


def _shift(name: str, rides: Rides, windows: list[TimeWindow], ticks: int) -> Shift:
    return Shift(
        name,
        Capacity((Layout(rides.capacity),)),
        rides.start,
        rides.end,
        windows[rides.start].earliest_s,
        windows[rides.end].latest_s,
        max_duration_s=_limit(rides.max_duration, ticks),
    )


def _request(ride: Ride, rides: Rides, windows: list[TimeWindow], services: list[int], ticks: int) -> Request:
    longest = _limit(rides.max_ride_time, ticks)
    return Request(
        rides.node_ids[ride.pickup],
        ride.pickup,
        ride.dropoff,
        windows[ride.pickup],
        windows[ride.dropoff],
        LATEST_TICK if longest is None else longest,
        Load(ride.load),
        pickup_service_s=services[ride.pickup],
        dropoff_service_s=services[ride.dropoff],
    )
