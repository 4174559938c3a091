"""The one place where the gateway is put together."""

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import timedelta
from importlib.metadata import version
from typing import Any

import sqlalchemy as sa
import structlog
from routing_core.tiles.archive import FILE as MAP_FILE
from service_kit.bus import Bus
from service_kit.clock import Clock, SystemClock
from service_kit.consumers import ConsumerRunner
from service_kit.database import database_url, open_engine, reading
from service_kit.events import Event
from service_kit.identity.client import Credential, FileCredential
from service_kit.identity.local_issuer import LocalCredential
from service_kit.identity.opening import Identity
from service_kit.identity.principal import Role
from service_kit.identity.store_owner import bind_store
from service_kit.migrations import migrate
from service_kit.redis_rate_limit import open_limiter
from service_kit.settings import ClientTlsSettings
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as HttpRoute
from starlette.routing import Router
from starlette.types import ASGIApp

from gateway.district import District
from gateway.http.answers import REVALIDATED, etag_of, is_known
from gateway.http.backends import Backends
from gateway.http.callers import Callers
from gateway.http.console_files import ConsoleFiles
from gateway.http.docs_page import docs_routes
from gateway.http.driver_links import DriverLinks
from gateway.http.endpoints import Calling, http_routes
from gateway.http.errors import AnswersErrors
from gateway.http.frame import Frame
from gateway.http.live import LiveStreams
from gateway.http.open_data import OpenData
from gateway.http.openapi import describe
from gateway.http.own_paths import PATHS, SCHEMAS
from gateway.http.reading import RequestReader
from gateway.http.security import HEADERS
from gateway.http.server import HttpServer
from gateway.http.session_paths import SESSION_PATHS, SESSION_SCHEMAS
from gateway.http.signed_in import SignedInBrowsers
from gateway.http.signing_in import SigningIn
from gateway.http.status import Status
from gateway.http.streams import Streams
from gateway.http.tiles import tile_routes
from gateway.http.yard_pages import YardPages
from gateway.live.facts import TOPICS
from gateway.live.feed import Feed
from gateway.live.hearing import GROUP, Hearing
from gateway.messages.writing import dumps
from gateway.routes.catalogue import ROUTES
from gateway.settings import GatewaySettings
from gateway.store.live_events import LiveEvents
from gateway.store.sessions import Sessions, SignIn
from gateway.store.signed_in import SignedIn

DATABASE = "gateway"
TENANT_HEADER = "ce_tenant"
TIDY_EVERY_S = 600.0
_COMPRESSED_FROM_BYTES = 1_024
_COMPRESSION_LEVEL = 5
_LET_THROUGH = [
    "Idempotency-Key",
    "If-None-Match",
    "Last-Event-ID",
    "X-Request-Id",
    "Authorization",
    "Content-Type",
]
_SHOWN = ["ETag", "Link", "Retry-After", "X-Request-Id"]

_log = structlog.get_logger(__name__)


def description() -> dict[str, Any]:
    """Return the OpenAPI description of everything the gateway offers."""
    return describe(ROUTES, SESSION_PATHS | PATHS, SESSION_SCHEMAS | SCHEMAS, version("landlinie-gateway"))


def open_store(settings: GatewaySettings, tenant: str) -> sa.Engine:
    """Open the gateway's database; raises OtherTenant where it is another district's."""
    engine = open_engine(
        database_url(settings.store, settings.data_dir, DATABASE),
        pool_size=settings.store.database_pool_size,
    )
    bind_store(engine, tenant)
    migrate(engine, "gateway.store.migrations")
    return engine


