"""Service days of a timetable: when they start, and which trips run on them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from timetable.schedule import Ints, Schedule

HALF_A_DAY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Runs:
    """Trips as they run on one service day; a trip by frequency runs many times.

    ``trip`` (runs); ``shift_s`` (runs), what is added to the trip's stop times.
    """

    day: date
    trip: Ints
    shift_s: Ints


def starts(schedule: Schedule, day: date) -> datetime:
    """The instant that clock times of a service day count from: noon minus twelve hours, as GTFS has it."""
    return noon_less_twelve(ZoneInfo(schedule.timezone), day)


def noon_less_twelve(zone: ZoneInfo, day: date) -> datetime:
    """Where a service day starts in a time zone; an hour from midnight when clocks change that night."""
    noon = datetime.combine(day, time(12), zone)
    return datetime.fromtimestamp((noon.timestamp() - HALF_A_DAY.total_seconds()), zone)


def runs_on(schedule: Schedule, day: date) -> Runs:
    """All runs of a service day, trips by clock first, then those by frequency.

    Runs by headway without exact times are given as if they kept the headway from its start on.
    """
    running = schedule.services.on(day)[schedule.trips.service]
    often = schedule.frequencies
    by_clock = running.copy()
    by_clock[often.trip] = False
    by_clock &= np.diff(schedule.trips.first) >= 2
    trips = [np.flatnonzero(by_clock).astype(np.int32)]
    shifts = [np.zeros(trips[0].size, dtype=np.int32)]
    for number in np.flatnonzero(running[often.trip]):
        trip = int(often.trip[number])
        if schedule.trips.first[trip + 1] - schedule.trips.first[trip] < 2:
            continue
        departs_s = np.arange(
            often.start_s[number], often.end_s[number], often.headway_s[number], dtype=np.int32
        )
        trips.append(np.full(departs_s.size, trip, dtype=np.int32))
        shifts.append(departs_s - schedule.stop_times.departure_s[schedule.trips.first[trip]])
    return Runs(day, np.concatenate(trips), np.concatenate(shifts))
