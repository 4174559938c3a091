"""The service in a made-up village, behind a server, with pooling and ticketing played by the test."""

import asyncio
import shutil
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from identified import TENANT, channel_to, guard, token
from journeys.adapters.district_folder import District, JourneyArea, read_journey_area
from journeys.bootstrap import JourneysApp
from journeys.settings import JourneysSettings
from landlinie.common.v1 import geo_pb2
from landlinie.journeys.v1 import journey_pb2, journey_service_pb2_grpc, place_pb2
from landlinie.pooling.v1 import fleet_pb2, offer_pb2, ride_pb2, ride_pooling_service_pb2_grpc
from landlinie.ticketing.v1 import account_pb2, statement_pb2, ticketing_service_pb2_grpc
from little_district import write_feed, write_map
from routing_core.places import gazetteer
from routing_core.places.osm import read_places
from routing_core.roads.build import build_graph
from routing_core.roads.network import RoadNetwork
from routing_core.roads.osm import read_streets
from routing_core.roads.profile import load_profile
from service_kit.clock import SimulatedClock
from service_kit.embedded_bus import EmbeddedBus
from service_kit.errors import FailedPrecondition, NotFound, ServiceError
from service_kit.grpc_errors import STATUS_METADATA_KEY, code_of, to_status
from service_kit.grpc_server import GrpcServer
from service_kit.identity.principal import Role
from service_kit.settings import GrpcSettings

ZONE = ZoneInfo("Europe/Berlin")
MORNING = datetime(2026, 3, 10, 6, 0, tzinfo=ZONE)
PATIENCE_S = 120.0
CALL_S = 20.0
HELD = timedelta(seconds=60)
SERVICE = token(Role.APP_BACKEND, subject="journeys", client_id="journeys")
ResultT = TypeVar("ResultT")


def at(clock: str) -> Timestamp:
    return Timestamp(
        seconds=round(datetime.fromisoformat(f"2026-03-10T{clock}").replace(tzinfo=ZONE).timestamp())
    )


@cache
def village() -> tuple[Path, JourneyArea]:
    """The folder of the village, and all that journeys are searched in; made once for all tests."""
    folder = Path(mkdtemp(prefix="landlinie-village-"))
    extract = write_map(folder / "map.osm")
    write_feed(folder / "timetable.gtfs.zip")
    for name, profile in (("roads", "car"), ("roads_walk", "walk"), ("roads_bike", "bike")):
        graph, _ = build_graph(read_streets(extract, load_profile(profile)))
        RoadNetwork(graph).save(folder / name, {})
    gazetteer.save_places(read_places(extract), folder / gazetteer.FILE)
    return folder, read_journey_area(folder, folder / "var")


