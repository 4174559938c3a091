"""What is to be settled, and what was, as events on the bus, and back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.ticketing.events.v1 import settlement_events_pb2
from service_kit.event_payload import pack
from service_kit.events import Event

from ticketing.application.ports import Settlement
from ticketing.domain.journal import Entry

SOURCE = "landlinie/ticketing"
TOPIC = "landlinie.ticketing.settlement.v1"
TENANT_HEADER = "ce_tenant"


def is_of(event: Event, tenant: str) -> bool:
    """Whether the event is the tenant's; those from before there were tenants are everybody's."""
    return event.extra_headers.get(TENANT_HEADER, tenant) == tenant


def requested(tenant: str, rider: str, period_id: str, operation_id: str, now: datetime) -> Event:
    """One rider's period is to be settled."""
    message = settlement_events_pb2.SettlementRequested(
        rider=rider, period_id=period_id, operation_id=operation_id
    )
    return _event(tenant, rider, message, now)


def continued(tenant: str, operation_id: str, period_id: str, after: str, now: datetime) -> Event:
    """An operation goes on with the riders after one."""
    message = settlement_events_pb2.SettlementContinued(
        operation_id=operation_id, period_id=period_id, after_rider=after
    )
    return _event(tenant, operation_id, message, now)


def settled(tenant: str, entries: Sequence[Entry], settlement: Settlement, posted_in: str) -> Event:
    """A rider's period was settled, by these entries."""
    time = Timestamp()
    time.FromDatetime(settlement.time)
    message = settlement_events_pb2.PeriodSettled(
        rider=settlement.rider,
        period_id=settlement.period_id,
        posted_in=posted_in,
        event_time=time,
        first_entry=entries[0].number,
        last_entry=entries[-1].number,
        posted_cents=sum(entry.posting.cents for entry in entries),
        total_cents=settlement.total_cents,
    )
    return _event(tenant, settlement.rider, message, settlement.time)


def _event(tenant: str, key: str, message: Message, time: datetime) -> Event:
    event = pack(message, source=SOURCE, topic=TOPIC, key=f"{tenant}/{key}", time=time)
    return replace(event, extra_headers={**event.extra_headers, TENANT_HEADER: tenant})
