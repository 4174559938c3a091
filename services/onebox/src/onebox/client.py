"""A connection to running services, with errors told as people want to read them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import grpc
import typer
from landlinie.common.v1 import clock_pb2, clock_pb2_grpc
from landlinie.journeys.v1 import journey_service_pb2_grpc, lift_service_pb2_grpc, open_data_service_pb2_grpc
from landlinie.pooling.v1 import fleet_pb2, ride_pooling_service_pb2_grpc
from landlinie.ticketing.v1 import ticketing_service_pb2_grpc
from landlinie.waste.v1 import (
    alarm_service_pb2_grpc,
    container_service_pb2_grpc,
    tour_service_pb2_grpc,
    yard_service_pb2_grpc,
)
from rich.console import Console
from rich.markup import escape
from service_kit.grpc_errors import from_rpc_error
from service_kit.grpc_targets import addresses_of
from service_kit.identity.client import authenticated
from service_kit.identity.tls import open_channel
from service_kit.settings import ClientTlsSettings

from onebox.credentials import Credential
from onebox.local_time import stamp

DEFAULT_ADDRESS = "127.0.0.1:50051"
DEFAULT_HTTP_ADDRESS = "127.0.0.1:8080"
DEADLINE_S = 10.0


@dataclass(frozen=True, slots=True)
class Services:
    """Stubs of what runs behind one address."""

    pooling: ride_pooling_service_pb2_grpc.RidePoolingServiceStub
    journeys: journey_service_pb2_grpc.JourneyServiceStub
    ticketing: ticketing_service_pb2_grpc.TicketingServiceStub
    containers: container_service_pb2_grpc.ContainerServiceStub
    alarms: alarm_service_pb2_grpc.AlarmServiceStub
    tours: tour_service_pb2_grpc.TourServiceStub
    yards: yard_service_pb2_grpc.YardServiceStub
    open_data: open_data_service_pb2_grpc.OpenDataServiceStub
    lifts: lift_service_pb2_grpc.LiftServiceStub
    clock: "Clocks"

    def zones(self) -> list[fleet_pb2.Zone]:
        """The zones that are served."""
        return list(self.pooling.ListZones(fleet_pb2.ListZonesRequest(), timeout=DEADLINE_S).zones)

    def time_zone(self) -> ZoneInfo:
        """The time zone the district's clocks go by."""
        return ZoneInfo(self.zones()[0].time_zone)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The simulated clocks of all replicas, which go together."""

    stubs: Sequence[clock_pb2_grpc.SimulatedClockServiceStub]

    def advance_to(self, time: datetime) -> None:
        """Move all of them; each has the time before this returns."""
        message = clock_pb2.AdvanceClockRequest(time=stamp(time))
        for told in [stub.AdvanceClock.future(message, timeout=DEADLINE_S) for stub in self.stubs]:
            told.result()


def new_request_id() -> str:
    """An id under which a call can be sent again without being done twice."""
    return uuid4().hex


@contextmanager
def connected(address: str, credential: Credential) -> Iterator[Services]:
    """Stubs for the services at ``host:port``; a refused call ends the command with exit code 1.

    Several addresses, divided by commas, are replicas: each call goes to the next one.
    """
    with ExitStack() as stack:
        try:
            plain, *each = [
                stack.enter_context(open_channel(place, ClientTlsSettings()))
                for place in (address, *addresses_of(address))
            ]
        except (OSError, ValueError) as error:
            Console(stderr=True, highlight=False).print(f"Cannot call {address}: {error}", markup=False)
            raise typer.Exit(1) from None
        clocks = [clock_pb2_grpc.SimulatedClockServiceStub(authenticated(one, credential)) for one in each]
        try:
            yield Services(
                ride_pooling_service_pb2_grpc.RidePoolingServiceStub(authenticated(plain, credential)),
                journey_service_pb2_grpc.JourneyServiceStub(authenticated(plain, credential)),
                ticketing_service_pb2_grpc.TicketingServiceStub(authenticated(plain, credential)),
                container_service_pb2_grpc.ContainerServiceStub(authenticated(plain, credential)),
                alarm_service_pb2_grpc.AlarmServiceStub(authenticated(plain, credential)),
                tour_service_pb2_grpc.TourServiceStub(authenticated(plain, credential)),
                yard_service_pb2_grpc.YardServiceStub(authenticated(plain, credential)),
                open_data_service_pb2_grpc.OpenDataServiceStub(authenticated(plain, credential)),
                lift_service_pb2_grpc.LiftServiceStub(authenticated(plain, credential)),
                Clocks(clocks),
            )
        except grpc.RpcError as error:
            tell(error, address)
            raise typer.Exit(1) from None


def tell(error: grpc.RpcError, address: str) -> None:
    """Write what went wrong to standard error, with its reason: every field at fault, or the sentence."""
    refused = from_rpc_error(error)
    console = Console(stderr=True, highlight=False)
    if refused.reason == "UNAVAILABLE":
        console.print(f"No services answer at {address}. Start them with: landlinie up")
        return
    fields = refused.violations
    sentences = [(f"{each.field}: {each.description}", each.reason) for each in fields]
    # A message that begins with a field is made of these sentences, and perhaps cut short.
    if not fields or not refused.message.startswith(f"{fields[0].field}: "):
        sentences.insert(0, (refused.message, refused.reason))
    for sentence, reason in sentences:
        console.print(f"{escape(sentence)} [dim]({reason})[/dim]")
