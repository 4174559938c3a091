"""What the tags of a way or an area say it is on the map, and from which zoom on it is shown."""

from collections.abc import Mapping
from typing import NamedTuple

Attributes = tuple[tuple[str, str], ...]
"""Keys and values of a feature of a tile, sorted by key."""


class Kind(NamedTuple):
    """What a feature is.

    Parameters
    ----------
    plain, labelled
        Its attributes, without and with what is written beside it.
    min_zoom, label_zoom
        From which zoom on it is in the tiles, and from which with its label.
    """

    layer: str
    plain: Attributes
    labelled: Attributes
    min_zoom: int
    label_zoom: int


LINES = ("highway", "railway", "waterway", "aeroway", "route")
"""Keys of ways that are lines."""
AREAS = ("building", "landuse", "natural", "waterway", "water", "leisure", "amenity", "aeroway", "place")
"""Keys of closed ways and multipolygons that are areas."""

_ROADS: Mapping[str, tuple[str, int]] = {
    "motorway": ("motorway", 5),
    "trunk": ("trunk", 6),
    "primary": ("primary", 7),
    "secondary": ("secondary", 9),
    "tertiary": ("tertiary", 10),
    "unclassified": ("minor", 11),
    "residential": ("minor", 12),
    "living_street": ("minor", 12),
    "road": ("minor", 12),
    "service": ("service", 13),
    "busway": ("service", 13),
    "track": ("track", 13),
    "pedestrian": ("pedestrian", 13),
    "footway": ("path", 14),
    "path": ("path", 14),
    "cycleway": ("path", 14),
    "bridleway": ("path", 14),
    "steps": ("path", 14),
}
_RAILS: Mapping[str, int] = {"rail": 8, "light_rail": 10, "narrow_gauge": 10, "tram": 12, "subway": 12}
_STREAMS: Mapping[str, tuple[str, int]] = {
    "river": ("river", 7),
    "canal": ("river", 9),
    "stream": ("stream", 12),
    "ditch": ("stream", 14),
    "drain": ("stream", 14),
}
_LAND: Mapping[str, Mapping[str, tuple[str, int]]] = {
    "landuse": {
        "forest": ("wood", 7),
        "meadow": ("grass", 11),
        "grass": ("grass", 12),
        "village_green": ("grass", 12),
        "recreation_ground": ("park", 12),
        "allotments": ("garden", 11),
        "orchard": ("garden", 11),
        "vineyard": ("garden", 10),
        "cemetery": ("cemetery", 12),
        "residential": ("settlement", 8),
        "commercial": ("business", 10),
        "retail": ("business", 10),
        "industrial": ("business", 10),
        "quarry": ("bare", 11),
        "landfill": ("bare", 11),
        "railway": ("business", 12),
    },
    "natural": {
        "wood": ("wood", 7),
        "scrub": ("grass", 11),
        "heath": ("grass", 10),
        "grassland": ("grass", 11),
        "wetland": ("wetland", 10),
        "beach": ("bare", 12),
        "sand": ("bare", 12),
        "bare_rock": ("bare", 12),
        "scree": ("bare", 12),
    },
    "leisure": {
        "park": ("park", 10),
        "garden": ("garden", 13),
        "golf_course": ("park", 11),
        "pitch": ("pitch", 13),
        "playground": ("pitch", 14),
        "sports_centre": ("park", 12),
        "stadium": ("pitch", 12),
        "nature_reserve": ("", 0),
    },
    "amenity": {
        "school": ("campus", 12),
        "university": ("campus", 11),
        "college": ("campus", 12),
        "kindergarten": ("campus", 13),
        "hospital": ("campus", 11),
        "grave_yard": ("cemetery", 12),
        "parking": ("parking", 14),
    },
    "aeroway": {"aerodrome": ("business", 10)},
}
_WATER = frozenset({"reservoir", "basin", "salt_pond"})
_LABEL_ZOOM: Mapping[str, int] = {
    "motorway": 8,
    "trunk": 9,
    "primary": 10,
    "secondary": 11,
    "tertiary": 12,
    "river": 10,
}
_PAVED = frozenset(
    {"asphalt", "paved", "concrete", "concrete:plates", "paving_stones", "sett", "cobblestone"}
)


