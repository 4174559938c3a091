"""The shared cars of a district, as ``cars.json`` in its folder holds them."""

import re
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from service_kit.faults import IDENTIFIER
from service_kit.json_fields import Field, read_file

from journeys.domain.cars import LONGEST, Car, VolunteerHours
from journeys.domain.places import Point

FILE = "cars.json"
CURRENCY = re.compile(r"[A-Z]{3}")
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Lender:
    """Who lends the cars; what is not known is empty."""

    name: str
    operator: str
    url: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class CarFile:
    """Cars, and who lends them."""

    lender: Lender
    cars: tuple[Car, ...]


def read_cars(folder: Path) -> CarFile | None:
    """Read them; None in a district without shared cars.

    Raises
    ------
    FieldError
        Naming the file and the field that is missing or wrong.
    """
    if not (folder / FILE).exists():
        return None
    file = read_file(folder / FILE)
    file.names(frozenset({"lender", "cars"}))
    cars = file["cars"].each(_car)
    for field, car in zip(file["cars"].items(), cars, strict=True):
        if sum(other.id == car.id for other in cars) > 1:
            raise field["id"].error(f"is {car.id!r}, which stands there twice")
    lender = file["lender"]
    lender.names(frozenset({"name", "operator", "url", "phone", "email"}))
    return CarFile(
        Lender(
            lender["name"].text(),
            _text(lender, "operator"),
            _text(lender, "url"),
            _text(lender, "phone"),
            lender["email"].text(),
        ),
        cars,
    )


def _car(field: Field) -> Car:
    field.names(
        frozenset(
            {"id", "name", "place", "seat_count", "range_km", "charging_km_per_hour", "price"}
            | {"volunteer_hours"}
        )
    )
    car_id = field["id"].text()
    if not IDENTIFIER.fullmatch(car_id):
        raise field["id"].error(f"is {car_id!r}, must be 1 to 64 of [A-Za-z0-9._:-]")
    price, hours = field["price"], field.get("volunteer_hours")
    price.names(frozenset({"hour_cents", "kilometre_cents", "currency"}))
    currency = price["currency"].text()
    if not CURRENCY.fullmatch(currency):
        raise price["currency"].error(f"is {currency!r}, must be three capital letters")
    range_km = field["range_km"].integer(10, 2000)
    slowest = ceil(range_km / (LONGEST.total_seconds() / 3600))
    return Car(
        car_id,
        field["name"].text(),
        _place(field["place"]),
        field["seat_count"].integer(1, 9),
        1000 * range_km,
        1000 * field["charging_km_per_hour"].integer(slowest, 2000),
        price["hour_cents"].integer(0, 100_000),
        price["kilometre_cents"].integer(0, 10_000),
        currency,
        () if hours is None else hours.each(_hours),
    )


def _hours(field: Field) -> VolunteerHours:
    field.names(frozenset({"weekdays", "start", "end"}))
    days = field["weekdays"].text()
    if len(days) != 7 or set(days) > {"0", "1"} or "1" not in days:
        raise field["weekdays"].error(f"is {days!r}, must be seven of 0 and 1 from Monday on, with a 1")
    start_s, end_s = field["start"].clock_s(), field["end"].clock_s()
    if start_s >= DAY_S:
        raise field["start"].error(f"is {field['start'].value!r}, must be before 24:00")
    if not start_s < end_s <= start_s + DAY_S:
        raise field["end"].error(f"is {field['end'].value!r}, must be within a day after the start")
    return VolunteerHours(tuple(day == "1" for day in days), start_s, end_s)


def _place(field: Field) -> Point:
    field.names(frozenset({"latitude_deg", "longitude_deg", "label"}))
    return Point(
        field["latitude_deg"].degrees(90.0), field["longitude_deg"].degrees(180.0), field["label"].text()
    )


def _text(field: Field, key: str) -> str:
    found = field.get(key)
    return "" if found is None else found.text()
