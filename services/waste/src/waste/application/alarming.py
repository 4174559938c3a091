"""Use cases: what is known of containers becomes alarms, alarms become messages, people answer."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from service_kit.clock import Clock
from service_kit.errors import FailedPrecondition, NotFound
from service_kit.identity.audit import entry_of
from service_kit.identity.principal import Principal
from service_kit.once import Call, write, write_once

from waste.application.ports_alarms import (
    AlarmFilter,
    AlarmStore,
    AlarmWriter,
    DeviceHealth,
    KeptAlarm,
    Message,
    RuleWithContacts,
)
from waste.application.watching import Watch
from waste.domain.access import Scope, scope_of
from waste.domain.alarm_rules import Cause, Condition, judge
from waste.domain.alarm_words import Place, words
from waste.domain.alarms import (
    AlarmState,
    Notice,
    Occasion,
    Sighting,
    Step,
    acknowledged,
    due_at,
    elapsed,
    sighted,
)
from waste.domain.cloud_events import Document, alarm_event, ampel_event

ResultT = TypeVar("ResultT")

KEEP = timedelta(days=365)
"""How long alarms that are over, events, and who did what are kept."""
KEEP_TOLD = timedelta(days=30)
"""How long it is kept to whom a message went: addresses, and the secrets of webhooks, are in it."""
KEEP_ANSWERS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the same for all alarms.

    Parameters
    ----------
    tenant
        The district.
    zone
        Of the times that people are told.
    """

    tenant: str
    zone: ZoneInfo


