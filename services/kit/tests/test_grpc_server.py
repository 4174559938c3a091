"""The server as clients meet it, over a real connection on this machine."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import pytest
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from identified import aio_channel_to, guard
from landlinie.pooling.v1 import plan_pb2, ride_pb2, ride_pooling_service_pb2
from landlinie.pooling.v1 import ride_pooling_service_pb2_grpc as pooling_grpc
from service_kit import deadline, errors
from service_kit.errors import FieldViolation, ServiceError
from service_kit.grpc_errors import from_rpc_error
from service_kit.grpc_server import GrpcServer
from service_kit.settings import GrpcSettings

pytestmark = pytest.mark.network

DESCRIPTOR = ride_pooling_service_pb2.DESCRIPTOR.services_by_name["RidePoolingService"]
SERVICE = DESCRIPTOR.full_name
GET_RIDE = f"/{SERVICE}/GetRide"
WATCH_PLAN = f"/{SERVICE}/WatchPlan"


class Rides(pooling_grpc.RidePoolingServiceServicer):
    """Answers with what a test tells it to do."""

    def __init__(self) -> None:
        self.server: GrpcServer
        self.use_case: Callable[[str], str] = lambda ride_id: ride_id
        self.plan_versions: Callable[[], AsyncIterator[int]]
        self.started_count = 0
        self.closed_streams = 0

    async def GetRide(  # noqa: N802
        self,
        request: ride_pb2.GetRideRequest,
        context: object,  # noqa: ARG002
    ) -> ride_pb2.GetRideResponse:
        self.started_count += 1
        ride_id = await self.server.pool.run(self.use_case, request.ride_id)
        return ride_pb2.GetRideResponse(ride=ride_pb2.Ride(ride_id=ride_id))

    async def WatchPlan(  # noqa: N802
        self,
        request: plan_pb2.WatchPlanRequest,  # noqa: ARG002
        context: object,  # noqa: ARG002
    ) -> AsyncIterator[plan_pb2.WatchPlanResponse]:
        try:
            async for version in self.plan_versions():
                yield plan_pb2.WatchPlanResponse(plan=plan_pb2.Plan(version=version))
        finally:
            self.closed_streams += 1


class Running:
    """A server, what it serves, and a channel to it."""

    def __init__(self, server: GrpcServer, rides: Rides, channel: grpc.aio.Channel, port: int) -> None:
        self.server = server
        self.rides = rides
        self.channel = channel
        self.port = port
        self.stub: Any = pooling_grpc.RidePoolingServiceStub(channel)

    async def error_of(self, call: Any) -> tuple[grpc.StatusCode, ServiceError]:
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await call
        return raised.value.code(), from_rpc_error(raised.value)


SMALL = GrpcSettings(
    worker_threads=2,
    max_concurrent_calls=4,
    max_concurrent_streams=2,
    max_request_bytes=4096,
    default_deadline_s=20,
    drain_grace_s=20,
)


async def run_server(limits: GrpcSettings = SMALL) -> Running:
    rides = Rides()  # type: ignore[abstract] # serves the two methods the tests call
    rides.server = server = GrpcServer("pooling", guard(limits), limits)
    server.add(pooling_grpc.add_RidePoolingServiceServicer_to_server, rides, DESCRIPTOR)
    port = await server.start("127.0.0.1:0")
    return Running(server, rides, aio_channel_to(f"127.0.0.1:{port}"), port)


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    it = await run_server()
    yield it
    await it.channel.close()
    await it.server.drain()


def raising(error: Exception) -> Callable[[str], str]:
    def use_case(_ride_id: str) -> str:
        raise error

    return use_case


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


async def test_answers(running: Running) -> None:
    response = await running.stub.GetRide(ride_pb2.GetRideRequest(ride_id="r1"))
    assert response.ride.ride_id == "r1"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InvalidInput, grpc.StatusCode.INVALID_ARGUMENT),
        (errors.NotFound, grpc.StatusCode.NOT_FOUND),
        (errors.AlreadyExists, grpc.StatusCode.ALREADY_EXISTS),
        (errors.FailedPrecondition, grpc.StatusCode.FAILED_PRECONDITION),
        (errors.Aborted, grpc.StatusCode.ABORTED),
        (errors.ResourceExhausted, grpc.StatusCode.RESOURCE_EXHAUSTED),
        (errors.Unavailable, grpc.StatusCode.UNAVAILABLE),
        (errors.DeadlineExceeded, grpc.StatusCode.DEADLINE_EXCEEDED),
        (errors.PermissionDenied, grpc.StatusCode.PERMISSION_DENIED),
        (errors.Unauthenticated, grpc.StatusCode.UNAUTHENTICATED),
    ],
)
async def test_service_error_arrives_whole(
    running: Running, error: type[ServiceError], code: grpc.StatusCode
) -> None:
    class Special(error):  # type: ignore[misc,valid-type] # any of them, and what services derive from it
        pass

    sent = Special(
        "RIDE_ODD",
        "ride r1 ist ungewöhnlich",
        metadata={"ride_id": "r1"},
        violations=[FieldViolation("ride_id", "r1 is odd", "ODD"), FieldViolation("x.y", "2 > 1", "TOO_BIG")],
        retry_after_s=1.25,
    )
    running.rides.use_case = raising(sent)
    got_code, got = await running.error_of(running.stub.GetRide(ride_pb2.GetRideRequest()))
    assert got_code is code
    assert type(got) is error
    assert (got.reason, got.message, got.metadata) == (sent.reason, sent.message, sent.metadata)
    assert got.violations == sent.violations
    assert got.retry_after_s == 1.25


async def test_an_error_that_quotes_a_huge_value_still_arrives(running: Running) -> None:
    huge = "🚌" * 100_000
    sent = errors.InvalidInput(
        "LABEL_TOO_LONG",
        f"label {huge}",
        metadata={"label": huge},
        violations=[FieldViolation(f"places[{n}].label", huge, "TOO_LONG") for n in range(500)],
    )
    running.rides.use_case = raising(sent)
    code, got = await running.error_of(running.stub.GetRide(ride_pb2.GetRideRequest()))
    assert (code, got.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "LABEL_TOO_LONG")
    assert got.message.startswith("label 🚌🚌")
    assert got.violations[0].field == "places[0].label"


async def test_the_log_says_how_a_call_ended_that_nobody_waited_for(running: Running) -> None:
    release = threading.Event()
    running.rides.use_case = lambda ride_id: ride_id if release.wait(20) else "late"
    with structlog.testing.capture_logs() as logs:
        code, _ = await running.error_of(running.stub.GetRide(ride_pb2.GetRideRequest(), timeout=0.1))
        assert code is grpc.StatusCode.DEADLINE_EXCEEDED
        await eventually(lambda: len(logs) == 1)
        call = running.stub.GetRide(ride_pb2.GetRideRequest())
        waiting = asyncio.ensure_future(_finish(call))
        await eventually(lambda: running.rides.started_count == 2)
        call.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await eventually(lambda: len(logs) == 2)
    release.set()
    assert [line["code"] for line in logs] == ["DEADLINE_EXCEEDED", "CANCELLED"]


async def test_unknown_exception_tells_nothing_but_a_correlation_id(running: Running) -> None:
    running.rides.use_case = raising(RuntimeError("password=hunter2"))
    with structlog.testing.capture_logs() as logs:
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await running.stub.GetRide(ride_pb2.GetRideRequest(), metadata=(("x-request-id", "call-7"),))
        await eventually(lambda: len(logs) == 2)
    assert raised.value.code() is grpc.StatusCode.INTERNAL
    got = from_rpc_error(raised.value)
    assert got.reason == "INTERNAL"
    assert got.metadata == {"correlation_id": "call-7"}
    assert "hunter2" not in repr(raised.value) + str(raised.value.trailing_metadata())
    assert [entry["event"] for entry in logs] == ["internal_error", "grpc_call"]


async def test_one_log_line_per_call_without_payload(running: Running) -> None:
    with structlog.testing.capture_logs() as logs:
        await running.stub.GetRide(ride_pb2.GetRideRequest(ride_id="frau-meier"))
        await eventually(lambda: bool(logs))
    (line,) = logs
    assert (line["event"], line["method"], line["code"]) == ("grpc_call", GET_RIDE, "OK")
    assert line["duration_ms"] >= 0
    assert line["peer"].startswith("ipv4:127.0.0.1")
    assert "frau-meier" not in str(line)


async def test_that_all_is_well_is_told_to_nobody_but_who_asked(running: Running) -> None:
    health = health_pb2_grpc.HealthStub(running.channel)
    with structlog.testing.capture_logs() as logs:
        await health.Check(health_pb2.HealthCheckRequest())
        await running.stub.GetRide(ride_pb2.GetRideRequest(ride_id="r1"))
        await eventually(lambda: any(line["log_level"] == "info" for line in logs))
    assert [line["method"] for line in logs if line["log_level"] != "debug"] == [GET_RIDE]


async def test_a_request_id_reaches_the_use_case_and_its_logs(running: Running) -> None:
    seen: list[object] = []

    def use_case(ride_id: str) -> str:
        seen.append(structlog.contextvars.get_contextvars()["request_id"])
        return ride_id

    running.rides.use_case = use_case
    for sent in ("call-1", "no spaces", "x" * 65):
        await running.stub.GetRide(ride_pb2.GetRideRequest(), metadata=(("x-request-id", sent),))
    assert seen[0] == "call-1"
    assert len({*seen}) == 3
    assert all(isinstance(one, str) and len(one) == 32 for one in seen[1:])


async def raw_call(running: Running, method: str, data: bytes) -> Any:
    call = running.channel.unary_unary(method, request_serializer=bytes, response_deserializer=bytes)
    return await call(data)


@pytest.mark.parametrize("method", [GET_RIDE, WATCH_PLAN])
@pytest.mark.parametrize(
    "data",
    [b"\x0a\x02\xff\xfe", b"\x0a\x7fshort", b"\xff" * 12, b"\x0b"],
    ids=["not UTF-8", "cut off", "endless varint", "open group"],
)
async def test_malformed_request_is_the_callers_fault(running: Running, method: str, data: bytes) -> None:
    code, got = await running.error_of(raw_call(running, method, data))
    assert (code, got.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST")
    assert running.rides.started_count == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.binary(max_size=60))
async def test_no_bytes_make_an_internal_error(running: Running, data: bytes) -> None:
    try:
        await raw_call(running, GET_RIDE, data)
    except grpc.aio.AioRpcError as error:
        assert (error.code(), from_rpc_error(error).reason) == (  # noqa: PT017 - most bytes are valid, too
            grpc.StatusCode.INVALID_ARGUMENT,
            "MALFORMED_REQUEST",
        )


async def test_too_long_a_request_is_refused(running: Running) -> None:
    code, _ = await running.error_of(running.stub.GetRide(ride_pb2.GetRideRequest(ride_id="r" * 5000)))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert running.rides.started_count == 0


async def test_a_call_without_deadline_gets_the_default() -> None:
    running = await run_server(SMALL.model_copy(update={"default_deadline_s": 0.2}))
    release = threading.Event()
    running.rides.use_case = lambda ride_id: ride_id if release.wait(20) else "late"
    try:
        code, got = await running.error_of(running.stub.GetRide(ride_pb2.GetRideRequest()))
        assert (code, got.reason) == (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED")
    finally:
        release.set()
        await running.channel.close()
        await running.server.drain()


async def test_use_case_sees_the_callers_deadline(running: Running) -> None:
    seen: list[float | None] = []

    def use_case(ride_id: str) -> str:
        seen.append(deadline.remaining_s())
        return ride_id

    running.rides.use_case = use_case
    await running.stub.GetRide(ride_pb2.GetRideRequest(), timeout=7)
    (left_s,) = seen
    assert left_s is not None
    assert 0 < left_s <= 7.1


async def test_expired_while_waiting_for_a_thread_is_never_started(running: Running) -> None:
    release = threading.Event()
    ran: list[str] = []

    def use_case(ride_id: str) -> str:
        ran.append(ride_id)
        release.wait(20)
        return ride_id

    running.rides.use_case = use_case
    holders = [running.stub.GetRide(ride_pb2.GetRideRequest(ride_id=f"hold{i}")) for i in range(2)]
    tasks = [asyncio.ensure_future(_finish(call)) for call in holders]
    await eventually(lambda: len(ran) == 2)
    code, _ = await running.error_of(
        running.stub.GetRide(ride_pb2.GetRideRequest(ride_id="late"), timeout=0.2)
    )
    assert code is grpc.StatusCode.DEADLINE_EXCEEDED
    await eventually(lambda: running.rides.started_count == 3)
    release.set()
    await asyncio.gather(*tasks)
    running.rides.use_case = lambda ride_id: ride_id
    await running.stub.GetRide(ride_pb2.GetRideRequest())
    assert "late" not in ran


async def _finish(call: Any) -> Any:
    return await call


async def test_overload_is_refused_at_once_and_says_when_to_return(running: Running) -> None:
    release = threading.Event()
    running.rides.use_case = lambda ride_id: ride_id if release.wait(20) else "late"
    tasks = [
        asyncio.ensure_future(_finish(running.stub.GetRide(ride_pb2.GetRideRequest(ride_id=str(i)))))
        for i in range(4)
    ]
    await eventually(lambda: running.rides.started_count == 4)
    try:
        code, got = await running.error_of(running.stub.GetRide(ride_pb2.GetRideRequest()))
        assert (code, got.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_CALLS")
        assert got.metadata == {"limit": "4"}
        assert got.retry_after_s is not None
        assert got.retry_after_s > 0
        health = await health_pb2_grpc.HealthStub(running.channel).Check(health_pb2.HealthCheckRequest())
        assert health.status == health_pb2.HealthCheckResponse.SERVING
    finally:
        release.set()
    assert [answer.ride.ride_id for answer in await asyncio.gather(*tasks)] == ["0", "1", "2", "3"]
    await running.stub.GetRide(ride_pb2.GetRideRequest())


def endless(release: asyncio.Event) -> Callable[[], AsyncIterator[int]]:
    async def versions() -> AsyncIterator[int]:
        yield 1
        await release.wait()
        yield 2

    return versions


async def test_streams_have_their_own_limit_and_give_their_place_back(running: Running) -> None:
    release = asyncio.Event()
    running.rides.plan_versions = endless(release)
    calls = [running.stub.WatchPlan(plan_pb2.WatchPlanRequest()) for _ in range(2)]
    for call in calls:
        assert (await call.read()).plan.version == 1
    code, got = await running.error_of(running.stub.WatchPlan(plan_pb2.WatchPlanRequest()).read())
    assert (code, got.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS")
    await running.stub.GetRide(ride_pb2.GetRideRequest())
    calls[0].cancel()
    await eventually(lambda: running.rides.closed_streams == 1)
    release.set()
    assert (await calls[1].read()).plan.version == 2
    assert await calls[1].read() is grpc.aio.EOF
    assert [r.plan.version async for r in running.stub.WatchPlan(plan_pb2.WatchPlanRequest())] == [1, 2]


async def test_service_error_in_a_stream(running: Running) -> None:
    async def versions() -> AsyncIterator[int]:
        yield 1
        raise errors.NotFound("ZONE_NOT_FOUND", "zone z9 is not there")

    running.rides.plan_versions = versions
    call = running.stub.WatchPlan(plan_pb2.WatchPlanRequest())
    assert (await call.read()).plan.version == 1
    code, got = await running.error_of(call.read())
    assert (code, got.reason) == (grpc.StatusCode.NOT_FOUND, "ZONE_NOT_FOUND")


async def test_drain_finishes_calls_ends_streams_and_refuses_new_ones() -> None:
    running = await run_server()
    health: Any = health_pb2_grpc.HealthStub(running.channel)
    release = threading.Event()
    running.rides.use_case = lambda ride_id: ride_id if release.wait(20) else "late"
    running.rides.plan_versions = endless(asyncio.Event())
    watch = running.stub.WatchPlan(plan_pb2.WatchPlanRequest())
    assert (await watch.read()).plan.version == 1
    health_watch = health.Watch(health_pb2.HealthCheckRequest(service=SERVICE))
    assert (await health_watch.read()).status == health_pb2.HealthCheckResponse.SERVING
    call = asyncio.ensure_future(_finish(running.stub.GetRide(ride_pb2.GetRideRequest(ride_id="r1"))))
    await eventually(lambda: running.rides.started_count == 1)

    draining = asyncio.ensure_future(running.server.drain())
    assert (await health_watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
    code, got = await running.error_of(watch.read())
    assert (code, got.reason) == (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")
    assert got.retry_after_s is not None
    assert running.rides.closed_streams == 1
    late = aio_channel_to(f"127.0.0.1:{running.port}")
    code, _ = await running.error_of(
        pooling_grpc.RidePoolingServiceStub(late).GetRide(ride_pb2.GetRideRequest())
    )
    assert code is grpc.StatusCode.UNAVAILABLE
    assert not draining.done()
    release.set()
    assert (await call).ride.ride_id == "r1"
    await draining
    await late.close()
    await running.channel.close()


async def test_health_by_service_and_over_all(running: Running) -> None:
    health: Any = health_pb2_grpc.HealthStub(running.channel)
    for name in ("", SERVICE, "grpc.health.v1.Health"):
        answer = await health.Check(health_pb2.HealthCheckRequest(service=name))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    code, _ = await running.error_of(health.Check(health_pb2.HealthCheckRequest(service="landlinie.unknown")))
    assert code is grpc.StatusCode.NOT_FOUND


async def test_reflection_lists_and_describes_the_service(running: Running) -> None:
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(running.channel)
    requests = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol=SERVICE),
    ]
    listed, described = [answer async for answer in stub.ServerReflectionInfo(iter(requests))]
    assert SERVICE in {service.name for service in listed.list_services_response.service}
    assert described.file_descriptor_response.file_descriptor_proto


async def test_a_taken_port_is_an_error(running: Running) -> None:
    second = GrpcServer("pooling", guard(SMALL), SMALL)
    with pytest.raises(RuntimeError, match=str(running.port)):
        await second.start(f"127.0.0.1:{running.port}")
    await second.drain()
