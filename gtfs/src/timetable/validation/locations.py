"""``locations.geojson``: the zones of on-demand service, checked and as shapes."""

import json
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from timetable.tables import Feed, FeedError
from timetable.validation.report import Report

FILE = "locations.geojson"
MOST_BYTES = 256 * 1024**2
_COLLECTION_KEYS = {"type", "features", "name", "crs", "bbox"}
_FEATURE_KEYS = {"type", "id", "properties", "geometry", "bbox"}
_PROPERTY_KEYS = {"stop_name", "stop_desc", "zone_id", "stop_url"}


@dataclass(frozen=True, slots=True)
class Location:
    """A zone; ``number`` is its place in the file, from 0."""

    location_id: str
    number: int
    geometry: BaseGeometry
    name: str


class _DuplicateKeyError(ValueError):
    """A JSON object in which a key stands twice."""


def read_locations(feed: Feed, report: Report) -> dict[str, Location]:
    """Read the zones by id, and note all that is wrong with them; only valid ones are returned."""
    if not feed.has(FILE):
        return {}
    try:
        document = json.loads(feed.text(FILE, MOST_BYTES), object_pairs_hook=_unique)
    except _DuplicateKeyError as error:
        report.add("geo_json_duplicated_element", FILE, None, str(error), f"{error!s} stands twice")
        return {}
    except (FeedError, ValueError, RecursionError) as error:
        report.add("malformed_json", FILE, None, None, f"no JSON: {error}")
        return {}
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        kind = document.get("type") if isinstance(document, dict) else type(document).__name__
        if kind is None:
            report.add("missing_required_element", FILE, None, "type", "the collection has no type")
        else:
            report.add("unsupported_geo_json_type", FILE, None, "type", f"{kind!r} is no FeatureCollection")
        return {}
    for key in sorted(document.keys() - _COLLECTION_KEYS):
        report.add("geo_json_unknown_element", FILE, None, key, f"no element of the standard: {key!r}")
    features = document.get("features")
    if not isinstance(features, list):
        report.add("missing_required_element", FILE, None, "features", "no list of features")
        return {}
    zones: dict[str, Location] = {}
    for number, feature in enumerate(features):
        zone = _read(number, feature, report)
        if zone is None:
            continue
        if (first := zones.get(zone.location_id)) is not None:
            report.add(
                "duplicate_geo_json_key", FILE, None, "id",
                f"feature {number}: {zone.location_id!r} is feature {first.number} already",
            )  # fmt: skip
        else:
            zones[zone.location_id] = zone
    return zones


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _DuplicateKeyError(key)
        found[key] = value
    return found


def _read(number: int, feature: object, report: Report) -> Location | None:
    if not isinstance(feature, dict):
        report.add("missing_required_element", FILE, None, "type", f"feature {number}: no object")
        return None
    for key in sorted(feature.keys() - _FEATURE_KEYS):
        report.add(
            "geo_json_unknown_element", FILE, None, key, f"feature {number}: no element of the standard"
        )
    missing = [key for key in ("type", "id", "properties", "geometry") if feature.get(key) is None]
    geometry = feature.get("geometry")
    if isinstance(geometry, dict):
        missing += [f"geometry.{key}" for key in ("type", "coordinates") if geometry.get(key) is None]
    elif geometry is not None:
        missing.append("geometry.type")
    for key in missing:
        report.add("missing_required_element", FILE, None, key, f"feature {number}: {key} is not there")
    if missing:
        return None
    name = str(feature["id"])
    if feature["type"] != "Feature":
        report.add("unsupported_feature_type", FILE, None, "type", f"feature {name!r}: {feature['type']!r}")
        return None
    return _zone(number, name, feature, report)


def _zone(number: int, name: str, feature: dict[str, Any], report: Report) -> Location | None:
    properties = feature["properties"] if isinstance(feature["properties"], dict) else {}
    for key in sorted(properties.keys() - _PROPERTY_KEYS):
        report.add(
            "geo_json_unknown_element", FILE, None, key, f"feature {name!r}: no element of the standard"
        )
    kind = feature["geometry"]["type"]
    if kind not in {"Polygon", "MultiPolygon"}:
        report.add("unsupported_geometry_type", FILE, None, "geometry.type", f"feature {name!r}: {kind!r}")
        return None
    try:
        geometry = shape(feature["geometry"])
    except (ValueError, TypeError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        report.add("invalid_geometry", FILE, None, "geometry.coordinates", f"feature {name!r}: {error}")
        return None
    if geometry.is_empty or not geometry.is_valid:
        reason = "empty" if geometry.is_empty else shapely.is_valid_reason(geometry)
        report.add("invalid_geometry", FILE, None, "geometry.coordinates", f"feature {name!r}: {reason}")
        return None
    west, south, east, north = geometry.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        report.add(
            "invalid_geometry", FILE, None, "geometry.coordinates", f"feature {name!r}: no degrees lon, lat"
        )
        return None
    return Location(name, number, geometry, str(properties.get("stop_name") or ""))
