"""Shared cars as legs of a booking."""

import hashlib
from datetime import UTC

from landlinie.journeys.v1 import journey_pb2
from service_kit.errors import (
    Aborted,
    FailedPrecondition,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from service_kit.errors import Unavailable as StoreUnavailable
from service_kit.identity.principal import Principal, Role
from service_kit.once import Call

from journeys.application.car_desk import CarDesk, Wanted, reservation_id_of
from journeys.application.ports import Unavailable
from journeys.application.ports_booking import Booked, Kept, LegOrder, Refused, Released
from journeys.domain.cars import Reservation, ReservationState, Window

SAYS_NO = (FailedPrecondition, InvalidInput, NotFound, PermissionDenied)


class CarLegs:
    """See :class:`.BookableLegs`: a car is in this very service, and its database knows every answer."""

    def __init__(self, desk: CarDesk, tenant: str) -> None:
        self._desk = desk
        self._tenant = tenant

    def book(self, order: LegOrder, timeout_s: float) -> Booked | Refused:  # noqa: ARG002 - asks nobody
        """See :class:`.BookableLegs`."""
        call = self._call(order, "book")
        try:
            self._desk.reserve(call, _wanted(order))
            found = self._desk.reservation(reservation_id_of(call))
        except SAYS_NO as no:
            return Refused(no.reason, no.message)
        except (Aborted, StoreUnavailable) as error:
            raise _unavailable(error) from error
        if found is None or found.state is ReservationState.CANCELLED:
            return Refused("RESERVATION_CANCELLED", "the car was given back before")
        return Booked(found.id)

    def release(self, order: LegOrder, timeout_s: float) -> Released | Kept:  # noqa: ARG002 - asks nobody
        """See :class:`.BookableLegs`."""
        reservation_id = reservation_id_of(self._call(order, "book"))
        try:
            found = self._desk.withdraw(self._call(order, "release"), _wanted(order), reservation_id)
        except SAYS_NO as no:
            return Kept(no.reason, no.message)
        except (Aborted, StoreUnavailable) as error:
            raise _unavailable(error) from error
        if found.state is ReservationState.CANCELLED:
            return Released()
        if found.state is ReservationState.RETURNED:
            return Kept("RESERVATION_RETURNED", "the car is back, and the drive is to be paid")
        return Kept("RESERVATION_BEGUN", "the time it is kept for has begun: the car is to be brought back")

    def _call(self, order: LegOrder, what: str) -> Call[Reservation]:
        # Passengers who book alone book under their own name, and may keep a few cars only.
        alone = order.passenger_reference == order.subject
        role = Role.PASSENGER if alone else Role.APP_BACKEND
        caller = Principal(order.subject, frozenset({role}), self._tenant, order.client_id)
        return Call(
            "ReserveCar" if what == "book" else "CancelReservation",
            f"{order.name}.{what}",
            hashlib.sha256(order.leg.wire).digest(),
            lambda reservation: reservation.id.encode(),
            caller,
            frozenset({_leg(order).shared_car.car_id}),
        )


def _leg(order: LegOrder) -> journey_pb2.Leg:
    return journey_pb2.Leg.FromString(order.leg.wire)


def _wanted(order: LegOrder) -> Wanted:
    leg = _leg(order)
    car = leg.shared_car
    window = Window(leg.departure_time.ToDatetime(UTC), car.return_by.ToDatetime(UTC))
    return Wanted(car.car_id, window, car.distance_m, order.passenger_reference or order.subject)


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable("CARS_UNAVAILABLE", f"cars cannot be booked now ({error})")
