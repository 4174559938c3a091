"""The service behind a server, with two sub-accounts, and clients that call it over gRPC."""

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import grpc
from district import DEPOT, NOON
from identified import TENANT, channel_to, guard, token
from landlinie.common.v1 import geo_pb2
from landlinie.waste.v1 import (
    container_pb2,
    container_service_pb2_grpc,
    level_pb2,
    site_pb2,
    sub_account_pb2,
)
from service_kit.clock import SimulatedClock
from service_kit.embedded_bus import EmbeddedBus
from service_kit.grpc_server import GrpcServer
from service_kit.identity.principal import Role
from service_kit.settings import GrpcSettings
from waste.adapters.district import WasteArea
from waste.bootstrap import WasteApp
from waste.messages import stamp
from waste.settings import WasteSettings

PATIENCE_S = 50.0  # Less than the minute after which some workers look by themselves.
"""How long a test waits for what has to come; only a failing one waits so long."""

ResultT = TypeVar("ResultT")


DEMO = Path(__file__).parents[4] / "data" / "demo"


def area() -> WasteArea:
    """A district with the roads, the trucks and the depot of the demo district."""
    return WasteArea(TENANT, ZoneInfo("Europe/Berlin"), frozenset({DEPOT}), DEMO)


class LiveWaste:
    """A running service with databases of its own, a clock that is told, and clients.

    Attributes
    ----------
    staff
        The stub of whoever runs the service.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SimulatedClock(NOON)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="waste-server", daemon=True)
        self._thread.start()
        self.address = f"127.0.0.1:{self._run(self._start())}"
        self._channels: list[grpc.Channel] = []
        self._numbers = itertools.count()
        self.staff = container_service_pb2_grpc.ContainerServiceStub(self.channel_of())

    async def _start(self) -> int:
        limits = GrpcSettings()
        self.bus = EmbeddedBus(self.folder / "events.sqlite")
        self._server = GrpcServer("waste", guard(limits), limits)
        self.app = WasteApp(WasteSettings(data_dir=self.folder), area(), self.bus, self.clock)
        self.app.add_to(self._server)
        self.app.start()
        return await self._server.start("127.0.0.1:0")

    def _run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def close(self) -> None:
        """End everything."""
        self._run(self._server.drain())
        self.app.stop()
        self.bus.close()
        for channel in self._channels:
            channel.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def channel_of(self, *roles: Role, **who: Any) -> grpc.Channel:
        """Somebody's channel; of whoever runs the service where no roles are given."""
        self._channels.append(channel_to(self.address, token(*roles, **who)))
        return self._channels[-1]

    def desk_of(self, *sub_account_ids: str) -> Any:
        """The stub of somebody at the depot who works with these sub-accounts."""
        channel = self.channel_of(Role.DEPOT, subject="desk", sub_account_ids=sub_account_ids)
        return container_service_pb2_grpc.ContainerServiceStub(channel)

    def new_id(self) -> str:
        """A request id that nobody has used."""
        return f"request-{next(self._numbers)}"

    def eventually(self, condition: Callable[[], object]) -> None:
        """Wait for what background work brings about."""
        ends_at_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < ends_at_s, "did not come about"
            time.sleep(0.01)

    def settle(self, name: str) -> None:
        """Register a sub-account with a site, a container and a sensor on it, all named after it."""
        staff = self.staff
        sub_account = sub_account_pb2.SubAccount(sub_account_id=name, name=name)
        staff.RegisterSubAccount(
            sub_account_pb2.RegisterSubAccountRequest(request_id=self.new_id(), sub_account=sub_account)
        )
        staff.RegisterSite(site_pb2.RegisterSiteRequest(request_id=self.new_id(), site=site(name)))
        staff.RegisterContainer(
            container_pb2.RegisterContainerRequest(request_id=self.new_id(), container=container(name))
        )
        staff.RegisterDevice(
            container_pb2.RegisterDeviceRequest(request_id=self.new_id(), device=device(name))
        )

    def measure(self, name: str, *distances_mm: int, every: timedelta = timedelta(hours=1)) -> None:
        """Have the sensor of a sub-account's container measure these distances, the last one now."""
        now = self.clock.now()
        first = now - every * (len(distances_mm) - 1)
        readings = [
            reading(f"{name}-sensor", first + every * number, distance_mm)
            for number, distance_mm in enumerate(distances_mm)
        ]
        self.staff.ReportReadings(
            level_pb2.ReportReadingsRequest(request_id=self.new_id(), readings=readings)
        )

    def state_of(self, name: str) -> level_pb2.ContainerState:
        """What is known of a sub-account's container."""
        request = level_pb2.GetContainerStateRequest(container_id=f"{name}-box")
        return self.staff.GetContainerState(request).state


def site(name: str) -> site_pb2.Site:
    return site_pb2.Site(
        site_id=f"{name}-site",
        sub_account_id=name,
        name=f"{name} site",
        position=geo_pb2.Position(latitude_deg=53.5, longitude_deg=13.2),
        opening_hours=[site_pb2.OpeningSpan(iso_weekdays=[1, 2], opens_at="07:00", closes_at="20:00")],
        truck_kinds=["crane"],
    )


def container(name: str) -> container_pb2.Container:
    """A cube of two metres, its sensor 200 mm above what is full."""
    return container_pb2.Container(
        container_id=f"{name}-box",
        site_id=f"{name}-site",
        depot_id=DEPOT,
        kind=container_pb2.CONTAINER_KIND_IGLOO,
        fraction=container_pb2.FRACTION_PAPER,
        volume_l=2000,
        geometry=container_pb2.Geometry(
            sections=[
                container_pb2.Section(
                    height_mm=2000,
                    lower_width_mm=1000,
                    lower_depth_mm=1000,
                    upper_width_mm=1000,
                    upper_depth_mm=1000,
                )
            ],
            sensor_height_mm=2200,
            dead_zone_mm=100,
        ),
    )


def device(name: str) -> container_pb2.Device:
    return container_pb2.Device(
        device_id=f"{name}-sensor",
        sub_account_id=name,
        model="EM400-MUD",
        container_id=f"{name}-box",
    )


def reading(device_id: str, at: datetime, distance_mm: int) -> level_pb2.Reading:
    return level_pb2.Reading(device_id=device_id, measure_time=stamp(at), distance_mm=distance_mm)
