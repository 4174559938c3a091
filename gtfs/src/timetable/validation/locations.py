"""``locations.geojson``: the zones of on-demand service, checked and as shapes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from timetable.findings import Severity
from timetable.tables import Feed, FeedError
from timetable.validation.report import Report

FILE = "locations.geojson"
ORIGIN_DEGREES = 1.0
POLE_DEGREES = 89.0
MOST_BYTES = 256 * 1024**2
_COLLECTION_KEYS = {"type", "features", "name", "crs", "bbox"}
_FEATURE_KEYS = {"type", "id", "properties", "geometry", "bbox"}
_PROPERTY_KEYS = {"stop_name", "stop_desc", "zone_id", "stop_url"}


@dataclass(frozen=True, slots=True)
class Zones:
    """The valid zones by id; ``usable`` tells whether nothing was left out."""

    by_id: Mapping[str, "Location"]
    usable: bool


@dataclass(frozen=True, slots=True)
class Location:
    """A zone; ``number`` is its place in the file, from 0."""

    location_id: str
    number: int
    geometry: BaseGeometry
    name: str


class _DuplicateKeyError(ValueError):
    """A JSON object in which a key stands twice."""


def read_locations(feed: Feed, report: Report) -> Zones:
    """Read the zones, and note all that is wrong with them."""
    if not feed.has(FILE):
        return Zones({}, usable=True)
    before = report.count(Severity.ERROR)
    zones = _read_collection(feed, report)
    return Zones(zones, usable=report.count(Severity.ERROR) == before)


def _read_collection(feed: Feed, report: Report) -> dict[str, Location]:
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
    lon, lat = np.abs(shapely.get_coordinates(geometry).T)
    if (lon > 180).any() or (lat > 90).any():
        report.add(
            "invalid_geometry", FILE, None, "geometry.coordinates", f"feature {name!r}: no degrees lon, lat"
        )
        return None
    for rule, odd in (
        ("point_near_origin", (lon <= ORIGIN_DEGREES) & (lat <= ORIGIN_DEGREES)),
        ("point_near_pole", lat >= POLE_DEGREES),
    ):
        if odd.any():
            report.add(rule, FILE, None, "geometry.coordinates", f"feature {name!r}")
    return Location(name, number, geometry, str(properties.get("stop_name") or ""))
