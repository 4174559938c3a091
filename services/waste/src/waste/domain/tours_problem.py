"""A stream as a collection problem of the routing core, and its tours back as plans.

Each truck on each day is a truck of its own, with absolute times: sites and plants may then be open at other
hours each day. What depends on truck, day or order – costs of days, who may go where, changes of what drivers
were told – stands in the trucks' own matrices, and the one checker judges the result as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from routing_core.collection.model import (
    ALL_DAY,
    CollectionProblem,
    Matrix,
    Plant,
    Stop,
    Truck,
    Window,
)
from routing_core.travel import UNREACHABLE

from waste.domain.tours import Pickup, Prices, Told, TruckShift
from waste.domain.tours_streams import Stream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MUST_CENTS = 1e7
"""Leaving out what has to be done costs more than any tour; where it must be, the rest still is planned."""


@dataclass(frozen=True)
class Wish:
    """What planning wants of a container.

    Parameters
    ----------
    day_cents
        By day: what emptying it then costs besides the way there; days that are missing are not allowed.
    left_cents
        What leaving it out costs.
    load_l
        Expected to be in it.
    truck_id
        The only truck that may do it; None: any.
    """

    day_cents: Mapping[int, float]
    left_cents: float
    load_l: int
    truck_id: str | None = None


@dataclass(frozen=True)
class Encoded:
    """A problem, and what its numbers stand for: a stop is None where it is what a truck has aboard."""

    problem: CollectionProblem
    stops: tuple[Pickup | None, ...]
    stream: Stream
    drives: Mapping[str, Matrix]


def encode(
    stream: Stream,
    wishes: Mapping[str, Wish],
    drives: Mapping[str, Matrix],
    prices: Prices,
    told: Told | None,
) -> Encoded:
    """The collection problem of a stream.

    Parameters
    ----------
    wishes
        By container; those without a wish are not part of the problem.
    drives
        By kind of vehicle.
    """
    pickups = [pickup for pickup in stream.pickups if pickup.container_id in wishes]
    loaded = [shift for shift in stream.shifts if shift.aboard_kg > 0 or any(shift.aboard_l.values())]
    count = len(pickups)
    rows = [pickup.place for pickup in pickups] + [shift.start_place for shift in loaded]
    first_plant = len(rows)
    rows += [plant.place for plant in stream.plants]
    first_start = len(rows)
    rows += [place for shift in stream.shifts for place in (shift.start_place, shift.end_place)]
    grid = np.ix_(rows, rows)
    other_site = _other_site(pickups, rows)
    told_days = stream.first_days
    matrices, trucks = [], []
    for number, shift in enumerate(stream.shifts):
        drive = drives[shift.kind]
        seconds = drive.seconds[grid].astype(np.int64)
        seconds[:, :count] += prices.site_s * other_site
        distance = drive.distance[grid] * shift.cents_per_km / 1000.0
        own = told.orders.get(shift.truck_id, ()) if told and told_days[shift.truck_id] == shift.day else ()
        distance[:, :count] += _entry_cents(pickups, wishes, shift, prices)
        if told is not None:
            distance[:, :count] += _move_cents(pickups, told, frozenset(own))
            distance[:, :count] += _order_cents(pickups, told, len(rows))
        barred = [not _may(pickup, wishes[pickup.container_id], shift) for pickup in pickups]
        barred += [other is not shift for other in loaded]
        seconds[:, np.flatnonzero(barred)] = UNREACHABLE
        np.fill_diagonal(seconds, 0)
        matrices.append(Matrix(seconds, distance))
        trucks.append(_truck(shift, number, first_start + 2 * number, stream.fractions))
    stops = [_stop(pickup, index, wishes, stream) for index, pickup in enumerate(pickups)]
    stops += [_aboard(shift, count + index, stream) for index, shift in enumerate(loaded)]
    plants = tuple(
        Plant(plant.plant_id, first_plant + index, plant.unloading_s, plant.windows or (ALL_DAY,))
        for index, plant in enumerate(stream.plants)
    )
    problem = CollectionProblem(tuple(stops), plants, tuple(trucks), tuple(matrices))
    return Encoded(problem, (*pickups, *(None for _ in loaded)), stream, drives)


def working_cents(pickup: Pickup, shift: TruckShift, prices: Prices) -> float:
    """What the lift itself costs, with the crew's time."""
    return prices.lift_cents + pickup.lift_s * shift.cents_per_hour / 3600.0


