"""Where the tour desk is put together; :mod:`waste.bootstrap` has the rest of the service."""

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Protocol
from uuid import uuid4

import sqlalchemy as sa
from landlinie.waste.v1 import tour_service_pb2, tour_service_pb2_grpc
from service_kit.announcements import open_announcements
from service_kit.bus import Bus
from service_kit.changes import Changes
from service_kit.clock import Clock
from service_kit.consumers import ConsumerRunner, Handler
from service_kit.events import Event
from service_kit.grpc_server import GrpcServer
from service_kit.identity.audit import DONE
from service_kit.once import Call, write
from service_kit.outbox import Relay
from service_kit.pages import Pages
from service_kit.quick_import import later
from service_kit.settings import StoreSettings
from service_kit.telemetry.sources import Reading

from waste.adapters.container_messages import is_of
from waste.adapters.container_store import SqlContainerStore
from waste.adapters.depot_file import load_waste
from waste.adapters.district import WasteArea
from waste.adapters.planning_process import planned_apart
from waste.adapters.tour_depots import TourDepots
from waste.adapters.tour_planner import DepotPlanner
from waste.adapters.tour_sheet_roads import DrawnRoads
from waste.adapters.tour_store import SqlTours, SqlTourStore
from waste.application.desk import Desk
from waste.application.levels import Levels
from waste.application.ports_outlook import Forecaster
from waste.application.tour_desk import TourDesk, TourRoom
from waste.application.tour_driving import TourDriving
from waste.application.tour_outlooks import TourOutlooks
from waste.application.tour_proposals import ProposalWorker, TourProposals
from waste.application.tour_red import RedContainers
from waste.application.tour_rules import TourRules
from waste.application.tour_sheets import TourSheets
from waste.application.tour_urgent import TourUrgency
from waste.entrypoints.tour_calls import TourServicer, TourUseCases
from waste.entrypoints.tour_events import (
    LIFTS_GROUP,
    RED_GROUP,
    RED_TOPICS,
    TOUR_TOPIC,
    LiftEvents,
    RedEvents,
)

TOUR_DESCRIPTOR = tour_service_pb2.DESCRIPTOR.services_by_name["TourService"]
TOUR_DATABASE = "waste_tours"
TOUR_MIGRATIONS = "waste.adapters.tour_migrations"
CHANNEL = "landlinie.waste.tours"
"""Where replicas tell one another that tours have changed."""


class Part(Protocol):
    """Something that works in the background."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class TourApp:
    """The tour desk as a part of the service.

    Parameters
    ----------
    desk, containers, levels
        Of the service: who did what, what stands where, and where lifts are noted.

    Raises
    ------
    FieldError
        Naming the file of the district and the field that is missing or wrong.
    """

    def __init__(
        self,
        engine: sa.Engine,
        area: WasteArea,
        *,
        bus: Bus,
        clock: Clock,
        settings: StoreSettings,
        desk: Desk,
        containers: SqlContainerStore,
        levels: Levels,
        forecaster: Forecaster | None,
    ) -> None:
        self._area, self._clock, self._desk = area, clock, desk
        district = load_waste(area.folder)
        self._store = SqlTourStore(engine, area.tenant)
        self._changes = Changes(open_announcements(settings, f"{CHANNEL}.{area.tenant}"))
        self._relay = Relay(engine, bus)
        depots = TourDepots({district.depot.depot_id: district.depot}, containers, self._store)
        room = TourRoom(
            self._store,
            clock,
            TourRules(district.roads, area.time_zone),
            depots,
            self._committed,
            self._recorded,
        )
        planner = DepotPlanner(
            depots,
            district.roads,
            TourOutlooks(containers, forecaster, area.time_zone),
            store=self._store,
            now=clock.now,
            planning=planned_apart,
        )
        urgency = TourUrgency(room, planner)
        worker = ProposalWorker(room, planner, f"{os.getpid()}-{uuid4().hex}")
        red = RedContainers(self._store, urgency)
        sheets = TourSheets(
            DrawnRoads(district.roads),
            later("waste.adapters.tour_sheet:tour_sheet_pdf"),
            clock,
            area.time_zone,
            district.depot.name,
        )
        self._use_cases = TourUseCases(
            room, TourDesk(room), TourDriving(room), TourProposals(room, worker.poke), urgency, sheets
        )
        events = RedEvents(red, lambda connection: SqlTours(connection, area.tenant))
        lifts = LiftEvents(levels)
        own = _own(area.tenant)
        self._parts: list[Part] = [
            self._relay,
            worker,
            red,
            ConsumerRunner(bus, engine, RED_GROUP, RED_TOPICS, own(events.take)),
            ConsumerRunner(bus, engine, LIFTS_GROUP, [TOUR_TOPIC], own(lifts.take)),
        ]

    def add_to(self, server: GrpcServer, pages: Pages) -> None:
        """Serve the desk's methods."""
        servicer = TourServicer(
            self._use_cases,
            zone=self._area.time_zone,
            refused=self._desk.refused,
            changes=self._changes,
            pool=server.pool,
            pages=pages,
        )
        server.add(tour_service_pb2_grpc.add_TourServiceServicer_to_server, servicer, TOUR_DESCRIPTOR)

    def start(self) -> None:
        """Begin the background work; call it on the event loop that serves."""
        self._changes.attach(asyncio.get_running_loop())
        for part in self._parts:
            part.start()

    def stop(self) -> None:
        """End the background work."""
        for part in reversed(self._parts):
            part.stop()
        self._changes.detach()

    def purge(self, *, answered_before: timedelta, over_before: timedelta) -> int:
        """Delete what is due, counted back from now; how many rows went."""
        now = self._clock.now()
        return write(
            self._store,
            lambda writer: writer.purge_answers(now - answered_before) + writer.purge(now - over_before),
        )

    def _committed(self, tour_ids: Sequence[str]) -> None:
        self._relay.poke()
        self._changes.committed(tour_ids)

    def _recorded(self, call: Call[object], outcome: str) -> None:
        entry = self._desk.audited(call, outcome or DONE)
        write(self._desk.store, lambda writer: writer.record(entry))


def consumer_lags(bus: Bus) -> Iterator[Reading]:
    """How far the consumers are behind."""
    read = [*((RED_GROUP, topic) for topic in RED_TOPICS), (LIFTS_GROUP, TOUR_TOPIC)]
    for group, topic in read:
        behind = sum(partition.event_count for partition in bus.lag(group, [topic]))
        yield Reading("landlinie_consumer_lag_events", (group, topic), behind)


def _own(tenant: str) -> Callable[[Handler], Handler]:
    """Handlers let others' events pass by, as on a bus that districts share."""

    def only(take: Handler) -> Handler:
        def handle(connection: sa.Connection, event: Event) -> None:
            if is_of(event, tenant):
                take(connection, event)

        return handle

    return only
