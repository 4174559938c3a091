"""A booking and a search in the cluster shape are one trace each: through calls, processes and events.

Then its services are stopped, one after the other.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import grpc
import pytest
from cluster import PATIENCE_S, Cluster, running_cluster
from collector import Sent, collecting
from landlinie.journeys.v1 import journey_pb2, journey_service_pb2_grpc, place_pb2
from landlinie.pooling.v1 import fleet_pb2, ride_pb2
from onebox.bus_commands import declared
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from outages import check_outages
from pooling.adapters.fact_messages import RIDE_TOPIC
from ride_calls import CALL_S, patiently, stops_of, stub_for, trip
from service_kit.grpc_targets import target_of
from service_kit.identity.client import authenticated
from service_kit.telemetry import tracing

pytestmark = [pytest.mark.slow, pytest.mark.network]

DAYBREAK = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
MORNING = DAYBREAK.replace(hour=9)
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PLANNED_TRACE_ID = "9d2c1a7be0f34c5a8b6e7d4f3a2b1c0d"
CALLER = "00f067aa0ba902b7"
TRACEPARENT = (("traceparent", f"00-{TRACE_ID}-{CALLER}-01"),)
HEARD_BY = {
    "gateway-live": "gateway",
    "journeys-bookings": "journeys",
    "journeys-open-data": "journeys",
    "pooling-board": "pooling",
    "ticketing-payments": "ticketing",
    "ticketing-rides": "ticketing",
}
"""Which service hears of rides, by group; a service that begins to is one more line."""
PERSON = ("Erika Mustermann", "+49 395 1234567")


def test_a_booking_is_one_trace_across_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = {group for topic in declared() if topic.name == RIDE_TOPIC for group in topic.groups}
    assert groups == HEARD_BY.keys()
    with collecting() as (collector, port):
        monkeypatch.setenv("LANDLINIE_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
        with running_cluster(clock_start=DAYBREAK, seed_days=1, with_http=True) as cluster:
            book(cluster)
            plan(cluster)
            await_true(lambda: heard(collector.trace(TRACE_ID)).keys() >= groups)
            # The same cluster, for one takes long to start.
            check_outages(cluster, MORNING)
        # Leaving, the processes have sent what was left.
        spans = collector.trace(TRACE_ID)
        planned = collector.trace(PLANNED_TRACE_ID)
    check_planned(planned)

    # A tree: the caller's span is the only one that is not here, and the call is its only child.
    ids = {span.span.span_id.hex() for span in spans}
    assert len(ids) == len(spans)
    strays = [span for span in spans if span.span.parent_span_id.hex() not in ids]
    assert [(span.name, span.span.parent_span_id.hex()) for span in strays] == [
        ("landlinie.pooling.v1.RidePoolingService/BookRide", CALLER)
    ]
    [call] = strays
    assert call.span.kind == Span.SPAN_KIND_SERVER
    [sent] = [span for span in spans if span.name == f"send {RIDE_TOPIC}"]
    assert sent.span.kind == Span.SPAN_KIND_PRODUCER
    for group, service in HEARD_BY.items():
        [hearing] = heard(spans)[group]
        assert hearing.service == service
        assert hearing.span.kind == Span.SPAN_KIND_CONSUMER
        assert hearing.span.parent_span_id == sent.span.span_id
        assert hearing.texts["cloudevents.event_type"] == "landlinie.pooling.events.v1.RideBooked"
    assert {name for span in spans for name in span.texts} <= tracing.ATTRIBUTES
    assert not [span for span in spans for word in PERSON if word in str(span.span)]


def book(cluster: Cluster) -> None:
    with stub_for(cluster.server) as stub:
        zones = patiently(lambda: stub.ListZones(fleet_pb2.ListZonesRequest(), timeout=CALL_S)).zones
        stops = patiently(lambda: stops_of(stub, zones[0].zone_id))
        question = trip("traced", stops[0].position, stops[-1].position, MORNING, minutes=60)
        offer = patiently(lambda: stub.RequestOffers(question, timeout=CALL_S)).offers[0]
        booking = ride_pb2.BookRideRequest(
            request_id="book-traced",
            offer_id=offer.offer_id,
            contact=ride_pb2.Contact(name=PERSON[0], phone=PERSON[1]),
        )
        stub.BookRide(booking, timeout=CALL_S, metadata=TRACEPARENT)


def plan(cluster: Cluster) -> None:
    """Ask for a journey between two stops of a zone; the ride on demand in it has a price."""
    with stub_for(cluster.server) as stub:
        zones = patiently(lambda: stub.ListZones(fleet_pb2.ListZonesRequest(), timeout=CALL_S)).zones
        stops = patiently(lambda: stops_of(stub, zones[0].zone_id))
    request = journey_pb2.PlanJourneysRequest(to=place_pb2.Place(position=stops[-1].position))
    getattr(request, "from").position.CopyFrom(stops[0].position)
    request.depart_at.FromDatetime(MORNING)
    target, options = target_of(cluster.environment()["LANDLINIE_JOURNEYS_SERVICE"])
    with grpc.insecure_channel(target, options) as channel:
        journeys = journey_service_pb2_grpc.JourneyServiceStub(
            authenticated(channel, cluster.server.credential())
        )
        traced = (("traceparent", f"00-{PLANNED_TRACE_ID}-{CALLER}-01"),)
        answer = patiently(lambda: journeys.PlanJourneys(request, timeout=CALL_S, metadata=traced))
    assert any(leg.HasField("pooled") for journey in answer.journeys for leg in journey.legs)


def check_planned(spans: list[Sent]) -> None:
    """The search is one tree: the call, and in it calls of pooling and ticketing, as those took them."""
    by_id = {span.span.span_id: span for span in spans}
    [root] = [span for span in spans if span.span.parent_span_id.hex() == CALLER]
    assert (root.service, root.name) == ("journeys", "landlinie.journeys.v1.JourneyService/PlanJourneys")
    assert all(span.span.parent_span_id in by_id for span in spans if span is not root)
    for service, method in (
        ("pooling", "landlinie.pooling.v1.RidePoolingService/RequestOffers"),
        ("ticketing", "landlinie.ticketing.v1.TicketingService/Quote"),
    ):
        taken = [span for span in spans if span.name == method and span.service == service]
        assert taken
        for span in taken:
            asked = by_id[span.span.parent_span_id]
            assert (asked.service, asked.name) == ("journeys", method)
            assert asked.span.kind == Span.SPAN_KIND_CLIENT
            assert span.span.kind == Span.SPAN_KIND_SERVER
    assert {name for span in spans for name in span.texts} <= tracing.ATTRIBUTES


def heard(spans: list[Sent]) -> dict[str, list[Sent]]:
    """What groups of consumers made of the ride's event."""
    found: dict[str, list[Sent]] = {}
    for span in spans:
        if span.name == f"process {RIDE_TOPIC}":
            found.setdefault(span.texts["messaging.consumer.group.name"], []).append(span)
    return found


def await_true(condition: Callable[[], bool]) -> None:
    give_up_at_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up_at_s
        time.sleep(0.2)
