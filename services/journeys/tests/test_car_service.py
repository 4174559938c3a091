"""Shared cars and open data over gRPC, in a running service."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from identified import TENANT, channel_to, token
from journeys.adapters.open_facts import TOPICS
from journeys.entrypoints import booking_listener
from landlinie.common.v1 import geo_pb2, time_pb2
from landlinie.journeys.v1 import (
    audit_pb2,
    booking_pb2,
    car_pb2,
    car_service_pb2_grpc,
    journey_pb2,
    open_data_pb2,
    open_data_service_pb2_grpc,
)
from landlinie.pooling.events.v1 import vehicle_events_pb2
from landlinie.pooling.v1 import fleet_pb2
from planned_village import (
    CALL_S,
    MORNING,
    NORTH,
    WEST,
    Others,
    Village,
    asking,
    at,
    eventually,
    forget_village,
    village,
)
from service_kit.errors import ServiceError
from service_kit.event_payload import pack
from service_kit.grpc_errors import from_rpc_error
from service_kit.identity.principal import Role

pytestmark = pytest.mark.network
CARS = {
    "lender": {"name": "Dörpsmobil", "email": "auto@land.example.org"},
    "cars": [
        {
            "id": "dorf",
            "name": "Dörpsmobil Dorf",
            "place": {"latitude_deg": 53.5001, "longitude_deg": 13.2021, "label": "Dorfplatz"},
            "seat_count": 4,
            "range_km": 200,
            "charging_km_per_hour": 60,
            "price": {"hour_cents": 300, "kilometre_cents": 15, "currency": "EUR"},
        }
    ],
}


@pytest.fixture(scope="module", autouse=True)
def _one_village() -> Iterator[None]:
    (village()[0] / "cars.json").write_text(json.dumps(CARS), "utf-8")
    yield
    forget_village()


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    async def stops(*_: Any) -> fleet_pb2.ListVirtualStopsResponse:
        return fleet_pb2.ListVirtualStopsResponse()

    monkeypatch.setattr(Others, "ListVirtualStops", stops)
    service = Village(tmp_path, public_url="https://land.example.org/")
    yield service
    service.close()


def cars_of(service: Village, *roles: Role, **who: Any) -> car_service_pb2_grpc.CarServiceStub:
    channel = channel_to(service.address, token(*(roles or (Role.APP_BACKEND,)), **who))
    service._channels.append(channel)
    return car_service_pb2_grpc.CarServiceStub(channel)


def open_data(service: Village) -> open_data_service_pb2_grpc.OpenDataServiceStub:
    channel = channel_to(service.address, token(Role.APP_BACKEND))
    service._channels.append(channel)
    return open_data_service_pb2_grpc.OpenDataServiceStub(channel)


def window(start: str, end: str) -> time_pb2.TimeWindow:
    return time_pb2.TimeWindow(earliest=at(start), latest=at(end))


def reserving(request_id: str = "r1", **how: Any) -> car_pb2.ReserveCarRequest:
    wanted = {"car_id": "dorf", "window": window("08:00", "10:00"), "distance_m": 30_000}
    return car_pb2.ReserveCarRequest(request_id=request_id, **{**wanted, **how})


def refused(call: Any, request: Any) -> ServiceError:
    with pytest.raises(grpc.RpcError) as error:
        call(request, timeout=CALL_S)
    return from_rpc_error(error.value)


def test_a_car_is_reserved_used_and_paid_for(service: Village) -> None:
    cars = cars_of(service, client_id="app")
    (car,) = cars.ListCars(car_pb2.ListCarsRequest(), timeout=CALL_S).cars
    assert (car.car_id, car.range_m, car.charging_m_per_hour) == ("dorf", 200_000, 60_000)
    kept = cars.ReserveCar(reserving(passenger_reference="anna"), timeout=CALL_S).reservation
    assert kept.state == car_pb2.RESERVATION_STATE_RESERVED
    assert kept.ready_time == at("10:30")
    assert cars.ReserveCar(reserving(passenger_reference="anna"), timeout=CALL_S).reservation == kept
    free = car_pb2.ListFreeCarsRequest(
        window=window("10:00", "11:00"), near=geo_pb2.Position(latitude_deg=53.5, longitude_deg=13.2)
    )
    assert not cars.ListFreeCars(free, timeout=CALL_S).cars
    free.window.CopyFrom(window("10:30", "11:00"))
    assert [each.car_id for each in cars.ListFreeCars(free, timeout=CALL_S).cars] == ["dorf"]
    service.clock.advance_to(MORNING + timedelta(hours=3))
    back = car_pb2.ReturnCarRequest(
        request_id="r2", reservation_id=kept.reservation_id, return_time=at("09:00"), driven_m=10_000
    )
    answer = cars.ReturnCar(back, timeout=CALL_S)
    assert (answer.price_cents, answer.currency) == (2 * 300 + 150, "EUR")
    assert answer.reservation.state == car_pb2.RESERVATION_STATE_RETURNED


def test_everything_wrong_is_named_at_once(service: Village) -> None:
    cars = cars_of(service)
    error = refused(
        cars.ReserveCar,
        car_pb2.ReserveCarRequest(
            car_id="no car!",
            window=window("10:00", "08:00"),
            distance_m=4_000_000_000,
            passenger_reference="Anna Muster",
        ),
    )
    assert {fault.field for fault in error.violations} == {
        "request_id",
        "car_id",
        "window.latest",
        "distance_m",
        "passenger_reference",
    }
    near = car_pb2.ListFreeCarsRequest(
        window=window("08:00", "09:00"), near=geo_pb2.Position(latitude_deg=95)
    )
    assert refused(cars.ListFreeCars, near).violations[0].field == "near"
    assert refused(cars.ReserveCar, reserving(car_id="none")).reason == "CAR_NOT_FOUND"
    past = Timestamp(seconds=at("08:00").seconds - 86_400)
    over = time_pb2.TimeWindow(earliest=past, latest=at("08:00"))
    assert refused(cars.ReserveCar, reserving("r9", window=over)).reason == "WINDOW_INVALID"


def test_reservations_are_listed_page_by_page_to_whom_they_belong(service: Village) -> None:
    anna = cars_of(service, Role.PASSENGER, subject="anna", client_id="app")
    for number, hour in enumerate(("08", "11", "14")):
        mine = reserving(f"r{number}", window=window(f"{hour}:00", f"{hour}:45"))
        anna.ReserveCar(mine, timeout=CALL_S)
    request = car_pb2.ListReservationsRequest(page_size=2)
    first = anna.ListReservations(request, timeout=CALL_S)
    request.page_token = first.next_page_token
    second = anna.ListReservations(request, timeout=CALL_S)
    assert [len(first.reservations), len(second.reservations)] == [2, 1]
    assert second.next_page_token == ""
    bert = cars_of(service, Role.PASSENGER, subject="bert", client_id="app")
    assert not bert.ListReservations(car_pb2.ListReservationsRequest(), timeout=CALL_S).reservations
    taken = car_pb2.CancelReservationRequest(
        request_id="c", reservation_id=first.reservations[0].reservation_id
    )
    assert refused(bert.CancelReservation, taken).reason == "RESERVATION_NOT_FOUND"
    assert refused(bert.ListReservations, request).reason == "PAGE_TOKEN_INVALID"
    cancelled = anna.CancelReservation(taken, timeout=CALL_S).reservation
    assert cancelled.state == car_pb2.RESERVATION_STATE_CANCELLED
    auditor = service.of(Role.AUDITOR, subject="audit", client_id="console")
    asked = audit_pb2.ListAuditEntriesRequest(entity_id=cancelled.reservation_id)
    entries = auditor.ListAuditEntries(asked, timeout=CALL_S).entries
    assert [(entry.method, entry.subject, entry.outcome) for entry in entries] == [
        ("ReserveCar", "anna", "OK"),
        ("CancelReservation", "bert", "RESERVATION_NOT_FOUND"),
        ("CancelReservation", "anna", "OK"),
    ]


def by_car(service: Village) -> journey_pb2.Journey:
    request = asking(WEST, NORTH, modes=[journey_pb2.MODE_SHARED_CAR])
    request.stay.seconds = 3600
    (journey,) = service.stub.PlanJourneys(request, timeout=CALL_S).journeys
    return journey


def test_a_journey_by_car_is_booked_and_given_back_as_a_whole(service: Village) -> None:
    journey = by_car(service)
    assert [leg.mode for leg in journey.legs] == [journey_pb2.MODE_WALK, journey_pb2.MODE_SHARED_CAR]
    drive = journey.legs[1]
    assert drive.bookable
    assert drive.shared_car.return_by.seconds >= drive.arrival_time.seconds + 3600
    assert (journey.price.cents, journey.price.complete) == (drive.shared_car.price_cents, True)
    booking = service.stub.BookJourney(
        booking_pb2.BookJourneyRequest(
            request_id="b1", journey_id=journey.journey_id, passenger_reference="anna"
        ),
        timeout=CALL_S,
    ).booking
    cars = cars_of(service, client_id="app", subject="app")

    def states() -> list[int]:
        listed = cars.ListReservations(car_pb2.ListReservationsRequest(), timeout=CALL_S)
        return [each.state for each in listed.reservations]

    assert eventually(lambda: states() == [car_pb2.RESERVATION_STATE_RESERVED])
    service.stub.CancelBooking(
        booking_pb2.CancelBookingRequest(request_id="b2", booking_id=booking.booking_id), timeout=CALL_S
    )
    assert eventually(lambda: states() == [car_pb2.RESERVATION_STATE_CANCELLED])


def test_open_data_is_listed_and_sent_once(service: Village) -> None:
    stub = open_data(service)

    def names() -> list[str]:
        listed = stub.ListOpenData(open_data_pb2.ListOpenDataRequest(), timeout=CALL_S).documents
        return [document.name for document in listed]

    assert {"gbfs/gbfs.json", "gbfs/vehicle_status.json"} <= set(names())
    assert eventually(lambda: "gtfs-rt/alerts.pb" in names())
    assert names() == sorted(names())
    request = open_data_pb2.GetOpenDataRequest(name="gbfs/gbfs.json")
    answer = stub.GetOpenData(request, timeout=CALL_S)
    assert b"https://land.example.org/open/gbfs/station_status.json" in answer.content
    assert (answer.document.media_type, answer.document.time_to_live.seconds) == ("application/json", 10)
    request.if_none_match = answer.etag
    again = stub.GetOpenData(request, timeout=CALL_S)
    assert (again.content, again.etag) == (b"", answer.etag)
    none = open_data_pb2.GetOpenDataRequest(name="../secrets")
    assert refused(stub.GetOpenData, none).reason == "OPEN_DOCUMENT_NOT_FOUND"


def test_a_reservation_changes_what_is_published_at_once(service: Village) -> None:
    stub = open_data(service)
    request = open_data_pb2.GetOpenDataRequest(name="gbfs/vehicle_status.json")
    before = stub.GetOpenData(request, timeout=CALL_S)
    assert len(json.loads(before.content)["data"]["vehicles"]) == 1
    cars_of(service).ReserveCar(reserving(window=window("06:00", "07:00")), timeout=CALL_S)
    after = stub.GetOpenData(request, timeout=CALL_S)
    assert json.loads(after.content)["data"]["vehicles"] == []
    assert after.etag != before.etag


def test_what_pooling_tells_is_published(service: Village) -> None:
    stub = open_data(service)
    shift = fleet_pb2.Shift(
        shift_id="s",
        vehicle_id="bus",
        zone_id="z",
        service_date="2026-03-10",
        start_time=at("07:00"),
        end_time=at("12:00"),
    )
    fact = vehicle_events_pb2.ShiftScheduled(event_time=at("06:00"), shift=shift)
    topic = "landlinie.pooling.vehicle.v1"
    event = pack(fact, source="landlinie/pooling", topic=topic, key=f"{TENANT}/z", time=MORNING)
    service._bus.publish([event])

    def is_there() -> bool:
        service.clock.advance_to(service.clock.now() + timedelta(minutes=6))
        listed = stub.ListOpenData(open_data_pb2.ListOpenDataRequest(), timeout=CALL_S)
        return "gtfs-flex.zip" in [document.name for document in listed.documents]

    assert eventually(is_there)

    def lags() -> dict[tuple[str, ...], float]:
        return {reading.labels: reading.value for reading in service.app._readings() if "lag" in reading.name}

    listened = [("journeys-open-data", topic) for topic in TOPICS]
    listened += [(booking_listener.GROUP, topic) for topic in booking_listener.TOPICS]
    assert eventually(lambda: lags() == dict.fromkeys(listened, 0))
