"""The events browsers are told, in one order that all replicas and restarts agree on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from service_kit import inbox
from service_kit.database import reading

from gateway.store.tables import live_events, live_head

KEPT = timedelta(hours=2)
"""For so long a browser that was away is told everything it missed."""


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One event: its place in the order, its name, its JSON, and what it is about."""

    number: int
    kind: str
    data: bytes
    about: Mapping[str, Sequence[str]]


class LiveEvents:
    """The order, in one database. Methods block, so call them in a thread.

    Attributes
    ----------
    epoch
        Told with every number: those of another database mean nothing here.
    """

    def __init__(self, engine: sa.Engine, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._engine, self._now = engine, now
        with reading(engine) as connection:
            self.epoch: str = connection.execute(sa.select(live_head.c.name)).scalar_one()

    def append(
        self, connection: sa.Connection, kind: str, data: bytes, about: Mapping[str, Sequence[str]]
    ) -> None:
        """Put an event at the end, in the caller's transaction.

        The counter's row is locked until that ends: no number is seen before all smaller ones are.
        """
        counted = sa.update(live_head).values(number=live_head.c.number + 1).returning(live_head.c.number)
        number = connection.execute(counted).scalar_one()
        row = {"number": number, "kind": kind, "data": data, "about": about, "heard_at": self._now()}
        connection.execute(sa.insert(live_events).values(row))

    def head(self) -> int:
        """Return the newest number; 0 before there is one."""
        with reading(self._engine) as connection:
            number: int = connection.execute(sa.select(live_head.c.number)).scalar_one()
            return number

    def oldest(self) -> int:
        """Return the oldest number that is kept; the one the next event will get where none is."""
        oldest = sa.select(sa.func.min(live_events.c.number)).scalar_subquery()
        with reading(self._engine) as connection:
            number: int = connection.execute(
                sa.select(sa.func.coalesce(oldest, live_head.c.number + 1)).select_from(live_head)
            ).scalar_one()
            return number

    def after(self, number: int, count: int) -> Sequence[LiveEvent] | None:
        """Return the next events after a number, at most ``count``; None where some are not kept any more."""
        query = sa.select(live_events).where(live_events.c.number > number).order_by(live_events.c.number)
        with reading(self._engine) as connection:
            head = connection.execute(sa.select(live_head.c.number)).scalar_one()
            rows = connection.execute(query.limit(count)).all()
        if number > head or (number < head and (not rows or rows[0].number != number + 1)):
            return None
        return [LiveEvent(row.number, row.kind, row.data, row.about) for row in rows]

    def purge(self) -> int:
        """Forget what is too old, and which events were seen long ago; return how many rows that were."""
        now = self._now()
        with self._engine.begin() as connection:
            old = sa.delete(live_events).where(live_events.c.heard_at < now - KEPT)
            return connection.execute(old).rowcount + inbox.purge(connection, now - timedelta(days=30))
