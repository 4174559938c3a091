"""What all parts of the service stand on: its databases, the district, the bus, and whom it asks."""

import threading
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa
from service_kit.bus import Bus
from service_kit.clock import Clock
from service_kit.database import database_url, open_engine
from service_kit.grpc_server import GrpcServer
from service_kit.identity.store_owner import bind_store
from service_kit.migrations import migrate
from service_kit.outbox import Relay
from service_kit.pages import Pages
from service_kit.worker_pool import WorkerPool

from journeys.adapters.district_folder import District, JourneyArea
from journeys.adapters.siblings import Siblings
from journeys.settings import JourneysSettings

JOURNEYS, LIFTS, CARS = "journeys", "journeys_lifts", "journeys_cars"
DATABASES = {
    JOURNEYS: "journeys.adapters.journey_migrations",
    LIFTS: "journeys.adapters.lift_migrations",
    CARS: "journeys.adapters.car_migrations",
}
"""Every database – a SQLite file, or a schema of PostgreSQL – and what shapes it.

Each has an outbox, answers to request ids, and an audit trail.
"""


class Part(Protocol):
    """Something of the service: it may serve methods, and work in the background."""

    def add_to(self, server: GrpcServer) -> None:
        """Serve its methods, if it has any."""
        ...

    def start(self) -> None:
        """Begin; called on the event loop that serves."""
        ...

    def stop(self) -> None:
        """End; waits for the work at hand."""
        ...

    def tidy(self) -> int:
        """Delete what is due, now and then; how many rows went."""
        ...


@dataclass(frozen=True, slots=True)
class Database:
    """One of the service's databases; ``relay`` carries its outbox to the bus."""

    engine: sa.Engine
    relay: Relay


@dataclass(frozen=True, slots=True)
class Foundation:
    """What parts are made of.

    Parameters
    ----------
    planning
        The threads for what takes long and asks others: on the server's own, those would wait for themselves
        where all services are one process.
    stopping
        Set when the service is to end.
    """

    settings: JourneysSettings
    district: District
    area: JourneyArea
    databases: dict[str, Database]
    bus: Bus
    clock: Clock
    siblings: Siblings
    pages: Pages
    planning: WorkerPool
    stopping: threading.Event


def opened(settings: JourneysSettings, tenant: str, bus: Bus) -> dict[str, Database]:
    """Open all databases in the shape this program knows; raises OtherTenant, DatabaseTooNew."""
    found = {}
    for name, package in DATABASES.items():
        url = database_url(settings.store, settings.data_dir, name)
        engine = open_engine(url, pool_size=settings.store.database_pool_size)
        bind_store(engine, tenant)
        migrate(engine, package)
        found[name] = Database(engine, Relay(engine, bus))
    return found
