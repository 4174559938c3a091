"""Rules, alarms and messages as rows, and back."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from waste.application.ports_alarms import DeviceHealth, KeptAlarm, Message, RuleWithContacts
from waste.domain.alarm_contacts import Channel, Contact, Language
from waste.domain.alarm_rules import AlarmRule, Cause
from waste.domain.alarm_words import Words
from waste.domain.alarms import Alarm, AlarmState

_SPANS = ("horizon", "escalate_after", "calm")


def rule_document(rule: AlarmRule) -> dict[str, Any]:
    """A rule without its keys, spans as seconds."""
    spans = {f"{name}_s": getattr(rule, name).total_seconds() for name in _SPANS}
    return {"ladder": list(rule.ladder), "threshold": rule.threshold, **spans}


def rule_of(row: Any) -> RuleWithContacts:
    spans = {name: timedelta(seconds=row.rule[f"{name}_s"]) for name in _SPANS}
    rule = AlarmRule(
        row.sub_account_id, Cause(row.cause), tuple(row.rule["ladder"]), row.rule["threshold"], **spans
    )
    return RuleWithContacts(rule, tuple(_contact_of(each) for each in row.contacts))


def contact_document(contact: Contact) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(contact).items()}


def _contact_of(told: dict[str, str]) -> Contact:
    return Contact(
        told["id"], Channel(told["channel"]), told["address"], Language(told["language"]), told["secret"]
    )


def alarm_values(kept: KeptAlarm) -> dict[str, Any]:
    """An alarm's row, without when it is due."""
    alarm = kept.alarm
    return {
        "alarm_id": alarm.id,
        "sub_account_id": alarm.sub_account,
        "container_id": alarm.container_id,
        "depot_id": kept.depot_id,
        "cause": alarm.cause.value,
        "state": alarm.state.value,
        "raised_at": alarm.raised_at,
        "seen_at": alarm.seen_at,
        "figures": dict(alarm.figures),
        "told": list(alarm.told),
        "unreached": sorted(kept.unreached),
        "escalate_at": alarm.escalate_at,
        "gone_since": alarm.gone_since,
        "acknowledged_at": alarm.acknowledged_at,
        "acknowledged_by": alarm.acknowledged_by,
        "note": kept.note,
        "resolved_at": alarm.resolved_at,
    }


def kept_of(row: Any) -> KeptAlarm:
    alarm = Alarm(
        row.alarm_id,
        row.sub_account_id,
        row.container_id,
        Cause(row.cause),
        AlarmState(row.state),
        row.raised_at,
        row.seen_at,
        row.figures,
        tuple(row.told),
        row.escalate_at,
        row.gone_since,
        row.acknowledged_at,
        row.acknowledged_by,
        row.resolved_at,
    )
    return KeptAlarm(alarm, row.depot_id, row.note, frozenset(row.unreached), row.version)


def message_of(row: Any) -> Message:
    return Message(
        row.message_id,
        row.alarm_id,
        _contact_of(row.contact),
        Words(row.subject, row.text),
        row.event,
        row.created_at,
        row.attempt_count,
    )


def health_of(row: Any) -> DeviceHealth:
    return DeviceHealth(
        row.device_id,
        row.sub_account_id,
        row.container_id,
        row.looked_at,
        row.heard_at,
        row.silent,
        row.stuck,
        row.battery_low,
        row.battery_share,
        row.fault,
    )
