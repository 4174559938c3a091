"""Tours of the routing core as planned tours: places, times, loads, and what they drive."""

from itertools import pairwise

from routing_core.collection.model import Tour, Visit

from waste.domain.tours import PlannedRest, PlannedStop, PlannedTour, TruckShift
from waste.domain.tours_problem import Encoded


def decoded(encoded: Encoded, tours: tuple[Tour, ...]) -> tuple[PlannedTour, ...]:
    """Planned tours without reasons, ordered by day and truck.

    A truck that is on the road and has nothing left to do drives to where its shift ends.
    """
    planned = [_planned(encoded, tour) for tour in tours]
    busy = {(tour.truck_id, tour.day) for tour in planned}
    planned += [
        _home(encoded, shift)
        for shift in encoded.stream.shifts
        if shift.on_road and (shift.truck_id, shift.day) not in busy
    ]
    return tuple(sorted(planned, key=lambda tour: (tour.day, tour.truck_id)))


def _planned(encoded: Encoded, tour: Tour) -> PlannedTour:
    shift = encoded.stream.shifts[tour.truck]
    drive = encoded.drives[shift.kind]
    # What is aboard from before is a visit to the core only.
    skipped = sum(1 for visit in tour.visits if not visit.is_plant and encoded.stops[visit.index] is None)
    visits = tour.visits[skipped:]
    places = [shift.start_place, *(_place(encoded, visit) for visit in visits), shift.end_place]
    driven = [
        (int(drive.seconds[before, after]), round(float(drive.distance[before, after])))
        for before, after in pairwise(places)
    ]
    stops = tuple(_stop(encoded, visit, *way) for visit, way in zip(visits, driven, strict=False))
    rest = None
    if tour.lunch_after is not None and tour.lunch_s is not None and shift.rest is not None:
        rest = PlannedRest(tour.lunch_after - skipped, tour.lunch_s, shift.rest.duration_s)
    metres = sum(metres for _, metres in driven)
    lifts = sum(1 for stop in stops if stop.container_id is not None)
    return PlannedTour(
        shift.truck_id,
        shift.day,
        tour.leaves_s,
        tour.back_s,
        stops,
        rest,
        metres,
        sum(seconds for seconds, _ in driven),
        fuel_l(shift, metres, lifts),
    )


def fuel_l(shift: TruckShift, metres: float, lifts: int) -> float:
    """Litres of fuel for a way and lifts."""
    return metres / 100_000.0 * shift.litres_per_100_km + lifts * shift.litres_per_lift


def _home(encoded: Encoded, shift: TruckShift) -> PlannedTour:
    drive = encoded.drives[shift.kind]
    seconds = int(drive.seconds[shift.start_place, shift.end_place])
    metres = round(float(drive.distance[shift.start_place, shift.end_place]))
    leaves_s = shift.window.earliest_s
    return PlannedTour(
        shift.truck_id,
        shift.day,
        leaves_s,
        leaves_s + seconds,
        (),
        None,
        metres,
        seconds,
        fuel_l(shift, metres, 0),
    )


def _place(encoded: Encoded, visit: Visit) -> int:
    if visit.is_plant:
        return encoded.stream.plants[visit.index].place
    pickup = encoded.stops[visit.index]
    if pickup is None:
        raise ValueError(f"visit {visit.index} is what a truck has aboard: it comes first")
    return pickup.place


def _stop(encoded: Encoded, visit: Visit, drive_s: int, driven_m: int) -> PlannedStop:
    if visit.is_plant:
        plant = encoded.stream.plants[visit.index]
        ends_s = visit.begins_s + plant.unloading_s
        return PlannedStop(None, plant.plant_id, visit.begins_s, ends_s, drive_s, driven_m)
    pickup = encoded.stops[visit.index]
    if pickup is None:
        raise ValueError(f"visit {visit.index} is what a truck has aboard: it comes first")
    load = encoded.problem.stops[visit.index].load
    return PlannedStop(
        pickup.container_id,
        None,
        visit.begins_s,
        visit.begins_s + pickup.lift_s,
        drive_s,
        driven_m,
        volume_l=sum(load[:-1]),
        weight_kg=load[-1],
    )
