"""Prices that a search can work with: what a boarding costs, what a kilometre costs, and how many zones one
sees.

Real tariffs know more; these parts are what can be added up on the way, or only grows, so that a search may
drop a cheaper beginning never and a dearer one always.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from timetable.schedule import NONE, Ints
from timetable.transit.compact import Timetable
from timetable.transit.walks import METRES_PER_DEGREE
from timetable.transit.window import Window

MOST_ZONES = 63
Zones = npt.NDArray[np.int64]


@dataclass(frozen=True)
class FareModel:
    """What a journey costs: the sum of its boardings, of its kilometres, and the price of its count of zones.

    Parameters
    ----------
    boarding_cents
        By line; shape (routes). Also for runs of no known line: the first line's.
    cents_per_km
        For the straight line from call to call, each rounded to a whole cent.
    zone
        By stop, from 0 to ``MOST_ZONES - 1``, or ``NONE``; shape (stops).
    zones_cents
        By the count of different zones that a ride calls in, from none on, never falling; more zones than it
        has prices cost the last one.
    """

    boarding_cents: Ints
    cents_per_km: float
    zone: Ints
    zones_cents: Ints

    def __post_init__(self) -> None:
        if not len(self.boarding_cents) or self.boarding_cents.min() < 0:
            raise ValueError("boarding_cents: none, or one below 0")
        if not 0 <= self.cents_per_km < 1e6:
            raise ValueError(f"cents_per_km: {self.cents_per_km} is not from 0 to a million")
        if len(self.zone) and not NONE <= self.zone.min() <= self.zone.max() < MOST_ZONES:
            raise ValueError(
                f"zone: {self.zone.min()} to {self.zone.max()}, at most {MOST_ZONES} are told apart"
            )
        if not len(self.zones_cents) or (np.diff(self.zones_cents) < 0).any() or self.zones_cents[0] < 0:
            raise ValueError(f"zones_cents: {self.zones_cents.tolist()} is empty, falls or begins below 0")

    @classmethod
    def free(cls, timetable: Timetable) -> "FareModel":
        """Nothing costs anything: the price is no criterion."""
        nothing = np.zeros(max(1, len(timetable.route_kind)), dtype=np.int32)
        no_zone = np.full(timetable.stop_count, NONE, dtype=np.int32)
        return cls(nothing, 0.0, no_zone, nothing[:1])


@dataclass(frozen=True)
class WindowFares:
    """A fare model in the numbers of a window.

    ``upto_cents`` (calls of its patterns), what riding from the pattern's first call costs; ``zone_bit``
    (calls), the bit of the zone; ``boarding_cents`` (lanes); ``zones_cents`` (``MOST_ZONES + 1``), by count
    of zones.
    """

    upto_cents: Ints
    zone_bit: Zones
    boarding_cents: Ints
    zones_cents: Ints


def fares_in_window(model: FareModel, timetable: Timetable, window: Window) -> WindowFares:
    """Lay a fare model out for a window.

    Raises
    ------
    ValueError
        Where it has not one boarding price for every line, or one zone for every stop.
    """
    for name, values, count in (
        ("boarding_cents", model.boarding_cents, max(1, len(timetable.route_kind))),
        ("zone", model.zone, timetable.stop_count),
    ):
        if len(values) != count:
            raise ValueError(f"{name}: {len(values)} values, {count} are needed")
    patterns, laid = timetable.patterns, window.laid
    stop = np.concatenate([patterns.stop, laid.stop])
    first = np.concatenate([patterns.first, patterns.first[-1] + laid.pattern_first[1:]])
    lon, lat = timetable.stops.lon[stop], timetable.stops.lat[stop]
    east = np.diff(lon) * np.cos(np.radians((lat[1:] + lat[:-1]) / 2))
    km = np.nan_to_num(np.hypot(east, np.diff(lat))) * METRES_PER_DEGREE / 1000
    steps = np.concatenate([[0], np.rint(km * model.cents_per_km)]).astype(np.int64)
    steps[first[:-1]] = 0
    upto = np.cumsum(steps)
    upto -= np.repeat(upto[first[:-1]], np.diff(first))
    zone = model.zone[stop].astype(np.int64)
    zone_bit = np.where(zone == NONE, 0, np.left_shift(np.int64(1), np.maximum(zone, 0)))
    added_route = np.full(len(laid.pattern_first) - 1, NONE, dtype=np.int32)
    for run, pattern in zip(laid.run.tolist(), laid.pattern.tolist(), strict=True):
        if pattern >= len(patterns.route):
            planned = run < len(timetable.runs.trip)
            route = (
                timetable.trips.route[timetable.runs.trip[run]]
                if planned
                else laid.added_route[run - len(timetable.runs.trip)]
            )
            added_route[pattern - len(patterns.route)] = route
    route = np.maximum(np.concatenate([patterns.route, added_route])[window.lane_pattern], 0)
    places = np.minimum(np.arange(MOST_ZONES + 1), len(model.zones_cents) - 1)
    return WindowFares(
        upto.astype(np.int32), zone_bit, model.boarding_cents[route].astype(np.int32),
        model.zones_cents[places].astype(np.int32),
    )  # fmt: skip
