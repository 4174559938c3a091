"""Lifts and seats as rows, and back."""

from datetime import date
from typing import Any

from journeys.domain.lifts import Audience, Lift, LiftTimes, Party
from journeys.domain.lifts_seats import MeetingPlace, Seat, SeatEnd, SeatState
from journeys.domain.places import Point


def lift_values(lift: Lift) -> dict[str, Any]:
    """The columns of a lift, without its numbers."""
    times = lift.times
    return {
        "lift_id": lift.id,
        "client_id": lift.driver.client_id,
        "reference": lift.driver.reference,
        "last_day": times.last_day,
        "document": {
            "start": _place(lift.start),
            "end": _place(lift.end),
            "first_day": times.first_day.isoformat(),
            "clock_s": times.clock_s,
            "weekdays": sorted(times.weekdays),
            "except_days": sorted(day.isoformat() for day in times.except_days),
            "seat_count": lift.seat_count,
            "direct_s": lift.direct_s,
            "max_detour_s": lift.max_detour_s,
            "audience": lift.audience.value,
            "audience_id": lift.audience_id,
            "note": lift.note,
            "withdrawn": lift.withdrawn,
            "hidden": lift.hidden,
        },
    }


def lift_of(row: Any) -> Lift:
    """A stored lift."""
    told = row.document
    times = LiftTimes(
        date.fromisoformat(told["first_day"]),
        told["clock_s"],
        frozenset(told["weekdays"]),
        row.last_day,
        frozenset(date.fromisoformat(day) for day in told["except_days"]),
    )
    return Lift(
        id=row.lift_id,
        driver=Party(row.client_id, row.reference),
        start=_point(told["start"]),
        end=_point(told["end"]),
        times=times,
        seat_count=told["seat_count"],
        direct_s=told["direct_s"],
        max_detour_s=told["max_detour_s"],
        audience=Audience(told["audience"]),
        audience_id=told["audience_id"],
        note=told["note"],
        withdrawn=told["withdrawn"],
        hidden=told["hidden"],
        number=row.number,
    )


def seat_values(seat: Seat) -> dict[str, Any]:
    """The columns of a seat, without its numbers."""
    return {
        "seat_id": seat.id,
        "lift_id": seat.lift_id,
        "day": seat.day,
        "driver_client_id": seat.driver.client_id,
        "driver_reference": seat.driver.reference,
        "passenger_client_id": seat.passenger.client_id,
        "passenger_reference": seat.passenger.reference,
        "state": seat.state.value,
        "answer_by_s": seat.answer_by_s,
        "dropoff_s": seat.dropoff_s,
        "exact": seat.pickup.exact != seat.pickup.public or seat.dropoff.exact != seat.dropoff.public,
        "document": {
            "seat_count": seat.seat_count,
            "pickup": _meeting(seat.pickup),
            "dropoff": _meeting(seat.dropoff),
            "pickup_s": seat.pickup_s,
            "earliest_pickup_s": seat.earliest_pickup_s,
            "latest_pickup_s": seat.latest_pickup_s,
            "latest_dropoff_s": seat.latest_dropoff_s,
            "longest_ride_s": seat.longest_ride_s,
            "detour_s": seat.detour_s,
            "walk_m": seat.walk_m,
            "asked_s": seat.asked_s,
            "audience": seat.audience.value,
            "relay_reference": seat.relay_reference,
            "end": None if seat.end is None else seat.end.value,
        },
    }


def seat_of(row: Any) -> Seat:
    """A stored seat."""
    told = row.document
    return Seat(
        id=row.seat_id,
        lift_id=row.lift_id,
        day=row.day,
        driver=Party(row.driver_client_id, row.driver_reference),
        passenger=Party(row.passenger_client_id, row.passenger_reference),
        state=SeatState(row.state),
        seat_count=told["seat_count"],
        pickup=_read_meeting(told["pickup"]),
        dropoff=_read_meeting(told["dropoff"]),
        pickup_s=told["pickup_s"],
        dropoff_s=row.dropoff_s,
        earliest_pickup_s=told["earliest_pickup_s"],
        latest_pickup_s=told["latest_pickup_s"],
        latest_dropoff_s=told["latest_dropoff_s"],
        longest_ride_s=told["longest_ride_s"],
        detour_s=told["detour_s"],
        walk_m=told["walk_m"],
        asked_s=told["asked_s"],
        answer_by_s=row.answer_by_s,
        audience=Audience(told["audience"]),
        relay_reference=told["relay_reference"],
        end=None if told["end"] is None else SeatEnd(told["end"]),
        number=row.number,
    )


def _place(point: Point) -> list[Any]:
    return [point.latitude_deg, point.longitude_deg, point.label]


def _point(told: list[Any]) -> Point:
    return Point(*told)


def _meeting(place: MeetingPlace) -> list[list[Any]]:
    return [_place(place.exact), _place(place.public)]


def _read_meeting(told: list[list[Any]]) -> MeetingPlace:
    exact, public = told
    return MeetingPlace(_point(exact), _point(public))
