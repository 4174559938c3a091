"""The shared cars as GBFS: where they stand, until when they are free, and what they cost."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from service_kit.clock import Clock
from timetable.gbfs.model import Plan, Rate, SharedFleet, Station, System, Vehicle, VehicleKind
from timetable.gbfs.writing import VERSION, gbfs_documents

from journeys.application.car_desk import CarDesk, Standing
from journeys.application.open_documents import OpenDocument
from journeys.domain.cars import Car

GOOD_FOR = timedelta(seconds=10)
LOOKED_AHEAD = timedelta(days=7)
FOLDER = "gbfs"
NAMES = (
    *("gbfs", "gbfs_versions", "system_information", "vehicle_types", "station_information"),
    *("station_status", "vehicle_status", "system_pricing_plans"),
)
QUARTER_MIN = 15


class OpenCars:
    """A source of documents.

    Parameters
    ----------
    base_url
        Address of the folder of open data, without a slash at its end.
    """

    def __init__(self, desk: CarDesk, system: System, clock: Clock, base_url: str) -> None:
        self._desk = desk
        self._system = system
        self._clock = clock
        self._base_url = base_url
        self.documents = [
            OpenDocument(f"{FOLDER}/{name}.json", "application/json", f"GBFS {VERSION}", GOOD_FOR)
            for name in (NAMES if desk.cars else ())
        ]

    def made(self) -> Mapping[str, bytes]:
        """See :class:`.Source`: nothing where the district has no cars."""
        if not self._desk.cars:
            return {}
        cars, standing = list(self._desk.cars.values()), self._desk.standing_free(LOOKED_AHEAD)
        fleet = SharedFleet(
            self._system,
            tuple(_kind(car) for car in cars),
            tuple(_plan(car) for car in cars),
            tuple(self._station(car) for car in cars),
            tuple(_vehicle(car, standing[car.id]) for car in cars if car.id in standing),
            self._clock.now(),
        )
        made = gbfs_documents(fleet, f"{self._base_url}/{FOLDER}", round(GOOD_FOR.total_seconds()))
        return {
            f"{FOLDER}/{name}.json": json.dumps(document, ensure_ascii=False).encode()
            for name, document in made.items()
        }

    def _station(self, car: Car) -> Station:
        place = car.place
        return Station(
            _station_id(car),
            place.label,
            place.latitude_deg,
            place.longitude_deg,
            capacity=1,
            charging=True,
            booking_url=self._system.url,
        )


def _station_id(car: Car) -> str:
    return f"place-{car.id}"


def _kind(car: Car) -> VehicleKind:
    return VehicleKind(
        f"kind-{car.id}",
        car.name,
        "car",
        "electric",
        car.seat_count,
        car.range_m,
        "roundtrip_station",
        f"price-{car.id}",
    )


def _plan(car: Car) -> Plan:
    hour, kilometre = (Decimal(cents) / 100 for cents in (car.hour_price_cents, car.kilometre_price_cents))
    return Plan(
        f"price-{car.id}",
        car.name,
        f"{hour:.2f} {car.currency} je Stunde, {kilometre:.2f} {car.currency} je Kilometer",
        car.currency,
        Decimal(0),
        per_km=(Rate(0, kilometre, 1),),
        per_minute=(Rate(0, hour / 4, QUARTER_MIN),),
    )


def _vehicle(car: Car, standing: Standing) -> Vehicle:
    # Another id after every drive: nobody is followed by it.
    last = "" if standing.last_taken is None else standing.last_taken.isoformat()
    name = hashlib.sha256(f"{car.id} {last}".encode()).hexdigest()[:24]
    return Vehicle(
        name,
        f"kind-{car.id}",
        _station_id(car),
        home_station_id=_station_id(car),
        range_m=car.range_m,
        plan_id=f"price-{car.id}",
        available_until=standing.until,
    )
