"""Who calls under load: apps, phone desks and drivers, each with a token and a connection of its own."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import grpc
from landlinie.common.v1 import clock_pb2_grpc
from landlinie.pooling.v1 import ride_pooling_service_pb2_grpc
from onebox.day.server_process import ServerProcess
from onebox.district import District
from service_kit.grpc_targets import addresses_of, target_of
from service_kit.identity.client import aio_credentials
from service_kit.identity.local_issuer import LocalIssuer
from service_kit.identity.principal import Role

TOKEN_TTL = timedelta(hours=12)
DESK_COUNT = 3

# Only the stubs for type checkers know them under these names.
Pooling: TypeAlias = "ride_pooling_service_pb2_grpc.RidePoolingServiceAsyncStub"
Clock: TypeAlias = "clock_pb2_grpc.SimulatedClockServiceAsyncStub"


@dataclass(frozen=True, slots=True)
class Clients:
    """Stubs of all callers; drivers by their vehicle, clocks of each replica."""

    apps: Sequence[Pooling]
    desks: Sequence[Pooling]
    drivers: dict[str, Pooling]
    clocks: Sequence[Clock]


async def connect(
    stack: AsyncExitStack, server: ServerProcess, district: District, app_count: int
) -> Clients:
    """Connect everybody to running services, until the stack is left."""

    async def pooling(name: str, role: Role, vehicle_ids: Sequence[str] = ()) -> Pooling:
        token = _token(server.data_dir, district.id, name, role, vehicle_ids)
        channel = await stack.enter_async_context(_channel(server.address, token))
        return ride_pooling_service_pb2_grpc.RidePoolingServiceStub(channel)

    operator = _token(server.data_dir, district.id, "operator", Role.OPERATOR)
    clocks: list[Clock] = []
    for address in addresses_of(server.address):
        channel = await stack.enter_async_context(_channel(address, operator))
        clocks.append(clock_pb2_grpc.SimulatedClockServiceStub(channel))
    return Clients(
        [await pooling(f"app-{number}", Role.APP_BACKEND) for number in range(app_count)],
        [await pooling(f"desk-{number}", Role.DISPATCHER) for number in range(DESK_COUNT)],
        {
            vehicle.id: await pooling(f"driver-{vehicle.id}", Role.DRIVER, [vehicle.id])
            for vehicle in district.vehicles
        },
        clocks,
    )


def _channel(address: str, token: str) -> grpc.aio.Channel:
    target, options = target_of(address)
    # A connection for each caller, as they have when they are not one process.
    options = [*options, ("grpc.use_local_subchannel_pool", 1)]
    return grpc.aio.insecure_channel(target, options, interceptors=aio_credentials(token))


def _token(data_dir: Path, tenant: str, name: str, role: Role, vehicle_ids: Sequence[str] = ()) -> str:
    return LocalIssuer.open(data_dir).issue(
        subject=name, roles=[role], tenant=tenant, ttl=TOKEN_TTL, client_id=name, vehicle_ids=vehicle_ids
    )
