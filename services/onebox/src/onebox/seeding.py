"""Registering a district's vehicles and shifts through the API, as an operator would."""

import hashlib
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from google.protobuf.duration_pb2 import Duration
from landlinie.common.v1 import geo_pb2, time_pb2
from landlinie.pooling.v1 import fleet_pb2
from pooling.adapters.outline import Position

from onebox.client import DEADLINE_S, Services
from onebox.district import District, Shift, Vehicle
from onebox.local_time import stamp

PAGE_SIZE = 500


def seed(services: Services, district: District, days: list[date], *, now: datetime) -> int:
    """Register what is missing; how many vehicles and shifts that was. Shifts already over are left out."""
    known = {
        vehicle.vehicle_id
        for vehicle in services.pooling.ListVehicles(
            fleet_pb2.ListVehiclesRequest(page_size=PAGE_SIZE), timeout=DEADLINE_S
        ).vehicles
    }
    count = 0
    for vehicle in district.vehicles:
        if vehicle.id not in known:
            services.pooling.CreateVehicle(_vehicle(vehicle), timeout=DEADLINE_S)
            count += 1
    zone = ZoneInfo(district.timezone)
    for day in days:
        planned = {
            (shift.vehicle_id, shift.start_time.seconds)
            for shift in services.pooling.ListShifts(
                fleet_pb2.ListShiftsRequest(service_date=day.isoformat(), page_size=PAGE_SIZE),
                timeout=DEADLINE_S,
            ).shifts
        }
        for shift in district.shifts:
            if day.weekday() not in shift.weekdays:
                continue
            start = clock_instant(day, shift.start_s, zone)
            if (shift.vehicle_id, int(start.timestamp())) in planned:
                continue
            if clock_instant(day, shift.end_s, zone) > now:
                services.pooling.CreateShift(_shift(shift, day, zone), timeout=DEADLINE_S)
                count += 1
    return count


def clock_instant(day: date, seconds: int, zone: ZoneInfo) -> datetime:
    """The instant at which clocks show so many seconds after midnight of the day; may be outside of it."""
    shown = datetime.combine(day, time()) + timedelta(seconds=seconds)
    return shown.replace(tzinfo=zone)


def _vehicle(vehicle: Vehicle) -> fleet_pb2.CreateVehicleRequest:
    message = fleet_pb2.Vehicle(
        vehicle_id=vehicle.id,
        zone_id=vehicle.zone_id,
        kind=fleet_pb2.VehicleKind.Value(f"VEHICLE_KIND_{vehicle.kind.upper()}"),
        name=vehicle.name,
        layouts=[
            fleet_pb2.Layout(
                seat_count=layout.seat_count, wheelchair_place_count=layout.wheelchair_place_count
            )
            for layout in vehicle.layouts
        ],
    )
    return fleet_pb2.CreateVehicleRequest(request_id=content_id(message.SerializeToString()), vehicle=message)


def _shift(shift: Shift, day: date, zone: ZoneInfo) -> fleet_pb2.CreateShiftRequest:
    def instant(seconds: int) -> datetime:
        return clock_instant(day, seconds, zone)

    message = fleet_pb2.Shift(
        vehicle_id=shift.vehicle_id,
        start_time=stamp(instant(shift.start_s)),
        end_time=stamp(instant(shift.end_s)),
        start=_position(shift.start.position),
        end=_position(shift.end.position),
        breaks=[
            fleet_pb2.Break(
                start_window=time_pb2.TimeWindow(
                    earliest=stamp(instant(pause.start_window.earliest_s)),
                    latest=stamp(instant(pause.start_window.latest_s)),
                ),
                duration=Duration(seconds=pause.duration_s),
            )
            for pause in shift.breaks
        ],
    )
    return fleet_pb2.CreateShiftRequest(request_id=content_id(message.SerializeToString()), shift=message)


def _position(position: Position) -> geo_pb2.Position:
    return geo_pb2.Position(latitude_deg=position.latitude_deg, longitude_deg=position.longitude_deg)


def content_id(content: bytes) -> str:
    """A request id for registering exactly this."""
    return "seed-" + hashlib.sha256(content).hexdigest()[:32]
