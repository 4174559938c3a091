"""Containers and their sensors as OGC SensorThings 1.1 (18-088): what entities say, and how they are linked.

A container is a Thing, its site the Location and the FeatureOfInterest, a device the Sensor. A Thing has a
Datastream of its level, and one of the distance, the temperature and the battery for each of its devices.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from waste.application.open_data import ContainerView
from waste.domain.cloud_events import instant
from waste.domain.containers import Container, Device, Site

Entity = dict[str, Any]

SETS = (
    "Things",
    "Locations",
    "Datastreams",
    "Sensors",
    "ObservedProperties",
    "Observations",
    "FeaturesOfInterest",
)
LINKS: dict[str, dict[str, str]] = {
    "Things": {"Locations": "Locations", "Datastreams": "Datastreams"},
    "Locations": {"Things": "Things"},
    "Datastreams": {
        "Thing": "Things",
        "Sensor": "Sensors",
        "ObservedProperty": "ObservedProperties",
        "Observations": "Observations",
    },
    "Sensors": {"Datastreams": "Datastreams"},
    "ObservedProperties": {"Datastreams": "Datastreams"},
    "Observations": {"Datastream": "Datastreams", "FeatureOfInterest": "FeaturesOfInterest"},
    "FeaturesOfInterest": {"Observations": "Observations"},
}
"""What each set leads to: by name of the link, the set. A link whose name is not the set's leads to one."""

_MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Observed:
    """A property that is observed.

    Parameters
    ----------
    measured
        Its name in a measurement; empty for the level, which is worked out.
    factor
        From our unit to the one told.
    """

    id: str
    name: str
    description: str
    definition: str
    unit: tuple[str, str, str]
    measured: str
    factor: float = 1.0


OBSERVED = {
    each.id: each
    for each in (
        Observed(
            "level",
            "Fill level",
            "How full a container is",
            "https://smartdatamodels.org/dataModel.WasteManagement/fillingLevel",
            ("percent", "%", "http://qudt.org/vocab/unit/PERCENT"),
            "",
            100.0,
        ),
        Observed(
            "distance",
            "Distance",
            "From a sensor to what lies in the container",
            "http://qudt.org/vocab/quantitykind/Distance",
            ("millimetre", "mm", "http://qudt.org/vocab/unit/MilliM"),
            "distance_mm",
        ),
        Observed(
            "temperature",
            "Temperature",
            "At a sensor",
            "http://qudt.org/vocab/quantitykind/Temperature",
            ("degree Celsius", "°C", "http://qudt.org/vocab/unit/DEG_C"),
            "temperature_c",
        ),
        Observed(
            "battery",
            "Battery",
            "What is left in a sensor's battery",
            "http://qudt.org/vocab/quantitykind/StateOfCharge",
            ("percent", "%", "http://qudt.org/vocab/unit/PERCENT"),
            "battery_share",
            100.0,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Stream:
    """A Datastream: an observed property of a container, or of one of its devices."""

    observed: Observed
    container: Container
    device: Device

    @property
    def id(self) -> str:
        """Ids of ours have no tilde in them."""
        of = self.device.id if self.observed.measured else self.container.id
        return f"{self.observed.id}~{of}"


def streams_of(view: ContainerView) -> list[Stream]:
    """The Datastreams of a container; none without a device."""
    if not view.devices:
        return []
    found = [Stream(OBSERVED["level"], view.container, view.devices[0])]
    for device in view.devices:
        found += [
            Stream(observed, view.container, device) for observed in OBSERVED.values() if observed.measured
        ]
    return found


def observation_id(stream: Stream, at: datetime) -> str:
    return f"{stream.id}~{(at - _EPOCH) // _MICROSECOND}"


def observation_at(text: str) -> tuple[str, datetime] | None:
    """The Datastream and the instant of an Observation's id; None for what is none."""
    stream_id, _, number = text.rpartition("~")
    if not stream_id or not number.isascii() or not number.isdigit() or len(number) > 17:
        return None
    return stream_id, _EPOCH + int(number) * _MICROSECOND


def thing(view: ContainerView) -> Entity:
    container, state = view.container, view.state
    return {
        "@iot.id": container.id,
        "name": container.id,
        "description": f"{container.kind.value} for {container.fraction.value}",
        "properties": {
            "kind": container.kind.value,
            "fraction": container.fraction.value,
            "volume_l": container.volume_l,
            "depot_id": container.depot_id,
            "site_id": container.site_id,
            "sub_account_id": container.sub_account_id,
            "critical_share": container.critical_share,
            "ampel": state.ampel.value if state else "unknown",
        },
    }


def location(site: Site) -> Entity:
    return {
        "@iot.id": site.id,
        "name": site.name or site.id,
        "description": "Where containers stand",
        "encodingType": "application/geo+json",
        "location": {"type": "Point", "coordinates": [site.longitude_deg, site.latitude_deg]},
        "properties": {"sub_account_id": site.sub_account_id},
    }


def feature(site: Site) -> Entity:
    return {
        "@iot.id": site.id,
        "name": site.name or site.id,
        "description": "Where containers stand",
        "encodingType": "application/geo+json",
        "feature": {"type": "Point", "coordinates": [site.longitude_deg, site.latitude_deg]},
        "properties": {},
    }


def datastream(stream: Stream) -> Entity:
    observed = stream.observed
    name, symbol, definition = observed.unit
    return {
        "@iot.id": stream.id,
        "name": f"{observed.name} of {stream.container.id}",
        "description": observed.description,
        "observationType": _MEASUREMENT,
        "unitOfMeasurement": {"name": name, "symbol": symbol, "definition": definition},
        "properties": {"container_id": stream.container.id, "device_id": stream.device.id},
    }


def sensor(device: Device) -> Entity:
    return {
        "@iot.id": device.id,
        "name": device.id,
        "description": device.model,
        "encodingType": "text/plain",
        "metadata": device.model,
        "properties": {"sub_account_id": device.sub_account_id, "container_id": device.container_id},
    }


def observed_property(observed: Observed) -> Entity:
    return {
        "@iot.id": observed.id,
        "name": observed.name,
        "description": observed.description,
        "definition": observed.definition,
        "properties": {},
    }


def observation(stream: Stream, at: datetime, value: float) -> Entity:
    return {
        "@iot.id": observation_id(stream, at),
        "phenomenonTime": instant(at),
        "resultTime": instant(at),
        "result": round(value * stream.observed.factor, 4),
        "parameters": {},
    }
