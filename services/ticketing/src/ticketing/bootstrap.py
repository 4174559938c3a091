"""Where the ticketing service is put together."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa
import structlog
from landlinie.ticketing.v1 import ticketing_service_pb2, ticketing_service_pb2_grpc
from pydantic import SecretStr
from service_kit import inbox, outbox
from service_kit.bus import Bus
from service_kit.clock import Clock
from service_kit.consumers import ConsumerRunner, Handler
from service_kit.database import database_url, open_engine
from service_kit.errors import Aborted, Unavailable
from service_kit.events import Event
from service_kit.grpc_server import GrpcServer
from service_kit.identity.sealing import Seal
from service_kit.identity.server_secrets import server_secret
from service_kit.identity.store_owner import bind_store
from service_kit.identity.turned_away import DoorRecorder
from service_kit.migrations import migrate
from service_kit.once import Overtaken, write
from service_kit.outbox import Relay
from service_kit.pages import Pages
from service_kit.quick_import import later
from service_kit.telemetry.sources import SOURCES, Reading

from ticketing.adapters import sepa, settlement_messages
from ticketing.adapters.district import Fares
from ticketing.adapters.http_payments import HttpPayments
from ticketing.adapters.identity_store import SqlIdentityStore
from ticketing.adapters.log_files import empty_logs
from ticketing.adapters.payment_store import SqlPaymentRows, SqlPaymentStore
from ticketing.adapters.payments_of_persons import SqlPaymentsOfPersons
from ticketing.adapters.programme import Programme
from ticketing.adapters.settlement_store import SqlSettlement, SqlSettlementStore
from ticketing.adapters.store import SqlRides, SqlRideStore
from ticketing.adapters.sweep import Sweep
from ticketing.adapters.tariff_files import read_tariff
from ticketing.adapters.trace_store import SqlTraceStore
from ticketing.application.accounts import Accounts
from ticketing.application.collecting import Collecting
from ticketing.application.desk import Desk, Stores
from ticketing.application.journeys import Journeys
from ticketing.application.money import PostMoney
from ticketing.application.operations import Operations
from ticketing.application.payments import PaymentWorker
from ticketing.application.persons import Persons
from ticketing.application.places import PlaceNames
from ticketing.application.ports import Detector
from ticketing.application.prices import Prices
from ticketing.application.pricing import BestPrice
from ticketing.application.quotes import Quotes
from ticketing.application.ride_payments import RidePayments
from ticketing.application.rides_taken import RidesTaken
from ticketing.application.settling import SettleRider
from ticketing.application.statements import Statements, Terms
from ticketing.application.webhooks import Webhooks
from ticketing.domain.direct_debit import BankParty, Creditor
from ticketing.domain.products import Product, Ride, Validity
from ticketing.domain.tariff import Tariff, TariffBook
from ticketing.entrypoints import payment_events, pooling_events, settlement_events
from ticketing.entrypoints.base import UseCases
from ticketing.entrypoints.payment_events import PaymentEvents
from ticketing.entrypoints.pooling_events import PoolingEvents
from ticketing.entrypoints.servicer import TicketingServicer
from ticketing.entrypoints.settlement_events import SettlementEvents
from ticketing.entrypoints.webhook_port import WebhookPort
from ticketing.settings import TicketingSettings

DESCRIPTOR = ticketing_service_pb2.DESCRIPTOR.services_by_name["TicketingService"]
DATABASES = {
    "ticketing_identity": "ticketing.adapters.identity_migrations",
    "ticketing": "ticketing.adapters.migrations",
    "ticketing_traces": "ticketing.adapters.trace_migrations",
    "ticketing_settlement": "ticketing.adapters.settlement_migrations",
    "ticketing_payments": "ticketing.adapters.payment_migrations",
}
"""Every database of the service – a SQLite file, or a schema of PostgreSQL – and what shapes it."""
KEEP_ANSWERS = timedelta(days=7)
"""How long a request id is remembered."""
KEEP_AUDIT = timedelta(days=365)
"""How long it is known who did what."""
KEEP_SEEN = timedelta(days=30)
"""How long a consumer knows an event again; the log delivers one again within seconds, or never."""
KEEP_UNCLAIMED = timedelta(days=35)
"""How long what happened to a ride waits for its booking to be heard of."""
KEEP_OPERATIONS = timedelta(days=365)
TIDY_EVERY_S = 3600.0
PAY_EVERY_S = 1.0

_log = structlog.get_logger(__name__)


def best_price() -> BestPrice:
    """The exact sweep, and the integer programme where it gives up."""
    return BestPrice((Sweep(), Programme()))


def warmed_up(price: BestPrice) -> BestPrice:
    """Compile the kernels now: nobody's first quote waits for it."""
    begins = datetime(2000, 1, 1, 12)  # noqa: DTZ001 - local time of a tariff without a zone
    products = (Product("single", Validity.RIDE, 1), Product("day", Validity.DAY, 1))
    price.bill(TariffBook((Tariff(products, 0),)), (Ride("warm", begins, begins),))
    return price


