"""Who is on the road: the rules a profile file holds, read and checked."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from importlib import resources
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from routing_core.roads.errors import BadProfile

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")

OWN_PROFILES = ("car", "minibus", "waste_truck", "walk", "wheelchair", "bike")


@dataclass(frozen=True, slots=True)
class HighwayRule:
    """How a class of road is used.

    Parameters
    ----------
    kmh
        Speed where no limit is posted.
    permitted_kmh
        Speed where the tags name this kind of traffic as allowed; ``kmh`` if not given.
    boardable
        Whether passengers may get on and off there.
    needs_permission
        Whether only roads whose tags allow it may be used.
    width_m
        Where none is mapped.
    """

    kmh: float
    permitted_kmh: float | None = None
    boardable: bool = True
    needs_permission: bool = False
    width_m: float | None = None


@dataclass(frozen=True, slots=True)
class FerryRule:
    """Ferries take as long as their ``duration`` says, or are as fast as ``kmh``."""

    kmh: float
    needs_permission: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """What a loaded vehicle weighs and measures; None is never compared with a posted limit."""

    weight_t: float | None = None
    axle_load_t: float | None = None
    height_m: float | None = None
    width_m: float | None = None
    length_m: float | None = None


@dataclass(frozen=True, slots=True)
class SpeedBand:
    """A time of day at which roads are driven at a share of their usual speed.

    Parameters
    ----------
    start, end
        Like ``07:00``; a band may pass midnight.
    shares
        By class of road; those not named are driven as usual.
    """

    start: str
    end: str
    shares: Mapping[str, float]

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            if not _CLOCK.fullmatch(getattr(self, name)):
                raise ValueError(f"{name} is {getattr(self, name)!r}, must be like '07:30'")

    def holds_at(self, second_of_day: int) -> bool:
        """Whether a time in seconds since midnight is from the start until before the end."""
        start_s, end_s = _second_of_day(self.start), _second_of_day(self.end)
        if start_s <= end_s:
            return start_s <= second_of_day < end_s
        return second_of_day >= start_s or second_of_day < end_s

    def share_of(self, highway: str) -> float:
        """Share of the usual speed on a class of road."""
        return self.shares.get(highway, 1.0)


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of traffic.

    Parameters
    ----------
    access_keys
        Access tags from the most to the least specific: the first one present decides.
    restriction_keys, restriction_exceptions
        Tags that hold a turn restriction for it, and values of ``except`` that spare it.
    oneway_keys
        Tags that hold a direction, the first one present decides.
    implied_oneways
        Classes of road that are one-way without saying so.
    contraflow_cycleways
        Whether a ``cycleway=opposite`` opens the other direction.
    top_kmh
        Never faster, limit or not.
    limit_share
        Speed as a share of a posted limit; None where limits do not matter.
    destination_kmh
        Speed on roads that are open for those who live there.
    pushed_kmh
        Speed where one has to dismount; None where that closes the road.
    turning_width_m
        At junctions it turns round only on streets at least that wide, or where nothing else is left;
        None turns round anywhere.
    tracks
        Speed by ``tracktype``, others are closed; None takes any.
    surfaces
        Speed no higher than this by ``surface``.
    closed_surfaces
        Values of ``surface`` that close a road.
    speed_bands
        Times of day at which roads are slower.
    """

    name: str
    access_keys: tuple[str, ...]
    restriction_keys: tuple[str, ...]
    restriction_exceptions: tuple[str, ...]
    oneway_keys: tuple[str, ...]
    implied_oneways: tuple[str, ...]
    roundabouts_are_oneway: bool
    top_kmh: float
    destination_kmh: float
    slow_service_kmh: float
    slow_services: tuple[str, ...]
    closed_services: tuple[str, ...]
    barriers: tuple[str, ...]
    ferry: FerryRule
    highways: Mapping[str, HighwayRule]
    surfaces: Mapping[str, float]
    limit_share: float | None = None
    contraflow_cycleways: bool = False
    pushed_kmh: float | None = None
    turning_width_m: float | None = None
    tracks: Mapping[str, float] | None = None
    closed_surfaces: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    speed_bands: tuple[SpeedBand, ...] = ()


def load_profile(name_or_path: str | Path) -> Profile:
    """Read one of ``OWN_PROFILES`` by its name, or a profile file.

    Raises
    ------
    BadProfile
        Where there is no such profile, or a field is missing, unknown or of the wrong kind.
    """
    values = _values(name_or_path)
    named = {**values, "name": Path(name_or_path).stem}
    profile: Profile = _made(Profile, named, str(name_or_path), "")
    return profile


def _values(name_or_path: str | Path) -> dict[str, Any]:
    try:
        if name_or_path in OWN_PROFILES:
            own = resources.files("routing_core.roads") / "profiles" / f"{name_or_path}.toml"
            values = tomllib.loads(own.read_text(encoding="utf-8"))
        else:
            values = tomllib.loads(Path(name_or_path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadProfile(name_or_path, str(error)) from error
    base = values.pop("extends", None)
    if base is None:
        return values
    if base not in OWN_PROFILES:
        raise BadProfile(name_or_path, f"extends is {base!r}, must be one of {', '.join(OWN_PROFILES)}")
    return {**_values(base), **values}


def _made(kind: Any, values: Mapping[str, Any], source: str, where: str) -> Any:
    """A dataclass from a table, every value checked against the type of its field."""
    hints = get_type_hints(kind)
    unknown = sorted(values.keys() - hints.keys())
    if unknown:
        raise BadProfile(source, f"{where}{unknown[0]} is unknown")
    found = {key: _checked(hints[key], value, source, where + key) for key, value in values.items()}
    missing = [item.name for item in fields(kind) if _is_needed(item) and item.name not in found]
    if missing:
        raise BadProfile(source, f"{where}{missing[0]} is missing")
    try:
        return kind(**found)
    except ValueError as error:
        raise BadProfile(source, where + str(error)) from None


def _is_needed(item: Field[Any]) -> bool:
    return item.default is MISSING and item.default_factory is MISSING


def _second_of_day(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def _checked(hint: Any, value: Any, source: str, where: str) -> Any:
    if isinstance(hint, UnionType):
        hint = get_args(hint)[0]
    if get_origin(hint) is tuple:
        if isinstance(value, list):
            return tuple(_checked(get_args(hint)[0], entry, source, where) for entry in value)
    elif get_origin(hint) is not None:
        if isinstance(value, dict):
            entry_hint = get_args(hint)[1]
            return {
                key: _checked(entry_hint, entry, source, f"{where}.{key}") for key, entry in value.items()
            }
    elif hint is float:
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return float(value)
    elif hint is bool or hint is str:
        if isinstance(value, hint):
            return value
    elif isinstance(value, dict):
        return _made(hint, value, source, f"{where}.")
    wanted = {float: "a number above 0", bool: "true or false", str: "a text"}.get(
        hint, "a table or a list of texts"
    )
    raise BadProfile(source, f"{where} is {value!r}, must be {wanted}")
