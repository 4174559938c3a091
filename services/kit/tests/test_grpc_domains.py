"""Who says what is wrong, where one server has the methods of several services."""

from datetime import UTC, datetime
from typing import Any, NoReturn

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo  # type: ignore[import-untyped] # ships no types
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped] # ships no types
from identified import aio_channel_to, guard
from landlinie.common.v1 import clock_pb2, clock_pb2_grpc
from landlinie.pooling.v1 import ride_pb2, ride_pooling_service_pb2, ride_pooling_service_pb2_grpc
from landlinie.ticketing.v1 import account_pb2, ticketing_service_pb2, ticketing_service_pb2_grpc
from service_kit import clock_service
from service_kit.clock import SimulatedClock
from service_kit.clock_service import SimulatedClockServicer
from service_kit.errors import NotFound
from service_kit.grpc_errors import STATUS_METADATA_KEY
from service_kit.grpc_server import GrpcServer

pytestmark = pytest.mark.network

POOLING = ride_pooling_service_pb2.DESCRIPTOR.services_by_name["RidePoolingService"]
TICKETING = ticketing_service_pb2.DESCRIPTOR.services_by_name["TicketingService"]


class NoRides(ride_pooling_service_pb2_grpc.RidePoolingServiceServicer):
    """Has no ride, whoever asks."""

    async def GetRide(self, request: object, context: object) -> NoReturn:  # noqa: ARG002, N802
        raise NotFound("RIDE_NOT_FOUND", "there is no ride")


class NoAccounts(ticketing_service_pb2_grpc.TicketingServiceServicer):
    """Has no account, whoever asks."""

    async def GetAccount(self, request: object, context: object) -> NoReturn:  # noqa: ARG002, N802
        raise NotFound("ACCOUNT_NOT_FOUND", "there is no account")


async def told_by(call: Any) -> tuple[str, str]:
    """The reason and the domain of a call's error."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call
    told = dict(raised.value.trailing_metadata() or ())[STATUS_METADATA_KEY]
    info = ErrorInfo()
    assert Status.FromString(told).details[0].Unpack(info)
    return info.reason, info.domain


async def test_the_service_called_says_what_is_wrong() -> None:
    server = GrpcServer("pooling", guard())
    server.add(
        ride_pooling_service_pb2_grpc.add_RidePoolingServiceServicer_to_server,
        NoRides(),  # type: ignore[abstract] # serves what the test calls
        POOLING,
    )
    server.add(
        ticketing_service_pb2_grpc.add_TicketingServiceServicer_to_server,
        NoAccounts(),  # type: ignore[abstract] # serves what the test calls
        TICKETING,
    )
    clock = SimulatedClockServicer(SimulatedClock(datetime(2026, 11, 24, tzinfo=UTC)))
    server.add(clock_pb2_grpc.add_SimulatedClockServiceServicer_to_server, clock, clock_service.DESCRIPTOR)
    address = f"127.0.0.1:{await server.start('127.0.0.1:0')}"
    async with aio_channel_to(address) as channel, grpc.aio.insecure_channel(address) as stranger:
        rides: Any = ride_pooling_service_pb2_grpc.RidePoolingServiceStub(channel)
        accounts: Any = ticketing_service_pb2_grpc.TicketingServiceStub(channel)
        turned_away: Any = ticketing_service_pb2_grpc.TicketingServiceStub(stranger)
        clocks: Any = clock_pb2_grpc.SimulatedClockServiceStub(channel)
        asked = account_pb2.GetAccountRequest()
        told = [
            await told_by(rides.GetRide(ride_pb2.GetRideRequest())),
            await told_by(accounts.GetAccount(asked)),
            await told_by(turned_away.GetAccount(asked)),
            # No single service's: whose server it is.
            await told_by(clocks.AdvanceClock(clock_pb2.AdvanceClockRequest())),
        ]
    await server.drain()
    assert told == [
        ("RIDE_NOT_FOUND", "landlinie.pooling"),
        ("ACCOUNT_NOT_FOUND", "landlinie.ticketing"),
        ("CREDENTIALS_MISSING", "landlinie.ticketing"),
        ("FIELD_MISSING", "landlinie.pooling"),
    ]
