"""On-demand services of others, from their GTFS-Flex feeds."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from shapely.geometry.base import BaseGeometry

from timetable.findings import Findings
from timetable.on_demand.booking import BookingRule, BookingType
from timetable.schedule import Services
from timetable.schedule_reading import read_services
from timetable.schedule_stop_times import seconds
from timetable.tables import Feed, FeedError, Table
from timetable.validation.locations import read_locations
from timetable.validation.report import Report

STOP_TIMES = "stop_times.txt"
NO = "1"
# The names of the columns before they were adopted; feeds of those years are still around.
WINDOWS = (
    ("start_pickup_drop_off_window", "start_pickup_dropoff_window"),
    ("end_pickup_drop_off_window", "end_pickup_dropoff_window"),
)


@dataclass(frozen=True, slots=True)
class MeetingPoint:
    """A stop where a service meets passengers; degrees."""

    stop_id: str
    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Area:
    """Where a service picks up or sets down: a zone, or stops; exactly one of them."""

    name: str
    zone: BaseGeometry | None
    stops: tuple[MeetingPoint, ...]


@dataclass(frozen=True, slots=True)
class Leg:
    """One place of a trip: pickup and drop-off where there is a rule for it or none is asked for.

    ``start_s`` and ``end_s``, seconds after the start of the service day.
    """

    area: Area
    start_s: int
    end_s: int
    picks_up: bool
    sets_down: bool
    rule: BookingRule | None


@dataclass(frozen=True, slots=True)
class ForeignTrip:
    """A trip without a timetable: rides go from a leg to a later one."""

    trip_id: str
    service: int
    route_name: str
    agency_name: str
    agency_phone: str
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class ForeignServices:
    """The on-demand services of one feed; ``service_ids`` by number, days in ``services``."""

    timezone: ZoneInfo
    services: Services
    trips: tuple[ForeignTrip, ...]


def read_flex(path: Path) -> tuple[ForeignServices, Findings]:
    """Read the on-demand services of a feed; trips with a timetable are left out.

    Parameters
    ----------
    path
        Folder with the files of the feed, or a zip of them.

    Raises
    ------
    FeedError
        If the path is no feed, or has no time zone that is known.
    """
    with Feed(path) as feed:
        return _Reader(feed).read(), feed.findings


class _Reader:
    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def read(self) -> ForeignServices:
        feed = self._feed
        agencies = feed.table("agency.txt")
        timezone = next((name for _, (name,) in agencies.rows("agency_timezone")), "")
        try:
            zone = ZoneInfo(timezone)
        except (KeyError, ValueError, OSError):
            raise FeedError(f"agency.txt: agency_timezone: {timezone!r}") from None
        services = read_services(feed)
        self._areas = self._read_areas()
        self._rules = self._read_rules()
        legs = self._read_legs()
        return ForeignServices(zone, services, tuple(self._trips(legs, services, agencies)))

    def _trips(
        self, legs: Mapping[str, list[tuple[int, Leg]]], services: Services, agencies: Table
    ) -> list[ForeignTrip]:
        by_agency = {
            name: (told, phone)
            for _, (name, told, phone) in agencies.rows("agency_id", "agency_name", "agency_phone")
        }
        first = next(iter(by_agency.values()), ("", ""))
        columns = ("route_id", "agency_id", "route_short_name", "route_long_name")
        routes = {
            route: (long or short or route, *by_agency.get(agency, first))
            for _, (route, agency, short, long) in self._feed.table("routes.txt").rows(*columns)
        }
        numbers = {name: number for number, name in enumerate(services.ids)}
        found = []
        for line, (trip, route, service) in self._feed.table("trips.txt").rows(
            "trip_id", "route_id", "service_id"
        ):
            if trip not in legs:
                continue
            if service not in numbers or route not in routes:
                field, value = ("service_id", service) if service not in numbers else ("route_id", route)
                self._feed.findings.error("trips.txt", line, field, f"no {value!r}", "foreign_key_violation")
                continue
            ordered = tuple(leg for _, leg in sorted(legs[trip], key=lambda pair: pair[0]))
            found.append(ForeignTrip(trip, numbers[service], *routes[route], ordered))
        return found

    def _read_areas(self) -> dict[str, Area]:
        feed = self._feed
        points = {}
        for line, (name, told, lat, lon) in feed.table("stops.txt").rows(
            "stop_id", "stop_name", "stop_lat", "stop_lon"
        ):
            try:
                points[name] = MeetingPoint(name, told, float(lat), float(lon))
            except ValueError:
                if lat or lon:
                    feed.findings.error("stops.txt", line, "stop_lat", f"{lat!r}, {lon!r}", "invalid_float")
        members = defaultdict[str, list[MeetingPoint]](list)
        names: dict[str, str] = {}
        # Before they were adopted, groups named their stops in their own file.
        tables = (("location_groups.txt", "location_id"), ("location_group_stops.txt", "stop_id"))
        for file, column in tables:
            for line, (group, stop, told) in feed.table(file).rows(
                "location_group_id", column, "location_group_name"
            ):
                names[group] = told or names.get(group, "")
                if stop in points:
                    members[group].append(points[stop])
                elif stop:
                    feed.findings.error(file, line, column, f"no stop {stop!r}", "foreign_key_violation")
        areas = {name: Area(point.name, None, (point,)) for name, point in points.items()}
        areas |= {
            group: Area(names[group], None, tuple(dict.fromkeys(stops))) for group, stops in members.items()
        }
        report = Report()
        areas |= {
            name: Area(zone.name, zone.geometry, ())
            for name, zone in read_locations(feed, report).by_id.items()
        }
        for finding in report:
            feed.findings.note(finding)
        return areas

    def _read_rules(self) -> dict[str, BookingRule]:
        rules = {}
        columns = (
            "booking_rule_id", "booking_type", "prior_notice_duration_min", "prior_notice_duration_max",
            "prior_notice_last_day", "prior_notice_last_time", "prior_notice_start_day",
            "prior_notice_start_time", "message", "phone_number", "info_url", "booking_url",
            "prior_notice_service_id",
        )  # fmt: skip
        for line, (name, kind, *values) in self._feed.table("booking_rules.txt").rows(*columns):
            if kind not in {"0", "1", "2"}:
                self._feed.findings.error(
                    "booking_rules.txt", line, "booking_type", repr(kind), "unexpected_enum_value"
                )
                continue
            least, most, last_day, last_time, start_day, start_time, *texts = values
            numbers = [int(text) if text.isdecimal() else None for text in (least, most, last_day, start_day)]
            clocks = [second if (second := seconds(text)) >= 0 else None for text in (last_time, start_time)]
            rules[name] = BookingRule(
                BookingType(int(kind)),
                numbers[0],
                numbers[1],
                numbers[2],
                clocks[0],
                numbers[3],
                clocks[1],
                *texts,
            )
        return rules

    def _read_legs(self) -> dict[str, list[tuple[int, Leg]]]:
        legs = defaultdict[str, list[tuple[int, Leg]]](list)
        columns = (
            "trip_id", "stop_sequence", "stop_id", "location_id", "location_group_id", "pickup_type",
            "drop_off_type", "pickup_booking_rule_id", "drop_off_booking_rule_id",
            *(name for names in WINDOWS for name in names),
        )  # fmt: skip
        for table in self._feed.batches(STOP_TIMES, columns):
            for line, (trip, sequence, *places, picks, drops, rule, other, a, old_a, b, old_b) in table.rows(
                *columns
            ):
                start_s, end_s = seconds(a or old_a), seconds(b or old_b)
                if start_s == end_s == -1:
                    continue
                area = next((self._areas[place] for place in reversed(places) if place in self._areas), None)
                if area is None or not 0 <= start_s < end_s or not sequence.isdecimal():
                    field, value = ("location_id", places) if area is None else (WINDOWS[0][0], f"{a} {b}")
                    code = "foreign_key_violation" if area is None else "invalid_pickup_drop_off_window"
                    self._feed.findings.error(STOP_TIMES, line, field, repr(value), code)
                    continue
                known = self._rules.get(rule) or self._rules.get(other)
                legs[trip].append((int(sequence), Leg(area, start_s, end_s, picks != NO, drops != NO, known)))
        return legs
