"""Benchmark files as collection problems, and plans as the routes those files speak of.

Times become integer ticks, driving rounded up: what is feasible in ticks is feasible in the file's own units.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing_core.collection.model import (
    ALL_DAY,
    CollectionProblem,
    Lunch,
    Matrix,
    Plant,
    Stop,
    Tour,
    Truck,
    Window,
)
from routing_core.formats.visits import Visits
from routing_core.formats.waste import CollectionDay, CollectionPeriod, CollectionSite

FEET_PER_MILE = 5280.0
LOAD_UNITS = 1000
"""Loads of files are decimal fractions; so many units of the model are one of the file's."""
SECOND_TICKS = 100
MINUTE_TICKS = 1000
UNIT_TICKS = 10_000


@dataclass(frozen=True)
class Imported:
    """A problem, and the file's names of its stops and plants."""

    problem: CollectionProblem
    stop_ids: tuple[str, ...]
    plant_ids: tuple[str, ...]

    def routes(self, tours: Sequence[Tour]) -> list[list[list[str]]]:
        """Per day, per tour: the names of what is visited, without the depot at both ends."""
        days: list[list[list[str]]] = [[] for _ in range(self.problem.day_count)]
        for tour in tours:
            names = [
                self.plant_ids[visit.index] if visit.is_plant else self.stop_ids[visit.index]
                for visit in tour.visits
            ]
            days[tour.day].append(names)
        return days


def imported_from(content: CollectionDay | CollectionPeriod | Visits) -> Imported:
    """What a file holds as a collection problem."""
    if isinstance(content, CollectionDay):
        return of_day(content)
    if isinstance(content, CollectionPeriod):
        return of_period(content)
    return of_visits(content)


def of_day(day: CollectionDay) -> Imported:
    """One day of collection (Kim, Kim, Sahoo 2006): fewest trucks, then miles."""
    sites = (day.depot, *day.plants, *day.stops)
    x, y = np.array([site.x_feet for site in sites]), np.array([site.y_feet for site in sites])
    miles = (np.abs(x[:, None] - x) + np.abs(y[:, None] - y)) / FEET_PER_MILE
    matrix = Matrix(_up(miles / day.speed_mph * 3600 * SECOND_TICKS), miles)

    def window(site: CollectionSite) -> Window:
        return Window(site.earliest_s * SECOND_TICKS, site.latest_s * SECOND_TICKS)

    plant_count = len(day.plants)
    plants = tuple(
        Plant(plant.node_id, 1 + index, plant.service_s * SECOND_TICKS, (window(plant),))
        for index, plant in enumerate(day.plants)
    )
    stops = tuple(
        Stop(
            stop.node_id,
            1 + plant_count + index,
            (_load(stop.load_yd),),
            stop.service_s * SECOND_TICKS,
            (window(stop),),
        )
        for index, stop in enumerate(day.stops)
    )
    lunch = Lunch(
        Window(day.lunch_earliest_s * SECOND_TICKS, day.lunch_latest_s * SECOND_TICKS),
        day.lunch_s * SECOND_TICKS,
    )
    truck = Truck(
        "truck",
        0,
        0,
        (_fit(day.truck_capacity_yd),),
        window(day.depot),
        daily_cap=(_fit(day.daily_cap_yd),),
        stop_cap=day.daily_stop_cap,
        lunch=lunch,
        cost_per_tour=_above_all(miles),
    )
    problem = CollectionProblem(stops, plants, (truck,), (matrix,))
    return _imported(problem)


def of_period(period: CollectionPeriod) -> Imported:
    """Several days with plants (the periodic problem with intermediate facilities): least driving."""
    matrix = Matrix(_up(period.travel_min * MINUTE_TICKS), period.travel_min)
    plants = tuple(
        Plant(period.node_ids[place], place, math.ceil(service * MINUTE_TICKS))
        for place, service in zip(period.plant_indices, period.plant_service_min.tolist(), strict=True)
    )
    stops = tuple(
        Stop(
            bin_.node_id,
            bin_.index,
            (_load(bin_.demand),),
            math.ceil(bin_.service_min * MINUTE_TICKS),
            patterns=bin_.patterns,
        )
        for bin_ in period.bins
    )
    truck = Truck(
        "truck",
        period.depot_index,
        period.depot_index,
        (_fit(period.truck_capacity),),
        count=period.truck_count,
        max_duration_s=math.floor(period.max_duration_min * MINUTE_TICKS),
    )
    return _imported(CollectionProblem(stops, plants, (truck,), (matrix,), period.day_count))


def of_visits(visits: Visits) -> Imported:
    """Deliveries from one depot (CVRP, VRPTW, several trips a day); one reloads at the depot."""
    matrix = Matrix(_up(visits.distance * UNIT_TICKS), visits.distance)

    def window(position: int) -> Window:
        earliest, latest = float(visits.earliest[position]), float(visits.latest[position])
        return Window(
            max(0, math.ceil(earliest * UNIT_TICKS)) if math.isfinite(earliest) else 0,
            math.floor(latest * UNIT_TICKS) if math.isfinite(latest) else ALL_DAY.latest_s,
        )

    depot, *stop_ids = visits.node_ids
    stops = tuple(
        Stop(
            node_id,
            position,
            (int(visits.demand[position]),),
            math.ceil(float(visits.service_time[position]) * UNIT_TICKS),
            (window(position),),
            release_s=math.ceil(float(visits.release_time[position]) * UNIT_TICKS),
        )
        for position, node_id in enumerate(stop_ids, start=1)
    )
    service = math.ceil(float(visits.service_time[0]) * UNIT_TICKS)
    plants = (Plant(depot, 0, service, (window(0),)),) if visits.reloads else ()
    truck = Truck(
        "vehicle",
        0,
        0,
        (visits.capacity,),
        window(0),
        count=visits.vehicle_count,
        cost_per_tour=_above_all(visits.distance) if visits.vehicles_first else 0.0,
        empty_at_end=False,
    )
    return _imported(CollectionProblem(stops, plants, (truck,), (matrix,)))


def _imported(problem: CollectionProblem) -> Imported:
    return Imported(
        problem,
        tuple(stop.stop_id for stop in problem.stops),
        tuple(plant.plant_id for plant in problem.plants),
    )


def _up(ticks: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    # What is whole but for the last bits of its float stays what it is.
    return np.ceil(ticks - 1e-6).astype(np.int64)


def _load(load: float) -> int:
    return math.ceil(load * LOAD_UNITS - 1e-6)


def _fit(load: float) -> int:
    return math.floor(load * LOAD_UNITS + 1e-6)


def _above_all(distance: npt.NDArray[np.float64]) -> float:
    """More than any plan can drive."""
    return 1.0 + 3.0 * len(distance) * float(distance.max(initial=0.0))
