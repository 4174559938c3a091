"""GTFS-Realtime out: where our vehicles are, and when they come, from plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from google.transit import gtfs_realtime_pb2 as wire

VERSION = "2.0"
Trip = wire.TripDescriptor


@dataclass(frozen=True, slots=True)
class OutCall:
    """When a vehicle comes to a stop, Unix seconds; ``skipped`` where it does not."""

    stop_id: str
    sequence: int
    arrival_s: int
    departure_s: int
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class OutRun:
    """One run of the published timetable, as it is now.

    Parameters
    ----------
    trip_id, route_id
        As the published feed has them.
    day
        The service day.
    vehicle_id
        The vehicle on it; empty where that is not known.
    calls
        What is known of its calls, in the order of travel; empty for a run that is canceled.
    canceled
        Whether it does not run.
    added
        Whether the published timetable does not have it.
    """

    trip_id: str
    route_id: str
    day: date
    vehicle_id: str
    calls: tuple[OutCall, ...]
    canceled: bool = False
    added: bool = False


@dataclass(frozen=True, slots=True)
class OutVehicle:
    """Where a vehicle is; ``run`` where it is on one. Nothing of who sits in it."""

    vehicle_id: str
    label: str
    lat: float
    lon: float
    at_s: int
    bearing_degrees: float | None = None
    speed_m_per_s: float | None = None
    run: OutRun | None = None


def write_trip_updates(runs: Sequence[OutRun], now_s: int) -> bytes:
    """Make the message of trip updates.

    Raises
    ------
    ValueError
        If a run stands there twice, has no calls and is not canceled, or its times run backwards.
    """
    message = _message(now_s)
    seen: set[tuple[str, date]] = set()
    for run in runs:
        name = f"trip {run.trip_id!r} on {run.day}"
        if (run.trip_id, run.day) in seen:
            raise ValueError(f"{name}: told twice")
        seen.add((run.trip_id, run.day))
        if not run.calls and not run.canceled:
            raise ValueError(f"{name}: neither calls nor canceled")
        entity = message.entity.add(id=f"{run.trip_id}-{run.day:%Y%m%d}")
        update = entity.trip_update
        _describe(update.trip, run)
        update.timestamp = now_s
        if run.vehicle_id:
            update.vehicle.id = run.vehicle_id
        latest, before = 0, -1
        for call in () if run.canceled else run.calls:
            if call.sequence <= before:
                raise ValueError(f"{name}: call {call.sequence} after {before}")
            before = call.sequence
            _add_call(update, call)
            if call.skipped:
                continue
            if not latest <= call.arrival_s <= call.departure_s:
                raise ValueError(f"{name}, call {call.sequence}: times run backwards")
            latest = call.departure_s
    return message.SerializeToString()


def write_vehicles(vehicles: Sequence[OutVehicle], now_s: int) -> bytes:
    """Make the message of vehicle positions.

    Raises
    ------
    ValueError
        If a vehicle stands there twice, or is no place on earth.
    """
    message = _message(now_s)
    seen: set[str] = set()
    for vehicle in vehicles:
        if vehicle.vehicle_id in seen:
            raise ValueError(f"vehicle {vehicle.vehicle_id!r}: told twice")
        seen.add(vehicle.vehicle_id)
        if not (-90 <= vehicle.lat <= 90 and -180 <= vehicle.lon <= 180):
            raise ValueError(f"vehicle {vehicle.vehicle_id!r}: lat {vehicle.lat}, lon {vehicle.lon}")
        entity = message.entity.add(id=f"vehicle-{vehicle.vehicle_id}")
        out = entity.vehicle
        out.vehicle.id, out.vehicle.label = vehicle.vehicle_id, vehicle.label
        out.position.latitude, out.position.longitude = vehicle.lat, vehicle.lon
        if vehicle.bearing_degrees is not None:
            out.position.bearing = vehicle.bearing_degrees % 360
        if vehicle.speed_m_per_s is not None:
            out.position.speed = vehicle.speed_m_per_s
        out.timestamp = vehicle.at_s
        if vehicle.run is not None:
            _describe(out.trip, vehicle.run)
    return message.SerializeToString()


def _message(now_s: int) -> wire.FeedMessage:
    message = wire.FeedMessage()
    message.header.gtfs_realtime_version = VERSION
    message.header.incrementality = wire.FeedHeader.FULL_DATASET
    message.header.timestamp = now_s
    return message


def _describe(trip: wire.TripDescriptor, run: OutRun) -> None:
    trip.trip_id, trip.route_id = run.trip_id, run.route_id
    trip.start_date = f"{run.day:%Y%m%d}"
    kind = Trip.CANCELED if run.canceled else Trip.NEW if run.added else Trip.SCHEDULED
    trip.schedule_relationship = kind


def _add_call(update: wire.TripUpdate, call: OutCall) -> None:
    out = update.stop_time_update.add(stop_sequence=call.sequence, stop_id=call.stop_id)
    if call.skipped:
        out.schedule_relationship = wire.TripUpdate.StopTimeUpdate.SKIPPED
        return
    out.arrival.time, out.departure.time = call.arrival_s, call.departure_s
