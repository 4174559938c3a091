"""Collecting a settled period: what is held is captured, what is open debited, what was too much given back.

A run goes through the period's riders in order and remembers how far it is: stopped anywhere, it goes on from
there. An order's id follows from account and period, so that nobody is debited twice.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Literal, Protocol

from service_kit.errors import Aborted, FailedPrecondition, NotFound
from service_kit.once import Overtaken

from ticketing.application.desk import Desk
from ticketing.application.money import Movement, PostMoney
from ticketing.application.payments import PaymentRows, capture_for, give_back
from ticketing.application.statements import Terms
from ticketing.domain.account import AccountState, PaymentDetails, Pseudonyms
from ticketing.domain.bank_days import bank_days_after
from ticketing.domain.direct_debit import BankParty, BankRun, Creditor, Debit, Mandate, Transfer
from ticketing.domain.direct_debit import Sequence as DebitSequence
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.payment import Payment, PaymentState
from ticketing.domain.periods import Period

RIDERS_AT_ONCE = 200
BANK_LEAD_DAYS = 2
"""Bank days that a bank needs a file ahead."""
DIGEST_LENGTH = 20
TRIES = 20
RETRY_AFTER_S = 0.2


@dataclass(frozen=True, slots=True)
class Run:
    """A run over a period: one file for the bank."""

    id: str
    period_id: str
    created_at: datetime
    due: date
    last_rider: str = ""
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What is debited from a rider (positive) or paid out (negative); whose mandate, only identities know."""

    id: str
    run_id: str
    rider: str
    period_id: str
    first_debit: bool
    cents: int
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Whose:
    """Who is collected from."""

    rider: str
    riders: tuple[str, ...]
    details: PaymentDetails | None
    closed: bool


@dataclass(frozen=True, slots=True)
class Collected:
    """How far a run is."""

    run: Run
    debit_count: int
    debits_cents: int
    transfer_count: int
    transfers_cents: int


class BankFiles(Protocol):
    """Draws a run as a bank takes it."""

    def debits(self, creditor: Creditor, run: BankRun) -> bytes: ...

    def transfers(self, creditor: Creditor, run: BankRun) -> bytes: ...


class RunRows(PaymentRows, Protocol):
    """Payments, runs and orders within one transaction."""

    def run(self, run_id: str) -> Run | None: ...

    def put_run(self, run: Run) -> None:
        """Add it, or note how far it is."""
        ...

    def order(self, order_id: str) -> Order | None: ...

    def put_order(self, order: Order) -> None:
        """Add it, or note that it was returned."""
        ...

    def orders(self, run_id: str) -> list[Order]:
        """By id."""
        ...

    def debited_before(self, riders: Sequence[str]) -> bool:
        """Whether one of a person's names was debited, and the bank did not take it back."""
        ...

    def sums(self, run_id: str) -> tuple[int, int, int, int]:
        """Debits and their cents, transfers and theirs."""
        ...


class RunStore(Protocol):
    def reading(self) -> AbstractContextManager[RunRows]: ...

    def writing(self) -> AbstractContextManager[RunRows]: ...