def tariff_book(path: Path) -> TariffBook:
    """The tariff of a file.

    Raises
    ------
    OSError, UnicodeDecodeError
        If there is no text to read.
    WrongFieldError
        With every mistake in the file, one in each line: line, field, and what is wrong.
    """
    return read_tariff(path.read_text(encoding="utf-8"))


class TicketingApp:
    """The service, ready to be added to a server; ``start`` and ``stop`` frame its background work.

    Raises
    ------
    OtherTenant
        Where a database holds another district's data.
    """

    def __init__(
        self,
        settings: TicketingSettings,
        fares: Fares,
        bus: Bus,
        clock: Clock,
        *,
        detect: Detector | None = None,
    ) -> None:
        self._bus, self._clock = bus, clock
        self._engines = {
            name: _opened(settings, fares.tenant, name, package) for name, package in DATABASES.items()
        }
        rides, settlement = self._engines["ticketing"], self._engines["ticketing_settlement"]
        self._stores = Stores(
            SqlIdentityStore(self._engines["ticketing_identity"]),
            SqlRideStore(rides, fares.tenant),
            SqlTraceStore(self._engines["ticketing_traces"]),
            SqlSettlementStore(settlement, fares.tenant),
        )
        self._relays = [Relay(rides, bus), Relay(settlement, bus)]
        self._best_price = best_price()
        desk = Desk(self._stores, Prices(fares.book, self._best_price, fares.zones_of), clock, self._poke)
        settle = SettleRider(desk)
        operations = Operations(desk, settle)
        quotes = Quotes(desk, settle)
        provider = _provider(settings)
        payments = self._engines["ticketing_payments"]
        self._payments = SqlPaymentStore(payments)
        money = PostMoney(self._stores.rides, clock.now)
        terms = _terms(settings, fares)
        self._use_cases = UseCases(
            desk,
            Accounts(desk, self._payments),
            Journeys(desk, detect, timedelta(days=settings.keep_traces_days)),
            operations,
            Persons(desk, SqlPaymentsOfPersons(payments), partial(empty_logs, self._engines)),
            quotes,
            Statements(
                desk,
                settle,
                terms,
                moneys=self._payments,
                place_name=PlaceNames(fares.place_names),
                printer=later("ticketing.adapters.statement_pdf:statement_pdf"),
            ),
            Collecting(
                desk,
                self._payments,
                money=money,
                files=sepa,
                terms=terms,
                tenant=fares.tenant,
                poke=self._poke_worker,
            ),
        )
        self._pages = Pages(Seal(server_secret(self._engines["ticketing_identity"], "page-tokens")))
        taken = PoolingEvents(
            RidesTaken(desk),
            lambda connection: SqlRides(connection, fares.tenant),
            network=fares.network,
            zones=fares.zones,
        )
        steps = SettlementEvents(
            operations, lambda connection: SqlSettlement(connection, fares.tenant), self._poke
        )
        held = PaymentEvents(
            RidePayments(desk, quotes, provider_set=provider is not None),
            SqlPaymentRows,
            network=fares.network,
            zones=fares.zones,
        )
        self._payment_worker = PaymentWorker(self._payments, provider, money, clock.now) if provider else None
        self._webhooks = Webhooks(self._payments, money, _told(settings.payments_webhook_secret), clock.now)
        self._webhook_address = settings.payments_webhook_address
        self._webhook_port: WebhookPort | None = None
        self._paying = threading.Thread(target=self._pay, name="ticketing-payments", daemon=True)
        self._pay_now = threading.Event()
        self._groups = {
            payment_events.GROUP: pooling_events.TOPIC,
            pooling_events.GROUP: pooling_events.TOPIC,
            settlement_events.GROUP: settlement_messages.TOPIC,
        }
        self._consumers = [
            ConsumerRunner(
                bus, rides, pooling_events.GROUP, [pooling_events.TOPIC], _own(fares.tenant, taken.take)
            ),
            ConsumerRunner(
                bus,
                settlement,
                settlement_events.GROUP,
                [settlement_messages.TOPIC],
                _own(fares.tenant, steps.take),
                batch_size=settings.settle_at_once,
            ),
            ConsumerRunner(
                bus, payments, payment_events.GROUP, [pooling_events.TOPIC], _own(fares.tenant, held.take)
            ),
        ]
        self._stopping = threading.Event()
        self._tidier = threading.Thread(target=self._tidy_now_and_then, name="ticketing-tidier", daemon=True)
        self._door_recorder: DoorRecorder | None = None
        self._forget = SOURCES.add(self._readings)

    def add_to(self, server: GrpcServer, *, records_door: bool = True) -> None:
        """Serve the service's methods.

        Parameters
        ----------
        records_door
            Whether this service notes who was not let in; of the services behind one door one does.
        """
        servicer = TicketingServicer(self._use_cases, pool=server.pool, pages=self._pages)
        server.add(ticketing_service_pb2_grpc.add_TicketingServiceServicer_to_server, servicer, DESCRIPTOR)
        if records_door:
            self._door_recorder = DoorRecorder(
                server.turned_away, self._use_cases.desk.turned_away, self._clock.now
            )

    def warm_up(self) -> None:
        """Compile what prices, which takes seconds the first time: nobody's quote has to wait for it."""
        warmed_up(self._best_price)

    def start(self) -> None:
        """Begin the background work."""
        for relay in self._relays:
            relay.start()
        for consumer in self._consumers:
            consumer.start()
        if self._door_recorder:
            self._door_recorder.start()
        self._tidier.start()
        if self._webhook_address:
            self._webhook_port = WebhookPort(self._webhook_address, self._webhooks)
        if self._payment_worker:
            self._paying.start()

    def stop(self) -> None:
        """End the background work and let go of the databases; waits for the work at hand."""
        self._stopping.set()
        for consumer in self._consumers:
            consumer.stop()
        for relay in self._relays:
            relay.stop()
        if self._door_recorder:
            self._door_recorder.stop()
        self._pay_now.set()
        if self._webhook_port:
            self._webhook_port.close()
        if self._paying.is_alive():
            self._paying.join()
        if self._tidier.is_alive():
            self._tidier.join()
        self._forget()
        for engine in self._engines.values():
            engine.dispose()

    def not_ready(self) -> str | None:
        """Why the service should get no calls now; None when it should. Asked by probes, in their threads."""
        try:
            with self._stores.identity.reading() as identity, self._stores.rides.reading() as rides:
                identity.account("")
                rides.settlement("", "")
        except Unavailable:
            return "the ticketing databases do not take part"
        return None

    def tidy(self) -> int:
        """Delete what is due: traces, old answers, audit entries and steps; how many rows went."""
        now = self._clock.now()
        gone = self._stores.traces.sweep(now)
        gone += write(
            self._stores.identity, lambda writer: writer.purge(now - KEEP_ANSWERS, now - KEEP_AUDIT)
        )
        gone += write(
            self._stores.rides, lambda writer: writer.purge(now - KEEP_ANSWERS, now - KEEP_UNCLAIMED)
        )
        gone += write(self._stores.settlement, lambda writer: writer.purge(now - KEEP_OPERATIONS))
        with self._payments.writing() as rows:
            gone += rows.forget_unclaimed(now - KEEP_UNCLAIMED)
        for name in ("ticketing", "ticketing_settlement", "ticketing_payments"):
            with self._engines[name].begin() as connection:
                gone += inbox.purge(connection, datetime.now(UTC) - KEEP_SEEN)
        empty_logs(self._engines)
        return gone

    def _tidy_now_and_then(self) -> None:
        while not self._stopping.wait(TIDY_EVERY_S):
            try:
                _log.info("ticketing_tidied", row_count=self.tidy())
            except (Aborted, Unavailable, sa.exc.OperationalError, sa.exc.TimeoutError) as error:
                _log.warning("ticketing_not_tidied", error=repr(error))

    def _poke_worker(self) -> None:
        self._pay_now.set()

    def _pay(self) -> None:
        """Ask the provider for what is due, until the service stops."""
        worker = self._payment_worker
        while worker and not self._stopping.is_set():
            self._pay_now.clear()
            try:
                worker.work()
            except (Unavailable, Overtaken, sa.exc.OperationalError, sa.exc.TimeoutError) as error:
                _log.warning("payments_wait", error=repr(error))
            self._pay_now.wait(PAY_EVERY_S)

    def _poke(self) -> None:
        for relay in self._relays:
            relay.poke()

    def _readings(self) -> Iterator[Reading]:
        for name, engine in self._engines.items():
            pool = engine.pool
            if isinstance(pool, sa.QueuePool):
                yield Reading("landlinie_database_connections", (name,), pool.checkedout())
                yield Reading("landlinie_database_connections_limit", (name,), pool.size())
        for name in ("ticketing", "ticketing_settlement"):
            count, oldest = outbox.waiting(self._engines[name])
            age_s = (self._clock.now() - oldest).total_seconds() if oldest else 0.0
            yield Reading("landlinie_outbox_backlog_events", (name,), count)
            yield Reading("landlinie_outbox_oldest_age_seconds", (name,), max(0.0, age_s))
        lag: Counter[tuple[str, str]] = Counter()
        for group, topic in self._groups.items():
            for partition in self._bus.lag(group, [topic]):
                lag[group, partition.topic] += partition.event_count
        for labels, event_count in lag.items():
            yield Reading("landlinie_consumer_lag_events", labels, event_count)