@dataclass
class Others(  # type: ignore[misc] # both have an audit trail, which nobody asks for
    ride_pooling_service_pb2_grpc.RidePoolingServiceServicer,
    ticketing_service_pb2_grpc.TicketingServiceServicer,
):
    """Pooling and ticketing: one ride from wherever, as early as asked; two euros forty for everything.

    ``down`` refuses all, ``silent`` never answers. ``seen`` are the methods called, with by
    whom; ``parents`` what each was told of the trace that it is part of.
    """

    now: datetime
    down: bool = False
    silent: bool = False
    offers_rides: bool = True
    accounts: dict[str, str] = field(default_factory=dict)
    stops_before: int = 2
    vehicle_id: str = "bus"
    closed: set[str] = field(default_factory=set)
    seen: list[tuple[str, str]] = field(default_factory=list)
    parents: dict[str, str] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    booked: dict[str, ride_pb2.BookRideRequest] = field(default_factory=dict)
    quoted: list[statement_pb2.QuoteRequest] = field(default_factory=list)

    async def _arrived(self, method: str, context: Any) -> str:
        metadata = dict(context.invocation_metadata())
        who: str = metadata["authorization"].removeprefix("Bearer ")
        self.seen.append((method, who))
        self.parents[method] = metadata.get("traceparent", "")
        if self.down:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        while self.silent:
            await asyncio.sleep(0.02)
        return who

    async def ListZones(  # noqa: N802
        self,
        request: fleet_pb2.ListZonesRequest,  # noqa: ARG002
        context: Any,
    ) -> fleet_pb2.ListZonesResponse:
        await self._arrived("ListZones", context)
        corners = ((53.4, 13.1), (53.4, 13.4), (53.6, 13.4), (53.6, 13.1))
        boundary = [geo_pb2.Position(latitude_deg=lat, longitude_deg=lon) for lat, lon in corners]
        return fleet_pb2.ListZonesResponse(zones=[fleet_pb2.Zone(zone_id="z", boundary=boundary)])

    async def RequestOffers(  # noqa: N802
        self, request: offer_pb2.RequestOffersRequest, context: Any
    ) -> offer_pb2.RequestOffersResponse:
        await self._arrived("RequestOffers", context)
        if not self.offers_rides:
            return offer_pb2.RequestOffersResponse()
        offer = offer_pb2.Offer(
            offer_id=f"offer-{len(self.seen)}",
            zone_id="z",
            pickup=offer_pb2.BoardingPoint(position=request.pickup.position, label=request.pickup.label),
            dropoff=offer_pb2.BoardingPoint(position=request.dropoff.position, label=request.dropoff.label),
        )
        earliest = request.pickup_window.earliest.seconds
        offer.planned_pickup_time.seconds = earliest
        offer.planned_dropoff_time.seconds = earliest + 300
        offer.promise.latest_arrival.seconds = earliest + 900
        offer.direct_duration.seconds = 240
        offer.expire_time.FromDatetime(self.now + HELD)
        self.held.add(offer.offer_id)
        return offer_pb2.RequestOffersResponse(offers=[offer])

    async def ReleaseOffers(  # noqa: N802
        self, request: offer_pb2.ReleaseOffersRequest, context: Any
    ) -> offer_pb2.ReleaseOffersResponse:
        await self._arrived("ReleaseOffers", context)
        self.held -= set(request.offer_ids)
        return offer_pb2.ReleaseOffersResponse()

    async def BookRide(self, request: ride_pb2.BookRideRequest, context: Any) -> ride_pb2.BookRideResponse:  # noqa: N802
        await self._arrived("BookRide", context)
        if request.offer_id not in self.held | self.booked.keys():
            await _refuse(context, FailedPrecondition("OFFER_EXPIRED", "offer_id: it was given back"))
        self.held.discard(request.offer_id)
        self.booked.setdefault(request.offer_id, request)
        return ride_pb2.BookRideResponse(ride=ride_pb2.Ride(ride_id=request.offer_id))

    async def GetRide(self, request: ride_pb2.GetRideRequest, context: Any) -> ride_pb2.GetRideResponse:  # noqa: N802
        await self._arrived("GetRide", context)
        if request.ride_id not in self.booked:
            await _refuse(context, NotFound("RIDE_NOT_FOUND", "ride_id: there is none"))
        answer = ride_pb2.GetRideResponse(
            ride=ride_pb2.Ride(
                ride_id=request.ride_id, state=ride_pb2.RIDE_STATE_BOOKED, vehicle_id=self.vehicle_id
            ),
            contact=self.booked[request.ride_id].contact,
            approach=ride_pb2.Approach(vehicle_name="Bürgerbus", stops_before_count=self.stops_before),
        )
        answer.ride.pickup_time.FromDatetime(self.now)
        return answer

    async def CancelRide(  # noqa: N802
        self, request: ride_pb2.CancelRideRequest, context: Any
    ) -> ride_pb2.CancelRideResponse:
        await self._arrived("CancelRide", context)
        if request.ride_id not in self.booked:
            await _refuse(context, NotFound("RIDE_NOT_FOUND", "ride_id: there is none"))
        del self.booked[request.ride_id]
        return ride_pb2.CancelRideResponse()

    async def GetAccount(  # noqa: N802
        self, request: account_pb2.GetAccountRequest, context: Any
    ) -> account_pb2.GetAccountResponse:
        who = await self._arrived("GetAccount", context)
        if self.accounts.get(request.account_id) != who:
            await context.abort(grpc.StatusCode.NOT_FOUND, "there is no such account")
        closed = request.account_id in self.closed
        state = account_pb2.ACCOUNT_STATE_CLOSED if closed else account_pb2.ACCOUNT_STATE_OPEN
        name = request.account_id.replace("a-", "p-")
        return account_pb2.GetAccountResponse(
            account=account_pb2.Account(account_id=request.account_id, state=state, payer=name)
        )

    async def Quote(self, request: statement_pb2.QuoteRequest, context: Any) -> statement_pb2.QuoteResponse:  # noqa: N802
        who = await self._arrived("Quote", context)
        self.quoted.append(request)
        if request.account_id and self.accounts.get(request.account_id) != who:
            await context.abort(grpc.StatusCode.NOT_FOUND, "there is no such account")
        return statement_pb2.QuoteResponse(price_cents=240, currency="EUR")


