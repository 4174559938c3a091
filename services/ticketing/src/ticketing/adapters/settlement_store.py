"""The store of settling, in a database of its own: a worker holds it while it works out a price."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa
from service_kit import outbox
from service_kit.answers import SqlAnswers, transaction, view
from service_kit.database import UtcDateTime

from ticketing.adapters import settlement_messages
from ticketing.adapters.settlement_tables import operations, steps
from ticketing.domain.operations import Operation, Step, StepOutcome


class SqlSettlement(SqlAnswers):
    """One transaction: see ``application.ports.SettlementWriter``."""

    def __init__(self, connection: sa.Connection, tenant: str) -> None:
        super().__init__(connection)
        self._tenant = tenant

    def operation(self, operation_id: str) -> Operation | None:
        row = self._connection.execute(
            sa.select(operations).where(operations.c.operation_id == operation_id)
        ).one_or_none()
        if row is None:
            return None
        taken = (
            sa.select(
                steps.c.outcome,
                sa.func.count().label("count"),
                sa.func.sum(steps.c.posted_cents).label("cents"),
                sa.func.sum(sa.case((steps.c.proven, 0), else_=1)).label("unproven"),
                sa.func.max(steps.c.time, type_=UtcDateTime).label("last"),
            )
            .where(steps.c.operation_id == operation_id)
            .group_by(steps.c.outcome)
        )
        rows = {StepOutcome(each.outcome): each for each in self._connection.execute(taken)}
        counts = {outcome: int(each._mapping["count"]) for outcome, each in rows.items()}  # noqa: SLF001 - rows have a method of that name
        return Operation(
            row.operation_id,
            row.period_id,
            row.start_time,
            row.cancel_time,
            row.all_found,
            row.rider_count,
            counts.get(StepOutcome.SETTLED, 0),
            counts.get(StepOutcome.INCOMPLETE, 0),
            counts.get(StepOutcome.SKIPPED, 0),
            sum(int(each.unproven) for each in rows.values()),
            sum(int(each.cents) for each in rows.values()),
            max((each.last for each in rows.values()), default=None),
        )

    def start_time(self, operation_id: str) -> datetime | None:
        query = sa.select(operations.c.start_time).where(operations.c.operation_id == operation_id)
        return self._connection.execute(query).scalar_one_or_none()

    def is_cancelled(self, operation_id: str) -> bool | None:
        query = sa.select(operations.c.cancel_time.is_not(None)).where(
            operations.c.operation_id == operation_id
        )
        return self._connection.execute(query).scalar_one_or_none()

    def put_operation(self, operation: Operation) -> None:
        self.put(
            operations,
            {"operation_id": operation.id},
            period_id=operation.period_id,
            start_time=operation.start_time,
            cancel_time=operation.cancel_time,
            all_found=operation.all_found,
            rider_count=operation.rider_count,
        )

    def add_riders(self, operation_id: str, count: int, *, all_found: bool) -> None:
        self._connection.execute(
            sa.update(operations)
            .where(operations.c.operation_id == operation_id)
            .values(rider_count=operations.c.rider_count + count, all_found=all_found)
        )

    def put_step(self, operation_id: str, step: Step) -> None:
        self.insert_new(
            steps,
            operation_id=operation_id,
            rider=step.rider,
            outcome=step.outcome.value,
            time=step.time,
            posted_cents=step.posted_cents,
            proven=step.proven,
        )

    def request_settlements(
        self, operation_id: str, period_id: str, riders: Sequence[str], now: datetime
    ) -> None:
        requested = [
            settlement_messages.requested(self._tenant, rider, period_id, operation_id, now)
            for rider in riders
        ]
        outbox.append(self._connection, requested)

    def continue_settlement(self, operation_id: str, period_id: str, after: str, now: datetime) -> None:
        continued = settlement_messages.continued(self._tenant, operation_id, period_id, after, now)
        outbox.append(self._connection, [continued])

    def purge(self, before: datetime) -> int:
        old = sa.select(operations.c.operation_id).where(operations.c.start_time < before)
        gone = self.purge_answers(before)
        gone += self._connection.execute(sa.delete(steps).where(steps.c.operation_id.in_(old))).rowcount
        return (
            gone
            + self._connection.execute(sa.delete(operations).where(operations.c.start_time < before)).rowcount
        )


class SqlSettlementStore:
    """See ``application.ports.SettlementStore``."""

    def __init__(self, engine: sa.Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    @contextmanager
    def reading(self) -> Iterator[SqlSettlement]:
        with view(self._engine) as connection:
            yield SqlSettlement(connection, self._tenant)

    @contextmanager
    def writing(self) -> Iterator[SqlSettlement]:
        with transaction(self._engine) as connection:
            yield SqlSettlement(connection, self._tenant)
