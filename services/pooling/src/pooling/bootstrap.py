"""The one place where the pooling service is put together."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog
from landlinie.network.v1 import road_change_service_pb2_grpc
from landlinie.pooling.v1 import ride_pooling_service_pb2, ride_pooling_service_pb2_grpc
from routing_core.insertion import best
from routing_core.roads.router import Router
from service_kit import inbox, outbox
from service_kit.announcements import open_announcements
from service_kit.bus import Bus
from service_kit.clock import Clock
from service_kit.consumers import ConsumerRunner
from service_kit.database import database_url, open_engine
from service_kit.errors import Unavailable
from service_kit.grpc_server import GrpcServer
from service_kit.identity.sealing import Seal
from service_kit.identity.server_secrets import server_secret
from service_kit.identity.store_owner import bind_store
from service_kit.identity.turned_away import DoorRecorder
from service_kit.migrations import migrate
from service_kit.outbox import Relay
from service_kit.pages import Pages
from service_kit.telemetry.sources import SOURCES, Reading

from pooling.adapters import board, fact_messages, road_book, road_messages
from pooling.adapters.board import Board
from pooling.adapters.improver import WorkerImprover
from pooling.adapters.road_book import SqlRoadBook
from pooling.adapters.roads import RoutedRoads
from pooling.adapters.store import SqlStore
from pooling.adapters.watch import TelemetryWatch
from pooling.application.audit_trail import AuditTrail
from pooling.application.breakdowns import ReportBreakdown
from pooling.application.changing_shifts import UpdateShift
from pooling.application.desk import Desk
from pooling.application.driving import Driving
from pooling.application.fleet import FleetAdministration
from pooling.application.improving import ImprovePlan
from pooling.application.known_breakdowns import KnownBreakdowns
from pooling.application.moving import MoveRide
from pooling.application.paths import PlanPaths
from pooling.application.ports import PlanChanged
from pooling.application.postponing import PostponePickup
from pooling.application.queries import Queries
from pooling.application.releasing import ReleaseOffers
from pooling.application.request_offers import RequestOffers
from pooling.application.retiming import RetimePlans
from pooling.application.rides import BookRide, CancelRide
from pooling.application.road_changes import RoadChanges
from pooling.domain.zone import SNAP_LIMIT_M, VirtualStop, Zone
from pooling.domain.zone_day import ZoneDay
from pooling.entrypoints.base import UseCases
from pooling.entrypoints.continuous import ContinuousImprovement
from pooling.entrypoints.road_changes import DESCRIPTOR as ROAD_CHANGES
from pooling.entrypoints.road_changes import RoadChangeServicer
from pooling.entrypoints.road_watch import RoadWatch
from pooling.entrypoints.servicer import RidePoolingServicer
from pooling.entrypoints.watch import PlanChanges
from pooling.settings import PoolingSettings

DESCRIPTOR = ride_pooling_service_pb2.DESCRIPTOR.services_by_name["RidePoolingService"]
KEEP_ANSWERS = timedelta(days=7)
"""How long a request id is remembered."""
KEEP_AUDIT = timedelta(days=365)
"""How long it is known who did what."""
KEEP_SEEN = timedelta(days=30)
"""How long a consumer knows an event again; the log delivers one again within seconds, or never."""
TIDY_EVERY_S = 3600.0
PLAN_CHANNEL = "landlinie.pooling.plans"
"""Where replicas tell one another which plans have changed."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Area:
    """What the service serves."""

    time_zone: ZoneInfo
    tenant: str
    zones: Sequence[Zone]
    virtual_stops: Sequence[VirtualStop]


