"""The one wiring place: which adapter stands behind which port."""

import asyncio
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
import structlog
from landlinie.waste.v1 import (
    alarm_service_pb2,
    alarm_service_pb2_grpc,
    container_service_pb2,
    container_service_pb2_grpc,
    export_service_pb2,
    export_service_pb2_grpc,
    yard_service_pb2,
    yard_service_pb2_grpc,
)
from service_kit import outbox
from service_kit.announcements import open_announcements
from service_kit.bus import Bus
from service_kit.changes import Changes
from service_kit.clock import Clock
from service_kit.database import database_url, open_engine
from service_kit.errors import Aborted, Unavailable
from service_kit.grpc_server import GrpcServer
from service_kit.identity.sealing import Seal
from service_kit.identity.server_secrets import server_secret
from service_kit.identity.store_owner import bind_store
from service_kit.identity.turned_away import DoorRecorder
from service_kit.migrations import migrate
from service_kit.once import write
from service_kit.outbox import Relay
from service_kit.pages import Pages
from service_kit.rate_limit import TokenBuckets
from service_kit.telemetry.sources import SOURCES, Reading
from starlette.routing import BaseRoute

from waste.adapters.alarm_store import SqlAlarmStore
from waste.adapters.alarm_webhook import AlarmWebhook
from waste.adapters.container_store import SqlContainerStore
from waste.adapters.device_models import RegisteredModels
from waste.adapters.district import WasteArea
from waste.adapters.export_files import FolderExports
from waste.adapters.export_store import SqlExportStore
from waste.adapters.frame_store import SqlFrameStore
from waste.adapters.smtp_mail import MailServer, SmtpMail, SmtpSecurity
from waste.adapters.yard_store import SqlYardStore
from waste.application.alarming import Alarming, Terms
from waste.application.desk import Desk
from waste.application.export_rows import ExportRows
from waste.application.exporting import Exporting
from waste.application.falls import Falls
from waste.application.figures import Figures
from waste.application.foreseeing import Foreseeing
from waste.application.ingestion import Ingestion
from waste.application.judging import Judging
from waste.application.levels import Levels
from waste.application.notifying import Notifying
from waste.application.open_data import OpenData
from waste.application.ports_alarms import Notifier
from waste.application.registry import Registry
from waste.application.watching import Watch
from waste.application.yards import Yards
from waste.bootstrap_tours import (
    TOUR_DATABASE,
    TOUR_DESCRIPTOR,
    TOUR_MIGRATIONS,
    TourApp,
    consumer_lags,
)
from waste.domain.alarm_contacts import Channel
from waste.domain.fill_days import Calendar, DayKind
from waste.entrypoints.alarm_servicer import AlarmServicer
from waste.entrypoints.container_servicer import ContainerServicer
from waste.entrypoints.continuous import ContinuousJudging
from waste.entrypoints.continuous_alarms import ContinuousAlarming
from waste.entrypoints.continuous_learning import ContinuousLearning
from waste.entrypoints.events_port import event_routes
from waste.entrypoints.export_servicer import ContinuousExports, ExportServicer
from waste.entrypoints.frame_loop import FrameLoop
from waste.entrypoints.http_door import HttpDoor
from waste.entrypoints.http_port import HttpPort
from waste.entrypoints.mqtt import MqttConsumer
from waste.entrypoints.ngsi_port import ngsi_routes
from waste.entrypoints.sensorthings_port import sensorthings_routes
from waste.entrypoints.uplink_webhook import WebhookKeys, uplink_routes
from waste.entrypoints.yard_port import yard_routes
from waste.entrypoints.yard_servicer import YardServicer
from waste.settings import WasteSettings

