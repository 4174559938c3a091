"""Small depots on a grid, and what planned tours must keep, followed stop by stop."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from routing_core.collection.model import Window
from routing_core.travel import TravelMatrix
from waste.adapters.tour_solver import CollectionSolver
from waste.domain.tours import Outlook, Pickup, PlannedTour, PlantStop, Situation, TruckShift

HOUR_S = 3600
DAY_S = 24 * HOUR_S
SECONDS_PER_KM = 90

QUICK = CollectionSolver(20.0, 300)


def grid(points_km: Sequence[tuple[float, float]]) -> TravelMatrix:
    """Along streets of a grid."""
    at = np.array(points_km)
    km = np.abs(at[:, None, :] - at[None, :, :]).sum(axis=2)
    return TravelMatrix(np.ceil(km * SECONDS_PER_KM).astype(np.int32), np.rint(km * 1000).astype(np.int32))


def outlook(
    level_share: float | None = 0.5,
    *,
    per_day: float = 0.1,
    probability: Sequence[float] | None = None,
    days: int = 10,
) -> Outlook:
    """A container's outlook; without other probabilities it overflows when its mean passes 1."""
    begin = 0.5 if level_share is None else level_share
    mean = tuple(begin + (day + 1) * per_day for day in range(days))
    given = probability or [1.0 if share > 1 else 0.0 for share in mean]
    return Outlook(level_share, mean, tuple(given), per_day, 0.5 * per_day)


def pickup(name: str, place: int, seen: Outlook, *, fraction: str = "paper", volume_l: int = 1000) -> Pickup:
    return Pickup(name, f"site {place}", place, fraction, volume_l, 0.1, 180, seen)


def plant(place: int, *fractions: str, name: str = "plant") -> PlantStop:
    return PlantStop(name, place, frozenset(fractions or ("paper",)), 900)


def shift(
    truck_id: str = "truck",
    day: int = 0,
    *,
    hours: tuple[float, float] = (6, 14),
    chambers: Mapping[str, int] | None = None,
    kind: str = "truck",
) -> TruckShift:
    begins_s, ends_s = (day * DAY_S + round(hour * HOUR_S) for hour in hours)
    return TruckShift(
        truck_id,
        kind,
        day,
        0,
        0,
        Window(begins_s, ends_s),
        chambers or {"paper": 10_000},
        5000,
        cents_per_km=100.0,
        cents_per_hour=3600.0,
        cents_per_tour=1000.0,
        litres_per_100_km=40.0,
        litres_per_lift=0.2,
    )


def faults_of(situation: Situation, tour: PlannedTour) -> list[str]:
    """What is wrong with a tour, followed with a pencil; shares nothing with the planner."""
    (own,) = [each for each in situation.shifts if (each.truck_id, each.day) == (tour.truck_id, tour.day)]
    travel = situation.drives[own.kind]
    pickups = {each.container_id: each for each in situation.pickups}
    plants = {each.plant_id: each for each in situation.plants}
    faults = []
    now_s, place, metres = tour.leaves_s, own.start_place, 0
    aboard: dict[str, int] = dict(own.aboard_l)
    aboard_kg = own.aboard_kg
    if now_s < own.window.earliest_s:
        faults.append("leaves before the shift")
    for position, stop in enumerate(tour.stops):
        at = plants[stop.plant_id].place if stop.plant_id else pickups[stop.container_id or ""].place
        windows = plants[stop.plant_id].windows if stop.plant_id else pickups[stop.container_id or ""].windows
        site_s = situation.prices.site_s if stop.container_id and place != at else 0
        if stop.begins_s < now_s + int(travel.seconds[place, at]) + site_s:
            faults.append(f"stop {position} begins before the truck is there")
        if windows and not any(each.earliest_s <= stop.begins_s <= each.latest_s for each in windows):
            faults.append(f"stop {position} begins outside of its windows")
        metres += int(travel.metres[place, at])
        now_s, place = stop.ends_s, at
        if tour.rest is not None and tour.rest.after == position:
            if tour.rest.begins_s < now_s:
                faults.append("rests while working")
            now_s = tour.rest.begins_s + tour.rest.duration_s
        if stop.plant_id:
            aboard, aboard_kg = {}, 0
            continue
        own_pickup = pickups[stop.container_id or ""]
        aboard[own_pickup.fraction] = aboard.get(own_pickup.fraction, 0) + stop.volume_l
        aboard_kg += stop.weight_kg
        fits = aboard[own_pickup.fraction] <= own.chambers.get(own_pickup.fraction, 0)
        if not fits or aboard_kg > own.payload_kg:
            faults.append(f"{own_pickup.fraction} does not fit after stop {position}")
        if own_pickup.truck_kinds is not None and own.kind not in own_pickup.truck_kinds:
            faults.append(f"stop {position} is not for this kind of vehicle")
    metres += int(travel.metres[place, own.end_place])
    ends_s = now_s + int(travel.seconds[place, own.end_place])
    return faults + _at_the_end(tour, own, ends_s, metres, aboard_kg)


def _at_the_end(tour: PlannedTour, own: TruckShift, ends_s: int, metres: int, aboard_kg: int) -> list[str]:
    faults = ["comes back loaded"] if aboard_kg else []
    if tour.back_s < ends_s or tour.back_s > own.window.latest_s:
        faults.append("is not back in time")
    if tour.metres != metres:
        faults.append(f"tells {tour.metres} m, drives {metres}")
    return faults


def with_days(first: TruckShift, day_count: int) -> tuple[TruckShift, ...]:
    """The same truck on all days."""
    window = first.window
    return tuple(
        replace(first, day=day, window=Window(window.earliest_s + day * DAY_S, window.latest_s + day * DAY_S))
        for day in range(day_count)
    )
