"""Fleets of others from their GBFS documents, of versions 2.2, 2.3 and 3.0."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from timetable.findings import Findings
from timetable.gbfs.model import Plan, Rate, SharedFleet, Station, System, Vehicle, VehicleKind

VERSIONS = ("2.2", "2.3", "3.0")
MOST_BYTES = 64 * 1024**2
MOST_ENTRIES = 200_000
USED = (
    "system_information", "vehicle_types", "station_information", "station_status", "vehicle_status",
    "free_bike_status", "system_pricing_plans",
)  # fmt: skip
"""Documents that are read; the others are not asked for."""
Json = Mapping[str, Any]


class GbfsReadError(ValueError):
    """Documents that cannot be used at all."""


def feeds_of(discovery: bytes, language: str) -> dict[str, str]:
    """Return the addresses of the documents that are read, by name, from ``gbfs.json``.

    Parameters
    ----------
    discovery
        The document as it came.
    language
        Of versions before 3, the language whose documents are wanted; another if there is none.

    Raises
    ------
    GbfsReadError
        If it is no such document, or of a version that is not read.
    """
    document = _document("gbfs", discovery)
    data = document["data"]
    if "feeds" not in data:
        spoken = [name for name in data if isinstance(data[name], dict)]
        chosen = next((name for name in spoken if name.startswith(language)), next(iter(spoken), ""))
        data = data.get(chosen, {})
    feeds = data.get("feeds")
    if not isinstance(feeds, list):
        raise GbfsReadError("gbfs: data.feeds: no list")
    return {
        str(feed["name"]): str(feed["url"])
        for feed in feeds
        if isinstance(feed, dict) and feed.get("name") in USED and "url" in feed
    }


def read_gbfs(documents: Mapping[str, bytes]) -> tuple[SharedFleet, Findings]:
    """Read a fleet.

    Parameters
    ----------
    documents
        The documents as they came, by name as in :data:`USED`; ``system_information`` has to be there.

    Returns
    -------
    tuple
        The fleet, and what was wrong: entries with an error are left out. Rows of findings are the places of
        entries in their document, from 1.

    Raises
    ------
    GbfsReadError
        If a document is too long, no JSON, or of a version that is not read.
    """
    if "system_information" not in documents:
        raise GbfsReadError("system_information: not there")
    return _Reader({name: _document(name, content) for name, content in documents.items()}).read()


def _document(name: str, content: bytes) -> Json:
    if len(content) > MOST_BYTES:
        raise GbfsReadError(f"{name}: {len(content)} bytes long, at most {MOST_BYTES} are read")
    try:
        document = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise GbfsReadError(f"{name}: no JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("data"), dict):
        raise GbfsReadError(f"{name}: data: no object")
    if str(document.get("version")) not in VERSIONS:
        raise GbfsReadError(f"{name}: version: {document.get('version')!r} is none of {', '.join(VERSIONS)}")
    return document


class _Reader:
    def __init__(self, documents: Mapping[str, Json]) -> None:
        self._documents = documents
        self.findings = Findings()
        self._language = ""

    def read(self) -> tuple[SharedFleet, Findings]:
        system = self._system()
        status = {
            str(entry.get("station_id")): entry for _, entry in self._entries("station_status", "stations")
        }
        stations = tuple(
            found
            for row, entry in self._entries("station_information", "stations")
            if (found := self._station(row, entry, status)) is not None
        )
        kinds = tuple(self._kind(entry) for _, entry in self._entries("vehicle_types", "vehicle_types"))
        plans = tuple(
            plan
            for row, entry in self._entries("system_pricing_plans", "plans")
            if (plan := self._plan(row, entry)) is not None
        )
        names = {station.station_id for station in stations}
        vehicles = []
        for document, key in (("vehicle_status", "vehicles"), ("free_bike_status", "bikes")):
            for row, entry in self._entries(document, key):
                if (vehicle := self._vehicle(document, row, entry, names)) is not None:
                    vehicles.append(vehicle)
        fleet = SharedFleet(system, kinds, plans, stations, tuple(vehicles), self._told_at())
        return fleet, self.findings

    def _entries(self, document: str, key: str) -> Iterator[tuple[int, Json]]:
        entries = self._documents.get(document, {}).get("data", {}).get(key, [])
        if not isinstance(entries, list):
            self.findings.error(document, None, key, "no list")
            return
        if len(entries) > MOST_ENTRIES:
            raise GbfsReadError(f"{document}: {key}: {len(entries)} entries, at most {MOST_ENTRIES} are read")
        for row, entry in enumerate(entries, start=1):
            if isinstance(entry, dict):
                yield row, entry
            else:
                self.findings.error(document, row, None, "no object")

    def _told_at(self) -> datetime:
        told = [_instant(document.get("last_updated")) for document in self._documents.values()]
        return max((at for at in told if at is not None), default=datetime.fromtimestamp(0, UTC))

    def _text(self, value: object) -> str:
        """A text: of version 3 in the system's language, or the first."""
        if isinstance(value, list):
            texts = [part for part in value if isinstance(part, dict)]
            chosen = next((part for part in texts if part.get("language") == self._language), None)
            value = (chosen or next(iter(texts), {})).get("text")
        return "" if value is None else str(value)

    def _system(self) -> System:
        data = self._documents["system_information"]["data"]
        languages = data.get("languages")
        self._language = str(
            data.get("language") or (languages[0] if isinstance(languages, list) and languages else "")
        )
        for field in ("system_id", "timezone"):
            if not data.get(field):
                self.findings.error("system_information", None, field, "not there")
        return System(
            str(data.get("system_id", "")),
            self._text(data.get("name")),
            self._language,
            str(data.get("timezone", "")),
            str(data.get("feed_contact_email", "")),
            str(data.get("opening_hours", "")),
            self._text(data.get("operator")),
            str(data.get("url", "")),
            str(data.get("phone_number", "")),
            str(data.get("email", "")),
        )

    def _kind(self, entry: Json) -> VehicleKind:
        return VehicleKind(
            str(entry.get("vehicle_type_id", "")),
            self._text(entry.get("name")),
            str(entry.get("form_factor", "")),
            str(entry.get("propulsion_type", "")),
            _count(entry.get("rider_capacity")),
            _number(entry.get("max_range_meters")),
            str(entry.get("return_constraint", entry.get("return_type", ""))),
            str(entry.get("default_pricing_plan_id", "")),
        )

    def _station(self, row: int, entry: Json, status: Mapping[str, Json]) -> Station | None:
        name, place = str(entry.get("station_id", "")), _place(entry)
        if not name or place is None:
            field = "lat" if name else "station_id"
            self.findings.error(
                "station_information", row, field, f"{entry.get(field)!r} of station {name!r}"
            )
            return None
        now = status.get(name, {})
        if name not in status:
            self.findings.warning("station_information", row, "station_id", f"{name!r} has no status")
        open_now = bool(now.get("is_installed", True))
        return Station(
            name,
            self._text(entry.get("name")),
            *place,
            str(entry.get("address", "")),
            _count(entry.get("capacity")),
            entry.get("is_charging_station") if isinstance(entry.get("is_charging_station"), bool) else None,
            open_now and bool(now.get("is_renting", True)),
            open_now and bool(now.get("is_returning", True)),
            _count(now.get("num_vehicles_available", now.get("num_bikes_available"))) or 0,
            _web(entry),
        )

    def _vehicle(self, document: str, row: int, entry: Json, stations: set[str]) -> Vehicle | None:
        name = str(entry.get("vehicle_id") or entry.get("bike_id") or "")
        station, place = str(entry.get("station_id") or ""), _place(entry)
        if not name or (station not in stations and place is None):
            field = "station_id" if name else "vehicle_id"
            self.findings.error(document, row, field, f"{entry.get(field)!r} of vehicle {name!r}")
            return None
        percent = _number(entry.get("current_fuel_percent"))
        lat, lon = place if place is not None else (None, None)
        return Vehicle(
            name,
            str(entry.get("vehicle_type_id", "")),
            station if station in stations else "",
            lat,
            lon,
            str(entry.get("home_station_id", "")),
            bool(entry.get("is_reserved", False)),
            bool(entry.get("is_disabled", False)),
            _number(entry.get("current_range_meters")),
            None if percent is None else 100 * percent,
            str(entry.get("pricing_plan_id", "")),
            _instant(entry.get("available_until")),
            _web(entry),
        )

    def _plan(self, row: int, entry: Json) -> Plan | None:
        try:
            return Plan(
                str(entry["plan_id"]),
                self._text(entry.get("name")),
                self._text(entry.get("description")),
                str(entry["currency"]),
                _amount(entry["price"]),
                bool(entry.get("is_taxable", False)),
                tuple(map(_rate, entry.get("per_km_pricing", []))),
                tuple(map(_rate, entry.get("per_min_pricing", []))),
            )
        except (KeyError, TypeError, ValueError, InvalidOperation) as error:
            self.findings.error("system_pricing_plans", row, None, f"plan {entry.get('plan_id')!r}: {error}")
            return None


def _rate(entry: Json) -> Rate:
    end = entry.get("end")
    return Rate(
        int(entry["start"]), _amount(entry["rate"]), int(entry["interval"]), None if end is None else int(end)
    )


def _amount(value: object) -> Decimal:
    amount = Decimal(str(value))
    if not amount.is_finite():
        raise ValueError(f"no amount: {value!r}")
    return amount


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = float(value)
    return number if number >= 0 else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _place(entry: Json) -> tuple[float, float] | None:
    lat, lon = entry.get("lat"), entry.get("lon")
    if not isinstance(lat, int | Decimal) or not isinstance(lon, int | Decimal):
        return None
    on_earth = -90 <= lat <= 90 and -180 <= lon <= 180 and (lat, lon) != (0, 0)
    return (float(lat), float(lon)) if on_earth else None


def _instant(value: object) -> datetime | None:
    """An instant: seconds of Unix time before version 3, text since."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        at = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo is not None else None


def _web(entry: Json) -> str:
    addresses = entry.get("rental_uris")
    return str(addresses.get("web", "")) if isinstance(addresses, dict) else ""
