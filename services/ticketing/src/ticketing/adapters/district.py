"""The part of a district's folder that says by which tariff its passengers ride."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from service_kit.json_fields import Field, FieldError, read_file
from timetable.schedule import Schedule
from timetable.schedule_reading import read_schedule
from timetable.tables import Feed, FeedError

from ticketing.adapters.tariff_files import read_tariff
from ticketing.adapters.tariff_zones import TariffZones, read_tariff_zones
from ticketing.adapters.timetable_detection import TimetableDetector
from ticketing.application.places import NO_LOOK_UP, ZonesOfPlaces
from ticketing.application.ports import Detector
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.tariff import TariffBook

_TENANT = re.compile(r"[a-z0-9-]{1,32}")


@dataclass(frozen=True, slots=True)
class Fares:
    """A district's tariff, and where its on-demand rides are in it; ``tenant`` is whose data is kept.

    ``network`` and ``zones`` of on-demand rides may be empty, as in ``PoolingEvents``. ``place_names`` are by
    stop id.
    """

    tenant: str
    book: TariffBook
    district_name: str = ""
    network: str = ""
    zones: tuple[str, ...] = ()
    place_names: Mapping[str, str] = field(default_factory=dict)
    zones_of: ZonesOfPlaces = NO_LOOK_UP
    """Of stops in the district's timetable, and of positions where the district has a file of zones."""
    detect: Detector | None = None
    """Reads traces against the district's timetable, where it names one."""


def read_fares(folder: Path) -> Fares | None:
    """Read what ``district.json`` says under ``tariff``; None where it says nothing.

    Raises
    ------
    FieldError
        Naming the file, the field and its value; a tariff's mistakes with their lines.
    """
    about = read_file(folder / "district.json")
    tenant = about["id"].text()
    if not _TENANT.fullmatch(tenant):
        raise about["id"].error("is not 1 to 32 lower-case letters, digits and dashes")
    tariff = about.get("tariff")
    if tariff is None:
        return None
    on_demand = tariff.get("on_demand")
    network = on_demand.get("network") if on_demand else None
    zones = on_demand.get("zones") if on_demand else None
    return Fares(
        tenant,
        _book(folder, tariff["file"]),
        about["name"].text(),
        network.text() if network else "",
        zones=zones.each(lambda zone: zone.text()) if zones else (),
        place_names=_place_names(folder / "virtual_stops.geojson"),
        zones_of=_zones_of(folder, tariff),
        detect=_detector(folder, tariff),
    )


def _detector(folder: Path, tariff: Field) -> Detector | None:
    name, network = tariff.get("timetable"), tariff.get("network")
    if name is None:
        return None
    try:
        schedule, _ = read_schedule(folder / name.text())
    except (OSError, FeedError) as error:
        raise name.error(f"cannot be read: {error}") from None
    return TimetableDetector(
        schedule, _networks(schedule, tariff.get("networks")), network.text() if network else ""
    )


def _networks(schedule: Schedule, told: Field | None) -> dict[str, str]:
    """Networks by route id; what is told of a route goes before what is told of its agency."""
    if told is None:
        return {}
    agencies = dict(zip(schedule.routes.ids, schedule.routes.agency_ids, strict=True))
    if not isinstance(told.value, dict):
        raise told.error(f"is {told.value!r}, must be an object")
    of = {name: told[name].text() for name in told.value}
    for name in of.keys() - agencies.keys() - set(agencies.values()):
        raise told[name].error("is no agency_id and no route_id of the timetable")
    return {
        route: of[name]
        for route, agency in agencies.items()
        if (name := route if route in of else agency) in of
    }


def _zones_of(folder: Path, tariff: Field) -> ZonesOfPlaces:
    name = tariff.get("zones")
    areas = None if name is None else read_tariff_zones(folder / name.text())
    return ZonesOfPlaces(_stop_zones(folder, tariff.get("timetable"), areas), areas.at if areas else None)


def _stop_zones(folder: Path, name: Field | None, areas: TariffZones | None) -> dict[str, tuple[str, ...]]:
    """Of stops with zones of their own, and of those with a position where zones have areas."""
    if name is None:
        return {}
    columns = ("stop_id", "zone_id", "stop_lat", "stop_lon")
    found: dict[str, tuple[str, ...]] = {}
    try:
        with Feed(folder / name.text()) as feed:
            for _, (stop_id, zone, lat, lon) in feed.table("stops.txt", columns).rows(*columns):
                if zone:
                    found[stop_id] = (zone,)
                elif areas and lat and lon:
                    found[stop_id] = areas.at(float(lat), float(lon))
    except (OSError, FeedError, ValueError) as error:
        raise name.error(f"cannot be read: {error}") from None
    return found


def _place_names(path: Path) -> dict[str, str]:
    """Names of virtual stops, as statements give them; none where the district has no such stops."""
    if not path.exists():
        return {}
    stops = read_file(path)["features"].each(lambda stop: stop["properties"])
    return {stop["id"].text(): stop["name"].text() for stop in stops}


def _book(folder: Path, name: Field) -> TariffBook:
    path = folder / name.text()
    try:
        return read_tariff(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise name.error(f"cannot be read: {error}") from None
    except WrongFieldError as error:
        raise FieldError(str(path), "line", str(error)) from None
