"""What became different about containers, as events on the bus."""

from dataclasses import replace
from datetime import datetime

from google.protobuf.message import Message
from landlinie.waste.events.v1 import container_events_pb2
from service_kit.event_payload import pack
from service_kit.events import Event

from waste import messages
from waste.domain.container_state import (
    AmpelChanged,
    ContainerRegistered,
    ContainerRemoved,
    ContainerUpdated,
    Fact,
    LevelMeasured,
    LiftRecorded,
)

SOURCE = "landlinie/waste"
TOPIC = "landlinie.waste.container.v1"
TENANT_HEADER = "ce_tenant"


def is_of(event: Event, tenant: str) -> bool:
    """Whether the event is the tenant's."""
    return event.extra_headers.get(TENANT_HEADER, tenant) == tenant


def event_of(tenant: str, fact: Fact) -> Event:
    """A fact in its envelope; the key is the depot."""
    depot_id, time, message = _told(fact)
    event = pack(message, source=SOURCE, topic=TOPIC, key=f"{tenant}/{depot_id}", time=time)
    return replace(event, extra_headers={**event.extra_headers, TENANT_HEADER: tenant})


def _told(fact: Fact) -> tuple[str, datetime, Message]:
    events = container_events_pb2
    message: Message
    match fact:
        case AmpelChanged():
            message = events.AmpelChanged(
                event_time=messages.stamp(fact.state.ampel_since),
                state=messages.state(fact.state),
                previous_ampel=messages.ampel(fact.previous),
            )
            return fact.state.depot_id, fact.state.ampel_since, message
        case LevelMeasured():
            time = fact.level.at
            message = events.LevelMeasured(
                event_time=messages.stamp(time),
                sub_account_id=fact.container.sub_account_id,
                depot_id=fact.container.depot_id,
                container_id=fact.container.id,
                level=messages.level(fact.level, fact.container.volume_l),
            )
        case LiftRecorded():
            time = fact.lift.at
            message = events.LiftRecorded(
                event_time=messages.stamp(time),
                sub_account_id=fact.container.sub_account_id,
                depot_id=fact.container.depot_id,
                lift=messages.lift(fact.lift),
            )
        case ContainerRegistered():
            time = fact.at
            message = events.ContainerRegistered(
                event_time=messages.stamp(time), container=messages.container(fact.container)
            )
        case ContainerUpdated():
            time = fact.at
            message = events.ContainerUpdated(
                event_time=messages.stamp(time), container=messages.container(fact.container)
            )
        case ContainerRemoved():
            time = fact.at
            message = events.ContainerRemoved(
                event_time=messages.stamp(time),
                sub_account_id=fact.container.sub_account_id,
                depot_id=fact.container.depot_id,
                container_id=fact.container.id,
            )
    return fact.container.depot_id, time, message
