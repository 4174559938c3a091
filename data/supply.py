"""What the demo district offers: dispatch areas, vehicles and their shifts. Invented, on real ground."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

ID = "neubrandenburg"
NAME = "Neubrandenburg und Umland"
TIMEZONE = "Europe/Berlin"
SERVICE_DATE = date(2021, 6, 15)
"""A school Tuesday on which the timetable feed has all its regular trains."""
SERVICE_DAY_START = "03:00"
PUBLISHER = {
    "name": "Rufbus Neubrandenburger Umland (Vorführung)",
    "url": "https://rufbus.example.org/",
    "phone": "+49 395 0000001",
    "email": "open-data@rufbus.example.org",
}
"""Who runs the rides on demand, as open data tells it."""
TARIFF_ZONE = "100"
"""A zone of the tariff that the district borrows from Osnabrück."""
TARIFF_ZONES_ARE = (
    "A demonstration, not a real tariff zone: the invented dispatch areas of the demo district stand for zone"
    " 100 of VOS, which is in Osnabrück."
)


class Zone(NamedTuple):
    """A dispatch area; ``ring`` lists (longitude, latitude) corners, without repeating the first."""

    id: str
    name: str
    ring: tuple[tuple[float, float], ...]


# Each holds its villages and the town they go to; they overlap in Neubrandenburg and Burg Stargard.
ZONES = (
    Zone(
        "nord",
        "Nord: Trollenhagen, Neuenkirchen, Woggersin",
        (
            *((13.100, 53.560), (13.200, 53.558), (13.200, 53.535), (13.225, 53.512), (13.335, 53.512)),
            *((13.345, 53.565), (13.415, 53.580), (13.415, 53.625), (13.100, 53.625)),
        ),
    ),
    Zone(
        "ost",
        "Ost: Burg Stargard, Sponholz, Pragsdorf",
        (
            *((13.195, 53.540), (13.225, 53.512), (13.262, 53.505), (13.262, 53.435), (13.415, 53.435)),
            *((13.415, 53.583), (13.330, 53.590), (13.195, 53.582)),
        ),
    ),
    Zone(
        "tollensesee",
        "Tollensesee: Wulkenzin, Alt Rehse, Groß Nemerow",
        (
            *((13.100, 53.435), (13.300, 53.435), (13.350, 53.470), (13.350, 53.510), (13.335, 53.565)),
            *((13.290, 53.590), (13.195, 53.585), (13.100, 53.572)),
        ),
    ),
)


class Base(NamedTuple):
    """Where a vehicle starts and ends its shifts: a settlement of the extract."""

    settlement: str
    label: str


BASES: Mapping[str, Base] = {
    "depot": Base("Ihlenfelder Vorstadt", "Betriebshof Neubrandenburg"),
    "bahnhof": Base("Innenstadt", "Neubrandenburg, Innenstadt"),
    "trollenhagen": Base("Trollenhagen", "Gemeindehaus Trollenhagen"),
    "woggersin": Base("Woggersin", "Dorfplatz Woggersin"),
    "stargard": Base("Burg Stargard", "Rathaus Burg Stargard"),
    "sponholz": Base("Sponholz", "Feuerwehr Sponholz"),
    "wulkenzin": Base("Wulkenzin", "Gemeindehaus Wulkenzin"),
    "nemerow": Base("Groß Nemerow", "Gemeindezentrum Groß Nemerow"),
    "rehse": Base("Alt Rehse", "Dorfstraße Alt Rehse"),
}

# Folding seats give way to wheelchairs: each layout is one way to set the vehicle up.
ANRUFBUS_LAYOUTS = ((8, 0), (6, 1), (4, 2))
BUERGERBUS_LAYOUTS = ((8, 0), (6, 1))
DOERPSMOBIL_LAYOUTS = ((4, 0),)


class Rest(NamedTuple):
    """A break: begins between ``earliest`` and ``latest``."""

    earliest: str
    latest: str
    minutes: int


class Duty(NamedTuple):
    """A shift; clock times may run past 24:00."""

    start: str
    end: str
    rests: tuple[Rest, ...] = ()


class Vehicle(NamedTuple):
    """A vehicle with its duties of the day; it starts and ends at ``base``."""

    id: str
    zone_id: str
    kind: str
    name: str
    base: str
    layouts: tuple[tuple[int, int], ...]
    duties: tuple[Duty, ...]


_EARLY = Duty("03:30", "11:30", (Rest("08:30", "09:45", 30),))
_LATE = Duty("11:30", "20:00", (Rest("15:00", "16:30", 30),))
_DAY = Duty("05:30", "13:45", (Rest("09:30", "11:00", 30),))
_NIGHT = Duty("16:30", "25:00", (Rest("20:00", "21:30", 30),))
_VOLUNTEER_MORNING = Duty("06:30", "12:30")
_VOLUNTEER_AFTERNOON = Duty("12:30", "18:00")

VEHICLES = (
    Vehicle(
        "anrufbus-nord-1", "nord", "anrufbus", "Anrufbus Nord 1", "depot", ANRUFBUS_LAYOUTS, (_EARLY, _LATE)
    ),
    Vehicle(
        "anrufbus-nord-2", "nord", "anrufbus", "Anrufbus Nord 2", "depot", ANRUFBUS_LAYOUTS, (_DAY, _NIGHT)
    ),
    Vehicle(
        *("buergerbus-trollenhagen", "nord", "buergerbus", "Bürgerbus Trollenhagen", "trollenhagen"),
        BUERGERBUS_LAYOUTS,
        (_VOLUNTEER_MORNING, _VOLUNTEER_AFTERNOON),
    ),
    Vehicle(
        *("doerpsmobil-woggersin", "nord", "doerpsmobil", "Dörpsmobil Woggersin", "woggersin"),
        DOERPSMOBIL_LAYOUTS,
        (Duty("07:00", "12:00"), Duty("13:00", "18:00")),
    ),
    Vehicle(
        "anrufbus-ost-1", "ost", "anrufbus", "Anrufbus Ost 1", "depot", ANRUFBUS_LAYOUTS, (_EARLY, _LATE)
    ),
    Vehicle(
        "anrufbus-ost-2", "ost", "anrufbus", "Anrufbus Ost 2", "stargard", ANRUFBUS_LAYOUTS, (_DAY, _NIGHT)
    ),
    Vehicle(
        *("buergerbus-stargard", "ost", "buergerbus", "Bürgerbus Burg Stargard", "stargard"),
        BUERGERBUS_LAYOUTS,
        (_VOLUNTEER_MORNING, _VOLUNTEER_AFTERNOON),
    ),
    Vehicle(
        *("doerpsmobil-sponholz", "ost", "doerpsmobil", "Dörpsmobil Sponholz", "sponholz"),
        DOERPSMOBIL_LAYOUTS,
        (Duty("07:00", "12:00"), Duty("13:00", "18:00")),
    ),
    Vehicle(
        *("anrufbus-tollensesee-1", "tollensesee", "anrufbus", "Anrufbus Tollensesee 1", "bahnhof"),
        ANRUFBUS_LAYOUTS,
        (_EARLY, _LATE),
    ),
    Vehicle(
        *("anrufbus-tollensesee-2", "tollensesee", "anrufbus", "Anrufbus Tollensesee 2", "bahnhof"),
        ANRUFBUS_LAYOUTS,
        (_DAY, _NIGHT),
    ),
    Vehicle(
        *("buergerbus-nemerow", "tollensesee", "buergerbus", "Bürgerbus Groß Nemerow", "nemerow"),
        BUERGERBUS_LAYOUTS,
        (_VOLUNTEER_MORNING, _VOLUNTEER_AFTERNOON),
    ),
    Vehicle(
        *("buergerbus-wulkenzin", "tollensesee", "buergerbus", "Bürgerbus Wulkenzin", "wulkenzin"),
        BUERGERBUS_LAYOUTS,
        (Duty("07:00", "11:30"), Duty("11:30", "16:00")),
    ),
    Vehicle(
        *("doerpsmobil-rehse", "tollensesee", "doerpsmobil", "Dörpsmobil Alt Rehse", "rehse"),
        DOERPSMOBIL_LAYOUTS,
        (Duty("07:00", "12:00"), Duty("13:00", "18:00")),
    ),
)


def fleet(base_places: Mapping[str, Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Vehicles and shifts as ``fleet.json`` holds them.

    Parameters
    ----------
    base_places
        By key of ``BASES``: latitude, longitude and label.
    """
    vehicles, shifts = [], []
    for vehicle in VEHICLES:
        vehicles.append(
            {
                "id": vehicle.id,
                "zone_id": vehicle.zone_id,
                "kind": vehicle.kind,
                "name": vehicle.name,
                "layouts": [
                    {"seat_count": seats, "wheelchair_place_count": wheelchairs}
                    for seats, wheelchairs in vehicle.layouts
                ],
            }
        )
        for duty in vehicle.duties:
            shift_id = f"{vehicle.id}-{duty.start.replace(':', '')}"
            shifts.append(
                {
                    "id": shift_id,
                    "vehicle_id": vehicle.id,
                    "start": duty.start,
                    "end": duty.end,
                    "start_place": base_places[vehicle.base],
                    "end_place": base_places[vehicle.base],
                    "breaks": [
                        {
                            "id": f"{shift_id}-pause",
                            "earliest": rest.earliest,
                            "latest": rest.latest,
                            "minutes": rest.minutes,
                        }
                        for rest in duty.rests
                    ],
                }
            )
    return {"vehicles": vehicles, "shifts": shifts}