class Alarming:
    """Raises, escalates and closes alarms; every step is one transaction with the messages it makes.

    Parameters
    ----------
    watch
        Tells what is known of containers.
    ruled
        Told the containers that a rule has changed for, to be looked at.
    """

    def __init__(
        self,
        store: AlarmStore,
        watch: Watch,
        clock: Clock,
        terms: Terms,
        ruled: Callable[[Collection[str]], None],
    ) -> None:
        self._store = store
        self._watch = watch
        self._clock = clock
        self._terms = terms
        self._ruled = ruled

    def look(self, container_id: str, *, thorough: bool = False) -> datetime | None:
        """Judge a container by the rules of its sub-account; its alarms are over where it is gone.

        Parameters
        ----------
        thorough
            Whether the health of its sensors is judged, too, which takes their history.

        Returns
        -------
        When to look thoroughly again; None where that was none, or there is nothing to look at.
        """
        with self._store.reading() as reader:
            live = reader.live(container_id)
        seen = self._watch.look(container_id, thorough=thorough)
        if seen is None:
            if live:
                write(self._store, lambda writer: self._closed(writer, container_id))
            return None

        def work(writer: AlarmWriter) -> None:
            for health in seen.healths:
                writer.put_health(health)
            self._told_ampel(writer, seen.condition, seen.state_version)
            self._judged(writer, seen.condition, seen.place)

        write(self._store, work)
        return seen.look_again_at

    def pass_time(self, count: int = 200) -> int:
        """Move on the alarms whose time has come, and return how many were due."""
        with self._store.reading() as reader:
            due = reader.due(self._clock.now(), count)
        for alarm_id in due:
            write(self._store, partial(self._moved_on, alarm_id))
        return len(due)

    def acknowledge(self, call: Call[KeptAlarm], alarm_id: str, note: str) -> bytes:
        """Somebody has answered; raises NotFound, and FailedPrecondition for an alarm that is over."""

        def work(writer: AlarmWriter) -> KeptAlarm:
            kept = writer.alarm(alarm_id)
            if kept is None or kept.alarm.sub_account not in scope_of(call.caller):
                raise no_alarm(alarm_id)
            if not kept.alarm.is_live:
                raise FailedPrecondition.in_field("alarm_id", f"{alarm_id!r} is over", "ALARM_OVER")
            if kept.alarm.state is AlarmState.ACKNOWLEDGED:
                return kept
            alarm = acknowledged(kept.alarm, call.caller.subject, self._clock.now())
            changed = replace(kept, alarm=alarm, note=note)
            ruled = writer.rules(alarm.sub_account).get(alarm.cause)
            return self._stored(writer, changed, Step(alarm), ruled, ("acknowledged",))

        return self._once(call, work)

    def set_rule(self, call: Call[RuleWithContacts], told: RuleWithContacts) -> bytes:
        """Keep a rule in place of the one of its cause; raises NotFound for a sub-account of others."""

        def work(writer: AlarmWriter) -> RuleWithContacts:
            self._check_sub_account(told.rule.sub_account, call.caller)
            writer.put_rule(told)
            return told

        answer = self._once(call, work)
        self._ruled(self._watch.containers_of(told.rule.sub_account))
        return answer

    def remove_rule(self, call: Call[None], sub_account: str, cause: Cause) -> bytes:
        """Take a rule back, and with it its alarms; raises NotFound."""

        def work(writer: AlarmWriter) -> None:
            if sub_account not in scope_of(call.caller) or not writer.remove_rule(sub_account, cause):
                raise NotFound.in_field(
                    "kind", f"{sub_account!r} has no rule for {cause.value}", "ALARM_RULE_NOT_FOUND"
                )

        return self._once(call, work)

    def rules(self, scope: Scope, after: str, count: int) -> list[tuple[str, RuleWithContacts]]:
        """Rules after a position, in order, with their positions."""
        with self._store.reading() as reader:
            return reader.rules_listed(scope, after, count)

    def rules_of(self, sub_account: str) -> Mapping[Cause, RuleWithContacts]:
        """A sub-account's rules."""
        with self._store.reading() as reader:
            return reader.rules(sub_account)

    def alarms(self, chosen: AlarmFilter, after: str, count: int) -> list[tuple[str, KeptAlarm]]:
        """Alarms after a position, newest first, with their positions."""
        with self._store.reading() as reader:
            return reader.alarms(chosen, after, count)

    def changes(self, chosen: AlarmFilter, seen: dict[str, int], count: int) -> list[KeptAlarm]:
        """Alarms of other versions than those seen, and those that are over since; ``seen`` is kept up."""
        with self._store.reading() as reader:
            live = {kept.alarm.id: kept for _, kept in reader.alarms(chosen, "", count)}
            over = [reader.alarm(alarm_id) for alarm_id in seen.keys() - live.keys()]
        changed = [kept for kept in live.values() if seen.get(kept.alarm.id) != kept.version]
        for kept in over:
            if kept is not None:
                del seen[kept.alarm.id]
                changed.append(kept)
        seen.update((kept.alarm.id, kept.version) for kept in live.values())
        return sorted(changed, key=lambda kept: kept.alarm.raised_at)

    def causes(self, scope: Scope) -> Mapping[str, frozenset[str]]:
        """Causes of live alarms, by container."""
        with self._store.reading() as reader:
            return reader.causes(scope)

    def healths(self, scope: Scope, after: str, count: int) -> list[DeviceHealth]:
        """How sensors with ids after one do."""
        with self._store.reading() as reader:
            return reader.healths(scope, after, count)

    def events(self, scope: Scope, after: int, count: int) -> list[tuple[int, Document]]:
        """Events after a number, oldest first, with their numbers."""
        with self._store.reading() as reader:
            return reader.events(scope, after, count)

    def oldest_message_age(self) -> timedelta:
        """How long the oldest message that nobody has taken yet has waited; nothing where none waits."""
        with self._store.reading() as reader:
            oldest = reader.oldest_waiting()
        return max(self._clock.now() - oldest, timedelta(0)) if oldest else timedelta(0)

    def purge(self) -> int:
        """Delete what is over for long; how many rows went."""
        now = self._clock.now()
        return write(
            self._store,
            lambda writer: (
                writer.purge_answers(now - KEEP_ANSWERS)
                + writer.purge_messages(now - KEEP_TOLD)
                + writer.purge(now - KEEP)
            ),
        )

    def _once(self, call: Call[ResultT], work: Callable[[AlarmWriter], ResultT]) -> bytes:
        """Do a write once, and note who did it."""

        def noted(writer: AlarmWriter) -> ResultT:
            result = work(writer)
            writer.record(
                entry_of(
                    call.caller,
                    time=self._clock.now(),
                    method=call.method,
                    request_id=call.request_id,
                    entity_ids=call.entity_ids,
                )
            )
            return result

        return write_once(self._store, call, self._clock.now(), noted)

    def _check_sub_account(self, sub_account: str, caller: Principal) -> None:
        if sub_account not in scope_of(caller) or not self._watch.has_sub_account(sub_account):
            raise NotFound.in_field(
                "rule.sub_account_id", f"there is no sub-account {sub_account!r}", "SUB_ACCOUNT_NOT_FOUND"
            )

    def _judged(self, writer: AlarmWriter, condition: Condition, place: Place) -> None:
        live = dict(writer.live(condition.container_id))
        for cause, ruled in writer.rules(condition.sub_account).items():
            kept = live.get(cause)
            verdict = judge(ruled.rule, condition, raised=kept is not None)
            sighting = Sighting(
                condition.sub_account,
                condition.container_id,
                cause,
                verdict.presence,
                condition.at,
                verdict.figures,
            )
            now = self._clock.now()
            # One that moved to another sub-account: what the old one was told of is over for it.
            if kept is not None and kept.alarm.sub_account != condition.sub_account:
                self._gone(writer, kept)
                kept = None
            step = sighted(kept.alarm if kept else None, sighting, ruled.rule, now=now, new_id=str(uuid4()))
            if step.alarm is None or (kept is not None and step.alarm == kept.alarm):
                continue
            before = kept or KeptAlarm(step.alarm, place.depot_id)
            happened = () if kept else ("raised",)
            self._stored(writer, replace(before, alarm=step.alarm), step, ruled, happened)

    def _moved_on(self, alarm_id: str, writer: AlarmWriter) -> None:
        kept = writer.alarm(alarm_id)
        if kept is None or not kept.alarm.is_live:
            return
        ruled = writer.rules(kept.alarm.sub_account).get(kept.alarm.cause)
        step = elapsed(kept.alarm, ruled.rule if ruled else None, self._clock.now())
        assert step.alarm is not None  # noqa: S101 - time makes no alarm vanish
        self._stored(writer, replace(kept, alarm=step.alarm), step, ruled, ())

    def _closed(self, writer: AlarmWriter, container_id: str) -> None:
        for kept in writer.live(container_id).values():
            self._gone(writer, kept)
        writer.forget_containers([container_id])

    def _gone(self, writer: AlarmWriter, kept: KeptAlarm) -> None:
        step = elapsed(kept.alarm, None, self._clock.now())
        if step.alarm is None:
            return
        ruled = writer.rules(kept.alarm.sub_account).get(kept.alarm.cause)
        self._stored(writer, replace(kept, alarm=step.alarm), step, ruled, ())

    def _stored(
        self,
        writer: AlarmWriter,
        kept: KeptAlarm,
        step: Step,
        ruled: RuleWithContacts | None,
        happened: Sequence[str],
    ) -> KeptAlarm:
        """Store an alarm after a step, with what is to be told of it."""
        now, alarm, place = self._clock.now(), kept.alarm, self._place(kept)
        writer.put_alarm(kept, due_at(alarm, ruled.rule) if ruled else None)
        if not alarm.is_live:
            happened = (*happened, "resolved")
        elif any(notice.occasion is Occasion.ESCALATED for notice in step.notices):
            happened = (*happened, "escalated")
        for each in happened:
            event = alarm_event(alarm, each, place, tenant=self._terms.tenant, at=now)
            writer.tell(alarm.sub_account, event, kept, now)
        messages = [self._message(notice, kept, ruled, place) for notice in step.notices]
        writer.queue([message for message in messages if message is not None])
        return replace(kept, version=kept.version + 1)

    def _message(
        self, notice: Notice, kept: KeptAlarm, ruled: RuleWithContacts | None, place: Place
    ) -> Message | None:
        """What a contact is told; nothing where it was taken from the rule meanwhile."""
        contact = ruled.contact(notice.contact_id) if ruled else None
        if contact is None:
            return None
        now = self._clock.now()
        event = alarm_event(kept.alarm, notice.occasion.value, place, tenant=self._terms.tenant, at=now)
        text = words(kept.alarm, notice.occasion, place, contact.language, self._terms.zone)
        return Message(notice.id, kept.alarm.id, contact, text, event, now)

    def _told_ampel(self, writer: AlarmWriter, condition: Condition, version: int) -> None:
        before = writer.ampel_seen(condition.container_id)
        if before == condition.ampel:
            return
        writer.put_ampel_seen(condition.container_id, condition.ampel)
        event = ampel_event(
            condition.container_id,
            condition.sub_account,
            condition.ampel,
            before or "unknown",
            tenant=self._terms.tenant,
            at=condition.at,
            version=version,
        )
        writer.tell(condition.sub_account, event, None, condition.at)

    def _place(self, kept: KeptAlarm) -> Place:
        return self._watch.place(kept.alarm.container_id) or Place(
            kept.alarm.container_id, depot_id=kept.depot_id
        )


def no_alarm(alarm_id: str) -> NotFound:
    """What is said of an alarm that is not there, or not there for the caller."""
    return NotFound.in_field("alarm_id", f"there is no alarm {alarm_id!r}", "ALARM_NOT_FOUND")
