"""A small district: two sub-accounts with containers of their own, in a store of the test's own."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from service_kit.clock import SimulatedClock
from service_kit.database import open_engine
from service_kit.identity.principal import Principal, Role
from service_kit.migrations import migrate
from service_kit.once import Call
from waste.adapters.container_store import SqlContainerStore
from waste.application.desk import Desk
from waste.application.levels import Levels
from waste.application.registry import Registry
from waste.domain.containers import (
    Container,
    ContainerKind,
    Device,
    Fraction,
    Site,
    SubAccount,
    Watched,
)
from waste.domain.geometry import Geometry, Section
from waste.domain.readings import Measurement, Reading

TENANT = "testamt"
NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
DEPOT = "yard"
BOX = Geometry((Section(2000, (1000, 1000), (1000, 1000)),), sensor_height_mm=2200, dead_zone_mm=100)
"""Two cubic metres with straight walls, the sensor 200 mm above what is full."""

OPERATOR = Principal("ops", frozenset({Role.OPERATOR}), TENANT, "console")


def depot_of(*sub_account_ids: str) -> Principal:
    """Somebody at the depot who works with these sub-accounts."""
    return Principal(
        "desk", frozenset({Role.DEPOT}), TENANT, "console", sub_account_ids=frozenset(sub_account_ids)
    )


def site(name: str, sub_account_id: str) -> Site:
    return Site(name, sub_account_id, name.title(), 53.5, 13.2)


def container(name: str, site_id: str, sub_account_id: str = "") -> Container:
    return Container(
        name,
        sub_account_id,
        site_id,
        DEPOT,
        ContainerKind.IGLOO,
        Fraction.GLASS_GREEN,
        2000,
        geometry=BOX,
    )


def device(name: str, sub_account_id: str, container_id: str) -> Device:
    watched = Watched.CONTAINER if container_id else None
    return Device(name, sub_account_id, "test sensor", watched, container_id, NOON)


def reading(device_id: str, at: datetime, distance_mm: int) -> Reading:
    return Reading(device_id, at, at, Measurement(distance_mm=distance_mm))


class Office:
    """The use cases on a store; every write has a request id of its own.

    Attributes
    ----------
    committed
        Containers that were told to have changed, in order.
    """

    def __init__(self, database: str | Path) -> None:
        url = database if isinstance(database, str) else f"sqlite:///{database / 'waste.sqlite'}"
        self.engine: sa.Engine = open_engine(url)
        migrate(self.engine, "waste.adapters.container_migrations")
        self.clock = SimulatedClock(NOON)
        self.store = SqlContainerStore(self.engine, TENANT)
        self.committed: list[str] = []
        self.desk = Desk(self.store, self.clock, [DEPOT], self._committed)
        self.registry = Registry(self.desk)
        self.levels = Levels(self.desk)
        self._written_count = 0

    def _committed(self, container_ids: Collection[str]) -> None:
        self.committed += container_ids

    def call(self, caller: Principal = OPERATOR, request_id: str = "") -> Call[Any]:
        """A write that somebody asks for."""
        self._written_count += 1
        name = request_id or f"r{self._written_count}"
        return Call("Test", name, b"", lambda result: repr(result).encode(), caller)

    def settle(self, sub_account_id: str, device_count: int = 1) -> None:
        """Register a sub-account with a site, a container and sensors on it, all named after it."""
        name = sub_account_id
        self.registry.add_sub_account(self.call(), SubAccount(name, name.title(), NOON))
        self.registry.add_site(self.call(), site(f"{name}-site", name))
        self.registry.add_container(self.call(), container(f"{name}-box", f"{name}-site"))
        for number in range(device_count):
            self.registry.add_device(self.call(), device(f"{name}-{number}", name, f"{name}-box"))

    def pass_time(self, **duration: float) -> datetime:
        """Move the clock on, and return its time."""
        return self.clock.advance_to(self.clock.now() + timedelta(**duration))

    def measure(self, device_id: str, distances_mm: Sequence[int], every: timedelta) -> None:
        """Have a device measure these distances, one after the other, the last one now."""
        now = self.clock.now()
        self.levels.take(
            [
                reading(device_id, now - every * (len(distances_mm) - 1 - number), distance_mm)
                for number, distance_mm in enumerate(distances_mm)
            ]
        )

    def close(self) -> None:
        self.engine.dispose()
