"""The service behind a server, and clients that call it over gRPC."""

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import grpc
import pytest
from identified import TENANT, channel_to, guard, token
from landlinie.common.v1 import geo_pb2
from landlinie.ticketing.v1 import account_pb2, journey_pb2, settlement_pb2, ticketing_service_pb2_grpc
from office import TOWN, at, tariff
from service_kit.clock import SimulatedClock
from service_kit.embedded_bus import EmbeddedBus
from service_kit.errors import ServiceError
from service_kit.grpc_errors import from_rpc_error
from service_kit.grpc_server import GrpcServer
from service_kit.identity.principal import Role
from service_kit.settings import GrpcSettings
from ticketing.adapters.district import Fares
from ticketing.application.places import NO_LOOK_UP, ZonesOfPlaces
from ticketing.application.ports import Detector
from ticketing.bootstrap import TicketingApp
from ticketing.domain.tariff import TariffBook
from ticketing.messages import stamp
from ticketing.settings import TicketingSettings

PATIENCE_S = 50.0  # Less than the minute after which some workers look by themselves.
"""How long a test waits for what has to come; only a failing one waits so long."""

ResultT = TypeVar("ResultT")


class Counter:
    """A running service with databases of its own, a clock that is told, and a client.

    Attributes
    ----------
    stub, channel
        Of an app's backend.
    staff
        The stub of whoever runs the service.
    """

    def __init__(
        self, folder: Path, *, detect: Detector | None = None, zones_of: ZonesOfPlaces = NO_LOOK_UP
    ) -> None:
        self.folder = folder
        self.clock = SimulatedClock(at("20:00"))
        self._detect = detect
        self._zones_of = zones_of
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="counter-server", daemon=True)
        self._thread.start()
        self.address = f"127.0.0.1:{self._run(self._start())}"
        self._channels: list[grpc.Channel] = []
        self.stub = self.of(Role.APP_BACKEND, client_id="app", subject="app")
        self.staff = self.of()
        self._numbers = itertools.count()

    @property
    def channel(self) -> grpc.Channel:
        return self._channels[0]

    async def _start(self) -> int:
        limits = GrpcSettings()
        self.bus = EmbeddedBus(self.folder / "events.sqlite")
        self._server = GrpcServer("ticketing", guard(limits), limits)
        self.app = TicketingApp(
            TicketingSettings(data_dir=self.folder),
            Fares(TENANT, TariffBook((tariff(),)), zones=TOWN, zones_of=self._zones_of),
            self.bus,
            self.clock,
            detect=self._detect,
        )
        self.app.add_to(self._server)
        self.app.warm_up()
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

    def of(self, *roles: Role, **who: Any) -> Any:
        """Somebody's stub; of whoever runs the service where no roles are given."""
        self._channels.append(channel_to(self.address, token(*roles, **who)))
        return ticketing_service_pb2_grpc.TicketingServiceStub(self._channels[-1])

    def new_id(self) -> str:
        """A request id that nobody has used."""
        return f"request-{next(self._numbers)}"

    def eventually(self, condition: Callable[[], bool]) -> None:
        """Wait for what background work brings about."""
        ends_at_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < ends_at_s, "did not come about"
            time.sleep(0.01)

    # Calls

    def open(self, stub: Any = None, **more: Any) -> account_pb2.Account:
        request = account_pb2.OpenAccountRequest(request_id=self.new_id(), **more)
        return (stub or self.stub).OpenAccount(request).account  # type: ignore[no-any-return]

    def check_in(self, account_id: str, journey_id: str, time: datetime, **more: Any) -> Any:
        """A request to check in at a stop of the town."""
        return journey_pb2.CheckInRequest(
            request_id=self.new_id(),
            account_id=account_id,
            journey_id=journey_id,
            check_in=journey_pb2.CheckIn(event_time=stamp(time), place=place("board"), **more),
        )

    def check_out(self, account_id: str, journey_id: str, time: datetime, **more: Any) -> Any:
        """A request to check out at another."""
        return journey_pb2.CheckOutRequest(
            request_id=self.new_id(),
            account_id=account_id,
            journey_id=journey_id,
            event_time=stamp(time),
            place=place("station"),
            **more,
        )

    def ride(self, account_id: str, journey_id: str, start: str = "08:00", end: str = "08:20") -> Any:
        """A journey from check-in to check-out."""
        self.stub.CheckIn(self.check_in(account_id, journey_id, at(start)))
        return self.stub.CheckOut(self.check_out(account_id, journey_id, at(end))).journey

    def settle(self, period_id: str) -> settlement_pb2.Operation:
        """Settle a period, and wait until that is done."""
        request = settlement_pb2.SettlePeriodRequest(request_id=self.new_id(), period_id=period_id)
        asked = settlement_pb2.GetOperationRequest(
            operation_id=self.staff.SettlePeriod(request).operation.operation_id
        )
        self.eventually(
            lambda: self.staff.GetOperation(asked).operation.state == settlement_pb2.OPERATION_STATE_DONE
        )
        return self.staff.GetOperation(asked).operation  # type: ignore[no-any-return]


def place(stop_id: str) -> journey_pb2.Place:
    return journey_pb2.Place(
        stop_id=stop_id,
        zone_ids=TOWN,
        position=geo_pb2.Position(latitude_deg=53.5512345, longitude_deg=13.2612345),
    )


def refusal(call: Callable[[], object]) -> tuple[grpc.StatusCode, ServiceError]:
    """What the service says to a call that it does not take."""
    with pytest.raises(grpc.RpcError) as raised:
        call()
    return raised.value.code(), from_rpc_error(raised.value)


def reason(code: grpc.StatusCode, call: Callable[[], object]) -> str:
    """Its reason, where the status is the expected one."""
    got, error = refusal(call)
    assert got is code, error
    return error.reason
