"""From messages to checked plain values: what is registered."""

import re
from datetime import datetime

from landlinie.common.v1 import geo_pb2
from landlinie.waste.v1 import container_pb2, site_pb2, sub_account_pb2
from service_kit.faults import Faults

from waste.domain.containers import (
    MINUTES_OF_DAY,
    USUAL_CRITICAL_SHARE,
    USUAL_LIFT_S,
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
from waste.domain.errors import WrongFieldError
from waste.domain.geometry import Geometry, Section
from waste.domain.uplinks import device_id_of
from waste.messages import CONTAINER_KINDS, CURB_SIDES, FRACTIONS

LONGEST_NAME = 120
MOST_SPANS = 14
MOST_TRUCK_KINDS = 8
MOST_SECTIONS = 16
LONGEST_MM = 20_000
LEAST_L, MOST_L = 10, 100_000
LEAST_CRITICAL = 0.1
LEAST_KG_PER_L, MOST_KG_PER_L = 0.01, 5.0
LONGEST_LIFT_S = 7_200
MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/+-]{0,63}")
TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
NOWHERE = (0.0, 0.0)


def sub_account_of(message: sub_account_pb2.SubAccount, now: datetime, faults: Faults) -> SubAccount:
    """A sub-account."""
    return SubAccount(
        faults.identifier(message.sub_account_id, "sub_account.sub_account_id"),
        _name(message.name, "sub_account.name", faults),
        now,
    )


def site_of(message: site_pb2.Site, faults: Faults, *, new: bool) -> Site:
    """A site; one that is there already may leave out its sub-account."""
    latitude_deg, longitude_deg = _position(message, faults)
    if len(message.opening_hours) > MOST_SPANS:
        faults.add(
            "site.opening_hours",
            f"has {len(message.opening_hours)} entries, at most {MOST_SPANS}",
            "TOO_MANY",
        )
    if len(message.truck_kinds) > MOST_TRUCK_KINDS:
        faults.add(
            "site.truck_kinds",
            f"has {len(message.truck_kinds)} entries, at most {MOST_TRUCK_KINDS}",
            "TOO_MANY",
        )
    spans = [
        span
        for number, each in enumerate(message.opening_hours[:MOST_SPANS])
        if (span := opening_span_of(each, f"site.opening_hours[{number}]", faults)) is not None
    ]
    kinds = frozenset(
        faults.identifier(kind, f"site.truck_kinds[{number}]")
        for number, kind in enumerate(message.truck_kinds[:MOST_TRUCK_KINDS])
    )
    side = CurbSide.EITHER
    if message.curb_side:
        side = faults.choice(message.curb_side, CURB_SIDES, "site.curb_side", side)
    return Site(
        faults.identifier(message.site_id, "site.site_id"),
        faults.identifier(message.sub_account_id, "site.sub_account_id", needed=new),
        _name(message.name, "site.name", faults),
        latitude_deg,
        longitude_deg,
        tuple(spans),
        kinds,
        side,
    )


def container_of(message: container_pb2.Container, faults: Faults) -> Container:
    """A container; its sub-account is that of its site."""
    fraction = faults.choice(message.fraction, FRACTIONS, "container.fraction", Fraction.RESIDUAL)
    kind = faults.choice(message.kind, CONTAINER_KINDS, "container.kind", ContainerKind.SKIP)
    geometry = _geometry(message.geometry, faults) if message.HasField("geometry") else None
    critical = message.critical_level_share or USUAL_CRITICAL_SHARE
    kg_per_l = message.kg_per_l
    if kg_per_l:
        kg_per_l = _within(kg_per_l, LEAST_KG_PER_L, MOST_KG_PER_L, "container.kg_per_l", faults)
    return Container(
        faults.identifier(message.container_id, "container.container_id"),
        faults.identifier(message.sub_account_id, "container.sub_account_id", needed=False),
        faults.identifier(message.site_id, "container.site_id"),
        faults.identifier(message.depot_id, "container.depot_id"),
        kind,
        fraction,
        round(_within(message.volume_l, LEAST_L, MOST_L, "container.volume_l", faults)),
        geometry,
        _within(critical, LEAST_CRITICAL, 1.0, "container.critical_level_share", faults),
        kg_per_l,
        round(
            _within(
                message.lift_duration_s or USUAL_LIFT_S,
                1,
                LONGEST_LIFT_S,
                "container.lift_duration_s",
                faults,
            )
        ),
    )


