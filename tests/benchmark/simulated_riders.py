"""Riders whose every step is known: on real timetables, with made-up delays, walks, waits and noise.

A vehicle accelerates and brakes between stops on the straight line; it is late by a drawn amount that changes
from stop to stop. Cars drive beside a line, without stopping at its stops, starting and ending anywhere.
"""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import cos, hypot, pi, radians

import numpy as np
from ticketing.domain.delays import Delays, TripDelay
from ticketing.domain.trace import Activity, Fix, Guess, Trace, trace_of
from timetable.schedule import Schedule
from timetable.schedule_days import runs_on, starts

METRES = 111_320.0
WALK_MPS = 1.3
HALT_S = 20
"""How long a vehicle stands at least where the timetable has no dwell."""

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class TrueLeg:
    """What was really ridden."""

    trip_id: str
    board_stop: str
    alight_stop: str
    board_s: float
    alight_s: float


@dataclass(frozen=True, slots=True)
class Rider:
    """A trace and the truth behind it; ``delays`` is what operations could have told."""

    name: str
    trace: Trace
    legs: tuple[TrueLeg, ...]
    delays: Delays


@dataclass(frozen=True, slots=True)
class Phone:
    """A fix every ``period_s``, off by ``noise_m`` each way, and now and then nothing for ``gap_s``."""

    period_s: float = 10.0
    noise_m: float = 20.0
    gap_s: float = 30.0
    gap_share: float = 0.1
    guesses: bool = True


class Day:
    """The runs of one service day, with the ways and times that are needed to ride in them."""

    def __init__(self, schedule: Schedule, day: date) -> None:
        self.schedule, self.day = schedule, day
        self.runs = runs_on(schedule, day)
        self.start_s = starts(schedule, day).timestamp()
        self.departures: dict[int, list[tuple[float, int, int]]] = {}
        for number, trip in enumerate(self.runs.trip):
            first, after = schedule.trips.first[trip], schedule.trips.first[trip + 1]
            for call in range(first, after - 1):
                due_s = self.start_s + self.runs.shift_s[number] + schedule.stop_times.departure_s[call]
                self.departures.setdefault(int(schedule.stop_times.stop[call]), []).append(
                    (float(due_s), number, int(call))
                )
        for there in self.departures.values():
            there.sort()

    def place(self, call: int) -> Place:
        """Longitude and latitude of a call."""
        stop = self.schedule.stop_times.stop[call]
        return float(self.schedule.stops.lon[stop]), float(self.schedule.stops.lat[stop])


class _Walker:
    """Collects where the rider is, second by second, as a path of waypoints."""

    def __init__(self, start_s: float, place: Place) -> None:
        self.times, self.places = [start_s], [place]
        self.doing: list[tuple[float, Activity]] = []

    @property
    def now_s(self) -> float:
        return self.times[-1]

    def reach(self, time_s: float, place: Place, activity: Activity) -> None:
        self.doing.append((max(time_s, self.now_s), activity))
        self.times.append(max(time_s, self.now_s))
        self.places.append(place)

    def walk(self, place: Place, rng: random.Random) -> None:
        way = apart_m(self.places[-1], place)
        self.reach(self.now_s + way / (WALK_MPS * rng.uniform(0.8, 1.2)), place, Activity.ON_FOOT)

    def seen(self, phone: Phone, rng: random.Random) -> Trace:
        lon, lat = np.array(self.places).T
        ends = [time_s for time_s, _ in self.doing]
        fixes = []
        time_s = self.times[0]
        while time_s <= self.now_s:
            here = float(np.interp(time_s, self.times, lon)), float(np.interp(time_s, self.times, lat))
            activity = self.doing[min(int(np.searchsorted(ends, time_s - 15)), len(ends) - 1)][1]
            guesses = (Guess(activity, 0.75),) if phone.guesses and rng.random() < 0.8 else ()
            noisy = moved(here, rng.gauss(0, phone.noise_m), rng.gauss(0, phone.noise_m))
            fixes.append(Fix(datetime.fromtimestamp(time_s, UTC), *noisy, max(phone.noise_m, 3.0), guesses))
            time_s += phone.gap_s if rng.random() < phone.gap_share else phone.period_s
        return trace_of(fixes)


def moved(place: Place, east_m: float, north_m: float) -> Place:
    """A place so many metres away."""
    return place[0] + east_m / METRES / cos(radians(place[1])), place[1] + north_m / METRES


def apart_m(one: Place, other: Place) -> float:
    """Metres between two places that are not far apart."""
    scale = cos(radians((one[1] + other[1]) / 2))
    return hypot((one[0] - other[0]) * METRES * scale, (one[1] - other[1]) * METRES)


def rider(
    day: Day, rng: random.Random, phone: Phone, *, transfers: int = 0, late_s: float = 120.0, name: str = ""
) -> Rider:
    """Somebody who walks to a stop, rides, perhaps changes, and walks on.

    Parameters
    ----------
    transfers
        How many times to change, where the timetable has something to change to.
    late_s
        Mean lateness at the boarding.
    """
    number = rng.randrange(day.runs.trip.size)
    trip = int(day.runs.trip[number])
    first, after = int(day.schedule.trips.first[trip]), int(day.schedule.trips.first[trip + 1])
    board = rng.randrange(first, after - 1)
    stop = day.place(board)
    due_s = day.start_s + day.runs.shift_s[number] + day.schedule.stop_times.departure_s[board]
    home = _nearby(stop, rng)
    walker = _Walker(due_s - rng.uniform(120, 480) - apart_m(home, stop) / WALK_MPS - 120, home)
    walker.reach(walker.now_s + 120, home, Activity.STILL)
    legs: list[TrueLeg] = []
    told: list[TripDelay] = []
    while True:
        walker.walk(day.place(board), rng)
        leg, delays = _ride(day, (number, board, rng.randrange(board + 1, after)), walker, rng, late_s)
        legs.append(leg)
        told += delays
        change = _change(day, legs[-1], trip, rng) if len(legs) <= transfers else None
        if change is None:
            break
        number, board = change
        trip = int(day.runs.trip[number])
        after = int(day.schedule.trips.first[trip + 1])
    walker.reach(walker.now_s + rng.uniform(5, 60), walker.places[-1], Activity.STILL)
    walker.walk(_nearby(walker.places[-1], rng), rng)
    walker.reach(walker.now_s + 180, walker.places[-1], Activity.STILL)
    return Rider(name, walker.seen(phone, rng), tuple(legs), Delays(told))


