"""Payments in SQL; see ``application.payments`` for what is promised."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from service_kit.answers import transaction, view
from service_kit.once import Overtaken

from ticketing.adapters.payment_tables import bank_orders, bank_runs, metadata, payments
from ticketing.application.collecting import Order, Run
from ticketing.application.payments import UNKNOWN, Kept
from ticketing.application.statements import Debited
from ticketing.domain.payment import Ending, Payment, PaymentState


class SqlPaymentRows:
    """One transaction: see ``application.payments.PaymentRows`` and ``application.collecting.RunRows``."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def payment(self, payment_id: str) -> Kept | None:
        query = sa.select(payments).where(payments.c.payment_id == payment_id)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _kept(row)

    def add(self, payment: Payment, now: datetime, due: datetime | None) -> None:
        values = {**_values(payment), "version": 1, "booked_at": now, "due_at": due, "attempt_count": 0}
        self._insert(payments, f"payment {payment.id}", values)

    def change(self, kept: Kept, payment: Payment, due: datetime | None, attempt_count: int = 0) -> None:
        as_read = (payments.c.payment_id == payment.id) & (payments.c.version == kept.version)
        values = {
            **_values(payment),
            "version": kept.version + 1,
            "due_at": due,
            "attempt_count": attempt_count,
        }
        if self._connection.execute(sa.update(payments).where(as_read).values(values)).rowcount == 0:
            raise Overtaken(f"payment {payment.id} changed meanwhile")

    def due(self, now: datetime, count: int) -> list[Kept]:
        query = sa.select(payments).where(payments.c.due_at <= now)
        ordered = query.order_by(payments.c.due_at, payments.c.payment_id).limit(count)
        return [_kept(row) for row in self._connection.execute(ordered)]

    def of_period(self, rider: str, period_id: str) -> list[Kept]:
        query = sa.select(payments).where(payments.c.rider == rider, payments.c.period_id == period_id)
        ordered = query.order_by(payments.c.booked_at, payments.c.payment_id)
        return [_kept(row) for row in self._connection.execute(ordered)]

    def first_time(self, message_id: str) -> bool:
        """Remember a provider's message; False where it was heard before."""
        seen = {
            "consumer_group": "payment-provider",
            "source": "payment-provider",
            "id": message_id,
            "seen_at": datetime.now(UTC),
        }
        try:
            with self._connection.begin_nested():
                self._connection.execute(sa.insert(metadata.tables["inbox"]), seen)
        except sa.exc.IntegrityError:
            return False
        return True

    def _insert(self, table: sa.Table, what: str, values: dict[str, Any]) -> None:
        try:
            with self._connection.begin_nested():
                self._connection.execute(sa.insert(table), values)
        except sa.exc.IntegrityError as error:
            raise Overtaken(f"{what} is there already") from error

    def forget_unclaimed(self, before: datetime) -> int:
        """Delete ends of rides that nobody here paid for."""
        old = (payments.c.rider == UNKNOWN) & (payments.c.booked_at < before)
        return self._connection.execute(sa.delete(payments).where(old)).rowcount

    def run(self, run_id: str) -> Run | None:
        row = self._connection.execute(sa.select(bank_runs).where(bank_runs.c.run_id == run_id)).one_or_none()
        if row is None:
            return None
        return Run(row.run_id, row.period_id, row.created_at, row.due, row.last_rider, row.complete)

    def put_run(self, run: Run) -> None:
        values = asdict(run)
        key = values.pop("id")
        changed = sa.update(bank_runs).where(bank_runs.c.run_id == key).values(values)
        if self._connection.execute(changed).rowcount == 0:
            self._insert(bank_runs, f"run {key}", {"run_id": key, **values})

    def order(self, order_id: str) -> Order | None:
        query = sa.select(bank_orders).where(bank_orders.c.order_id == order_id)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _order(row)

    def put_order(self, order: Order) -> None:
        values = asdict(order)
        key = values.pop("id")
        changed = sa.update(bank_orders).where(bank_orders.c.order_id == key).values(values)
        if self._connection.execute(changed).rowcount == 0:
            self._insert(bank_orders, f"order {key}", {"order_id": key, **values})

    def orders(self, run_id: str) -> list[Order]:
        query = sa.select(bank_orders).where(bank_orders.c.run_id == run_id)
        return [_order(row) for row in self._connection.execute(query.order_by(bank_orders.c.order_id))]

    def debited_before(self, riders: Sequence[str]) -> bool:
        query = sa.select(sa.func.count()).where(
            bank_orders.c.rider.in_(riders), bank_orders.c.cents > 0, bank_orders.c.returned_at.is_(None)
        )
        return self._connection.execute(query).scalar_one() > 0

    def sums(self, run_id: str) -> tuple[int, int, int, int]:
        cents = bank_orders.c.cents
        found = []
        for chosen, sign in ((cents > 0, 1), (cents < 0, -1)):
            query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(cents), 0)).where(
                bank_orders.c.run_id == run_id, chosen
            )
            count, total = self._connection.execute(query).one()
            found += [count, sign * int(total)]
        return found[0], found[1], found[2], found[3]


class SqlPaymentStore:
    """Opens transactions on payments."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def quoted_cents(self, rider: str, period_id: str) -> dict[str, int]:
        """By ride: what was forecast when it was booked."""
        with self.reading() as rows:
            return {it.payment.id: it.payment.amount_cents for it in rows.of_period(rider, period_id)}

    def held_cents(self, riders: Sequence[str]) -> int:
        """What the provider holds for rides of these."""
        query = sa.select(sa.func.coalesce(sa.func.sum(payments.c.amount_cents), 0)).where(
            payments.c.rider.in_(riders), payments.c.state == PaymentState.HELD.value
        )
        with view(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def debited(self, rider: str, period_id: str) -> Debited | None:
        """The rider's debit for a period, unless it came back."""
        query = (
            sa.select(bank_orders.c.order_id, bank_runs.c.due)
            .join(bank_runs, bank_runs.c.run_id == bank_orders.c.run_id)
            .where(
                bank_orders.c.rider == rider,
                bank_orders.c.period_id == period_id,
                bank_orders.c.cents > 0,
                bank_orders.c.returned_at.is_(None),
            )
        )
        with view(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Debited(row.order_id, row.due)

    @contextmanager
    def reading(self) -> Iterator[SqlPaymentRows]:
        with view(self._engine) as connection:
            yield SqlPaymentRows(connection)

    @contextmanager
    def writing(self) -> Iterator[SqlPaymentRows]:
        with transaction(self._engine) as connection:
            yield SqlPaymentRows(connection)


def _order(row: sa.Row[Any]) -> Order:
    return Order(
        id=row.order_id,
        run_id=row.run_id,
        rider=row.rider,
        period_id=row.period_id,
        first_debit=row.first_debit,
        cents=row.cents,
        returned_at=row.returned_at,
    )


def _values(payment: Payment) -> dict[str, Any]:
    values = asdict(payment)
    return {"payment_id": values.pop("id"), **values}


def _kept(row: sa.Row[Any]) -> Kept:
    payment = Payment(
        id=row.payment_id,
        rider=row.rider,
        period_id=row.period_id,
        amount_cents=row.amount_cents,
        currency=row.currency,
        state=PaymentState(row.state),
        ending=Ending(row.ending),
        take_cents=row.take_cents,
        give_back_cents=row.give_back_cents,
        unsure=row.unsure,
        captured_cents=row.captured_cents,
        refunded_cents=row.refunded_cents,
        returned_cents=row.returned_cents,
    )
    return Kept(payment, row.version, row.booked_at, row.attempt_count)
