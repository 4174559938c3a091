"""Spans: whose children they are, what they tell, and that nothing is made while nobody collects."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any

import grpc
import pytest
import sqlalchemy as sa
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from landlinie.pooling.v1 import plan_pb2, ride_pb2, ride_pooling_service_pb2
from landlinie.pooling.v1 import ride_pooling_service_pb2_grpc as pooling_grpc
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from service_kit.errors import FailedPrecondition, NotFound, ServiceError
from service_kit.grpc_errors import STATUS_METADATA_KEY, code_of, to_status
from service_kit.telemetry import event_spans, tracing
from service_kit.telemetry.calls import CallTelemetry
from service_kit.telemetry.grpc_client import tracing_interceptors
from service_kit.telemetry.settings import TelemetrySettings
from service_kit.telemetry.statements import operation_and_table

DESCRIPTOR = ride_pooling_service_pb2.DESCRIPTOR.services_by_name["RidePoolingService"]
GET_RIDE = f"{DESCRIPTOR.full_name}/GetRide"
WATCH_PLAN = f"{DESCRIPTOR.full_name}/WatchPlan"
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NOT_KEPT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


def named(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [made for made in spans.get_finished_spans() if made.name == name]


def ids_of(made: ReadableSpan) -> tuple[int, int]:
    assert made.context is not None
    return made.context.trace_id, made.context.span_id


async def refuse(context: Any, error: ServiceError) -> None:
    status = to_status(error, "landlinie.pooling")
    await context.abort(code_of(error), status.message, ((STATUS_METADATA_KEY, status.SerializeToString()),))


class Rides(pooling_grpc.RidePoolingServiceServicer):
    async def GetRide(self, request: ride_pb2.GetRideRequest, context: Any) -> ride_pb2.GetRideResponse:  # noqa: N802
        with tracing.span("look up"):
            if request.ride_id == "none":
                await refuse(context, NotFound("RIDE_NOT_FOUND", "there is no ride of Erika Mustermann"))
        return ride_pb2.GetRideResponse(ride=ride_pb2.Ride(ride_id=request.ride_id))

    async def WatchPlan(self, request: plan_pb2.WatchPlanRequest, context: Any) -> None:  # type: ignore[override] # noqa: N802 - writes by itself
        for version in range(3):
            await context.write(plan_pb2.WatchPlanResponse(plan=plan_pb2.Plan(version=version)))
        if request.zone_id == "none":
            await refuse(context, FailedPrecondition("ZONE_CLOSED", "closed"))


@pytest.fixture
async def stub() -> AsyncIterator[Any]:
    server = grpc.aio.server(interceptors=(CallTelemetry("pooling"),))
    pooling_grpc.add_RidePoolingServiceServicer_to_server(Rides(), server)  # type: ignore[abstract] # serves two methods
    health_pb2_grpc.add_HealthServicer_to_server(health.aio.HealthServicer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", interceptors=tracing_interceptors()) as channel:
        stub: Any = pooling_grpc.RidePoolingServiceStub(channel)
        stub.health = health_pb2_grpc.HealthStub(channel)
        yield stub
    await server.stop(None)


@pytest.mark.network
async def test_a_call_is_one_trace_from_the_client_to_the_work_at_the_server(
    spans: InMemorySpanExporter, stub: Any
) -> None:
    with tracing.span("journey"):
        await stub.GetRide(ride_pb2.GetRideRequest(ride_id="r1"))
    (journey,) = named(spans, "journey")
    server, client = sorted(named(spans, GET_RIDE), key=lambda made: made.kind.value)
    (work,) = named(spans, "look up")
    assert [client.kind, server.kind] == [trace.SpanKind.CLIENT, trace.SpanKind.SERVER]
    for child, parent in ((client, journey), (server, client), (work, server)):
        assert child.parent is not None
        assert (child.parent.trace_id, child.parent.span_id) == ids_of(parent)
    assert server.attributes == {
        "rpc.system": "grpc",
        "rpc.method": GET_RIDE,
        "rpc.grpc.status_code": "OK",
    }
    assert server.status.status_code is StatusCode.UNSET


@pytest.mark.network
async def test_a_refusal_shows_its_reason_and_not_its_text(spans: InMemorySpanExporter, stub: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError):
        await stub.GetRide(ride_pb2.GetRideRequest(ride_id="none"))
    async with asyncio.timeout(20):
        # The caller hears of it a moment before the call is over.
        while len(named(spans, GET_RIDE)) < 2:
            await asyncio.sleep(0.005)
    made = named(spans, GET_RIDE)
    for each in made:
        assert each.status.status_code is StatusCode.ERROR
        assert each.attributes is not None
        assert each.attributes["error.type"] == "RIDE_NOT_FOUND"
        assert "Mustermann" not in each.to_json()
        assert each.attributes["rpc.grpc.status_code"] == "NOT_FOUND"


@pytest.mark.network
async def test_a_stream_is_one_span_until_it_ends(spans: InMemorySpanExporter, stub: Any) -> None:
    answers = [answer async for answer in stub.WatchPlan(plan_pb2.WatchPlanRequest(zone_id="nord"))]
    assert len(answers) == 3
    async with asyncio.timeout(20):
        while len(named(spans, WATCH_PLAN)) < 2:
            await asyncio.sleep(0.005)
    codes = {made.kind: (made.attributes or {})["rpc.grpc.status_code"] for made in named(spans, WATCH_PLAN)}
    assert codes == {trace.SpanKind.CLIENT: "OK", trace.SpanKind.SERVER: "OK"}


@pytest.mark.network
async def test_a_stream_that_fails_shows_its_reason(spans: InMemorySpanExporter, stub: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError):
        async for _ in stub.WatchPlan(plan_pb2.WatchPlanRequest(zone_id="none")):
            pass
    async with asyncio.timeout(20):
        while len(named(spans, WATCH_PLAN)) < 2:
            await asyncio.sleep(0.005)
    assert {(made.attributes or {}).get("error.type") for made in named(spans, WATCH_PLAN)} == {"ZONE_CLOSED"}


@pytest.mark.network
async def test_probes_leave_no_traces_at_the_server(spans: InMemorySpanExporter, stub: Any) -> None:
    await stub.health.Check(health_pb2.HealthCheckRequest())
    assert [made.kind for made in spans.get_finished_spans()] == [trace.SpanKind.CLIENT]


def test_without_a_collector_nothing_is_made() -> None:
    with tracing.tracing("pooling", TelemetrySettings()), tracing.span("work") as made:
        assert made is trace.INVALID_SPAN
        assert not tracing.is_on()
        assert tracing.current_traceparent() is None
        assert tracing.current_trace_id() is None


def test_what_a_caller_decided_about_its_trace_stands(spans: InMemorySpanExporter) -> None:
    with tracing.span("kept", parent=CALLER):
        assert tracing.current_trace_id() == "0af7651916cd43dd8448eb211c80319c"
    with tracing.span("not kept", parent=NOT_KEPT):
        assert not tracing.is_recording()
    assert [made.name for made in spans.get_finished_spans()] == ["kept"]


@pytest.mark.parametrize("nonsense", ["", "x", "00-" + "0" * 32 + "-b7ad6b7169203331-01", "00-" + "z" * 600])
def test_a_traceparent_that_is_none_begins_a_trace_of_its_own(
    spans: InMemorySpanExporter, nonsense: str
) -> None:
    with tracing.span("work", parent=nonsense):
        pass
    (made,) = spans.get_finished_spans()
    assert made.parent is None


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("SELECT a, b \nFROM rides WHERE rides.id = ?", ("SELECT", "rides")),
        ("INSERT INTO outbox (id) VALUES (?)", ("INSERT", "outbox")),
        ('UPDATE "zone_days" SET version=?', ("UPDATE", "zone_days")),
        ("DELETE FROM contacts", ("DELETE", "contacts")),
        ("BEGIN IMMEDIATE", ("BEGIN", "")),
        ("PRAGMA query_only = 1", ("PRAGMA", "")),
    ],
)
def test_statements_are_told_by_operation_and_table(statement: str, found: tuple[str, str]) -> None:
    assert operation_and_table(statement) == found


def test_statements_inside_a_trace_are_spans_without_values(
    spans: InMemorySpanExporter, engine: sa.Engine
) -> None:
    handled = sa.table("handled", sa.column("id"))
    with engine.begin() as connection:
        connection.execute(sa.insert(handled).values(id="outside"))
    assert spans.get_finished_spans() == ()
    with tracing.span("work"), engine.begin() as connection:
        connection.execute(sa.insert(handled).values(id="Erika Mustermann"))
        with pytest.raises(sa.exc.DBAPIError):
            connection.execute(sa.text("SELECT * FROM nowhere"))
    # How a transaction begins is each database's own affair.
    made = [each for each in spans.get_finished_spans() if each.name not in {"BEGIN", "SET"}]
    assert [each.name for each in made] == ["INSERT handled", "SELECT nowhere", "work"]
    assert made[1].status.status_code is StatusCode.ERROR
    assert (made[1].attributes or {})["error.type"] in {"OperationalError", "UndefinedTable"}
    assert not any("Mustermann" in each.to_json() for each in made)


def test_every_attribute_in_use_is_declared() -> None:
    assert all(re.fullmatch(r"[a-z_.]+", name) for name in tracing.ATTRIBUTES)


def test_batches_of_events_outside_traces_pass_as_they_are(spans: InMemorySpanExporter) -> None:
    with ExitStack() as stack:
        assert stack.enter_context(event_spans.appending([])) == []
        assert stack.enter_context(event_spans.relaying([])) == []
    assert spans.get_finished_spans() == ()
