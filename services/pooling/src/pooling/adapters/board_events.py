"""What every event means for the live vehicles and the day's figures.

Events of one topic and zone come in order, those of the two topics in any order to each other: whatever the
interleaving, the board comes to the same.
"""

from datetime import datetime

import sqlalchemy as sa
from service_kit.events import Event, PoisonMessage

from pooling.adapters.board_tables import days, driven, refusals, rides, vehicles
from pooling.adapters.told_facts import from_event
from pooling.domain.facts import (
    AboardFact,
    DayFact,
    Fact,
    OffersMade,
    PassengerAlighted,
    PassengerBoarded,
    PassengerNotShown,
    PickupPostponed,
    PromiseBroken,
    RideBooked,
    RideCancelled,
    RideInterrupted,
    RidePromisedAnew,
    RideRefused,
    VehicleArrived,
    VehicleBrokenDown,
    VehicleRegistered,
    VehicleRemoved,
    VehicleUpdated,
)
from pooling.domain.places import Point


class UnknownRide(PoisonMessage):
    """Something is told of a ride whose booking was not: that event must be among the dead letters."""


def take(connection: sa.Connection, event: Event) -> None:
    """Put one event on the board.

    Raises
    ------
    MalformedEvent
        When the event cannot be read.
    UnknownRide
        When it tells of a ride that is not on the board.
    """
    fact = from_event(event)
    if fact is not None:
        _apply(connection, fact)


def _apply(connection: sa.Connection, fact: Fact) -> None:
    match fact:
        case OffersMade():
            _count(connection, fact, request_count=1)
        case RideRefused():
            _count(connection, fact, request_count=1, refused_count=1)
            if fact.reasons:
                _count_refusal(connection, fact)
        case RideBooked():
            _count(connection, fact, booked_count=1)
            _expect(connection, fact)
        case RideCancelled():
            _count(connection, fact, cancelled_count=1)
            _forget(connection, fact.ride_id)
        case PickupPostponed() | RidePromisedAnew():
            _expect_later(connection, fact)
        case RideInterrupted():
            _interrupt(connection, fact)
        case PassengerNotShown():
            _count(connection, fact, no_show_count=1)
            ride = _ride(connection, fact.ride_id)
            _report(connection, fact, fact.vehicle_id, _pickup(ride))
            _drive(connection, fact)
            _forget(connection, fact.ride_id)
        case PassengerBoarded():
            _board(connection, fact)
        case PassengerAlighted():
            _alight(connection, fact)
        case PromiseBroken():
            _count(connection, fact, broken_promise_count=1)
        case _:
            _apply_to_vehicle(connection, fact)


def _apply_to_vehicle(connection: sa.Connection, fact: Fact) -> None:
    match fact:
        case VehicleArrived():
            _report(connection, fact, fact.vehicle_id, fact.where.point)
        case VehicleBrokenDown() if fact.place is not None:
            _report(connection, fact, fact.vehicle_id, fact.place.point)
        case VehicleRegistered() | VehicleUpdated():
            vehicle = fact.vehicle
            _set_vehicle(connection, vehicle.id, vehicle.zone_id, is_registered=True, kind=vehicle.kind.value)
        case VehicleRemoved():
            _set_vehicle(connection, fact.vehicle_id, fact.zone_id, is_registered=False)


def _board(connection: sa.Connection, fact: AboardFact) -> None:
    ride = _ride(connection, fact.ride_id)
    wait_s = max(0, _seconds(ride.promised_from, fact.time))
    # Who was aboard already, in a vehicle that broke down, has been counted then.
    boarded_count = int(ride.board_time is None)
    _count(connection, fact, boarded_count=boarded_count, total_wait_s=wait_s)
    connection.execute(
        sa.update(rides)
        .where(rides.c.ride_id == fact.ride_id)
        .values(vehicle_id=fact.vehicle_id, board_time=fact.time)
    )
    _report(connection, fact, fact.vehicle_id, _pickup(ride))
    _drive(connection, fact)


def _alight(connection: sa.Connection, fact: PassengerAlighted) -> None:
    ride = _ride(connection, fact.ride_id)
    if ride.board_time is None:
        raise UnknownRide(f"ride {fact.ride_id} was left without having been boarded")
    where = Point(ride.dropoff_latitude_deg, ride.dropoff_longitude_deg)
    has_company = _mark_company(connection, fact, where)
    _count(
        connection,
        fact,
        completed_count=1,
        pooled_count=int(ride.pooled or has_company),
        direct_m=fact.direct_m,
        total_ride_s=_seconds(ride.board_time, fact.time),
        total_direct_s=ride.direct_s,
    )
    _report(connection, fact, fact.vehicle_id, where)
    _drive(connection, fact)
    _forget(connection, fact.ride_id)


def _interrupt(connection: sa.Connection, fact: RideInterrupted) -> None:
    """The ride waits where the vehicle broke down; that it was boarded once stays known."""
    ride = _ride(connection, fact.ride_id)
    if ride.board_time is None:
        raise UnknownRide(f"ride {fact.ride_id} was interrupted without having been boarded")
    where = fact.place.point
    has_company = _mark_company(connection, fact, where)
    _count(connection, fact, total_ride_s=_seconds(ride.board_time, fact.time))
    connection.execute(
        sa.update(rides)
        .where(rides.c.ride_id == fact.ride_id)
        .values(
            vehicle_id=None,
            pickup_latitude_deg=where.latitude_deg,
            pickup_longitude_deg=where.longitude_deg,
            pooled=ride.pooled or has_company,
        )
    )
    _report(connection, fact, fact.vehicle_id, where)
    _drive(connection, fact)


