"""``landlinie driver-link``: lets a phone drive one vehicle."""

from typing import Annotated

import grpc
import typer
from gateway.http.driver_links import LINK_TTL, LONGEST_SESSION_HOURS, USUAL_SESSION_HOURS, driver_of
from landlinie.pooling.v1 import fleet_pb2
from landlinie.waste.v1 import tour_planning_pb2
from service_kit.identity.local_issuer import LONGEST_TTL, NoLocalIdentity

from onebox.client import DEADLINE_S, DEFAULT_ADDRESS, DEFAULT_HTTP_ADDRESS, Services, connected
from onebox.credentials import credential
from onebox.durations import duration
from onebox.options import Address
from onebox.settings import DEFAULT_DATA_DIR, DataDir
from onebox.sign_in import DRIVER_PAGE, link, make_code

_ABSENT = (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNIMPLEMENTED)


def driver_link(
    vehicle: Annotated[str, typer.Argument(help="of rides, or a truck that has a tour")],
    session: Annotated[
        str, typer.Option(help=f"how long the phone stays signed in: {LONGEST_SESSION_HOURS // 24}d at most")
    ] = f"{USUAL_SESSION_HOURS}h",
    url: Annotated[
        str, typer.Option(envvar="LANDLINIE_JOURNEYS_PUBLIC_URL", help="where the console is")
    ] = f"http://{DEFAULT_HTTP_ADDRESS}",
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Print a link that makes a phone the driver's of one vehicle, once, within a day."""
    lifetime = duration(session, "--session", LONGEST_TTL)
    with connected(address, credential(None, data_dir)) as services:
        if not (_is_vehicle(services, vehicle) or _had_tour(services, vehicle)):
            raise typer.BadParameter(f"there is no vehicle {vehicle!r}", param_hint="VEHICLE")
    try:
        code = make_code(data_dir, driver_of(vehicle, lifetime), LINK_TTL)
    except NoLocalIdentity as error:
        typer.echo(f"{error}. Start the services there once: landlinie up", err=True)
        raise typer.Exit(1) from None
    typer.echo(link(url.rstrip("/"), code, DRIVER_PAGE))


def _is_vehicle(services: Services, vehicle_id: str) -> bool:
    try:
        services.pooling.GetVehicle(fleet_pb2.GetVehicleRequest(vehicle_id=vehicle_id), timeout=DEADLINE_S)
    except grpc.RpcError as error:
        if error.code() in _ABSENT:
            return False
        raise
    return True


def _had_tour(services: Services, truck_id: str) -> bool:
    asked = tour_planning_pb2.ListToursRequest(truck_id=truck_id, page_size=1)
    try:
        return bool(services.tours.ListTours(asked, timeout=DEADLINE_S).tours)
    except grpc.RpcError as error:
        if error.code() in _ABSENT:
            return False
        raise