DESCRIPTOR = container_service_pb2.DESCRIPTOR.services_by_name["ContainerService"]
EXPORT_DESCRIPTOR = export_service_pb2.DESCRIPTOR.services_by_name["ExportService"]
YARD_DESCRIPTOR = yard_service_pb2.DESCRIPTOR.services_by_name["YardService"]
ALARM_DESCRIPTOR = alarm_service_pb2.DESCRIPTOR.services_by_name["AlarmService"]
SERVICES = (DESCRIPTOR, ALARM_DESCRIPTOR, YARD_DESCRIPTOR, EXPORT_DESCRIPTOR, TOUR_DESCRIPTOR)
"""Every service that is served; what intruders try is tried with each of their methods."""
DATABASES = {
    "waste": "waste.adapters.container_migrations",
    "waste_alarms": "waste.adapters.alarm_migrations",
    "waste_open": "waste.adapters.open_migrations",
    "waste_frames": "waste.adapters.frame_migrations",
    TOUR_DATABASE: TOUR_MIGRATIONS,
}
"""Every database of the service – a SQLite file, or a schema of PostgreSQL – and what shapes it."""
TELLING = ("waste", "waste_alarms", TOUR_DATABASE)
"""Of these, the ones with an outbox."""
KEEP_ANSWERS = timedelta(days=7)
"""How long a request id is remembered."""
KEEP_AUDIT = timedelta(days=365)
"""How long it is known who did what."""
KEEP_TOURS = timedelta(days=1100)
"""How long tours are kept that are over: three years and a bit."""
TIDY_EVERY_S = 3600.0
CHANNEL = "landlinie.waste.containers"
"""Where replicas tell one another that containers have changed."""

_log = structlog.get_logger(__name__)


class Part(Protocol):
    """Something of the service that works in the background."""

    def start(self) -> None: ...

    def stop(self) -> None:
        """End; waits for the work at hand."""
        ...