def _mark_company(connection: sa.Connection, fact: AboardFact, where: Point) -> bool:
    """Note who shared the way with the one who gets off here; whoever got on at this very place did not."""
    got_on_here = (rides.c.pickup_latitude_deg == where.latitude_deg) & (
        rides.c.pickup_longitude_deg == where.longitude_deg
    )
    shared = (rides.c.vehicle_id == fact.vehicle_id) & (rides.c.ride_id != fact.ride_id) & ~got_on_here
    return connection.execute(sa.update(rides).where(shared).values(pooled=True)).rowcount > 0


def _drive(connection: sa.Connection, fact: AboardFact) -> None:
    """Add the way that the vehicle came; the way home counts from where it is now."""
    way = fact.way
    empty_m = 0 if way.occupied else way.length_m
    more = sa.update(driven).where(driven.c.shift_id == fact.shift_id)
    more = more.values(
        driven_m=driven.c.driven_m + way.length_m,
        empty_m=driven.c.empty_m + empty_m,
        home_m=way.home_m,
    )
    if connection.execute(more).rowcount == 0:
        connection.execute(
            sa.insert(driven).values(
                shift_id=fact.shift_id,
                zone_id=fact.zone_id,
                service_date=fact.service_date,
                vehicle_id=fact.vehicle_id,
                driven_m=way.length_m,
                empty_m=empty_m,
                home_m=way.home_m,
            )
        )


def _expect(connection: sa.Connection, fact: RideBooked) -> None:
    connection.execute(
        sa.insert(rides).values(
            ride_id=fact.ride_id,
            seated_count=fact.load.seated_count,
            wheelchair_count=fact.load.wheelchair_count,
            pickup_latitude_deg=fact.pickup.point.latitude_deg,
            pickup_longitude_deg=fact.pickup.point.longitude_deg,
            dropoff_latitude_deg=fact.dropoff.point.latitude_deg,
            dropoff_longitude_deg=fact.dropoff.point.longitude_deg,
            promised_from=fact.promise.pickup.earliest,
            direct_s=fact.direct_s,
        )
    )


def _expect_later(connection: sa.Connection, fact: PickupPostponed | RidePromisedAnew) -> None:
    _ride(connection, fact.ride_id)
    connection.execute(
        sa.update(rides)
        .where(rides.c.ride_id == fact.ride_id)
        .values(promised_from=fact.promise.pickup.earliest)
    )


def _ride(connection: sa.Connection, ride_id: str) -> sa.Row[tuple[object, ...]]:
    row = connection.execute(sa.select(rides).where(rides.c.ride_id == ride_id)).one_or_none()
    if row is None:
        raise UnknownRide(f"ride {ride_id} is not on the board")
    return row


def _forget(connection: sa.Connection, ride_id: str) -> None:
    if connection.execute(sa.delete(rides).where(rides.c.ride_id == ride_id)).rowcount == 0:
        raise UnknownRide(f"ride {ride_id} is not on the board")


def _pickup(ride: sa.Row[tuple[object, ...]]) -> Point:
    return Point(ride.pickup_latitude_deg, ride.pickup_longitude_deg)


def _count(connection: sa.Connection, fact: DayFact, **counts: int) -> None:
    here = (days.c.zone_id == fact.zone_id) & (days.c.service_date == fact.service_date)
    more = {name: days.c[name] + count for name, count in counts.items()}
    if connection.execute(sa.update(days).where(here).values(more)).rowcount == 0:
        connection.execute(
            sa.insert(days).values(zone_id=fact.zone_id, service_date=fact.service_date, **counts)
        )


def _count_refusal(connection: sa.Connection, fact: RideRefused) -> None:
    key = {"zone_id": fact.zone_id, "service_date": fact.service_date, "code": fact.reasons[0].code.value}
    here = sa.and_(*(refusals.c[name] == value for name, value in key.items()))
    more = sa.update(refusals).where(here).values(count=refusals.c["count"] + 1)
    if connection.execute(more).rowcount == 0:
        connection.execute(sa.insert(refusals).values(**key, count=1))


def _set_vehicle(connection: sa.Connection, vehicle_id: str, zone_id: str, **values: object) -> None:
    changed = sa.update(vehicles).where(vehicles.c.vehicle_id == vehicle_id)
    if connection.execute(changed.values(zone_id=zone_id, **values)).rowcount == 0:
        heard_of = {"is_registered": False, **values}
        connection.execute(sa.insert(vehicles).values(vehicle_id=vehicle_id, zone_id=zone_id, **heard_of))


def _report(connection: sa.Connection, fact: DayFact, vehicle_id: str, where: Point) -> None:
    """Note where the vehicle was, unless something later is known; of equal times one place always wins."""
    row = connection.execute(sa.select(vehicles).where(vehicles.c.vehicle_id == vehicle_id)).one_or_none()
    if row is not None and row.report_time is not None:
        known = (row.report_time, row.latitude_deg, row.longitude_deg)
        if known >= (fact.time, where.latitude_deg, where.longitude_deg):
            return
    _set_vehicle(
        connection,
        vehicle_id,
        fact.zone_id,
        latitude_deg=where.latitude_deg,
        longitude_deg=where.longitude_deg,
        report_time=fact.time,
    )


def _seconds(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds())