def _opened(settings: TicketingSettings, tenant: str, name: str, package: str) -> sa.Engine:
    url = database_url(settings.store, settings.data_dir, name)
    engine = open_engine(url, pool_size=settings.store.database_pool_size, personal=True)
    bind_store(engine, tenant)
    migrate(engine, package)
    return engine


def _provider(settings: TicketingSettings) -> HttpPayments | None:
    """The payment provider, where one is set; raises WrongFieldError."""
    if not settings.payments_url:
        return None
    secret = _told(settings.payments_secret)
    return HttpPayments(settings.payments_url, secret, timeout_s=settings.payments_timeout_s)


def _told(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()


def _terms(settings: TicketingSettings, fares: Fares) -> Terms:
    """Who bills, and by which account it debits; raises WrongFieldError."""
    operator = settings.operator_name or fares.district_name or fares.tenant
    creditor = None
    if settings.creditor_id:
        name = settings.creditor_name or operator
        party = BankParty(name, settings.creditor_iban or "", settings.creditor_bic or "")
        creditor = Creditor(party, settings.creditor_id)
    return Terms(operator, settings.debit_after_bank_days, creditor)


def _own(tenant: str, take: Handler) -> Handler:
    """A handler that lets others' events pass by, as on a bus that districts share."""

    def take_own(connection: sa.Connection, event: Event) -> None:
        if settlement_messages.is_of(event, tenant):
            take(connection, event)

    return take_own
