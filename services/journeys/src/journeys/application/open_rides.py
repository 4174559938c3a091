"""Rides on demand as GTFS-Flex, and how they go as GTFS-Realtime."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Protocol
from zoneinfo import ZoneInfo

from service_kit.clock import Clock
from timetable.live.outgoing import OutAlert, OutRun, OutVehicle
from timetable.on_demand import writing as flex
from timetable.on_demand.booking import BookingRule, BookingType
from timetable.schedule_days import noon_less_twelve

from journeys.application.open_documents import OpenDocument
from journeys.application.ports import Unavailable
from journeys.domain.open_rides import (
    TELL_DELAYS_FOR,
    WEEK,
    Delay,
    Hours,
    RunningHours,
    Seen,
    Shift,
    VirtualStop,
    Zone,
    by_id,
    public_place,
    running_hours,
    shift_hours,
    worst_delays,
)

FLEX = OpenDocument("gtfs-flex.zip", "application/zip", "GTFS-Flex", timedelta(minutes=5))
LIVE_FOR = timedelta(seconds=15)
PROTOBUF = "application/x-protobuf"
UPDATES, VEHICLES, ALERTS = (
    OpenDocument(f"gtfs-rt/{name}.pb", PROTOBUF, "GTFS-Realtime 2.0", LIVE_FOR)
    for name in ("trip-updates", "vehicle-positions", "alerts")
)
SHORT_NAME = "Rufbus"
STOPS = "stops-"
"""What the ids of services between stops begin with; the others go from door to door."""
BETWEEN_STOPS = " (Haltestellen)"


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes; texts that are not known are empty."""

    id: str
    name: str
    url: str
    phone: str
    email: str


class RideFacts(Protocol):
    """What pooling's events told."""

    def shifts(self, first: date, last: date) -> Sequence[Shift]: ...

    def delays(self, since: datetime) -> Sequence[Delay]: ...

    def seen(self, since: datetime) -> Sequence[Seen]: ...


class RideFactStore(Protocol):
    def facts(self) -> AbstractContextManager[RideFacts]:
        """One state of all of them; raises service_kit.errors.Unavailable."""
        ...


class PooledArea(Protocol):
    """Pooling's zones and virtual stops, as they are or were a while ago."""

    def zones(self) -> Sequence[Zone]:
        """Raises Unavailable."""
        ...

    def stops(self) -> Sequence[VirtualStop]:
        """Raises Unavailable."""
        ...