def device_of(message: container_pb2.Device, now: datetime, faults: Faults, *, new: bool) -> Device:
    """A device; one that is there already may leave out its sub-account."""
    watched, watched_id = None, ""
    if chosen := message.WhichOneof("watched"):
        watched_id = faults.identifier(getattr(message, chosen), f"device.{chosen}")
        watched = Watched(chosen.removesuffix("_id"))
    if not MODEL.fullmatch(message.model):
        faults.add(
            "device.model",
            "is missing" if not message.model else f"{message.model[:80]!r} is no name of a model",
            "FIELD_MISSING" if not message.model else "MODEL_INVALID",
        )
    return Device(
        device_id_of(faults.identifier(message.device_id, "device.device_id")),
        faults.identifier(message.sub_account_id, "device.sub_account_id", needed=new),
        message.model,
        watched,
        watched_id,
        now,
    )


def _name(value: str, field: str, faults: Faults) -> str:
    if not value:
        faults.add(field, "is missing", "FIELD_MISSING")
    return faults.text(value, field, LONGEST_NAME)


def _position(message: site_pb2.Site, faults: Faults) -> tuple[float, float]:
    if not message.HasField("position"):
        faults.add("site.position", "is missing", "FIELD_MISSING")
        return NOWHERE
    found: geo_pb2.Position = message.position
    return (
        _within(found.latitude_deg, -90, 90, "site.position.latitude_deg", faults),
        _within(found.longitude_deg, -180, 180, "site.position.longitude_deg", faults),
    )


def opening_span_of(message: site_pb2.OpeningSpan, field: str, faults: Faults) -> OpeningSpan | None:
    weekdays = frozenset(message.iso_weekdays) or frozenset(range(1, 8))
    if not weekdays <= frozenset(range(1, 8)):
        faults.add(f"{field}.iso_weekdays", f"{sorted(weekdays)} is not of 1 to 7", "WEEKDAY_INVALID")
        return None
    opens = _minutes(message.opens_at or "00:00", f"{field}.opens_at", faults)
    closes = _minutes(message.closes_at or "24:00", f"{field}.closes_at", faults)
    if opens is None or closes is None:
        return None
    if closes <= opens:
        faults.add(
            f"{field}.closes_at",
            f"{message.closes_at} is not after opens_at {message.opens_at}",
            "WINDOW_REVERSED",
        )
        return None
    return OpeningSpan(weekdays, opens, closes)


def _minutes(value: str, field: str, faults: Faults) -> int | None:
    if value == "24:00":
        return MINUTES_OF_DAY
    found = TIME_OF_DAY.fullmatch(value)
    if found is None:
        faults.add(field, f"{value[:20]!r} is not a time of day HH:MM", "TIME_OF_DAY_INVALID")
        return None
    return int(found[1]) * 60 + int(found[2])


def _geometry(message: container_pb2.Geometry, faults: Faults) -> Geometry | None:
    field = "container.geometry"
    if not 1 <= len(message.sections) <= MOST_SECTIONS:
        faults.add(
            f"{field}.sections",
            f"has {len(message.sections)} entries, from 1 to {MOST_SECTIONS} are taken",
            "GEOMETRY_INVALID",
        )
        return None
    lengths = [message.sensor_height_mm, message.dead_zone_mm]
    for section in message.sections:
        lengths += [
            section.height_mm,
            section.lower_width_mm,
            section.lower_depth_mm,
            section.upper_width_mm,
            section.upper_depth_mm,
        ]
    wrong = [length for length in lengths if not 0 <= length <= LONGEST_MM]
    if wrong:
        faults.add(field, f"a length of {wrong[0]:g} mm is not from 0 to {LONGEST_MM}", "GEOMETRY_INVALID")
        return None
    try:
        return Geometry(
            tuple(
                Section(
                    section.height_mm,
                    (section.lower_width_mm, section.lower_depth_mm),
                    (section.upper_width_mm, section.upper_depth_mm),
                    section.round,
                )
                for section in message.sections
            ),
            message.sensor_height_mm,
            message.dead_zone_mm,
            message.tilt_deg,
            message.heap_slope_deg,
        )
    except WrongFieldError as error:
        faults.add(field, str(error), "GEOMETRY_INVALID")
        return None


def _within(value: float, least: float, most: float, field: str, faults: Faults) -> float:
    if not least <= value <= most:
        faults.add(field, f"{value:g} is not from {least:g} to {most:g}", "VALUE_OUT_OF_RANGE")
        return least
    return value
