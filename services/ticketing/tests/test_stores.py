"""What is stored comes back as it was, on both kinds of database, and goes when its time is over."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from databases import ON_BOTH
from landlinie.pooling.events.v1 import ride_events_pb2
from office import APP, MONDAY, OPERATOR, WEEK, Office, at, day, happened, ridden
from service_kit.errors import FailedPrecondition
from service_kit.migrations import migrate
from service_kit.once import AnsweredMeanwhile, Overtaken, StoredAnswer
from ticketing.adapters import identity_tables, payment_tables, settlement_tables, tables, trace_tables
from ticketing.adapters.happening_documents import read, write
from ticketing.application.ports import StoredTrace
from ticketing.bootstrap import DATABASES
from ticketing.domain.account import PaymentDetails, Profile
from ticketing.domain.journal import EntryKind, Posting, entered
from ticketing.domain.journeys import (
    Answered,
    Booked,
    CheckedIn,
    CheckedOut,
    Detected,
    GivenUp,
    Leg,
    Place,
    Reading,
)
from ticketing.domain.operations import OperationState, Step, StepOutcome
from ticketing.domain.trace import Activity, Fix, Guess

pytestmark = [ON_BOTH, pytest.mark.network]

PAYMENT = PaymentDetails("Änne Müller", "DE89370400440532013000", "M-1", MONDAY)
METADATA = {
    "ticketing_identity": identity_tables.metadata,
    "ticketing": tables.metadata,
    "ticketing_traces": trace_tables.metadata,
    "ticketing_settlement": settlement_tables.metadata,
    "ticketing_payments": payment_tables.metadata,
}


def test_the_schema_is_the_one_the_code_knows(office: Office) -> None:
    assert set(METADATA) == set(DATABASES)
    for name, engine in office.app._engines.items():
        assert migrate(engine, DATABASES[name]) is not None
        found = sa.inspect(engine)
        ours = {table for table in found.get_table_names() if table not in {"alembic_version", "store_owner"}}
        assert ours == set(METADATA[name].tables)
        for table in METADATA[name].tables.values():
            columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
            assert columns == {column.name: column.nullable for column in table.columns}, table.name
            keys = found.get_pk_constraint(table.name)["constrained_columns"]
            assert set(keys) == {column.name for column in table.primary_key}, table.name
            made = {(index["name"], tuple(index["column_names"])) for index in found.get_indexes(table.name)}
            wanted = {(index.name, tuple(column.name for column in index.columns)) for index in table.indexes}
            assert wanted <= made, table.name


def test_accounts_and_answers_come_back_and_go_together(office: Office) -> None:
    account_id = office.open(Profile("child"), PAYMENT)
    shown = office.use.accounts.get(account_id, APP)
    assert (shown.payment, shown.account.profile.category) == (PAYMENT, "child")
    identity = office.stores.identity
    answer = StoredAnswer(b"asked", f"about {account_id}".encode())
    other = StoredAnswer(b"asked", b"about somebody else")
    with identity.writing() as writer:
        writer.store_answer("Method", "a", answer, office.clock.now())
        writer.store_answer("Method", "b", other, office.clock.now())
    with pytest.raises(AnsweredMeanwhile), identity.writing() as writer:
        writer.store_answer("Method", "a", other, office.clock.now())
    with identity.writing() as writer:
        names = writer.all_pseudonyms(account_id)
        assert writer.of_payer(names[0].payer) == writer.of_rider(names[0].rider) == names[0]
        writer.delete_account(account_id)
    with identity.reading() as reader:
        assert reader.account(account_id) is None
        assert reader.payment_details(account_id) is None
        assert reader.of_payer(names[0].payer) is None
        assert (reader.stored_answer("Method", "a"), reader.stored_answer("Method", "b")) == (None, other)


def test_what_happened_comes_back_as_it_was(office: Office) -> None:
    leg = Leg(
        at("08:00"), at("08:20"), Place("ä", ("1", "2")), Place("b", None, 53.5, 13.2), "n", "r", "t", 3, 0
    )
    for happening in (
        Booked(leg.board, leg.alight, (("adult", 2),), "net"),
        CheckedIn(at("08:00"), leg.board, (("child", 1),)),
        CheckedOut(at("08:20"), None, (leg,)),
        GivenUp("no_show"),
        Detected(at("08:20"), (Reading((leg,), 0.25),), sure=False),
        Answered(at("09:00"), "q", "r"),
    ):
        assert read(write(happening)) == happening
    account_id = office.open()
    office.clock.advance_to(at("09:00"))
    office.check_in(account_id, "trip", at("08:00"), leg.board)
    riders = office.use.desk.riders(account_id)
    with office.stores.rides.writing() as writer:
        told = writer.journey(riders, "trip")
        assert told is not None
        ended = CheckedOut(at("08:20"), None, (leg,))
        assert writer.tell(told.key, ended, office.clock.now())
        assert not writer.tell(told.key, ended, office.clock.now())
        again = writer.journey(riders, "trip")
        assert again is not None
        assert set(again.happenings) == {*told.happenings, ended}
        assert writer.version(told.key.rider, WEEK) == (2, 0)


def test_of_two_who_write_the_same_number_one_is_overtaken(office: Office) -> None:
    rides = office.stores.rides
    posting = Posting(EntryKind.PAYMENT, WEEK, WEEK, -500, reference="p")
    with rides.writing() as writer:
        writer.append(entered("rider", 0, office.clock.now(), [posting, posting]))
    with pytest.raises(Overtaken), rides.writing() as writer:
        writer.append(entered("rider", 1, office.clock.now(), [posting]))
    with rides.reading() as reader:
        assert [entry.number for entry in reader.entries("rider")] == [1, 2]
        assert reader.entries_posted_in(["rider", "other"], WEEK) == reader.entries("rider")


def test_riders_of_a_period_come_in_order_and_parts(office: Office) -> None:
    office.clock.advance_to(at("20:00"))
    accounts = [office.open() for _ in range(5)]
    for account_id in accounts:
        office.ride(account_id, "one", at("08:00"))
        office.ride(account_id, "two", at("12:00"))
    with office.stores.rides.reading() as reader:
        riders = reader.riders_in(WEEK, "", 500)
        assert riders == sorted(riders)
        assert sorted(riders) == sorted(office.use.desk.riders(each)[0] for each in accounts)
        assert reader.riders_in(WEEK, riders[1], 2) == riders[2:4]
        assert reader.riders_in("2026-W01", "", 500) == []


def test_steps_count_once_and_everything_old_goes(office: Office) -> None:
    now = office.clock.now()
    office.clock.advance_to(at("03:00", day(7)))
    operation = office.do(office.use.operations.start, WEEK)
    store = office.stores.settlement
    with store.writing() as writer:
        writer.add_riders(operation.id, 2, all_found=True)
        for _ in range(2):
            writer.put_step(operation.id, Step("r1", StepOutcome.SETTLED, now, 250))
        writer.put_step(operation.id, Step("r2", StepOutcome.INCOMPLETE, now, 100, proven=False))
        found = writer.operation(operation.id)
        assert found is not None
        assert (found.state, found.posted_cents, found.unproven_count) == (OperationState.DONE, 350, 1)
        assert (found.settled_count, found.incomplete_count, found.end_time) == (1, 1, now)
        assert writer.is_cancelled(operation.id) is False
        assert writer.is_cancelled("nobody") is None
        assert writer.purge(office.clock.now() + timedelta(days=1)) >= 3
        assert writer.operation(operation.id) is None


def test_traces_come_back_and_go_when_they_are_due(office: Office) -> None:
    fix = Fix(at("08:00"), 13.2, 53.5, 12.5, (Guess(Activity.IN_VEHICLE, 0.8),), "beacon")
    trace = StoredTrace("rider", "j-1", at("08:00"), at("09:00"), (fix,))
    office.stores.traces.put(trace)
    office.stores.traces.put(trace)
    assert office.stores.traces.traces(["rider", "other"]) == [trace]
    assert office.stores.traces.sweep(at("08:59")) == 0
    assert office.stores.traces.sweep(at("09:00")) == 1
    assert office.stores.traces.traces(["rider"]) == []


def test_what_was_told_of_rides_of_nobody_goes(office: Office) -> None:
    account_id = office.open()
    office.clock.advance_to(at("20:00"))
    office.ride(account_id, "trip", at("08:00"))
    office.hear([happened(office, ride_events_pb2.PassengerBoarded, "nobodys", at("09:00"))])
    table = sa.select(sa.func.count()).select_from(tables.happenings)

    def count() -> int:
        with office.app._engines["ticketing"].connect() as connection:
            return int(connection.execute(table).scalar_one())

    assert count() == 3
    office.clock.advance_to(office.clock.now() + timedelta(days=36))
    assert office.app.tidy() > 0
    assert count() == 2


def test_who_is_erased_is_erased(office: Office) -> None:
    account_id = office.open(payment=PAYMENT)
    office.hear(ridden(office, "pooled-ride", office.payer(account_id), at("09:00")))
    office.clock.advance_to(at("20:00"))
    office.ride(account_id, "trip", at("08:00"))
    parts = dict(office.use.persons.export(account_id, APP))
    payments = parts["payments.jsonl"]
    assert isinstance(payments, list)
    assert [getattr(payment, "ride_id", "") for payment in payments] == ["pooled-ride"]
    office.do(office.use.accounts.close, account_id)
    office.clock.advance_to(at("03:00", day(7)))
    with pytest.raises(FailedPrecondition, match="NOT_SETTLED"):
        office.do(office.use.persons.erase, account_id)
    office.settle()
    riders = office.use.desk.riders(account_id)
    with pytest.raises(FailedPrecondition, match="BALANCE_OPEN"):
        office.do(office.use.persons.erase, account_id)
    erased = office.do(office.use.persons.erase, account_id, caller=OPERATOR)
    assert (erased.journey_count, erased.kept_entry_count) == (2, 2)
    assert office.use.desk.riders(account_id) == []
    with office.stores.rides.reading() as reader:
        assert reader.journeys(riders, None, 0, 10) == []
        assert [entry.posting.cents for entry in reader.entries(riders[0])] == [200, 200]
    assert office.use.persons._payments.held(riders) == []
