"""The part of a district's folder that says where rides are: its zones and virtual stops.

Coordinates are degrees; in GeoJSON files they stand as the standard has it, longitude first.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service_kit.json_fields import Field, read_file

from pooling.domain import zone as domain
from pooling.domain.places import point

DAY_S = 24 * 3600
LEAST = {"pickup_before_s": 0}
"""Rules of a zone that may be less than one."""
_TENANT = re.compile(r"[a-z0-9-]{1,32}")


@dataclass(frozen=True, slots=True)
class Position:
    latitude_deg: float
    longitude_deg: float


@dataclass(frozen=True, slots=True)
class Zone:
    """A dispatch area; ``boundary`` is its outer ring, closed."""

    id: str
    name: str
    boundary: tuple[Position, ...]
    policy: domain.Policy


@dataclass(frozen=True, slots=True)
class VirtualStop:
    id: str
    name: str
    position: Position
    zone_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """Who the district is, and where rides are in it; ``id`` is the tenant whose data is kept."""

    id: str
    name: str
    timezone: str
    zones: tuple[Zone, ...]
    virtual_stops: tuple[VirtualStop, ...]


def read_outline(folder: Path) -> Outline:
    """Read ``district.json``, ``zones.geojson`` and ``virtual_stops.geojson`` of a district's folder.

    Raises
    ------
    FieldError
        Naming the file and the field that is missing or wrong.
    """
    about = read_file(folder / "district.json")
    zones = read_file(folder / "zones.geojson")
    stops = read_file(folder / "virtual_stops.geojson")
    outline = Outline(
        id=_tenant(about["id"]),
        name=about["name"].text(),
        timezone=_timezone(about["timezone"]),
        zones=zones["features"].each(_zone, at_least=1),
        virtual_stops=stops["features"].each(_virtual_stop),
    )
    check_unique(zones["features"], (zone.id for zone in outline.zones))
    check_unique(stops["features"], (stop.id for stop in outline.virtual_stops))
    zone_ids = {zone.id for zone in outline.zones}
    for field, stop in zip(stops["features"].items(), outline.virtual_stops, strict=True):
        for zone_id in stop.zone_ids:
            check_known(field["properties"]["zone_ids"], zone_id, zone_ids)
    return outline


def domain_zones(zones: Sequence[Zone]) -> list[domain.Zone]:
    """Return the zones as the rules know them."""
    return [
        domain.Zone(
            zone.id,
            zone.name,
            tuple(point(corner.latitude_deg, corner.longitude_deg) for corner in zone.boundary),
            zone.policy,
        )
        for zone in zones
    ]


def domain_virtual_stops(stops: Sequence[VirtualStop]) -> list[domain.VirtualStop]:
    """Return the virtual stops as the rules know them."""
    return [
        domain.VirtualStop(stop.id, stop.name, point(stop.position.latitude_deg, stop.position.longitude_deg))
        for stop in stops
    ]


def check_unique(field: Field, ids: Iterable[str]) -> None:
    """Raise FieldError where an id stands twice."""
    seen: set[str] = set()
    for item_id in ids:
        if item_id in seen:
            raise field.error(f"holds the id {item_id!r} twice")
        seen.add(item_id)


def check_known(field: Field, item_id: str, known: set[str]) -> None:
    """Raise FieldError where an id is not among the known ones."""
    if item_id not in known:
        raise field.error(f"names {item_id!r}, which is not among {', '.join(sorted(known))}")


def _tenant(field: Field) -> str:
    text = field.text()
    if not _TENANT.fullmatch(text):
        raise field.error(f"is {text!r}, must be 1 to 32 of [a-z0-9-]")
    return text


def _timezone(field: Field) -> str:
    name = field.text()
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise field.error(f"is {name!r}, which is no time zone known here") from None
    return name


def _zone(feature: Field) -> Zone:
    properties, geometry = feature["properties"], feature["geometry"]
    geometry["type"].choice(frozenset({"Polygon"}))
    rings = tuple(geometry["coordinates"].items())
    if len(rings) != 1:
        raise geometry["coordinates"].error(f"has {len(rings)} rings, must be one outer ring without holes")
    boundary = rings[0].each(_coordinates, at_least=4)
    if boundary[0] != boundary[-1]:
        raise rings[0].error("is not closed: its first and last positions differ")
    return Zone(properties["id"].text(), properties["name"].text(), boundary, _policy(properties))


def _policy(properties: Field) -> domain.Policy:
    """The zone's own rules, where it has any."""
    policy = properties.get("policy")
    if policy is None:
        return domain.Policy()
    known = frozenset(rule.name for rule in fields(domain.Policy))
    rules = domain.Policy(
        **{name: policy[name].integer(LEAST.get(name, 1), DAY_S) for name in policy.names(known)}
    )
    if rules.pickup_before_s > rules.pickup_window_s:
        before_s, window_s = rules.pickup_before_s, rules.pickup_window_s
        raise policy.error(f"has a pickup_before_s of {before_s}, more than pickup_window_s: {window_s}")
    return rules


def _virtual_stop(feature: Field) -> VirtualStop:
    properties, geometry = feature["properties"], feature["geometry"]
    geometry["type"].choice(frozenset({"Point"}))
    return VirtualStop(
        id=properties["id"].text(),
        name=properties["name"].text(),
        position=_coordinates(geometry["coordinates"]),
        zone_ids=properties["zone_ids"].each(Field.text, at_least=1),
    )


def _coordinates(field: Field) -> Position:
    numbers = tuple(field.items())
    if len(numbers) != 2:
        raise field.error(f"is {field.value!r}, must be [longitude, latitude]")
    return Position(latitude_deg=numbers[1].degrees(90.0), longitude_deg=numbers[0].degrees(180.0))
