"""The store of what devices send: a SQLite file, or a schema of PostgreSQL that replicas share."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from service_kit.answers import transaction, view
from sqlalchemy.dialects import postgresql, sqlite

from waste.adapters.frame_tables import frames, unreadable
from waste.application.ports_frames import KeptUnreadable, Unreadable
from waste.domain.frames import Frame, FrameRead, FrameState
from waste.domain.readings import Measurement
from waste.domain.uplinks import Network, Uplink

_MEASUREMENT = TypeAdapter(Measurement)
_INSERTS: dict[str, Callable[[sa.Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
ROWS_AT_ONCE = 500
"""Of one statement: SQLite takes so many values, and no more."""
KEPT_BODY_BYTES = 65_536
"""Of an unreadable message; what is longer is cut off."""
KEPT_DETAIL = 500
COUNTER_REUSED = "COUNTER_REUSED"
"""Why a frame is not taken that another one has the place of; it is kept as it came."""


class SqlFrames:
    """See ``application.ports_frames.FrameWriter``; one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._insert = _INSERTS[connection.dialect.name]

    def keep(self, uplinks: Sequence[Uplink], received_at: datetime) -> int:
        new = self._keep(uplinks, received_at)
        if new == len(uplinks):
            return new
        again, reused = [], []
        for uplink in uplinks:
            at, payload = self._kept_as(uplink)
            if uplink.counts_again(at):
                again.append(uplink.begun_anew())
            elif uplink.payload != payload:
                reused.append(_counter_reused(uplink))
        self.keep_unreadable(reused, received_at)
        return new + (self._keep(again, received_at) if again else 0)

    def _keep(self, uplinks: Sequence[Uplink], received_at: datetime) -> int:
        # One row each: a statement with many rows is put together anew every time, which costs more.
        insert = self._insert(frames).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
        return self._connection.execute(insert, [_row(uplink, received_at) for uplink in uplinks]).rowcount

    def _kept_as(self, uplink: Uplink) -> tuple[datetime, bytes]:
        """Instant and payload of the frame of this device, session and counter that was kept first."""
        device_id, session, counter = uplink.key
        query = sa.select(frames.c.at, frames.c.payload).where(
            frames.c.device_id == device_id, frames.c.session == session, frames.c.counter == counter
        )
        row = self._connection.execute(query).one()
        return row.at, row.payload

    def keep_unreadable(self, messages: Sequence[Unreadable], received_at: datetime) -> None:
        for message in messages:
            body = message.body[:KEPT_BODY_BYTES]
            insert = self._insert(unreadable).values(
                digest=sha256(message.source.encode() + b"\0" + message.body).digest(),
                source=_storable(message.source),
                body=body,
                reason=message.reason,
                detail=_storable(message.detail),
                received_at=received_at,
                times=1,
            )
            self._connection.execute(
                insert.on_conflict_do_update(
                    index_elements=[unreadable.c.digest], set_={"times": unreadable.c.times + 1}
                )
            )

    def settle(self, read: Sequence[tuple[Frame, FrameRead]]) -> None:
        for state in (FrameState.READ, FrameState.ALIVE):
            numbers = [frame.number for frame, each in read if each.state is state]
            for begin in range(0, len(numbers), ROWS_AT_ONCE):
                self._connection.execute(
                    sa.update(frames)
                    .where(frames.c.number.in_(numbers[begin : begin + ROWS_AT_ONCE]))
                    .values(state=state.value, reason="", detail="")
                )
        refused = [
            {"its": frame.number, "why": each.reason, "told": _storable(each.detail)}
            for frame, each in read
            if each.state is FrameState.REFUSED
        ]
        if refused:
            self._connection.execute(
                sa.update(frames)
                .where(frames.c.number == sa.bindparam("its"))
                .values(
                    state=FrameState.REFUSED.value, reason=sa.bindparam("why"), detail=sa.bindparam("told")
                ),
                refused,
            )

    def wait_again(self, device_id: str) -> int:
        return self._connection.execute(
            sa.update(frames)
            .where(frames.c.device_id == device_id, frames.c.state == FrameState.REFUSED.value)
            .values(state=FrameState.WAITING.value, reason="", detail="")
        ).rowcount

    def purge(self, before: datetime) -> int:
        return sum(
            self._connection.execute(sa.delete(table).where(table.c.received_at < before)).rowcount
            for table in (frames, unreadable)
        )

    def waiting(self, count: int) -> list[Frame]:
        chosen = sa.select(frames).where(frames.c.state == sa.literal_column("'waiting'"))
        return self._frames(chosen.order_by(frames.c.number).limit(count))

    def refused(
        self, *, reason: str, device_ids: Collection[str] | None, after: int, count: int
    ) -> list[Frame]:
        chosen = self._refused(sa.select(frames), device_ids).where(frames.c.number > after)
        if reason:
            chosen = chosen.where(frames.c.reason == reason)
        return self._frames(chosen.order_by(frames.c.number).limit(count))

    def refused_devices(self, reasons: Collection[str], count: int) -> list[str]:
        chosen = self._refused(sa.select(frames.c.device_id).distinct(), None)
        return list(
            self._connection.execute(chosen.where(frames.c.reason.in_(reasons)).limit(count)).scalars()
        )

    def refused_counts(self, device_ids: Collection[str] | None) -> Mapping[str, int]:
        counted = self._refused(sa.select(frames.c.reason, sa.func.count()), device_ids)
        rows = self._connection.execute(counted.group_by(frames.c.reason))
        return {row[0]: row[1] for row in rows}

    def unreadable(self, *, reason: str, after: int, count: int) -> list[KeptUnreadable]:
        chosen = sa.select(unreadable).where(unreadable.c.number > after)
        if reason:
            chosen = chosen.where(unreadable.c.reason == reason)
        rows = self._connection.execute(chosen.order_by(unreadable.c.number).limit(count))
        return [
            KeptUnreadable(
                row.number,
                Unreadable(row.source, row.body, row.reason, row.detail),
                row.received_at,
                row.times,
            )
            for row in rows
        ]

    def unreadable_counts(self) -> Mapping[str, int]:
        counted = sa.select(unreadable.c.reason, sa.func.sum(unreadable.c.times))
        return {
            row[0]: int(row[1]) for row in self._connection.execute(counted.group_by(unreadable.c.reason))
        }

    def frames(self, device_id: str, after: int, count: int) -> list[Frame]:
        chosen = sa.select(frames).where(frames.c.device_id == device_id, frames.c.number > after)
        return self._frames(chosen.order_by(frames.c.number).limit(count))

    def heard_at(self, device_id: str, since: datetime) -> list[datetime]:
        chosen = sa.select(frames.c.at).where(frames.c.device_id == device_id, frames.c.at >= since)
        return list(self._connection.execute(chosen.order_by(frames.c.at)).scalars())

    def _refused(self, chosen: sa.Select[Any], device_ids: Collection[str] | None) -> sa.Select[Any]:
        refused = chosen.where(frames.c.state == sa.literal_column("'refused'"))
        return refused if device_ids is None else refused.where(frames.c.device_id.in_(device_ids))

    def _frames(self, chosen: sa.Select[Any]) -> list[Frame]:
        return [
            Frame(
                row.number,
                Uplink(
                    network=Network(row.network),
                    device_id=row.device_id,
                    session=row.session,
                    counter=row.counter,
                    at=row.at,
                    port=row.port,
                    payload=row.payload,
                    model=row.model,
                    measurement=None
                    if row.measurement is None
                    else _MEASUREMENT.validate_json(row.measurement),
                ),
                row.received_at,
                FrameState(row.state),
                row.reason,
                row.detail,
            )
            for row in self._connection.execute(chosen)
        ]


