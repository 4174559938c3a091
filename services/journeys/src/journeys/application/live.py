"""What is different from the timetable now, as those see it who tell of journeys."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from timetable.realtime import CallState, Overlay, RunState
from timetable.schedule import NONE, Bytes, Ints

from journeys.domain.journey import VehicleNow

FOREVER = 1 << 62
MOST_NOTICES = 5
"""Told of one leg: nobody reads more."""


@dataclass(frozen=True, slots=True)
class RunCalls:
    """The calls of one run as they are now, all (calls); seconds after the start of the service day."""

    stop: Ints
    arrival_s: Ints
    departure_s: Ints
    state: Bytes

    def served(self, call: int) -> bool:
        """Whether a call is made at these times."""
        return int(self.state[call]) == CallState.SERVED

    def unknown(self, call: int) -> bool:
        """Whether nobody knows when a call is made: it is as printed then."""
        return int(self.state[call]) == CallState.NO_DATA


@dataclass(frozen=True, slots=True)
class Concern:
    """What a notice is about: all that is given has to fit; None, or ``NONE``, stands for any.

    Numbers are those of the timetable.
    """

    routes: frozenset[int] | None = None
    route_type: int = NONE
    stops: frozenset[int] | None = None
    trips: frozenset[int] | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something passengers should know; ``periods`` in Unix seconds, any time where there are none."""

    text: str
    periods: tuple[tuple[int, int], ...]
    concerns: tuple[Concern, ...]

    def holds(self, begin_s: int, end_s: int) -> bool:
        """Whether it holds at any time of a span."""
        return not self.periods or any(start <= end_s and begin_s < end for start, end in self.periods)


@dataclass(frozen=True, slots=True)
class RideNow:
    """A ride by timetable, for what there is to tell of it."""

    route: int
    route_type: int
    trip: int
    day: date | None
    stops: tuple[int, int]
    depart_s: int
    arrive_s: int


class NoticeBook:
    """Notices, found by what they are about."""

    def __init__(self, notices: Sequence[Notice]) -> None:
        self._by_trip: dict[int, list[tuple[int, Concern]]] = defaultdict(list)
        self._by_stop: dict[int, list[tuple[int, Concern]]] = defaultdict(list)
        self._by_route: dict[int, list[tuple[int, Concern]]] = defaultdict(list)
        self._others: list[tuple[int, Concern]] = []
        self._notices = tuple(notices)
        for number, notice in enumerate(notices):
            for concern in notice.concerns:
                self._enter(number, concern)

    def about(self, ride: RideNow) -> tuple[str, ...]:
        """What there is to tell of a ride, each text once, in the order of the sources."""
        found = {
            number
            for number, concern in self._candidates(ride)
            if _fits(concern, ride) and self._notices[number].holds(ride.depart_s, ride.arrive_s)
        }
        texts = dict.fromkeys(self._notices[number].text for number in sorted(found))
        return tuple(texts)[:MOST_NOTICES]

    def _enter(self, number: int, concern: Concern) -> None:
        for keys, index in (
            (concern.trips, self._by_trip), (concern.stops, self._by_stop), (concern.routes, self._by_route)
        ):  # fmt: skip
            if keys is not None:
                for key in keys:
                    index[key].append((number, concern))
                return
        self._others.append((number, concern))

    def _candidates(self, ride: RideNow) -> Iterable[tuple[int, Concern]]:
        yield from self._by_trip.get(ride.trip, ())
        for stop in ride.stops:
            yield from self._by_stop.get(stop, ())
        yield from self._by_route.get(ride.route, ())
        yield from self._others


def _fits(concern: Concern, ride: RideNow) -> bool:
    return (
        (concern.routes is None or ride.route in concern.routes)
        and concern.route_type in {NONE, ride.route_type}
        and (concern.trips is None or ride.trip in concern.trips)
        and concern.day in {None, ride.day}
        and (concern.stops is None or not concern.stops.isdisjoint(ride.stops))
    )


@dataclass(frozen=True, slots=True)
class News:
    """All that one source told last.

    Parameters
    ----------
    feed
        The number of the feed that it is about.
    told_s
        When it told it, Unix seconds.
    vehicles
        By trip, in the timetable's numbers, and day.
    """

    feed: int
    told_s: int
    overlay: Overlay
    notices: tuple[Notice, ...] = ()
    vehicles: Mapping[tuple[int, date], VehicleNow] = field(default_factory=dict)


@dataclass(frozen=True)
class Live:
    """One state of the world, never changed: whoever reads it reads it to the end.

    Parameters
    ----------
    runs
        By trip, in the timetable's numbers, and ``date.toordinal``: several where a trip is repeated.
    added
        Runs that no timetable has, by trip id.
    silent
        Sources that have told nothing for too long.
    overlays
        All of it as it was told, each with the number of its feed.
    """

    runs: Mapping[tuple[int, int], Sequence[RunCalls]] = field(default_factory=dict)
    added: Mapping[str, RunCalls] = field(default_factory=dict)
    notices: NoticeBook = field(default_factory=lambda: NoticeBook(()))
    vehicles: Mapping[tuple[int, date], VehicleNow] = field(default_factory=dict)
    silent: tuple[str, ...] = ()
    overlays: tuple[tuple[int, Overlay], ...] = ()

    def run(self, trip: int, day: date, call: int, departs_s: int) -> RunCalls | None:
        """The run of a trip that leaves a call at a second of the service day; None where none is told of."""
        for calls in self.runs.get((trip, day.toordinal()), ()):
            if call < len(calls.departure_s) and int(calls.departure_s[call]) == departs_s:
                return calls
        return None


def live_of(
    news: Sequence[News], first_trip: Sequence[int], first_stop: Sequence[int], silent: Sequence[str]
) -> Live:
    """What sources tell together.

    Parameters
    ----------
    first_trip, first_stop
        Where the trips and stops of each feed begin in the timetable.
    """
    runs: dict[tuple[int, int], list[RunCalls]] = defaultdict(list)
    added: dict[str, RunCalls] = {}
    vehicles: dict[tuple[int, date], VehicleNow] = {}
    for told in news:
        overlay = told.overlay
        vehicles |= told.vehicles
        stops = overlay.stop + np.int32(first_stop[told.feed])
        for number in range(overlay.run_count):
            if int(overlay.state[number]) == RunState.CANCELED:
                continue
            span = slice(int(overlay.first[number]), int(overlay.first[number + 1]))
            calls = RunCalls(
                stops[span], overlay.arrival_s[span], overlay.departure_s[span], overlay.call_state[span]
            )
            trip = int(overlay.trip[number])
            if trip == NONE:
                added[overlay.added_runs[int(overlay.added[number])].trip_id] = calls
            else:
                runs[trip + first_trip[told.feed], int(overlay.day[number])].append(calls)
    book = NoticeBook([notice for told in news for notice in told.notices])
    overlays = tuple((told.feed, told.overlay) for told in news)
    return Live(runs, added, book, vehicles, tuple(silent), overlays)