def car(day: Day, rng: random.Random, phone: Phone, *, name: str = "") -> Rider:
    """Somebody who drives beside a line at the time of one of its runs."""
    number = rng.randrange(day.runs.trip.size)
    trip = int(day.runs.trip[number])
    first, after = int(day.schedule.trips.first[trip]), int(day.schedule.trips.first[trip + 1])
    begin = rng.randrange(first, after - 1)
    end = min(begin + rng.randint(1, 4), after - 1)
    beside = rng.choice((-1, 1)) * rng.uniform(50, 400)
    due_s = day.start_s + day.runs.shift_s[number] + day.schedule.stop_times.departure_s[begin]
    way = [moved(day.place(call), beside, beside / 2) for call in range(begin, end + 1)]
    way[0] = _between(way[0], way[1], rng.uniform(0.0, 0.4))
    way[-1] = _between(way[-1], way[-2], rng.uniform(0.0, 0.4))
    walker = _Walker(due_s + rng.uniform(-300, 600), way[0])
    walker.reach(walker.now_s + 120, way[0], Activity.STILL)
    speed = rng.uniform(12, 28)
    for place in way[1:]:
        pieces = max(int(apart_m(walker.places[-1], place) / 1500), 1)
        start = walker.places[-1]
        for piece in range(1, pieces + 1):
            part = _between(start, place, piece / pieces)
            took_s = apart_m(walker.places[-1], part) / (speed * rng.uniform(0.8, 1.2))
            walker.reach(walker.now_s + took_s, part, Activity.IN_VEHICLE)
    walker.walk(moved(way[-1], rng.uniform(-100, 100), rng.uniform(-100, 100)), rng)
    walker.reach(walker.now_s + 180, walker.places[-1], Activity.STILL)
    return Rider(name, walker.seen(phone, rng), (), Delays())


def _nearby(place: Place, rng: random.Random) -> Place:
    way, angle = rng.uniform(150, 700), rng.uniform(0, 2 * pi)
    return moved(place, way * np.cos(angle), way * np.sin(angle))


def _between(one: Place, other: Place, share: float) -> Place:
    return one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])


def _ride(
    day: Day, calls: tuple[int, int, int], walker: _Walker, rng: random.Random, mean_late_s: float
) -> tuple[TrueLeg, list[TripDelay]]:
    """Ride in a run from one call to another: ``calls`` are its number and theirs."""
    number, board, alight = calls
    told = []
    times = day.schedule.stop_times
    base_s = day.start_s + day.runs.shift_s[number]
    trip_id = day.schedule.trips.ids[day.runs.trip[number]]
    late_s = rng.expovariate(1 / mean_late_s) if mean_late_s > 0 else 0.0
    leaves_s = max(base_s + times.departure_s[board] + late_s, walker.now_s)
    walker.reach(leaves_s, day.place(board), Activity.STILL)
    boarded_s = leaves_s
    told.append(TripDelay(trip_id, round(late_s), day.day, int(times.sequence[board])))
    for call in range(board + 1, alight + 1):
        late_s = max(late_s + rng.gauss(0, 0.15 * mean_late_s), 0.0)
        told.append(TripDelay(trip_id, round(late_s), day.day, int(times.sequence[call])))
        arrives_s = max(base_s + times.arrival_s[call] + late_s, leaves_s + 20)
        start, stop = day.place(call - 1), day.place(call)
        for step in range(1, 11):
            walker.reach(
                leaves_s + (arrives_s - leaves_s) * step / 10,
                _between(start, stop, _smooth(step / 10)),
                Activity.IN_VEHICLE,
            )
        leaves_s = max(base_s + times.departure_s[call] + late_s, arrives_s + HALT_S)
        if call < alight:
            walker.reach(leaves_s, stop, Activity.IN_VEHICLE)
    stops = day.schedule.stops
    leg = TrueLeg(
        trip_id, stops.ids[times.stop[board]], stops.ids[times.stop[alight]], boarded_s, walker.now_s
    )
    return leg, told


def _smooth(share: float) -> float:
    """Share of the way at a share of the time, with a tenth of the time to speed up and to brake."""
    ramp = 0.1
    top = 1 / (1 - ramp)
    if share < ramp:
        return top * share * share / (2 * ramp)
    if share > 1 - ramp:
        return 1 - top * (1 - share) ** 2 / (2 * ramp)
    return top * (share - ramp / 2)


def _change(day: Day, leg: TrueLeg, trip: int, rng: random.Random) -> tuple[int, int] | None:
    stop = day.schedule.stop_index[leg.alight_stop]
    chosen = [
        (number, call)
        for due_s, number, call in day.departures.get(stop, [])
        if leg.alight_s + 120 <= due_s <= leg.alight_s + 2400 and day.runs.trip[number] != trip
    ]
    return rng.choice(chosen) if chosen else None
