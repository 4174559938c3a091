"""Reserving shared cars, in a store."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from car_office import DESK, FREE, NOON, SHARED, TENANT, CarOffice, hours, passenger
from journeys.adapters.car_tables import metadata
from journeys.application.car_desk import MOST_OPEN, Wanted
from journeys.application.car_ports import Position
from journeys.domain.cars import ReservationState, Window
from landlinie.journeys.events.v1 import car_events_pb2
from servers import postgres_server, postgres_url
from service_kit.errors import FailedPrecondition, InvalidInput, NotFound, PermissionDenied, ServiceError
from service_kit.identity.principal import Principal, Role

__all__ = ["postgres_server", "postgres_url"]

BOTH = pytest.mark.parametrize(
    "office",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.network)],
    indirect=True,
)
BACKEND = Principal("backend", frozenset({Role.APP_BACKEND}), TENANT, "app")


@pytest.fixture
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CarOffice]:
    if getattr(request, "param", "sqlite") == "sqlite":
        office = CarOffice(f"sqlite:///{tmp_path}/cars.sqlite")
    else:
        office = CarOffice(request.getfixturevalue("postgres_url"))
    yield office
    office.close()


def refused(kind: type[ServiceError], reason: str) -> "pytest.RaisesExc[ServiceError]":
    return pytest.raises(kind, check=lambda error: error.reason == reason)


@BOTH
def test_the_database_is_what_the_code_takes_it_for(office: CarOffice) -> None:
    inspector = sa.inspect(office.engine)
    for table in metadata.sorted_tables:
        columns = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
        assert columns == {column.name: bool(column.nullable) for column in table.columns}
        made = {index["name"] for index in inspector.get_indexes(table.name)}
        assert {index.name for index in table.indexes} <= made


@BOTH
def test_of_many_who_want_a_car_at_once_one_gets_it(office: CarOffice) -> None:
    def reserve(number: int) -> str:
        wanted = Wanted(FREE.id, hours(1 + number / 60, 2), 1000, "")
        try:
            office.desk.reserve(office.call(request_id=f"at-once-{number}"), wanted)
        except FailedPrecondition as error:
            return error.reason
        return ""

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(reserve, range(8))) == ["", *["CAR_TAKEN"] * 7]
    assert [car.id for car in office.desk.free(hours(1, 2))] == [SHARED.id]


@BOTH
def test_what_is_reserved_given_up_and_brought_back_is_told(office: CarOffice) -> None:
    given_up = office.reserve(hours(1, 2))
    office.desk.cancel(office.call(), given_up.id)
    kept = office.reserve(hours(1, 2), passenger_reference="anna")
    office.pass_time(hours=1.5)
    office.desk.bring_back(office.call(), kept.id, office.clock.now(), 12_000)
    with office.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT type, key, payload FROM outbox ORDER BY seq")).all()
    names = [row.type.rpartition(".")[2] for row in rows]
    assert names == ["CarReserved", "CarReservationCancelled", "CarReserved", "CarReturned"]
    assert {row.key for row in rows} == {f"{TENANT}/{FREE.id}"}
    returned = car_events_pb2.CarReturned.FromString(rows[-1].payload)
    assert (returned.reservation_id, returned.driven_m, returned.price_cents) == (kept.id, 12_000, 480)
    assert all(b"anna" not in row.payload for row in rows)
    noted = office.audited()
    assert [outcome for _, outcome, _ in noted] == ["OK"] * 4
    assert noted[2][2] == {FREE.id, kept.id}


@BOTH
def test_lists_go_on_where_a_page_ended(office: CarOffice) -> None:
    kept = [office.reserve(hours(start, start + 1)) for start in (9, 1, 5)]
    first, *rest = sorted(kept, key=lambda each: each.window.start)
    page = office.desk.reservations(DESK, FREE.id, None, 1)
    assert list(page) == [first]
    after = Position(first.window.start, first.id)
    assert list(office.desk.reservations(DESK, FREE.id, after, 5)) == rest
    assert not office.desk.reservations(DESK, SHARED.id, None, 5)


@BOTH
def test_what_is_over_is_forgotten(office: CarOffice) -> None:
    office.reserve(hours(1, 2))
    office.pass_time(days=20)
    later = office.reserve(Window(NOON + timedelta(days=21), NOON + timedelta(days=21, hours=1)))
    assert office.desk.forget(timedelta(days=10)) == 1
    assert [each.id for each in office.desk.reservations(DESK, None, None, 9)] == [later.id]


def test_asked_again_a_car_is_reserved_once(office: CarOffice) -> None:
    wanted = Wanted(FREE.id, hours(1, 2), 1000, "")
    first = office.desk.reserve(office.call(request_id="once"), wanted)
    assert office.desk.reserve(office.call(request_id="once"), wanted) == first
    with refused(InvalidInput, "REQUEST_ID_REUSED"):
        office.desk.reserve(office.call(request_id="once", asked="else"), wanted)
    assert len(office.desk.reservations(DESK, None, None, 9)) == 1
    assert len(office.audited()) == 1


def test_cancelled_twice_is_cancelled(office: CarOffice) -> None:
    kept = office.reserve(hours(1, 2))
    office.desk.cancel(office.call(), kept.id)
    office.desk.cancel(office.call(), kept.id)
    assert [car.id for car in office.desk.free(hours(1, 2))] == [FREE.id, SHARED.id]
    [found] = office.desk.reservations(DESK, None, None, 9)
    assert found.state is ReservationState.CANCELLED


@pytest.mark.parametrize(("start", "end"), [(-1, 1), (24 * 91, 24 * 91 + 1), (1, 1.2), (1, 1 + 24 * 3 + 0.1)])
def test_windows_have_limits(office: CarOffice, start: float, end: float) -> None:
    with refused(InvalidInput, "WINDOW_INVALID"):
        office.reserve(hours(start, end))


def test_each_refusal_has_its_reason(office: CarOffice) -> None:
    with refused(FailedPrecondition, "CAR_RANGE_EXCEEDED"):
        office.reserve(hours(1, 2), distance_m=300_001)
    with refused(FailedPrecondition, "CAR_WITH_VOLUNTEERS"):
        office.reserve(hours(16, 18), car=SHARED)
    office.reserve(hours(1, 2))
    with refused(FailedPrecondition, "CAR_TAKEN"):
        office.reserve(hours(1.5, 3))
    with refused(NotFound, "CAR_NOT_FOUND"):
        office.desk.reserve(office.call(), Wanted("none", hours(1, 2), 0, ""))
    with refused(NotFound, "RESERVATION_NOT_FOUND"):
        office.desk.cancel(office.call(), "none")


def test_nobody_sees_the_reservations_of_others(office: CarOffice) -> None:
    anna, bert = passenger("anna"), passenger("bert")
    kept = office.reserve(hours(1, 2), caller=anna)
    assert kept.passenger_reference == "anna"
    assert not office.desk.reservations(bert, None, None, 9)
    for caller in (anna, BACKEND, DESK):
        assert [each.id for each in office.desk.reservations(caller, None, None, 9)] == [kept.id]
    with refused(NotFound, "RESERVATION_NOT_FOUND"):
        office.desk.cancel(office.call(bert), kept.id)
    with refused(PermissionDenied, "OTHER_PASSENGER"):
        office.reserve(hours(5, 6), caller=bert, passenger_reference="anna")
    elsewhere = Principal("anna", frozenset({Role.PASSENGER, Role.APP_BACKEND}), TENANT, "other app")
    assert not office.desk.reservations(elsewhere, None, None, 9)


def test_nobody_keeps_all_cars_from_the_village(office: CarOffice) -> None:
    anna = passenger("anna")
    for number in range(MOST_OPEN):
        office.reserve(hours(3 * number + 1, 3 * number + 2), caller=anna)
    with refused(FailedPrecondition, "TOO_MANY_RESERVATIONS"):
        office.reserve(hours(30, 31), caller=anna)
    office.reserve(hours(30, 31), caller=passenger("bert"))


def test_who_has_the_car_brings_it_back_instead(office: CarOffice) -> None:
    anna = passenger("anna")
    kept = office.reserve(hours(1, 2), caller=anna)
    with refused(InvalidInput, "TIME_OUT_OF_RANGE"):
        office.desk.bring_back(office.call(anna), kept.id, NOON, 0)
    office.pass_time(hours=1)
    with refused(FailedPrecondition, "RESERVATION_BEGUN"):
        office.desk.cancel(office.call(anna), kept.id)
    now = office.pass_time(hours=0.5)
    office.desk.bring_back(office.call(anna), kept.id, now, 1000)
    with refused(FailedPrecondition, "RESERVATION_RETURNED"):
        office.desk.bring_back(office.call(anna), kept.id, now, 1000)
    with refused(FailedPrecondition, "RESERVATION_RETURNED"):
        office.desk.cancel(office.call(DESK), kept.id)
    assert FREE.id not in office.desk.standing_free(timedelta(days=1))
    office.pass_time(minutes=1)
    standing = office.desk.standing_free(timedelta(days=1))[FREE.id]
    assert standing.until == office.clock.now() + timedelta(days=1)
    assert standing.last_taken == kept.window.start


def test_cars_near_a_place_come_first(office: CarOffice) -> None:
    near = [car.id for car in office.desk.free(hours(1, 2), 1000, near=SHARED.place)]
    assert near == [SHARED.id, FREE.id]


def test_refusals_are_noted(office: CarOffice) -> None:
    call = office.call(passenger("bert"))
    office.desk.desk.refused(call, FailedPrecondition("CAR_TAKEN", "taken"))
    office.desk.desk.refused(call, InvalidInput.in_field("window", "wrong", "WINDOW_INVALID"))
    assert office.audited() == [("bert", "CAR_TAKEN", frozenset({FREE.id}))]
