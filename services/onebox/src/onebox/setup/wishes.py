"""What the page of the first start sends, read field by field."""

from pathlib import Path
from urllib.parse import urlsplit

from pooling.adapters.outline import Position
from service_kit.json_fields import Field, FieldError

from onebox.district import MOST_PLACES, VEHICLE_KINDS, WEEKDAYS, Place
from onebox.district_making import CannotMake, district_id
from onebox.district_sources import Sources, WantedPlace
from onebox.feed_sources import SCHEMES
from onebox.place_map import NOMINATIM, OVERPASS
from onebox.setup.service_plan import (
    LEAST_RADIUS_KM,
    MOST_RADIUS_KM,
    MOST_VEHICLES,
    Around,
    NewVehicle,
    ServicePlan,
)

MOST_FEEDS = 8
LONGEST_TEXT = 200
SOURCES = frozenset({"name", "osm", "place", "gtfs"})
SERVICE = frozenset({"zone", "weekdays", "start", "end", "vehicles"})


class NoSuchFile(FieldError):  # noqa: N818 - says what is the matter
    """Nothing is there under a path that was typed."""


def read_sources(given: Field, nominatim: str = NOMINATIM, overpass: str = OVERPASS) -> Sources:
    """What a district is to be made of; files are looked for, as the person who types may mistype.

    Raises
    ------
    FieldError
        Naming the field that is missing or wrong.
    """
    given.names(SOURCES)
    name = _line(given["name"])
    try:
        district_id(name)
    except CannotMake as error:
        raise given["name"].error(str(error).partition(": ")[2]) from None
    osm, place = given.get("osm"), given.get("place")
    if (osm is None) == (place is None):
        raise given.error("must have either osm, a file on the server, or place, what to fetch the map of")
    feeds = given["gtfs"].each(_feed, at_least=1)
    if len(feeds) > MOST_FEEDS:
        raise given["gtfs"].error(f"has {len(feeds)} entries, at most {MOST_FEEDS} are taken")
    if osm is not None:
        path = Path(_line(osm))
        if not path.is_file():
            raise NoSuchFile(osm.file, osm.path, f"{str(path)!r} is no file on the server")
        return Sources(name, path, feeds)
    return Sources(name, WantedPlace(_line(given["place"]), nominatim, overpass), feeds)


def read_service(given: Field) -> ServicePlan:
    """Where, when and with what a new district drives.

    Raises
    ------
    FieldError
        Naming the field that is missing or wrong.
    """
    given.names(SERVICE)
    vehicles = given["vehicles"].each(_vehicle)
    if len(vehicles) > MOST_VEHICLES:
        raise given["vehicles"].error(f"has {len(vehicles)} entries, at most {MOST_VEHICLES} are taken")
    days = given["weekdays"].each(lambda day: day.choice(frozenset(WEEKDAYS)), at_least=1)
    return ServicePlan(
        around=given["zone"].optional(_around),
        weekdays=frozenset(WEEKDAYS.index(day) for day in days),
        start_s=given["start"].clock_s(),
        end_s=given["end"].clock_s(),
        vehicles=vehicles,
    )


def _around(field: Field) -> Around:
    radius = field["radius_km"].value
    if not isinstance(radius, int | float) or not LEAST_RADIUS_KM <= radius <= MOST_RADIUS_KM:
        why = f"is {radius!r}, must be a number from {LEAST_RADIUS_KM:g} to {MOST_RADIUS_KM:g}"
        raise field["radius_km"].error(why)
    return Around(_place(field["centre"]), float(radius))


def _vehicle(field: Field) -> NewVehicle:
    name = _line(field["name"])
    try:
        district_id(name)
    except CannotMake:
        raise field["name"].error(f"{name!r} has no letter or digit of an id") from None
    seats = field["seat_count"].integer(0, MOST_PLACES)
    wheelchairs = field["wheelchair_place_count"].integer(0, MOST_PLACES)
    if seats + wheelchairs == 0:
        raise field["seat_count"].error("is 0, and so is wheelchair_place_count: nobody can travel")
    return NewVehicle(name, field["kind"].choice(VEHICLE_KINDS), seats, wheelchairs, _place(field["place"]))


def _place(field: Field) -> Place:
    position = Position(field["latitude_deg"].degrees(90.0), field["longitude_deg"].degrees(180.0))
    return Place(position, _line(field["label"]))


def _feed(field: Field) -> str:
    source = _line(field)
    if urlsplit(source).scheme not in SCHEMES and not Path(source).exists():
        why = f"{source!r} is no file or folder on the server, and no http(s) address"
        raise NoSuchFile(field.file, field.path, why)
    return source


def _line(field: Field) -> str:
    text = field.text().strip()
    if len(text) > LONGEST_TEXT or not text.isprintable():
        raise field.error(f"is {text[:40]!r}, must be one line of at most {LONGEST_TEXT} places")
    return text
