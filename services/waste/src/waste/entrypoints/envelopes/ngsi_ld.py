"""NGSI-LD notifications, and the entities themselves: normalised, concise or simplified, NGSIv2 as well.

A filling is a share from 0 to 1 as FIWARE's WasteContainer has it; a percentage says so with its unit code.
A number above 1 without a unit is refused: 1 and 1 % are too far apart to guess.
"""

from collections.abc import Mapping
from datetime import datetime

from waste.domain.errors import WrongFieldError
from waste.domain.readings import Measurement, Position
from waste.domain.uplinks import (
    BadEnvelope,
    BadEnvelopeReason,
    Network,
    Uplink,
    counter_of,
    device_id_of,
)
from waste.entrypoints.envelopes.fields import Part, finite, instant, wrong

MOST_ENTITIES = 1_000
FILLING = ("fillingLevel", "binFillingLevel")
BATTERY = ("batteryLevel",)
DISTANCE = ("distance", "measuredDistance")
OBSERVED = ("dateObserved", "TimeInstant", "timeInstant", "binLoggedTime", "dateModified", "modifiedAt")
PER_CENT = "P1"
MM_PER_UNIT = {"MMT": 1.0, "CMT": 10.0, "MTR": 1000.0}
"""Unit codes of UN/CEFACT: millimetre, centimetre, metre."""
CELSIUS = {None, "CEL"}


def is_message(body: object) -> bool:
    """Whether it is a notification, an entity, or a list of entities."""
    if isinstance(body, list):
        return bool(body) and all(is_message(each) and _is_entity(each) for each in body)
    return isinstance(body, Mapping) and (_is_notification(body) or _is_entity(body))


def read_uplinks(body: object, now: datetime) -> list[Uplink]:
    """Read every entity that tells something of a device.

    Parameters
    ----------
    now
        Used where neither the entity nor the notification has an instant.

    Raises
    ------
    BadEnvelope
        Naming the field at fault, of the first entity that has one.
    """
    notified = now
    entities: object = [body]
    if isinstance(body, list):
        entities = body
    elif isinstance(body, Mapping) and _is_notification(body):
        notified = Part(body).instant("notifiedAt") or now
        entities = body.get("data")
    if not isinstance(entities, list) or len(entities) > MOST_ENTITIES:
        raise wrong("data", type(entities).__name__, f"a list of at most {MOST_ENTITIES} entities")
    return [
        _uplink(_flat(Part(entity, f"data[{index}]"), f"data[{index}]"), notified)
        for index, entity in enumerate(entities)
    ]


def _is_notification(body: Mapping[str, object]) -> bool:
    return "data" in body and ("subscriptionId" in body or body.get("type") == "Notification")


def _is_entity(body: object) -> bool:
    return isinstance(body, Mapping) and isinstance(body.get("id"), str) and "type" in body


def _flat(entity: Part, path: str) -> Part:
    """Return an entity that came as a GeoJSON feature as one that did not."""
    if entity.raw("type") != "Feature":
        return entity
    properties = entity.raw("properties")
    if not isinstance(properties, Mapping):
        raise wrong(entity.path("properties"), properties, "an object")
    return Part({"location": entity.raw("geometry"), **properties, "id": entity.raw("id")}, path)


class _Attribute:
    """A value with what is said of it, however it is written."""

    def __init__(self, entity: Part, names: tuple[str, ...]) -> None:
        name = next((name for name in names if name in entity), names[0])
        raw = entity.raw(name)
        self.path = entity.path(name)
        self.value: object = raw
        self.unit: str | None = None
        self.at: datetime | None = None
        if isinstance(raw, Mapping) and ("value" in raw or "object" in raw):
            about = Part(raw, self.path)
            self.value = about.raw("value") if "value" in about else about.raw("object")
            metadata = about.maybe_part("metadata")
            self.unit = about.maybe_text("unitCode") or _text_of(metadata.raw("unitCode"))
            observed = about.maybe_text("observedAt") or _text_of(
                metadata.raw("TimeInstant") or metadata.raw("timestamp")
            )
            self.at = instant(observed, f"{self.path}.observedAt") if observed else None

    def number(self) -> float | None:
        return None if self.value is None else finite(self.value, self.path)

    def share(self) -> float | None:
        number = self.number()
        if number is None:
            return None
        share = number / 100 if self.unit == PER_CENT else number
        if not 0 <= share <= 1:
            raise wrong(self.path, self.value, "a share from 0 to 1, or a percentage with unitCode P1")
        return share

    def text(self) -> str | None:
        return _text_of(self.value)


def _uplink(entity: Part, notified: datetime) -> Uplink:
    filling, battery = _Attribute(entity, FILLING), _Attribute(entity, BATTERY)
    distance, temperature = _Attribute(entity, DISTANCE), _Attribute(entity, ("temperature",))
    at = filling.at or distance.at or battery.at or temperature.at or _observed(entity) or notified
    device = _Attribute(entity, ("refDevice",)).value
    named = device[0] if isinstance(device, list) and device else device
    celsius = temperature.number()
    if celsius is not None and temperature.unit not in CELSIUS:
        raise wrong(temperature.path, temperature.unit, "degrees Celsius, unitCode CEL")
    try:
        measurement = Measurement(
            distance_mm=_distance_mm(distance),
            fill_share=filling.share(),
            battery_share=battery.share(),
            temperature_c=celsius,
            position=_position(entity),
        )
    except WrongFieldError as error:
        raise BadEnvelope(BadEnvelopeReason.WRONG, f"{entity.path('')}: {error}") from error
    return Uplink(
        network=Network.NGSI_LD,
        device_id=device_id_of(named if isinstance(named, str) else entity.text("id")),
        session=Network.NGSI_LD.value,
        counter=counter_of(at),
        at=at,
        measurement=measurement,
    )


def _observed(entity: Part) -> datetime | None:
    for name in OBSERVED:
        attribute = _Attribute(entity, (name,))
        text = attribute.text()
        if text:
            return instant(text, attribute.path)
    return None


def _distance_mm(distance: _Attribute) -> int | None:
    number = distance.number()
    if number is None:
        return None
    if distance.unit not in MM_PER_UNIT:
        raise wrong(f"{distance.path}.unitCode", distance.unit, f"one of {', '.join(MM_PER_UNIT)}")
    return round(number * MM_PER_UNIT[distance.unit])


def _position(entity: Part) -> Position | None:
    attribute = _Attribute(entity, ("location",))
    point = attribute.value
    if not isinstance(point, Mapping) or point.get("type") != "Point":
        return None
    coordinates = point.get("coordinates")
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        raise wrong(f"{attribute.path}.coordinates", coordinates, "longitude and latitude")
    longitude, latitude = (finite(each, f"{attribute.path}.coordinates") for each in coordinates[:2])
    return Position(latitude, longitude)


def _text_of(value: object) -> str | None:
    """Return a text, also out of a typed value; instants come as ``{"@type": …, "@value": …}``."""
    if isinstance(value, Mapping):
        value = value.get("@value", value.get("value"))
    return value if isinstance(value, str) and value else None
