"""From messages to checked plain values: rules of alarms, and whom they tell."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration
from landlinie.waste.v1 import alarm_pb2
from service_kit.faults import Faults

from waste.application.ports_alarms import RuleWithContacts
from waste.domain.alarm_contacts import Channel, Contact, Language
from waste.domain.alarm_rules import LONGEST_LADDER, AlarmRule, Cause
from waste.domain.errors import WrongFieldError
from waste.messages import ALARM_KIND_VALUES, ALARM_KINDS

LANGUAGES = {
    alarm_pb2.ALARM_LANGUAGE_UNSPECIFIED: Language.GERMAN,
    alarm_pb2.ALARM_LANGUAGE_GERMAN: Language.GERMAN,
    alarm_pb2.ALARM_LANGUAGE_ENGLISH: Language.ENGLISH,
}
SPANS = ("horizon", "escalate_after", "calm")


def rule_of(
    message: alarm_pb2.AlarmRule, known: Mapping[Cause, RuleWithContacts], faults: Faults
) -> RuleWithContacts | None:
    """A rule with its contacts; None where something is wrong with it.

    Parameters
    ----------
    known
        The rules that there are: a contact that stays keeps its secret.
    """
    sub_account = faults.identifier(message.sub_account_id, "rule.sub_account_id")
    cause = faults.choice(message.kind, ALARM_KINDS, "rule.kind", Cause.AMPEL_RED)
    if len(message.ladder) > LONGEST_LADDER:
        faults.add("rule.ladder", f"{len(message.ladder)} contacts, at most {LONGEST_LADDER}", "TOO_MANY")
    before = known.get(cause)
    contacts = [
        _contact(told, before, f"rule.ladder[{number}]", faults)
        for number, told in enumerate(message.ladder[:LONGEST_LADDER])
    ]
    spans: dict[str, Any] = {
        name: _span(getattr(message, name), f"rule.{name}", faults)
        for name in SPANS
        if message.HasField(name)  # type: ignore[arg-type]  # its names are literals to mypy
    }
    if faults.found:
        return None
    threshold = message.threshold if message.HasField("threshold") else None
    found = [contact for contact in contacts if contact is not None]
    try:
        rule = AlarmRule(sub_account, cause, tuple(each.id for each in found), threshold, **spans)
    except WrongFieldError as error:
        faults.add(f"rule.{error.field}", str(error), "VALUE_OUT_OF_RANGE")
        return None
    return RuleWithContacts(rule, tuple(found))


def rule_message(told: RuleWithContacts) -> alarm_pb2.AlarmRule:
    """A rule as it is told: without secrets."""
    rule = told.rule
    message = alarm_pb2.AlarmRule(
        sub_account_id=rule.sub_account,
        kind=ALARM_KIND_VALUES[rule.cause],
        ladder=[_contact_message(contact) for contact in told.contacts],
        threshold=rule.threshold,
    )
    for name in SPANS:
        span: Duration = getattr(message, name)
        span.FromTimedelta(getattr(rule, name))
    return message


def _contact(
    message: alarm_pb2.AlarmContact, before: RuleWithContacts | None, field: str, faults: Faults
) -> Contact | None:
    language = faults.choice(message.language, LANGUAGES, f"{field}.language", Language.GERMAN)
    channel = message.WhichOneof("channel")
    if channel is None:
        faults.add(field, "names neither an e-mail address nor a webhook", "FIELD_MISSING")
        return None
    try:
        if channel == "email_address":
            return Contact(message.contact_id, Channel.EMAIL, message.email_address, language)
        secret, url = message.webhook.secret, message.webhook.url
        kept = before.contact(message.contact_id) if before else None
        if not secret and kept is not None and kept.address == url:
            secret = kept.secret
        return Contact(message.contact_id, Channel.WEBHOOK, url, language, secret)
    except WrongFieldError as error:
        part = f"webhook.{error.field}" if error.field in {"url", "secret"} else error.field
        faults.add(f"{field}.{part}", str(error), "VALUE_INVALID")
        return None


def _contact_message(contact: Contact) -> alarm_pb2.AlarmContact:
    language = {
        Language.GERMAN: alarm_pb2.ALARM_LANGUAGE_GERMAN,
        Language.ENGLISH: alarm_pb2.ALARM_LANGUAGE_ENGLISH,
    }[contact.language]
    message = alarm_pb2.AlarmContact(contact_id=contact.id, language=language)
    if contact.channel is Channel.EMAIL:
        message.email_address = contact.address
    else:
        message.webhook.url = contact.address
    return message


def _span(message: Duration, field: str, faults: Faults) -> timedelta:
    if not 0 <= message.seconds <= 10**7 or message.nanos:
        faults.add(field, f"{message.seconds} s {message.nanos} ns is no span in seconds", "DURATION_INVALID")
        return timedelta(0)
    return timedelta(seconds=message.seconds)