class PoolingApp:
    """The service, ready to be added to a server; ``start`` and ``stop`` frame its background work."""

    def __init__(self, settings: PoolingSettings, area: Area, router: Router, bus: Bus, clock: Clock) -> None:
        self._engine = self._open(settings, area.tenant, "pooling")
        migrate(self._engine, "pooling.adapters.migrations")
        self._clock = clock
        self._store = SqlStore(self._engine, area.tenant)
        self._pages = Pages(Seal(server_secret(self._engine, "page-tokens")))
        self._relay = Relay(self._engine, bus)
        self._board_engine = self._open(settings, area.tenant, "board")
        self._board = Board(self._board_engine, settings.co2.emissions())
        self._board_consumer = ConsumerRunner(
            bus,
            self._board_engine,
            board.GROUP,
            fact_messages.TOPICS,
            fact_messages.of_tenant(area.tenant, self._board.take),
        )
        self._roads_engine = self._open(settings, area.tenant, "roads")
        self._road_book = SqlRoadBook(self._roads_engine)
        self._roads_relay = Relay(self._roads_engine, bus)
        self._road_consumer = ConsumerRunner(
            bus, self._roads_engine, road_book.GROUP, [road_messages.TOPIC], self._road_book.take
        )
        self._bus = bus
        self._forget = SOURCES.add(self._readings)
        self._changes = PlanChanges(open_announcements(settings.store, f"{PLAN_CHANNEL}.{area.tenant}"))
        self._improver = WorkerImprover()
        roads = RoutedRoads(router)
        desk = Desk(
            store=self._store,
            roads=roads,
            clock=clock,
            zones=area.zones,
            virtual_stops=[
                VirtualStop(stop.id, stop.name, roads.snap(stop.point, SNAP_LIMIT_M))
                for stop in area.virtual_stops
            ],
            time_zone=area.time_zone,
            committed=self._committed,
            watch=TelemetryWatch(),
        )
        queries = Queries(desk)
        self._use_cases = UseCases(
            RequestOffers(desk),
            BookRide(desk),
            CancelRide(desk),
            ReleaseOffers(desk),
            PostponePickup(desk),
            MoveRide(desk),
            ImprovePlan(desk, self._improver),
            PlanPaths(queries, roads),
            Driving(desk),
            ReportBreakdown(desk),
            KnownBreakdowns(desk),
            FleetAdministration(desk),
            UpdateShift(desk),
            queries,
            AuditTrail(desk),
        )
        self._road_changes = RoadChanges(self._road_book, roads, clock)
        self._road_watch = RoadWatch(desk, self._road_book, roads, RetimePlans(desk, self._committed))
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._tidy, name="pooling-tidier", daemon=True),
            threading.Thread(
                target=self._road_watch.run, args=(self._stopping,), name="pooling-roads", daemon=True
            ),
        ]
        if settings.improve_every_s:
            improving = ContinuousImprovement(
                desk, self._use_cases.improve_plan, time_limit_s=settings.improve_time_limit_s
            )
            self._threads.append(
                threading.Thread(
                    target=improving.run,
                    args=(self._stopping, settings.improve_every_s),
                    name="pooling-improver",
                    daemon=True,
                )
            )
        router.warm_up()
        best.warm_up()

    def add_to(self, server: GrpcServer) -> None:
        """Serve the service's methods."""
        servicer = RidePoolingServicer(
            self._use_cases,
            self._board,
            pool=server.pool,
            clock=self._clock,
            changes=self._changes,
            pages=self._pages,
        )
        server.add(
            ride_pooling_service_pb2_grpc.add_RidePoolingServiceServicer_to_server, servicer, DESCRIPTOR
        )
        road_changes = RoadChangeServicer(
            self._road_changes,
            pool=server.pool,
            shown=road_messages.message_of,
            told=self._roads_told,
            audit_trail=self._use_cases.audit_trail,
            pages=self._pages,
        )
        server.add(
            road_change_service_pb2_grpc.add_RoadChangeServiceServicer_to_server, road_changes, ROAD_CHANGES
        )
        self._door_recorder = DoorRecorder(
            server.turned_away, self._use_cases.audit_trail.turned_away, self._clock.now
        )

    def start(self) -> None:
        """Begin the background work; call it on the event loop that serves."""
        self._changes.attach(asyncio.get_running_loop())
        self._relay.start()
        self._roads_relay.start()
        self._board_consumer.start()
        self._road_consumer.start()
        self._door_recorder.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the background work and let go of the database; waits for the work at hand."""
        self._stopping.set()
        self._relay.stop()
        self._roads_relay.stop()
        self._board_consumer.stop()
        self._road_consumer.stop()
        self._door_recorder.stop()
        self._road_watch.poke()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
        self._changes.detach()
        self._forget()
        self._improver.close()
        self._engine.dispose()
        self._board_engine.dispose()
        self._roads_engine.dispose()

    def not_ready(self) -> str | None:
        """Why the service should get no calls now; None when it should. Asked by probes, in their threads."""
        try:
            with self._store.reading() as reader:
                reader.vehicle("")
        except Unavailable:
            return "the database does not take part"
        return None

    def _readings(self) -> Iterator[Reading]:
        engines = {"pooling": self._engine, "board": self._board_engine, "roads": self._roads_engine}
        for name, engine in engines.items():
            pool = engine.pool
            if isinstance(pool, sa.QueuePool):
                yield Reading("landlinie_database_connections", (name,), pool.checkedout())
                yield Reading("landlinie_database_connections_limit", (name,), pool.size())
        for name, engine in (("pooling", self._engine), ("roads", self._roads_engine)):
            count, oldest = outbox.waiting(engine)
            age_s = (self._clock.now() - oldest).total_seconds() if oldest else 0.0
            yield Reading("landlinie_outbox_backlog_events", (name,), count)
            yield Reading("landlinie_outbox_oldest_age_seconds", (name,), max(0.0, age_s))
        lag: Counter[tuple[str, str]] = Counter()
        groups = {board.GROUP: fact_messages.TOPICS, road_book.GROUP: [road_messages.TOPIC]}
        for group, topics in groups.items():
            for partition in self._bus.lag(group, topics):
                lag[group, partition.topic] += partition.event_count
        for labels, event_count in lag.items():
            yield Reading("landlinie_consumer_lag_events", labels, event_count)

    @staticmethod
    def _open(settings: PoolingSettings, tenant: str, name: str) -> sa.Engine:
        url = database_url(settings.store, settings.data_dir, name)
        engine = open_engine(url, pool_size=settings.store.database_pool_size)
        bind_store(engine, tenant)
        return engine

    def _committed(self, days: Sequence[ZoneDay]) -> None:
        self._relay.poke()
        self._changes.committed(days)

    def _roads_told(self) -> None:
        self._roads_relay.poke()
        self._road_watch.poke()

    def _tidy(self) -> None:
        while not self._stopping.wait(TIDY_EVERY_S):
            now = self._clock.now()
            try:
                with self._store.writing() as writer:
                    gone = writer.purge(now, now - KEEP_ANSWERS, now - KEEP_AUDIT)
                gone += self._road_book.purge(now - KEEP_ANSWERS)
                for engine in (self._board_engine, self._roads_engine):
                    with engine.begin() as connection:
                        gone += inbox.purge(connection, datetime.now(UTC) - KEEP_SEEN)
                _log.info("pooling_tidied", row_count=gone)
            except (Unavailable, PlanChanged, sa.exc.OperationalError, sa.exc.TimeoutError) as error:
                _log.warning("pooling_not_tidied", error=repr(error))