def kind_of_line(tags: Mapping[str, str]) -> Kind | None:
    """What a way is as a line; nothing where the map does not show it."""
    if "highway" in tags:
        return _road(tags)
    if tags.get("railway") in _RAILS:
        siding = "service" in tags
        kind = "siding" if siding else ("rail" if tags["railway"] in {"rail", "light_rail"} else "tram")
        return _kind("rail", kind, "", 13 if siding else _RAILS[tags["railway"]], _crossing(tags))
    if tags.get("waterway") in _STREAMS and tags.get("tunnel", "no") == "no":
        kind, zoom = _STREAMS[tags["waterway"]]
        return _kind("waterway", kind, tags.get("name", ""), zoom)
    if tags.get("route") == "ferry":
        return _kind("road", "ferry", tags.get("name", ""), 9)
    if tags.get("aeroway") in {"runway", "taxiway"}:
        return _kind("road", "runway", "", 11)
    return None


def kind_of_area(tags: Mapping[str, str]) -> Kind | None:
    """What a closed way or a multipolygon is as an area; nothing where the map does not show it."""
    if tags.get("building", "no") != "no":
        return _kind("building", "building", "", 13)
    if (
        tags.get("natural") == "water"
        or tags.get("waterway") in {"riverbank", "dock"}
        or tags.get("landuse") in _WATER
    ):
        return _kind("water", "water", tags.get("name", ""), 6)
    for key, values in _LAND.items():
        found = values.get(tags.get(key, ""))
        if found and found[0]:
            return _kind("land", found[0], "", found[1])
    return None


def boundary_kind(admin_level: int) -> Kind:
    """A border of a state, a district or a municipality."""
    zoom = 5 if admin_level <= 4 else 7 if admin_level <= 6 else 10
    return _kind(
        "boundary", "state" if admin_level <= 4 else "district" if admin_level <= 6 else "place", "", zoom
    )


def _road(tags: Mapping[str, str]) -> Kind | None:
    highway = tags["highway"]
    link = highway.endswith("_link")
    found = _ROADS.get(highway.removesuffix("_link"))
    if found is None or tags.get("area") == "yes":
        return None
    kind, zoom = found
    if link:
        zoom = max(zoom, 11)
    if kind == "service" and tags.get("service") in {"parking_aisle", "driveway"}:
        zoom = 14
    if kind == "track" and tags.get("surface") in _PAVED:
        zoom = 12
    extra = dict(_crossing(tags))
    if link:
        extra["link"] = "yes"
    if tags.get("access") in {"private", "no"} and "highway" in tags:
        extra["access"] = "no"
    name, ref = tags.get("name", ""), tags.get("ref", "")
    plain = tuple(sorted({"kind": kind, **extra}.items()))
    labels = {"name": name} if name else {}
    if ref and kind in {"motorway", "trunk", "primary", "secondary"} and not link:
        labels["ref"] = ref.split(";")[0].strip()
    labelled = tuple(sorted({"kind": kind, **extra, **labels}.items()))
    return Kind("road", plain, labelled, zoom, _LABEL_ZOOM.get(kind, 13))


def _crossing(tags: Mapping[str, str]) -> dict[str, str]:
    return {key: "yes" for key in ("bridge", "tunnel") if tags.get(key, "no") != "no"}


def _kind(layer: str, kind: str, name: str, zoom: int, extra: Mapping[str, str] | None = None) -> Kind:
    plain = {"kind": kind, **(extra or {})}
    labelled = {**plain, "name": name} if name else plain
    return Kind(
        layer,
        tuple(sorted(plain.items())),
        tuple(sorted(labelled.items())),
        zoom,
        max(zoom, _LABEL_ZOOM.get(kind, 12)),
    )
