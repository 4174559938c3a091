"""The store of alarms in SQL; see ``application.ports_alarms`` for what is promised."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from service_kit import audit_trail
from service_kit.answers import SqlAnswers, transaction, view
from service_kit.database import UtcDateTime
from service_kit.identity.audit import AuditEntry
from service_kit.once import Overtaken

from waste.adapters.alarm_rows import (
    alarm_values,
    contact_document,
    health_of,
    kept_of,
    message_of,
    rule_document,
    rule_of,
)
from waste.adapters.alarm_tables import (
    alarm_messages,
    alarm_rules,
    alarms,
    ampels_seen,
    device_healths,
    waste_events,
)
from waste.adapters.alarm_telling import publish
from waste.application.ports_alarms import (
    AlarmFilter,
    DeviceHealth,
    KeptAlarm,
    Message,
    RuleWithContacts,
    Sending,
)
from waste.domain.access import Scope
from waste.domain.alarm_rules import Cause, usual_rules
from waste.domain.cloud_events import Document

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_LONGEST_ERROR = 300


class SqlAlarms(SqlAnswers):
    """One transaction: see ``application.ports_alarms.AlarmWriter``."""

    def __init__(self, connection: sa.Connection, tenant: str) -> None:
        super().__init__(connection)
        self._tenant = tenant

    def rules(self, sub_account: str) -> Mapping[Cause, RuleWithContacts]:
        query = sa.select(alarm_rules).where(alarm_rules.c.sub_account_id == sub_account)
        own = {each.rule.cause: each for each in map(rule_of, self._connection.execute(query))}
        usual = {rule.cause: RuleWithContacts(rule, ()) for rule in usual_rules(sub_account)}
        return usual | own

    def rules_listed(self, scope: Scope, after: str, count: int) -> list[tuple[str, RuleWithContacts]]:
        position = alarm_rules.c.sub_account_id + "/" + alarm_rules.c.cause
        query = sa.select(alarm_rules, position.label("position")).where(
            position > after, *_in(alarm_rules.c.sub_account_id, scope)
        )
        rows = self._connection.execute(query.order_by(position).limit(count))
        return [(row.position, rule_of(row)) for row in rows]

    def live(self, container_id: str) -> Mapping[Cause, KeptAlarm]:
        query = sa.select(alarms).where(alarms.c.container_id == container_id, alarms.c.resolved_at.is_(None))
        found = [kept_of(row) for row in self._connection.execute(query)]
        return {kept.alarm.cause: kept for kept in found}

    def alarm(self, alarm_id: str) -> KeptAlarm | None:
        row = self._connection.execute(sa.select(alarms).where(alarms.c.alarm_id == alarm_id)).one_or_none()
        return kept_of(row) if row else None

    def alarms(self, chosen: AlarmFilter, after: str, count: int) -> list[tuple[str, KeptAlarm]]:
        query = sa.select(alarms).where(*_in(alarms.c.sub_account_id, chosen.scope))
        if chosen.depot_id:
            query = query.where(alarms.c.depot_id == chosen.depot_id)
        if chosen.container_id:
            query = query.where(alarms.c.container_id == chosen.container_id)
        if chosen.states:
            query = query.where(alarms.c.state.in_([state.value for state in chosen.states]))
        if after:
            instant, _, alarm_id = after.partition(" ")
            at = sa.literal(datetime.fromisoformat(instant), alarms.c.raised_at.type)
            query = query.where(sa.tuple_(alarms.c.raised_at, alarms.c.alarm_id) < sa.tuple_(at, alarm_id))
        ordered = query.order_by(alarms.c.raised_at.desc(), alarms.c.alarm_id.desc()).limit(count)
        found = [kept_of(row) for row in self._connection.execute(ordered)]
        return [(f"{kept.alarm.raised_at.isoformat()} {kept.alarm.id}", kept) for kept in found]

    def due(self, now: datetime, count: int) -> list[str]:
        query = sa.select(alarms.c.alarm_id).where(alarms.c.due_at <= now)
        return list(self._connection.execute(query.order_by(alarms.c.due_at).limit(count)).scalars())

    def causes(self, scope: Scope) -> Mapping[str, frozenset[str]]:
        query = sa.select(alarms.c.container_id, alarms.c.cause).where(
            alarms.c.resolved_at.is_(None), *_in(alarms.c.sub_account_id, scope)
        )
        found: dict[str, set[str]] = {}
        for row in self._connection.execute(query):
            found.setdefault(row.container_id, set()).add(row.cause)
        return {container_id: frozenset(causes) for container_id, causes in found.items()}

    def oldest_waiting(self) -> datetime | None:
        waiting = alarm_messages.c.sending == Sending.WAITING.value
        query = sa.select(sa.func.min(alarm_messages.c.created_at, type_=UtcDateTime)).where(waiting)
        oldest: datetime | None = self._connection.execute(query).scalar_one()
        return oldest

    def ampel_seen(self, container_id: str) -> str | None:
        query = sa.select(ampels_seen.c.ampel).where(ampels_seen.c.container_id == container_id)
        return self._connection.execute(query).scalar_one_or_none()

    def events(self, scope: Scope, after: int, count: int) -> list[tuple[int, Document]]:
        query = sa.select(waste_events.c.number, waste_events.c.event).where(
            waste_events.c.number > after, *_in(waste_events.c.sub_account_id, scope)
        )
        rows = self._connection.execute(query.order_by(waste_events.c.number).limit(count))
        return [(row.number, row.event) for row in rows]

    def healths(self, scope: Scope, after: str, count: int) -> list[DeviceHealth]:
        query = sa.select(device_healths).where(
            device_healths.c.device_id > after, *_in(device_healths.c.sub_account_id, scope)
        )
        rows = self._connection.execute(query.order_by(device_healths.c.device_id).limit(count))
        return [health_of(row) for row in rows]

    def put_rule(self, rule: RuleWithContacts) -> None:
        keys: dict[str, object] = {
            "sub_account_id": rule.rule.sub_account,
            "cause": rule.rule.cause.value,
        }
        self.put(
            alarm_rules,
            keys,
            rule=rule_document(rule.rule),
            contacts=[contact_document(contact) for contact in rule.contacts],
        )

    def remove_rule(self, sub_account: str, cause: Cause) -> bool:
        mine = (alarm_rules.c.sub_account_id == sub_account) & (alarm_rules.c.cause == cause.value)
        gone = self._connection.execute(sa.delete(alarm_rules).where(mine)).rowcount
        # What was raised by it is over: time closes it at once.
        concerned = (alarms.c.sub_account_id == sub_account) & (alarms.c.cause == cause.value)
        live = concerned & alarms.c.resolved_at.is_(None)
        self._connection.execute(sa.update(alarms).where(live).values(due_at=_EPOCH))
        return gone > 0

    def put_alarm(self, kept: KeptAlarm, due_at: datetime | None) -> None:
        values = alarm_values(kept) | {"due_at": due_at, "version": kept.version + 1}
        if kept.version:
            as_read = (alarms.c.alarm_id == kept.alarm.id) & (alarms.c.version == kept.version)
            changed = sa.update(alarms).where(as_read).values(values)
            if self._connection.execute(changed).rowcount == 0:
                raise Overtaken
        elif not self.insert_new(alarms, **values):
            raise Overtaken

    def queue(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self.insert_new(
                alarm_messages,
                message_id=message.id,
                alarm_id=message.alarm_id,
                contact=contact_document(message.contact),
                subject=message.words.subject,
                text=message.words.text,
                event=dict(message.event),
                sending=Sending.WAITING.value,
                created_at=message.created_at,
                due_at=message.created_at,
                attempt_count=0,
                error="",
            )

    def tell(self, sub_account: str, event: Document, kept: KeptAlarm | None, at: datetime) -> None:
        self._connection.execute(
            sa.insert(waste_events).values(sub_account_id=sub_account, at=at, event=dict(event))
        )
        if kept is not None:
            publish(self._connection, self._tenant, kept, event, at)

    def put_ampel_seen(self, container_id: str, ampel: str) -> None:
        self.put(ampels_seen, {"container_id": container_id}, ampel=ampel)

    def put_health(self, health: DeviceHealth) -> None:
        values: dict[str, Any] = asdict(health)
        values["sub_account_id"] = values.pop("sub_account")
        self.put(device_healths, {"device_id": values.pop("device_id")}, **values)

    def forget_containers(self, container_ids: Collection[str]) -> None:
        for table in (ampels_seen, device_healths):
            self._connection.execute(sa.delete(table).where(table.c.container_id.in_(container_ids)))

    def take_due(self, now: datetime, until: datetime, count: int) -> list[Message]:
        query = sa.select(alarm_messages).where(alarm_messages.c.due_at <= now)
        # Replicas pass by what another one is taking; SQLite has one writer at a time.
        ordered = query.order_by(alarm_messages.c.due_at).limit(count).with_for_update(skip_locked=True)
        found = [message_of(row) for row in self._connection.execute(ordered)]
        taken = alarm_messages.c.message_id.in_([message.id for message in found])
        self._connection.execute(sa.update(alarm_messages).where(taken).values(due_at=until))
        return found

    def sent(self, message_id: str, now: datetime) -> None:
        self._message(message_id, sending=Sending.SENT.value, due_at=None, ended_at=now, error="")

    def put_off(self, message_id: str, due_at: datetime, attempt_count: int, error: str) -> None:
        self._message(message_id, due_at=due_at, attempt_count=attempt_count, error=error[:_LONGEST_ERROR])

    def given_up(self, message_id: str, now: datetime, error: str) -> None:
        self._message(
            message_id, sending=Sending.FAILED.value, due_at=None, ended_at=now, error=error[:_LONGEST_ERROR]
        )

    def record(self, entry: AuditEntry) -> None:
        audit_trail.append(self._connection, entry)

    def purge_messages(self, before: datetime) -> int:
        ended = alarm_messages.c.ended_at < before
        return self._connection.execute(sa.delete(alarm_messages).where(ended)).rowcount

    def purge(self, before: datetime) -> int:
        gone = audit_trail.purge(self._connection, before)
        for table, instant in (
            (alarms, alarms.c.resolved_at),
            (waste_events, waste_events.c.at),
            (device_healths, device_healths.c.looked_at),
        ):
            gone += self._connection.execute(sa.delete(table).where(instant < before)).rowcount
        return gone

    def _message(self, message_id: str, **values: object) -> None:
        mine = alarm_messages.c.message_id == message_id
        self._connection.execute(sa.update(alarm_messages).where(mine).values(**values))


class SqlAlarmStore:
    """See ``application.ports_alarms.AlarmStore``."""

    def __init__(self, engine: sa.Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    @contextmanager
    def reading(self) -> Iterator[SqlAlarms]:
        with view(self._engine) as connection:
            yield SqlAlarms(connection, self._tenant)

    @contextmanager
    def writing(self) -> Iterator[SqlAlarms]:
        with transaction(self._engine) as connection:
            yield SqlAlarms(connection, self._tenant)


def _in(column: "sa.Column[str]", scope: Scope) -> list[sa.ColumnElement[bool]]:
    """Where a row exists in the scope: no condition for everything."""
    return [] if scope.sub_account_ids is None else [column.in_(sorted(scope.sub_account_ids))]
