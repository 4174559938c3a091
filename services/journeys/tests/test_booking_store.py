"""Bookings in SQL: what is stored comes back, and of two writers one has to start over."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile

import pytest
import sqlalchemy as sa
from journeys.adapters import booking_tables, journey_migrations
from journeys.adapters.booking_store import SqlBookingStore, _columns
from journeys.adapters.shown import shown_journey
from journeys.application.ports_booking import BookingFilter, StoredBooking
from journeys.domain.booking import BookingState, begun
from journeys.domain.booking_facts import (
    BookingBegun,
    BookingCancelled,
    BookingCompleted,
    BookingFact,
    BookingFailed,
    ConnectionChanged,
)
from journeys.domain.connection import Connection, ConnectionState
from landlinie.journeys.v1 import journey_pb2
from pydantic import SecretStr
from service_kit.database import database_url, open_engine
from service_kit.migrations import migrate
from service_kit.once import Overtaken
from service_kit.settings import StoreSettings
from service_kit.telemetry.metrics import REGISTRY

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.network)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    kept = StoreSettings()
    if request.param == "postgresql":
        kept = StoreSettings(database_url=SecretStr(str(request.getfixturevalue("postgres_url"))))
    found = open_engine(database_url(kept, tmp_path, "journeys"))
    migrate(found, "journeys.adapters.journey_migrations")
    yield found
    found.dispose()


@pytest.fixture
def store(engine: sa.Engine) -> SqlBookingStore:
    return SqlBookingStore(engine, "amt")


def _wire(journey_id: str) -> bytes:
    journey = journey_pb2.Journey(journey_id=journey_id)
    for number, mode in enumerate((journey_pb2.MODE_POOLED_RIDE, journey_pb2.MODE_TRANSIT)):
        leg = journey.legs.add(mode=mode, bookable=mode == journey_pb2.MODE_POOLED_RIDE)
        leg.departure_time.FromDatetime(NOW + timedelta(hours=number))
        leg.arrival_time.FromDatetime(NOW + timedelta(hours=number + 1))
    journey.expire_time.FromDatetime(NOW)
    return journey.SerializeToString()


def booking(name: str = "b1", hours: float = 0.0) -> StoredBooking:
    return StoredBooking(
        id=name,
        booking=begun([True, False]),
        journey=shown_journey(_wire(f"j-{name}"), seated=2, bicycles=1),
        client_id="app",
        subject="anna",
        passenger_reference="p7",
        payer="payer-7",
        book_time=NOW,
        request_key=f"key-{name}",
        fingerprint=b"what was asked",
        depart_time=NOW + timedelta(hours=hours),
        arrive_time=NOW + timedelta(hours=hours + 2),
        with_contact=True,
        holder="h1",
        held_until_s=100.0,
        retry_at_s=90.0,
        give_up_s=500.0,
    )


def _add(store: SqlBookingStore, *wanted: StoredBooking) -> list[StoredBooking]:
    with store.writing() as writer:
        return [writer.add_booking(each) for each in wanted]


def test_the_table_is_the_one_the_code_knows(engine: sa.Engine) -> None:
    found = {column["name"]: column["nullable"] for column in sa.inspect(engine).get_columns("bookings")}
    assert found == {column.name: column.nullable for column in booking_tables.bookings.columns}
    unique = {tuple(each["column_names"]) for each in sa.inspect(engine).get_unique_constraints("bookings")}
    assert unique == {("booking_id",), ("request_key",), ("journey_id",)}


def test_what_is_stored_comes_back(store: SqlBookingStore) -> None:
    (added,) = _add(store, booking())
    assert added == replace(booking(), number=1, version=1)
    connection = Connection(1, ConnectionState.WAITS, 1_000, 2_000, "The bus waits.")
    changed = replace(
        added,
        booking=added.booking.booked(0, "ride-1").withdrawn(0, "LIFT_REFUSED", "no"),
        connections=(connection,),
        holder="",
        failure_count=3,
    )
    with store.writing() as writer:
        stored = writer.put_booking(changed)
    assert stored == replace(changed, version=2)
    with store.reading() as reader:
        assert reader.booking("b1") == stored
        assert reader.booking_of_request("key-b1") == stored
        assert reader.booking_of_journey("j-b1") == stored
        assert reader.booking("b2") is None


def test_of_two_writers_one_starts_over(store: SqlBookingStore) -> None:
    (added,) = _add(store, booking())
    with store.writing() as writer:
        writer.put_booking(replace(added, failure_count=1))
    with pytest.raises(Overtaken), store.writing() as writer:
        writer.put_booking(replace(added, failure_count=2))
    with store.reading() as reader:
        found = reader.booking("b1")
    assert found is not None
    assert found.failure_count == 1


@pytest.mark.parametrize("same", ["request_key", "journey"])
def test_one_request_and_one_journey_are_booked_once(store: SqlBookingStore, same: str) -> None:
    (added,) = _add(store, booking())
    another = booking("b2")
    twice = replace(another, **{same: getattr(added, same)})
    with pytest.raises(Overtaken):
        _add(store, twice)
    _add(store, another)


def test_what_is_due_comes_in_its_turn(store: SqlBookingStore) -> None:
    over = booking("over")
    free = replace(booking("free"), holder="", retry_at_s=50.0)
    later = replace(booking("later"), holder="", retry_at_s=300.0)
    held = booking("held")
    _add(store, later, held, free, replace(over, booking=over.booking.booked(0, "r")))
    with store.reading() as reader:
        assert reader.due(95.0, "h1", 10) == ["free", "held"]
        assert reader.due(95.0, "h1", 1) == ["free"]
        assert reader.due(95.0, "h2", 10) == ["free"]
        assert reader.due(100.0, "h2", 10) == ["free", "held"]
        assert reader.due(300.0, "h2", 10) == ["free", "held", "later"]
        assert reader.next_due_s("h1") == 50.0
    with store.writing() as writer:
        found = writer.booking("free")
        assert found is not None
        writer.put_booking(replace(found, booking=found.booking.booked(0, "r")))
    with store.reading() as reader:
        assert (reader.next_due_s("h1"), reader.next_due_s("h2")) == (90.0, 100.0)


def test_lists_are_of_whom_and_what_is_asked_for(store: SqlBookingStore) -> None:
    first, second, third = _add(
        store, booking("b1"), replace(booking("b2"), subject="bernd"), replace(booking("b3"), client_id="x")
    )
    with store.reading() as reader:
        assert reader.bookings(BookingFilter(), 0, 2) == [first, second]
        assert reader.bookings(BookingFilter(), second.number, 2) == [third]
        assert reader.bookings(BookingFilter(client_id="app"), 0, 9) == [first, second]
        assert reader.bookings(BookingFilter(client_id="app", subject="bernd"), 0, 9) == [second]
        assert reader.bookings(BookingFilter(frozenset({BookingState.BOOKED})), 0, 9) == []


def test_journeys_under_way_are_those_that_are_booked(store: SqlBookingStore) -> None:
    soon, later, open_ = booking("soon"), booking("later", hours=30), booking("open")
    _add(
        store,
        replace(soon, booking=soon.booking.booked(0, "r1")),
        replace(later, booking=later.booking.booked(0, "r2")),
        open_,
    )
    with store.reading() as reader:
        found = reader.underway(NOW, NOW + timedelta(hours=12))
    assert [each.id for each in found] == ["soon"]


def test_legs_are_found_by_what_others_call_them(store: SqlBookingStore) -> None:
    plain = booking()
    journey = journey_pb2.Journey.FromString(plain.journey.wire)
    journey.legs[0].pooled.offer.offer_id = "offer-7"
    journey.legs[1].bookable = True
    wire = journey.SerializeToString()
    (added,) = _add(store, replace(plain, journey=shown_journey(wire), booking=begun([True, True])))
    with store.reading() as reader:
        # A ride may be cancelled before anybody has heard that it was booked.
        assert reader.legs_of("offer-7") == [("b1", 0)]
        assert reader.legs_of("") == []
    both = added.booking.booked(0, "offer-7").booked(1, "car-3")
    with store.writing() as writer:
        stored = writer.put_booking(replace(added, booking=both))
        writer.put_booking(replace(stored, failure_count=1))
    with store.reading() as reader:
        assert reader.legs_of("offer-7") == [("b1", 0)]
        assert reader.legs_of("car-3") == [("b1", 1)]
    with store.writing() as writer:
        assert writer.purge_bookings(NOW + timedelta(hours=3)) == 1
    with store.reading() as reader:
        assert reader.legs_of("car-3") == []


def test_bookings_of_an_older_database_are_found_by_their_legs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = tmp_path / "older_shapes"
    older.mkdir()
    shapes = Path(journey_migrations.__path__[0])
    for name in ("__init__.py", "v0001_planned.py", "v0002_bookings.py"):
        copyfile(shapes / name, older / name)
    monkeypatch.syspath_prepend(tmp_path)
    engine = open_engine(database_url(StoreSettings(), tmp_path, "journeys"))
    migrate(engine, "older_shapes")
    columns = {**_columns(booking()), "booking_id": "b1", "version": 1}
    del columns["way_on_due"]
    columns["legs"] = [{"state": "booked", "reference": "ride-1", "reason": "", "message": ""}]
    columns["legs"] += [{"state": "none", "reference": "", "reason": "", "message": ""}]
    with engine.begin() as connection:
        connection.execute(sa.insert(booking_tables.bookings).values(columns))
    migrate(engine, "journeys.adapters.journey_migrations")
    with SqlBookingStore(engine, "amt").reading() as reader:
        assert reader.legs_of("ride-1") == [("b1", 0)]
        assert reader.way_on_due(9) == []
        assert reader.booking("b1") is not None
    engine.dispose()


def test_those_are_found_who_are_still_to_be_told_another_way(store: SqlBookingStore) -> None:
    _, second, third = _add(
        store, booking(), replace(booking("b2"), way_on_due=True), replace(booking("b3"), way_on_due=True)
    )
    with store.reading() as reader:
        assert reader.way_on_due(9) == [second, third]
        assert reader.way_on_due(1) == [second]
    with store.writing() as writer:
        writer.put_booking(replace(second, way_on_due=False))
    with store.reading() as reader:
        assert [each.id for each in reader.way_on_due(9)] == ["b3"]


def test_bookings_are_forgotten_after_their_journeys(store: SqlBookingStore) -> None:
    old = booking("old")
    _add(store, replace(old, booking=old.booking.booked(0, "r1")), booking("open"), booking("new", hours=50))
    with store.writing() as writer:
        assert writer.purge_bookings(NOW + timedelta(hours=3)) == 1
    with store.reading() as reader:
        assert [each.id for each in reader.bookings(BookingFilter(), 0, 9)] == ["open", "new"]


def _published_and_rolled_back(store: SqlBookingStore) -> None:
    with store.writing() as writer:
        writer.publish_booking(FACTS)
        raise Overtaken


def _counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


FACTS: list[BookingFact] = [
    BookingBegun("b1", NOW),
    BookingCompleted("b1", NOW, ("r1", "r2")),
    BookingFailed("b1", NOW, "OFFER_TAKEN"),
    BookingCancelled("b1", NOW),
    ConnectionChanged("b1", NOW, 2, ConnectionState.MISSED),
]


def test_facts_go_out_with_what_they_tell_of(store: SqlBookingStore, engine: sa.Engine) -> None:
    names = {"begun", "booked", "failed", "cancelled"}
    before = {name: _counted("landlinie_journey_bookings_total", outcome=name) for name in names}
    missed = _counted("landlinie_connections_total", state="missed")
    with pytest.raises(Overtaken):
        _published_and_rolled_back(store)
    with store.writing() as writer:
        writer.publish_booking(FACTS)
    after = {name: _counted("landlinie_journey_bookings_total", outcome=name) for name in names}
    assert after == {name: figure + 1 for name, figure in before.items()}
    assert _counted("landlinie_connections_total", state="missed") == missed + 1
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT type, topic, key FROM outbox ORDER BY seq")).all()
    assert [row.type.rpartition(".")[2] for row in rows] == [type(fact).__name__ for fact in FACTS]
    assert {(row.topic, row.key) for row in rows} == {("landlinie.journeys.booking.v1", "amt/b1")}
