"""The town behind the service as it is put together for real, and a client that calls it over gRPC."""

import asyncio
import itertools
import sqlite3
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import grpc
import numpy as np
import pytest
import sqlalchemy as sa
from google.protobuf.timestamp_pb2 import Timestamp
from identified import TENANT, channel_to, guard
from landlinie.common.v1 import geo_pb2, time_pb2
from landlinie.pooling.v1 import fleet_pb2, offer_pb2, plan_pb2, ride_pb2, ride_pooling_service_pb2_grpc
from pooling.adapters import tables
from pooling.adapters.told_facts import from_event
from pooling.application import ports
from pooling.bootstrap import Area, PoolingApp
from pooling.domain.facts import Fact
from pooling.domain.places import Point, point
from pooling.domain.zone import Zone
from pooling.messages import stamp
from pooling.settings import PoolingSettings
from routing_core.insertion.best import warm_up
from routing_core.roads.errors import NoRoadNearby
from routing_core.roads.router import Route, Router
from routing_core.roads.snap import RoadPoint
from routing_core.travel import TravelMatrix
from service_kit import outbox
from service_kit.announcements import RedisAnnouncements
from service_kit.clock import SimulatedClock
from service_kit.database import database_url, open_engine, reading
from service_kit.embedded_bus import EmbeddedBus
from service_kit.errors import ServiceError
from service_kit.events import Event
from service_kit.grpc_errors import from_rpc_error
from service_kit.grpc_server import GrpcServer
from service_kit.settings import GrpcSettings, StoreSettings
from town import BERLIN, CHURCH, DAY, OTHER_ZONE, ROAD, ZONE, LineRoads, clock_time

PATIENCE_S = 50.0  # Less than the minute after which some workers look by themselves.
"""How long a test waits for what has to come; only a failing one waits so long."""

ResultT = TypeVar("ResultT")


class LineRouter(Router):
    """The one straight road, where the service looks for a router over a road network."""

    def __init__(self) -> None:
        self._line = LineRoads()

    def snap(
        self, latitude_deg: float, longitude_deg: float, limit_m: float, *, curb: bool = False
    ) -> RoadPoint:
        assert not curb, "the town has no curbs"
        try:
            found = self._line.snap(point(latitude_deg, longitude_deg), limit_m)
        except ports.NoRoadNearby as far:
            raise NoRoadNearby(far.distance_m, limit_m) from None
        return RoadPoint(0, 0.0, found.latitude_deg, found.longitude_deg, 0.0)

    def travel_matrix(self, points: Sequence[RoadPoint]) -> TravelMatrix:
        return self._line.travel_matrix([point(place.latitude_deg, place.longitude_deg) for place in points])

    def route(self, origin: RoadPoint, destination: RoadPoint) -> Route:
        between = self.travel_matrix([origin, destination])
        line = [(end.latitude_deg, end.longitude_deg) for end in (origin, destination)]
        return Route(int(between.seconds[0, 1]), int(between.metres[0, 1]), np.array(line), ())

    def warm_up(self) -> None:
        """There is nothing to compile."""


