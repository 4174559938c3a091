"""Our own on-demand services as a GTFS-Flex feed, from plain values."""

import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

import shapely

from timetable.on_demand.booking import BookingRule, BookingType
from timetable.schedule_reading import WEEKDAYS
from timetable.writing import NewTable, new_table, table_text

BUS = "3"
BY_PHONE, NOT = "2", "1"
Ring = tuple[tuple[float, float], ...]
_PACKED_AT = (1980, 1, 1, 0, 0, 0)
"""The earliest a zip can tell: the same services make the same file."""


class FlexError(ValueError):
    """Services that make no valid feed; the message names the field and its value."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who runs the services and publishes the feed."""

    agency_id: str
    name: str
    url: str
    timezone: str
    language: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class FlexStop:
    """A place where passengers are met; degrees."""

    stop_id: str
    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Hours:
    """When a service runs: days of the week from Monday on, seconds of the service day, past 24:00 too.

    ``trip_id`` is what they are told of by in real time; empty for a number.
    """

    weekdays: tuple[bool, bool, bool, bool, bool, bool, bool]
    start_s: int
    end_s: int
    trip_id: str = ""


@dataclass(frozen=True, slots=True)
class OwnService:
    """An on-demand service.

    Parameters
    ----------
    service_id
        Its own id; used for the ids of what is written.
    name, short_name
        What passengers call it.
    outline
        The outer ring of its zone, as (lon, lat); empty for a service between stops alone.
    stops
        The stops that it serves; empty for one that serves a zone door to door.
    hours
        When it runs.
    rule
        How rides are asked for.
    """

    service_id: str
    name: str
    short_name: str
    outline: Ring
    stops: tuple[FlexStop, ...]
    hours: tuple[Hours, ...]
    rule: BookingRule


@dataclass(frozen=True, slots=True)
class FlexFeed:
    """All that is published, valid from ``first_day`` to ``last_day``, both included."""

    publisher: Publisher
    services: tuple[OwnService, ...]
    first_day: date
    last_day: date
    version: str


def write_flex(feed: FlexFeed, path: Path | IO[bytes]) -> None:
    """Write a feed as a zip; the same services make the same bytes.

    Raises
    ------
    FlexError
        If a service has neither zone nor stops, no hours, hours that end before they begin, a ring that is
        none, or a booking rule that contradicts itself.
    OSError
        If the file cannot be written.
    """
    tables, zones = flex_tables(feed)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, table in sorted(tables.items()):
            packed.writestr(zipfile.ZipInfo(name, _PACKED_AT), table_text(name, table))
        packed.writestr(zipfile.ZipInfo("locations.geojson", _PACKED_AT), zones)


def flex_tables(feed: FlexFeed) -> tuple[dict[str, NewTable], str]:
    """Return the tables by file name, and ``locations.geojson``; errors are those of :func:`write_flex`."""
    for service in feed.services:
        _check(service)
    if not feed.services or feed.last_day < feed.first_day:
        raise FlexError(f"feed: {len(feed.services)} services from {feed.first_day} to {feed.last_day}")
    publisher = feed.publisher
    groups = [service for service in feed.services if service.stops]
    tables = {
        "agency.txt": new_table(
            ("agency_id", "agency_name", "agency_url", "agency_timezone", "agency_lang", "agency_phone",
             "agency_email"),
            [(publisher.agency_id, publisher.name, publisher.url, publisher.timezone, publisher.language,
              publisher.phone, publisher.email)],
        ),
        "feed_info.txt": new_table(
            ("feed_publisher_name", "feed_publisher_url", "feed_lang", "feed_start_date", "feed_end_date",
             "feed_version", "feed_contact_email", "feed_contact_url"),
            [(publisher.name, publisher.url, publisher.language, f"{feed.first_day:%Y%m%d}",
              f"{feed.last_day:%Y%m%d}", feed.version, publisher.email, publisher.url)],
        ),
        "routes.txt": new_table(
            ("route_id", "agency_id", "route_short_name", "route_long_name", "route_type"),
            [(service.service_id, publisher.agency_id, service.short_name, service.name, BUS)
             for service in feed.services],
        ),
        "calendar.txt": new_table(
            ("service_id", *WEEKDAYS, "start_date", "end_date"),
            [(name, *("1" if runs else "0" for runs in hours.weekdays), f"{feed.first_day:%Y%m%d}",
              f"{feed.last_day:%Y%m%d}")
             for service in feed.services for name, hours in _named_hours(service)],
        ),
        "trips.txt": new_table(
            ("route_id", "service_id", "trip_id", "trip_headsign"),
            [(service.service_id, name, name, service.name)
             for service in feed.services for name, _ in _named_hours(service)],
        ),
        "stop_times.txt": new_table(
            ("trip_id", "stop_sequence", "location_id", "location_group_id", "start_pickup_drop_off_window",
             "end_pickup_drop_off_window", "pickup_type", "drop_off_type", "pickup_booking_rule_id",
             "drop_off_booking_rule_id"),
            [row for service in feed.services for row in _calls(service)],
        ),
        "booking_rules.txt": _booking_rules(feed.services),
    }  # fmt: skip
    if groups:
        tables |= _stop_groups(groups)
    zones = [_feature(service) for service in feed.services if not service.stops]
    return tables, json.dumps({"type": "FeatureCollection", "features": zones}, ensure_ascii=False, indent=1)


