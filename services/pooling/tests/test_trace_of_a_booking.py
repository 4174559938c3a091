"""One booking is one trace: from the call over the use case and the outbox to whoever hears of it."""

import grpc
import pytest
from landlinie.pooling.v1 import ride_pb2
from live import Live
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from service_kit.telemetry import tracing

pytestmark = pytest.mark.network

SERVICE = "landlinie.pooling.v1.RidePoolingService"
RIDES = "landlinie.pooling.ride.v1"
PLANS = "landlinie.pooling.vehicle.v1"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = (("traceparent", f"00-{TRACE_ID}-b7ad6b7169203331-01"),)


class Trace:
    """The spans of one trace, and who is whose child."""

    def __init__(self, spans: InMemorySpanExporter) -> None:
        self.spans = [
            made
            for made in spans.get_finished_spans()
            if made.context and made.context.trace_id == int(TRACE_ID, 16)
        ]

    def the(self, name: str) -> ReadableSpan:
        (found,) = [made for made in self.spans if made.name == name]
        return found

    def children(self, parent: ReadableSpan) -> list[ReadableSpan]:
        assert parent.context is not None
        return [made for made in self.spans if made.parent and made.parent.span_id == parent.context.span_id]

    def names(self, parent: ReadableSpan) -> list[str]:
        return [made.name for made in self.children(parent)]


def test_a_booking_is_one_trace(live: Live, spans: InMemorySpanExporter) -> None:
    live.add_bus()
    offer = live.ask(0, 3).offers[0]
    live.stub.BookRide(
        ride_pb2.BookRideRequest(
            request_id="r1",
            offer_id=offer.offer_id,
            contact=ride_pb2.Contact(name="Erika Mustermann", phone="+49 395 1234567"),
        ),
        metadata=TRACEPARENT,
    )
    process = f"process {RIDES}"
    live.eventually(lambda: any(made.name == process for made in Trace(spans).spans))
    live.eventually(lambda: any(made.name == f"send {PLANS}" for made in Trace(spans).spans))
    trace = Trace(spans)

    call = trace.the(f"{SERVICE}/BookRide")
    assert call.kind is SpanKind.SERVER
    assert call.parent is not None
    assert call.parent.is_remote
    assert trace.names(call) == ["use case BookRide"]
    use_case = trace.the("use case BookRide")
    assert trace.names(use_case).count("outbox append") == 1
    assert {"BEGIN", "INSERT rides", "INSERT contacts", "INSERT answers"} <= set(trace.names(use_case))
    appended = trace.the("outbox append")
    assert sorted(trace.names(appended)) == ["INSERT outbox", f"send {RIDES}", f"send {PLANS}"]
    sent = trace.the(f"send {RIDES}")
    assert sent.kind is SpanKind.PRODUCER
    assert trace.names(sent) == [process]
    heard = trace.the(process)
    assert heard.kind is SpanKind.CONSUMER
    assert heard.attributes is not None
    assert heard.attributes["messaging.consumer.group.name"] == "pooling-board"
    assert heard.attributes["cloudevents.event_type"] == "landlinie.pooling.events.v1.RideBooked"
    assert all(name.split()[0] in {"SELECT", "INSERT", "UPDATE"} for name in trace.names(heard))

    assert {name for made in trace.spans for name in made.attributes or {}} <= tracing.ATTRIBUTES
    assert all(made.status.status_code is StatusCode.UNSET for made in trace.spans)
    assert not any("Mustermann" in made.to_json() or "1234567" in made.to_json() for made in trace.spans)


def test_a_question_shows_its_search(live: Live, spans: InMemorySpanExporter) -> None:
    live.add_bus()
    live.stub.RequestOffers(live.question(0, 3), metadata=TRACEPARENT)
    trace = Trace(spans)
    search = trace.the("insertion")
    assert search.attributes == {"landlinie.tour_count": 1}
    assert search in trace.children(trace.the("use case RequestOffers"))


def test_a_refusal_shows_its_reason_in_every_span_it_passes(live: Live, spans: InMemorySpanExporter) -> None:
    with pytest.raises(grpc.RpcError):
        live.stub.BookRide(
            ride_pb2.BookRideRequest(request_id="r1", offer_id="nothing"), metadata=TRACEPARENT
        )
    # The caller hears of it a moment before the call is over.
    live.eventually(lambda: any(made.kind is SpanKind.SERVER for made in Trace(spans).spans))
    trace = Trace(spans)
    for name in (f"{SERVICE}/BookRide", "use case BookRide"):
        made = trace.the(name)
        assert made.status.status_code is StatusCode.ERROR
        assert (made.attributes or {})["error.type"] == "OFFER_NOT_FOUND"
    assert not [made for made in trace.spans if made.name.startswith(("send", "process", "outbox"))]


def test_whoever_is_not_to_be_traced_leaves_nothing(live: Live, spans: InMemorySpanExporter) -> None:
    live.add_bus()
    spans.clear()
    live.stub.RequestOffers(
        live.question(0, 3), metadata=(("traceparent", f"00-{TRACE_ID}-b7ad6b7169203331-00"),)
    )
    assert Trace(spans).spans == []
    assert not [event for event in live.events() if TRACE_ID in str(event.extra_headers)]
