"""What the use cases around alarms need from outside."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from service_kit.identity.audit import AuditEntry
from service_kit.once import WritableAnswers

from waste.domain.access import Scope
from waste.domain.alarm_contacts import Contact
from waste.domain.alarm_rules import AlarmRule, Cause
from waste.domain.alarm_words import Words
from waste.domain.alarms import Alarm, AlarmState
from waste.domain.cloud_events import Document


@dataclass(frozen=True, slots=True)
class RuleWithContacts:
    """A rule, and the contacts that its ladder names, in that order."""

    rule: AlarmRule
    contacts: tuple[Contact, ...]

    def contact(self, contact_id: str) -> Contact | None:
        """The contact of this id."""
        return next((contact for contact in self.contacts if contact.id == contact_id), None)


@dataclass(frozen=True, slots=True)
class KeptAlarm:
    """An alarm as it is stored.

    Parameters
    ----------
    note
        Of whoever acknowledged.
    unreached
        Contacts that could not be told.
    version
        Grows by one with every change; 0 before it is stored.
    """

    alarm: Alarm
    depot_id: str
    note: str = ""
    unreached: frozenset[str] = frozenset()
    version: int = 0


class Sending(StrEnum):
    """Where a message is on its way."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Message:
    """Something on its way to a contact, kept until it is there or given up.

    Parameters
    ----------
    id
        The notice's: there is one message per notice, ever.
    words, event
        What a person reads, or a program.
    """

    id: str
    alarm_id: str
    contact: Contact
    words: Words
    event: Document
    created_at: datetime
    attempt_count: int = 0


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """How a sensor does, as last looked at; None is what is not known."""

    device_id: str
    sub_account: str
    container_id: str
    looked_at: datetime
    heard_at: datetime | None
    silent: bool | None
    stuck: bool | None
    battery_low: bool | None
    battery_share: float | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class AlarmFilter:
    """Which alarms; empty fields choose nothing out."""

    scope: Scope
    depot_id: str = ""
    container_id: str = ""
    states: frozenset[AlarmState] = frozenset()


class AlarmReader(Protocol):
    """One state of what is kept."""

    def rules(self, sub_account: str) -> Mapping[Cause, RuleWithContacts]:
        """The sub-account's own rules, and the usual ones where it has none of that cause."""
        ...

    def rules_listed(self, scope: Scope, after: str, count: int) -> list[tuple[str, RuleWithContacts]]:
        """At most ``count`` rules after a position, in order, with their positions."""
        ...

    def live(self, container_id: str) -> Mapping[Cause, KeptAlarm]:
        """The container's live alarms."""
        ...

    def alarm(self, alarm_id: str) -> KeptAlarm | None: ...

    def alarms(self, chosen: AlarmFilter, after: str, count: int) -> list[tuple[str, KeptAlarm]]:
        """At most ``count`` alarms after a position, newest first, with their positions."""
        ...

    def due(self, now: datetime, count: int) -> list[str]:
        """Ids of alarms that time moves on, those that wait longest first."""
        ...

    def causes(self, scope: Scope) -> Mapping[str, frozenset[str]]:
        """Causes of live alarms, by container."""
        ...

    def oldest_waiting(self) -> datetime | None:
        """Since when the oldest message waits that nobody has taken yet."""
        ...

    def ampel_seen(self, container_id: str) -> str | None:
        """The colour that was last told of a container."""
        ...

    def events(self, scope: Scope, after: int, count: int) -> list[tuple[int, Document]]:
        """At most ``count`` events of the sub-accounts after a number, oldest first."""
        ...

    def healths(self, scope: Scope, after: str, count: int) -> list[DeviceHealth]:
        """At most ``count`` devices with ids after one, by id."""
        ...


class AlarmWriter(AlarmReader, WritableAnswers, Protocol):
    """One transaction."""

    def put_rule(self, rule: RuleWithContacts) -> None: ...

    def remove_rule(self, sub_account: str, cause: Cause) -> bool: ...

    def put_alarm(self, kept: KeptAlarm, due_at: datetime | None) -> None:
        """Store it; raises Overtaken where somebody else was quicker, or raised the same."""
        ...

    def queue(self, messages: Sequence[Message]) -> None:
        """Have messages sent; one whose id was there before is not queued again."""
        ...

    def tell(self, sub_account: str, event: Document, kept: KeptAlarm | None, at: datetime) -> None:
        """Keep an event for those who ask, and put an alarm's into the outbox."""
        ...

    def put_ampel_seen(self, container_id: str, ampel: str) -> None: ...

    def put_health(self, health: DeviceHealth) -> None: ...

    def forget_containers(self, container_ids: Collection[str]) -> None: ...

    def take_due(self, now: datetime, until: datetime, count: int) -> list[Message]:
        """Messages to send now; nobody else gets them before ``until``."""
        ...

    def sent(self, message_id: str, now: datetime) -> None: ...

    def put_off(self, message_id: str, due_at: datetime, attempt_count: int, error: str) -> None: ...

    def given_up(self, message_id: str, now: datetime, error: str) -> None: ...

    def record(self, entry: AuditEntry) -> None: ...

    def purge_answers(self, before: datetime) -> int:
        """Delete answers to request ids, and return how many that were."""
        ...

    def purge_messages(self, before: datetime) -> int:
        """Delete messages that were sent or given up before an instant, and return how many that were."""
        ...

    def purge(self, before: datetime) -> int:
        """Delete what is over since before an instant, and return how many rows that were."""
        ...


class AlarmStore(Protocol):
    """Where alarms are kept."""

    def reading(self) -> AbstractContextManager[AlarmReader]: ...

    def writing(self) -> AbstractContextManager[AlarmWriter]: ...


class NotTaken(Exception):  # noqa: N818 - reads as what it is
    """The other side did not take a message now; later it may."""


class Refused(Exception):  # noqa: N818 - reads as what it is
    """The other side will never take this message."""


class Notifier(Protocol):
    """One way to tell somebody."""

    def send(self, message: Message, now: datetime) -> None:
        """Return when the other side has taken it.

        Raises
        ------
        NotTaken, Refused
            With the reason.
        """
        ...