class WasteApp:
    """The service, ready to be added to a server; ``start`` and ``stop`` frame its background work.

    Raises
    ------
    OtherTenant
        Where a database holds another district's data.
    """

    def __init__(self, settings: WasteSettings, area: WasteArea, bus: Bus, clock: Clock) -> None:
        self._settings, self._bus, self._clock = settings, bus, clock
        self._engines = {
            name: _opened(settings, area.tenant, name, package) for name, package in DATABASES.items()
        }
        engine = self._engines["waste"]
        self._store = SqlContainerStore(engine, area.tenant)
        self._relay = Relay(engine, bus)
        self._changes = Changes(open_announcements(settings.store, f"{CHANNEL}.{area.tenant}"))
        self._desk = Desk(self._store, clock, area.depot_ids, self._committed)
        self._registry = Registry(self._desk)
        self.levels = Levels(self._desk)
        self._figures = Figures(self._store, area.time_zone)
        calendar = _calendar(settings, area)
        foreseeing = Foreseeing(self._store, calendar)
        self._judging = Judging(self._desk, foreseeing, Falls())
        self._pages = Pages(Seal(server_secret(engine, "page-tokens")))
        self._continuous = ContinuousJudging(self._judging)
        alarms = SqlAlarmStore(self._engines["waste_alarms"], area.tenant)
        watch = Watch(self._store, clock)
        self.alarming = Alarming(
            alarms,
            watch,
            clock,
            Terms(area.tenant, area.time_zone),
            self._committed,
        )
        notifying = Notifying(alarms, _notifiers(settings), clock)
        self._continuous_alarms = ContinuousAlarming(self.alarming, notifying, watch)
        alarm_relay = Relay(self._engines["waste_alarms"], bus)
        self._parts: list[Part] = [
            self._relay,
            self._continuous,
            ContinuousLearning(foreseeing, clock.now),
            alarm_relay,
            self._continuous_alarms,
        ]
        self.ingestion = Ingestion(
            SqlFrameStore(self._engines["waste_frames"]),
            RegisteredModels(self._store),
            self.levels,
            clock.now,
        )
        self._parts.append(FrameLoop(self.ingestion, clock.now, timedelta(days=settings.keep_frames_days)))
        if settings.mqtt.url is not None:
            self._parts.append(MqttConsumer(settings.mqtt, self.ingestion, clock.now))
        self.yards = Yards(
            SqlYardStore(self._engines["waste_open"]),
            self._store,
            clock,
            lambda day: calendar.day_kind(day) is DayKind.HOLIDAY,
        )
        self._data = OpenData(self._store, self.alarming, clock)
        self.exporting = Exporting(
            SqlExportStore(self._engines["waste_open"]),
            self._store,
            ExportRows(self._data, alarms),
            FolderExports(settings.exports_dir or settings.data_dir / "exports"),
            clock,
        )
        self._parts.append(ContinuousExports(self.exporting))
        self._tenant, self._door = area.tenant, HttpDoor()
        self._tours = TourApp(
            self._engines[TOUR_DATABASE],
            area,
            bus=bus,
            clock=clock,
            settings=settings.store,
            desk=self._desk,
            containers=self._store,
            levels=self.levels,
            forecaster=foreseeing,
        )
        self._parts.append(self._tours)
        self.http = self._http(settings)
        if self.http is not None:
            self._parts.append(self.http)
        self._stopping = threading.Event()
        self._tidier = threading.Thread(target=self._tidy_now_and_then, name="waste-tidier", daemon=True)
        self._forget = SOURCES.add(self._readings)

    def add_to(self, server: GrpcServer, *, records_door: bool = True) -> None:
        """Serve the service's methods.

        Parameters
        ----------
        records_door
            Whether this service notes who was not let in; of the services behind one door one does.
        """
        servicer = ContainerServicer(
            self._desk,
            self._registry,
            self.levels,
            self._judging,
            self._figures,
            changes=self._changes,
            pool=server.pool,
            pages=self._pages,
        )
        server.add(container_service_pb2_grpc.add_ContainerServiceServicer_to_server, servicer, DESCRIPTOR)
        self._door.guarded_by(server.guard)
        alarm_servicer = AlarmServicer(
            self._desk, self.alarming, changes=self._changes, pool=server.pool, pages=self._pages
        )
        server.add(
            alarm_service_pb2_grpc.add_AlarmServiceServicer_to_server, alarm_servicer, ALARM_DESCRIPTOR
        )
        self._tours.add_to(server, self._pages)
        yard_servicer = YardServicer(self._desk, self.yards, pool=server.pool, pages=self._pages)
        server.add(yard_service_pb2_grpc.add_YardServiceServicer_to_server, yard_servicer, YARD_DESCRIPTOR)
        export_servicer = ExportServicer(self._desk, self.exporting, pool=server.pool, pages=self._pages)
        server.add(
            export_service_pb2_grpc.add_ExportServiceServicer_to_server, export_servicer, EXPORT_DESCRIPTOR
        )
        if records_door:
            self._parts.append(DoorRecorder(server.turned_away, self._desk.turned_away, self._clock.now))

    def start(self) -> None:
        """Begin the background work; call it on the event loop that serves."""
        self._changes.attach(asyncio.get_running_loop())
        self._door.attach(asyncio.get_running_loop())
        for part in self._parts:
            part.start()
        self._tidier.start()

    def stop(self) -> None:
        """End the background work and let go of the databases; waits for the work at hand."""
        self._stopping.set()
        for part in reversed(self._parts):
            part.stop()
        if self._tidier.is_alive():
            self._tidier.join()
        self._changes.detach()
        self._forget()
        for engine in self._engines.values():
            engine.dispose()

    def not_ready(self) -> str | None:
        """Why the service should get no calls now; None when it should. Asked by probes, in their threads."""
        try:
            with self._store.reading() as reader:
                reader.devices([""])
        except Unavailable:
            return "the waste database does not take part"
        return None

    def tidy(self) -> int:
        """Delete what is due: old answers, audit entries and measurements; how many rows went."""
        now = self._clock.now()
        measured_before = now - timedelta(days=self._settings.keep_measured_days)
        gone = self._tours.purge(answered_before=KEEP_ANSWERS, over_before=KEEP_TOURS)
        return (
            gone
            + self.alarming.purge()
            + write(
                self._store,
                lambda writer: writer.purge(
                    answered_before=now - KEEP_ANSWERS,
                    audited_before=now - KEEP_AUDIT,
                    measured_before=measured_before,
                ),
            )
        )

    def _tidy_now_and_then(self) -> None:
        while not self._stopping.wait(TIDY_EVERY_S):
            try:
                _log.info("waste_tidied", row_count=self.tidy())
            except (Aborted, Unavailable, sa.exc.OperationalError, sa.exc.TimeoutError) as error:
                _log.warning("waste_not_tidied", error=repr(error))

    def _http(self, settings: WasteSettings) -> HttpPort | None:
        if settings.http_address is None:
            return None
        keys = WebhookKeys(
            settings.uplink_secret.get_secret_value(), settings.uplink_token.get_secret_value()
        )
        routes: list[BaseRoute] = []
        if keys != WebhookKeys():
            routes += uplink_routes(self.ingestion, keys, self._clock.now)
        routes += yard_routes(self.yards, TokenBuckets())
        routes += sensorthings_routes(self._data, self._door, self._clock.now)
        routes += event_routes(self.alarming, self._door)
        routes += ngsi_routes(self._data, self._door, self._tenant)
        return HttpPort(settings.http_address, routes)

    def _committed(self, container_ids: Collection[str]) -> None:
        self._relay.poke()
        self._continuous.poke()
        self._changes.committed(container_ids)
        self._continuous_alarms.concern(container_ids)

    def _readings(self) -> Iterator[Reading]:
        for name, engine in self._engines.items():
            pool = engine.pool
            if isinstance(pool, sa.QueuePool):
                yield Reading("landlinie_database_connections", (name,), pool.checkedout())
                yield Reading("landlinie_database_connections_limit", (name,), pool.size())
            if name not in TELLING:
                continue
            count, oldest = outbox.waiting(engine)
            age_s = (self._clock.now() - oldest).total_seconds() if oldest else 0.0
            yield Reading("landlinie_outbox_backlog_events", (name,), count)
            yield Reading("landlinie_outbox_oldest_age_seconds", (name,), max(0.0, age_s))
        yield from consumer_lags(self._bus)
        age = self.alarming.oldest_message_age()
        yield Reading("landlinie_alarm_messages_oldest_age_seconds", (), age.total_seconds())


