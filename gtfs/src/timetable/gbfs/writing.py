"""A fleet as the documents of GBFS 3.0."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from timetable.gbfs.model import Plan, Rate, SharedFleet, Station, Vehicle, VehicleKind

VERSION = "3.0"
Json = dict[str, Any]
MOVED_BY_RIDER = "human"


class GbfsError(ValueError):
    """A fleet that makes no valid documents; the message names the field and its value."""


def gbfs_documents(fleet: SharedFleet, base_url: str, ttl_s: int) -> dict[str, Json]:
    """Make the documents by file name without ending; ``gbfs`` tells where the others are.

    Parameters
    ----------
    fleet
        What is published.
    base_url
        Address of the folder in which the documents are served, without a slash at its end.
    ttl_s
        After how many seconds it is worth asking again.

    Raises
    ------
    GbfsError
        If something refers to what is not there, or a motor vehicle's range is not told.
    """
    _check(fleet)
    told_at = _instant(fleet.told_at)
    data: dict[str, Json] = {
        "system_information": _system(fleet),
        "vehicle_types": {"vehicle_types": [_kind(kind, fleet) for kind in fleet.kinds]},
        "station_information": {"stations": [_station(station, fleet) for station in fleet.stations]},
        "station_status": {"stations": [_status(station, fleet) for station in fleet.stations]},
        "vehicle_status": {"vehicles": [_vehicle(vehicle, told_at) for vehicle in fleet.vehicles]},
        "system_pricing_plans": {"plans": [_plan(plan, fleet) for plan in fleet.plans]},
        "gbfs_versions": {"versions": [{"version": VERSION, "url": f"{base_url}/gbfs.json"}]},
    }
    feeds = [{"name": name, "url": f"{base_url}/{name}.json"} for name in data]
    data["gbfs"] = {"feeds": feeds}
    return {
        name: {"last_updated": told_at, "ttl": ttl_s, "version": VERSION, "data": content}
        for name, content in data.items()
    }


def _check(fleet: SharedFleet) -> None:
    kinds = {kind.kind_id: kind for kind in fleet.kinds}
    plans, stations = (
        {plan.plan_id for plan in fleet.plans},
        {station.station_id for station in fleet.stations},
    )
    for kind in fleet.kinds:
        name = f"kind {kind.kind_id!r}"
        if kind.propulsion != MOVED_BY_RIDER and kind.most_range_m is None:
            raise GbfsError(f"{name}: most_range_m: None with propulsion {kind.propulsion!r}")
        _known(name, "plan_id", kind.plan_id, plans)
    for vehicle in fleet.vehicles:
        name = f"vehicle {vehicle.vehicle_id!r}"
        if vehicle.kind_id not in kinds:
            raise GbfsError(f"{name}: kind_id: {vehicle.kind_id!r} is not there")
        _known(name, "plan_id", vehicle.plan_id, plans)
        _known(name, "station_id", vehicle.station_id, stations)
        _known(name, "home_station_id", vehicle.home_station_id, stations)
        if not vehicle.station_id and (vehicle.lat is None or vehicle.lon is None):
            raise GbfsError(f"{name}: station_id: neither a station nor a place")
        if kinds[vehicle.kind_id].propulsion != MOVED_BY_RIDER and vehicle.range_m is None:
            raise GbfsError(f"{name}: range_m: None")
    for what, ids in (
        ("kind_id", [kind.kind_id for kind in fleet.kinds]),
        ("station_id", [station.station_id for station in fleet.stations]),
        ("vehicle_id", [vehicle.vehicle_id for vehicle in fleet.vehicles]),
        ("plan_id", [plan.plan_id for plan in fleet.plans]),
    ):
        for name, count in Counter(ids).items():
            if count > 1 or not name:
                raise GbfsError(f"{what}: {name!r} {count} times")


def _known(name: str, field: str, value: str, known: set[str]) -> None:
    if value and value not in known:
        raise GbfsError(f"{name}: {field}: {value!r} is not there")


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _text(text: str, fleet: SharedFleet) -> list[Json]:
    return [{"text": text, "language": fleet.system.language}]


def _filled(document: Mapping[str, Any]) -> Json:
    """Only what is known."""
    return {key: value for key, value in document.items() if value is not None and value not in ("", [])}


def _system(fleet: SharedFleet) -> Json:
    system = fleet.system
    return _filled(
        {
            "system_id": system.system_id,
            "languages": [system.language],
            "name": _text(system.name, fleet),
            "opening_hours": system.opening_hours,
            "operator": _text(system.operator, fleet) if system.operator else [],
            "url": system.url,
            "phone_number": system.phone,
            "email": system.email,
            "feed_contact_email": system.feed_contact_email,
            "timezone": system.timezone,
        }
    )


def _kind(kind: VehicleKind, fleet: SharedFleet) -> Json:
    return _filled(
        {
            "vehicle_type_id": kind.kind_id,
            "form_factor": kind.form_factor,
            "propulsion_type": kind.propulsion,
            "rider_capacity": kind.seat_count,
            "max_range_meters": kind.most_range_m,
            "name": _text(kind.name, fleet) if kind.name else [],
            "return_constraint": kind.return_to,
            "default_pricing_plan_id": kind.plan_id,
        }
    )


def _station(station: Station, fleet: SharedFleet) -> Json:
    return _filled(
        {
            "station_id": station.station_id,
            "name": _text(station.name, fleet),
            "lat": station.lat,
            "lon": station.lon,
            "address": station.address,
            "capacity": station.capacity,
            "is_charging_station": station.charging,
            "rental_uris": {"web": station.booking_url} if station.booking_url else None,
        }
    )


def _status(station: Station, fleet: SharedFleet) -> Json:
    here = [vehicle for vehicle in fleet.vehicles if vehicle.station_id == station.station_id]
    free = Counter(vehicle.kind_id for vehicle in here if not vehicle.reserved and not vehicle.disabled)
    document = {
        "station_id": station.station_id,
        "num_vehicles_available": free.total(),
        "vehicle_types_available": [
            {"vehicle_type_id": kind.kind_id, "count": free[kind.kind_id]} for kind in fleet.kinds
        ],
        "num_vehicles_disabled": sum(vehicle.disabled for vehicle in here),
        "is_installed": True,
        "is_renting": station.renting,
        "is_returning": station.returning,
        "last_reported": _instant(fleet.told_at),
    }
    if station.capacity is not None:
        document["num_docks_available"] = max(0, station.capacity - len(here))
    return document


def _vehicle(vehicle: Vehicle, told_at: str) -> Json:
    at_station = bool(vehicle.station_id)
    percent = vehicle.charge_percent
    return _filled(
        {
            "vehicle_id": vehicle.vehicle_id,
            "vehicle_type_id": vehicle.kind_id,
            "station_id": vehicle.station_id,
            "lat": None if at_station else vehicle.lat,
            "lon": None if at_station else vehicle.lon,
            "home_station_id": vehicle.home_station_id,
            "is_reserved": vehicle.reserved,
            "is_disabled": vehicle.disabled,
            "current_range_meters": vehicle.range_m,
            "current_fuel_percent": None if percent is None else round(percent / 100, 2),
            "pricing_plan_id": vehicle.plan_id,
            "available_until": None if vehicle.available_until is None else _instant(vehicle.available_until),
            "last_reported": told_at,
            "rental_uris": {"web": vehicle.booking_url} if vehicle.booking_url else None,
        }
    )


def _plan(plan: Plan, fleet: SharedFleet) -> Json:
    return _filled(
        {
            "plan_id": plan.plan_id,
            "name": _text(plan.name, fleet),
            "description": _text(plan.description, fleet),
            "currency": plan.currency,
            "price": float(plan.price),
            "is_taxable": plan.taxable,
            "per_km_pricing": [_rate(rate) for rate in plan.per_km],
            "per_min_pricing": [_rate(rate) for rate in plan.per_minute],
        }
    )


def _rate(rate: Rate) -> Json:
    return _filled(
        {"start": rate.start, "rate": float(rate.rate), "interval": rate.interval, "end": rate.end}
    )
