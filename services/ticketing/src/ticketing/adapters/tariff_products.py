"""Products, caps and what is owned, from a tariff file that passed its schema."""

from collections.abc import Mapping, Sequence
from typing import Any

from ticketing.adapters.marked_yaml import Marked, Path, Problem
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.products import (
    ADULT,
    HOLIDAY,
    Band,
    Distance,
    Place,
    Product,
    Source,
    Validity,
)

DAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6, "holiday": HOLIDAY}
KIND_FIELDS = {
    "minutes": Validity.WINDOW,
    "days": Validity.DAYS,
    "uses": Validity.CARNET,
    "per_km_cents": Validity.RIDE,
    "steps": Validity.RIDE,
}
NEEDED = ("minutes", "days", "uses")
CAPPED = ("day", "week", "month", "days", "window")
LAST_MIN = 2 * 24 * 60


class ProductReader:
    """Reads the products of one version, and adds what is wrong with them to ``problems``."""

    def __init__(
        self,
        marked: Marked,
        file: Mapping[str, Any],
        version: Mapping[str, Any],
        problems: list[Problem],
    ) -> None:
        self._marked = marked
        self._riders = file["riders"]
        self._sources = file["sources"]
        self._zone_sets = version.get("zone_sets", {})
        self._problems = problems
        self._seen: set[str] = set()

    def read(self, path: Path, told: Sequence[Mapping[str, Any]], part: str) -> tuple[Product, ...]:
        """Those of one part of the version: products, caps or owned."""
        read = [self._product((*path, number), each, part) for number, each in enumerate(told)]
        return tuple(product for product in read if product is not None)

    def _product(self, path: Path, told: Mapping[str, Any], part: str) -> Product | None:
        before = len(self._problems)
        if told["id"] in self._seen:
            self._add((*path, "id"), f"{told['id']!r} is another product's")
        self._seen.add(told["id"])
        kind = self._kind(path, told, part)
        places = self._places(path, told.get("riders", {ADULT: 1}))
        zones = self._zones(path, told)
        bands = self._bands(path, told.get("hours", ()))
        if told["source"] not in self._sources:
            self._add((*path, "source"), f"{told['source']!r} is none of the sources")
        if len(self._problems) > before or kind is None:
            return None
        source = self._sources[told["source"]]
        try:
            return Product(
                id=told["id"],
                validity=kind,
                price_cents=told.get("price_cents", 0),
                places=places,
                minutes=told.get("minutes", 0),
                days=told.get("days", 0),
                uses=told.get("uses", 0),
                max_stops=told.get("max_stops"),
                levels=frozenset(told["levels"]) if "levels" in told else None,
                zones=zones,
                networks=frozenset(told["networks"]) if "networks" in told else None,
                bands=bands,
                distance=_distance(told),
                cap=part == "caps",
                names=tuple(sorted(told["name"].items())),
                source=Source(source["text"], source["year"]),
            )
        except WrongFieldError as error:
            self._add(path, str(error))
            return None

    def _add(self, path: Path, message: str) -> None:
        self._problems.append(self._marked.problem(path, message))

    def _kind(self, path: Path, told: Mapping[str, Any], part: str) -> Validity | None:
        if part == "owned":
            # For how long something is owned, its owner tells.
            for name in ("kind", "price_cents", *KIND_FIELDS):
                if name in told:
                    self._add((*path, name), "is not asked for of what is owned: it was bought elsewhere")
            return Validity.DAY
        for name in ("kind", "price_cents"):
            if name not in told:
                self._add((*path, name), "is missing")
        if "kind" not in told:
            return None
        kind = Validity(told["kind"])
        if part == "caps" and kind not in CAPPED:
            self._add((*path, "kind"), f"{kind} for a cap; it is one of {', '.join(CAPPED)}")
        for name, whose in KIND_FIELDS.items():
            if name in told and kind is not whose:
                self._add((*path, name), f"{told[name]} with kind {kind}; only a {whose} has it")
            if name in NEEDED and name not in told and kind is whose:
                self._add((*path, name), f"is missing with kind {kind}")
        return kind

    def _places(self, path: Path, told: Mapping[str, int]) -> tuple[Place, ...]:
        places = []
        for key, count in told.items():
            named = set(key.split("/"))
            for name in sorted(named - set(self._riders)):
                self._add((*path, "riders", key), f"{name!r} is none of the riders")
            also = {name for name, each in self._riders.items() if named & set(each.get("also", ()))}
            places.append(Place(count, frozenset(named | also)))
        return tuple(places)

    def _zones(self, path: Path, told: Mapping[str, Any]) -> frozenset[str] | None:
        if "zone_set" in told:
            if "zones" in told:
                self._add((*path, "zone_set"), "zones are given as well")
            if told["zone_set"] not in self._zone_sets:
                self._add((*path, "zone_set"), f"{told['zone_set']!r} is none of the zone_sets")
            return frozenset(map(str, self._zone_sets.get(told["zone_set"], ())))
        return frozenset(map(str, told["zones"])) if "zones" in told else None

    def _bands(self, path: Path, told: Sequence[Mapping[str, Any]]) -> tuple[Band, ...]:
        bands = []
        for number, each in enumerate(told):
            begin, end = _minutes(each.get("from", "00:00")), _minutes(each.get("until", "48:00"))
            if begin >= end:
                here = (*path, "hours", number)
                self._add(here, f"from {each.get('from', '00:00')} until {each['until']} is no time at all")
            else:
                bands.append(Band(frozenset(DAYS[name] for name in each["on"]), begin, end))
        return tuple(bands)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return min(int(hours) * 60 + int(minutes), LAST_MIN)


def _distance(told: Mapping[str, Any]) -> Distance | None:
    if "per_km_cents" not in told and "steps" not in told:
        return None
    steps = tuple((step["up_to_m"], step["cents"]) for step in told.get("steps", ()))
    return Distance(told.get("per_km_cents", 0), steps)
