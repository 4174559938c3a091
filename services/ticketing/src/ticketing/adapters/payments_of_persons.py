"""Payments of one person, handed out or forgotten; bank runs stay, they name nobody and no ride."""

from collections.abc import Sequence

import sqlalchemy as sa

from ticketing.adapters.answers import transaction, view
from ticketing.adapters.payment_tables import payments
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

    def forget(self, riders: Sequence[str]) -> int:
        with transaction(self._engine) as connection:
            return connection.execute(sa.delete(payments).where(payments.c.rider.in_(riders))).rowcount
