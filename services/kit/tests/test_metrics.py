"""Figures: names with units, labels that cannot grow, and the port on which they are read."""

import asyncio
import http.client
import socket
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import grpc
import pytest
from landlinie.pooling.v1 import ride_pb2
from landlinie.pooling.v1 import ride_pooling_service_pb2_grpc as pooling_grpc
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError
from service_kit.errors import NotFound, ResourceExhausted, ServiceError, Unavailable
from service_kit.grpc_errors import STATUS_METADATA_KEY, code_of, to_status
from service_kit.telemetry.calls import OVERLOAD_REASONS, CallTelemetry
from service_kit.telemetry.http_port import HttpPort, PortNotOpened
from service_kit.telemetry.loop_watch import LoopWatch
from service_kit.telemetry.metrics import REGISTRY
from service_kit.telemetry.observed import observed
from service_kit.telemetry.probe import is_ready
from service_kit.telemetry.settings import TelemetrySettings, host_and_port
from service_kit.telemetry.sources import SOURCES, Reading
from service_kit.telemetry.stalls import read_stalls

GET_RIDE = "/landlinie.pooling.v1.RidePoolingService/GetRide"


def value_of(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


class Rides(pooling_grpc.RidePoolingServiceServicer):
    """Refuses as the id of the ride asks for."""

    async def GetRide(self, request: ride_pb2.GetRideRequest, context: Any) -> ride_pb2.GetRideResponse:  # noqa: N802
        refusals: dict[str, ServiceError] = {
            "none": NotFound("RIDE_NOT_FOUND", "none"),
            "busy": ResourceExhausted("TOO_MANY_CALLS", "busy"),
            "odd": ResourceExhausted("Erika Mustermann", "odd"),
            "closing": Unavailable("SHUTTING_DOWN", "closing"),
        }
        if error := refusals.get(request.ride_id):
            status = to_status(error, "landlinie.pooling")
            await context.abort(
                code_of(error), status.message, ((STATUS_METADATA_KEY, status.SerializeToString()),)
            )
        if request.ride_id == "hangs":
            await asyncio.sleep(60)
        return ride_pb2.GetRideResponse()


@pytest.fixture
async def channel() -> AsyncIterator[grpc.aio.Channel]:
    server = grpc.aio.server(interceptors=(CallTelemetry("test"),))
    pooling_grpc.add_RidePoolingServiceServicer_to_server(Rides(), server)  # type: ignore[abstract] # serves one method
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel
    await server.stop(None)


@pytest.fixture
def stub(channel: grpc.aio.Channel) -> Any:
    return pooling_grpc.RidePoolingServiceStub(channel)


@pytest.mark.network
async def test_calls_are_counted_by_method_and_code(stub: Any) -> None:
    def counts() -> dict[str, float]:
        codes = ("OK", "NOT_FOUND", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "DEADLINE_EXCEEDED")
        return {
            code: value_of("landlinie_grpc_calls_total", service="test", method=GET_RIDE, code=code)
            for code in codes
        }

    before = counts()
    refused_before = {
        reason: value_of("landlinie_grpc_calls_refused_total", service="test", reason=reason)
        for reason in OVERLOAD_REASONS
    }
    await stub.GetRide(ride_pb2.GetRideRequest(ride_id="r"))
    for ride_id in ("none", "busy", "odd", "closing"):
        with pytest.raises(grpc.aio.AioRpcError):
            await stub.GetRide(ride_pb2.GetRideRequest(ride_id=ride_id))
    with pytest.raises(grpc.aio.AioRpcError):
        await stub.GetRide(ride_pb2.GetRideRequest(ride_id="hangs"), timeout=0.05)
    async with asyncio.timeout(20):
        # Callers hear of it a moment before the call is over.
        while counts()["DEADLINE_EXCEEDED"] == before["DEADLINE_EXCEEDED"] or value_of(
            "landlinie_grpc_calls_in_flight", service="test", kind="unary"
        ):
            await asyncio.sleep(0.005)
    grown = {code: count - before[code] for code, count in counts().items()}
    assert grown == {
        "OK": 1,
        "NOT_FOUND": 1,
        "RESOURCE_EXHAUSTED": 2,
        "UNAVAILABLE": 1,
        "DEADLINE_EXCEEDED": 1,
    }
    refused = {
        reason: value_of("landlinie_grpc_calls_refused_total", service="test", reason=reason) - count
        for reason, count in refused_before.items()
    }
    assert {reason for reason, count in refused.items() if count} == {
        "TOO_MANY_CALLS",
        "OTHER",
        "SHUTTING_DOWN",
    }
    assert value_of("landlinie_grpc_calls_in_flight", service="test", kind="unary") == 0
    assert value_of("landlinie_grpc_call_duration_seconds_count", service="test", method=GET_RIDE) >= 6


@pytest.mark.network
async def test_what_callers_make_up_becomes_no_label(stub: Any, channel: grpc.aio.Channel) -> None:
    with pytest.raises(grpc.aio.AioRpcError):
        await stub.GetRide(ride_pb2.GetRideRequest(ride_id="odd"))
    with pytest.raises(grpc.aio.AioRpcError):
        await cast("Any", channel).unary_unary("/landlinie.pooling.v1.RidePoolingService/Mustermann")(b"")
    assert "Mustermann" not in generate_latest(REGISTRY).decode()


async def test_a_stall_of_the_loop_is_seen_in_full() -> None:
    async with LoopWatch() as watch:
        await asyncio.sleep(0.02)
        before = value_of("landlinie_event_loop_stall_seconds_sum")
        time.sleep(0.12)  # what must not happen in a service
        await asyncio.sleep(0.02)
        assert value_of("landlinie_event_loop_longest_stall_seconds") >= 0.12
        assert value_of("landlinie_event_loop_stall_seconds_sum") - before >= 0.12
        assert watch.silent_s() < 20
    async with LoopWatch():
        assert value_of("landlinie_event_loop_longest_stall_seconds") == 0


@pytest.fixture
def wrong() -> dict[str, str | None]:
    return {"alive": None, "ready": None}


@pytest.fixture
def port(wrong: dict[str, str | None]) -> Iterator[HttpPort]:
    port = HttpPort("127.0.0.1:0", alive=lambda: wrong["alive"], ready=lambda: wrong["ready"])
    yield port
    port.close()


def get(address: str, path: str, method: str = "GET") -> tuple[int, str]:
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.network
def test_the_port_shows_figures_and_health(port: HttpPort, wrong: dict[str, str | None]) -> None:
    status, text = get(port.address, "/metrics")
    assert status == 200
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {"landlinie_grpc_calls", "landlinie_outbox_backlog_events"} <= names
    assert get(port.address, "/livez") == get(port.address, "/readyz?verbose") == (200, "ok\n")
    number = host_and_port(port.address)[1]
    assert is_ready(f"0.0.0.0:{number}")
    wrong.update(alive="stuck", ready="the database does not answer")
    assert get(port.address, "/livez") == (503, "stuck\n")
    assert get(port.address, "/readyz") == (503, "the database does not answer\n")
    assert not is_ready(port.address)
    port.close()
    assert not is_ready(port.address)


@pytest.mark.network
def test_the_port_shows_nothing_else(port: HttpPort) -> None:
    assert get(port.address, "/")[0] == 404
    assert get(port.address, "/metrics/../../etc/passwd")[0] == 404
    assert get(port.address, "/metrics", "POST")[0] == 501


@pytest.mark.network
def test_clients_that_hang_cannot_fill_the_port(port: HttpPort) -> None:
    host, number = host_and_port(port.address)
    idle = [socket.create_connection((host, number)) for _ in range(8)]
    try:
        deadline_s = time.monotonic() + 20
        while True:
            assert time.monotonic() < deadline_s
            try:
                get(port.address, "/livez")
            except (http.client.RemoteDisconnected, ConnectionResetError):
                break
        for connection in idle:
            connection.close()
        idle.clear()
        while True:
            assert time.monotonic() < deadline_s
            try:
                assert get(port.address, "/livez") == (200, "ok\n")
                break
            except (http.client.RemoteDisconnected, ConnectionResetError):
                time.sleep(0.01)
    finally:
        for connection in idle:
            connection.close()


@pytest.mark.network
def test_two_on_one_port_is_an_error(port: HttpPort) -> None:
    with pytest.raises(PortNotOpened, match=f"metrics_address '{port.address}'.*in use"):
        HttpPort(port.address, alive=lambda: None, ready=lambda: None)


@pytest.mark.network
async def test_a_served_process_is_observed_as_set() -> None:
    off = TelemetrySettings()
    async with observed("test", off, not_ready=lambda: None) as address:
        assert address is None
    on = TelemetrySettings(metrics_address="127.0.0.1:0")
    async with observed("test", on, not_ready=lambda: "starting") as address:
        assert address is not None
        time.sleep(0.12)  # what must not happen in a service
        await asyncio.sleep(0.02)
        stalls = await asyncio.to_thread(read_stalls, address)
        assert stalls.long_count >= 1
        assert stalls.longest_s >= 0.12
        assert await asyncio.to_thread(get, address, "/livez") == (200, "ok\n")
        assert await asyncio.to_thread(get, address, "/readyz") == (503, "starting\n")


def test_sources_are_asked_when_looked_at_and_one_that_fails_costs_only_itself() -> None:
    name = "landlinie_consumer_lag_events"

    def failing() -> list[Reading]:
        raise OSError("database of Erika Mustermann is gone")

    remove = [
        SOURCES.add(lambda: [Reading(name, ("board", "rides"), 7)]),
        SOURCES.add(failing),
        SOURCES.add(lambda: [Reading(name, ("stats", "rides"), 2)]),
    ]
    assert value_of(name, group="board", topic="rides") == 7
    assert value_of(name, group="stats", topic="rides") == 2
    for each in remove:
        each()
    assert REGISTRY.get_sample_value(name, {"group": "board", "topic": "rides"}) is None


@pytest.mark.parametrize("address", ["localhost", ":9464", "host:99999", "a b:1", "http://host:1"])
def test_addresses_that_are_none_are_refused_by_name(address: str) -> None:
    with pytest.raises(ValidationError, match="metrics_address"):
        TelemetrySettings(metrics_address=address)


@pytest.mark.parametrize("url", ["collector:4317", "ftp://collector:1", "http://collector"])
def test_endpoints_that_are_none_are_refused_by_name(url: str) -> None:
    with pytest.raises(ValidationError, match="otlp_endpoint"):
        TelemetrySettings(otlp_endpoint=url)


def test_addresses_may_be_of_ipv6() -> None:
    assert host_and_port("[::1]:9464") == ("::1", 9464)


def test_telemetry_is_set_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDLINIE_OTLP_ENDPOINT", "http://collector:4317")
    monkeypatch.setenv("LANDLINIE_TRACE_SHARE", "0.1")
    monkeypatch.setenv("LANDLINIE_METRICS_ADDRESS", "127.0.0.1:9464")
    found = TelemetrySettings()
    assert (found.otlp_endpoint, found.trace_share, found.metrics_address) == (
        "http://collector:4317",
        0.1,
        "127.0.0.1:9464",
    )