class Live:
    """A running service with a database of its own, a clock that is told, and a client.

    Attributes
    ----------
    stub, channel
        The client's.
    clock
        The service's; it moves when told.
    """

    def __init__(
        self,
        folder: Path,
        now: str = "05:00",
        *,
        day: date = DAY,
        zones: Sequence[Zone] = (ZONE, OTHER_ZONE),
        limits: GrpcSettings | None = None,
        store: StoreSettings | None = None,
    ) -> None:
        self.day = day
        self.clock = SimulatedClock(clock_time(now, day))
        self._folder, self._zones = folder, zones
        self._limits = limits or GrpcSettings()
        self._store = store or StoreSettings()
        # On a fresh tree this compiles, for longer than a service may take to start.
        warm_up()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="live-server", daemon=True)
        self._thread.start()
        self.address = f"127.0.0.1:{self._run(self._start())}"
        self._engine = open_engine(database_url(self._store, folder, "pooling"))
        self.channel = channel_to(self.address)
        self.stub = ride_pooling_service_pb2_grpc.RidePoolingServiceStub(self.channel)
        self._numbers = itertools.count()
        self._stopped = False

    async def _start(self) -> int:
        self._bus = EmbeddedBus(self._folder / "events.sqlite")
        self._server = GrpcServer("pooling", guard(self._limits), self._limits)
        self._app = PoolingApp(
            PoolingSettings(data_dir=self._folder, store=self._store),
            Area(BERLIN, TENANT, self._zones, [CHURCH]),
            LineRouter(),
            self._bus,
            self.clock,
        )
        self._app.add_to(self._server)
        self._app.start()
        return await self._server.start("127.0.0.1:0")

    def _run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def stop(self) -> None:
        """Drain the server and stop the service; the client stays."""
        if not self._stopped:
            self._stopped = True
            self._run(self._server.drain())
            self._app.stop()
            self._bus.close()

    def close(self) -> None:
        """End everything."""
        self.stop()
        self.channel.close()
        self._engine.dispose()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # Time

    def at(self, text: str) -> datetime:
        return clock_time(text, self.day)

    def stamp(self, text: str) -> Timestamp:
        return stamp(self.at(text))

    def advance(self, text: str) -> None:
        self.clock.advance_to(self.at(text))

    def window(self, text: str, minutes: float = 30) -> time_pb2.TimeWindow:
        return time_pb2.TimeWindow(
            earliest=self.stamp(text), latest=stamp(self.at(text) + timedelta(minutes=minutes))
        )

    # Calls

    def new_id(self) -> str:
        """A request id that nobody has used."""
        return f"request-{next(self._numbers)}"

    def add_bus(
        self,
        vehicle_id: str = "bus",
        *shifts: tuple[str, str],
        layouts: Sequence[tuple[int, int]] = ((8, 0),),
        kind: fleet_pb2.VehicleKind.ValueType = fleet_pb2.VEHICLE_KIND_ANRUFBUS,
        base: int = 0,
        zone_id: str = "nord",
    ) -> list[fleet_pb2.Shift]:
        """Register a vehicle and put it on duty, from 06:00 to 20:00 where no shifts are given."""
        vehicle = fleet_pb2.Vehicle(
            vehicle_id=vehicle_id,
            zone_id=zone_id,
            kind=kind,
            name=vehicle_id.title(),
            layouts=[
                fleet_pb2.Layout(seat_count=seats, wheelchair_place_count=places) for seats, places in layouts
            ],
        )
        self.stub.CreateVehicle(fleet_pb2.CreateVehicleRequest(request_id=self.new_id(), vehicle=vehicle))
        return [
            self.stub.CreateShift(self.shift_request(vehicle_id, start, end, base=base)).shift
            for start, end in shifts or (("06:00", "20:00"),)
        ]

    def shift_request(
        self, vehicle_id: str, start: str, end: str, *, base: int = 0
    ) -> fleet_pb2.CreateShiftRequest:
        """A shift that starts and ends in one village."""
        return fleet_pb2.CreateShiftRequest(
            request_id=self.new_id(),
            shift=fleet_pb2.Shift(
                vehicle_id=vehicle_id,
                start_time=self.stamp(start),
                end_time=self.stamp(end),
                start=position(ROAD[base]),
                end=position(ROAD[base]),
            ),
        )

    def question(
        self,
        origin: int | Point | str,
        destination: int | Point | str,
        when: str = "08:00",
        *,
        minutes: float = 30,
        arrive: bool = False,
        load: tuple[int, int] = (1, 0),
        count: int = 0,
        request_id: str | None = None,
    ) -> offer_pb2.RequestOffersRequest:
        """A request for offers from a village, a point or a virtual stop to another."""
        window = self.window(when, minutes)
        return offer_pb2.RequestOffersRequest(
            request_id=request_id or self.new_id(),
            pickup=place(origin),
            dropoff=place(destination),
            pickup_window=None if arrive else window,
            dropoff_window=window if arrive else None,
            party=offer_pb2.Party(seated_count=load[0], wheelchair_count=load[1]),
            max_offer_count=count,
        )

    def ask(self, *asked: Any, **more: Any) -> offer_pb2.RequestOffersResponse:
        """Ask for offers; see :meth:`question`."""
        return self.stub.RequestOffers(self.question(*asked, **more))

    def book(self, offer: offer_pb2.Offer, **more: Any) -> ride_pb2.Ride:
        """Book an offer; ``more`` are further fields of the request."""
        request = ride_pb2.BookRideRequest(
            **{"request_id": self.new_id(), "offer_id": offer.offer_id, **more}
        )
        return self.stub.BookRide(request).ride

    def ride(self, *asked: Any, **more: Any) -> ride_pb2.Ride:
        """Ask, and book the best offer."""
        return self.book(self.ask(*asked, **more).offers[0])

    @contextmanager
    def stalled(self) -> Iterator[None]:
        """Meanwhile another process holds the database, and nothing can be written."""
        with closing(sqlite3.connect(self._folder / "pooling.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    def eventually(self, condition: Callable[[], bool]) -> None:
        """Wait for what background work brings about."""
        ends_at_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < ends_at_s, "did not come about"
            time.sleep(0.01)

    def hears_others(self, timeout_s: float) -> bool:
        """Whether this replica is told, by then, what others change."""
        announcements = self._app._changes._announcements
        return isinstance(announcements, RedisAnnouncements) and announcements.wait_until_listening(timeout_s)

    # What is stored

    def waiting_events(self) -> int:
        """How many events have not reached the bus."""
        return outbox.waiting(self._engine)[0]

    def plan(self, zone_id: str = "nord", service_date: str = "") -> plan_pb2.Plan:
        request = plan_pb2.GetPlanRequest(zone_id=zone_id, service_date=service_date)
        return self.stub.GetPlan(request).plan

    def stops(self, vehicle_id: str = "bus") -> list[plan_pb2.PlannedStop]:
        """The stops of a vehicle's first tour."""
        return list(next(tour for tour in self.plan().tours if tour.vehicle_id == vehicle_id).stops)

    def stored_ride(self, ride_id: str) -> ride_pb2.Ride:
        return self.stub.GetRide(ride_pb2.GetRideRequest(ride_id=ride_id)).ride

    def row_counts(self) -> dict[str, int]:
        """Rows of every table but the audit trail, and the versions of all plans.

        Equal before and after what changes nothing: that somebody tried is recorded all the same.
        """
        with reading(self._engine) as connection:
            names = [
                name for name in sa.inspect(connection).get_table_names() if not name.startswith("audit_")
            ]
            counts = {
                name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
                for name in names
            }
            versions = connection.execute(sa.select(sa.func.sum(tables.zone_days.c.version))).scalar_one()
        return {**counts, "plan_versions": versions or 0}

    def events(self) -> list[Event]:
        """Everything told so far, in its order."""
        outbox = tables.metadata.tables["outbox"]
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(outbox).order_by(outbox.c.seq)).all()
        return [
            Event(
                id=row.id,
                source=row.source,
                type=row.type,
                topic=row.topic,
                key=row.key,
                time=row.time,
                payload=row.payload,
                extra_headers=row.extra_headers,
            )
            for row in rows
        ]

    def facts(self, *kinds: type[Fact]) -> list[Any]:
        """Everything told so far, or the facts of these kinds."""
        told = [from_event(event) for event in self.events()]
        return [fact for fact in told if fact is not None and (not kinds or isinstance(fact, kinds))]


def position(where: Point) -> geo_pb2.Position:
    return geo_pb2.Position(latitude_deg=where.latitude_deg, longitude_deg=where.longitude_deg)


def place(where: int | Point | str) -> offer_pb2.Place:
    """A village by its number, a point, or a virtual stop by its id."""
    if isinstance(where, str):
        return offer_pb2.Place(virtual_stop_id=where)
    return offer_pb2.Place(position=position(ROAD[where] if isinstance(where, int) else where))


def refusal(call: Callable[[], object]) -> tuple[grpc.StatusCode, ServiceError]:
    """What the service says to a call that it does not take."""
    with pytest.raises(grpc.RpcError) as raised:
        call()
    return raised.value.code(), from_rpc_error(raised.value)
