import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st
from identified import aio_channel_to, guard
from landlinie.common.v1 import clock_pb2, clock_pb2_grpc
from service_kit import clock_service
from service_kit.clock import SimulatedClock, SystemClock
from service_kit.errors import InvalidInput
from service_kit.grpc_errors import from_rpc_error
from service_kit.grpc_server import GrpcServer

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_the_system_clock_is_in_utc_and_goes_on() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


@given(steps_s=st.lists(st.integers(-5, 5), max_size=20))
def test_a_simulated_clock_never_goes_back(steps_s: list[int]) -> None:
    clock = SimulatedClock(NOON)
    for step_s in steps_s:
        before = clock.now()
        target = before + timedelta(seconds=step_s)
        if step_s < 0:
            with pytest.raises(InvalidInput) as raised:
                clock.advance_to(target)
            assert raised.value.reason == "CLOCK_GOES_BACK"
            assert raised.value.violations[0].field == "time"
            assert target.isoformat() in raised.value.message
            assert clock.now() == before
        else:
            assert clock.advance_to(target) == target == clock.now()


def test_any_zone_is_taken_and_none_is_refused() -> None:
    clock = SimulatedClock(NOON.astimezone(timezone(timedelta(hours=2))))
    assert clock.now().isoformat() == "2026-06-01T12:00:00+00:00"
    with pytest.raises(InvalidInput, match="TIME_WITHOUT_ZONE"):
        clock.advance_to(NOON.replace(tzinfo=None))
    with pytest.raises(InvalidInput, match="TIME_WITHOUT_ZONE"):
        SimulatedClock(NOON.replace(tzinfo=None))


def test_threads_that_advance_together_leave_the_latest_time() -> None:
    clock = SimulatedClock(NOON)

    def advance(first: int) -> None:
        for second in range(first, 400, 4):
            try:
                clock.advance_to(NOON + timedelta(seconds=second))
            except InvalidInput:
                continue

    threads = [threading.Thread(target=advance, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.now() == NOON + timedelta(seconds=399)


@pytest.fixture
async def stub() -> AsyncIterator[Any]:
    server = GrpcServer("clock", guard())
    servicer = clock_service.SimulatedClockServicer(SimulatedClock(NOON))
    server.add(clock_pb2_grpc.add_SimulatedClockServiceServicer_to_server, servicer, clock_service.DESCRIPTOR)
    port = await server.start("127.0.0.1:0")
    async with aio_channel_to(f"127.0.0.1:{port}") as channel:
        yield clock_pb2_grpc.SimulatedClockServiceStub(channel)
    await server.drain()


@pytest.mark.network
async def test_advancing_over_the_wire(stub: Any) -> None:
    later = Timestamp()
    later.FromDatetime(NOON + timedelta(hours=1))
    answer = await stub.AdvanceClock(clock_pb2.AdvanceClockRequest(time=later))
    assert answer.time == later


@pytest.mark.network
@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (clock_pb2.AdvanceClockRequest(), "FIELD_MISSING"),
        (clock_pb2.AdvanceClockRequest(time=Timestamp(seconds=10**15)), "TIME_OUT_OF_RANGE"),
        (clock_pb2.AdvanceClockRequest(time=Timestamp(seconds=-(10**15))), "TIME_OUT_OF_RANGE"),
        (clock_pb2.AdvanceClockRequest(time=Timestamp(nanos=-5)), "TIME_OUT_OF_RANGE"),
        (clock_pb2.AdvanceClockRequest(time=Timestamp(seconds=1)), "CLOCK_GOES_BACK"),
    ],
)
async def test_bad_times_are_named(stub: Any, request_: clock_pb2.AdvanceClockRequest, reason: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await stub.AdvanceClock(request_)
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    error = from_rpc_error(raised.value)
    assert (error.reason, error.violations[0].field) == (reason, "time")
