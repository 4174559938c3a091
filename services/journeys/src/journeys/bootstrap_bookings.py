"""Where bookings are put together; :mod:`journeys.bootstrap` has the rest of the service."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from service_kit import inbox
from service_kit.announcements import open_announcements
from service_kit.changes import Changes
from service_kit.consumers import ConsumerRunner
from service_kit.errors import Aborted, ServiceError
from service_kit.grpc_server import GrpcServer
from service_kit.identity.audit import entry_of
from service_kit.identity.principal import Principal
from service_kit.once import Overtaken, write
from service_kit.worker_pool import WorkerPool

from journeys.adapters.billed_accounts import BilledAccounts
from journeys.adapters.booking_events import of_tenant
from journeys.adapters.booking_figures import count
from journeys.adapters.booking_store import SqlBookings, SqlBookingStore
from journeys.adapters.pooled_legs import PooledLegs
from journeys.adapters.pooled_rides import PooledRides
from journeys.adapters.rides_now import PooledRidesNow
from journeys.adapters.running_times import RunningTimes
from journeys.adapters.waiting_rides import PooledWaits
from journeys.application.booking_steps import POOLED, BookingSteps, Steps
from journeys.application.bookings import Bookings
from journeys.application.connections import HoldConnections, Watched
from journeys.application.desk import TOLD
from journeys.application.onward import PlannedOnward
from journeys.application.planning import PlanJourneys
from journeys.application.ports_booking import BookableLegs, ShownJourneys
from journeys.application.taken_back import Loss, TakeBack, TellWayOn
from journeys.entrypoints.booking_calls import BookingRoom
from journeys.entrypoints.booking_listener import GROUP, TOPICS, listener
from journeys.entrypoints.booking_worker import BookingWorker
from journeys.entrypoints.connection_watch import ConnectionWatch
from journeys.foundation import JOURNEYS, Foundation

CHANNEL = "landlinie.journeys.bookings"
"""Where replicas tell one another that bookings have changed."""
KEEP_BOOKINGS = timedelta(days=30)
"""How long after a journey its booking is kept, with who travelled where."""
KEEP_SEEN = timedelta(days=30)
THREADS, MOST_WAITING = 4, 32


class BookingApp:
    """Bookings as a part of the service.

    Parameters
    ----------
    shown
        Journeys that were planned.
    others
        Who books legs besides the pooling service, by mode.
    plan
        The search, for those who miss a connection.
    """

    def __init__(
        self,
        foundation: Foundation,
        shown: ShownJourneys,
        others: Mapping[str, BookableLegs],
        plan: PlanJourneys,
    ) -> None:
        database, tenant = foundation.databases[JOURNEYS], foundation.district.tenant
        self._clock = foundation.clock
        self._relay = database.relay
        self._engine = database.engine
        self._store = SqlBookingStore(database.engine, tenant)
        self._changes = Changes(open_announcements(foundation.settings.store, f"{CHANNEL}.{tenant}"))
        self.steps = Steps(
            self._store,
            foundation.clock,
            {POOLED: PooledLegs(foundation.siblings.pooling), **others},
            time.time,
            self._committed,
        )
        making = BookingSteps(self.steps)
        self._worker = BookingWorker(making)
        self._pool = WorkerPool(THREADS, looking_up_count=THREADS, most_waiting=MOST_WAITING, told=False)
        accounts = BilledAccounts(foundation.siblings.ticketing)
        self.bookings = Bookings(self.steps, making, shown, accounts, wake=self._worker.wake)
        self.room = BookingRoom(
            self.bookings,
            PooledRidesNow(foundation.siblings.pooling),
            self._pool,
            self._changes,
            self._refused,
        )
        self._consumer = ConsumerRunner(
            foundation.bus,
            database.engine,
            GROUP,
            list(TOPICS),
            of_tenant(tenant, listener(self._worker.wake, self._told, self._taken_back)),
        )
        self._tenant = tenant
        self._take_back = TakeBack(foundation.clock, time.time)
        self._watch = ConnectionWatch(self._watching(foundation, plan))

    def add_to(self, server: GrpcServer) -> None:
        """The methods are served with those of the search."""

    def start(self) -> None:
        """Begin to go on with what is open."""
        self._changes.attach(asyncio.get_running_loop())
        self._worker.start()
        self._consumer.start()
        self._watch.start()

    def stop(self) -> None:
        """End; steps under way are let end."""
        self._watch.stop()
        self._consumer.stop()
        self._worker.stop()
        asyncio.run(self._pool.close())
        self._changes.detach()

    def tidy(self) -> int:
        """Delete bookings of journeys that are over for long; how many rows went."""
        before = self._clock.now() - KEEP_BOOKINGS
        gone = write(self._store, lambda writer: writer.purge_bookings(before))
        with self._engine.begin() as connection:
            return gone + inbox.purge(connection, datetime.now(UTC) - KEEP_SEEN)

    def _watching(self, foundation: Foundation, plan: PlanJourneys) -> Callable[[], int]:
        """Looks at journeys whose legs were taken back, and at those that are under way."""
        scheduled, siblings = foundation.area.scheduled, foundation.siblings
        zone = foundation.district.time_zone
        onward = PlannedOnward(
            plan, scheduled, PooledRides(siblings.pooling).release, clock=foundation.clock, zone=zone
        )
        live = RunningTimes(scheduled.timetable, lambda: scheduled.live.overlays)
        hold = HoldConnections(Watched(self.steps, live, PooledWaits(siblings.pooling), onward, zone))
        tell = TellWayOn(self._store, onward, foundation.clock, self._committed)
        return lambda: tell() + hold()

    def _told(self, booking_id: str) -> None:
        """Connections of a booking have changed, as its own event tells: that is stored by now."""
        self._changes.committed([booking_id])
        self._watch.wake()

    def _taken_back(self, connection: sa.Connection, loss: Loss) -> None:
        writer = SqlBookings(connection, self._tenant)
        try:
            self._take_back.all_of(writer, loss)
        except Overtaken:
            raise Aborted(
                "OVERTAKEN", f"a booking with leg {loss.reference} changed meanwhile", retry_after_s=0.1
            ) from None
        # The transaction is the consumer's: should it fail and be repeated, this counts once more.
        for fact in writer.published:
            count(fact)

    def _committed(self, booking_ids: Sequence[str]) -> None:
        self._relay.poke()
        self._changes.committed(booking_ids)

    def _refused(
        self,
        caller: Principal,
        method: str,
        request_id: str,
        named: frozenset[str],
        error: ServiceError,
    ) -> None:
        if not isinstance(error, TOLD):
            return
        entry = entry_of(
            caller,
            time=self._clock.now(),
            method=method,
            request_id=request_id,
            entity_ids=named,
            outcome=error.reason,
        )

        def note(writer: SqlBookings) -> None:
            writer.record(entry)

        write(self._store, note)
