"""Cars at the demo's recycling yard: more on Saturdays, and at noon and after work; the same whoever asks."""

import heapq
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BAY_COUNT = 8
STAY_MIN = 12
OPENING = {**dict.fromkeys(range(1, 6), (8, 17)), 6: (8, 12)}
"""Hours of opening and closing by ISO weekday; none on Sundays."""
PEAKS = ((10.5, 1.4, 17.0), (15.5, 1.2, 24.0))
"""Hour, spread in hours, and cars an hour above what is always there."""
ALWAYS_PER_H = 8.0
SATURDAY = 2.0
COUNT_EVERY = timedelta(minutes=5)
LAST_OUT = timedelta(hours=1)
"""After closing, everybody has left."""


@dataclass(frozen=True, slots=True)
class GateCount:
    """What a counter at the gate shows; it begins anew every day."""

    at: datetime
    count_in: int
    count_out: int


def gate_counts(day: date, zone: ZoneInfo) -> Iterator[GateCount]:
    """What the gate counts on a day, every five minutes from opening on, in UTC; nothing on Sundays."""
    hours = OPENING.get(day.isoweekday())
    if hours is None:
        return
    opens, closes = (datetime.combine(day, time(hour), zone) for hour in hours)
    visits = list(_visits(day, opens, closes))
    at = opens
    while at <= closes + LAST_OUT:
        yield GateCount(
            at.astimezone(zone),
            sum(arrives <= at for arrives, _ in visits),
            sum(leaves <= at for _, leaves in visits),
        )
        at += COUNT_EVERY


def _visits(day: date, opens: datetime, closes: datetime) -> Iterator[tuple[datetime, datetime]]:
    """When each car comes and leaves: it waits until a bay is free, unloads, and goes."""
    chance = random.Random(f"yard/{day.isoformat()}")
    bays = [opens] * BAY_COUNT
    factor = SATURDAY if day.isoweekday() == 6 else 1.0
    most_per_h = factor * (ALWAYS_PER_H + sum(height for _, _, height in PEAKS))
    at = opens
    while (at := at + timedelta(hours=chance.expovariate(most_per_h))) < closes - timedelta(minutes=STAY_MIN):
        if chance.random() * most_per_h >= factor * _per_h(at):
            continue
        begins = max(at, heapq.heappop(bays))
        stays = timedelta(minutes=min(chance.gammavariate(4.0, STAY_MIN / 4.0), 2.5 * STAY_MIN))
        leaves = min(begins + stays, closes + LAST_OUT)
        heapq.heappush(bays, leaves)
        yield at, leaves


def _per_h(at: datetime) -> float:
    hour = at.hour + at.minute / 60
    return ALWAYS_PER_H + sum(
        height * math.exp(-(((hour - peak) / spread) ** 2)) for peak, spread, height in PEAKS
    )
