"""A gateway with its own database and bus in front of a small service that tests decide about."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

import httpx
from gateway.bootstrap import GatewayApp
from gateway.district import District
from gateway.settings import GatewaySettings, HttpSettings
from google.protobuf.message import Message
from identified import IDENTITY, TENANT, guard, token
from landlinie.pooling.v1 import (
    fleet_pb2,
    offer_pb2,
    plan_pb2,
    ride_pb2,
    ride_pooling_service_pb2,
    ride_pooling_service_pb2_grpc,
)
from landlinie.waste.v1 import (
    tour_pb2,
    tour_planning_pb2,
    tour_service_pb2,
    tour_service_pb2_grpc,
    yard_pb2,
    yard_service_pb2,
    yard_service_pb2_grpc,
)
from service_kit.bus import Bus
from service_kit.clock import Clock
from service_kit.embedded_bus import EmbeddedBus
from service_kit.errors import Aborted, FailedPrecondition, NotFound
from service_kit.event_payload import pack
from service_kit.events import Event
from service_kit.grpc_calls import Context
from service_kit.grpc_server import GrpcServer
from service_kit.identity.principal import Role, caller
from service_kit.settings import ClientTlsSettings, GrpcSettings

DISPATCHER = (Role.DISPATCHER,)
PATIENCE_S = 50.0  # Less than the minute after which some workers look by themselves.


@dataclass
class Answers:
    """What the small service answers; tests change it."""

    error: Exception | None = None
    delay_s: float = 0.0
    asked: list[Message] = field(default_factory=list)
    plans: "asyncio.Queue[plan_pb2.Plan | Exception]" = field(default_factory=asyncio.Queue)
    zones: list[fleet_pb2.Zone] = field(
        default_factory=lambda: [fleet_pb2.Zone(zone_id="nord", name="Nord", time_zone="Europe/Berlin")]
    )

    yards: list[yard_pb2.Yard] = field(default_factory=list)
    yard_states: dict[str, yard_pb2.YardState] = field(default_factory=dict)

    async def met(self, request: Message) -> None:
        self.asked.append(request)
        await asyncio.sleep(self.delay_s)
        if self.error is not None:
            raise self.error


class SmallPooling(ride_pooling_service_pb2_grpc.RidePoolingServiceServicer):
    """A few of the service's methods."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    async def ListZones(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002
        await self._answers.met(request)
        return fleet_pb2.ListZonesResponse(zones=self._answers.zones)

    async def BookRide(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002
        await self._answers.met(request)
        return ride_pb2.BookRideResponse(ride=ride_pb2.Ride(ride_id="r-1", state=ride_pb2.RIDE_STATE_BOOKED))

    async def RequestOffers(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002
        await self._answers.met(request)
        return offer_pb2.RequestOffersResponse()

    async def GetRide(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002
        await self._answers.met(request)
        if request.ride_id != caller().subject:
            raise NotFound("RIDE_NOT_FOUND", f"ride_id: there is no ride {request.ride_id!r}")
        return ride_pb2.GetRideResponse(ride=ride_pb2.Ride(ride_id=request.ride_id))

    async def ListVehicles(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002
        await self._answers.met(request)
        return fleet_pb2.ListVehiclesResponse(next_page_token="" if request.page_token else "more&more")

    async def GetVehicle(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002
        await self._answers.met(request)
        if request.vehicle_id != "bus-1":
            raise NotFound("VEHICLE_NOT_FOUND", f"vehicle_id: there is no {request.vehicle_id!r}")
        return fleet_pb2.GetVehicleResponse(vehicle=fleet_pb2.Vehicle(vehicle_id=request.vehicle_id))

    async def UpdateVehicle(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002
        await self._answers.met(request)
        return fleet_pb2.UpdateVehicleResponse(vehicle=request.vehicle)

    async def UpdateShift(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002
        await self._answers.met(request)
        if request.shift.etag:
            raise Aborted.in_field("shift.etag", "is over", "SHIFT_CHANGED")
        if request.shift.shift_id != "s-1":
            raise FailedPrecondition("RIDES_PROMISED", "no tour can", metadata={"ride_ids": "r-1,r-2"})
        return fleet_pb2.UpdateShiftResponse(shift=request.shift, moved_ride_ids=["r-3"])

    async def WatchPlan(self, request: Any, context: Context) -> AsyncIterator[Any]:  # noqa: N802, ARG002
        await self._answers.met(request)
        while True:
            plan = await self._answers.plans.get()
            if isinstance(plan, Exception):
                raise plan
            yield plan_pb2.WatchPlanResponse(plan=plan)


class SmallYards(yard_service_pb2_grpc.YardServiceServicer):
    """Two of the yards' methods."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    async def ListYards(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002
        await self._answers.met(request)
        return yard_pb2.ListYardsResponse(yards=self._answers.yards)

    async def GetYardState(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002
        await self._answers.met(request)
        return yard_pb2.GetYardStateResponse(state=self._answers.yard_states[request.yard_id])


class SmallTours(tour_service_pb2_grpc.TourServiceServicer):
    """One of the tours' methods: a truck has a tour."""

    async def ListTours(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002
        tours = [tour_pb2.Tour(tour_id="t-1")] if request.truck_id == "glas-1" else []
        return tour_planning_pb2.ListToursResponse(tours=tours)


@dataclass
class Rig:
    """A running gateway.

    ``http`` calls it as a dispatcher; ``answers`` is what the service behind it says; ``bus`` what it hears.
    """

    app: GatewayApp
    address: str
    http: httpx.AsyncClient
    answers: Answers
    bus: Bus
    server: GrpcServer
    grpc_address: str

    def client(self, *, credential: str | None = None) -> httpx.AsyncClient:
        """A client of nobody in particular, or with another token; to be closed by who asks."""
        headers = {"Authorization": f"Bearer {credential}"} if credential else {}
        return httpx.AsyncClient(base_url=f"http://{self.address}", headers=headers, timeout=PATIENCE_S)

    def happens(
        self, message: Message, *, topic: str = "landlinie.pooling.ride.v1", zone: str = "nord"
    ) -> Event:
        """Publish an event."""
        told = pack(
            message,
            source="landlinie/test",
            topic=topic,
            key=f"{TENANT}/{zone}",
            time=message.event_time.ToDatetime(UTC),  # type: ignore[attr-defined] # every fact has it
        )
        self.bus.publish([told])
        return told


@asynccontextmanager
async def rigged(
    data_dir: Path,
    *,
    bus: Bus | None = None,
    http: HttpSettings | None = None,
    limits: GrpcSettings | None = None,
    grpc_address: str = "127.0.0.1:0",
    rooms: Sequence[str] = ("pooling",),
    clock: Clock | None = None,
    **settings: Any,
) -> AsyncIterator[Rig]:
    """Run a gateway and the service behind it; a second one on the same folder goes on after the first."""
    answers = Answers()
    limits = limits or GrpcSettings(drain_grace_s=0.2)
    http = http or HttpSettings(drain_grace_s=1)
    server = GrpcServer("pooling", guard(limits), limits)
    server.add(
        ride_pooling_service_pb2_grpc.add_RidePoolingServiceServicer_to_server,
        SmallPooling(answers),  # type: ignore[abstract] # the others answer that they are not there
        ride_pooling_service_pb2.DESCRIPTOR.services_by_name["RidePoolingService"],
    )
    server.add(
        yard_service_pb2_grpc.add_YardServiceServicer_to_server,
        SmallYards(answers),  # type: ignore[abstract] # the others answer that they are not there
        yard_service_pb2.DESCRIPTOR.services_by_name["YardService"],
    )
    server.add(
        tour_service_pb2_grpc.add_TourServiceServicer_to_server,
        SmallTours(),  # type: ignore[abstract] # the others answer that they are not there
        tour_service_pb2.DESCRIPTOR.services_by_name["TourService"],
    )
    port = await server.start(grpc_address)
    own_bus = bus or EmbeddedBus(data_dir / "events.sqlite")
    reached = f"127.0.0.1:{port}"
    app = GatewayApp(
        GatewaySettings(data_dir=data_dir, http=http, console_dir=data_dir / "console", **settings),
        District(TENANT, "Testamt", "Europe/Berlin", data_dir),
        dict.fromkeys(rooms, reached),
        IDENTITY,
        own_bus,
        tls=ClientTlsSettings(),
        clock=clock,
    )
    address = await app.start("127.0.0.1:0")
    client = httpx.AsyncClient(
        base_url=f"http://{address}",
        headers={"Authorization": f"Bearer {token(*DISPATCHER)}"},
        timeout=PATIENCE_S,
    )
    try:
        async with client:
            yield Rig(app, address, client, answers, own_bus, server, reached)
    finally:
        await app.stop()
        await server.drain()
        if bus is None:
            own_bus.close()


@dataclass(frozen=True)
class Told:
    """One server-sent event."""

    kind: str
    id: str
    data: Any


async def told(lines: AsyncIterator[str]) -> AsyncIterator[Told]:
    """Read server-sent events as browsers do; comments are passed over."""
    kind, event_id, data = "message", "", ""
    async for line in lines:
        name, _, value = line.partition(": ")
        match name:
            case "event":
                kind = value
            case "id":
                event_id = value
            case "data":
                data = value
            case "" if not line and data:
                yield Told(kind, event_id, json.loads(data))
                kind, data = "message", ""


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something is so, however slow this machine is."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.01)