def _check(service: OwnService) -> None:
    name = f"service {service.service_id!r}"
    if not service.service_id or not service.name:
        raise FlexError(f"{name}: name: {service.name!r}")
    if bool(service.stops) == bool(service.outline):
        raise FlexError(f"{name}: either outline or stops, not both and not neither")
    if service.outline:
        ring = shapely.Polygon(service.outline) if len(service.outline) > 3 else None
        if ring is None or not ring.is_valid:
            raise FlexError(f"{name}: outline: {len(service.outline)} corners that are no area")
    if not service.hours:
        raise FlexError(f"{name}: hours: none")
    for hours in service.hours:
        if not 0 <= hours.start_s < hours.end_s or not any(hours.weekdays):
            raise FlexError(
                f"{name}: hours: {hours.start_s} to {hours.end_s} s on {sum(hours.weekdays)} days"
            )
    _check_rule(name, service.rule)


def _check_rule(name: str, rule: BookingRule) -> None:
    days = (rule.last_day, rule.last_time_s)
    minutes = (rule.least_minutes, rule.most_minutes)
    starts = (rule.start_day, rule.start_time_s)
    wrong = {
        BookingType.REAL_TIME: any(value is not None for value in (*days, *minutes, *starts)),
        BookingType.SAME_DAY: rule.least_minutes is None or any(value is not None for value in days),
        BookingType.PRIOR_DAYS: None in days or any(value is not None for value in minutes),
    }[rule.kind]
    halved = (rule.start_day is None) != (rule.start_time_s is None)
    both = rule.most_minutes is not None and rule.start_day is not None
    if wrong or halved or both or (rule.service_id and rule.kind is not BookingType.PRIOR_DAYS):
        raise FlexError(f"{name}: rule: {rule.kind.name} with {rule}")


def _named_hours(service: OwnService) -> Iterator[tuple[str, Hours]]:
    for number, hours in enumerate(service.hours, start=1):
        yield hours.trip_id or f"{service.service_id}-{number}", hours


def _calls(service: OwnService) -> Iterator[tuple[str, ...]]:
    """Two rows for each span of hours: where rides begin, and where they end."""
    place = ("", service.service_id) if service.stops else (service.service_id, "")
    for name, hours in _named_hours(service):
        window = (_clock(hours.start_s), _clock(hours.end_s))
        yield (name, "1", *place, *window, BY_PHONE, NOT, service.service_id, "")
        yield (name, "2", *place, *window, NOT, BY_PHONE, "", service.service_id)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _booking_rules(services: Sequence[OwnService]) -> NewTable:
    def text(value: int | None) -> str:
        return "" if value is None else str(value)

    def clock(value: int | None) -> str:
        return "" if value is None else _clock(value)

    return new_table(
        ("booking_rule_id", "booking_type", "prior_notice_duration_min", "prior_notice_duration_max",
         "prior_notice_last_day", "prior_notice_last_time", "prior_notice_start_day",
         "prior_notice_start_time",
         "message", "phone_number", "info_url", "booking_url"),
        [(service.service_id, str(rule.kind.value), text(rule.least_minutes), text(rule.most_minutes),
          text(rule.last_day), clock(rule.last_time_s), text(rule.start_day), clock(rule.start_time_s),
          rule.message, rule.phone, rule.info_url, rule.booking_url)
         for service in services for rule in (service.rule,)],
    )  # fmt: skip


def _stop_groups(services: Sequence[OwnService]) -> dict[str, NewTable]:
    stops = dict.fromkeys(stop for service in services for stop in service.stops)
    return {
        "stops.txt": new_table(
            ("stop_id", "stop_name", "stop_lat", "stop_lon"),
            [(stop.stop_id, stop.name, f"{stop.lat:.6f}", f"{stop.lon:.6f}") for stop in stops],
        ),
        "location_groups.txt": new_table(
            ("location_group_id", "location_group_name"),
            [(service.service_id, service.name) for service in services],
        ),
        "location_group_stops.txt": new_table(
            ("location_group_id", "stop_id"),
            [(service.service_id, stop.stop_id) for service in services for stop in service.stops],
        ),
    }


def _feature(service: OwnService) -> dict[str, object]:
    ring = list(service.outline)
    if ring[0] != ring[-1]:
        ring.append(ring[0])
    return {
        "type": "Feature",
        "id": service.service_id,
        "properties": {"stop_name": service.name},
        "geometry": {"type": "Polygon", "coordinates": [[list(corner) for corner in ring]]},
    }
