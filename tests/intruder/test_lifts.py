"""Lifts before those who want to know who drives whom, when, and from which door."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
import sqlalchemy as sa
from google.protobuf.message import Message
from landlinie.common.v1 import geo_pb2
from landlinie.journeys.v1 import lift_pb2
from live_lifts import DAY, HOME, OSTHOF, SHOP, WESTHOF, Person, asking, finding, new_id
from planned_village import Village, forget_village, place
from service_kit.grpc_errors import from_rpc_error
from service_kit.identity.principal import Role

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    village = Village(tmp_path_factory.mktemp("lifts"))
    yield village
    village.close()
    forget_village()


@pytest.fixture(scope="module")
def dora(village: Village) -> Person:
    return Person(village, "d0ra")


@pytest.fixture(scope="module")
def seat(village: Village, dora: Person) -> lift_pb2.Seat:
    """Given to a girl in a lift for the people of her school."""
    lift = dora.post(audience=lift_pb2.LIFT_AUDIENCE_SCHOOL, audience_id="alb3rt")
    paula = Person(village, "pau1a")
    seat = paula.ask(lift.lift_id, school_id="alb3rt")
    dora.answer(seat.seat_id)
    return seat


def strangers(village: Village) -> list[Person]:
    return [
        Person(village, "mallory"),
        Person(village, "mallory", client_id="other-app"),
        Person(village, "mallory", Role.APP_BACKEND, client_id="other-app"),
        # The same pseudonyms, chosen by somebody else.
        Person(village, "pau1a", client_id="other-app"),
        Person(village, "d0ra", client_id="other-app"),
    ]


def probes(lift_id: str, seat_id: str) -> list[tuple[str, Message]]:
    """Everything that could be tried at the lift and the seat."""
    asked = finding(passenger_is_woman=True, max_walk_m=2000)
    return [
        ("ListLifts", lift_pb2.ListLiftsRequest()),
        ("ListLifts", lift_pb2.ListLiftsRequest(driver_reference="d0ra")),
        ("ListSeats", lift_pb2.ListSeatsRequest()),
        ("ListSeats", lift_pb2.ListSeatsRequest(lift_id=lift_id)),
        ("ListSeats", lift_pb2.ListSeatsRequest(reference="pau1a")),
        ("FindLifts", asked),
        ("WithdrawLift", lift_pb2.WithdrawLiftRequest(request_id=new_id(), lift_id=lift_id)),
        (
            "WithdrawLift",
            lift_pb2.WithdrawLiftRequest(request_id=new_id(), lift_id=lift_id, service_date=DAY),
        ),
        ("AnswerSeatRequest", lift_pb2.AnswerSeatRequestRequest(request_id=new_id(), seat_id=seat_id)),
        ("CancelSeat", lift_pb2.CancelSeatRequest(request_id=new_id(), seat_id=seat_id)),
        ("RequestSeat", asking(lift_id)),
        (
            "ReportLift",
            lift_pb2.ReportLiftRequest(
                request_id=new_id(), lift_id=lift_id, reason=lift_pb2.LIFT_REPORT_REASON_OTHER
            ),
        ),
    ]


def said(person: Person, method: str, request: Message) -> str:
    """What is answered, or the refusal's reason and words."""
    try:
        answer: Any = getattr(person.stub, method)(request)
    except grpc.RpcError as error:
        told = from_rpc_error(error)
        return f"{told.reason} {told.message}"
    return str(answer)


def test_what_others_drive_and_ride_does_not_exist(village: Village, seat: lift_pb2.Seat) -> None:
    known = probes(seat.lift_id, seat.seat_id)
    nowhere = probes("lift-none", "seat-none")
    for person in strangers(village):
        for (method, request), (_, empty) in zip(known, nowhere, strict=True):
            told = said(person, method, request)
            same = said(person, method, empty)
            for secret, stand_in in ((seat.lift_id, "lift-none"), (seat.seat_id, "seat-none")):
                told = told.replace(secret, stand_in)
            assert told == same, method
            for secret in ("alb3rt", "d0ra", "relay-", seat.seat_id):
                assert secret not in told, method


def test_watching_tells_strangers_of_nothing(village: Village, seat: lift_pb2.Seat) -> None:
    for person in strangers(village):
        stream = person.stub.WatchSeats(lift_pb2.WatchSeatsRequest(lift_id=seat.lift_id), timeout=5)
        assert next(stream).all_told
        stream.cancel()


def test_nothing_was_changed_by_them(dora: Person, seat: lift_pb2.Seat) -> None:
    (now,) = dora.seats(lift_id=seat.lift_id)
    assert now.state == lift_pb2.SEAT_STATE_CONFIRMED
    (lift,) = dora.stub.ListLifts(lift_pb2.ListLiftsRequest()).lifts
    assert not lift.withdrawn


def test_no_question_finds_the_drivers_door(village: Village) -> None:
    # Two who live in one street, at its two ends of a stretch, offer the same lift.
    doors = [
        place(position=geo_pb2.Position(latitude_deg=53.508, longitude_deg=longitude_deg), label="my door")
        for longitude_deg in (13.2009, 13.2021)
    ]
    found = []
    for number, door in enumerate(doors):
        driver = Person(village, f"neighbour-{number}")
        lift = driver.post("10:00", start=door, to=OSTHOF)
        mallory = Person(village, "mallory")
        answers = []
        for step in range(8):
            position = geo_pb2.Position(latitude_deg=53.504, longitude_deg=13.2 + 0.003 * step)
            told = mallory.find(
                **{"from": place(position=position)},
                to=SHOP,
                earliest_departure=lift.times.departure_time,
                latest_departure=lift.times.departure_time,
            )
            for each in told:
                each.lift.lift_id = ""
            answers.append([each.SerializeToString(deterministic=True) for each in told])
        assert any(answers)
        found.append(answers)
        driver.stub.WithdrawLift(lift_pb2.WithdrawLiftRequest(request_id=new_id(), lift_id=lift.lift_id))
    assert found[0] == found[1]


def test_neither_places_nor_people_are_in_events(village: Village, seat: lift_pb2.Seat) -> None:
    engine = sa.create_engine(f"sqlite:///{village.folder}/journeys_lifts.sqlite")
    with engine.connect() as connection:
        told = b"".join(
            payload + str((key, headers)).encode()
            for payload, key, headers in connection.execute(
                sa.text("SELECT payload, key, extra_headers FROM outbox")
            )
        )
    engine.dispose()
    assert seat.seat_id.encode() in told
    for secret in ("d0ra", "pau1a", "relay-", "alb3rt", WESTHOF.label, HOME.label):
        assert secret.encode() not in told
