"""Containers and what is measured, as messages."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.common.v1 import geo_pb2
from landlinie.waste.v1 import alarm_pb2, container_pb2, level_pb2, site_pb2, sub_account_pb2

from waste.application.ports_alarms import KeptAlarm
from waste.domain.alarm_rules import Cause
from waste.domain.alarm_words import INSTANT_FIGURES, reason
from waste.domain.alarms import Alarm, AlarmState
from waste.domain.ampel import Ampel, AmpelReason
from waste.domain.container_state import ContainerState
from waste.domain.containers import (
    MINUTES_OF_DAY,
    Container,
    ContainerKind,
    CurbSide,
    Device,
    Fraction,
    OpeningSpan,
    Site,
    SubAccount,
    Watched,
)
from waste.domain.day_figures import DayFigures
from waste.domain.geometry import Geometry
from waste.domain.measured import Level, Lift, LiftSource
from waste.domain.readings import Fault, Reading

FRACTIONS = {container_pb2.Fraction.Value(f"FRACTION_{each.name}"): each for each in Fraction}
CONTAINER_KINDS = {
    container_pb2.ContainerKind.Value(f"CONTAINER_KIND_{each.name}"): each for each in ContainerKind
}
CURB_SIDES = {site_pb2.CurbSide.Value(f"CURB_SIDE_{each.name}"): each for each in CurbSide}
AMPELS = {level_pb2.Ampel.Value(f"AMPEL_{each.name}"): each for each in Ampel}
FAULTS = {level_pb2.SensorFault.Value(f"SENSOR_FAULT_{each.name}"): each for each in Fault}
ALARM_KINDS = {alarm_pb2.AlarmKind.Value(f"ALARM_KIND_{each.name}"): each for each in Cause}
ALARM_KIND_VALUES = {each: value for value, each in ALARM_KINDS.items()}


def stamp(instant: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(instant)
    return message


def instant(message: Timestamp) -> datetime:
    return message.ToDatetime(tzinfo=UTC)


def fraction(found: Fraction) -> container_pb2.Fraction.ValueType:
    return container_pb2.Fraction.Value(f"FRACTION_{found.name}")


def ampel(found: Ampel) -> level_pb2.Ampel.ValueType:
    return level_pb2.Ampel.Value(f"AMPEL_{found.name}")


def sub_account(found: SubAccount) -> sub_account_pb2.SubAccount:
    return sub_account_pb2.SubAccount(
        sub_account_id=found.id, name=found.name, create_time=stamp(found.created_at)
    )


def opening_span(found: OpeningSpan) -> site_pb2.OpeningSpan:
    return site_pb2.OpeningSpan(
        iso_weekdays=sorted(found.weekdays),
        opens_at=_clock(found.opens_min),
        closes_at=_clock(found.closes_min),
    )


def site(found: Site) -> site_pb2.Site:
    return site_pb2.Site(
        site_id=found.id,
        sub_account_id=found.sub_account_id,
        name=found.name,
        position=geo_pb2.Position(latitude_deg=found.latitude_deg, longitude_deg=found.longitude_deg),
        opening_hours=[opening_span(span) for span in found.opening_hours],
        truck_kinds=sorted(found.truck_kinds),
        curb_side=site_pb2.CurbSide.Value(f"CURB_SIDE_{found.curb_side.name}"),
    )


def container(found: Container) -> container_pb2.Container:
    return container_pb2.Container(
        container_id=found.id,
        site_id=found.site_id,
        depot_id=found.depot_id,
        sub_account_id=found.sub_account_id,
        kind=container_pb2.ContainerKind.Value(f"CONTAINER_KIND_{found.kind.name}"),
        fraction=fraction(found.fraction),
        volume_l=found.volume_l,
        geometry=_geometry(found.geometry) if found.geometry else None,
        critical_level_share=found.critical_share,
        kg_per_l=found.kg_per_l,
        lift_duration_s=found.lift_s,
    )


def device(found: Device) -> container_pb2.Device:
    message = container_pb2.Device(
        device_id=found.id,
        sub_account_id=found.sub_account_id,
        model=found.model,
        register_time=stamp(found.registered_at),
    )
    match found.watched:
        case Watched.CONTAINER:
            message.container_id = found.watched_id
        case Watched.PARKING_SPACE:
            message.parking_space_id = found.watched_id
        case Watched.YARD:
            message.yard_id = found.watched_id
        case None:
            pass
    return message


def reading(found: Reading) -> level_pb2.Reading:
    told = found.measurement
    message = level_pb2.Reading(
        device_id=found.device_id,
        measure_time=stamp(found.at),
        distance_mm=told.distance_mm,
        fill_share=told.fill_share,
        occupied=told.occupied,
        count_in=told.count_in,
        count_out=told.count_out,
        battery_v=told.battery_v,
        battery_share=told.battery_share,
        temperature_c=told.temperature_c,
        tilted=told.tilted,
    )
    if told.fault is not None:
        message.fault = level_pb2.SensorFault.Value(f"SENSOR_FAULT_{told.fault.name}")
    return message


def level(found: Level, volume_l: float) -> level_pb2.Level:
    """A level of a container that takes so many litres."""
    return level_pb2.Level(
        measure_time=stamp(found.at),
        level_share=found.level_share,
        volume_l=round(found.level_share * volume_l),
    )


def day_figures(found: DayFigures) -> level_pb2.DayFigures:
    return level_pb2.DayFigures(
        service_date=found.day.isoformat(),
        emptied_count=found.emptied_count,
        half_empty_count=found.half_empty_count,
        overflow_count=found.overflow_count,
        weight_kg=found.weight_kg,
    )


def lift(found: Lift) -> level_pb2.Lift:
    return level_pb2.Lift(
        container_id=found.container_id,
        lift_time=stamp(found.at),
        source=(
            level_pb2.LIFT_SOURCE_DETECTED
            if found.source is LiftSource.DETECTED
            else level_pb2.LIFT_SOURCE_REPORTED
        ),
        before_share=found.before_share,
        after_share=found.after_share,
        weight_kg=found.weight_kg,
        weighed=found.weighed,
        tour_id=found.tour_id,
    )


def ampel_reason(found: AmpelReason) -> level_pb2.AmpelReason.ValueType:
    return level_pb2.AmpelReason.Value(f"AMPEL_REASON_{found.name}")


def state(found: ContainerState) -> level_pb2.ContainerState:
    message = level_pb2.ContainerState(
        container_id=found.container_id,
        sub_account_id=found.sub_account_id,
        site_id=found.site_id,
        depot_id=found.depot_id,
        fraction=fraction(found.fraction),
        ampel=ampel(found.ampel),
        ampel_since=stamp(found.ampel_since),
        reason=ampel_reason(found.reason),
        overflow_probability=found.overflow_probability,
        update_time=stamp(found.updated_at),
    )
    if found.latest is not None:
        message.latest.CopyFrom(
            level_pb2.Level(
                measure_time=stamp(found.latest.at),
                level_share=found.latest.level_share,
                volume_l=found.volume_l,
            )
        )
    if found.expected_full_at is not None:
        message.expected_full_time.CopyFrom(stamp(found.expected_full_at))
    if found.latest_lift_at is not None:
        message.latest_lift_time.CopyFrom(stamp(found.latest_lift_at))
    return message


def _geometry(found: Geometry) -> container_pb2.Geometry:
    return container_pb2.Geometry(
        sections=[
            container_pb2.Section(
                height_mm=section.height_mm,
                lower_width_mm=section.lower_mm[0],
                lower_depth_mm=section.lower_mm[1],
                upper_width_mm=section.upper_mm[0],
                upper_depth_mm=section.upper_mm[1],
                round=section.round,
            )
            for section in found.sections
        ],
        sensor_height_mm=found.sensor_height_mm,
        dead_zone_mm=found.dead_zone_mm,
        tilt_deg=found.tilt_deg,
        heap_slope_deg=found.heap_slope_deg,
    )


def _clock(minutes: int) -> str:
    return "24:00" if minutes == MINUTES_OF_DAY else f"{minutes // 60:02}:{minutes % 60:02}"


def alarm(kept: KeptAlarm) -> alarm_pb2.Alarm:
    found = kept.alarm
    message = alarm_pb2.Alarm(
        alarm_id=found.id,
        sub_account_id=found.sub_account,
        kind=ALARM_KIND_VALUES[found.cause],
        state=alarm_state(found),
        container_id=found.container_id,
        depot_id=kept.depot_id,
        raise_time=stamp(found.raised_at),
        reason=reason(found),
        told_count=len(found.told),
        unreached_count=len(kept.unreached),
        note=kept.note,
    )
    for name, value in found.figures.items():
        if not isinstance(value, str):
            message.figures[name] = value
        elif name in INSTANT_FIGURES:
            message.instants[name].FromDatetime(datetime.fromisoformat(value))
    for field, at in (
        (message.acknowledge_time, found.acknowledged_at),
        (message.escalate_time, found.escalate_at),
        (message.end_time, found.resolved_at),
    ):
        if at is not None:
            field.FromDatetime(at)
    return message


def alarm_state(found: Alarm) -> alarm_pb2.AlarmState.ValueType:
    if found.state is AlarmState.OPEN and len(found.told) > 1:
        return alarm_pb2.ALARM_STATE_ESCALATED
    return {
        AlarmState.OPEN: alarm_pb2.ALARM_STATE_OPEN,
        AlarmState.ACKNOWLEDGED: alarm_pb2.ALARM_STATE_ACKNOWLEDGED,
        AlarmState.RESOLVED: alarm_pb2.ALARM_STATE_ENDED,
    }[found.state]
