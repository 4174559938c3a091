"""From rides to money, on real stores: what is told on paper, in the journal and to the bank is one sum."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from service_kit.clock import SimulatedClock
from service_kit.database import open_engine
from service_kit.errors import FailedPrecondition, NotFound
from service_kit.identity.principal import Principal, Role
from service_kit.migrations import migrate
from service_kit.once import Call
from ticketing.adapters import sepa
from ticketing.adapters.identity_store import SqlIdentityStore
from ticketing.adapters.payment_store import SqlPaymentRows, SqlPaymentStore
from ticketing.adapters.payments_of_persons import SqlPaymentsOfPersons
from ticketing.adapters.settlement_store import SqlSettlementStore
from ticketing.adapters.statement_pdf import statement_pdf
from ticketing.adapters.store import SqlRideStore
from ticketing.adapters.trace_store import SqlTraceStore
from ticketing.application.collecting import Collecting
from ticketing.application.desk import Desk, Stores
from ticketing.application.money import PostMoney
from ticketing.application.payments import Declined, PaymentWorker, ProviderAway
from ticketing.application.persons import Erased, Persons
from ticketing.application.places import PlaceNames
from ticketing.application.prices import Prices
from ticketing.application.quotes import Quotes
from ticketing.application.ride_payments import RidePayments
from ticketing.application.settling import SettleRider
from ticketing.application.statements import Statements, Terms
from ticketing.bootstrap import DATABASES, best_price
from ticketing.domain.account import Account, AccountState, PaymentDetails, Profile
from ticketing.domain.direct_debit import BankParty, Creditor, Sequence
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.journal import EntryKind, balance_cents, charged_cents
from ticketing.domain.journeys import (
    Booked,
    CheckedIn,
    CheckedOut,
    GivenUp,
    JourneyKey,
    Leg,
    Place,
    Source,
)
from ticketing.domain.payment import Ending, PaymentState, Step
from ticketing.domain.products import Product, Validity
from ticketing.domain.statement_words import Language
from ticketing.domain.tariff import Tariff, TariffBook

ZONE = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 16, 7, tzinfo=ZONE)
WEEK = "2026-W47"
ADULT = (("adult", 1),)
BOOK = TariffBook(
    (
        Tariff(
            (Product("single", Validity.RIDE, 270), Product("day", Validity.DAY, 570)),
            3 * 60,
            id="v1",
            valid_from=date(2026, 1, 1),
            settled=Validity.WEEK,
            late_days=3,
            timezone=ZONE,
        ),
    )
)
CREDITOR = Creditor(BankParty("Amt", "DE89370400440532013000"), "DE98ZZZ09999999999")
HOLDER = PaymentDetails("Jörg Groß", "DE75512108001245126199", "LL-1", date(2026, 1, 5))
APP = Principal("p1", frozenset((Role.APP_BACKEND,)), "demo", "app")


@dataclass
class Till:
    """A provider in the test's hands."""

    away: bool = False
    declines: frozenset[Step] = frozenset()
    done: dict[str, tuple[Step, int]] = field(default_factory=dict)

    def carry_out(self, step: Step, payment_id: str, cents: int, currency: str, key: str) -> None:
        assert (currency, key.split(":", maxsplit=1)[0]) == ("EUR", payment_id)
        if self.away:
            raise ProviderAway("away")
        if step in self.declines:
            raise Declined("no")
        assert self.done.setdefault(f"{key}", (step, cents)) == (step, cents)

    def cents(self, step: Step) -> int:
        return sum(cents for made, cents in self.done.values() if made is step)


