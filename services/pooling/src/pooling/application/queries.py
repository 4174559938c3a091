"""Looking things up. Nothing here changes anything."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, TypeVar

from service_kit.errors import InvalidInput
from service_kit.identity.principal import Principal

from pooling.application.desk import Call, Desk
from pooling.application.fleet import no_vehicle, stored_vehicle
from pooling.application.ports import RideFilter
from pooling.application.rides import no_ride, stored_ride, with_planned_times
from pooling.domain.access import drives, own_part, owns_ride, rides_listed, sees_everything, sees_ride
from pooling.domain.approach import Approach, approach_of
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

    def ride(self, ride_id: str, caller: Principal) -> tuple[Ride, Contact | None]:
        """A ride with its times as planned now; whom to call, for those whose ride it is; raises NotFound."""
        with self._desk.store.reading() as reader:
            ride = stored_ride(reader, ride_id)
            if ride.state in (RideState.BOOKED, RideState.ABOARD):
                day = reader.zone_day(ride.zone_id, ride.service_date)
                ride = with_planned_times(self._desk, day, ride)
            if not sees_ride(caller, ride):
                raise no_ride(ride_id)
            return ride, reader.contact(ride_id) if owns_ride(caller, ride) else None

    def approach(self, ride: Ride, caller: Principal) -> Approach | None:
        """How the vehicle comes to a ride, for those whose ride it is; None while it does not."""
        if not owns_ride(caller, ride):
            return None
        with self._desk.store.reading() as reader:
            day = reader.zone_day(ride.zone_id, ride.service_date)
        service_day = self._desk.service_day(ride.service_date)
        return approach_of(day, service_day, ride, self._desk.clock.now())

    def rides(self, chosen: RideFilter, token: str, size: int, caller: Principal) -> Page[Ride]:
        """The caller's rides in the order they were booked."""
        client_id, passenger_reference = rides_listed(caller)
        chosen = replace(chosen, client_id=client_id, passenger_reference=passenger_reference)
        after = position_of(token)
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

    def plan(self, zone_id: str, service_date: date | None, caller: Principal) -> tuple[ZoneDay, ServiceDay]:
        """What the caller sees of a zone's day, without holds whose time is over; today's without a date."""
        self._desk.zone(zone_id)
        now = self._desk.clock.now()
        service_day = self._desk.service_day(service_date) if service_date else self._desk.service_day_of(now)
        with self._desk.store.reading() as reader:
            day = reader.zone_day(zone_id, service_day.date)
        return own_part(caller, day.without_tasks(day.expired(now))), service_day

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

    def stop_name(self, virtual_stop_id: str) -> str:
        """What everybody calls a virtual stop; empty where there is none of that id any more."""
        stop = self._desk.virtual_stops.get(virtual_stop_id)
        return "" if stop is None else stop.name

    def zone_ids_of(self, stop: VirtualStop) -> list[str]:
        """The zones the stop lies in."""
        return [zone.id for zone in self.zones() if zone.covers(stop.point)]

    def vehicle(self, vehicle_id: str, caller: Principal) -> Vehicle:
        """A vehicle; raises NotFound."""
        if not drives(caller, vehicle_id):
            raise no_vehicle(vehicle_id)
        with self._desk.store.reading() as reader:
            return stored_vehicle(reader, vehicle_id)

    def vehicles(self, zone_id: str | None, token: str, size: int, caller: Principal) -> Page[Vehicle]:
        """The caller's vehicles by id, of a zone or all."""
        if zone_id is not None:
            self._desk.zone(zone_id)
        with self._desk.store.reading() as reader:
            if sees_everything(caller):
                found = reader.vehicles(zone_id, token, size + 1)
            else:
                mine = [reader.vehicle(each) for each in sorted(caller.vehicle_ids) if each > token]
                found = [vehicle for vehicle in mine if vehicle and zone_id in (None, vehicle.zone_id)]
        return Page(found[:size], found[size - 1].id if len(found) > size else "")

    def shifts(
        self,
        zone_id: str | None,
        service_date: date | None,
        vehicle_id: str | None,
        token: str,
        size: int,
        *,
        caller: Principal,
    ) -> Page[Shift]:
        """The caller's shifts by id, of a zone, a day, a vehicle, or all; raises NotFound."""
        if zone_id is not None:
            self._desk.zone(zone_id)
        with self._desk.store.reading() as reader:
            if vehicle_id is not None:
                if not drives(caller, vehicle_id):
                    raise no_vehicle(vehicle_id)
                stored_vehicle(reader, vehicle_id)
            which = [vehicle_id] if vehicle_id or sees_everything(caller) else caller.vehicle_ids
            found = sorted(
                (
                    shift
                    for each in which
                    for shift in reader.shifts(zone_id, service_date, each, token, size + 1)
                ),
                key=lambda shift: shift.id,
            )
        return Page(found[:size], found[size - 1].id if len(found) > size else "")


def position_of(token: str) -> int:
    """The number in a token; raises InvalidInput where there is none."""
    if not token:
        return 0
    if not token.isascii() or not token.isdigit() or len(token) > 18:
        raise InvalidInput.in_field("page_token", "was not given out by this call", "PAGE_TOKEN_INVALID")
    return int(token)
