"""What driving costs, and what a visit usually does: the figures that planning starts from."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from routing_core.collection.model import Matrix
from routing_core.travel import UNREACHABLE, TravelMatrix

from waste.domain.tours import Prices, TruckShift
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
    cents: dict[str, float] = {}
    if not stream.plants:
        return cents
    ways = {shift.truck_id: way_cents(shift, drives[shift.kind]) for shift in stream.shifts}
    first = {shift.truck_id: shift for shift in reversed(stream.shifts)}
    sites: dict[str, int] = {}
    for pickup in stream.pickups:
        sites.setdefault(pickup.site_id, pickup.place)
    places = np.array(sorted(set(sites.values())), dtype=np.int64)
    for pickup in stream.pickups:
        possible = []
        for truck_id, shift in first.items():
            if (
                not may_take(pickup, shift)
                or (drives[shift.kind].seconds[:, pickup.place] >= UNREACHABLE).all()
            ):
                continue
            way = ways[truck_id]
            plant = min(
                way[pickup.place, plant.place] + way[plant.place, shift.end_place] for plant in stream.plants
            )
            out = way[shift.start_place, pickup.place] + plant + shift.cents_per_tour
            near = np.sort(way[places[places != pickup.place], pickup.place])[:NEAR_SITES]
            stop = prices.site_s * shift.cents_per_hour / 3600.0 + float(near.mean()) if near.size else 0.0
            together = _together(stream, pickup.site_id, shift)
            possible.append(
                out / _stops_per_load(stream, shift) + stop / together + working_cents(pickup, shift, prices)
            )
        if possible:
            cents[pickup.container_id] = float(min(possible))
    return cents


def _together(stream: Stream, site_id: str, shift: TruckShift) -> float:
    """How many containers of a site are emptied at one stop: between one and all of them."""
    count = sum(1 for other in stream.pickups if other.site_id == site_id and may_take(other, shift))
    return (1 + count) / 2


def _stops_per_load(stream: Stream, shift: TruckShift) -> float:
    mine = [pickup for pickup in stream.pickups if may_take(pickup, shift)]
    fits = []
    for fraction, litres in shift.chambers.items():
        brought = sum(pickup.volume_l for pickup in mine if pickup.fraction == fraction)
        if brought:
            fits.append(litres * len(mine) / (USUAL_FILL_SHARE * brought))
    weight_kg = sum(pickup.volume_l * pickup.kg_per_l for pickup in mine)
    if weight_kg:
        fits.append(shift.payload_kg * len(mine) / (USUAL_FILL_SHARE * weight_kg))
    return max(1.0, min(fits, default=1.0))