class Messages(Protocol):
    """Makes messages of GTFS-Realtime."""

    def trip_updates(self, runs: Sequence[OutRun], now_s: int) -> bytes: ...

    def vehicles(self, vehicles: Sequence[OutVehicle], now_s: int) -> bytes: ...

    def alerts(self, alerts: Sequence[OutAlert], now_s: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Week:
    """The service days from today on with the instants at which they begin."""

    today: date
    starts: dict[date, datetime]


class OnDemandFacts:
    """What both kinds of documents are made of."""

    def __init__(self, store: RideFactStore, area: PooledArea, zone: ZoneInfo, clock: Clock) -> None:
        self.store = store
        self.area = area
        self.clock = clock
        self._zone = zone

    def week(self) -> _Week:
        now = self.clock.now().astimezone(self._zone)
        # Until three in the morning it is still the service day before.
        today = (now - timedelta(hours=3)).date()
        days = [today + timedelta(days=ahead) for ahead in range(WEEK.days)]
        return _Week(today, {day: noon_less_twelve(self._zone, day) for day in days})

    def running(self, week: _Week) -> list[RunningHours]:
        """Raises service_kit.errors.Unavailable."""
        with self.store.facts() as facts:
            shifts = facts.shifts(week.today, max(week.starts))
        return running_hours(shifts, week.starts, week.today)


class OpenFlex:
    """The source of the feed: the hours of the next seven days, in which every weekday comes once."""

    documents = (FLEX,)

    def __init__(self, facts: OnDemandFacts, publisher: Publisher, timezone: str) -> None:
        self._facts = facts
        self._publisher = publisher
        self._timezone = timezone

    def made(self) -> Mapping[str, bytes]:
        """See :class:`.Source`: nothing where pooling is not there, or nobody is on duty all week."""
        try:
            zones, stops = self._facts.area.zones(), self._facts.area.stops()
        except Unavailable:
            return {}
        week = self._facts.week()
        running = self._facts.running(week)
        services = [service for zone in zones for service in self._services(zone, stops, running)]
        if not services:
            return {}
        written = BytesIO()
        own = self._publisher
        agency = flex.Publisher(own.id, own.name, own.url, self._timezone, "de", own.phone, own.email)
        feed = flex.FlexFeed(agency, tuple(services), week.today, max(week.starts), f"{week.today:%Y%m%d}")
        flex.write_flex(feed, written)
        return {FLEX.name: written.getvalue()}

    def _services(
        self, zone: Zone, stops: Sequence[VirtualStop], running: Sequence[RunningHours]
    ) -> list[flex.OwnService]:
        own = [each for each in running if each.hours.zone_id == zone.id]
        if not own:
            return []
        rule = BookingRule(BookingType.REAL_TIME, phone=self._publisher.phone, info_url=self._publisher.url)
        meeting = tuple(
            flex.FlexStop(stop.id, stop.name, stop.latitude_deg, stop.longitude_deg)
            for stop in stops
            if zone.id in stop.zone_ids
        )
        found = [
            flex.OwnService(zone.id, zone.name, SHORT_NAME, zone.ring, (), _hours(own, ""), rule),
        ]
        if meeting:
            found.append(
                flex.OwnService(
                    f"{STOPS}{zone.id}",
                    f"{zone.name}{BETWEEN_STOPS}",
                    SHORT_NAME,
                    (),
                    meeting,
                    _hours(own, STOPS),
                    rule,
                )
            )
        return found


class OpenRealtime:
    """The source of what happens now: hours that fell out, delays, and vehicles at public places."""

    documents = (UPDATES, VEHICLES, ALERTS)

    def __init__(self, facts: OnDemandFacts, messages: Messages) -> None:
        self._facts = facts
        self._messages = messages

    def made(self) -> Mapping[str, bytes]:
        """See :class:`.Source`: nothing where pooling's zones are not known."""
        week, now = self._facts.week(), self._facts.clock.now()
        try:
            zones, stops = self._facts.area.zones(), self._facts.area.stops()
        except Unavailable:
            return {}
        running = self._facts.running(week)
        with self._facts.store.facts() as facts:
            shifts = by_id(facts.shifts(week.today, week.today))
            seen, delays = facts.seen(now - timedelta(hours=1)), facts.delays(now - TELL_DELAYS_FOR)
        published = {zone.id for zone in zones} & {each.hours.zone_id for each in running}
        places = {stop.id: stop for stop in stops}
        now_s = round(now.timestamp())
        return {
            UPDATES.name: self._messages.trip_updates(
                [
                    OutRun(
                        f"{kind}{each.hours.trip_id}", f"{kind}{each.hours.zone_id}", week.today, "", (), True
                    )
                    for each in running
                    if each.cancelled_today and each.hours.zone_id in published
                    for kind in _kinds(each.hours.zone_id, stops)
                ],
                now_s,
            ),
            VEHICLES.name: self._messages.vehicles(
                [
                    vehicle
                    for each in seen
                    if each.zone_id in published
                    and (vehicle := _vehicle(each, places, shifts, week, now)) is not None
                ],
                now_s,
            ),
            ALERTS.name: self._messages.alerts(
                [
                    _alert(zone, late_s, now, _kinds(zone.id, stops))
                    for zone in zones
                    for zone_id, late_s in worst_delays(delays, now).items()
                    if zone_id == zone.id and zone.id in published
                ],
                now_s,
            ),
        }


def _hours(running: Sequence[RunningHours], kind: str) -> tuple[flex.Hours, ...]:
    return tuple(
        flex.Hours(_weekdays(each.days), each.hours.start_s, each.hours.end_s, f"{kind}{each.hours.trip_id}")
        for each in running
    )


def _weekdays(days: frozenset[date]) -> tuple[bool, bool, bool, bool, bool, bool, bool]:
    on = {day.weekday() for day in days}
    return (0 in on, 1 in on, 2 in on, 3 in on, 4 in on, 5 in on, 6 in on)


def _kinds(zone_id: str, stops: Sequence[VirtualStop]) -> tuple[str, ...]:
    return ("", STOPS) if any(zone_id in stop.zone_ids for stop in stops) else ("",)


def _vehicle(
    seen: Seen, places: Mapping[str, VirtualStop], shifts: Mapping[str, Shift], week: _Week, now: datetime
) -> OutVehicle | None:
    stop_id = public_place(seen, places.keys(), now)
    if stop_id is None:
        return None
    shift = shifts.get(seen.shift_id)
    if shift is None or shift.cancelled or not shift.start <= now <= shift.end:
        return None
    hours: Hours = shift_hours(shift, week.starts[week.today])
    run = OutRun(f"{STOPS}{hours.trip_id}", f"{STOPS}{hours.zone_id}", week.today, seen.vehicle_id, ())
    place = places[stop_id]
    return OutVehicle(
        seen.vehicle_id, "", place.latitude_deg, place.longitude_deg, round(seen.at.timestamp()), run=run
    )


def _alert(zone: Zone, late_s: int, now: datetime, kinds: Sequence[str]) -> OutAlert:
    minutes, from_s = late_s // 60, round(now.timestamp())
    return OutAlert(
        f"late-{zone.id}",
        tuple(f"{kind}{zone.id}" for kind in kinds),
        from_s - 60,
        from_s + round(TELL_DELAYS_FOR.total_seconds()),
        "OTHER_CAUSE",
        "SIGNIFICANT_DELAYS",
        {
            "de": f"{zone.name}: Fahrten verspäten sich um bis zu {minutes} Minuten.",
            "en": f"{zone.name}: rides are up to {minutes} minutes late.",
        },
    )
