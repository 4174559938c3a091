"""A fleet of shared vehicles, as plain values; the same for our own and for those of others."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class System:
    """Who lends the vehicles.

    ``language`` is a code of BCP 47, ``timezone`` a name of the time zone database, ``opening_hours`` as
    OpenStreetMap writes them; texts that are not known are empty.
    """

    system_id: str
    name: str
    language: str
    timezone: str
    feed_contact_email: str
    opening_hours: str = "24/7"
    operator: str = ""
    url: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class VehicleKind:
    """A kind of vehicle.

    Parameters
    ----------
    form_factor, propulsion
        The standard's words, as in ``"car"`` and ``"electric"``.
    seat_count
        Places with the driver's; ``None`` where it is not known.
    most_range_m
        How far it goes when full, metres; ``None`` for one moved by its rider.
    return_to
        The standard's word for where it has to be brought back, as in ``"roundtrip_station"``; empty where it
        is not known.
    plan_id
        The price that holds if the vehicle has none of its own; empty where there is none.
    """

    kind_id: str
    name: str
    form_factor: str
    propulsion: str
    seat_count: int | None = None
    most_range_m: float | None = None
    return_to: str = ""
    plan_id: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A price by kilometre or minute: ``rate`` for each ``interval`` begun from ``start`` to ``end``."""

    start: int
    rate: Decimal
    interval: int
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A price: ``price`` for the ride, and what is added by kilometre and minute."""

    plan_id: str
    name: str
    description: str
    currency: str
    price: Decimal
    taxable: bool = False
    per_km: tuple[Rate, ...] = ()
    per_minute: tuple[Rate, ...] = ()


@dataclass(frozen=True, slots=True)
class Station:
    """A place where vehicles stand.

    ``available_count`` is what the source tells; for our own it is counted from the vehicles.
    """

    station_id: str
    name: str
    lat: float
    lon: float
    address: str = ""
    capacity: int | None = None
    charging: bool | None = None
    renting: bool = True
    returning: bool = True
    available_count: int = 0
    booking_url: str = ""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle that nobody uses now; at a station, or at a place, degrees.

    Parameters
    ----------
    vehicle_id
        Not the number plate, and new after each ride: nobody is followed by it.
    available_until
        When somebody has booked it next, aware; ``None`` where nobody has, or nobody says.
    """

    vehicle_id: str
    kind_id: str
    station_id: str
    lat: float | None = None
    lon: float | None = None
    home_station_id: str = ""
    reserved: bool = False
    disabled: bool = False
    range_m: float | None = None
    charge_percent: float | None = None
    plan_id: str = ""
    available_until: datetime | None = None
    booking_url: str = ""


@dataclass(frozen=True, slots=True)
class SharedFleet:
    """All of a system at one instant, aware."""

    system: System
    kinds: tuple[VehicleKind, ...]
    plans: tuple[Plan, ...]
    stations: tuple[Station, ...]
    vehicles: tuple[Vehicle, ...]
    told_at: datetime
