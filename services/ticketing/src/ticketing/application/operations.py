"""Settling everybody's period: found in batches, dealt with one by one, by any number of workers.

Every step is an event of the bus, so that a worker that dies leaves its steps to the others. Done twice, a
step posts nothing twice; the count of steps is of riders, not of tries.
"""

from dataclasses import replace

from service_kit.errors import FailedPrecondition, NotFound
from service_kit.once import Call, write_once

from ticketing.application.desk import Desk, new_name
from ticketing.application.ports import SettlementWriter
from ticketing.application.settling import SettleRider
from ticketing.domain.operations import Operation, OperationState, Step, StepOutcome

RIDERS_AT_ONCE = 500


class Operations:
    """The use cases around settling a whole period, and the steps that workers take."""

    def __init__(self, desk: Desk, settle: SettleRider) -> None:
        self._desk = desk
        self._settle = settle

    def start(self, call: Call[Operation], period_id: str) -> bytes:
        """Begin to settle a period.

        Raises
        ------
        WrongFieldError, FailedPrecondition
            Where it is no period; ``PERIOD_NOT_OVER``.
        """
        desk, now = self._desk, self._desk.clock.now()
        period = desk.prices.period_named(period_id)

        def work(writer: SettlementWriter) -> Operation:
            over = desk.prices.day_end(period.last)
            if now < over:
                raise FailedPrecondition(
                    "PERIOD_NOT_OVER",
                    f"period_id: {period_id} ends at {over.isoformat()}",
                    metadata={"end_time": over.isoformat()},
                )
            operation = Operation(new_name("o"), period.id, now)
            writer.put_operation(operation)
            writer.continue_settlement(operation.id, period.id, "", now)
            return operation

        return self._stored(call, write_once(desk.stores.settlement, call, now, work))

    def get(self, operation_id: str) -> Operation:
        """The operation as far as it is; raises NotFound."""
        with self._desk.stores.settlement.reading() as reader:
            return _found(reader.operation(operation_id), operation_id)

    def cancel(self, call: Call[Operation], operation_id: str) -> bytes:
        """Settle no further riders; raises NotFound, or FailedPrecondition with ``OPERATION_OVER``."""
        desk, now = self._desk, self._desk.clock.now()

        def work(writer: SettlementWriter) -> Operation:
            operation = _found(writer.operation(operation_id), operation_id)
            if operation.state is not OperationState.RUNNING:
                raise FailedPrecondition(
                    "OPERATION_OVER", f"operation_id: {operation_id} is {operation.state.value} already"
                )
            operation = replace(operation, cancel_time=now)
            writer.put_operation(operation)
            return operation

        return self._stored(call, write_once(desk.stores.settlement, call, now, work))

    def find_riders(self, writer: SettlementWriter, operation_id: str, period_id: str, after: str) -> None:
        """Have the next riders of an operation settled, and go on after them."""
        if writer.is_cancelled(operation_id) is not False:
            return
        now = self._desk.clock.now()
        with self._desk.stores.rides.reading() as reader:
            riders = reader.riders_in(period_id, after, RIDERS_AT_ONCE)
        all_found = len(riders) < RIDERS_AT_ONCE
        writer.add_riders(operation_id, len(riders), all_found=all_found)
        writer.request_settlements(operation_id, period_id, riders, now)
        if not all_found:
            writer.continue_settlement(operation_id, period_id, riders[-1], now)

    def take_step(self, writer: SettlementWriter, operation_id: str, rider: str, period_id: str) -> None:
        """Settle one rider, for an operation or because something came late (no operation then)."""
        cancelled = writer.is_cancelled(operation_id) if operation_id else None
        if cancelled:
            step = Step(rider, StepOutcome.SKIPPED, self._desk.clock.now())
        else:
            settled = self._settle(rider, period_id)
            outcome = StepOutcome.INCOMPLETE if settled.settlement.unpriced else StepOutcome.SETTLED
            # Whoever took this step before, and died, may have posted already: that counts.
            posted_cents = settled.posted_since(writer.start_time(operation_id) or settled.settlement.time)
            step = Step(rider, outcome, settled.settlement.time, posted_cents, settled.settlement.optimal)
        if cancelled is not None:
            writer.put_step(operation_id, step)

    def _stored(self, call: Call[Operation], answer: bytes) -> bytes:
        self._desk.poke()
        self._desk.record(call)
        return answer


def _found(operation: Operation | None, operation_id: str) -> Operation:
    if operation is None:
        raise NotFound.in_field(
            "operation_id", f"there is no operation {operation_id!r}", "OPERATION_NOT_FOUND"
        )
    return operation
