"""Payments of one person, handed out or forgotten; bank runs stay, they name nobody and no ride."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from service_kit.answers import transaction, view

from ticketing.adapters.payment_tables import bank_orders, bank_runs, payments
from ticketing.application.ports import HeldPayment


class SqlPaymentsOfPersons:
    """See ``application.ports.PaymentsOfPersons``."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def held(self, riders: Sequence[str]) -> list[HeldPayment]:
        query = sa.select(payments).where(payments.c.rider.in_(riders)).order_by(payments.c.booked_at)
        with view(self._engine) as connection:
            return [
                HeldPayment(
                    row.payment_id,
                    row.period_id,
                    row.state,
                    row.amount_cents,
                    row.captured_cents,
                    row.refunded_cents,
                    row.currency,
                    row.booked_at,
                )
                for row in connection.execute(query)
            ]

    def ordered_until(self, riders: Sequence[str]) -> date | None:
        query = (
            sa.select(sa.func.max(bank_runs.c.due))
            .join(bank_orders, bank_orders.c.run_id == bank_runs.c.run_id)
            .where(bank_orders.c.rider.in_(riders), bank_orders.c.returned_at.is_(None))
        )
        with view(self._engine) as connection:
            due: date | None = connection.execute(query).scalar_one()
        return due

    def forget(self, riders: Sequence[str]) -> int:
        with transaction(self._engine) as connection:
            return connection.execute(sa.delete(payments).where(payments.c.rider.in_(riders))).rowcount