class GatewayApp:
    """The gateway; make and use it inside a running event loop.

    Parameters
    ----------
    addresses
        Where the services are, by room: ``host:port``, or several divided by commas.
    bus
        Tells what changes; the caller closes it.
    clock
        What pages tell the time by; the system's when None.

    Raises
    ------
    OSError
        Where a certificate cannot be read.
    OtherTenant
        Where the database is another district's.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        district: District,
        addresses: Mapping[str, str],
        identity: Identity,
        bus: Bus,
        *,
        tls: ClientTlsSettings,
        clock: Clock | None = None,
    ) -> None:
        self._settings = settings
        self._tenant = district.tenant
        self._engine = open_store(settings, district.tenant)
        self._sessions = Sessions(self._engine)
        self._events = LiveEvents(self._engine)
        self._feed = Feed(self._events)
        self._hearing = Hearing(self._events)
        self._consumer = ConsumerRunner(bus, self._engine, GROUP, TOPICS, self._take, start="latest")
        self._limiter = open_limiter(settings.store, f"landlinie:{district.tenant}:http")
        self._backends = Backends(addresses, tls)
        self._ending = asyncio.Event()
        self._status = Status(self._backends, self.not_ready)
        self._tidying: asyncio.Task[None] | None = None
        self._server: HttpServer | None = None
        self._description = dumps(description())
        reader = RequestReader(settings.http.max_request_bytes, settings.http.body_patience_s)
        callers = Callers(identity.authentication(), self._sessions, district.tenant, settings.cors_origins)
        streams = Streams(
            callers,
            self._feed,
            self._ending,
            most=settings.http.max_streams,
            most_of_one=settings.http.max_streams_per_client,
        )
        calling = Calling(self._backends, reader, callers, settings.http.call_timeout_s, streams)
        signing_in = SigningIn(
            callers,
            self._sessions,
            identity.local,
            self._limiter,
            reader,
            district=district,
            guests=settings.guests,
        )
        open_data = OpenData(self._backends, self._credential(identity))
        routes = [
            HttpRoute("/openapi.json", self._openapi, methods=["GET"]),
            *docs_routes(),
            *signing_in.routes(),
            *DriverLinks(self._sessions, calling, self._limiter).routes(),
            *SignedInBrowsers(SignedIn(self._engine), callers).routes(),
            *LiveStreams(self._feed, calling).routes(),
            *self._status.routes(),
            *open_data.routes(),
            *YardPages(open_data, clock or SystemClock()).routes(),
            *tile_routes(district.folder / MAP_FILE),
            *http_routes(ROUTES, calling),
        ]
        self.app = Frame(self._inner(routes), HEADERS, settings.http.max_concurrent_requests)

    def _inner(self, routes: list[HttpRoute]) -> ASGIApp:
        app: ASGIApp = AnswersErrors(Router(routes, default=ConsoleFiles(self._settings.console_dir)))
        app = GZipMiddleware(app, _COMPRESSED_FROM_BYTES, _COMPRESSION_LEVEL)
        if not self._settings.cors_origins:
            return app
        return CORSMiddleware(
            app,
            allow_origins=self._settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=_LET_THROUGH,
            expose_headers=_SHOWN,
            max_age=3_600,
        )

    def _credential(self, identity: Identity) -> Credential:
        """With what open data is asked for: as a passenger, and yards as who runs the services."""
        if self._settings.token_file is not None:
            return FileCredential(self._settings.token_file)
        roles = {Role.PASSENGER, Role.OPERATOR}
        return LocalCredential(identity.local, self._tenant, subject="gateway", roles=roles)

    async def start(self, address: str) -> str:
        """Listen at ``host:port`` and return it as reached; raises PortNotOpened."""
        http = self._settings.http
        self._consumer.start()
        await self._feed.start()
        await self._status.start()
        self._tidying = asyncio.create_task(self._tidy(), name="gateway-tidier")
        self._server = HttpServer(
            self.app,
            address,
            certificate=http.tls_certificate,
            key=http.tls_key,
            behind=http.proxies,
            grace_s=http.drain_grace_s,
        )
        return await self._server.start()

    async def stop(self) -> None:
        """End streams, let running requests finish, let go of the services."""
        self._ending.set()
        if self._server is not None:
            await self._server.stop()
        if self._tidying is not None:
            self._tidying.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._tidying
        await self._status.stop()
        await self._feed.stop()
        await asyncio.to_thread(self._consumer.stop)
        await self._backends.close()
        await self._limiter.close()
        self._engine.dispose()

    async def sign_in_code(self, whom: SignIn, ttl: timedelta) -> str:
        """Return a code that lets somebody in, once, for as long as ``ttl``."""
        return await asyncio.to_thread(self._sessions.make_code, whom, ttl)

    def not_ready(self) -> str | None:
        """Why no requests should come now; None when they may. Asked in threads."""
        try:
            with reading(self._engine) as connection:
                connection.execute(sa.select(1))
        except sa.exc.SQLAlchemyError:
            return "the database does not take part"
        return None

    def _take(self, connection: sa.Connection, event: Event) -> None:
        # Districts may share a bus.
        if event.extra_headers.get(TENANT_HEADER, self._tenant) == self._tenant:
            self._hearing.take(connection, event)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_EVERY_S)
            try:
                gone = await asyncio.to_thread(self._sessions.purge)
                gone += await asyncio.to_thread(self._events.purge)
                _log.info("gateway_tidied", row_count=gone)
            except sa.exc.SQLAlchemyError as error:
                _log.warning("gateway_not_tidied", error=repr(error))

    async def _openapi(self, request: Request) -> Response:
        tag = etag_of(self._description)
        headers = {"ETag": tag, "Cache-Control": REVALIDATED}
        if is_known(request, tag):
            return Response(status_code=304, headers=headers)
        return Response(self._description, headers=headers, media_type="application/json")
