"""``landlinie.waste.v1.YardService``."""

# ruff: noqa: N802, ARG002 - methods are named as on the wire, and every one gets the context

import asyncio
from collections.abc import AsyncIterator

from landlinie.waste.v1 import yard_pb2, yard_service_pb2_grpc
from service_kit.faults import Faults
from service_kit.grpc_calls import Context
from service_kit.identity.principal import caller
from service_kit.pages import Pages
from service_kit.worker_pool import WorkerPool

from waste.application.desk import Desk
from waste.application.ports_yards import ParkingSpace, Yard
from waste.application.yards import SpaceState, Yards
from waste.entrypoints.base import Calls, call_of
from waste.entrypoints.yard_requests import (
    space_message,
    space_of,
    state_message,
    yard_message,
    yard_of,
)

WATCH_EVERY_S = 5.0


class YardServicer(Calls, yard_service_pb2_grpc.YardServiceServicer):
    """The service's methods."""

    def __init__(self, desk: Desk, yards: Yards, *, pool: WorkerPool, pages: Pages) -> None:
        super().__init__(desk, pool=pool, pages=pages)
        self._yards = yards

    async def RegisterYard(
        self, request: yard_pb2.RegisterYardRequest, context: Context
    ) -> yard_pb2.RegisterYardResponse:
        faults = Faults()
        call = call_of(request, _yard_kept, faults)
        yard = yard_of(request.yard, faults)
        answer = await self._written(call, faults, self._yards.register, yard)
        return yard_pb2.RegisterYardResponse.FromString(answer)

    async def ListYards(
        self, request: yard_pb2.ListYardsRequest, context: Context
    ) -> yard_pb2.ListYardsResponse:
        faults = Faults()
        scope = self._chosen(request, faults).scope
        after, size = self._pages.position(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(self._yards.listed, Yard, scope, after, size + 1)
        more = found[size - 1].id if len(found) > size else ""
        return yard_pb2.ListYardsResponse(
            yards=[yard_message(yard) for yard in found[:size]],
            next_page_token=self._pages.token(request, more),
        )

    async def GetYardState(
        self, request: yard_pb2.GetYardStateRequest, context: Context
    ) -> yard_pb2.GetYardStateResponse:
        faults = Faults()
        yard_id = faults.identifier(request.yard_id, "yard_id")
        faults.settle()
        state = await self._pool.look_up(self._yards.state, yard_id, caller())
        return yard_pb2.GetYardStateResponse(state=state_message(state))

    async def WatchYardState(
        self, request: yard_pb2.WatchYardStateRequest, context: Context
    ) -> AsyncIterator[yard_pb2.WatchYardStateResponse]:
        faults = Faults()
        yard_id = faults.identifier(request.yard_id, "yard_id")
        faults.settle()
        told: yard_pb2.YardState | None = None
        while True:
            state = state_message(await self._pool.look_up(self._yards.state, yard_id, caller()))
            if state != told:
                yield yard_pb2.WatchYardStateResponse(state=state)
                told = state
            await asyncio.sleep(WATCH_EVERY_S)

    async def RegisterParkingSpace(
        self, request: yard_pb2.RegisterParkingSpaceRequest, context: Context
    ) -> yard_pb2.RegisterParkingSpaceResponse:
        faults = Faults()
        call = call_of(request, _space_kept, faults)
        space = space_of(request.parking_space, faults)
        answer = await self._written(call, faults, self._yards.register, space)
        return yard_pb2.RegisterParkingSpaceResponse.FromString(answer)

    async def ListParkingSpaces(
        self, request: yard_pb2.ListParkingSpacesRequest, context: Context
    ) -> yard_pb2.ListParkingSpacesResponse:
        faults = Faults()
        scope = self._chosen(request, faults).scope
        after, size = self._pages.position(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(self._yards.spaces, scope, after, size + 1)
        more = found[size - 1].space.id if len(found) > size else ""
        return yard_pb2.ListParkingSpacesResponse(
            parking_spaces=[space_message(state) for state in found[:size]],
            next_page_token=self._pages.token(request, more),
        )


def _yard_kept(yard: Yard) -> yard_pb2.RegisterYardResponse:
    return yard_pb2.RegisterYardResponse(yard=yard_message(yard))


def _space_kept(space: ParkingSpace) -> yard_pb2.RegisterParkingSpaceResponse:
    return yard_pb2.RegisterParkingSpaceResponse(parking_space=space_message(SpaceState(space, None, None)))
