"""The steps of settling, as workers take them from the bus."""

from collections.abc import Callable

import sqlalchemy as sa
from landlinie.ticketing.events.v1 import settlement_events_pb2
from service_kit.event_payload import unpack
from service_kit.events import Event

from ticketing.application.operations import Operations
from ticketing.application.ports import SettlementWriter

GROUP = "ticketing-settlement"


class SettlementEvents:
    """Takes steps; the inbox and the count of steps are in one transaction, what is billed in another.

    Billing comes first, and twice is as good as once: a worker that dies in between leaves a step that the
    next one takes again, and finds nothing to post.

    Parameters
    ----------
    writer_on
        A writer of the store of settling in the consumer's own transaction.
    poke
        Called when there may be events to carry to the bus.
    """

    def __init__(
        self,
        operations: Operations,
        writer_on: Callable[[sa.Connection], SettlementWriter],
        poke: Callable[[], None],
    ) -> None:
        self._operations = operations
        self._writer_on = writer_on
        self._poke = poke

    def take(self, connection: sa.Connection, event: Event) -> None:
        """Take one event; those that only tell what was done pass by."""
        continued = settlement_events_pb2.SettlementContinued
        requested = settlement_events_pb2.SettlementRequested
        writer = self._writer_on(connection)
        if event.type == continued.DESCRIPTOR.full_name:
            more = unpack(event, continued)
            self._operations.find_riders(writer, more.operation_id, more.period_id, more.after_rider)
        elif event.type == requested.DESCRIPTOR.full_name:
            step = unpack(event, requested)
            self._operations.take_step(writer, step.operation_id, step.rider, step.period_id)
        self._poke()
