"""What OpenStreetMap tags mean for a car: may it drive here, which way, how fast, may it stop.

Speeds are what a careful driver keeps on average, not limits: ``LIMIT_SHARE`` of a posted limit; where
none is posted, a speed imputed from the class of the road. Poor surfaces and field tracks lower both.
"""

from collections.abc import Mapping
from typing import NamedTuple

MPH_IN_KMH = 1.609344
LIMIT_SHARE = 0.85
TOP_KMH = 100.0
"""Minibuses are not driven faster, limit or not."""
WALKING_KMH = 7.0
DESTINATION_KMH = 10.0
"""Residents-only streets can be driven to, but so slowly that nobody drives through."""


class RoadClass(NamedTuple):
    """Imputed speed of a highway class, and whether passengers may board at it."""

    kmh: float
    boardable: bool = True


CLASSES: Mapping[str, RoadClass] = {
    "motorway": RoadClass(100.0, boardable=False),
    "motorway_link": RoadClass(50.0, boardable=False),
    "trunk": RoadClass(85.0, boardable=False),
    "trunk_link": RoadClass(45.0, boardable=False),
    "primary": RoadClass(70.0),
    "primary_link": RoadClass(40.0),
    "secondary": RoadClass(65.0),
    "secondary_link": RoadClass(40.0),
    "tertiary": RoadClass(55.0),
    "tertiary_link": RoadClass(35.0),
    "unclassified": RoadClass(40.0),
    "road": RoadClass(30.0),
    "residential": RoadClass(28.0),
    "living_street": RoadClass(WALKING_KMH),
    "service": RoadClass(15.0),
    "track": RoadClass(25.0),
}

SLOW_SERVICES = frozenset({"driveway", "parking_aisle", "drive-through", "alley"})
CLOSED_SERVICES = frozenset({"parking_space", "emergency_access"})
SLOW_SERVICE_KMH = 10.0

TRACK_KMH: Mapping[str, float] = {"grade1": 25.0, "grade2": 15.0}
"""Field tracks a car can use; those of lower or unknown grade it cannot."""

SURFACE_KMH: Mapping[str, float] = {
    "sett": 40.0,
    "concrete:lanes": 40.0,
    "concrete:plates": 50.0,
    "cobblestone": 30.0,
    "unhewn_cobblestone": 20.0,
    "compacted": 45.0,
    "fine_gravel": 40.0,
    "unpaved": 30.0,
    "gravel": 30.0,
    "pebblestone": 25.0,
    "grass_paver": 20.0,
    "wood": 20.0,
    "dirt": 15.0,
    "earth": 15.0,
    "ground": 15.0,
    "grass": 10.0,
    "sand": 10.0,
    "mud": 5.0,
}

OPEN = frozenset({"yes", "permissive", "designated", "official", "public", "unknown"})
DESTINATION = frozenset({"destination", "customers", "delivery", "residents"})
ACCESS_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""From the most to the least specific: the first one present decides."""

BLOCKING_BARRIERS = frozenset(
    {"bollard", "block", "chain", "cycle_barrier", "debris", "jersey_barrier", "kissing_gate", "log"}
    | {"motorcycle_barrier", "planter", "stile", "turnstile"}
)

IMPLIED_LIMITS: Mapping[str, float] = {
    "none": TOP_KMH / LIMIT_SHARE,
    "de:motorway": TOP_KMH / LIMIT_SHARE,
    "de:rural": 100.0,
    "de:urban": 50.0,
    "de:living_street": WALKING_KMH / LIMIT_SHARE,
    "walk": WALKING_KMH / LIMIT_SHARE,
}
LIMIT_SOURCES = ("maxspeed", "source:maxspeed", "maxspeed:type", "zone:maxspeed", "zone:traffic")


class CarRoad(NamedTuple):
    """A way as a car sees it; a speed of 0 closes that direction."""

    forward_kmh: float
    backward_kmh: float
    boardable: bool


def car_road(tags: Mapping[str, str]) -> CarRoad | None:
    """Read a way's tags; None where no car may or can drive."""
    road_class = CLASSES.get(tags.get("highway", ""))
    if road_class is None or tags.get("area") == "yes" or tags.get("service") in CLOSED_SERVICES:
        return None
    access = _access(tags)
    if access is not None and access not in OPEN and access not in DESTINATION:
        return None
    if tags["highway"] == "track" and tags.get("tracktype") not in TRACK_KMH:
        return None
    cap_kmh = _cap_kmh(tags, destination_only=access in DESTINATION)
    forward, backward = _directions(tags)

    def kmh(direction: str) -> float:
        limit_kmh = _limit_kmh(tags, direction)
        free_kmh = road_class.kmh if limit_kmh is None else LIMIT_SHARE * limit_kmh
        return min(free_kmh, cap_kmh)

    if not forward and not backward:
        return None
    return CarRoad(
        kmh("forward") if forward else 0.0, kmh("backward") if backward else 0.0, road_class.boardable
    )


def blocks_cars(tags: Mapping[str, str]) -> bool:
    """Whether a barrier on the road (a node) cannot be driven through."""
    if "barrier" not in tags:
        return False
    access = _access(tags)
    if access is None:
        return tags["barrier"] in BLOCKING_BARRIERS
    return access not in OPEN and access not in DESTINATION


def speed_limit_kmh(value: str) -> float | None:
    """A maxspeed value in km/h, such as ``50``, ``30 mph``, ``walk``, ``DE:rural``, ``DE:zone30``."""
    text = value.strip().lower()
    if text in IMPLIED_LIMITS:
        return IMPLIED_LIMITS[text]
    factor = 1.0
    if text.startswith("de:"):
        text = text.removeprefix("de:").removeprefix("zone").removeprefix(":")
    elif text.endswith("mph"):
        text, factor = text.removesuffix("mph"), MPH_IN_KMH
    else:
        text = text.removesuffix("km/h")
    text = text.strip()
    if not (text.isascii() and text.isdigit()) or int(text) == 0:
        return None
    return int(text) * factor


def _access(tags: Mapping[str, str]) -> str | None:
    return next((tags[key] for key in ACCESS_KEYS if key in tags), None)


def _directions(tags: Mapping[str, str]) -> tuple[bool, bool]:
    oneway = tags.get("oneway")
    if oneway in ("yes", "true", "1"):
        return True, False
    if oneway in ("-1", "reverse"):
        return False, True
    if oneway == "reversible":
        return False, False
    circles = tags.get("junction") in ("roundabout", "circular")
    if oneway is None and (circles or tags["highway"] == "motorway"):
        return True, False
    return True, True


def _limit_kmh(tags: Mapping[str, str], direction: str) -> float | None:
    for key in (f"maxspeed:{direction}", *LIMIT_SOURCES):
        limit_kmh = speed_limit_kmh(tags.get(key, ""))
        if limit_kmh is not None:
            return limit_kmh
    return None


def _cap_kmh(tags: Mapping[str, str], *, destination_only: bool) -> float:
    caps = [TOP_KMH, SURFACE_KMH.get(tags.get("surface", ""), TOP_KMH)]
    if tags["highway"] == "track":
        caps.append(TRACK_KMH[tags["tracktype"]])
    if tags.get("service") in SLOW_SERVICES:
        caps.append(SLOW_SERVICE_KMH)
    if destination_only:
        caps.append(DESTINATION_KMH)
    return min(caps)
