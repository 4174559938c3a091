"""``landlinie drive``: drivers for a demonstration, who follow the plans as the clock goes."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import grpc
import typer
from pooling.domain.service_day import service_day_of

from onebox.client import DEFAULT_ADDRESS, Services, connected
from onebox.credentials import credential
from onebox.day.drivers import Drivers
from onebox.options import Address, Token
from onebox.settings import DEFAULT_DATA_DIR, DataDir

LOOK_EVERY_S = 5.0


def drive(
    address: Address = DEFAULT_ADDRESS, data_dir: DataDir = DEFAULT_DATA_DIR, token: Token = None
) -> None:
    """Report arrivals, boardings and alightings as planned, until told to stop."""
    with connected(address, credential(token, data_dir)) as services:
        try:
            while True:
                catch_up(services, datetime.now(UTC), typer.echo)
                time.sleep(LOOK_EVERY_S)
        except KeyboardInterrupt:
            return


def catch_up(services: Services, now: datetime, tell: Callable[[str], None]) -> None:
    """Do everything that is due by now; what a change of plan made impossible is left for the next look.

    Parameters
    ----------
    tell
        Gets a line for everything that is done, or refused.
    """
    today = service_day_of(now, services.time_zone()).date
    drivers = Drivers(services, [zone.zone_id for zone in services.zones()], today.isoformat())
    while (action := drivers.next_action()) and action.when <= now:
        try:
            drivers.do(action)
        except grpc.RpcError as error:
            tell(f"{action.vehicle_id}: {error.details()}")
            return
        tell(f"{action.vehicle_id}: {'at' if action.arrives else 'left'} {action.stop.point.label}")
