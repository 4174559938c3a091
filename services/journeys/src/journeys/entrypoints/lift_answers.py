"""From plain values to messages: lifts, seats, benches; what callers are not told is left out here."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from google.protobuf.duration_pb2 import Duration
from landlinie.common.v1 import geo_pb2
from landlinie.journeys.v1 import lift_pb2, place_pb2
from service_kit.identity.principal import Principal

from journeys.application.lift_matching import Match
from journeys.application.lift_safety import ReportedLift
from journeys.domain.benches import USUAL_WAIT_S, Bench, Observed
from journeys.domain.lifts import Lift
from journeys.domain.lifts_access import Side, manages, oversees, owns, side_of
from journeys.domain.lifts_seats import MeetingPlace, Seat, SeatEnd, SeatState
from journeys.domain.places import Point
from journeys.entrypoints.lift_requests import AUDIENCES, REASONS, stamped
from journeys.messages import position

AUDIENCE_VALUES = {audience: value for value, audience in AUDIENCES.items()}
REASON_VALUES = {reason: value for value, reason in REASONS.items()}
STATES = {
    SeatState.ASKED: lift_pb2.SEAT_STATE_ASKED,
    SeatState.CONFIRMED: lift_pb2.SEAT_STATE_CONFIRMED,
    SeatState.DECLINED: lift_pb2.SEAT_STATE_DECLINED,
    SeatState.LAPSED: lift_pb2.SEAT_STATE_LAPSED,
    SeatState.CANCELLED: lift_pb2.SEAT_STATE_CANCELLED,
}
SIDES = {
    Side.DRIVER: lift_pb2.SEAT_SIDE_DRIVER,
    Side.PASSENGER: lift_pb2.SEAT_SIDE_PASSENGER,
    Side.OVERSIGHT: lift_pb2.SEAT_SIDE_OVERSIGHT,
}
ENDS = {
    SeatEnd.PASSENGER: lift_pb2.SEAT_END_PASSENGER_CANCELLED,
    SeatEnd.DRIVER: lift_pb2.SEAT_END_DRIVER_CANCELLED,
    SeatEnd.LIFT: lift_pb2.SEAT_END_LIFT_WITHDRAWN,
    SeatEnd.DISPATCHER: lift_pb2.SEAT_END_DISPATCHER_CANCELLED,
}
HOURS = range(24)


def lift_message(lift: Lift, caller: Principal, zone: ZoneInfo) -> lift_pb2.Lift:
    """A lift as the caller may know it."""
    return lift_pb2.Lift(
        lift_id=lift.id,
        **{"from": _place(lift.start)},
        to=_place(lift.end),
        times=_times(lift, zone) if manages(caller, lift) else None,
        seat_count=lift.seat_count,
        max_detour=Duration(seconds=lift.max_detour_s) if owns(caller, lift.driver) else None,
        audience=AUDIENCE_VALUES[lift.audience],
        audience_id=lift.audience_id,
        note=lift.note,
        withdrawn=lift.withdrawn,
        hidden=lift.hidden and oversees(caller),
    )


def found_message(match: Match, caller: Principal, zone: ZoneInfo) -> lift_pb2.FoundLift:
    """A lift that was found."""
    return lift_pb2.FoundLift(
        lift=lift_message(match.going.lift, caller, zone),
        service_date=match.going.day.isoformat(),
        pickup_time=stamped(match.pickup_s),
        dropoff_time=stamped(match.dropoff_s),
        detour=Duration(seconds=match.detour_s),
        walk_m=match.walk_m,
        pickup=_position(match.pickup.point),
        dropoff=_position(match.dropoff.point),
        pickup_label=match.pickup.point.label,
        dropoff_label=match.dropoff.point.label,
    )


def seat_message(seat: Seat, caller: Principal, now_s: int, reference: str = "") -> lift_pb2.Seat | None:
    """A seat as the caller may know it; None where it does not exist for the caller."""
    side = side_of(caller, seat, reference)
    if side is None:
        return None
    state = seat.state_at(now_s)
    together = side is not Side.OVERSIGHT and state is SeatState.CONFIRMED
    exact = side is Side.PASSENGER or together

    def shown(place: MeetingPlace) -> Point:
        return place.exact if exact else place.public

    return lift_pb2.Seat(
        seat_id=seat.id,
        lift_id=seat.lift_id,
        service_date=seat.day.isoformat(),
        state=STATES[state],
        pickup=_position(shown(seat.pickup)),
        dropoff=_position(shown(seat.dropoff)),
        pickup_time=stamped(seat.pickup_s),
        dropoff_time=stamped(seat.dropoff_s),
        detour=Duration(seconds=seat.detour_s),
        seat_count=seat.seat_count,
        answer_by=stamped(seat.answer_by_s),
        latest_pickup_time=stamped(seat.latest_pickup_s),
        latest_dropoff_time=stamped(seat.latest_dropoff_s),
        pickup_label=shown(seat.pickup).label,
        dropoff_label=shown(seat.dropoff).label,
        walk_m=seat.walk_m if side is Side.PASSENGER else 0,
        relay_reference=seat.relay_reference if together else "",
        side=SIDES[side],
        end=lift_pb2.SEAT_END_UNSPECIFIED if seat.end is None else ENDS[seat.end],
    )


def report_message(found: ReportedLift, caller: Principal, zone: ZoneInfo) -> lift_pb2.LiftReport:
    """What is wrong with a lift."""
    lift = lift_pb2.Lift(lift_id=found.report.lift_id)
    return lift_pb2.LiftReport(
        report_id=found.report.id,
        lift=lift if found.lift is None else lift_message(found.lift, caller, zone),
        report_time=stamped(found.report.at_s),
        reason=REASON_VALUES[found.report.reason],
        note=found.report.note,
    )


def bench_message(bench: Bench, observed: Mapping[tuple[str, str, int], Observed]) -> lift_pb2.Bench:
    """A bench with the chance of a lift under each sign, by hour."""
    signs = []
    for sign in bench.signs:
        chances = []
        for hour in HOURS:
            seen = observed.get((bench.id, sign.destination, hour), Observed())
            chances.append(
                lift_pb2.BenchChance(
                    hour=hour,
                    chance=seen.chance(USUAL_WAIT_S),
                    observed_count=seen.waited_count,
                    taken_count=seen.taken_count,
                )
            )
        signs.append(
            lift_pb2.BenchSign(destination=sign.destination, position=_position(sign.place), chances=chances)
        )
    return lift_pb2.Bench(
        bench_id=bench.id, name=bench.place.label, position=_position(bench.place), signs=signs
    )


def _times(lift: Lift, zone: ZoneInfo) -> lift_pb2.LiftTimes:
    times = lift.times
    return lift_pb2.LiftTimes(
        departure_time=stamped(times.departs_s(times.first_day, zone)),
        weekdays=sorted(times.weekdays),
        last_date=times.last_day.isoformat() if times.weekdays else "",
        except_dates=sorted(day.isoformat() for day in times.except_days),
    )


def _place(point: Point) -> place_pb2.Place:
    return place_pb2.Place(position=_position(point), label=point.label)


def _position(point: Point) -> geo_pb2.Position:
    return position(point.latitude_deg, point.longitude_deg)
