"""From messages to checked plain values: lifts, seats, benches."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.journeys.v1 import lift_pb2, place_pb2
from service_kit.faults import NEVER, Faults
from service_kit.identity.principal import Principal

from journeys.application.lift_offering import Posting
from journeys.application.lift_riding import DAY_S, Asking, Ride
from journeys.application.ports import Span
from journeys.domain.benches import LONGEST_TOLD_WAIT_S, Wait
from journeys.domain.lifts import (
    LONGEST_DETOUR_S,
    LONGEST_NOTE,
    LONGEST_SERIES,
    MOST_EXCEPTIONS,
    MOST_SEATS,
    Audience,
    Claims,
    LiftTimes,
    Party,
    ReportReason,
)
from journeys.domain.lifts_access import party_of
from journeys.domain.places import Point
from journeys.entrypoints.place_calls import position_of

LONGEST_LABEL = 200
LONGEST_DESTINATION = 100
USUAL_WALK_M, MOST_WALK_M = 500, 2000
NOWHERE = Point(0.0, 0.0)

AUDIENCES = {
    lift_pb2.LIFT_AUDIENCE_EVERYBODY: Audience.EVERYBODY,
    lift_pb2.LIFT_AUDIENCE_WOMEN: Audience.WOMEN,
    lift_pb2.LIFT_AUDIENCE_SCHOOL: Audience.SCHOOL,
}
REASONS = {
    lift_pb2.LIFT_REPORT_REASON_NOT_DRIVEN: ReportReason.NOT_DRIVEN,
    lift_pb2.LIFT_REPORT_REASON_UNSAFE: ReportReason.UNSAFE,
    lift_pb2.LIFT_REPORT_REASON_HARASSMENT: ReportReason.HARASSMENT,
    lift_pb2.LIFT_REPORT_REASON_COMMERCIAL: ReportReason.COMMERCIAL,
    lift_pb2.LIFT_REPORT_REASON_OTHER: ReportReason.OTHER,
}


class NamedPlaces(Protocol):
    """Looks places up by their ids."""

    def stop(self, stop_id: str) -> Point | None: ...

    def place(self, place_id: str) -> Point | None: ...


class LiftReader:
    """Reads requests; see :class:`.Faults` for what happens to what is wrong.

    Parameters
    ----------
    zone
        The district's clocks.
    """

    def __init__(self, places: NamedPlaces, zone: ZoneInfo) -> None:
        self._places = places
        self._zone = zone

    def posting(
        self, request: lift_pb2.PostLiftRequest, caller: Principal, now: datetime, faults: Faults
    ) -> Posting:
        """A lift as its driver wants it."""
        lift = request.lift
        audience = faults.choice(lift.audience, AUDIENCES, "lift.audience", Audience.EVERYBODY)
        if audience is Audience.WOMEN and not request.driver_is_woman:
            faults.add("driver_is_woman", "is false, but the lift is for women", "AUDIENCE_NOT_DRIVERS")
        needs_id = audience is Audience.SCHOOL
        audience_id = faults.identifier(lift.audience_id, "lift.audience_id", needed=needs_id)
        if lift.audience_id and not needs_id:
            faults.add("lift.audience_id", "is set, but the lift is not for a school", "AUDIENCE_INVALID")
        return Posting(
            driver=party(caller, request.driver_reference, "driver_reference", faults),
            start=self.point(getattr(lift, "from"), "lift.from", faults),
            end=self.point(lift.to, "lift.to", faults),
            times=self._times(lift.times, now, faults),
            seat_count=seat_count(lift.seat_count, "lift.seat_count", faults, usual=0),
            max_detour_s=_detour_s(lift.max_detour, faults),
            audience=audience,
            audience_id=audience_id,
            note=faults.text(lift.note, "lift.note", LONGEST_NOTE),
        )

    def ride(self, request: lift_pb2.FindLiftsRequest, faults: Faults) -> Ride:
        """From where to where somebody wants to be taken along."""
        earliest = faults.instant(request.earliest_departure, "earliest_departure")
        latest = faults.instant(request.latest_departure, "latest_departure")
        span = Span(int(earliest.timestamp()), int(latest.timestamp()))
        if NEVER not in {earliest, latest} and not 0 <= span.latest_s - span.earliest_s <= DAY_S:
            faults.add(
                "latest_departure",
                f"{latest.isoformat()} is not within 24 hours after {earliest.isoformat()}",
                "WINDOW_INVALID",
            )
        return Ride(
            self.point(getattr(request, "from"), "from", faults),
            self.point(request.to, "to", faults),
            span,
            seat_count(request.seat_count, "seat_count", faults),
            claims(request, faults),
            walk_m(request.max_walk_m, faults),
        )

    def asking(self, request: lift_pb2.RequestSeatRequest, caller: Principal, faults: Faults) -> Asking:
        """A seat that somebody asks for."""
        earliest_s = None
        if request.HasField("earliest_pickup_time"):
            earliest_s = int(faults.instant(request.earliest_pickup_time, "earliest_pickup_time").timestamp())
        return Asking(
            lift_id=faults.identifier(request.lift_id, "lift_id"),
            day=needed_day(request.service_date, "service_date", faults),
            start=self.point(getattr(request, "from"), "from", faults),
            end=self.point(request.to, "to", faults),
            seat_count=seat_count(request.seat_count, "seat_count", faults),
            passenger=party(caller, request.passenger_reference, "passenger_reference", faults),
            claims=claims(request, faults),
            max_walk_m=walk_m(request.max_walk_m, faults),
            earliest_pickup_s=earliest_s,
        )

    def point(self, message: place_pb2.Place, field: str, faults: Faults) -> Point:
        """Where a place is."""
        label = faults.text(message.label, f"{field}.label", LONGEST_LABEL)
        found: Point | None = None
        match message.WhichOneof("where"):
            case "position":
                before = len(faults.violations)
                degrees = position_of(message.position, f"{field}.position", faults)
                return Point(*degrees, label) if len(faults.violations) == before else NOWHERE
            case "stop_id":
                found = self._places.stop(message.stop_id)
                if found is None:
                    faults.add(
                        f"{field}.stop_id", f"there is no stop {message.stop_id[:80]!r}", "STOP_NOT_FOUND"
                    )
            case "place_id":
                found = self._places.place(message.place_id)
                if found is None:
                    told = message.place_id[:80]
                    faults.add(f"{field}.place_id", f"there is no place {told!r}", "PLACE_NOT_FOUND")
            case _:
                faults.add(field, "is missing", "FIELD_MISSING")
        if found is None:
            return NOWHERE
        return replace(found, label=label) if label else found

    def _times(self, message: lift_pb2.LiftTimes, now: datetime, faults: Faults) -> LiftTimes:
        field = "lift.times"
        first = faults.instant(message.departure_time, f"{field}.departure_time")
        local = first.astimezone(self._zone)
        if first is not NEVER and first < now:
            faults.add(f"{field}.departure_time", f"{first.isoformat()} is over", "TIME_PAST")
        weekdays = _weekdays(message.weekdays, local.date(), faults)
        last = faults.service_date(message.last_date, f"{field}.last_date")
        if weekdays and last is None and not message.last_date:
            faults.add(f"{field}.last_date", "is missing, and there are weekdays", "FIELD_MISSING")
        last = last or local.date()
        if not weekdays and last != local.date():
            faults.add(f"{field}.last_date", f"{last} is set, and there are no weekdays", "DATE_INVALID")
        elif not local.date() <= last <= local.date() + LONGEST_SERIES:
            faults.add(
                f"{field}.last_date",
                f"{last} is not within {LONGEST_SERIES.days} days from {local.date()} on",
                "DATE_INVALID",
            )
        exceptions = _exceptions(message.except_dates, faults)
        clock_s = local.hour * 3600 + local.minute * 60 + local.second
        return LiftTimes(local.date(), clock_s, weekdays, last, exceptions)


def party(caller: Principal, reference: str, field: str, faults: Faults) -> Party:
    """Whom the caller acts for."""
    faults.identifier(reference, field, needed=False)
    found = party_of(caller, reference)
    if found is None:
        if reference:
            faults.add(field, f"{reference[:80]!r} is not the caller's own", "REFERENCE_NOT_OWN")
        else:
            faults.add(field, "is missing: for whom is this?", "FIELD_MISSING")
        return Party(caller.client_id, "")
    return found


def claims(request: Any, faults: Faults) -> Claims:
    """What passengers say of themselves."""
    return Claims(request.passenger_is_woman, faults.identifier(request.school_id, "school_id", needed=False))


def seat_count(value: int, field: str, faults: Faults, *, usual: int = 1) -> int:
    """1 to 8."""
    count = value or usual
    if not 1 <= count <= MOST_SEATS:
        faults.add(field, f"{value} is not from 1 to {MOST_SEATS}", "SEAT_COUNT_INVALID")
        return 1
    return count


def walk_m(value: int, faults: Faults) -> int:
    """Metres, at most 2000; 500 when not set."""
    if value > MOST_WALK_M:
        faults.add("max_walk_m", f"{value} is more than {MOST_WALK_M}", "WALK_INVALID")
    return min(value, MOST_WALK_M) or USUAL_WALK_M


def needed_day(value: str, field: str, faults: Faults) -> date:
    """YYYY-MM-DD."""
    if not value:
        faults.add(field, "is missing", "FIELD_MISSING")
    return faults.service_date(value, field) or date.min


def wait_of(request: lift_pb2.ReportBenchWaitRequest, faults: Faults) -> Wait:
    """How long somebody waited."""
    starts = faults.instant(request.wait_start, "wait_start")
    waited = request.waited
    if not 0 <= waited.seconds <= LONGEST_TOLD_WAIT_S or waited.nanos:
        faults.add(
            "waited",
            f"{waited.seconds} s {waited.nanos} ns is not whole seconds from 0 to {LONGEST_TOLD_WAIT_S}",
            "DURATION_INVALID",
        )
        return Wait(starts, 0, request.taken)
    return Wait(starts, waited.seconds, request.taken)


def _detour_s(message: Duration, faults: Faults) -> int:
    if not 0 <= message.seconds <= LONGEST_DETOUR_S or message.nanos or message.seconds % 60:
        faults.add(
            "lift.max_detour",
            f"{message.seconds} s {message.nanos} ns is not whole minutes from 0 to {LONGEST_DETOUR_S // 60}",
            "DURATION_INVALID",
        )
        return 0
    return message.seconds


def _weekdays(told: Sequence[int], first: date, faults: Faults) -> frozenset[int]:
    field = "lift.times.weekdays"
    wrong = [day for day in told if not 1 <= day <= 7]
    if wrong or len(told) > 7:
        named = wrong[0] if wrong else f"{len(told)} entries"
        faults.add(field, f"{named}: each is from 1 to 7, and there are at most 7", "WEEKDAY_INVALID")
        return frozenset()
    if told and first.isoweekday() not in told:
        faults.add(field, f"{first.isoweekday()} is missing, on which it goes first", "WEEKDAY_INVALID")
    return frozenset(told)


def _exceptions(told: Sequence[str], faults: Faults) -> frozenset[date]:
    field = "lift.times.except_dates"
    if len(told) > MOST_EXCEPTIONS:
        faults.add(field, f"has {len(told)} entries, at most {MOST_EXCEPTIONS} are taken", "TOO_MANY_DATES")
        return frozenset()
    return frozenset(needed_day(day, f"{field}[{number}]", faults) for number, day in enumerate(told))


def stamped(instant_s: int) -> Timestamp:
    """An instant of Unix seconds."""
    return Timestamp(seconds=instant_s)
