"""``landlinie.journeys.v1.CarService``."""

# ruff: noqa: N802, ARG002 - methods are named as on the wire, and every one gets the context

from datetime import datetime

from landlinie.journeys.v1 import car_pb2, car_service_pb2_grpc
from service_kit.faults import Faults
from service_kit.grpc_calls import Context
from service_kit.identity.principal import caller
from service_kit.pages import Pages
from service_kit.worker_pool import WorkerPool

from journeys.application.car_desk import CarDesk, Returned, Wanted
from journeys.application.car_ports import Position
from journeys.domain.cars import Reservation
from journeys.entrypoints.base import Calls, call_of
from journeys.entrypoints.car_messages import (
    car_message,
    distance_of,
    position_of,
    reservation_message,
    window_of,
)


class CarServicer(Calls, car_service_pb2_grpc.CarServiceServicer):
    """The service's methods."""

    def __init__(self, desk: CarDesk, *, pool: WorkerPool, pages: Pages) -> None:
        super().__init__(pool=pool, pages=pages)
        self._cars = desk

    async def ListCars(self, request: car_pb2.ListCarsRequest, context: Context) -> car_pb2.ListCarsResponse:
        return car_pb2.ListCarsResponse(cars=[car_message(car) for car in self._cars.cars.values()])

    async def ListFreeCars(
        self, request: car_pb2.ListFreeCarsRequest, context: Context
    ) -> car_pb2.ListFreeCarsResponse:
        faults = Faults()
        window = window_of(request.window, faults)
        near = position_of(request.near, faults, "near") if request.HasField("near") else None
        distance_m = distance_of(request.distance_m, faults)
        faults.settle()
        found = await self._pool.look_up(self._cars.free, window, distance_m, near)
        return car_pb2.ListFreeCarsResponse(cars=[car_message(car) for car in found])

    async def ReserveCar(
        self, request: car_pb2.ReserveCarRequest, context: Context
    ) -> car_pb2.ReserveCarResponse:
        faults = Faults()
        call = call_of(request, _reserved, faults)
        car_id = faults.identifier(request.car_id, "car_id")
        window = window_of(request.window, faults)
        distance_m = distance_of(request.distance_m, faults)
        reference = faults.identifier(request.passenger_reference, "passenger_reference", needed=False)
        wanted = Wanted(car_id, window, distance_m, reference)
        answer = await self._written(self._cars.desk, call, faults, self._cars.reserve, wanted)
        return car_pb2.ReserveCarResponse.FromString(answer)

    async def CancelReservation(
        self, request: car_pb2.CancelReservationRequest, context: Context
    ) -> car_pb2.CancelReservationResponse:
        faults = Faults()
        call = call_of(request, _cancelled, faults)
        reservation_id = faults.identifier(request.reservation_id, "reservation_id")
        answer = await self._written(self._cars.desk, call, faults, self._cars.cancel, reservation_id)
        return car_pb2.CancelReservationResponse.FromString(answer)

    async def ReturnCar(
        self, request: car_pb2.ReturnCarRequest, context: Context
    ) -> car_pb2.ReturnCarResponse:
        faults = Faults()
        call = call_of(request, _returned, faults)
        reservation_id = faults.identifier(request.reservation_id, "reservation_id")
        returned = faults.instant(request.return_time, "return_time")
        driven_m = distance_of(request.driven_m, faults, "driven_m")
        answer = await self._written(
            self._cars.desk, call, faults, self._cars.bring_back, reservation_id, returned, driven_m
        )
        return car_pb2.ReturnCarResponse.FromString(answer)

    async def ListReservations(
        self, request: car_pb2.ListReservationsRequest, context: Context
    ) -> car_pb2.ListReservationsResponse:
        faults = Faults()
        car_id = faults.identifier(request.car_id, "car_id", needed=False)
        after, size = self._pages.position(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(
            self._cars.reservations, caller(), car_id or None, _position(after), size + 1
        )
        more = f"{found[size - 1].window.start.isoformat()} {found[size - 1].id}" if len(found) > size else ""
        return car_pb2.ListReservationsResponse(
            reservations=[reservation_message(reservation) for reservation in found[:size]],
            next_page_token=self._pages.token(request, more),
        )


def _position(told: str) -> Position | None:
    if not told:
        return None
    start, reservation_id = told.split(" ")
    return Position(datetime.fromisoformat(start), reservation_id)


def _reserved(reservation: Reservation) -> car_pb2.ReserveCarResponse:
    return car_pb2.ReserveCarResponse(reservation=reservation_message(reservation))


def _cancelled(reservation: Reservation) -> car_pb2.CancelReservationResponse:
    return car_pb2.CancelReservationResponse(reservation=reservation_message(reservation))


def _returned(returned: Returned) -> car_pb2.ReturnCarResponse:
    return car_pb2.ReturnCarResponse(
        reservation=reservation_message(returned.reservation),
        price_cents=returned.price_cents,
        currency=returned.currency,
    )