async def _refuse(context: Any, error: ServiceError) -> None:
    status = to_status(error, "landlinie.pooling")
    await context.abort(code_of(error), status.message, ((STATUS_METADATA_KEY, status.SerializeToString()),))


class Village:
    """The service with a client; ``others`` are whom it asks.

    Attributes
    ----------
    stub
        Of an app's backend.
    """

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.clock = SimulatedClock(MORNING)
        self.others = Others(MORNING)  # type: ignore[abstract] # plays what is asked
        self._settings = settings
        self._channels: list[grpc.Channel] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="village-server", daemon=True)
        self._thread.start()
        try:
            self.start()
        except BaseException:
            self._end_loop()
            raise

    def start(self) -> None:
        """Begin, with what the folder holds."""
        self.address = f"127.0.0.1:{self.run(self._start())}"
        self.stub = self.of(Role.APP_BACKEND, client_id="app", subject="app")

    def stop(self) -> None:
        """End the service; what it kept stays."""
        for channel in self._channels:
            channel.close()
        self._channels.clear()
        self.run(self._stop())

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        self.stop()
        self._end_loop()

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def of(self, *roles: Role, **who: Any) -> journey_service_pb2_grpc.JourneyServiceStub:
        """A client's stub."""
        return self.by(token(*roles, **who))

    def by(self, credential: str) -> journey_service_pb2_grpc.JourneyServiceStub:
        """The same, of whoever has a token."""
        channel = channel_to(self.address, credential)
        self._channels.append(channel)
        return journey_service_pb2_grpc.JourneyServiceStub(channel)

    def run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    async def _start(self) -> int:
        folder, area = village()
        self._bus = EmbeddedBus(self.folder / "events.sqlite")
        self._server = GrpcServer("journeys", guard(GrpcSettings()), GrpcSettings())
        self.app = JourneysApp(
            JourneysSettings(data_dir=self.folder, **self._settings),
            District(TENANT, ZONE, folder),
            area,
            bus=self._bus,
            clock=self.clock,
            credential=SERVICE,
        )
        self.app.add_to(self._server)
        self._siblings = grpc.aio.server()
        ride_pooling_service_pb2_grpc.add_RidePoolingServiceServicer_to_server(self.others, self._siblings)
        ticketing_service_pb2_grpc.add_TicketingServiceServicer_to_server(self.others, self._siblings)
        port = self._siblings.add_insecure_port("127.0.0.1:0")
        await self._siblings.start()
        self.app.connect(pooling=f"127.0.0.1:{port}", ticketing=f"127.0.0.1:{port}")
        self.app.start()
        return await self._server.start("127.0.0.1:0")

    async def _stop(self) -> None:
        await self._server.drain()
        await asyncio.to_thread(self.app.stop)
        await self._siblings.stop(None)
        self._bus.close()


def eventually(condition: Callable[[], bool]) -> bool:
    """Wait until it holds; False where it does not come."""
    give_up_s = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > give_up_s:
            return False
        time.sleep(0.01)
    return True


def forget_village() -> None:
    """Delete the folder of the village."""
    shutil.rmtree(village()[0])
    village.cache_clear()


def place(**where: Any) -> place_pb2.Place:
    return place_pb2.Place(**where)


def asking(start: place_pb2.Place, goal: place_pb2.Place, **wishes: Any) -> journey_pb2.PlanJourneysRequest:
    """A question; leaving at half past seven where nothing is said."""
    if not wishes.keys() & {"depart_at", "arrive_by"}:
        wishes["depart_at"] = at("07:30")
    wishes |= {"from": start, "to": goal}
    return journey_pb2.PlanJourneysRequest(**wishes)


WEST, EAST = place(stop_id="w"), place(stop_id="e")
"""Both ends of the only line; the bus leaves at eight."""
NORTH = place(position=geo_pb2.Position(latitude_deg=53.5080, longitude_deg=13.2150), label="north")
