"""Everything kept, in one database: a SQLite file, or a schema of PostgreSQL that replicas share."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

import sqlalchemy as sa
from pydantic import TypeAdapter
from service_kit import audit_trail, outbox
from service_kit.availability import told_when_unavailable
from service_kit.database import reading
from service_kit.identity.audit import AuditEntry
from service_kit.postgres import is_overtaken
from sqlalchemy.dialects import postgresql, sqlite

from pooling.adapters import tables
from pooling.adapters.fact_messages import to_event
from pooling.application.ports import AnsweredMeanwhile, AuditFilter, PlanChanged, RideFilter, StoredAnswer
from pooling.domain.breakdown_report import BreakdownReport
from pooling.domain.facts import Fact
from pooling.domain.fleet import Shift, Vehicle
from pooling.domain.offers import Offer, OfferState
from pooling.domain.rides import Contact, Ride
from pooling.domain.zone_day import ZoneDay

_ZONE_DAY = TypeAdapter(ZoneDay)
_OFFER = TypeAdapter(Offer)
_RIDE = TypeAdapter(Ride)
_VEHICLE = TypeAdapter(Vehicle)
_SHIFT = TypeAdapter(Shift)
_BREAKDOWN = TypeAdapter(BreakdownReport)

_INSERTS: dict[str, Callable[[sa.Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}

KEPT_DAY_COUNT = 64

ValueT = TypeVar("ValueT")


class DayCache:
    """Decoded zone days by what they were decoded from; they never change, so threads may share them."""

    def __init__(self) -> None:
        self._days: OrderedDict[tuple[str, date], ZoneDay] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, zone_id: str, service_date: date, version: int) -> ZoneDay | None:
        with self._lock:
            day = self._days.get((zone_id, service_date))
        return day if day and day.version == version else None

    def put(self, day: ZoneDay) -> None:
        with self._lock:
            self._days[(day.zone_id, day.service_date)] = day
            self._days.move_to_end((day.zone_id, day.service_date))
            if len(self._days) > KEPT_DAY_COUNT:
                self._days.popitem(last=False)


class SqlReader:
    """One consistent view: see ``application.ports.Reader``."""

    def __init__(self, connection: sa.Connection, cache: DayCache) -> None:
        self._connection = connection
        self._cache = cache

    def zone_day(self, zone_id: str, service_date: date) -> ZoneDay:
        table = tables.zone_days
        mine = (table.c.zone_id == zone_id) & (table.c.service_date == service_date)
        version = self._connection.execute(sa.select(table.c.version).where(mine)).scalar_one_or_none()
        if version is None:
            return ZoneDay(zone_id, service_date)
        if day := self._cache.get(zone_id, service_date, version):
            return day
        document = self._connection.execute(sa.select(table.c.document).where(mine)).scalar_one()
        day = _ZONE_DAY.validate_json(document)
        self._cache.put(day)
        return day

    def days_from(self, zone_id: str, first: date) -> list[date]:
        table = tables.zone_days
        query = sa.select(table.c.service_date).where(
            table.c.zone_id == zone_id, table.c.service_date >= first
        )
        return sorted(self._connection.execute(query).scalars())

    def offer(self, offer_id: str) -> Offer | None:
        found = self._offers(tables.offers.c.offer_id == offer_id)
        return found[0] if found else None

    def offers_of(self, answer_id: str) -> list[Offer]:
        return self._offers(tables.offers.c.answer_id == answer_id)

    def _offers(self, which: sa.ColumnElement[bool]) -> list[Offer]:
        # The state changes more often than the document that tells of the offer.
        query = sa.select(tables.offers.c.document, tables.offers.c.state).where(which)
        return [
            replace(_OFFER.validate_json(document), state=OfferState(state))
            for document, state in self._connection.execute(query)
        ]

    def ride(self, ride_id: str) -> Ride | None:
        return self._one(tables.rides.c.document, tables.rides.c.ride_id == ride_id, _RIDE.validate_json)

    def rides(self, chosen: RideFilter, after: int, count: int) -> list[tuple[int, Ride]]:
        table = tables.rides
        query = sa.select(table.c.position, table.c.document).where(table.c.position > after)
        if chosen.zone_id is not None:
            query = query.where(table.c.zone_id == chosen.zone_id)
        if chosen.service_date is not None:
            query = query.where(table.c.service_date == chosen.service_date)
        if chosen.client_id is not None:
            query = query.where(table.c.client_id == chosen.client_id)
        if chosen.passenger_reference is not None:
            query = query.where(table.c.passenger_reference == chosen.passenger_reference)
        if chosen.states:
            query = query.where(table.c.state.in_([state.value for state in chosen.states]))
        rows = self._connection.execute(query.order_by(table.c.position).limit(count))
        return [(position, _RIDE.validate_json(document)) for position, document in rows]

    def contact(self, ride_id: str) -> Contact | None:
        table = tables.contacts
        row = self._connection.execute(
            sa.select(table.c.name, table.c.phone).where(table.c.ride_id == ride_id)
        ).one_or_none()
        return Contact(row.name, row.phone) if row else None

    def vehicle(self, vehicle_id: str) -> Vehicle | None:
        table = tables.vehicles
        return self._one(table.c.document, table.c.vehicle_id == vehicle_id, _VEHICLE.validate_json)

    def vehicles(self, zone_id: str | None, after: str, count: int) -> list[Vehicle]:
        table = tables.vehicles
        query = sa.select(table.c.document).where(table.c.vehicle_id > after)
        if zone_id is not None:
            query = query.where(table.c.zone_id == zone_id)
        query = query.order_by(table.c.vehicle_id).limit(count)
        return [_VEHICLE.validate_json(row) for row in self._connection.execute(query).scalars()]

    def shift(self, shift_id: str) -> Shift | None:
        table = tables.shifts
        return self._one(table.c.document, table.c.shift_id == shift_id, _SHIFT.validate_json)

    def shifts(
        self,
        zone_id: str | None,
        service_date: date | None,
        vehicle_id: str | None,
        after: str,
        count: int,
    ) -> list[Shift]:
        table = tables.shifts
        query = sa.select(table.c.document).where(table.c.shift_id > after)
        if zone_id is not None:
            query = query.where(table.c.zone_id == zone_id)
        if service_date is not None:
            query = query.where(table.c.service_date == service_date)
        if vehicle_id is not None:
            query = query.where(table.c.vehicle_id == vehicle_id)
        query = query.order_by(table.c.shift_id).limit(count)
        return [_SHIFT.validate_json(row) for row in self._connection.execute(query).scalars()]

    def breakdown(self, breakdown_id: str) -> BreakdownReport | None:
        table = tables.breakdowns
        return self._one(table.c.document, table.c.breakdown_id == breakdown_id, _BREAKDOWN.validate_json)

    def breakdowns(
        self, zone_id: str | None, vehicle_id: str | None, before: int, count: int
    ) -> list[tuple[int, BreakdownReport]]:
        table = tables.breakdowns
        query = sa.select(table.c.position, table.c.document)
        if before:
            query = query.where(table.c.position < before)
        if zone_id is not None:
            query = query.where(table.c.zone_id == zone_id)
        if vehicle_id is not None:
            query = query.where(table.c.vehicle_id == vehicle_id)
        rows = self._connection.execute(query.order_by(table.c.position.desc()).limit(count))
        return [(position, _BREAKDOWN.validate_json(document)) for position, document in rows]

    def latest_breakdown(self, vehicle_id: str) -> BreakdownReport | None:
        table = tables.breakdowns
        query = sa.select(table.c.document).where(table.c.vehicle_id == vehicle_id)
        query = query.order_by(table.c.event_time.desc(), table.c.position.desc()).limit(1)
        document = self._connection.execute(query).scalar_one_or_none()
        return None if document is None else _BREAKDOWN.validate_json(document)

    def audit_entries(self, chosen: AuditFilter, after: int, count: int) -> list[tuple[int, AuditEntry]]:
        return audit_trail.entries(
            self._connection,
            since=chosen.since,
            subject=chosen.subject,
            entity_id=chosen.entity_id,
            after=after,
            count=count,
        )

    def stored_answer(self, method: str, answer_key: str) -> StoredAnswer | None:
        table = tables.answers
        row = self._connection.execute(
            sa.select(table.c.fingerprint, table.c.answer).where(
                table.c.method == method, table.c.request_id == answer_key
            )
        ).one_or_none()
        return StoredAnswer(row.fingerprint, row.answer) if row else None

    def _one(
        self, column: sa.Column[bytes], which: sa.ColumnElement[bool], decode: Callable[[bytes], ValueT]
    ) -> ValueT | None:
        document = self._connection.execute(sa.select(column).where(which)).scalar_one_or_none()
        return None if document is None else decode(document)


class SqlWriter(SqlReader):
    """One transaction: see ``application.ports.Writer``."""

    def __init__(self, connection: sa.Connection, cache: DayCache, tenant: str) -> None:
        super().__init__(connection, cache)
        self._tenant = tenant

    def put_zone_day(self, day: ZoneDay) -> ZoneDay:
        table = tables.zone_days
        stored = replace(day, version=day.version + 1)
        values = {"version": stored.version, "document": _ZONE_DAY.dump_json(stored)}
        mine = (table.c.zone_id == day.zone_id) & (table.c.service_date == day.service_date)
        if not day.version:
            try:
                self._connection.execute(
                    sa.insert(table).values(zone_id=day.zone_id, service_date=day.service_date, **values)
                )
            except sa.exc.IntegrityError:
                raise PlanChanged from None
            return stored
        changed = self._connection.execute(
            sa.update(table).where(mine, table.c.version == day.version).values(**values)
        )
        if changed.rowcount != 1:
            raise PlanChanged
        return stored

    def put_offer(self, offer: Offer) -> None:
        self._connection.execute(
            sa.insert(tables.offers).values(
                offer_id=offer.id,
                answer_id=offer.answer_id,
                state=offer.state.value,
                expire_time=offer.expire_time,
                document=_OFFER.dump_json(offer),
            )
        )

    def set_offer_states(self, offer_ids: Sequence[str], state: OfferState) -> None:
        if offer_ids:
            self._connection.execute(
                sa.update(tables.offers)
                .where(tables.offers.c.offer_id.in_(offer_ids))
                .values(state=state.value)
            )

    def put_ride(self, ride: Ride) -> None:
        table = tables.rides
        values = {
            "zone_id": ride.zone_id,
            "service_date": ride.service_date,
            "state": ride.state.value,
            "client_id": ride.client_id,
            "passenger_reference": ride.passenger_reference,
            "document": _RIDE.dump_json(ride),
        }
        # Not looked for first: on PostgreSQL everybody else who books meanwhile would be overtaken by that.
        insert = _INSERTS[self._connection.dialect.name](table).values(ride_id=ride.id, **values)
        self._connection.execute(insert.on_conflict_do_update(index_elements=[table.c.ride_id], set_=values))

    def put_contact(self, ride_id: str, contact: Contact, delete_after: datetime) -> None:
        self._connection.execute(
            sa.insert(tables.contacts).values(
                ride_id=ride_id, name=contact.name, phone=contact.phone, delete_after=delete_after
            )
        )

    def put_vehicle(self, vehicle: Vehicle) -> None:
        self.delete_vehicle(vehicle.id)
        self._connection.execute(
            sa.insert(tables.vehicles).values(
                vehicle_id=vehicle.id, zone_id=vehicle.zone_id, document=_VEHICLE.dump_json(vehicle)
            )
        )

    def delete_vehicle(self, vehicle_id: str) -> None:
        table = tables.vehicles
        self._connection.execute(sa.delete(table).where(table.c.vehicle_id == vehicle_id))

    def put_shift(self, shift: Shift) -> None:
        self._connection.execute(
            sa.insert(tables.shifts).values(
                shift_id=shift.id,
                vehicle_id=shift.vehicle_id,
                zone_id=shift.zone_id,
                service_date=shift.service_date,
                document=_SHIFT.dump_json(shift),
            )
        )

    def delete_shift(self, shift_id: str) -> None:
        self._connection.execute(sa.delete(tables.shifts).where(tables.shifts.c.shift_id == shift_id))

    def put_breakdown(self, report: BreakdownReport) -> None:
        self._connection.execute(
            sa.insert(tables.breakdowns).values(
                breakdown_id=report.id,
                zone_id=report.zone_id,
                vehicle_id=report.vehicle_id,
                event_time=report.time,
                told_time=report.told_time,
                document=_BREAKDOWN.dump_json(report),
            )
        )

    def store_answer(self, method: str, answer_key: str, answer: StoredAnswer, now: datetime) -> None:
        try:
            self._connection.execute(
                sa.insert(tables.answers).values(
                    method=method,
                    request_id=answer_key,
                    fingerprint=answer.fingerprint,
                    answer=answer.answer,
                    answered_at=now,
                )
            )
        except sa.exc.IntegrityError:
            raise AnsweredMeanwhile from None

    def publish(self, facts: Sequence[Fact]) -> None:
        outbox.append(self._connection, [to_event(fact, self._tenant) for fact in facts])

    def record(self, entry: AuditEntry) -> None:
        audit_trail.append(self._connection, entry)

    def purge(self, now: datetime, answered_before: datetime, audited_before: datetime) -> int:
        gone = self._connection.execute(
            sa.delete(tables.contacts).where(tables.contacts.c.delete_after <= now)
        ).rowcount
        gone += self._connection.execute(
            sa.delete(tables.answers).where(tables.answers.c.answered_at < answered_before)
        ).rowcount
        gone += audit_trail.purge(self._connection, audited_before)
        gone += self._connection.execute(
            sa.delete(tables.breakdowns).where(tables.breakdowns.c.told_time < audited_before)
        ).rowcount
        over = (tables.offers.c.state != OfferState.BOOKED.value) & (
            tables.offers.c.expire_time < answered_before
        )
        return gone + self._connection.execute(sa.delete(tables.offers).where(over)).rowcount


class SqlStore:
    """See ``application.ports.Store``."""

    def __init__(self, engine: sa.Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant
        self._cache = DayCache()

    @contextmanager
    def reading(self) -> Iterator[SqlReader]:
        with told_when_unavailable(), reading(self._engine) as connection:
            yield SqlReader(connection, self._cache)

    @contextmanager
    def writing(self) -> Iterator[SqlWriter]:
        with told_when_unavailable(), _told_when_overtaken(), self._engine.begin() as connection:
            yield SqlWriter(connection, self._cache, self._tenant)


@contextmanager
def _told_when_overtaken() -> Iterator[None]:
    """Of two transactions that could not have run one after the other, PostgreSQL refuses one."""
    try:
        yield
    except sa.exc.OperationalError as error:
        if is_overtaken(error):
            raise PlanChanged from None
        raise
