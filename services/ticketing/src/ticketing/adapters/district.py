"""The part of a district's folder that says by which tariff its passengers ride."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from service_kit.json_fields import Field, FieldError, read_file
from timetable.tables import Feed, FeedError

from ticketing.adapters.tariff_files import read_tariff
from ticketing.adapters.timetable_detection import TimetableDetector
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
    stop_zones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of stops in the district's timetable, by id; none where it does not tell."""
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
        stop_zones=_stop_zones(folder, tariff.get("timetable")),
        detect=_detector(folder, tariff.get("timetable")),
    )


def _detector(folder: Path, name: Field | None) -> Detector | None:
    if name is None:
        return None
    try:
        return TimetableDetector.of_feed(folder / name.text())
    except (OSError, FeedError) as error:
        raise name.error(f"cannot be read: {error}") from None


def _stop_zones(folder: Path, name: Field | None) -> dict[str, tuple[str, ...]]:
    if name is None:
        return {}
    try:
        with Feed(folder / name.text()) as feed:
            stops = feed.table("stops.txt", ("stop_id", "zone_id"))
            return {stop_id: (zone,) for _, (stop_id, zone) in stops.rows("stop_id", "zone_id") if zone}
    except (OSError, FeedError) as error:
        raise name.error(f"cannot be read: {error}") from None


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
