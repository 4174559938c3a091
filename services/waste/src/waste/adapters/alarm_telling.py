"""Alarms as events on the bus."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from landlinie.waste.events.v1 import alarm_events_pb2
from service_kit import outbox
from service_kit.event_payload import pack

from waste import messages
from waste.application.ports_alarms import KeptAlarm
from waste.domain.cloud_events import Document

SOURCE = "landlinie/waste"
TOPIC = "landlinie.waste.alarm.v1"
TENANT_HEADER = "ce_tenant"


_HAPPENED = {
    "raised": alarm_events_pb2.AlarmRaised,
    "acknowledged": alarm_events_pb2.AlarmAcknowledged,
    "escalated": alarm_events_pb2.AlarmEscalated,
    "resolved": alarm_events_pb2.AlarmEnded,
}


def publish(
    connection: sa.Connection, tenant: str, kept: KeptAlarm, document: Document, at: datetime
) -> None:
    """Put what happened to an alarm into the outbox of the caller's transaction.

    Parameters
    ----------
    document
        The same as CloudEvent in JSON; both have one id.
    """
    happened = str(document["type"]).rpartition(".alarm.")[2].partition(".")[0]
    message = _HAPPENED[happened](
        event_time=messages.stamp(at), alarm=messages.alarm(replace(kept, note="", unreached=frozenset()))
    )
    key = f"{tenant}/{kept.depot_id or kept.alarm.sub_account}"
    event = pack(message, source=SOURCE, topic=TOPIC, key=key, time=at, event_id=str(document["id"]))
    outbox.append(connection, [replace(event, extra_headers={TENANT_HEADER: tenant})])
