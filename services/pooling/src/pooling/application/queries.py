"""Looking things up. Nothing here changes anything."""

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from service_kit.errors import InvalidInput

from pooling.application.desk import Call, Desk
from pooling.application.fleet import stored_vehicle
from pooling.application.ports import RideFilter
from pooling.application.rides import stored_ride, with_planned_times
from pooling.domain.fleet import Shift, Vehicle
from pooling.domain.rides import Contact, Ride, RideState
from pooling.domain.service_day import ServiceDay
from pooling.domain.zone import VirtualStop, Zone
from pooling.domain.zone_day import ZoneDay

ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class Page(Generic[ItemT]):
    """Some of the items, and where the next ones begin; an empty token on the last page."""

    items: list[ItemT]
    next_token: str


class Queries:
    """The use cases."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def answer(self, call: Call[ItemT]) -> bytes | None:
        """The answer to a write that was sent before, exactly as it is sent now."""
        return self._desk.repeated(call)

    def ride(self, ride_id: str) -> tuple[Ride, Contact | None]:
        """A ride with its times as planned now; raises NotFound."""
        with self._desk.store.reading() as reader:
            ride = stored_ride(reader, ride_id)
            if ride.state in (RideState.BOOKED, RideState.ABOARD):
                day = reader.zone_day(ride.zone_id, ride.service_date)
                ride = with_planned_times(self._desk, day, ride)
            return ride, reader.contact(ride_id)

    def rides(self, chosen: RideFilter, token: str, size: int) -> Page[Ride]:
        """Rides in the order they were booked."""
        after = _position(token)
        if chosen.zone_id is not None:
            self._desk.zone(chosen.zone_id)
        with self._desk.store.reading() as reader:
            found = reader.rides(chosen, after, size + 1)
            rides = []
            for _, ride in found[:size]:
                if ride.state in (RideState.BOOKED, RideState.ABOARD):
                    day = reader.zone_day(ride.zone_id, ride.service_date)
                    rides.append(with_planned_times(self._desk, day, ride))
                else:
                    rides.append(ride)
        return Page(rides, str(found[size - 1][0]) if len(found) > size else "")

    def plan(self, zone_id: str, service_date: date | None) -> tuple[ZoneDay, ServiceDay]:
        """A zone's day, today's where no date is given, without holds whose time is over."""
        self._desk.zone(zone_id)
        now = self._desk.clock.now()
        service_day = self._desk.service_day(service_date) if service_date else self._desk.service_day_of(now)
        with self._desk.store.reading() as reader:
            day = reader.zone_day(zone_id, service_day.date)
        return day.without_tasks(day.expired(now)), service_day

    def zone(self, zone_id: str) -> Zone:
        """A zone; raises NotFound."""
        return self._desk.zone(zone_id)

    @property
    def time_zone(self) -> str:
        """IANA name of the zone in which service days run."""
        return self._desk.time_zone.key

    def today(self) -> date:
        """The service date now."""
        return self._desk.service_day_of(self._desk.clock.now()).date

    def zones(self) -> list[Zone]:
        """All zones, by id."""
        return sorted(self._desk.zones.values(), key=lambda zone: zone.id)

    def virtual_stops(self, zone_id: str | None, token: str, size: int) -> Page[VirtualStop]:
        """Virtual stops by id, of a zone or all."""
        zone = self._desk.zone(zone_id) if zone_id is not None else None
        found = [
            stop
            for stop in sorted(self._desk.virtual_stops.values(), key=lambda stop: stop.id)
            if stop.id > token and (zone is None or zone.covers(stop.point))
        ]
        return Page(found[:size], found[size - 1].id if len(found) > size else "")

    def zone_ids_of(self, stop: VirtualStop) -> list[str]:
        """The zones the stop lies in."""
        return [zone.id for zone in self.zones() if zone.covers(stop.point)]

    def vehicle(self, vehicle_id: str) -> Vehicle:
        """A vehicle; raises NotFound."""
        with self._desk.store.reading() as reader:
            return stored_vehicle(reader, vehicle_id)

    def vehicles(self, zone_id: str | None, token: str, size: int) -> Page[Vehicle]:
        """Vehicles by id, of a zone or all."""
        if zone_id is not None:
            self._desk.zone(zone_id)
        with self._desk.store.reading() as reader:
            found = reader.vehicles(zone_id, token, size + 1)
        return Page(found[:size], found[size - 1].id if len(found) > size else "")

    def shifts(
        self,
        zone_id: str | None,
        service_date: date | None,
        vehicle_id: str | None,
        token: str,
        size: int,
    ) -> Page[Shift]:
        """Shifts by id, of a zone, a day, a vehicle, or all."""
        if zone_id is not None:
            self._desk.zone(zone_id)
        with self._desk.store.reading() as reader:
            if vehicle_id is not None:
                stored_vehicle(reader, vehicle_id)
            found = reader.shifts(zone_id, service_date, vehicle_id, token, size + 1)
        return Page(found[:size], found[size - 1].id if len(found) > size else "")


def _position(token: str) -> int:
    if not token:
        return 0
    if not token.isascii() or not token.isdigit() or len(token) > 18:
        raise InvalidInput.in_field("page_token", "was not given out by this call", "PAGE_TOKEN_INVALID")
    return int(token)
