"""GTFS-Realtime out: where our vehicles are, and when they come, from plain values."""

from collections.abc import Sequence
from datetime import date

from google.transit import gtfs_realtime_pb2 as wire

from timetable.live.outgoing import OutAlert, OutCall, OutRun, OutVehicle

VERSION = "2.0"
Trip = wire.TripDescriptor
_CAUSES = {value.name: value.number for value in wire.Alert.Cause.DESCRIPTOR.values}
_EFFECTS = {value.name: value.number for value in wire.Alert.Effect.DESCRIPTOR.values}


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


def write_alerts(alerts: Sequence[OutAlert], now_s: int) -> bytes:
    """Make the message of alerts.

    Raises
    ------
    ValueError
        If an alert stands there twice, concerns no route, has no text, names no cause or effect of the
        standard, or ends before it begins.
    """
    message = _message(now_s)
    seen: set[str] = set()
    for alert in alerts:
        name = f"alert {alert.alert_id!r}"
        if alert.alert_id in seen:
            raise ValueError(f"{name}: told twice")
        seen.add(alert.alert_id)
        if not alert.route_ids or not alert.header:
            raise ValueError(f"{name}: concerns {len(alert.route_ids)} routes, {len(alert.header)} texts")
        if alert.cause not in _CAUSES or alert.effect not in _EFFECTS:
            raise ValueError(f"{name}: cause {alert.cause!r}, effect {alert.effect!r}")
        if alert.until_s <= alert.from_s:
            raise ValueError(f"{name}: from {alert.from_s} to {alert.until_s}")
        entity = message.entity.add(id=alert.alert_id)
        out = entity.alert
        out.active_period.add(start=alert.from_s, end=alert.until_s)
        for route_id in alert.route_ids:
            out.informed_entity.add(route_id=route_id)
        out.cause = _CAUSES[alert.cause]
        out.effect = _EFFECTS[alert.effect]
        for language, text in sorted(alert.header.items()):
            out.header_text.translation.add(language=language, text=text)
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
