"""The one wiring place: which adapter stands behind which port."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from time import monotonic

import sqlalchemy as sa
import structlog
from landlinie.journeys.v1 import journey_service_pb2, journey_service_pb2_grpc
from service_kit import outbox
from service_kit.answers import view
from service_kit.bus import Bus
from service_kit.clock import Clock
from service_kit.errors import Unavailable
from service_kit.grpc_server import GrpcServer
from service_kit.identity.client import Credential, FileCredential
from service_kit.identity.local_issuer import LocalCredential, LocalIssuer
from service_kit.identity.principal import Role
from service_kit.identity.sealing import Seal
from service_kit.identity.server_secrets import server_secret
from service_kit.identity.turned_away import DoorRecorder
from service_kit.pages import Pages
from service_kit.settings import ClientTlsSettings
from service_kit.telemetry.sources import SOURCES, Reading
from service_kit.worker_pool import WorkerPool

from journeys import messages
from journeys.adapters import records
from journeys.adapters.district_folder import District, JourneyArea
from journeys.adapters.planned_store import SqlPlannedJourneys
from journeys.adapters.pooled_rides import PooledRides
from journeys.adapters.quoted_prices import QuotedPrices
from journeys.adapters.records import AuditTrails
from journeys.adapters.shown import ShownPlans
from journeys.adapters.siblings import Siblings
from journeys.application.finding import Finder
from journeys.application.naming import Naming
from journeys.application.planned import KeepPlans
from journeys.application.planning import PlanJourneys, Sources
from journeys.application.ports_booking import BookableLegs
from journeys.bootstrap_bookings import BookingApp
from journeys.bootstrap_cars import CAR_DESCRIPTOR, CarApp
from journeys.bootstrap_lifts import LIFT_DESCRIPTOR, LiftApp
from journeys.bootstrap_open import OPEN_DATA_DESCRIPTOR, OpenDataApp, consumer_lags
from journeys.bootstrap_realtime import RealtimeApp
from journeys.domain.journey import Mode
from journeys.entrypoints.journey_servicer import JourneyServicer
from journeys.entrypoints.plan_requests import Questions
from journeys.foundation import DATABASES, JOURNEYS, Foundation, Part, opened
from journeys.settings import JourneysSettings

DESCRIPTOR = journey_service_pb2.DESCRIPTOR.services_by_name["JourneyService"]
SERVICES = (DESCRIPTOR, CAR_DESCRIPTOR, LIFT_DESCRIPTOR, OPEN_DATA_DESCRIPTOR)
"""Every service that is served; what intruders try is tried with each of their methods."""
TELLING = tuple(DATABASES)
"""The databases with an outbox."""
KEEP_ANSWERS = timedelta(days=7)
"""How long a request id is remembered."""
KEEP_AUDIT = timedelta(days=365)
"""How long it is known who did what."""
TIDY_EVERY_S = 3600.0
FORGET_EVERY_S = 60.0
"""Pause between looks for planned journeys that nobody booked."""

_log = structlog.get_logger(__name__)


def own_credential(settings: JourneysSettings, issuer: LocalIssuer, tenant: str) -> Credential:
    """Return with what this service calls others: the token in a file, else tokens of this data folder."""
    if settings.token_file is not None:
        return FileCredential(settings.token_file)
    return LocalCredential(issuer, tenant, subject="journeys", roles={Role.APP_BACKEND})


class JourneysApp:
    """The service, ready to be added to a server; ``start`` and ``stop`` frame its background work.

    Parameters
    ----------
    credential
        With which the other services are called.

    Raises
    ------
    OtherTenant
        Where a database holds another district's data.
    """

    def __init__(
        self,
        settings: JourneysSettings,
        district: District,
        area: JourneyArea,
        *,
        bus: Bus,
        clock: Clock,
        credential: Credential,
    ) -> None:
        databases = opened(settings, district.tenant, bus)
        self._foundation = Foundation(
            settings,
            district,
            area,
            databases,
            bus,
            clock,
            Siblings(credential, ClientTlsSettings()),
            Pages(Seal(server_secret(databases[JOURNEYS].engine, "page-tokens"))),
            WorkerPool(settings.planning_threads, most_waiting=settings.max_waiting_plans, told=False),
            threading.Event(),
        )
        self._clock = clock
        self._naming = Naming(area.places)
        cars = CarApp(self._foundation)
        lifts = LiftApp(self._foundation)
        plan = PlanJourneys(self._sources(area, (*cars.finders(), *lifts.finders())))
        self._plans = KeepPlans(
            plan,
            SqlPlannedJourneys(databases[JOURNEYS].engine),
            clock,
            encode=messages.journey_bytes,
        )
        others: dict[str, BookableLegs] = {Mode.SHARED_CAR.value: cars.legs, Mode.LIFT.value: lifts.legs}
        self._bookings = BookingApp(self._foundation, ShownPlans(self._plans), others, plan)
        lifts.tells(self._bookings.bookings)
        self._parts: list[Part] = [cars, lifts, self._bookings, OpenDataApp(self._foundation, cars)]
        self._realtime = RealtimeApp(self._foundation)
        self._parts.append(self._realtime)
        self._tidier = threading.Thread(target=self._tidy_now_and_then, name="journeys-tidier", daemon=True)
        self._door: DoorRecorder | None = None
        self._forget = SOURCES.add(self._readings)
        area.scheduled.warm_up()

    def connect(self, *, pooling: str, ticketing: str) -> None:
        """Say where the others are, as ``host:port``; until then they count as unavailable."""
        self._foundation.siblings.connect(pooling=pooling, ticketing=ticketing)

    def add_to(self, server: GrpcServer, *, records_door: bool = True) -> None:
        """Serve the service's methods.

        Parameters
        ----------
        records_door
            Whether this service notes who was not let in; of the services behind one door one does.
        """
        servicer = JourneyServicer(
            self._naming,
            Questions(self._naming, self._foundation.area.scheduled),
            self._plans,
            AuditTrails({name: each.engine for name, each in self._foundation.databases.items()}),
            self._bookings.room,
            clock=self._clock,
            time_zone=self._foundation.district.time_zone,
            pool=server.pool,
            planning=self._foundation.planning,
            pages=self._foundation.pages,
        )
        server.add(journey_service_pb2_grpc.add_JourneyServiceServicer_to_server, servicer, DESCRIPTOR)
        for part in self._parts:
            part.add_to(server)
        if records_door:
            engine = self._foundation.databases[JOURNEYS].engine
            self._door = DoorRecorder(
                server.turned_away, lambda entries: records.turned_away(engine, entries), self._clock.now
            )

    def start(self) -> None:
        """Begin the background work; call it on the event loop that serves."""
        for database in self._foundation.databases.values():
            database.relay.start()
        for part in self._parts:
            part.start()
        if self._door is not None:
            self._door.start()
        self._tidier.start()

    def stop(self) -> None:
        """End the background work and let go of the databases; waits for the work at hand."""
        self._foundation.stopping.set()
        if self._door is not None:
            self._door.stop()
        for part in reversed(self._parts):
            part.stop()
        if self._tidier.is_alive():
            self._tidier.join()
        asyncio.run(self._foundation.planning.close())
        self._foundation.siblings.close()
        self._forget()
        for database in self._foundation.databases.values():
            database.relay.stop()
            database.engine.dispose()

    def not_ready(self) -> str | None:
        """Why the service should get no calls now; None when it should. Asked by probes, in their threads."""
        try:
            with view(self._foundation.databases[JOURNEYS].engine) as connection:
                connection.execute(sa.text("SELECT 1"))
        except Unavailable:
            return "the journeys database does not take part"
        return None

    def tidy(self) -> int:
        """Delete what is due; how many rows went."""
        now = self._clock.now()
        gone = sum(
            records.purge(
                database.engine, answered_before=now - KEEP_ANSWERS, audited_before=now - KEEP_AUDIT
            )
            for database in self._foundation.databases.values()
        )
        return gone + sum(part.tidy() for part in self._parts)

    def _sources(self, area: JourneyArea, finders: Sequence[Finder]) -> Sources:
        siblings = self._foundation.siblings
        return Sources(
            area.scheduled,
            area.walking,
            area.wheeling,
            area.driving,
            area.cycling,
            PooledRides(siblings.pooling),
            QuotedPrices(siblings.ticketing),
            tuple(finders),
        )

    def _tidy_now_and_then(self) -> None:
        due_s = monotonic() + TIDY_EVERY_S
        while not self._foundation.stopping.wait(FORGET_EVERY_S):
            try:
                self._plans.forget()
                if monotonic() >= due_s:
                    due_s = monotonic() + TIDY_EVERY_S
                    _log.info("journeys_tidied", row_count=self.tidy())
            except Exception as error:
                # Nobody else deletes what is due: whatever it is, it is tried again.
                _log.warning("journeys_not_tidied", error=repr(error))

    def _readings(self) -> Iterator[Reading]:
        yield from self._realtime.readings()
        for name, database in self._foundation.databases.items():
            pool = database.engine.pool
            if isinstance(pool, sa.QueuePool):
                yield Reading("landlinie_database_connections", (name,), pool.checkedout())
                yield Reading("landlinie_database_connections_limit", (name,), pool.size())
            count, oldest = outbox.waiting(database.engine)
            age_s = (self._clock.now() - oldest).total_seconds() if oldest else 0.0
            yield Reading("landlinie_outbox_backlog_events", (name,), count)
            yield Reading("landlinie_outbox_oldest_age_seconds", (name,), max(0.0, age_s))
        yield from consumer_lags(self._foundation.bus)
