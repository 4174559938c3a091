"""What driving costs, and what a visit usually does: the figures that planning starts from."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from routing_core.collection.model import Matrix
from routing_core.travel import UNREACHABLE, TravelMatrix

from waste.domain.tours import Pickup, Prices, TruckShift
from waste.domain.tours_problem import may_take, working_cents
from waste.domain.tours_streams import Stream

USUAL_FILL_SHARE = 0.75
"""Of containers when they are emptied."""
NEAR_SITES = 3

Floats = npt.NDArray[np.float64]


def drive_matrices(drives: Mapping[str, TravelMatrix]) -> dict[str, Matrix]:
    """Seconds as they are, metres to reckon with: where there is no way, the longest of all ways."""
    matrices = {}
    for kind, drive in drives.items():
        known = drive.metres < UNREACHABLE
        longest = float(drive.metres[known].max(initial=0))
        matrices[kind] = Matrix(
            drive.seconds.astype(np.int64), np.where(known, drive.metres, longest).astype(np.float64)
        )
    return matrices


def way_cents(shift: TruckShift, drive: Matrix) -> Floats:
    """What each way costs a truck, shape (places, places)."""
    cents: Floats = drive.distance * (shift.cents_per_km / 1000.0) + drive.seconds * (
        shift.cents_per_hour / 3600.0
    )
    return cents


def usual_visit_cents(stream: Stream, drives: Mapping[str, Matrix], prices: Prices) -> dict[str, float]:
    """What a visit of each container costs on a usual tour; missing where no truck of the stream gets there.

    A full load's way out and to the plant is shared by the containers that fill it, and there is the way
    between near sites (Daganzo 1984), shared by what is usually emptied together there.
    """
    if not stream.plants:
        return {}
    cents: dict[str, float] = {}
    first = {shift.truck_id: shift for shift in reversed(stream.shifts)}
    for shift in first.values():
        for name, cost in _by_truck(stream, shift, drives[shift.kind], prices):
            cents[name] = min(cost, cents.get(name, cost))
    return cents


def _by_truck(
    stream: Stream, shift: TruckShift, drive: Matrix, prices: Prices
) -> Iterator[tuple[str, float]]:
    """What a visit by one truck costs, for each container it takes and gets to."""
    mine = [pickup for pickup in stream.pickups if may_take(pickup, shift)]
    together = Counter(pickup.site_id for pickup in mine)
    places = np.array(sorted({pickup.place for pickup in stream.pickups}), dtype=np.int64)
    way = way_cents(shift, drive)
    plants = np.array([plant.place for plant in stream.plants])
    per_load = _stops_per_load(mine, shift)
    for pickup in mine:
        at = pickup.place
        if drive.seconds[shift.start_place, at] >= UNREACHABLE:
            continue
        home = float((way[at, plants] + way[plants, shift.end_place]).min())
        out = float(way[shift.start_place, at]) + home + shift.cents_per_tour
        near = np.sort(way[places[places != at], at])[:NEAR_SITES]
        stop = prices.site_s * shift.cents_per_hour / 3600.0 + (float(near.mean()) if near.size else 0.0)
        # Between one and all containers of a site are emptied at one stop.
        shared = stop / ((1 + together[pickup.site_id]) / 2)
        yield pickup.container_id, out / per_load + shared + working_cents(pickup, shift, prices)


def _stops_per_load(mine: Sequence[Pickup], shift: TruckShift) -> float:
    brought: Counter[str] = Counter()
    for pickup in mine:
        brought[pickup.fraction] += pickup.volume_l
    weight_kg = sum(pickup.volume_l * pickup.kg_per_l for pickup in mine)
    fits = [
        litres * len(mine) / (USUAL_FILL_SHARE * brought[fraction])
        for fraction, litres in shift.chambers.items()
        if brought[fraction]
    ]
    if weight_kg:
        fits.append(shift.payload_kg * len(mine) / (USUAL_FILL_SHARE * weight_kg))
    return max(1.0, min(fits, default=1.0))
