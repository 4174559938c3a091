"""What people read of journeys by cars and by what others offer."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.journeys.v1 import journey_pb2
from onebox.journey_table import as_document, show

ZONE = ZoneInfo("Europe/Berlin")


def at(hour: int, minute: int = 0) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(datetime(2026, 6, 15, hour - 2, minute, tzinfo=UTC))
    return stamp


def answer(leg: journey_pb2.Leg) -> journey_pb2.PlanJourneysResponse:
    leg.departure_time.CopyFrom(at(8))
    leg.arrival_time.CopyFrom(at(8, 20))
    journey = journey_pb2.Journey(legs=[leg], departure_time=at(8), arrival_time=at(8, 20))
    return journey_pb2.PlanJourneysResponse(journeys=[journey])


def by_car() -> journey_pb2.Leg:
    car = journey_pb2.SharedCarLeg(
        car_id="dorf", car_name="Dörpsmobil", return_by=at(11), price_cents=1066, currency="EUR"
    )
    return journey_pb2.Leg(mode=journey_pb2.MODE_SHARED_CAR, bookable=True, shared_car=car)


def lent() -> journey_pb2.Leg:
    vehicle = journey_pb2.SharedVehicleLeg(
        system_name="Nachbarauto", phone="0395 99", told_time=at(7, 58), return_by=at(12)
    )
    return journey_pb2.Leg(mode=journey_pb2.MODE_SHARED_CAR, shared_vehicle=vehicle)


def fetched() -> journey_pb2.Leg:
    ride = journey_pb2.ForeignOnDemandLeg(service_name="Rufbus", phone="0395 88", book_by=at(7))
    return journey_pb2.Leg(mode=journey_pb2.MODE_FOREIGN_ON_DEMAND, foreign_on_demand=ride)


@pytest.mark.parametrize(
    ("leg", "note", "field", "value"),
    [
        (by_car, "Dörpsmobil: kept until 11:00", "return_by", "2026-06-15T11:00:00+02:00"),
        (lent, "Nachbarauto stood there at 07:58 back by 12:00 0395 99", "system", "Nachbarauto"),
        (fetched, "Rufbus until 07:00: 0395 88", "book_by", "2026-06-15T07:00:00+02:00"),
    ],
)
def test_what_has_to_be_known_is_told(
    capsys: pytest.CaptureFixture[str],
    leg: Callable[[], journey_pb2.Leg],
    note: str,
    field: str,
    value: str,
) -> None:
    show(answer(leg()), "here", "there", ZONE, kept=False)
    assert note in capsys.readouterr().out
    (journey,) = as_document(answer(leg()), ZONE, kept=False)["journeys"]
    assert journey["legs"][0][field] == value
