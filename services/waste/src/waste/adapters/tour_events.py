"""What became of tours, as events on the bus."""

from dataclasses import replace

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.waste.events.v1 import tour_events_pb2
from service_kit.event_payload import pack
from service_kit.events import Event

from waste import messages, tour_messages
from waste.domain import tour_facts as facts

SOURCE = "landlinie/waste"
TOPIC = "landlinie.waste.tour.v1"
TENANT_HEADER = "ce_tenant"

StopFact = facts.StopEmptied | facts.EmptyingRetracted | facts.StopBlocked | facts.TruckUnloaded


def event_of(fact: facts.TourFact, tenant: str) -> Event:
    """A fact in its envelope; the key is the depot."""
    event = pack(_message(fact), source=SOURCE, topic=TOPIC, key=f"{tenant}/{fact.depot_id}", time=fact.time)
    return replace(event, extra_headers={**event.extra_headers, TENANT_HEADER: tenant})


def _message(fact: facts.TourFact) -> Message:
    events = tour_events_pb2
    at, depot_id = messages.stamp(fact.time), fact.depot_id
    match fact:
        case facts.ToursProposed():
            return events.ToursProposed(
                event_time=at,
                depot_id=depot_id,
                service_date=fact.service_date.isoformat(),
                proposal_id=fact.proposal_id,
                tour_ids=fact.tour_ids,
            )
        case facts.TourApproved():
            return events.TourApproved(
                event_time=at,
                depot_id=depot_id,
                tour_id=fact.tour_id,
                truck_id=fact.truck_id,
                service_date=fact.service_date.isoformat(),
                container_ids=fact.container_ids,
            )
        case facts.TourChanged():
            return events.TourChanged(
                event_time=at,
                depot_id=depot_id,
                tour_id=fact.tour_id,
                version=fact.version,
                changes=[tour_messages.change(change) for change in fact.changes],
            )
        case facts.TourClosed():
            return events.TourClosed(
                event_time=at,
                depot_id=depot_id,
                tour_id=fact.tour_id,
                emptied_container_ids=fact.emptied_container_ids,
                open_container_ids=fact.open_container_ids,
            )
        case facts.TourCancelled():
            return events.TourCancelled(
                event_time=at,
                depot_id=depot_id,
                tour_id=fact.tour_id,
                open_container_ids=fact.open_container_ids,
            )
        case _:
            return _stop_message(fact, at)


def _stop_message(fact: StopFact, at: Timestamp) -> Message:
    events, depot_id = tour_events_pb2, fact.depot_id
    match fact:
        case facts.StopEmptied():
            return events.TourStopEmptied(
                event_time=at,
                depot_id=depot_id,
                tour_id=fact.tour_id,
                stop_id=fact.stop_id,
                container_id=fact.container_id,
                level_after_share=fact.level_after_share,
            )
        case facts.EmptyingRetracted():
            return events.TourStopEmptyingRetracted(
                event_time=at,
                depot_id=depot_id,
                tour_id=fact.tour_id,
                stop_id=fact.stop_id,
                container_id=fact.container_id,
                emptied_time=messages.stamp(fact.emptied_at),
            )
        case facts.StopBlocked():
            return events.TourStopBlocked(
                event_time=at,
                depot_id=depot_id,
                tour_id=fact.tour_id,
                stop_id=fact.stop_id,
                container_id=fact.container_id,
                reason=tour_messages.blocked(fact.reason),
            )
        case facts.TruckUnloaded():
            return events.TruckUnloaded(
                event_time=at,
                depot_id=depot_id,
                tour_id=fact.tour_id,
                stop_id=fact.stop_id,
                plant_id=fact.plant_id,
                weights=[tour_messages.weight(weight) for weight in fact.weights],
            )
