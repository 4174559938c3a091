"""The shared cars of the demo district. Invented, like its vehicles, on real ground."""

from collections.abc import Mapping
from typing import Any, NamedTuple

LENDER = {
    "name": "Dörpsmobile im Neubrandenburger Umland",
    "operator": "Dörpsmobil-Verein (Vorführung)",
    "url": "https://doerpsmobil.example.org/",
    "phone": "+49 395 0000000",
    "email": "open-data@doerpsmobil.example.org",
}


class Car(NamedTuple):
    """A village's electric car; it stands at ``base``.

    ``hours`` are weekdays from Monday on, and when volunteers drive it on them: its shifts, where it is among
    the vehicles on demand, and the time between them in which it is charged.
    """

    id: str
    name: str
    base: str
    seat_count: int
    range_km: int
    charging_km_per_hour: int
    hours: tuple[tuple[str, str, str], ...] = ()


# A wall box of 11 kW brings about 60 km an hour.
CARS = (
    Car("doerpsmobil-trollenhagen", "Dörpsmobil Trollenhagen", "trollenhagen", 5, 300, 60),
    Car(
        *("doerpsmobil-woggersin", "Dörpsmobil Woggersin", "woggersin", 5, 240, 60),
        (("1111111", "07:00", "18:00"),),
    ),
)
HOUR_CENTS, KILOMETRE_CENTS = 300, 15


def cars(base_places: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """As ``cars.json`` holds them.

    Parameters
    ----------
    base_places
        By key of ``supply.BASES``: latitude, longitude and label.
    """
    return {"lender": LENDER, "cars": [_car(car, base_places[car.base]) for car in CARS]}


def _car(car: Car, place: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": car.id,
        "name": car.name,
        "place": dict(place),
        "seat_count": car.seat_count,
        "range_km": car.range_km,
        "charging_km_per_hour": car.charging_km_per_hour,
        "price": {"hour_cents": HOUR_CENTS, "kilometre_cents": KILOMETRE_CENTS, "currency": "EUR"},
        "volunteer_hours": [
            {"weekdays": weekdays, "start": start, "end": end} for weekdays, start, end in car.hours
        ],
    }