def _notifiers(settings: WasteSettings) -> dict[Channel, Notifier]:
    """How contacts can be told; by e-mail only where a mail server is set."""
    notifiers: dict[Channel, Notifier] = {Channel.WEBHOOK: AlarmWebhook()}
    if settings.mail_host:
        notifiers[Channel.EMAIL] = SmtpMail(
            MailServer(
                settings.mail_host,
                settings.mail_port,
                settings.mail_sender,
                SmtpSecurity(settings.mail_security),
                settings.mail_user,
                settings.mail_password.get_secret_value(),
                str(settings.mail_ca_file) if settings.mail_ca_file else None,
            )
        )
    return notifiers


def _calendar(settings: WasteSettings, area: WasteArea) -> Calendar:
    """The district's days, holidays among them; raises WrongFieldError."""
    country, _, state = settings.holidays.partition("-")
    return Calendar(area.time_zone, country, state)


class NoFrames(Exception):  # noqa: N818 - reads as what it is
    """There is no database of what sensors sent."""


@contextmanager
def kept_frames(settings: WasteSettings) -> Iterator[SqlFrameStore]:
    """What sensors sent, as a running service keeps it; raises NoFrames where none has kept anything yet."""
    url = database_url(settings.store, settings.data_dir, "waste_frames")
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        raise NoFrames(f"{url.database} is not there: no service has run with this data folder")
    engine = open_engine(url)
    try:
        yield SqlFrameStore(engine)
    finally:
        engine.dispose()


def _opened(settings: WasteSettings, tenant: str, name: str, package: str) -> sa.Engine:
    url = database_url(settings.store, settings.data_dir, name)
    engine = open_engine(url, pool_size=settings.store.database_pool_size)
    bind_store(engine, tenant)
    migrate(engine, package)
    return engine