class Collecting:
    """The use cases around a period's money."""

    def __init__(
        self,
        desk: Desk,
        store: RunStore,
        *,
        money: PostMoney,
        files: BankFiles,
        terms: Terms,
        tenant: str,
        poke: Callable[[], None],
    ) -> None:
        self._desk = desk
        self._store = store
        self._money = money
        self._files = files
        self.terms = terms
        self._tenant = tenant
        self._poke = poke

    def go_on(self, period_id: str) -> Collected:
        """Collect from the next riders of a period; again until the run is complete, and after that in vain.

        Raises
        ------
        WrongFieldError, FailedPrecondition
            Where it is no period; ``PERIOD_NOT_OVER``; ``NO_CREDITOR``.
        Aborted
            ``OVERTAKEN``, where others collect the same.
        """
        self._creditor()
        with _told_when_overtaken():
            return self._go_on(period_id)

    def _go_on(self, period_id: str) -> Collected:
        desk, now = self._desk, self._desk.clock.now()
        period = desk.prices.period_named(period_id)
        over = desk.prices.day_end(period.last)
        if now < over:
            raise FailedPrecondition("PERIOD_NOT_OVER", f"period_id: {period_id} ends at {over.isoformat()}")
        run = self._begun(period, now)
        if not run.complete:
            with desk.stores.rides.reading() as reader:
                riders = reader.riders_in(period.id, run.last_rider, RIDERS_AT_ONCE)
            for rider in riders:
                self._collect(run, rider, period)
            last_rider = riders[-1] if riders else run.last_rider
            run = replace(run, last_rider=last_rider, complete=len(riders) < RIDERS_AT_ONCE)
            with self._store.writing() as rows:
                rows.put_run(run)
            self._poke()
        with self._store.reading() as rows:
            return Collected(run, *rows.sums(run.id))

    def file(self, run_id: str, kind: Literal["debits", "transfers"]) -> bytes:
        """A complete run's file.

        Raises
        ------
        NotFound, FailedPrecondition
            As ``bank_run``; ``NO_CREDITOR``; ``NO_ORDERS`` where the run has none of this kind.
        """
        run = self.bank_run(run_id)
        creditor = self._creditor()
        if not (run.debits if kind == "debits" else run.transfers):
            raise FailedPrecondition("NO_ORDERS", f"run_id: {run_id} has no {kind}")
        return self._files.debits(creditor, run) if kind == "debits" else self._files.transfers(creditor, run)

    def bank_run(self, run_id: str) -> BankRun:
        """A complete run as it goes to the bank.

        Raises
        ------
        NotFound, FailedPrecondition
            ``RUN_NOT_FOUND``; ``RUN_NOT_COMPLETE``; ``PAYER_UNKNOWN`` where somebody took back who pays.
        """
        with self._store.reading() as rows:
            run = rows.run(run_id)
            orders = rows.orders(run_id)
        if run is None:
            raise NotFound.in_field("run_id", f"there is no run {run_id!r}", "RUN_NOT_FOUND")
        if not run.complete:
            raise FailedPrecondition("RUN_NOT_COMPLETE", f"run_id: {run_id} is not complete")
        parties = [(order, *self._payer(order)) for order in orders]
        purpose = f"{self.terms.operator} {run.period_id}"
        return BankRun(
            run.id,
            run.created_at,
            tuple(
                Debit(
                    order.id,
                    Mandate(details.mandate_reference, details.mandate_date or run.due, party),
                    order.cents,
                    DebitSequence.FIRST if order.first_debit else DebitSequence.RECURRING,
                    run.due,
                    purpose,
                )
                for order, details, party in parties
                if order.cents > 0
            ),
            tuple(
                Transfer(order.id, party, -order.cents, run.due, purpose)
                for order, _, party in parties
                if order.cents < 0
            ),
        )

    def returned(self, order_id: str, fee_cents: int) -> None:
        """Post a debit that the bank took back as owed again, and its fee; told twice, it is posted once.

        Raises
        ------
        NotFound, WrongFieldError
            ``ORDER_NOT_FOUND``; for a negative fee, or an order that was no debit.
        """
        if fee_cents < 0:
            raise WrongFieldError(f"fee_cents {fee_cents} is negative")
        with self._store.reading() as rows:
            order = rows.order(order_id)
        if order is None:
            raise NotFound.in_field("order_id", f"there is no order {order_id!r}", "ORDER_NOT_FOUND")
        if order.cents < 0:
            raise WrongFieldError(f"order_id {order_id} was paid out, not debited")
        with _told_when_overtaken():
            self._post_return(order, fee_cents)

    def _post_return(self, order: Order, fee_cents: int) -> None:
        prices, now = self._desk.prices, self._desk.clock.now()
        posted_in = max(order.period_id, prices.period(prices.service_day(now)).id)
        for kind, cents in ((Movement.CHARGEBACK, order.cents), (Movement.FEE, fee_cents)):
            if cents:
                self._money.post(order.rider, order.period_id, kind, cents, order.id, posted_in=posted_in)
        with self._store.writing() as rows:
            rows.put_order(replace(order, returned_at=now))

    def _creditor(self) -> Creditor:
        if self.terms.creditor is None:
            raise FailedPrecondition(
                "NO_CREDITOR",
                "the settings creditor_id and creditor_iban are missing: there is nobody to debit for",
            )
        return self.terms.creditor

    def _begun(self, period: Period, now: datetime) -> Run:
        run_id = f"{self._tenant}-{period.id}"
        with self._store.writing() as rows:
            known = rows.run(run_id)
            if known is not None:
                return known
            today = self._desk.prices.service_day(now)
            due = max(self.terms.due(period), bank_days_after(today, BANK_LEAD_DAYS))
            run = Run(run_id, period.id, now, due)
            rows.put_run(run)
        return run

    def _collect(self, run: Run, rider: str, period: Period) -> None:
        names, closed, details = self._account_of(rider)
        if names is None:
            # The person was erased: what is open stays open, and leads to nobody.
            return
        riders = tuple(self._desk.riders(names.account_id))
        posted_cents = self._posted_cents(riders, period)
        digest = sha256(f"{self._tenant}/{rider}/{period.id}".encode()).hexdigest()
        order_id = f"{period.id}-{digest[:DIGEST_LENGTH]}"
        order = self._ordered(run, Whose(rider, riders, details, closed), order_id, posted_cents)
        if order is not None:
            # The order first: with its id the journal takes the amount once, however often this is begun.
            kind = Movement.PAYMENT if order.cents > 0 else Movement.REFUND
            self._money.post(rider, period.id, kind, -order.cents, order.id)

    def _ordered(self, run: Run, whose: Whose, order_id: str, open_cents: int) -> Order | None:
        """Settle with the provider's payments, and order the rest, in one transaction."""
        for _ in range(TRIES):
            try:
                with self._store.writing() as rows:
                    known = rows.order(order_id)
                    if known is not None:
                        return known
                    left_cents = self._from_payments(rows, whose.rider, run.period_id, open_cents)
                    order = _order(run, whose, order_id, left_cents)
                    if order is not None:
                        first = order.cents > 0 and not rows.debited_before(whose.riders)
                        order = replace(order, first_debit=first)
                        rows.put_order(order)
                    return order
            except Overtaken:
                continue
        raise Overtaken(f"payments of {run.period_id} changed again and again meanwhile")

    def _posted_cents(self, riders: Sequence[str], period: Period) -> int:
        """What a person owes by all statements up to this one."""
        with self._desk.stores.rides.reading() as reader:
            entries = [entry for each in riders for entry in reader.entries(each)]
        return sum(it.posting.cents for it in entries if it.posting.posted_in <= period.id)

    def _from_payments(self, rows: RunRows, rider: str, period_id: str, open_cents: int) -> int:
        """Take from what is held, or give back of what was captured; what is then left open."""
        kept = {it.payment.id: it for it in rows.of_period(rider, period_id)}
        payments = {name: it.payment for name, it in kept.items()}
        open_cents -= sum(map(_under_way_cents, payments.values()))
        if open_cents >= 0:
            changed = capture_for(list(payments.values()), open_cents)
        else:
            changed = give_back(list(payments.values()), -open_cents)
        now = self._desk.clock.now()
        for payment in changed:
            rows.change(kept[payment.id], payment, now if payment.step else None)
            open_cents += _under_way_cents(payments[payment.id]) - _under_way_cents(payment)
        return open_cents

    def _account_of(self, rider: str) -> tuple[Pseudonyms | None, bool, PaymentDetails | None]:
        with self._desk.stores.identity.reading() as reader:
            names = reader.of_rider(rider)
            if names is None:
                return None, False, None
            account = reader.account(names.account_id)
            closed = account is not None and account.state is AccountState.CLOSED
            return names, closed, reader.payment_details(names.account_id)

    def _payer(self, order: Order) -> tuple[PaymentDetails, BankParty]:
        _, _, details = self._account_of(order.rider)
        if details is None or (order.cents > 0 and not details.mandate_reference):
            raise FailedPrecondition(
                "PAYER_UNKNOWN", f"order {order.id}: there are no payment details for it any more"
            )
        return details, BankParty(details.holder_name, details.iban)


