"""All services in one process."""

import asyncio
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.bootstrap import GatewayApp
from gateway.district import read_district as read_gateway_district
from gateway.settings import GatewaySettings
from journeys.adapters.district_folder import has_journeys, read_district, read_journey_area
from journeys.bootstrap import JourneysApp, own_credential
from journeys.settings import JourneysSettings
from landlinie.common.v1 import clock_pb2_grpc
from pooling.adapters.outline import domain_virtual_stops, domain_zones
from pooling.bootstrap import Area, PoolingApp
from pooling.settings import PoolingSettings
from routing_core.roads.network import RoadNetwork
from routing_core.roads.router import Router
from service_kit import clock_service
from service_kit.clock import Clock, SimulatedClock, SystemClock
from service_kit.clock_service import SimulatedClockServicer
from service_kit.grpc_server import GrpcServer
from service_kit.identity.local_issuer import bind_tenant
from service_kit.identity.opening import Identity
from service_kit.open_bus import open_bus
from service_kit.redis_rate_limit import open_limiter
from service_kit.settings import ClientTlsSettings
from ticketing.adapters.district import read_fares
from ticketing.bootstrap import TicketingApp
from ticketing.settings import TicketingSettings
from waste.adapters.district import read_area
from waste.bootstrap import WasteApp
from waste.settings import WasteSettings

from onebox.district import District
from onebox.settings import bus_path
from onebox.sign_in import LINK_TTL, LOCAL, link


def area_of(district: District) -> Area:
    """The district as the pooling service wants it."""
    return Area(
        ZoneInfo(district.timezone),
        district.id,
        domain_zones(district.zones),
        domain_virtual_stops(district.virtual_stops),
    )


class Box:
    """Everything behind one address; use it inside a running event loop.

    Parameters
    ----------
    simulated_from
        Where a simulated clock starts; the system's clock is gone by when None.

    Raises
    ------
    OtherTenant
        Where the folder holds another district's data.
    NoLocalIdentity
        Where the folder's signing key cannot be used.
    FieldError
        Where the district's tariff or ``waste.json`` has mistakes.
    FeedError, RoadsError, BrokenGazetteer
        Where its timetable, roads or places cannot be read.
    """

    def __init__(self, district: District, data_dir: Path, simulated_from: datetime | None) -> None:
        self.clock: Clock = SimulatedClock(simulated_from) if simulated_from else SystemClock()
        settings = PoolingSettings(data_dir=data_dir)
        self._bus = open_bus(settings.bus, bus_path(data_dir), district.id)
        bind_tenant(data_dir, district.id)
        self._identity = Identity(settings.identity, data_dir)
        self._limiter = open_limiter(settings.store, f"landlinie:{district.id}:calls")
        guard = self._identity.guard(district.id, settings.grpc, self._limiter)
        self._server = GrpcServer("pooling", guard, settings.grpc)
        self._folder, self._data_dir = district.folder, data_dir
        self._gateway: GatewayApp | None = None
        if simulated_from:
            # Whoever turns the clock also says when to look for better plans.
            settings = settings.model_copy(update={"improve_every_s": 0.0})
        self._pooling = PoolingApp(
            settings,
            area_of(district),
            Router(RoadNetwork.load(district.graph_path)),
            self._bus,
            self.clock,
        )
        self._pooling.add_to(self._server)
        self.ticketing = self._ticketing(district.folder, data_dir)
        self.waste = self._waste(district.folder, data_dir)
        self.journeys = self._journeys(district.folder, data_dir)
        if isinstance(self.clock, SimulatedClock):
            self._server.add(
                clock_pb2_grpc.add_SimulatedClockServiceServicer_to_server,
                SimulatedClockServicer(self.clock),
                clock_service.DESCRIPTOR,
            )

    def _ticketing(self, district: Path, data_dir: Path) -> TicketingApp | None:
        """The service that bills rides; None in a district without a tariff."""
        fares = read_fares(district)
        if fares is None:
            return None
        app = TicketingApp(
            TicketingSettings(data_dir=data_dir), fares, self._bus, self.clock, detect=fares.detect
        )
        app.warm_up()
        app.add_to(self._server, records_door=False)
        return app

    def _waste(self, district: Path, data_dir: Path) -> WasteApp | None:
        """The service that looks after containers; None in a district that collects nothing."""
        area = read_area(district)
        if area is None:
            return None
        app = WasteApp(WasteSettings(data_dir=data_dir), area, self._bus, self.clock)
        app.add_to(self._server, records_door=False)
        return app

    def _journeys(self, district: Path, data_dir: Path) -> JourneysApp | None:
        """The service that plans journeys; None in a district without a timetable, or ways to walk."""
        if not has_journeys(district):
            return None
        settings = JourneysSettings(data_dir=data_dir)
        found = read_district(district)
        app = JourneysApp(
            settings,
            found,
            read_journey_area(district, data_dir, today=self.clock.now().astimezone(found.time_zone).date()),
            bus=self._bus,
            clock=self.clock,
            credential=own_credential(settings, self._identity.local, found.tenant),
        )
        app.add_to(self._server, records_door=False)
        return app

    def not_ready(self) -> str | None:
        """Why no calls should come now; None when they may."""
        return self._pooling.not_ready() or next(
            (why for app in (self.ticketing, self.waste, self.journeys) if app and (why := app.not_ready())),
            None,
        )

    async def start(self, address: str) -> int:
        """Serve gRPC at ``host:port`` and return the port; raises RuntimeError when the address is taken."""
        self._pooling.start()
        if self.ticketing:
            self.ticketing.start()
        if self.waste:
            self.waste.start()
        if self.journeys:
            self.journeys.start()
        port = await self._server.start(address)
        if self.journeys:
            own = f"{address.rpartition(':')[0]}:{port}"
            self.journeys.connect(pooling=own, ticketing=own)
        return port

    async def start_gateway(self, http_address: str, address: str, *, demo: bool = False) -> str:
        """Serve HTTP for the services at ``address`` and return ``host:port``; raises PortNotOpened.

        Parameters
        ----------
        demo
            Whether pages say that what happens here is made up.
        """
        rooms = {
            "pooling": True,
            "ticketing": self.ticketing,
            "waste": self.waste,
            "journeys": self.journeys,
        }
        self._gateway = GatewayApp(
            GatewaySettings(data_dir=self._data_dir),
            replace(read_gateway_district(self._folder), demo=demo),
            {room: address for room, served in rooms.items() if served},
            self._identity,
            self._bus,
            tls=ClientTlsSettings(),
            clock=self.clock,
        )
        return await self._gateway.start(http_address)

    async def sign_in_link(self, http_address: str) -> str:
        """Return a link to the console that lets in whoever may read what this machine prints, once."""
        if self._gateway is None:
            raise RuntimeError("there is no gateway")
        scheme = GatewaySettings().http.scheme
        return link(f"{scheme}://{http_address}", await self._gateway.sign_in_code(LOCAL, LINK_TTL))

    async def stop(self) -> None:
        """Let running calls finish, then end everything."""
        if self._gateway:
            await self._gateway.stop()
        await self._server.drain()
        for app in (self.journeys, self.waste, self.ticketing):
            if app:
                await asyncio.to_thread(app.stop)
        await asyncio.to_thread(self._pooling.stop)
        await self._limiter.close()
        self._bus.close()
        self._identity.close()
