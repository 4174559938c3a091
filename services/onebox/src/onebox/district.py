"""A district as its folder describes it: zones, virtual stops, vehicles, shifts, and a day of requests.

Times are seconds since midnight, local clock, of the service date; they run past 24 hours where a service
day does, and below zero for calls made on the day before. Coordinates are degrees; in GeoJSON files they
stand as the standard has it, longitude first.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pooling.adapters.outline import (
    DAY_S,
    Position,
    VirtualStop,
    Zone,
    check_known,
    check_unique,
    read_outline,
)
from routing_core.fleet.model import Layout
from service_kit.json_fields import Field, FieldError, read_file

DistrictError = FieldError

VEHICLE_KINDS = frozenset({"buergerbus", "anrufbus", "doerpsmobil", "taxi"})
MOST_PLACES = 100
LONGEST_WALK_M = 5000
LONGEST_BREAK_MINUTES = 240
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Place:
    """A position and what people call it."""

    position: Position
    label: str


@dataclass(frozen=True, slots=True)
class Window:
    earliest_s: int
    latest_s: int


@dataclass(frozen=True, slots=True)
class Vehicle:
    """``kind`` is one of ``VEHICLE_KINDS``; each layout is one way to set up its places."""

    id: str
    zone_id: str
    kind: str
    name: str
    layouts: tuple[Layout, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """Begins within the window."""

    id: str
    start_window: Window
    duration_s: int


@dataclass(frozen=True, slots=True)
class Shift:
    """Driven on each day whose number is among ``weekdays``; 0 is Monday."""

    id: str
    vehicle_id: str
    start_s: int
    end_s: int
    start: Place
    end: Place
    breaks: tuple[Break, ...]
    weekdays: frozenset[int] = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class RideRequest:
    """A ride someone will ask for at ``call_s``; exactly one of the windows is set."""

    id: str
    kind: str
    call_s: int
    pickup: Place
    dropoff: Place
    pickup_window: Window | None
    dropoff_window: Window | None
    seated_count: int
    wheelchair_count: int
    max_walk_m: int


@dataclass(frozen=True, slots=True)
class District:
    """All of a district.

    Parameters
    ----------
    id
        The tenant whose tokens are taken and whose data is kept.
    service_date
        The day the requests and the timetable belong to.
    service_day_start_s
        Where a service day begins; what is earlier belongs to the day before.
    graph_path
        Folder of the road graph.
    folder
        Where all of it was read.
    """

    id: str
    name: str
    timezone: str
    service_date: date
    service_day_start_s: int
    zones: tuple[Zone, ...]
    virtual_stops: tuple[VirtualStop, ...]
    vehicles: tuple[Vehicle, ...]
    shifts: tuple[Shift, ...]
    requests: tuple[RideRequest, ...]
    graph_path: Path
    folder: Path


def load_district(folder: Path) -> District:
    """Read a district's folder.

    Raises
    ------
    DistrictError
        Naming the file and the field that is missing or wrong.
    """
    outline = read_outline(folder)
    about = read_file(folder / "district.json")
    fleet = read_file(folder / "fleet.json")
    requests = read_file(folder / "requests.json")
    district = District(
        id=outline.id,
        name=outline.name,
        timezone=outline.timezone,
        service_date=_date(about["service_date"]),
        service_day_start_s=about["service_day_start"].clock_s(),
        zones=outline.zones,
        virtual_stops=outline.virtual_stops,
        vehicles=fleet["vehicles"].each(_vehicle),
        shifts=fleet["shifts"].each(_shift),
        requests=requests["requests"].each(_request),
        graph_path=folder / "roads",
        folder=folder,
    )
    check_unique(fleet["vehicles"], (vehicle.id for vehicle in district.vehicles))
    check_unique(fleet["shifts"], (shift.id for shift in district.shifts))
    check_unique(requests["requests"], (request.id for request in district.requests))
    zone_ids = {zone.id for zone in district.zones}
    for field, vehicle in zip(fleet["vehicles"].items(), district.vehicles, strict=True):
        check_known(field["zone_id"], vehicle.zone_id, zone_ids)
    vehicle_ids = {vehicle.id for vehicle in district.vehicles}
    for field, shift in zip(fleet["shifts"].items(), district.shifts, strict=True):
        check_known(field["vehicle_id"], shift.vehicle_id, vehicle_ids)
    return district


def _date(field: Field) -> date:
    text = field.text()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise field.error(f"is {text!r}, must be a date YYYY-MM-DD") from None


def _place(field: Field) -> Place:
    position = Position(field["latitude_deg"].degrees(90.0), field["longitude_deg"].degrees(180.0))
    return Place(position, field["label"].text())


def _vehicle(field: Field) -> Vehicle:
    return Vehicle(
        id=field["id"].text(),
        zone_id=field["zone_id"].text(),
        kind=field["kind"].choice(VEHICLE_KINDS),
        name=field["name"].text(),
        layouts=field["layouts"].each(_layout, at_least=1),
    )


def _layout(field: Field) -> Layout:
    return Layout(
        seat_count=field["seat_count"].integer(0, MOST_PLACES),
        wheelchair_place_count=field["wheelchair_place_count"].integer(0, MOST_PLACES),
    )


def _shift(field: Field) -> Shift:
    start_s, end_s = field["start"].clock_s(), field["end"].clock_s()
    if end_s <= start_s:
        raise field["end"].error(f"is {field['end'].value!r}, must be after start {field['start'].value!r}")
    return Shift(
        id=field["id"].text(),
        vehicle_id=field["vehicle_id"].text(),
        start_s=start_s,
        end_s=end_s,
        start=_place(field["start_place"]),
        end=_place(field["end_place"]),
        breaks=field["breaks"].each(_break),
        weekdays=_weekdays(field.get("weekdays")),
    )


def _weekdays(field: Field | None) -> frozenset[int]:
    """The days that are named; all where nothing is said."""
    if field is None:
        return frozenset(range(len(WEEKDAYS)))
    named = field.each(lambda day: day.choice(frozenset(WEEKDAYS)), at_least=1)
    return frozenset(WEEKDAYS.index(day) for day in named)


def _break(field: Field) -> Break:
    minutes = field["minutes"].integer(1, LONGEST_BREAK_MINUTES)
    return Break(field["id"].text(), _window(field), minutes * 60)


def _window(field: Field) -> Window:
    window = Window(field["earliest"].clock_s(), field["latest"].clock_s())
    if window.latest_s < window.earliest_s:
        earliest, latest = field["earliest"].value, field["latest"].value
        raise field["latest"].error(f"is {latest!r}, must not be before earliest {earliest!r}")
    return window


def _request(field: Field) -> RideRequest:
    call = field["call"]
    pickup_window = field["pickup_window"].optional(_window)
    dropoff_window = field["dropoff_window"].optional(_window)
    if (pickup_window is None) == (dropoff_window is None):
        raise field.error("must have either a pickup_window or a dropoff_window")
    seated_count = field["seated_count"].integer(0, MOST_PLACES)
    wheelchair_count = field["wheelchair_count"].integer(0, MOST_PLACES)
    if seated_count + wheelchair_count == 0:
        raise field["seated_count"].error("is 0, and so is wheelchair_count: nobody travels")
    return RideRequest(
        id=field["id"].text(),
        kind=field["kind"].text(),
        call_s=call["day"].integer(-28, 1) * DAY_S + call["time"].clock_s(),
        pickup=_place(field["pickup"]),
        dropoff=_place(field["dropoff"]),
        pickup_window=pickup_window,
        dropoff_window=dropoff_window,
        seated_count=seated_count,
        wheelchair_count=wheelchair_count,
        max_walk_m=field["max_walk_m"].integer(0, LONGEST_WALK_M),
    )
