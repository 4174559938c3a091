"""Waste to collect: trucks of one depot that empty bins and unload at plants."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class CollectionSite:
    """The depot, a plant or a stop: where it is, when work may begin there and how long it takes."""

    node_id: str
    x_feet: float
    y_feet: float
    earliest_s: int
    latest_s: int
    service_s: int
    load_yd: float = 0.0


@dataclass(frozen=True)
class CollectionDay:
    """One day of collection with time windows (Kim, Kim, Sahoo 2006).

    Distances are Manhattan, driving has one speed. A truck carries ``truck_capacity_yd`` until it unloads
    at a plant, takes at most ``daily_cap_yd`` and ``daily_stop_cap`` stops in the whole day, and is empty
    when it comes back. Its driver rests once for ``lunch_s``, beginning within the window. Any number of
    trucks; fewer come first, then miles.
    """

    depot: CollectionSite
    plants: tuple[CollectionSite, ...]
    stops: tuple[CollectionSite, ...]
    truck_capacity_yd: float
    daily_cap_yd: float
    daily_stop_cap: int
    lunch_s: int
    speed_mph: float
    lunch_earliest_s: int = 11 * 3600
    lunch_latest_s: int = 12 * 3600


@dataclass(frozen=True)
class Bin:
    """A bin that is emptied on ``frequency_days`` days of the horizon, ``demand`` each time."""

    node_id: str
    index: int
    frequency_days: int
    demand: float
    service_min: float
    patterns: tuple[tuple[int, ...], ...]
    """The sets of days that it may be emptied on, days counted from 0."""


@dataclass(frozen=True)
class CollectionPeriod:
    """Several days of collection with plants (the periodic problem with intermediate facilities).

    ``travel_min`` has shape (node_count, node_count), row = from, and is asymmetric; ``depot_index``,
    ``plant_indices`` and every bin's ``index`` are positions in it and in ``node_ids``. Each day at most
    ``truck_count`` tours; each lasts, driving and service, at most ``max_duration_min``; a truck carries
    at most ``truck_capacity`` between plants and comes back empty. The cost is driving alone.
    """

    node_ids: tuple[str, ...]
    travel_min: npt.NDArray[np.float64]
    depot_index: int
    plant_indices: tuple[int, ...]
    bins: tuple[Bin, ...]
    day_count: int
    truck_count: int
    truck_capacity: float
    max_duration_min: float
    plant_service_min: npt.NDArray[np.float64]
    """Per plant, in the order of ``plant_indices``: how long unloading takes."""
