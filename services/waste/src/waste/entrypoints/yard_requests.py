"""From messages to checked plain values, and back: recycling yards and parking spaces."""

import math
from datetime import timedelta
from zoneinfo import ZoneInfo

from google.protobuf.duration_pb2 import Duration
from landlinie.common.v1 import geo_pb2
from landlinie.waste.v1 import yard_pb2
from service_kit.faults import Faults

from waste import messages
from waste.application.ports_yards import MOST_SENSORS, ParkingSpace, SensorRole, Yard
from waste.application.yards import SpaceState, YardState
from waste.domain.errors import WrongFieldError
from waste.domain.yard import YardPlan
from waste.domain.yard_hours import MOST_SPANS
from waste.entrypoints.container_requests import opening_span_of

LONGEST_NAME = 120
USUAL_ZONE = "Europe/Berlin"
ROLES = {
    yard_pb2.YARD_SENSOR_ROLE_ENTRY: SensorRole.ENTRY,
    yard_pb2.YARD_SENSOR_ROLE_EXIT: SensorRole.EXIT,
    yard_pb2.YARD_SENSOR_ROLE_BOTH: SensorRole.BOTH,
    yard_pb2.YARD_SENSOR_ROLE_QUEUE: SensorRole.QUEUE,
}
_ROLE_VALUES = {role: value for value, role in ROLES.items()}


def yard_of(message: yard_pb2.Yard, faults: Faults) -> Yard | None:
    """A yard; None where something is wrong with it."""
    yard_id = faults.identifier(message.yard_id, "yard.yard_id")
    sub_account_id = faults.identifier(message.sub_account_id, "yard.sub_account_id")
    name = faults.text(message.name, "yard.name", LONGEST_NAME)
    latitude_deg, longitude_deg = position_of(message.position, "yard.position", faults)
    for field, count, most in (
        ("opening_hours", len(message.opening_hours), MOST_SPANS),
        ("sensors", len(message.sensors), MOST_SENSORS),
    ):
        if count > most:
            faults.add(f"yard.{field}", f"has {count} entries, at most {most}", "TOO_MANY")
    spans = [
        opening_span_of(each, f"yard.opening_hours[{number}]", faults)
        for number, each in enumerate(message.opening_hours[:MOST_SPANS])
    ]
    sensors = [
        (
            faults.identifier(each.device_id, f"yard.sensors[{number}].device_id"),
            faults.choice(each.role, ROLES, f"yard.sensors[{number}].role", SensorRole.BOTH),
        )
        for number, each in enumerate(message.sensors[:MOST_SENSORS])
    ]
    if len({device_id for device_id, _ in sensors}) < len(sensors):
        faults.add("yard.sensors", "names a device twice", "DUPLICATE")
    zone = _zone(message.time_zone or USUAL_ZONE, faults)
    try:
        plan = YardPlan(message.bay_count, message.stay_duration_min)
    except WrongFieldError as error:
        faults.add(f"yard.{error.field}", str(error), "VALUE_OUT_OF_RANGE")
        return None
    return Yard(
        yard_id,
        sub_account_id,
        name,
        latitude_deg,
        longitude_deg,
        zone,
        plan,
        tuple(span for span in spans if span is not None),
        tuple(sensors),
        message.public,
    )


def space_of(message: yard_pb2.ParkingSpace, faults: Faults) -> ParkingSpace:
    """A parking space."""
    latitude_deg, longitude_deg = position_of(message.position, "parking_space.position", faults)
    return ParkingSpace(
        faults.identifier(message.parking_space_id, "parking_space.parking_space_id"),
        faults.identifier(message.sub_account_id, "parking_space.sub_account_id"),
        faults.text(message.name, "parking_space.name", LONGEST_NAME),
        latitude_deg,
        longitude_deg,
    )


def position_of(message: geo_pb2.Position, field: str, faults: Faults) -> tuple[float, float]:
    """Latitude and longitude in degrees."""
    for name, value, bound in (
        ("latitude_deg", message.latitude_deg, 90),
        ("longitude_deg", message.longitude_deg, 180),
    ):
        if math.isnan(value) or not -bound <= value <= bound:
            faults.add(f"{field}.{name}", f"{value} is not from -{bound} to {bound}", "VALUE_OUT_OF_RANGE")
    return message.latitude_deg, message.longitude_deg


def yard_message(yard: Yard) -> yard_pb2.Yard:
    return yard_pb2.Yard(
        yard_id=yard.id,
        sub_account_id=yard.sub_account_id,
        name=yard.name,
        position=geo_pb2.Position(latitude_deg=yard.latitude_deg, longitude_deg=yard.longitude_deg),
        opening_hours=[messages.opening_span(span) for span in yard.opening_hours],
        bay_count=yard.plan.bay_count,
        stay_duration_min=yard.plan.stay_duration_min,
        public=yard.public,
        sensors=[
            yard_pb2.YardSensor(device_id=device_id, role=_ROLE_VALUES[role])
            for device_id, role in yard.sensors
        ],
        time_zone=yard.zone.key,
    )


def space_message(state: SpaceState) -> yard_pb2.ParkingSpace:
    space = state.space
    message = yard_pb2.ParkingSpace(
        parking_space_id=space.id,
        sub_account_id=space.sub_account_id,
        name=space.name,
        position=geo_pb2.Position(latitude_deg=space.latitude_deg, longitude_deg=space.longitude_deg),
        occupied=state.occupied,
    )
    if state.measured_at is not None:
        message.measure_time.FromDatetime(state.measured_at)
    return message


def state_message(state: YardState) -> yard_pb2.YardState:
    message = yard_pb2.YardState(
        yard_id=state.yard.id,
        open=state.open,
        stale=state.stale,
        car_count=state.car_count,
        occupancy_share=state.occupancy_share,
        queue_count=state.queue_count,
        waiting_duration=_duration(state.waiting.expected),
        upper_90_waiting_duration=_duration(state.waiting.upper_90),
        throughput_per_hour=state.throughput_per_h,
        source=state.source,
        forecast=[
            yard_pb2.YardHour(
                time=messages.stamp(slot.at),
                expected_cars=slot.expected_cars,
                lower_80_cars=slot.lower_80_cars,
                upper_80_cars=slot.upper_80_cars,
                waiting_duration=_duration(slot.waiting),
            )
            for slot in state.ahead
        ],
    )
    if state.measured_at is not None:
        message.measure_time.FromDatetime(state.measured_at)
    return message


def _duration(span: timedelta) -> Duration:
    return Duration(seconds=round(span.total_seconds()))


def _zone(name: str, faults: Faults) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        faults.add("yard.time_zone", f"{name[:64]!r} is no time zone", "TIME_ZONE_INVALID")
        return ZoneInfo(USUAL_ZONE)