class SqlFrameStore:
    """See ``application.ports_frames.FrameStore``."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @contextmanager
    def reading(self) -> Iterator[SqlFrames]:
        with view(self._engine) as connection:
            yield SqlFrames(connection)

    @contextmanager
    def writing(self) -> Iterator[SqlFrames]:
        with transaction(self._engine) as connection:
            yield SqlFrames(connection)


def _row(uplink: Uplink, received_at: datetime) -> dict[str, object]:
    told = uplink.measurement
    return {
        "device_id": uplink.device_id,
        "session": uplink.session,
        "counter": uplink.counter,
        "network": uplink.network.value,
        "port": uplink.port,
        "payload": uplink.payload,
        "model": uplink.model,
        "measurement": None if told is None else _MEASUREMENT.dump_json(told, exclude_none=True),
        "at": uplink.at,
        "received_at": received_at,
        "state": FrameState.WAITING.value,
        "reason": "",
        "detail": "",
    }


def _counter_reused(uplink: Uplink) -> Unreadable:
    detail = (
        f"device {uplink.device_id}, session {uplink.session}, counter {uplink.counter} came at"
        f" {uplink.at.isoformat()} with another payload than before: the first one counts"
    )
    return Unreadable(uplink.network.value, uplink.payload, COUNTER_REUSED, detail)


def _storable(text: str) -> str:
    """Return a text as every database takes it: no zero bytes, no halves of characters, not too long."""
    return text[:KEPT_DETAIL].replace("\0", "�").encode(errors="replace").decode()
