"""A timetable as flat, frozen arrays: what searches and detections read instead of text.

Everything is numbered from 0 in the order of its file; ids stand beside the arrays. Stop times of one trip
are contiguous and in the order of travel. Clock times are seconds after the *start* of the service day,
which is noon minus twelve hours, local time, so that a day on which clocks change has no hour twice; they run
past 24:00.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Offsets = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.int8]
Bools = npt.NDArray[np.bool_]

NONE = -1
"""Instead of a number where there is nothing: no parent, no shape, no direction."""


@dataclass(frozen=True, slots=True)
class Stops:
    """Stops, stations and what else has a place.

    ``lon`` and ``lat`` (stops), degrees, not-a-number where the feed has none. ``parent`` (stops), the number
    of the station, ``NONE`` without. ``kind`` (stops), the feed's location type: 0 is a stop or platform, 1 a
    station. ``timezones`` are empty where a stop keeps the agencies' time.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    lon: Floats
    lat: Floats
    parent: Ints
    kind: Bytes
    timezones: tuple[str, ...]

    def station(self, stop: int) -> int:
        """The station of a stop; the stop itself where it has none."""
        parent = int(self.parent[stop])
        return stop if parent == NONE else parent


@dataclass(frozen=True, slots=True)
class Routes:
    """Lines; ``kind`` (routes) is the feed's route type, basic or extended."""

    ids: tuple[str, ...]
    agency_ids: tuple[str, ...]
    short_names: tuple[str, ...]
    long_names: tuple[str, ...]
    kind: Ints

    def name(self, route: int) -> str:
        """What stands on the vehicle; the id where the feed names nothing."""
        return self.short_names[route] or self.long_names[route] or self.ids[route]


@dataclass(frozen=True, slots=True)
class Trips:
    """Trips; stop times of trip t are ``first[t]`` up to, not including, ``first[t + 1]``.

    ``route``, ``service``, ``direction``, ``shape`` (trips); ``first`` (trips + 1).
    """

    ids: tuple[str, ...]
    route: Ints
    service: Ints
    direction: Bytes
    shape: Ints
    headsigns: tuple[str, ...]
    first: Offsets


@dataclass(frozen=True, slots=True)
class StopTimes:
    """Calls of trips at stops, all (stop times).

    ``arrival_s`` and ``departure_s``, seconds after the start of the service day; where the feed leaves both
    blank they are interpolated by distance. ``sequence`` is the feed's own number of the call. ``pickup`` and
    ``dropoff`` are the feed's types: 0 regularly, 1 not at all, 2 by phone, 3 by arrangement with the driver.
    """

    stop: Ints
    arrival_s: Ints
    departure_s: Ints
    sequence: Ints
    pickup: Bytes
    dropoff: Bytes


@dataclass(frozen=True, slots=True)
class Services:
    """On which days a service runs: ``runs`` (services, days), day 0 being ``first_day``."""

    ids: tuple[str, ...]
    first_day: date
    runs: Bools

    def on(self, day: date) -> Bools:
        """Which services run on a day; none outside the feed's days. Shape (services)."""
        index = (day - self.first_day).days
        if 0 <= index < self.runs.shape[1]:
            running: Bools = self.runs[:, index]
            return running
        return np.zeros(len(self.ids), dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Trips that are repeated, all (frequencies): from ``start_s``, before ``end_s``, every ``headway_s``."""

    trip: Ints
    start_s: Ints
    end_s: Ints
    headway_s: Ints


@dataclass(frozen=True, slots=True)
class Shapes:
    """Ways of vehicles; points of shape s are ``first[s]`` up to, not including, ``first[s + 1]``.

    ``first`` (shapes + 1); ``lon`` and ``lat`` (points), degrees.
    """

    ids: tuple[str, ...]
    first: Offsets
    lon: Floats
    lat: Floats


@dataclass(frozen=True)
class Schedule:
    """The timetable of one feed. ``timezone`` is the agencies'; times of day are local there."""

    timezone: str
    stops: Stops
    routes: Routes
    trips: Trips
    stop_times: StopTimes
    services: Services
    frequencies: Frequencies
    shapes: Shapes

    @cached_property
    def trip_index(self) -> dict[str, int]:
        """The number of a trip by its id."""
        return {name: index for index, name in enumerate(self.trips.ids)}

    @cached_property
    def stop_index(self) -> dict[str, int]:
        """The number of a stop by its id."""
        return {name: index for index, name in enumerate(self.stops.ids)}
