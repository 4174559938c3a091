"""``landlinie feed flex``: the district's own on-demand rides as a GTFS-Flex feed."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from pooling.domain.zone import HORIZON
from service_kit.json_fields import FieldError
from timetable.on_demand.booking import BookingRule, BookingType
from timetable.on_demand.writing import (
    FlexError,
    FlexFeed,
    FlexStop,
    Hours,
    OwnService,
    Publisher,
    write_flex,
)

from onebox.district import District, load_district
from onebox.settings import DEFAULT_DISTRICT, DistrictDir

VALID = timedelta(days=365)
HORIZON_MINUTES = int(HORIZON.total_seconds()) // 60
WRONG_INPUT = 2

Out = Annotated[Path, typer.Option("--out", dir_okay=False, help="the zip to write")]
Url = Annotated[str, typer.Option("--url", help="web address of who runs the rides")]
Phone = Annotated[str, typer.Option("--phone", help="where rides are asked for by phone")]
Email = Annotated[str, typer.Option("--email", help="where users of the feed write to")]
Notice = Annotated[
    int,
    typer.Option("--notice-minutes", min=0, max=HORIZON_MINUTES, help="rides are asked for so long ahead"),
]
Weekdays = Annotated[
    str, typer.Option("--weekdays", metavar="1111100", help="days the shifts are driven, from Monday on")
]
Stops = Annotated[
    bool, typer.Option("--stops", help="rides between the stops of each zone, not door to door")
]
From = Annotated[
    datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="first day", show_default="today")
]


def feed_flex(
    out: Out,
    url: Url,
    phone: Phone = "",
    email: Email = "",
    notice_minutes: Notice = 0,
    weekdays: Weekdays = "1111111",
    stops: Stops = False,
    first: From = None,
    district: DistrictDir = DEFAULT_DISTRICT,
) -> None:
    """Write the zones, hours and booking rules of the district as GTFS-Flex, valid for a year."""
    day = first.date() if first is not None else datetime.now(UTC).astimezone().date()
    try:
        loaded = load_district(district)
        days = _weekdays(weekdays)
        publisher = Publisher(loaded.id, loaded.name, url, loaded.timezone, "de", phone, email)
        rule = _rule(notice_minutes, phone, url)
        services = _services(loaded, days, rule, between_stops=stops)
        write_flex(FlexFeed(publisher, services, day, day + VALID, _version(day)), out)
    except (FieldError, FlexError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from error
    except OSError as error:
        typer.echo(f"{error.filename}: {error.strerror}", err=True)
        raise typer.Exit(WRONG_INPUT) from error
    typer.echo(f"{out}: {len(services)} on-demand services from {day} on")


def _version(day: date) -> str:
    return f"{day:%Y%m%d}"


def _weekdays(text: str) -> tuple[bool, bool, bool, bool, bool, bool, bool]:
    if len(text) != 7 or set(text) > {"0", "1"} or "1" not in text:
        raise ValueError(f"--weekdays: {text!r} is not seven of 0 and 1")
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (sign == "1" for sign in text)
    return monday, tuesday, wednesday, thursday, friday, saturday, sunday


def _rule(notice_minutes: int, phone: str, url: str) -> BookingRule:
    if notice_minutes:
        return BookingRule(BookingType.SAME_DAY, notice_minutes, HORIZON_MINUTES, phone=phone, info_url=url)
    return BookingRule(BookingType.REAL_TIME, phone=phone, info_url=url)


def _services(
    district: District, days: tuple[bool, bool, bool, bool, bool, bool, bool], rule: BookingRule, *,
    between_stops: bool,
) -> tuple[OwnService, ...]:  # fmt: skip
    """One service for each zone in which a vehicle has a shift."""
    zone_of = {vehicle.id: vehicle.zone_id for vehicle in district.vehicles}
    services = []
    for zone in district.zones:
        spans = sorted((s.start_s, s.end_s) for s in district.shifts if zone_of[s.vehicle_id] == zone.id)
        if not spans:
            continue
        stops = tuple(
            FlexStop(stop.id, stop.name, stop.position.latitude_deg, stop.position.longitude_deg)
            for stop in district.virtual_stops
            if zone.id in stop.zone_ids
        )
        outline = tuple((corner.longitude_deg, corner.latitude_deg) for corner in zone.boundary)
        hours = tuple(Hours(days, start_s, end_s) for start_s, end_s in _merged(spans))
        services.append(
            OwnService(
                service_id=zone.id,
                name=zone.name,
                short_name="Rufbus",
                outline=() if between_stops else outline,
                stops=stops if between_stops else (),
                hours=hours,
                rule=rule,
            )
        )
    return tuple(services)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that overlap or meet as one."""
    merged = [spans[0]]
    for start_s, end_s in spans[1:]:
        if start_s <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end_s))
        else:
            merged.append((start_s, end_s))
    return merged
