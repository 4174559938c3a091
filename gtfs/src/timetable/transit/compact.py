"""A timetable made for searching: patterns of calls, runs over them, and ways to change between them.

A *run* is a trip as a vehicle makes it, once for every departure of a trip by frequency. A *pattern* is a
line's sequence of calls; its runs lie one after another, sorted by their first departure. Where passengers
get off is an *alighting point*, where they get on a *boarding point*: number s of both is stop s, and those
after the last stop are for calls that transfer rules of trips or lines single out. A *change* leads from an
alighting point to a boarding point, so that every rule is a change that exists, lasts some time, or does not
exist.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from timetable.schedule import NONE, Bools, Bytes, Floats, Ints, Offsets

Letters = npt.NDArray[np.uint8]


class Texts(NamedTuple):
    """Many short texts: text i is the UTF-8 between ``first[i]`` and ``first[i + 1]``."""

    letters: Letters
    first: Offsets

    @classmethod
    def of(cls, values: Sequence[str]) -> "Texts":
        """Pack texts."""
        packed = [value.encode() for value in values]
        first = np.zeros(len(packed) + 1, dtype=np.int64)
        np.cumsum([len(value) for value in packed], out=first[1:])
        return cls(np.frombuffer(b"".join(packed), dtype=np.uint8), first)

    def __len__(self) -> int:
        return len(self.first) - 1

    def at(self, number: int) -> str:
        """One text."""
        return self.letters[self.first[number] : self.first[number + 1]].tobytes().decode()

    def all(self) -> list[str]:
        """Every text, in order."""
        letters, ends = self.letters.tobytes(), self.first.tolist()
        return [letters[begin:end].decode() for begin, end in pairwise(ends)]


class StopArrays(NamedTuple):
    """Stops, all (stops).

    ``parent`` is the station or ``NONE``; ``kind`` GTFS's location type; ``wheelchair`` 1 where a wheelchair
    can board, 2 where it cannot, 0 where nobody says, the station's word standing for its platforms that say
    nothing; ``zone`` the number of the time zone shown to passengers.
    """

    lon: Floats
    lat: Floats
    parent: Ints
    kind: Bytes
    wheelchair: Bytes
    zone: Ints


class TripArrays(NamedTuple):
    """Trips, all (trips).

    ``zone`` is the time zone of their clock, ``wheelchair`` and ``bikes`` are 1 for yes, 2 for no, 0 unknown.
    Runs of trip t are ``run[run_first[t]:run_first[t + 1]]``.
    """

    route: Ints
    service: Ints
    zone: Ints
    wheelchair: Bytes
    bikes: Bytes
    run_first: Ints
    run: Ints


class PatternArrays(NamedTuple):
    """Patterns; calls of pattern p are ``first[p]`` up to, not including, ``first[p + 1]``.

    ``route`` (patterns); ``run_first`` (patterns + 1); the others (calls): the stop, the alighting and the
    boarding point, ``NONE`` where nobody may get off or on, and GTFS's pickup and drop-off types.
    """

    first: Ints
    route: Ints
    run_first: Ints
    stop: Ints
    alight: Ints
    board: Ints
    pickup: Bytes
    dropoff: Bytes


class RunArrays(NamedTuple):
    """Runs, sorted by pattern and first departure.

    ``trip``, ``shift_s`` (runs), what was added to the trip's stop times; ``times_first`` (runs + 1), where
    their times begin; ``arrival_s``, ``departure_s`` (all calls of all runs), seconds after the start of the
    service day. After run r the vehicle goes on as the first run in ``next_run[next_first[r]:next_first[r +
    1]]`` that runs on the day; passengers may stay seated where ``next_seated``.
    """

    trip: Ints
    shift_s: Ints
    times_first: Offsets
    arrival_s: Ints
    departure_s: Ints
    next_first: Ints
    next_run: Ints
    next_seated: Bools


class Changes(NamedTuple):
    """Ways between vehicles, from alighting point a: ``first[a]`` up to, not including, ``first[a + 1]``.

    ``to`` is a boarding point, ``seconds`` what the change takes at least, ``walk_s`` how much of it is
    walking. ``back_first`` and ``back`` list by boarding point the same changes by their place here,
    ``back_from`` their alighting points.
    """

    first: Ints
    to: Ints
    seconds: Ints
    walk_s: Ints
    back_first: Ints
    back: Ints
    back_from: Ints


class Hops(NamedTuple):
    """Rides between neighbouring calls, from stop s: ``first[s]`` up to, not including, ``first[s + 1]``.

    ``seconds`` is what the fastest of all runs takes.
    """

    first: Ints
    to: Ints
    seconds: Ints


class Bounds(NamedTuple):
    """The least seconds between any stops of two cells; ``cell`` is by stop, ``least_s`` from cell to
    cell.
    """

    cell: Ints
    least_s: Ints


class PointArrays(NamedTuple):
    """Points beyond those of the stops themselves.

    ``alight_stop``, ``board_stop`` are the stops of all points; points of stop s besides number s itself are
    ``alight[alight_first[s]:alight_first[s + 1]]``, and ``board`` likewise.
    """

    alight_stop: Ints
    board_stop: Ints
    alight_first: Ints
    alight: Ints
    board_first: Ints
    board: Ints


class NameArrays(NamedTuple):
    """Texts of everything, by its number; ``feeds`` are the prefixes that ids begin with."""

    feeds: Texts
    zones: Texts
    stop_ids: Texts
    stop_names: Texts
    route_ids: Texts
    route_names: Texts
    trip_ids: Texts
    headsigns: Texts


class FeedArrays(NamedTuple):
    """Where the stops, routes and trips of each feed begin; shape (feeds + 1)."""

    stop: Ints
    route: Ints
    trip: Ints


@dataclass(frozen=True)
class Timetable:
    """All that a search needs; nothing here is ever written to.

    Parameters
    ----------
    first_day_ordinal
        ``date.toordinal`` of the first service day; shape (1,).
    runs_on
        Whether a service runs on a day; shape (services, days).
    route_kind
        GTFS's route types; shape (routes).
    headsign
        By trip, the number of its headsign.
    changes, step_free
        Ways between vehicles, for all and for who cannot use stairs.
    hops, bounds
        What every journey takes at least.
    """

    first_day_ordinal: Offsets
    runs_on: Bools
    route_kind: Ints
    headsign: Ints
    stops: StopArrays
    trips: TripArrays
    patterns: PatternArrays
    runs: RunArrays
    points: PointArrays
    changes: Changes
    step_free: Changes
    hops: Hops
    bounds: Bounds
    names: NameArrays
    feeds: FeedArrays

    @property
    def first_day(self) -> date:
        return date.fromordinal(int(self.first_day_ordinal[0]))

    def moved(self, days: int) -> "Timetable":
        """The same timetable so many days later: whole weeks keep weekdays, and clocks show the same."""
        return replace(self, first_day_ordinal=self.first_day_ordinal + days)

    @property
    def stop_count(self) -> int:
        return len(self.stops.lon)

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """Names of the time zones that clocks here show; trips and stops have numbers of these."""
        return tuple(self.names.zones.all())

    @cached_property
    def stop_index(self) -> dict[str, int]:
        """The number of a stop by its id, which begins with the feed's prefix."""
        return {name: number for number, name in enumerate(self.names.stop_ids.all())}

    @cached_property
    def trip_index(self) -> dict[str, int]:
        """The number of a trip by its id, which begins with the feed's prefix."""
        return {name: number for number, name in enumerate(self.names.trip_ids.all())}

    @cached_property
    def longest_s(self) -> int:
        """The latest clock time of any call: how long a service day lasts."""
        return int(self.runs.arrival_s.max(initial=0))

    @cached_property
    def shown_at(self) -> tuple[Floats, Floats]:
        """Longitude and latitude at which stops are shown: where a feed tells no place, a station's or a
        neighbour's on some line. Nobody walks from there: the stop's own place stays unknown.
        """
        lon, lat = np.array(self.stops.lon), np.array(self.stops.lat)
        pattern = np.repeat(np.arange(len(self.patterns.route)), np.diff(self.patterns.first))
        unknown = np.flatnonzero(np.isnan(lon + lat)).tolist()
        still = len(unknown) + 1
        while len(unknown) < still:
            still = len(unknown)
            for stop in unknown:
                near = [int(self.stops.parent[stop])]
                for call in np.flatnonzero(self.patterns.stop == stop).tolist():
                    beside = [one for one in (call - 1, call + 1) if 0 <= one < len(pattern)]
                    near += [int(self.patterns.stop[one]) for one in beside if pattern[one] == pattern[call]]
                known = [other for other in near if other != NONE and not np.isnan(lon[other] + lat[other])]
                if known:
                    lon[stop], lat[stop] = lon[known[0]], lat[known[0]]
            unknown = [stop for stop in unknown if np.isnan(lon[stop] + lat[stop])]
        return np.nan_to_num(lon), np.nan_to_num(lat)

    @cached_property
    def point_cells(self) -> tuple[Ints, Ints]:
        """By alighting and by boarding point, its cell."""
        return self.bounds.cell[self.points.alight_stop], self.bounds.cell[self.points.board_stop]

    @cached_property
    def run_service(self) -> Ints:
        """By run, its service."""
        return self.trips.service[self.runs.trip]

    @cached_property
    def run_zone(self) -> Ints:
        """By run, the time zone of its clock."""
        return self.trips.zone[self.runs.trip]

    @cached_property
    def run_pattern(self) -> Ints:
        """By run, its pattern."""
        count = np.diff(self.patterns.run_first)
        return np.repeat(np.arange(len(count), dtype=np.int32), count)

    @cached_property
    def _platforms(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for stop, (parent, kind) in enumerate(
            zip(self.stops.parent.tolist(), self.stops.kind.tolist(), strict=True)
        ):
            if parent != NONE and kind in {0, 4}:
                found.setdefault(parent, []).append(stop)
        return found

    def platforms(self, stop: int) -> Ints:
        """The stop itself and, of a station, all stops in it, boarding areas of platforms included."""
        found, asked = [stop], [stop]
        while asked:
            below = self._platforms.get(asked.pop(), [])
            found += below
            asked += below
        return np.array(found, dtype=np.int32)