class Shop:
    """The use cases on stores in files."""

    def __init__(self, folder: Path) -> None:
        engines = {name: open_engine(f"sqlite:///{folder / name}.sqlite") for name in DATABASES}
        self.engines = engines
        self.clock = SimulatedClock(MONDAY.astimezone(UTC))
        self.rides = SqlRideStore(engines["ticketing"], "demo")
        self.identity = SqlIdentityStore(engines["ticketing_identity"])
        stores = Stores(
            self.identity,
            self.rides,
            SqlTraceStore(engines["ticketing_traces"]),
            SqlSettlementStore(engines["ticketing_settlement"], "demo"),
        )
        self.desk = Desk(stores, Prices(BOOK, best_price()), self.clock, lambda: None)
        self.settle = SettleRider(self.desk)
        self.quotes = Quotes(self.desk, self.settle)
        self.payments = SqlPaymentStore(engines["ticketing_payments"])
        self.money = PostMoney(self.rides, self.clock.now)
        self.till = Till()
        self.worker = PaymentWorker(self.payments, self.till, self.money, self.clock.now)
        self.events = RidePayments(self.desk, self.quotes, provider_set=True)
        terms = Terms("Amt", 5, CREDITOR)
        self.collecting = Collecting(
            self.desk,
            self.payments,
            money=self.money,
            files=sepa,
            terms=terms,
            tenant="demo",
            poke=lambda: None,
        )
        self.statements = Statements(
            self.desk,
            self.settle,
            terms,
            moneys=self.payments,
            place_name=PlaceNames({"a": "Ascheffel"}),
            printer=statement_pdf,
        )

    def close(self) -> None:
        for engine in self.engines.values():
            engine.dispose()

    def account(self, name: str = "a-1", details: PaymentDetails | None = HOLDER, **told: Any) -> str:
        account = Account(
            name, "app", "p1", told.get("state", AccountState.OPEN), Profile(), self.clock.now()
        )
        with self.identity.writing() as writer:
            writer.put_account(account)
            if details:
                writer.put_payment_details(name, details)
        return self.desk.pseudonyms(name, "2026-11").rider

    def ride(self, rider: str, name: str, begins: datetime, *, pooled: bool = False) -> None:
        ends = begins + timedelta(minutes=20)
        source = Source.POOLING if pooled else Source.CHECK_IN
        day = BOOK.service_day(begins)
        period = self.desk.prices.period(day).id
        key = JourneyKey(f"j-{rider}-{name}", rider, name, source, day, period, ADULT)
        with self.rides.writing() as writer:
            writer.put_journey(key)
            if pooled:
                writer.tell(key, Booked(Place("a"), Place("b"), ADULT, ""), self.clock.now())
            writer.tell(key, CheckedIn(begins, Place("a"), ADULT), self.clock.now())
            writer.tell(key, CheckedOut(ends, Place("b")), self.clock.now())

    def book(self, account: str, ride_id: str, begins: datetime) -> None:
        payer = self.desk.pseudonyms(account, "2026-11").payer
        leg = Leg(begins, begins + timedelta(minutes=20), Place("a"), Place("b"))
        with self.engines["ticketing_payments"].begin() as connection:
            self.events.booked(SqlPaymentRows(connection), ride_id, payer, leg, ADULT)

    def end(self, ride_id: str, ending: Ending) -> None:
        with self.engines["ticketing_payments"].begin() as connection:
            self.events.ended(SqlPaymentRows(connection), ride_id, ending)

    def state(self, ride_id: str) -> PaymentState:
        with self.payments.reading() as rows:
            kept = rows.payment(ride_id)
        assert kept is not None
        return kept.payment.state

    def later(self, by: timedelta) -> None:
        self.clock.advance_to(self.clock.now() + by)

    def after_the_week(self) -> None:
        self.later(timedelta(days=8))

    def open_cents(self, rider: str) -> int:
        with self.rides.reading() as reader:
            return balance_cents(reader.entries(rider))

    def posted(self, rider: str, kind: EntryKind) -> list[int]:
        with self.rides.reading() as reader:
            return [it.posting.cents for it in reader.entries(rider) if it.posting.kind is kind]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Databases with nothing in them, to be copied."""
    folder = tmp_path_factory.mktemp("empty")
    for name, package in DATABASES.items():
        engine = open_engine(f"sqlite:///{folder / name}.sqlite")
        migrate(engine, package)
        engine.dispose()
    return folder


@pytest.fixture
def shop(tmp_path: Path, empty: Path) -> Iterator[Shop]:
    opened = Shop(Path(shutil.copytree(empty, tmp_path / "shop")))
    yield opened
    opened.close()


def three_rides(shop: Shop, rider: str) -> None:
    for number in range(3):
        shop.ride(rider, f"r{number}", MONDAY + timedelta(hours=3 * number))


def test_a_week_with_a_mandate_is_debited_once(shop: Shop) -> None:
    rider = shop.account()
    three_rides(shop, rider)
    with pytest.raises(FailedPrecondition, match="ends at"):
        shop.collecting.go_on(WEEK)
    shop.after_the_week()
    shop.settle(rider, WEEK)
    before = shop.statements.shown("a-1", WEEK, APP).statement
    assert (before.total_cents, before.open_cents) == (570, 570)
    assert before.collection is not None
    assert (before.collection.mandate, before.collection.due) == ("LL-1", date(2026, 11, 30))
    first = shop.collecting.go_on(WEEK)
    assert (first.run.complete, first.debit_count, first.debits_cents) == (True, 1, 570)
    assert shop.collecting.go_on(WEEK) == first
    run = shop.collecting.bank_run(first.run.id)
    assert [(it.cents, it.sequence, it.due) for it in run.debits] == [
        (570, Sequence.FIRST, date(2026, 11, 30))
    ]
    assert shop.collecting.file(run.id, "debits") == shop.collecting.file(run.id, "debits")
    with pytest.raises(FailedPrecondition, match="has no transfers"):
        shop.collecting.file(run.id, "transfers")
    assert shop.open_cents(rider) == 0
    # Until it is due, paper announces it; then it is paid.
    announced = shop.statements.shown("a-1", WEEK, APP)
    assert announced.balance_cents == 0
    assert announced.statement == before
    shop.later(timedelta(days=7))
    paid = shop.statements.shown("a-1", WEEK, APP).statement
    assert (paid.total_cents, paid.open_cents, paid.collection) == (570, 0, None)
    assert [it.origin for it in paid.rides] == ["Ascheffel"] * 3


def test_a_run_that_died_between_order_and_journal_goes_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    riders = [
        shop.account(f"a-{number}", replace(HOLDER, mandate_reference=f"LL-{number}")) for number in range(4)
    ]
    for rider in riders:
        three_rides(shop, rider)
    shop.after_the_week()
    for rider in riders:
        shop.settle(rider, WEEK)
    post, calls = shop.money.post, []

    def dying(*told: Any, **more: Any) -> bool:
        calls.append(told)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return post(*told, **more)

    monkeypatch.setattr(shop.money, "post", dying)
    with pytest.raises(KeyboardInterrupt):
        shop.collecting.go_on(WEEK)
    monkeypatch.undo()
    done = shop.collecting.go_on(WEEK)
    assert (done.debit_count, done.debits_cents, done.run.complete) == (4, 4 * 570, True)
    assert [shop.open_cents(rider) for rider in riders] == [0] * 4


def test_a_returned_debit_is_owed_again_with_its_fee(shop: Shop) -> None:
    rider = shop.account()
    three_rides(shop, rider)
    shop.after_the_week()
    shop.settle(rider, WEEK)
    run = shop.collecting.bank_run(shop.collecting.go_on(WEEK).run.id)
    order = run.debits[0].id
    for _ in range(2):
        shop.collecting.returned(order, 350)
    assert shop.open_cents(rider) == 570 + 350
    assert shop.posted(rider, EntryKind.CHARGEBACK) == [570]
    later = shop.statements.shown("a-1", "2026-W48", APP).statement
    assert (later.total_cents, later.open_cents) == (0, 920)
    shop.ride(rider, "next", shop.clock.now())
    shop.later(timedelta(days=7))
    shop.settle(rider, "2026-W48")
    again = shop.collecting.bank_run(shop.collecting.go_on("2026-W48").run.id)
    assert [(it.cents, it.sequence) for it in again.debits] == [(920 + 270, Sequence.FIRST)]
    with pytest.raises(NotFound, match="there is no order 'x'"):
        shop.collecting.returned("x", 0)
    with pytest.raises(WrongFieldError, match="fee_cents -1"):
        shop.collecting.returned(order, -1)


def test_rides_known_after_the_cut_off_are_a_correction_of_the_next_statement(shop: Shop) -> None:
    rider = shop.account()
    three_rides(shop, rider)
    shop.after_the_week()
    shop.settle(rider, WEEK)
    shop.later(timedelta(days=4))
    shop.ride(rider, "late", MONDAY + timedelta(days=1))
    shop.settle(rider, WEEK)
    old = shop.statements.shown("a-1", WEEK, APP).statement
    assert (old.total_cents, len(old.rides)) == (570, 3)
    new = shop.statements.shown("a-1", "2026-W48", APP).statement
    assert [(it.period, it.cents) for it in new.corrections] == [(WEEK, 270)]
    assert (new.total_cents, new.products_cents) == (270, 0)
    listed = shop.statements.listed("a-1", "", 10, APP)
    assert [(it.period.id, it.total_cents) for it in listed] == [("2026-W48", 270), (WEEK, 570)]
    assert [it.period.id for it in shop.statements.listed("a-1", "2026-W48", 10, APP)] == [WEEK]


def test_rides_put_right_after_the_cut_off_leave_their_bill(shop: Shop) -> None:
    rider = shop.account()
    three_rides(shop, rider)
    shop.after_the_week()
    shop.settle(rider, WEEK)
    shop.later(timedelta(days=4))
    with shop.rides.writing() as writer:
        told = writer.journey([rider], "r0")
        assert told is not None
        writer.tell(told.key, GivenUp("cancelled"), shop.clock.now())
    shop.settle(rider, WEEK)
    old = shop.statements.shown("a-1", WEEK, APP).statement
    assert (old.total_cents, old.rides) == (570, ())
    assert b"%PDF" in statement_pdf(old, Language.GERMAN, "Amt")
    new = shop.statements.shown("a-1", "2026-W48", APP).statement
    assert new.total_cents == 2 * 270 - 570


def test_a_late_ride_before_the_cut_off_is_told_as_a_revision(shop: Shop) -> None:
    rider = shop.account()
    shop.ride(rider, "r0", MONDAY)
    shop.after_the_week()
    shop.settle(rider, WEEK)
    shop.later(timedelta(minutes=1))
    shop.ride(rider, "late", MONDAY + timedelta(days=1))
    shop.settle(rider, WEEK)
    statement = shop.statements.shown("a-1", WEEK, APP).statement
    assert statement.total_cents == 540
    assert [it.cents for it in statement.revisions] == [270]


def test_the_running_week_has_a_forecast(shop: Shop) -> None:
    rider = shop.account()
    with pytest.raises(NotFound, match="nothing was ridden or posted in 2026-W47"):
        shop.statements.shown("a-1", "", APP)
    shop.ride(rider, "r0", MONDAY)
    shop.later(timedelta(hours=1))
    statement = shop.statements.shown("a-1", "", APP).statement
    assert (statement.settled, statement.total_cents) == (False, 270)


def test_a_quote_is_what_the_ride_adds(shop: Shop) -> None:
    rider = shop.account()
    begins = MONDAY + timedelta(hours=8)
    leg = Leg(begins, begins + timedelta(minutes=20), Place("a"), Place("b"))
    assert shop.quotes("a-1", (leg,), (), APP).cents == 270
    shop.ride(rider, "r0", MONDAY)
    shop.ride(rider, "r1", MONDAY + timedelta(hours=3))
    shop.later(timedelta(hours=6))
    quote = shop.quotes("a-1", (leg,), (), APP)
    assert (quote.cents, quote.alone_cents, quote.products) == (30, 270, ("day",))
    assert shop.quotes("", (leg,), (), APP).cents == 270
    with pytest.raises(FailedPrecondition, match="no product"):
        shop.quotes("", (leg,), (("child", 1),), APP)


def test_a_booked_ride_is_held_and_captured_at_once_without_a_mandate(shop: Shop) -> None:
    rider = shop.account(details=None)
    shop.book("a-1", "ride-1", MONDAY)
    shop.book("a-1", "ride-1", MONDAY)
    assert shop.worker.work() == 1
    assert shop.state("ride-1") is PaymentState.HELD
    shop.end("ride-1", Ending.ALIGHTED)
    shop.end("ride-1", Ending.ALIGHTED)
    shop.worker.work()
    assert shop.state("ride-1") is PaymentState.CAPTURED
    assert shop.posted(rider, EntryKind.PAYMENT) == [-270]
    shop.ride(rider, "ride-1", MONDAY, pooled=True)
    shop.after_the_week()
    shop.settle(rider, WEEK)
    shop.collecting.go_on(WEEK)
    statement = shop.statements.shown("a-1", WEEK, APP).statement
    assert (statement.total_cents, statement.open_cents) == (270, 0)
    assert [it.quoted_cents for it in statement.rides] == [270]
    assert shop.till.cents(Step.CAPTURE) == 270


def test_what_was_paid_too_much_is_given_back(shop: Shop) -> None:
    rider = shop.account(details=None)
    for number in range(3):
        # Booked before any was ridden: each is forecast as the only one.
        shop.book("a-1", f"ride-{number}", MONDAY + timedelta(hours=3 * number))
    shop.worker.work()
    for number in range(3):
        shop.ride(rider, f"ride-{number}", MONDAY + timedelta(hours=3 * number), pooled=True)
        shop.end(f"ride-{number}", Ending.ALIGHTED)
    shop.worker.work()
    shop.after_the_week()
    shop.settle(rider, WEEK)
    assert shop.open_cents(rider) == 570 - 810
    for _ in range(2):
        shop.collecting.go_on(WEEK)
        shop.worker.work()
    assert shop.open_cents(rider) == 0
    assert shop.till.cents(Step.REFUND) == 240
    assert shop.posted(rider, EntryKind.REFUND) == [240]


def test_with_a_mandate_what_is_held_is_captured_with_the_week_and_the_rest_debited(shop: Shop) -> None:
    rider = shop.account()
    shop.book("a-1", "ride-1", MONDAY)
    shop.worker.work()
    shop.ride(rider, "ride-1", MONDAY, pooled=True)
    shop.ride(rider, "bus", MONDAY + timedelta(days=1))
    shop.end("ride-1", Ending.ALIGHTED)
    shop.worker.work()
    assert shop.state("ride-1") is PaymentState.HELD
    shop.after_the_week()
    shop.settle(rider, WEEK)
    assert shop.collecting.go_on(WEEK).debits_cents == 270
    shop.worker.work()
    assert shop.till.cents(Step.CAPTURE) == 270
    assert shop.open_cents(rider) == 0


def test_a_cancelled_ride_is_let_go(shop: Shop) -> None:
    shop.account(details=None)
    shop.book("a-1", "ride-1", MONDAY)
    shop.worker.work()
    shop.end("ride-1", Ending.GIVEN_UP)
    shop.worker.work()
    assert shop.state("ride-1") is PaymentState.RELEASED
    assert shop.till.cents(Step.CAPTURE) == 0


def test_an_end_told_before_its_booking_holds_nothing(shop: Shop) -> None:
    shop.account(details=None)
    shop.end("ride-1", Ending.GIVEN_UP)
    shop.book("a-1", "ride-1", MONDAY)
    assert shop.worker.work() == 0
    assert shop.till.done == {}
    with shop.payments.writing() as rows:
        assert rows.forget_unclaimed(shop.clock.now() + timedelta(days=1)) == 1


def test_a_provider_that_is_away_loses_no_ride(shop: Shop) -> None:
    rider = shop.account(details=None)
    shop.till.away = True
    shop.book("a-1", "ride-1", MONDAY)
    assert shop.worker.work() == 0
    assert shop.state("ride-1") is PaymentState.ASKED
    shop.later(timedelta(minutes=3))
    shop.worker.work()
    assert shop.state("ride-1") is PaymentState.BY_STATEMENT
    shop.ride(rider, "ride-1", MONDAY, pooled=True)
    shop.end("ride-1", Ending.ALIGHTED)
    shop.till.away = False
    shop.later(timedelta(minutes=30))
    shop.worker.work()
    # Whatever the provider may have held meanwhile is let go; the statement has the ride.
    assert {step for step, _ in shop.till.done.values()} == {Step.RELEASE}
    shop.after_the_week()
    shop.settle(rider, WEEK)
    assert shop.statements.shown("a-1", WEEK, APP).statement.open_cents == 270


def test_a_provider_that_comes_back_in_time_holds_after_all(shop: Shop) -> None:
    shop.account(details=None)
    shop.till.away = True
    shop.book("a-1", "ride-1", MONDAY)
    shop.worker.work()
    assert shop.worker.work() == 0
    shop.till.away = False
    shop.later(timedelta(seconds=30))
    assert shop.worker.work() == 1
    assert shop.state("ride-1") is PaymentState.HELD


def test_a_declined_hold_is_left_to_the_statement(shop: Shop) -> None:
    shop.account(details=None)
    shop.till.declines = frozenset((Step.HOLD,))
    shop.book("a-1", "ride-1", MONDAY)
    shop.worker.work()
    assert shop.state("ride-1") is PaymentState.BY_STATEMENT
    assert shop.worker.work() == 0


@pytest.mark.parametrize(
    "details",
    [
        replace(HOLDER, mandate_reference="", mandate_date=None),
        replace(HOLDER, mandate_date=date(2027, 1, 1)),
        None,
    ],
)
def test_without_a_mandate_that_holds_nobody_is_debited(shop: Shop, details: PaymentDetails | None) -> None:
    rider = shop.account(details=details)
    three_rides(shop, rider)
    shop.after_the_week()
    shop.settle(rider, WEEK)
    assert shop.collecting.go_on(WEEK).debit_count == 0
    assert shop.open_cents(rider) == 570


def test_a_mandate_taken_back_after_the_order_is_told(shop: Shop) -> None:
    rider = shop.account()
    three_rides(shop, rider)
    shop.after_the_week()
    shop.settle(rider, WEEK)
    run = shop.collecting.go_on(WEEK).run
    with shop.identity.writing() as writer:
        writer.put_payment_details("a-1", replace(HOLDER, mandate_reference="", mandate_date=None))
    with pytest.raises(FailedPrecondition, match="no payment details for it any more"):
        shop.collecting.file(run.id, "debits")


def test_who_stands_in_a_banks_file_is_erased_once_it_is_due(shop: Shop) -> None:
    rider = shop.account(state=AccountState.CLOSED)
    three_rides(shop, rider)
    shop.after_the_week()
    shop.settle(rider, WEEK)
    persons = Persons(shop.desk, SqlPaymentsOfPersons(shop.engines["ticketing_payments"]), lambda: None)
    erase: Call[Erased] = Call("ErasePerson", "e1", b"", lambda it: repr(it).encode(), APP)
    with pytest.raises(FailedPrecondition, match="570 cents of a-1 are not paid yet"):
        persons.erase(erase, "a-1")
    run = shop.collecting.go_on(WEEK).run
    with pytest.raises(FailedPrecondition, match=f"due on {run.due}"):
        persons.erase(erase, "a-1")
    assert shop.collecting.file(run.id, "debits")
    shop.clock.advance_to(datetime.combine(run.due + timedelta(days=1), time(3), ZONE))
    assert b"kept_entry_count=2" in persons.erase(erase, "a-1")


def test_the_credit_of_a_closed_account_is_paid_out(shop: Shop) -> None:
    rider = shop.account(state=AccountState.CLOSED)
    shop.ride(rider, "r0", MONDAY)
    shop.money.post(rider, WEEK, EntryKind.PAYMENT, -500, "cash")
    shop.after_the_week()
    shop.settle(rider, WEEK)
    done = shop.collecting.go_on(WEEK)
    assert (done.debit_count, done.transfer_count, done.transfers_cents) == (0, 1, 230)
    assert b"pain.001.001.09" in shop.collecting.file(done.run.id, "transfers")
    assert shop.open_cents(rider) == 0


def test_a_movement_is_posted_once(shop: Shop) -> None:
    rider = shop.account()
    assert shop.money.post(rider, WEEK, EntryKind.PAYMENT, -500, "x")
    assert not shop.money.post(rider, WEEK, EntryKind.PAYMENT, -500, "x")
    assert shop.money.post(rider, WEEK, EntryKind.FEE, 100, "x")
    assert shop.open_cents(rider) == -400


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 15), st.booleans(), st.booleans()), min_size=1, max_size=7
    ),
    st.booleans(),
    st.sampled_from(
        (frozenset(), frozenset((Step.HOLD,)), frozenset((Step.REFUND,)), frozenset((Step.CAPTURE,)))
    ),
)
def test_statement_journal_bill_and_bank_agree(
    tmp_path_factory: pytest.TempPathFactory,
    empty: Path,
    ridden: list[tuple[int, int, bool, bool]],
    mandate: bool,
    declines: frozenset[Step],
) -> None:
    shop = Shop(Path(shutil.copytree(empty, tmp_path_factory.mktemp("all") / "shop")))
    try:
        shop.till.declines = declines
        rider = shop.account(details=HOLDER if mandate else None)
        for number, (day, hour, pooled, given_up) in enumerate(ridden):
            begins = MONDAY + timedelta(days=day, hours=hour)
            name = f"r{number}"
            if pooled:
                shop.book("a-1", name, begins)
                shop.worker.work()
            if pooled and given_up:
                shop.end(name, Ending.GIVEN_UP)
            else:
                shop.ride(rider, name, begins, pooled=pooled)
                if pooled:
                    shop.end(name, Ending.ALIGHTED)
            shop.worker.work()
        shop.after_the_week()
        total = shop.settle(rider, WEEK).settlement.total_cents
        for _ in range(3):
            done = shop.collecting.go_on(WEEK)
            shop.worker.work()
        with shop.rides.reading() as reader:
            entries = reader.entries(rider)
        assert charged_cents(entries, WEEK) == total
        if any(not (pooled and given_up) for _, _, pooled, given_up in ridden):
            shown = shop.statements.shown("a-1", WEEK, APP)
            rides = shown.statement.rides
            assert shown.statement.total_cents == total == sum(it.counted_cents for it in rides)
            assert shown.balance_cents == shop.open_cents(rider)
        assert shop.till.cents(Step.REFUND) <= shop.till.cents(Step.CAPTURE)
        if mandate and Step.CAPTURE not in declines:
            assert shop.open_cents(rider) == 0
        if done.debit_count:
            assert f"<CtrlSum>{done.debits_cents / 100:.2f}</CtrlSum>".encode() in shop.collecting.file(
                done.run.id, "debits"
            )
    finally:
        shop.close()
