"""What OpenStreetMap tags mean for a profile: may it go there, which way, how fast, may it stop.

Speeds and what is assumed where nothing is mapped come from the profile; poor surfaces, field tracks and
service roads lower them.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from routing_core.roads.profile import HighwayRule, Limits, Profile

MPH_IN_KMH = 1.609344
WALKING_KMH = 7.0
UNLIMITED_KMH = 1000.0
"""Of roads whose limit is posted as none: the profile's own top speed counts."""

OPEN = frozenset({"yes", "permissive", "designated", "official", "public", "unknown"})
DESTINATION = frozenset({"destination", "customers", "delivery", "residents"})
PUSHED = frozenset({"dismount"})

LIMIT_SOURCES = ("maxspeed", "source:maxspeed", "maxspeed:type", "zone:maxspeed", "zone:traffic")
IMPLIED_LIMITS: Mapping[str, float] = {
    "none": UNLIMITED_KMH,
    "de:motorway": UNLIMITED_KMH,
    "de:rural": 100.0,
    "de:urban": 50.0,
}
WALKING_LIMITS = frozenset({"walk", "de:living_street"})

POSTED: Mapping[str, tuple[str, ...]] = {
    "weight_t": ("maxweight", "maxgcweight", "maxweightrating"),
    "axle_load_t": ("maxaxleload",),
    "height_m": ("maxheight", "maxheight:physical"),
    "width_m": ("maxwidth", "maxwidth:physical"),
    "length_m": ("maxlength",),
}
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*(t|kg|m|cm|')?(?:\s*(\d+(?:\.\d+)?)\")?")
_FACTORS = {None: 1.0, "t": 1.0, "kg": 0.001, "m": 1.0, "cm": 0.01, "'": 0.3048}
INCH_IN_M = 0.0254


class RoadUse(NamedTuple):
    """A way as a profile sees it; a speed of 0 closes that direction.

    ``turns_round`` says whether one may turn round where it ends.
    """

    forward_kmh: float
    backward_kmh: float
    boardable: bool
    turns_round: bool = True


def road_use(tags: Mapping[str, str], profile: Profile) -> RoadUse | None:
    """Read a way's tags; None where the profile may not or can not go."""
    rule = profile.highways.get(tags.get("highway", ""))
    if rule is None or tags.get("area") == "yes" or tags.get("service") in profile.closed_services:
        return None
    if tags.get("surface") in profile.closed_surfaces:
        return None
    access = _access(tags, profile)
    permitted = access is not None and access in OPEN
    pushed = access in PUSHED and profile.pushed_kmh is not None
    if access is not None and not permitted and access not in DESTINATION and not pushed:
        return None
    if rule.needs_permission and not permitted:
        return None
    if exceeds(tags, profile.limits):
        return None
    track_kmh = _track_kmh(tags, profile)
    forward, backward = _directions(tags, profile)
    if track_kmh <= 0 or not (forward or backward):
        return None
    cap_kmh = min(track_kmh, _cap_kmh(tags, profile, access))
    free_kmh = rule.kmh if rule.permitted_kmh is None or not permitted else rule.permitted_kmh

    def kmh(direction: str) -> float:
        limit = None if profile.limit_share is None else _limited_kmh(tags, direction, profile.limit_share)
        return min(free_kmh if limit is None else limit, cap_kmh)

    return RoadUse(
        kmh("forward") if forward else 0.0,
        kmh("backward") if backward else 0.0,
        rule.boardable,
        _turns_round(tags, rule, profile),
    )


def ferry_use(tags: Mapping[str, str], profile: Profile, length_m: float) -> RoadUse | None:
    """Read a ferry line's tags; its ``duration`` makes the speed. Nobody boards between the piers."""
    if tags.get("route") != "ferry":
        return None
    access = _access(tags, profile)
    if access is None and profile.ferry.needs_permission:
        return None
    if access is not None and access not in OPEN and access not in DESTINATION:
        return None
    if exceeds(tags, profile.limits):
        return None
    seconds = duration_s(tags.get("duration", ""))
    kmh = profile.ferry.kmh if seconds is None or length_m <= 0 else length_m / seconds * 3.6
    forward, backward = _directions({**tags, "highway": "ferry"}, profile)
    return RoadUse(kmh if forward else 0.0, kmh if backward else 0.0, boardable=False)


def blocks(tags: Mapping[str, str], profile: Profile) -> bool:
    """Whether a barrier on the road (a node) cannot be passed."""
    if exceeds(tags, profile.limits):
        return True
    if "barrier" not in tags:
        return False
    access = _access(tags, profile)
    if access is None:
        return tags["barrier"] in profile.barriers
    if access in PUSHED:
        return profile.pushed_kmh is None
    return access not in OPEN and access not in DESTINATION


def exceeds(tags: Mapping[str, str], limits: Limits) -> bool:
    """Whether a vehicle is heavier or larger than what is posted."""
    for name, keys in POSTED.items():
        own = getattr(limits, name)
        if own is not None:
            posted = [quantity(tags[key]) for key in keys if key in tags]
            if any(limit is not None and own > limit for limit in posted):
                return True
    return False


def quantity(value: str) -> float | None:
    """A posted weight in tonnes or length in metres: ``7.5``, ``3500 kg``, ``3.8 m``, ``12'6"``."""
    found = _QUANTITY.fullmatch(value.strip().lower())
    if found is None:
        return None
    number, unit, inches = found.groups()
    return float(number) * _FACTORS[unit] + (float(inches) * INCH_IN_M if inches else 0.0)


def duration_s(value: str) -> float | None:
    """A duration in seconds: ``25`` (minutes), ``01:30``, ``00:12:30``, ``PT20M``."""
    text = value.strip().upper()
    iso = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", text)
    clock = re.fullmatch(r"(\d+):(\d\d)(?::(\d\d))?", text)
    if clock is not None or (iso is not None and text != "PT"):
        parts = (clock or iso).groups()  # type: ignore[union-attr] # one of the two was found
        hours, minutes, seconds = (int(part or 0) for part in parts)
        total = hours * 3600 + minutes * 60 + seconds
    elif text.isascii() and text.isdigit():
        total = int(text) * 60
    else:
        return None
    return float(total) if total > 0 else None


def speed_limit_kmh(value: str) -> float | None:
    """A maxspeed value in km/h, such as ``50``, ``30 mph``, ``walk``, ``DE:rural``, ``DE:zone30``."""
    text = value.strip().lower()
    if text in WALKING_LIMITS:
        return WALKING_KMH
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


def _limited_kmh(tags: Mapping[str, str], direction: str, limit_share: float) -> float | None:
    for key in (f"maxspeed:{direction}", *LIMIT_SOURCES):
        value = tags.get(key, "")
        if value.strip().lower() in WALKING_LIMITS:
            return WALKING_KMH
        limit_kmh = speed_limit_kmh(value)
        if limit_kmh is not None:
            return limit_share * limit_kmh
    return None


def _access(tags: Mapping[str, str], profile: Profile) -> str | None:
    return next((tags[key] for key in profile.access_keys if key in tags), None)


def _directions(tags: Mapping[str, str], profile: Profile) -> tuple[bool, bool]:
    oneway = next((tags[key] for key in profile.oneway_keys if key in tags), None)
    if profile.contraflow_cycleways and any(
        tags.get(key, "").startswith("opposite") for key in ("cycleway", "cycleway:left", "cycleway:right")
    ):
        return True, True
    if oneway in ("yes", "true", "1"):
        return True, False
    if oneway in ("-1", "reverse"):
        return False, True
    if oneway == "reversible":
        return False, False
    circles = profile.roundabouts_are_oneway and tags.get("junction") in ("roundabout", "circular")
    if oneway is None and (circles or tags["highway"] in profile.implied_oneways):
        return True, False
    return True, True


def _track_kmh(tags: Mapping[str, str], profile: Profile) -> float:
    if tags["highway"] != "track" or profile.tracks is None:
        return profile.top_kmh
    return profile.tracks.get(tags.get("tracktype", ""), 0.0)


def _cap_kmh(tags: Mapping[str, str], profile: Profile, access: str | None) -> float:
    caps = [profile.top_kmh, profile.surfaces.get(tags.get("surface", ""), profile.top_kmh)]
    if tags.get("service") in profile.slow_services:
        caps.append(profile.slow_service_kmh)
    if access in DESTINATION:
        caps.append(profile.destination_kmh)
    if access in PUSHED and profile.pushed_kmh is not None:
        caps.append(profile.pushed_kmh)
    return min(caps)


def _turns_round(tags: Mapping[str, str], rule: HighwayRule, profile: Profile) -> bool:
    if profile.turning_width_m is None:
        return True
    width_m = quantity(tags["width"]) if "width" in tags else rule.width_m
    return width_m is not None and width_m >= profile.turning_width_m
