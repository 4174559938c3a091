"""All open lifts in memory, by place, day and time: what a search looks at first."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from journeys.application.lift_ports import LiftReader
from journeys.application.ports import Span
from journeys.domain.lifts import Claims, Lift
from journeys.domain.lifts_seats import Seat
from journeys.domain.lifts_tour import Going
from journeys.domain.places import Point

LONGEST_LIFT_S = 6 * 3600
"""Lifts that take longer without anybody else are not taken on."""
METRES_A_DEGREE = 111_195.0
DAY_S, CLOCK_CHANGE_S = 24 * 3600, 3600

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Table:
    """Lifts as columns, each of shape (lift_count,)."""

    lifts: tuple[Lift, ...]
    start_deg: Floats
    end_deg: Floats
    longest_s: Ints
    clock_s: Ints
    first_day: Ints
    last_day: Ints
    weekdays: Ints
    """Bits: 2 is Monday, 128 Sunday; 0 for what goes once."""


class LiftIndex:
    """Finds lifts that may fit; safe to use from several threads.

    Parameters
    ----------
    zone
        The district's clocks.
    fastest_m_per_s
        No road is driven faster.
    """

    def __init__(self, zone: ZoneInfo, fastest_m_per_s: float) -> None:
        self._zone = zone
        self._fastest_m_per_s = fastest_m_per_s
        self._lock = threading.Lock()
        self._lifts: dict[str, Lift] = {}
        self._change = -1
        self._table = _table([])

    def goings(
        self,
        reader: LiftReader,
        ends: tuple[Sequence[Point], Sequence[Point]],
        span: Span,
        claims: Claims,
        now_s: int,
    ) -> list[Going]:
        """Lifts on their days that may take somebody along.

        Every lift that does is among them: they are left out by day, by time, and where the beelines alone
        are longer than anybody drives in the time there is.

        Parameters
        ----------
        ends
            Places to get on and to get off.
        span
            When the passenger can leave.
        """
        table = self._fresh(reader, now_s)
        near = np.flatnonzero(_near(table, *ends, self._fastest_m_per_s))
        days = self._days(span)
        riders = _Riders(reader, days, now_s)
        found: list[Going] = []
        for day in days:
            for at in near[_goes(table, near, day, self._zone, span)].tolist():
                lift = table.lifts[at]
                if day in lift.times.except_days or not lift.admits(claims):
                    continue
                depart_s = lift.times.departs_s(day, self._zone)
                if depart_s <= span.latest_s and depart_s + lift.longest_s >= span.earliest_s:
                    found.append(riders.going(lift, day, depart_s))
        return found

    def _days(self, span: Span) -> list[date]:
        first = (
            datetime.fromtimestamp(span.earliest_s - 2 * LONGEST_LIFT_S, UTC).astimezone(self._zone).date()
        )
        last = datetime.fromtimestamp(span.latest_s, UTC).astimezone(self._zone).date()
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def _fresh(self, reader: LiftReader, now_s: int) -> _Table:
        """The table as the reader's view has it, or newer."""
        newest = reader.newest_change()
        with self._lock:
            if newest > self._change:
                today = datetime.fromtimestamp(now_s, UTC).astimezone(self._zone).date()
                changed = {lift.id: lift for lift in reader.lifts_changed(self._change)}
                going = {
                    lift.id: lift
                    for lift in (self._lifts | changed).values()
                    if lift.findable and lift.times.last_day >= today - timedelta(days=1)
                }
                # Most changes are of seats, and leave the table as it is.
                if changed or len(going) < len(self._lifts):
                    self._table = _table(sorted(going.values(), key=lambda lift: lift.number))
                self._lifts, self._change = going, newest
            return self._table


