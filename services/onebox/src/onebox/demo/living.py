"""The demo goes on: sensors report, passengers call, drivers drive, tours are proposed, while it runs."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import grpc
import structlog
import typer
from service_kit.clock import Clock
from waste.adapters.depot_file import load_waste

from onebox.client import Services, connected
from onebox.credentials import Credential
from onebox.demo.rides import DemoPassengers
from onebox.demo.sensors import DemoSensors
from onebox.demo.tour_proposal import DemoTours
from onebox.demo.yard import DemoYard
from onebox.district import District
from onebox.driving import catch_up

LOOK_EVERY_S = 15.0

_log = structlog.get_logger(__name__)


class DemoLife:
    """Everything that happens on the demo district without anybody doing it.

    Raises
    ------
    FieldError
        Where the district's list of containers has mistakes.
    """

    def __init__(self, district: District, address: str, credential: Credential, clock: Clock) -> None:
        self._address, self._credential, self._clock = address, credential, clock
        sensors, passengers = DemoSensors.of(district), DemoPassengers(district)
        tours = DemoTours(district, load_waste(district.folder).depot.depot_id)
        self._parts: dict[str, Callable[[Services, datetime], object]] = {
            "passengers": passengers.call,
            "drivers": lambda services, now: catch_up(
                services, now, lambda line: _log.info("demo", line=line)
            ),
            "sensors": sensors.report,
            "yard": DemoYard.of(district).report,
            "tours": tours.look,
        }

    async def run(self) -> None:
        """Go on until cancelled; what fails is tried again at the next look."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(LOOK_EVERY_S)

    def look(self) -> None:
        """Do everything that is due."""
        try:
            with connected(self._address, self._credential) as services:
                for name, part in self._parts.items():
                    try:
                        part(services, self._clock.now())
                    except grpc.RpcError as error:
                        _log.warning("demo_part_failed", part=name, error=str(error.details()))
        except typer.Exit:
            _log.warning("demo_not_reached", address=self._address)
