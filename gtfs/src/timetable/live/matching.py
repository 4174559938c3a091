"""Which run of the timetable a realtime message means."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from google.transit import gtfs_realtime_pb2 as wire

from timetable.schedule import NONE, Schedule
from timetable.schedule_days import starts
from timetable.schedule_stop_times import seconds

DAYS_AROUND = (0, -1, 1)
MOST_DAYS_AWAY = 31
"""A run on a day farther away is a mistake in the message."""
UNKNOWN_TRIP, UNKNOWN_ROUTE, WRONG_DATE, WRONG_TIME, NOT_THAT_DAY, AMBIGUOUS = (
    "unknown trip", "unknown route", "date without meaning", "time without meaning", "does not run that day",
    "several runs fit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the timetable: a trip on a service day; ``start_s`` if the trip is repeated, else ``NONE``."""

    trip: int
    day: date
    start_s: int


class NoMatchError(ValueError):
    """A run that the timetable does not have, and why."""


class Matcher:
    """Finds runs by what messages say of them.

    Parameters
    ----------
    schedule
        The timetable.
    now_s
        The time now, Unix seconds: a message without a date means the run that is nearest to it.
    """

    def __init__(self, schedule: Schedule, now_s: float) -> None:
        self.schedule = schedule
        self._now_s = now_s
        self._starts: dict[date, float] = {}
        self._repeated = frozenset(schedule.frequencies.trip.tolist())
        self.route_index = {name: number for number, name in enumerate(schedule.routes.ids)}

    def start_of(self, day: date) -> float:
        """Unix seconds that the clock times of a service day count from."""
        if day not in self._starts:
            self._starts[day] = starts(self.schedule, day).timestamp()
        return self._starts[day]

    def run(self, trip: wire.TripDescriptor) -> Run:
        """Return the run that a message means.

        Raises
        ------
        NoMatchError
            If there is none, or no single one.
        """
        day = self.day(trip.start_date)
        start_s = self._start(trip)
        if trip.trip_id:
            number = self.schedule.trip_index.get(trip.trip_id, NONE)
            if number == NONE:
                raise NoMatchError(UNKNOWN_TRIP)
            return self._of_trip(number, day, start_s)
        return self._of_route(trip, day, start_s)

    def day(self, text: str) -> date | None:
        """Return the day of a message; ``None`` where it tells none.

        Raises
        ------
        NoMatchError
            If it is no date, or far away.
        """
        if not text:
            return None
        try:
            day = date.fromisoformat(text) if len(text) == 8 and text.isdecimal() else None
        except ValueError:
            day = None
        if day is None or abs((day - self._today).days) > MOST_DAYS_AWAY:
            raise NoMatchError(WRONG_DATE)
        return day

    def _start(self, trip: wire.TripDescriptor) -> int:
        start_s = seconds(trip.start_time) if trip.start_time else NONE
        if trip.start_time and start_s < 0:
            raise NoMatchError(WRONG_TIME)
        return start_s

    def local_day(self, at_s: float) -> date:
        """Return the calendar day of an instant, where the timetable is at home."""
        return datetime.fromtimestamp(at_s, ZoneInfo(self.schedule.timezone)).date()

    @cached_property
    def _today(self) -> date:
        return self.local_day(self._now_s)

    def _of_trip(self, trip: int, day: date | None, start_s: int) -> Run:
        if trip in self._repeated:
            if start_s == NONE:
                raise NoMatchError(AMBIGUOUS)
        else:
            start_s = NONE
        if day is None:
            return Run(trip, self._nearest_day(trip, start_s), start_s)
        if not self._runs(trip, day):
            raise NoMatchError(NOT_THAT_DAY)
        return Run(trip, day, start_s)

    def _runs(self, trip: int, day: date) -> bool:
        services = self.schedule.services
        place = (day - services.first_day).days
        return 0 <= place < services.runs.shape[1] and bool(
            services.runs[self.schedule.trips.service[trip], place]
        )

    def _nearest_day(self, trip: int, start_s: int) -> date:
        """The day on which the run is on its way now, or nearest to now."""
        first, end = self.schedule.trips.first[trip : trip + 2].tolist()
        if end == first:
            raise NoMatchError(UNKNOWN_TRIP)
        times = self.schedule.stop_times
        shift = 0 if start_s == NONE else start_s - int(times.departure_s[first])
        begin_s, over_s = int(times.departure_s[first]) + shift, int(times.arrival_s[end - 1]) + shift
        found: list[tuple[float, date]] = []
        for days in DAYS_AROUND:
            day = self._today + timedelta(days)
            if self._runs(trip, day):
                now_s = self._now_s - self.start_of(day)
                found.append((max(begin_s - now_s, now_s - over_s, 0.0), day))
        if not found:
            raise NoMatchError(NOT_THAT_DAY)
        return min(found, key=lambda pair: pair[0])[1]

    def _of_route(self, trip: wire.TripDescriptor, day: date | None, start_s: int) -> Run:
        route = self.route_index.get(trip.route_id, NONE)
        if route == NONE:
            raise NoMatchError(UNKNOWN_ROUTE if trip.route_id else UNKNOWN_TRIP)
        if start_s == NONE:
            raise NoMatchError(AMBIGUOUS)
        direction = trip.direction_id if trip.HasField("direction_id") else NONE
        days = [day] if day is not None else [self._today + timedelta(days) for days in DAYS_AROUND]
        found = [
            Run(number, on, NONE)
            for on in days
            for number in self._by_departure.get((route, start_s), ())
            if direction in {NONE, int(self.schedule.trips.direction[number])} and self._runs(number, on)
        ]
        if not found:
            raise NoMatchError(NOT_THAT_DAY)
        if day is None:
            found.sort(key=lambda run: abs(self.start_of(run.day) + start_s - self._now_s))
            found = [run for run in found if run.day == found[0].day]
        if len(found) > 1:
            raise NoMatchError(AMBIGUOUS)
        return found[0]

    @cached_property
    def _by_departure(self) -> dict[tuple[int, int], list[int]]:
        """Trips by clock, by line and departure at their first call."""
        trips, index = self.schedule.trips, defaultdict[tuple[int, int], list[int]](list)
        called = np.flatnonzero(np.diff(trips.first) > 0)
        departs = self.schedule.stop_times.departure_s[trips.first[called]]
        for trip, departs_s in zip(called.tolist(), departs.tolist(), strict=True):
            if trip not in self._repeated:
                index[int(trips.route[trip]), departs_s].append(trip)
        return index
