"""Shared cars as legs of a booking: booked once, given back whatever was answered, refused afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from car_office import DESK, FREE, NOON, TENANT, CarOffice, hours
from journeys.adapters.car_legs import CarLegs
from journeys.application.car_desk import MOST_OPEN
from journeys.application.ports import Unavailable
from journeys.application.ports_booking import (
    Booked,
    Kept,
    LegOrder,
    Refused,
    Released,
    ShownJourney,
    ShownLeg,
)
from journeys.domain.cars import ReservationState
from landlinie.journeys.v1 import journey_pb2
from service_kit import errors


@pytest.fixture
def office(tmp_path: Path) -> Iterator[CarOffice]:
    office = CarOffice(f"sqlite:///{tmp_path}/cars.sqlite")
    yield office
    office.close()


def order(name: str = "b1-0", start: float = 1, end: float = 4, distance_m: int = 40_000) -> LegOrder:
    leg = journey_pb2.Leg(mode=journey_pb2.MODE_SHARED_CAR, bookable=True)
    leg.departure_time.FromDatetime(NOON + timedelta(hours=start))
    leg.arrival_time.FromDatetime(NOON + timedelta(hours=start + 0.5))
    leg.shared_car.car_id, leg.shared_car.distance_m = FREE.id, distance_m
    leg.shared_car.return_by.FromDatetime(NOON + timedelta(hours=end))
    ends_s = (leg.departure_time.seconds, leg.arrival_time.seconds)
    shown = ShownLeg("shared_car", leg.SerializeToString(), True, *ends_s)
    journey = ShownJourney("j1", b"", (shown,), FREE.place, None)
    return LegOrder(name, journey, 0, "app", "anna")


def states(office: CarOffice) -> list[ReservationState]:
    return [each.state for each in office.desk.reservations(DESK, None, None, 9)]


def test_a_car_is_booked_once_however_often_it_is_tried(office: CarOffice) -> None:
    legs = CarLegs(office.desk, TENANT)
    booked = legs.book(order(), 1.0)
    assert isinstance(booked, Booked)
    assert legs.book(order(), 1.0) == booked
    (kept,) = office.desk.reservations(DESK, None, None, 9)
    assert (kept.id, kept.window, kept.distance_m) == (booked.reference, hours(1, 4), 40_000)
    assert (kept.client_id, kept.passenger_reference) == ("app", "anna")


def test_what_is_given_back_is_free_and_is_not_booked_any_more(office: CarOffice) -> None:
    legs = CarLegs(office.desk, TENANT)
    legs.book(order(), 1.0)
    assert legs.release(order(), 1.0) == Released()
    assert legs.release(order(), 1.0) == Released()
    assert isinstance(legs.book(order(), 1.0), Refused)
    assert states(office) == [ReservationState.CANCELLED]
    assert isinstance(legs.book(order("b2-0"), 1.0), Booked)


def test_what_was_never_booked_is_refused_when_it_comes_late(office: CarOffice) -> None:
    legs = CarLegs(office.desk, TENANT)
    assert legs.release(order(), 1.0) == Released()
    refused = legs.book(order(), 1.0)
    assert isinstance(refused, Refused)
    assert refused.reason == "RESERVATION_CANCELLED"
    assert isinstance(legs.book(order("b2-0"), 1.0), Booked), "nothing is kept for it"


def test_who_comes_second_is_told_why(office: CarOffice) -> None:
    legs = CarLegs(office.desk, TENANT)
    legs.book(order(), 1.0)
    refused = legs.book(order("b2-0"), 1.0)
    assert isinstance(refused, Refused)
    assert refused.reason == "CAR_TAKEN"


def test_a_passenger_keeps_no_more_cars_by_journeys_than_alone(office: CarOffice) -> None:
    legs = CarLegs(office.desk, TENANT)
    for number in range(MOST_OPEN):
        alone = replace(order(f"a{number}-0", 12 * number + 1, 12 * number + 2), passenger_reference="anna")
        assert isinstance(legs.book(alone, 1.0), Booked)
    late = order("late-0", 12 * MOST_OPEN + 1, 12 * MOST_OPEN + 2)
    refused = legs.book(replace(late, passenger_reference="anna"), 1.0)
    assert isinstance(refused, Refused)
    assert refused.reason == "TOO_MANY_RESERVATIONS"
    assert isinstance(legs.book(replace(late, name="desk-0", passenger_reference="p-7"), 1.0), Booked)


def test_a_drive_that_has_begun_is_kept(office: CarOffice) -> None:
    legs = CarLegs(office.desk, TENANT)
    booked = legs.book(order(), 1.0)
    assert isinstance(booked, Booked)
    now = office.pass_time(hours=2)
    begun = legs.release(order(), 1.0)
    assert isinstance(begun, Kept)
    assert begun.reason == "RESERVATION_BEGUN"
    office.desk.bring_back(office.call(), booked.reference, now, 1000)
    over = legs.release(order("b1-0"), 1.0)
    assert isinstance(over, Kept)
    assert over.reason == "RESERVATION_RETURNED"


def test_what_is_not_known_is_tried_again(office: CarOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> datetime:
        raise errors.Unavailable("DATABASE_UNAVAILABLE", "away")

    legs = CarLegs(office.desk, TENANT)
    monkeypatch.setattr(office.store, "writing", away)
    with pytest.raises(Unavailable):
        legs.book(order(), 1.0)
    with pytest.raises(Unavailable):
        legs.release(order(), 1.0)
