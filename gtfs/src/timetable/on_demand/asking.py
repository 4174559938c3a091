"""Which on-demand services take somebody from here to there, and until when they have to be asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import shapely

from timetable.on_demand.booking import BookingRule
from timetable.on_demand.reading import Area, ForeignServices, ForeignTrip, Leg, MeetingPoint
from timetable.schedule_days import noon_less_twelve

METRES_PER_DEGREE = 111_195.0
DAYS_BACK = (0, 1)
"""A window may run past midnight: today's services and those of yesterday are asked."""


@dataclass(frozen=True, slots=True)
class Covering:
    """A service that covers a ride.

    Parameters
    ----------
    trip_id, route_name, agency_name
        As its feed names them.
    window_start, window_end
        When it picks up at the place, aware.
    pickup_at, dropoff_at
        The stops where it meets and leaves passengers; ``None`` at the door.
    walk_m, walk_after_m
        Straight distances to the one and from the other, metres.
    rule
        How a ride is asked for; ``None`` where the feed does not say.
    phone
        Where to ask by phone: the rule's number, else the agency's; empty where there is none.
    book_from, book_by
        From when (``None``: any time) and until when it has to be asked for.
    """

    trip_id: str
    route_name: str
    agency_name: str
    window_start: datetime
    window_end: datetime
    pickup_at: MeetingPoint | None
    dropoff_at: MeetingPoint | None
    walk_m: float
    walk_after_m: float
    rule: BookingRule | None
    phone: str
    book_from: datetime | None
    book_by: datetime

    def can_be_booked(self, now: datetime) -> bool:
        """Whether it can be asked for now."""
        return now <= self.book_by and (self.book_from is None or self.book_from <= now)


def services_covering(
    services: ForeignServices,
    start: tuple[float, float],
    end: tuple[float, float],
    pickup: datetime,
    most_walk_m: float = 500.0,
) -> tuple[Covering, ...]:
    """Find the services that take somebody from one place to another.

    Parameters
    ----------
    services
        The services of a feed.
    start, end
        The places, as (lat, lon), degrees.
    pickup
        When the ride is to begin, aware. Services that pick up at this time are found, also those whose
        booking is over: the answer says until when it was.
    most_walk_m
        How far a stop of the service may be, straight, metres.
    """
    local = pickup.astimezone(services.timezone)
    found: list[Covering] = []
    for back in DAYS_BACK:
        day = local.date() - timedelta(days=back)
        running = services.services.on(day)
        at_s = local.timestamp() - noon_less_twelve(services.timezone, day).timestamp()
        for trip in services.trips:
            if running[trip.service]:
                found += _rides(services, trip, day, (start, end), local, at_s, most_walk_m)
    found.sort(key=lambda covering: (covering.walk_m + covering.walk_after_m, covering.trip_id))
    return tuple(found)


def _rides(
    services: ForeignServices, trip: ForeignTrip, day: date,
    ends: tuple[tuple[float, float], tuple[float, float]], pickup: datetime, at_s: float, most_walk_m: float,
) -> Iterator[Covering]:  # fmt: skip
    """The best ride of one trip: the first place where it picks up, and a later one where it sets down."""
    for number, leg in enumerate(trip.legs):
        if not leg.picks_up or not leg.start_s <= at_s <= leg.end_s:
            continue
        here = _met(leg.area, ends[0], most_walk_m)
        if here is None:
            continue
        # One row alone is how drafts of the standard told rides within one place.
        for other in trip.legs[number + 1 :] if len(trip.legs) > 1 else (leg,):
            if not other.sets_down or other.end_s < at_s:
                continue
            there = _met(other.area, ends[1], most_walk_m)
            if there is not None:
                yield _covering(services, trip, day, leg, here, there, pickup)
                return


def _met(
    area: Area, place: tuple[float, float], most_walk_m: float
) -> tuple[MeetingPoint | None, float] | None:
    """Where an area meets somebody at a place, and how far that is; ``None`` if it does not."""
    lat, lon = place
    if area.zone is not None:
        return (None, 0.0) if area.zone.intersects(shapely.Point(lon, lat)) else None
    if not area.stops:
        return None
    away = _metres(lat, lon, area.stops)
    nearest = int(np.argmin(away))
    return (area.stops[nearest], float(away[nearest])) if away[nearest] <= most_walk_m else None


def _metres(
    lat: float, lon: float, stops: tuple[MeetingPoint, ...]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    places = np.array([(stop.lat, stop.lon) for stop in stops])
    return np.asarray(
        METRES_PER_DEGREE * np.hypot(places[:, 0] - lat, (places[:, 1] - lon) * np.cos(np.radians(lat)))
    )


def _covering(
    services: ForeignServices, trip: ForeignTrip, day: date, leg: Leg,
    here: tuple[MeetingPoint | None, float], there: tuple[MeetingPoint | None, float], pickup: datetime,
) -> Covering:  # fmt: skip
    starts = noon_less_twelve(services.timezone, day)
    rule = leg.rule

    def counts(asked: date) -> bool:
        if rule is None or rule.service_id not in services.services.ids:
            return True
        return bool(services.services.on(asked)[services.services.ids.index(rule.service_id)])

    def instant(seconds: int) -> datetime:
        return datetime.fromtimestamp(starts.timestamp() + seconds, services.timezone)

    return Covering(
        trip.trip_id, trip.route_name, trip.agency_name, instant(leg.start_s), instant(leg.end_s),
        here[0], there[0], here[1], there[1], rule,
        (rule.phone if rule is not None else "") or trip.agency_phone,
        None if rule is None else rule.book_from(pickup, day, counts),
        pickup if rule is None else rule.book_by(pickup, day, counts),
    )  # fmt: skip
