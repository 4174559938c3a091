"""Containers, their sites and kinds as FIWARE's WasteContainer, WasteContainerIsle and WasteContainerModel.

Entities are written in NGSI-LD's normalised form; :func:`simplified` leaves names and values. Attributes and
their units are those of the Smart Data Models' waste management: levels from 0 to 1, litres, kilograms.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from waste.application.open_data import ContainerView
from waste.domain.alarm_rules import Cause
from waste.domain.cloud_events import instant
from waste.domain.containers import Container, ContainerKind, Fraction, Site

CONTAINER, ISLE, MODEL = "WasteContainer", "WasteContainerIsle", "WasteContainerModel"
TYPES = (CONTAINER, ISLE, MODEL)
CONTEXT = (
    "https://raw.githubusercontent.com/smart-data-models/dataModel.WasteManagement/master/context.jsonld",
    "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.6.jsonld",
)

Entity = dict[str, object]

_CATEGORIES = {
    ContainerKind.UNDERGROUND: "underground",
    ContainerKind.IGLOO: "ground",
    ContainerKind.WHEELED: "portable",
    ContainerKind.SKIP: "portable",
    ContainerKind.LITTER_BIN: "fixed",
}
_MODEL_CATEGORIES = {
    ContainerKind.UNDERGROUND: "other",
    ContainerKind.IGLOO: "other",
    ContainerKind.WHEELED: "wheelieBin",
    ContainerKind.SKIP: "dumpster",
    ContainerKind.LITTER_BIN: "trashCan",
}
_WASTE = {
    Fraction.GLASS_WHITE: "glass",
    Fraction.GLASS_GREEN: "glass",
    Fraction.GLASS_BROWN: "glass",
    Fraction.GLASS_MIXED: "glass",
    Fraction.PAPER: "paper",
    Fraction.PACKAGING: "plastic",
    Fraction.RESIDUAL: "other",
    Fraction.ORGANIC: "organic",
    Fraction.TEXTILE: "other",
    Fraction.METAL: "metal",
}


def urn(tenant: str, kind: str, local_id: str) -> str:
    """The id of an entity."""
    return f"urn:ngsi-ld:{kind}:{tenant}:{local_id}"


def local_id(tenant: str, kind: str, entity_id: str) -> str | None:
    """What an entity's id is made of; None where it is not of this kind and district."""
    prefix = urn(tenant, kind, "")
    return entity_id.removeprefix(prefix) if entity_id.startswith(prefix) else None


def model_id(container: Container) -> str:
    """Containers of one build and volume are of one model."""
    return f"{container.kind.value}-{container.volume_l}"


def container_entity(view: ContainerView, tenant: str) -> Entity:
    """A WasteContainer."""
    container, state = view.container, view.state
    entity: Entity = {
        "id": urn(tenant, CONTAINER, container.id),
        "type": CONTAINER,
        "category": _property([_CATEGORIES[container.kind]]),
        "storedWasteKind": _property(_WASTE[container.fraction]),
        "description": _property(container.fraction.value),
        "binCapacity": _property(container.volume_l),
        "binFullnessThreshold": _property(round(100 * container.critical_share, 3)),
        "refWasteContainerModel": _relationship(urn(tenant, MODEL, model_id(container))),
        "refWasteContainerIsle": _relationship(urn(tenant, ISLE, container.site_id)),
        "status": _property(_status(view)),
        "owner": _property([container.sub_account_id]),
    }
    if view.site is not None:
        entity["location"] = _location(view.site)
    if view.devices:
        entity["refDevice"] = _relationship([urn(tenant, "Device", device.id) for device in view.devices])
    if state is None:
        return entity
    entity["dateModified"] = _property(_time(state.updated_at))
    if state.latest is not None:
        level = min(max(state.latest.level_share, 0.0), 1.0)
        entity["fillingLevel"] = _property(round(level, 4), state.latest.at)
        entity["cargoWeight"] = _property(round(container.weight_kg(level), 1), state.latest.at)
        entity["binLoggedTime"] = _property(_time(state.latest.at))
    if state.latest_lift_at is not None:
        entity["dateLastEmptying"] = _property(_time(state.latest_lift_at))
    if state.expected_full_at is not None:
        entity["nextActuationDeadline"] = _property(_time(state.expected_full_at))
    return entity


def isle_entity(site: Site, containers: Sequence[Container], tenant: str) -> Entity:
    """A WasteContainerIsle."""
    below = any(container.kind is ContainerKind.UNDERGROUND for container in containers)
    entity: Entity = {
        "id": urn(tenant, ISLE, site.id),
        "type": ISLE,
        "name": _property(site.name or site.id),
        "location": _location(site),
        "features": _property(["underground" if below else "containerFix"]),
        "owner": _property([site.sub_account_id]),
    }
    if containers:
        entity["refWasteContainer"] = _relationship(
            [urn(tenant, CONTAINER, container.id) for container in containers]
        )
    return entity


def model_entities(containers: Sequence[Container], tenant: str) -> list[Entity]:
    """The WasteContainerModels of some containers, by id."""
    models = {model_id(container): container for container in containers}
    return [
        {
            "id": urn(tenant, MODEL, name),
            "type": MODEL,
            "name": _property(f"{container.kind.value} {container.volume_l} l"),
            "cargoVolume": _property(container.volume_l),
            "category": _property([_MODEL_CATEGORIES[container.kind]]),
        }
        for name, container in sorted(models.items())
    ]


def with_attributes(entity: Entity, names: Sequence[str]) -> Entity | None:
    """The entity with these attributes only; None where it has none of them. All of it without names."""
    if not names:
        return entity
    found = {name: entity[name] for name in names if name in entity and name not in {"id", "type"}}
    return {"id": entity["id"], "type": entity["type"], **found} if found else None


def simplified(entity: Entity) -> Entity:
    """Names and values, as the schemas of the Smart Data Models describe an entity."""
    return {name: _value(attribute) for name, attribute in entity.items()}


def _value(attribute: object) -> object:
    if not isinstance(attribute, Mapping):
        return attribute
    value = attribute.get("object", attribute.get("value"))
    return value["@value"] if isinstance(value, Mapping) and "@value" in value else value


def _property(value: object, observed_at: datetime | None = None) -> Mapping[str, object]:
    told: dict[str, object] = {"type": "Property", "value": value}
    if observed_at is not None:
        told["observedAt"] = instant(observed_at)
    return told


def _relationship(target: str | list[str]) -> Mapping[str, object]:
    return {"type": "Relationship", "object": target}


def _time(at: datetime) -> Mapping[str, str]:
    return {"@type": "DateTime", "@value": instant(at)}


def _location(site: Site) -> Mapping[str, object]:
    point = {"type": "Point", "coordinates": [site.longitude_deg, site.latitude_deg]}
    return {"type": "GeoProperty", "value": point}


def _status(view: ContainerView) -> str:
    if Cause.FIRE.value in view.causes:
        return "burning"
    if Cause.TILTED.value in view.causes:
        return "dropped"
    known = view.state is not None and view.state.ampel.value != "unknown"
    return "ok" if known else "unknown"