@contextmanager
def _told_when_overtaken() -> Iterator[None]:
    try:
        yield
    except Overtaken as error:
        told = str(error) or "others wrote the same meanwhile"
        raise Aborted("OVERTAKEN", told, retry_after_s=RETRY_AFTER_S) from error


def _under_way_cents(payment: Payment) -> int:
    """What is to be captured and is not yet, less what is to be given back and is not yet."""
    waits = payment.state in {PaymentState.ASKED, PaymentState.HELD}
    taking = payment.take_cents or 0 if waits else 0
    return taking - (payment.give_back_cents - payment.refunded_cents)


def _order(run: Run, whose: Whose, order_id: str, open_cents: int) -> Order | None:
    """What the bank is asked for; None where nothing is open, or nobody gave a mandate.

    A credit waits for the next statement, unless there will be none: then it is paid out.
    """
    details = whose.details
    debited = details is not None and open_cents > 0 and _may_debit(details, run.due)
    paid_out = details is not None and whose.closed and open_cents < 0
    if details is None or not (debited or paid_out):
        return None
    return Order(
        id=order_id,
        run_id=run.id,
        rider=whose.rider,
        period_id=run.period_id,
        first_debit=False,
        cents=open_cents,
    )


def _may_debit(details: PaymentDetails, due: date) -> bool:
    """Whether there is a mandate, and was by then."""
    signed_on = details.mandate_date
    return bool(details.mandate_reference) and signed_on is not None and signed_on <= due
