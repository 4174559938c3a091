"""Alarms of a small district, in a store of the test's own, with notifiers that note what they are given."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from district import TENANT, Office
from service_kit.database import open_engine
from service_kit.migrations import migrate
from service_kit.postgres import in_schema
from waste.adapters.alarm_store import SqlAlarmStore
from waste.application.alarming import Alarming, Terms
from waste.application.judging import Judging
from waste.application.notifying import Notifying
from waste.application.ports_alarms import Message, RuleWithContacts
from waste.application.watching import Watch
from waste.domain.alarm_contacts import Channel, Contact, Language
from waste.domain.alarm_rules import AlarmRule, Cause

SECRET = "sixteen places or more"  # noqa: S105 - signs nothing but tests
DESK = Contact("desk", Channel.EMAIL, "desk@example.org")
HEAD = Contact("head", Channel.EMAIL, "head@example.org", Language.ENGLISH)
PROGRAM = Contact("program", Channel.WEBHOOK, "https://example.org/alarms", secret=SECRET)


class Noted:
    """A notifier that notes what it is given, and fails as it is told."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.failing: Exception | None = None

    def send(self, message: Message, now: datetime) -> None:  # noqa: ARG002 - as the port has it
        if self.failing is not None:
            raise self.failing
        self.messages.append(message)

    @property
    def subjects(self) -> list[str]:
        return [message.words.subject for message in self.messages]


class AlarmDesk:
    """The use cases of alarms beside those of containers."""

    def __init__(self, office: Office, url: str, folder: Path) -> None:
        at = (
            f"sqlite:///{folder}/alarms.sqlite"
            if url.startswith("sqlite")
            else in_schema(sa.make_url(url), "waste_alarms")
        )
        self.office = office
        self.engine = open_engine(at)
        migrate(self.engine, "waste.adapters.alarm_migrations")
        self.store = SqlAlarmStore(self.engine, TENANT)
        self.judging = Judging(office.desk)
        watch = Watch(office.store, office.clock)
        terms = Terms(TENANT, ZoneInfo("Europe/Berlin"))
        self.ruled: list[str] = []
        self.alarming = Alarming(self.store, watch, office.clock, terms, self.ruled.extend)
        self.mail, self.program = Noted(), Noted()
        self.notifying = Notifying(
            self.store, {Channel.EMAIL: self.mail, Channel.WEBHOOK: self.program}, office.clock
        )

    def rule(self, sub_account: str, cause: Cause, *contacts: Contact, **fields: object) -> None:
        rule = AlarmRule(sub_account, cause, tuple(each.id for each in contacts), **fields)  # type: ignore[arg-type]  # by name
        self.alarming.set_rule(self.office.call(), RuleWithContacts(rule, contacts))

    def look(self, container_id: str, *, thorough: bool = False) -> None:
        """Have everything worked out that follows from what was measured, and sent."""
        self.judging.judge(container_id)
        self.alarming.look(container_id, thorough=thorough)
        self.pass_time()

    def pass_time(self, **duration: float) -> None:
        self.office.pass_time(**duration)
        self.alarming.pass_time()
        while self.notifying.send_due():
            pass

    def close(self) -> None:
        self.engine.dispose()