class _Riders:
    """Who rides in which lift on which of these days."""

    def __init__(self, reader: LiftReader, days: Sequence[date], now_s: int) -> None:
        self._seats: dict[tuple[str, date], list[Seat]] = {}
        for seat in reader.seats_on(days):
            if seat.is_open(now_s):
                self._seats.setdefault((seat.lift_id, seat.day), []).append(seat)
        self._stops = reader.days(days) if self._seats else {}

    def going(self, lift: Lift, day: date, depart_s: int) -> Going:
        """The lift on the day, with who rides in it."""
        seats = self._seats.get((lift.id, day))
        if seats is None:
            return Going(lift, day, depart_s)
        ids = {seat.id for seat in seats}
        stops = tuple(stop for stop in self._stops.get((lift.id, day), ()) if stop[1] in ids)
        return Going(lift, day, depart_s, tuple(seats), stops)


def _table(lifts: Sequence[Lift]) -> _Table:
    def ints(values: list[int]) -> Ints:
        return np.array(values, dtype=np.int64)

    def degrees(points: list[Point]) -> Floats:
        both = [(point.latitude_deg, point.longitude_deg) for point in points]
        return np.array(both, dtype=np.float64).reshape(-1, 2)

    return _Table(
        tuple(lifts),
        degrees([lift.start for lift in lifts]),
        degrees([lift.end for lift in lifts]),
        ints([lift.longest_s for lift in lifts]),
        ints([lift.times.clock_s for lift in lifts]),
        ints([lift.times.first_day.toordinal() for lift in lifts]),
        ints([lift.times.last_day.toordinal() for lift in lifts]),
        ints([sum(1 << day for day in lift.times.weekdays) for lift in lifts]),
    )


def _goes(table: _Table, near: npt.NDArray[np.intp], day: date, zone: ZoneInfo, span: Span) -> Bools:
    """(near_count,) whether they may be under way on a day within the span."""
    ordinal = day.toordinal()
    begins_s = round(datetime.combine(day, time(), zone).timestamp())
    next_day = datetime.combine(day + timedelta(days=1), time(), zone)
    # On most days clocks show what has passed of the day.
    spare_s = 0 if round(next_day.timestamp()) - begins_s == DAY_S else CLOCK_CHANGE_S
    departs_s = begins_s + table.clock_s[near]
    weekdays = table.weekdays[near]
    goes: Bools = (table.first_day[near] <= ordinal) & (table.last_day[near] >= ordinal)
    first_day = table.first_day[near] == ordinal
    goes &= np.where(weekdays == 0, first_day, (weekdays >> day.isoweekday()) & 1 == 1)
    goes &= departs_s - spare_s <= span.latest_s
    goes &= departs_s + table.longest_s[near] + spare_s >= span.earliest_s
    return goes


def _near(
    table: _Table, pickups: Sequence[Point], dropoffs: Sequence[Point], fastest_m_per_s: float
) -> Bools:
    """(lift_count,) whether start, pickup, dropoff and end can be reached in time as the crow flies."""
    if not (pickups and dropoffs):
        return np.zeros(len(table.lifts), dtype=np.bool_)
    to_pickup = np.min([_away_m(table.start_deg, point) for point in pickups], axis=0)
    to_end = np.min([_away_m(table.end_deg, point) for point in dropoffs], axis=0)
    between = min(pickup.distance_m(dropoff) for pickup in pickups for dropoff in dropoffs)
    near: Bools = (to_pickup + between + to_end) / fastest_m_per_s <= table.longest_s
    return near


def _away_m(places_deg: Floats, point: Point) -> Floats:
    """Beelines, never longer than they are: degrees of longitude by the place nearest to the pole."""
    north = (places_deg[:, 0] - point.latitude_deg) * METRES_A_DEGREE
    polar = np.maximum(np.abs(places_deg[:, 0]), abs(point.latitude_deg))
    east = (places_deg[:, 1] - point.longitude_deg) * METRES_A_DEGREE * np.cos(np.radians(polar))
    away_m: Floats = np.hypot(north, east) * 0.99
    return away_m