def may_take(pickup: Pickup, shift: TruckShift) -> bool:
    """Whether the truck takes this fraction and gets to the site."""
    known = pickup.truck_kinds is None or shift.kind in pickup.truck_kinds
    return known and pickup.fraction in shift.chambers


def _may(pickup: Pickup, wish: Wish, shift: TruckShift) -> bool:
    mine = wish.truck_id is None or wish.truck_id == shift.truck_id
    return mine and shift.day in wish.day_cents and may_take(pickup, shift)


def _other_site(pickups: list[Pickup], rows: list[int]) -> Ints:
    """Shape (rows, pickups): 1 where one comes from somewhere else."""
    sites = np.array([pickup.site_id for pickup in pickups], dtype=object)
    apart = np.ones((len(rows), len(pickups)), dtype=np.int64)
    if pickups:
        apart[: len(pickups)] = sites[:, None] != sites[None, :]
    return apart


def _entry_cents(
    pickups: list[Pickup], wishes: Mapping[str, Wish], shift: TruckShift, prices: Prices
) -> Floats:
    """For emptying each container with a truck on its day, besides the way there."""
    return np.array(
        [
            working_cents(pickup, shift, prices) + wishes[pickup.container_id].day_cents.get(shift.day, 0.0)
            for pickup in pickups
        ]
    )


def _move_cents(pickups: list[Pickup], told: Told, own: frozenset[str]) -> Floats:
    """For taking containers that other drivers were told of."""
    promised = {container for order in told.orders.values() for container in order} - own
    return np.array([told.move_cents if pickup.container_id in promised else 0.0 for pickup in pickups])


def _order_cents(pickups: list[Pickup], told: Told, row_count: int) -> Floats:
    """For coming to a container from another one than that it was told after.

    The plants between are the driver's to know: coming from a plant or the start is no change.
    """
    index = {pickup.container_id: number for number, pickup in enumerate(pickups)}
    cents = np.zeros((row_count, len(pickups)))
    for order in told.orders.values():
        known = [container for container in order if container in index]
        for before, container in zip([None, *known], known, strict=False):
            column = index[container]
            cents[: len(pickups), column] = told.order_cents
            if before is not None:
                cents[index[before], column] = 0.0
    return cents


def _stop(pickup: Pickup, place: int, wishes: Mapping[str, Wish], stream: Stream) -> Stop:
    wish = wishes[pickup.container_id]
    load = _load({pickup.fraction: wish.load_l}, round(wish.load_l * pickup.kg_per_l), stream)
    return Stop(
        pickup.container_id, place, load, pickup.lift_s, pickup.windows or (ALL_DAY,), prize=wish.left_cents
    )


def _aboard(shift: TruckShift, place: int, stream: Stream) -> Stop:
    """What a truck has aboard, as a stop where its time begins: it has to be brought to a plant."""
    load = _load(shift.aboard_l, shift.aboard_kg, stream)
    begins_s = shift.window.earliest_s
    return Stop(f"aboard {shift.truck_id}", place, load, 0, (Window(begins_s, begins_s),), prize=MUST_CENTS)


def _load(litres: Mapping[str, int], weight_kg: int, stream: Stream) -> tuple[int, ...]:
    return (*(litres.get(fraction, 0) for fraction in stream.fractions), weight_kg)


def _truck(shift: TruckShift, matrix: int, start: int, fractions: tuple[str, ...]) -> Truck:
    return Truck(
        f"{shift.truck_id} on day {shift.day}",
        start,
        start + 1,
        (*(shift.chambers.get(fraction, 0) for fraction in fractions), shift.payload_kg),
        shift.window,
        count=1,
        lunch=shift.rest,
        stop_cap=shift.stop_cap,
        # A truck on the road costs nothing more for going on.
        cost_per_tour=0.0 if shift.on_road else shift.cents_per_tour,
        cost_per_distance=1.0,
        cost_per_driving_s=shift.cents_per_hour / 3600.0,
        matrix=matrix,
    )
