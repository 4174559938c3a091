"""What everybody may know of rides on demand: when they run, whether they are late, where vehicles are.

Nobody must be recognised by it. Of a vehicle only places are told that are public anyway, and none while one
party alone is aboard: see :func:`public_place`. Of delays only the zone and the worst of them, in steps.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

TELL_DELAYS_FOR = timedelta(minutes=45)
"""A delay that nothing more was heard of is told for so long."""
LEAST_DELAY_S = 300
DELAY_STEP_S = 300
POSITION_FOR = timedelta(minutes=30)
"""Where a vehicle was longer ago says nothing."""
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class VirtualStop:
    id: str
    name: str
    latitude_deg: float
    longitude_deg: float
    zone_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Zone:
    """A dispatch area; ``ring`` is its outline as (longitude, latitude)."""

    id: str
    name: str
    ring: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """A vehicle's duty; instants aware, ``day`` is the service day."""

    id: str
    zone_id: str
    vehicle_id: str
    day: date
    start: datetime
    end: datetime
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Delay:
    """How late a ride is, as far as is known."""

    zone_id: str
    late_s: int
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """A vehicle at the stop where it arrived last; ``virtual_stop_id`` is empty at a door."""

    vehicle_id: str
    zone_id: str
    virtual_stop_id: str
    shift_id: str
    at: datetime
    party_count: int


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of a zone, seconds of the service day: one trip of the published feed."""

    zone_id: str
    start_s: int
    end_s: int

    @property
    def trip_id(self) -> str:
        """Stays as it is when other hours are added."""
        return f"{self.zone_id}-{_clock(self.start_s)}-{_clock(self.end_s)}"


@dataclass(frozen=True, slots=True)
class RunningHours:
    """On which days of the week to come hours are offered, and whether they fell out today."""

    hours: Hours
    days: frozenset[date]
    cancelled_today: bool


def running_hours(shifts: Iterable[Shift], starts: "dict[date, datetime]", today: date) -> list[RunningHours]:
    """The hours of the week that begins today, by zone and time.

    Those that fell out today stay among them, so that it can be told; those of later days are left out.

    Parameters
    ----------
    starts
        When the service days of the week begin, as GTFS counts: twelve hours before noon.
    """
    kept: dict[Hours, set[date]] = {}
    fell_out: set[Hours] = set()
    for shift in shifts:
        begin = starts.get(shift.day)
        if begin is None or (shift.cancelled and shift.day != today):
            continue
        hours = Hours(shift.zone_id, _since(begin, shift.start), _since(begin, shift.end))
        if not 0 <= hours.start_s < hours.end_s:
            continue
        if shift.cancelled:
            fell_out.add(hours)
        else:
            kept.setdefault(hours, set()).add(shift.day)
    found = []
    for hours in kept.keys() | fell_out:
        days = kept.get(hours, set())
        gone = hours in fell_out and today not in days
        found.append(RunningHours(hours, frozenset(days | ({today} if gone else set())), gone))
    return sorted(found, key=lambda each: (each.hours.zone_id, each.hours.start_s, each.hours.end_s))


def worst_delays(delays: Iterable[Delay], now: datetime) -> dict[str, int]:
    """By zone the worst delay in whole steps of five minutes, seconds; of those heard of lately."""
    worst: dict[str, int] = {}
    for delay in delays:
        if delay.late_s >= LEAST_DELAY_S and now - delay.told_at <= TELL_DELAYS_FOR:
            rounded_s = -(-delay.late_s // DELAY_STEP_S) * DELAY_STEP_S
            worst[delay.zone_id] = max(worst.get(delay.zone_id, 0), rounded_s)
    return worst


def public_place(seen: Seen, stops: Collection[str], now: datetime) -> str | None:
    """The virtual stop that everybody may know a vehicle to be at, or None.

    A vehicle was last reported where it stopped last, and that may be somebody's door. So its place is told
    only where it stopped at a virtual stop, only as that stop's place, only for half an hour, and not at all
    while exactly one party is aboard: whoever sees somebody get on alone would know where they go.
    """
    if seen.virtual_stop_id not in stops or seen.party_count == 1:
        return None
    return seen.virtual_stop_id if timedelta(0) <= now - seen.at <= POSITION_FOR else None


def shift_hours(shift: Shift, begin: datetime) -> Hours:
    """The hours that a shift belongs to; ``begin`` is when its service day begins."""
    return Hours(shift.zone_id, _since(begin, shift.start), _since(begin, shift.end))


def by_id(shifts: Sequence[Shift]) -> dict[str, Shift]:
    """Shifts by their id."""
    return {shift.id: shift for shift in shifts}


def _since(begin: datetime, at: datetime) -> int:
    return round(at.timestamp() - begin.timestamp())


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}{seconds // 60 % 60:02}"
