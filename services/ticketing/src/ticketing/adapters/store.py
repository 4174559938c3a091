"""The store of rides and the journal, in one database: a SQLite file, or a schema of PostgreSQL."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from service_kit import outbox
from service_kit.answers import SqlAnswers, transaction, view
from service_kit.once import Overtaken

from ticketing.adapters import happening_documents, settlement_messages
from ticketing.adapters.tables import happenings, journal, journeys, settlements
from ticketing.application.ports import Settlement, Told
from ticketing.domain.journal import Entry
from ticketing.domain.journeys import Happening, JourneyKey, Source

_KEY = TypeAdapter(JourneyKey)
_ENTRY = TypeAdapter(Entry)
_SETTLEMENT = TypeAdapter(Settlement)
MOST_AT_ONCE = 500
"""Keys in one query at most."""


class SqlRides(SqlAnswers):
    """One transaction: see ``application.ports.RideWriter``."""

    def __init__(self, connection: sa.Connection, tenant: str) -> None:
        super().__init__(connection)
        self._tenant = tenant

    def journey(self, riders: Sequence[str], journey_id: str) -> Told | None:
        query = (
            sa.select(journeys)
            .where(journeys.c.rider.in_(riders), journeys.c.journey_id == journey_id)
            .order_by(journeys.c.position.desc())
            .limit(1)
        )
        found = self._told(self._connection.execute(query).all())
        return found[0][1] if found else None

    def journeys(
        self, riders: Sequence[str], period_id: str | None, after: int, count: int
    ) -> list[tuple[int, Told]]:
        query = sa.select(journeys).where(journeys.c.rider.in_(riders), journeys.c.position > after)
        if period_id is not None:
            query = query.where(journeys.c.period_id == period_id)
        return self._told(self._connection.execute(query.order_by(journeys.c.position).limit(count)).all())

    def journeys_of(self, rider: str, period_id: str) -> list[Told]:
        query = sa.select(journeys).where(journeys.c.rider == rider, journeys.c.period_id == period_id)
        rows = self._connection.execute(query.order_by(journeys.c.position)).all()
        return [told for _, told in self._told(rows)]

    def _told(self, rows: "Sequence[sa.Row[Any]]") -> list[tuple[int, Told]]:
        told: dict[str, list[Happening]] = {row.journey_key: [] for row in rows}
        keys = list(told)
        for first in range(0, len(keys), MOST_AT_ONCE):
            query = sa.select(happenings.c.journey_key, happenings.c.document).where(
                happenings.c.journey_key.in_(keys[first : first + MOST_AT_ONCE])
            )
            for key, document in self._connection.execute(query):
                told[key].append(happening_documents.read(document))
        return [
            (row.position, Told(_KEY.validate_json(row.document), tuple(told[row.journey_key])))
            for row in rows
        ]

    def version(self, rider: str, period_id: str) -> tuple[int, int]:
        of_period = sa.select(journeys.c.journey_key).where(
            journeys.c.rider == rider, journeys.c.period_id == period_id
        )
        told = sa.select(sa.func.count()).where(happenings.c.journey_key.in_(of_period))
        last = sa.select(sa.func.coalesce(sa.func.max(journal.c.number), 0)).where(journal.c.rider == rider)
        return self._connection.execute(told).scalar_one(), self._connection.execute(last).scalar_one()

    def riders_in(self, period_id: str, after: str, count: int) -> list[str]:
        query = (
            sa.select(journeys.c.rider)
            .distinct()
            .where(journeys.c.period_id == period_id, journeys.c.rider > after)
        )
        return list(self._connection.execute(query.order_by(journeys.c.rider).limit(count)).scalars())

    def entries(self, rider: str) -> list[Entry]:
        query = sa.select(journal.c.document).where(journal.c.rider == rider).order_by(journal.c.number)
        return [_ENTRY.validate_json(row) for row in self._connection.execute(query).scalars()]

    def entries_posted_in(self, riders: Sequence[str], period_id: str) -> list[Entry]:
        query = sa.select(journal.c.document).where(
            journal.c.rider.in_(riders), journal.c.posted_in == period_id
        )
        rows = self._connection.execute(query.order_by(journal.c.rider, journal.c.number)).scalars()
        return [_ENTRY.validate_json(row) for row in rows]

    def settlement(self, rider: str, period_id: str) -> Settlement | None:
        query = sa.select(settlements.c.document).where(
            settlements.c.rider == rider, settlements.c.period_id == period_id
        )
        document = self._connection.execute(query).scalar_one_or_none()
        return None if document is None else _SETTLEMENT.validate_json(document)

    def settlements(self, riders: Sequence[str]) -> list[Settlement]:
        query = sa.select(settlements.c.document).where(settlements.c.rider.in_(riders))
        rows = self._connection.execute(query.order_by(settlements.c.period_id.desc())).scalars()
        return [_SETTLEMENT.validate_json(row) for row in rows]

    def put_journey(self, key: JourneyKey) -> None:
        self.insert_new(
            journeys,
            journey_key=_name_of(key),
            reference=key.reference,
            rider=key.rider,
            journey_id=key.journey_id,
            period_id=key.period_id,
            document=_KEY.dump_json(key),
        )

    def tell(self, key: JourneyKey, happening: Happening, now: datetime) -> bool:
        return self._tell(_name_of(key), happening, now)

    def tell_of_ride(self, ride_id: str, happening: Happening, now: datetime) -> bool:
        return self._tell(_name_of_ride(ride_id), happening, now)

    def _tell(self, name: str, happening: Happening, now: datetime) -> bool:
        document = happening_documents.write(happening)
        digest = hashlib.sha256(document).digest()
        return self.insert_new(happenings, journey_key=name, digest=digest, document=document, told_at=now)

    def ride(self, ride_id: str) -> JourneyKey | None:
        query = sa.select(journeys.c.document).where(journeys.c.journey_key == _name_of_ride(ride_id))
        document = self._connection.execute(query).scalar_one_or_none()
        return None if document is None else _KEY.validate_json(document)

    def append(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        try:
            self._connection.execute(
                sa.insert(journal),
                [
                    {
                        "rider": entry.rider,
                        "number": entry.number,
                        "posted_in": entry.posting.posted_in,
                        "document": _ENTRY.dump_json(entry),
                    }
                    for entry in entries
                ],
            )
        except sa.exc.IntegrityError:
            raise Overtaken from None

    def put_settlement(self, settlement: Settlement) -> None:
        keys: dict[str, object] = {"rider": settlement.rider, "period_id": settlement.period_id}
        self.put(settlements, keys, document=_SETTLEMENT.dump_json(settlement))

    def request_settlement(self, rider: str, period_id: str, now: datetime) -> None:
        requested = settlement_messages.requested(self._tenant, rider, period_id, "", now)
        outbox.append(self._connection, [requested])

    def publish_settled(self, entries: Sequence[Entry], settlement: Settlement, posted_in: str) -> None:
        settled = settlement_messages.settled(self._tenant, entries, settlement, posted_in)
        outbox.append(self._connection, [settled])

    def delete_journeys(self, riders: Sequence[str]) -> int:
        references = sa.select(journeys.c.reference).where(journeys.c.rider.in_(riders))
        # What was ridden is also in what was answered.
        self.forget_answers_of(self._connection.execute(references).scalars().all())
        mine = sa.select(journeys.c.journey_key).where(journeys.c.rider.in_(riders))
        self._connection.execute(sa.delete(happenings).where(happenings.c.journey_key.in_(mine)))
        return self._connection.execute(sa.delete(journeys).where(journeys.c.rider.in_(riders))).rowcount

    def purge(self, answered_before: datetime, unclaimed_before: datetime) -> int:
        claimed = sa.exists().where(journeys.c.journey_key == happenings.c.journey_key)
        old = sa.delete(happenings).where(happenings.c.told_at < unclaimed_before, ~claimed)
        return self.purge_answers(answered_before) + self._connection.execute(old).rowcount


class SqlRideStore:
    """See ``application.ports.RideStore``."""

    def __init__(self, engine: sa.Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    @contextmanager
    def reading(self) -> Iterator[SqlRides]:
        with view(self._engine) as connection:
            yield SqlRides(connection, self._tenant)

    @contextmanager
    def writing(self) -> Iterator[SqlRides]:
        with transaction(self._engine) as connection:
            yield SqlRides(connection, self._tenant)


def _name_of(key: JourneyKey) -> str:
    if key.source is Source.POOLING:
        return _name_of_ride(key.journey_id)
    return f"{key.rider}/{key.journey_id}"


def _name_of_ride(ride_id: str) -> str:
    return f"ride/{ride_id}"
