"""A day as it was driven, read from a kept event log and laid along the roads, for the pictures."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
from onebox.district import District, Vehicle
from onebox.settings import bus_path
from pooling.adapters.event_log import facts_in
from pooling.adapters.roads import AGAIN_LIMIT_M, RoutedRoads
from pooling.domain.executed import executed_tours, place_of, request_of
from pooling.domain.history import History
from pooling.domain.places import Point
from routing_core.fleet.model import NOBODY, Action, Request, Tour
from routing_core.roads.router import Router
from service_kit.embedded_bus import EmbeddedBus


@dataclass(frozen=True, slots=True)
class Leg:
    """From one stop to the next: (point_count, 2) degrees, latitude first, and how many were aboard."""

    geometry: npt.NDArray[np.float64]
    aboard_count: int


@dataclass(frozen=True, slots=True)
class DrivenTour:
    """One shift's tour.

    Parameters
    ----------
    aboard
        When the number of passengers changed, and to what; begins with nobody at the start of the shift.
    breaks
        Their beginnings and ends.
    """

    vehicle: Vehicle
    start: datetime
    end: datetime
    legs: tuple[Leg, ...]
    aboard: tuple[tuple[datetime, int], ...]
    breaks: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class DrivenDay:
    """What the pictures show."""

    tours: tuple[DrivenTour, ...]
    boarding_points: tuple[Point, ...]
    served_count: int
    answered_count: int


def read_day(district: District, router: Router, data_dir: Path) -> DrivenDay:
    """Everything the event log in ``data_dir`` tells, as tours on the roads of the district."""
    bus = EmbeddedBus(bus_path(data_dir))
    try:
        history = History(facts_in(bus))
    finally:
        bus.close()
    points = history.points()
    places = {point: index for index, point in enumerate(points)}
    travel = RoutedRoads(router).travel_matrix(points)
    requests = {
        ride_id: request_of(ride.booked[0], places) for ride_id, ride in history.rides.items() if ride.booked
    }
    vehicles = {vehicle.id: vehicle for vehicle in district.vehicles}
    tours = [
        _driven(vehicles[history.shifts[tour.shift.id].vehicle_id], tour, requests, points, router)
        for tour in executed_tours(history, requests, places, travel)
    ]
    # Shifts have other ids on every playing of the day; the picture must not depend on them.
    tours.sort(key=lambda tour: (tour.vehicle.id, tour.start))
    served = [ride for ride in history.rides.values() if ride.alighted]
    return DrivenDay(
        tuple(tours),
        tuple(end.point for ride in served for end in (ride.booked[0].pickup, ride.booked[0].dropoff)),
        len(served),
        history.answered_count,
    )


def _driven(
    vehicle: Vehicle, tour: Tour, requests: dict[str, Request], points: list[Point], router: Router
) -> DrivenTour:
    aboard = [(_instant(tour.shift.start_s), 0)]
    load = NOBODY
    for stop in tour.stops:
        if stop.action is Action.PICKUP:
            load = load.plus(requests[stop.subject].load)
        elif stop.action is Action.DROPOFF:
            load = load.minus(requests[stop.subject].load)
        aboard.append((_instant(stop.departure_s), load.seated_count + load.wheelchair_count))
    return DrivenTour(
        vehicle,
        _instant(tour.shift.start_s),
        _instant(tour.shift.end_s),
        tuple(_legs(tour, requests, points, router)),
        tuple(aboard),
        tuple(
            (_instant(stop.start_s), _instant(stop.departure_s))
            for stop in tour.stops
            if stop.action is Action.BREAK
        ),
    )


def _legs(tour: Tour, requests: dict[str, Request], points: list[Point], router: Router) -> Iterator[Leg]:
    standing, load = tour.shift.start_place, NOBODY
    for stop in tour.stops:
        there = place_of(stop, requests, standing)
        yield from _leg(points[standing], points[there], load.seated_count + load.wheelchair_count, router)
        standing = there
        if stop.action is Action.PICKUP:
            load = load.plus(requests[stop.subject].load)
        elif stop.action is Action.DROPOFF:
            load = load.minus(requests[stop.subject].load)
    yield from _leg(points[standing], points[tour.shift.end_place], 0, router)


def _leg(origin: Point, destination: Point, aboard_count: int, router: Router) -> Iterator[Leg]:
    if origin != destination:
        ends = [
            router.snap(end.latitude_deg, end.longitude_deg, AGAIN_LIMIT_M) for end in (origin, destination)
        ]
        yield Leg(router.route(ends[0], ends[1]).geometry, aboard_count)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
