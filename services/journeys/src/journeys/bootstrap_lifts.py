"""Where lifts and benches are put together; :mod:`journeys.bootstrap` has the rest of the service."""

import asyncio
from datetime import timedelta

from landlinie.journeys.v1 import lift_service_pb2, lift_service_pb2_grpc
from routing_core.places.search import PlaceSearch
from service_kit.announcements import open_announcements
from service_kit.changes import Changes
from service_kit.grpc_server import GrpcServer
from service_kit.once import write

from journeys.adapters.bench_file import read_benches
from journeys.adapters.district_folder import JourneyArea
from journeys.adapters.lift_legs import LiftLegs
from journeys.adapters.lift_store import SqlLiftStore
from journeys.application.benched import Benched
from journeys.application.benches import Benches
from journeys.application.finding import Finder
from journeys.application.lift_booking import Bookings, LiftBooking
from journeys.application.lift_offering import LiftOffering
from journeys.application.lift_ports import LiftWriter
from journeys.application.lift_riding import LiftRiding
from journeys.application.lift_roads import LiftRoads
from journeys.application.lift_room import LiftRoom
from journeys.application.lift_safety import LiftSafety
from journeys.application.lifted import Lifted
from journeys.application.naming import STOP_PREFIX
from journeys.application.scheduled import Scheduled
from journeys.domain.places import Point
from journeys.entrypoints.lift_requests import LiftReader
from journeys.entrypoints.lift_servicer import LiftServicer, LiftUseCases
from journeys.entrypoints.lift_sweeper import LiftSweeper
from journeys.foundation import LIFTS, Foundation

LIFT_DESCRIPTOR = lift_service_pb2.DESCRIPTOR.services_by_name["LiftService"]
CHANNEL = "landlinie.journeys.lifts"
"""Where replicas tell one another that lifts and seats have changed."""
STOP_KINDS = frozenset({"stop", "station"})
SETTLEMENT_KINDS = frozenset({"town", "village", "hamlet", "suburb"})
KEEP_PLACES = timedelta(days=1)
"""How long after a ride it is known where exactly somebody got on and off, and answers are that tell it."""
KEEP_LIFTS = timedelta(days=30)
"""How long lifts and seats are kept after their last day."""
KEEP_REPORTS = timedelta(days=90)


class LiftApp:
    """Lifts and benches as a part of the service.

    Attributes
    ----------
    legs
        Books seats as parts of journeys.

    Raises
    ------
    FieldError
        Where the district's ``benches.json`` has mistakes.
    """

    def __init__(self, foundation: Foundation) -> None:
        database, district = foundation.databases[LIFTS], foundation.district
        self._foundation = foundation
        self._relay = database.relay
        self._store = SqlLiftStore(database.engine, district.tenant)
        self._changes = Changes(open_announcements(foundation.settings.store, f"{CHANNEL}.{district.tenant}"))
        roads = roads_of(foundation.area)
        self.room = LiftRoom(self._store, roads, district.time_zone, foundation.clock, self._committed)
        self.riding = LiftRiding(self.room)
        self.offering = LiftOffering(self.room)
        self.benches = Benches(
            read_benches(district.folder), self._store, district.time_zone, foundation.clock
        )
        booking = LiftBooking(self.room, self.riding)
        self.legs = LiftLegs(booking, district.tenant)
        self._bookings: Bookings | None = None
        self._booking = booking
        self._sweeper = LiftSweeper(self.offering, self._tell)

    def finders(self) -> tuple[Finder, ...]:
        """What finds journeys by lifts, and from benches."""
        area = self._foundation.area
        return (
            Lifted(self.riding, self.room.roads, area.scheduled, area.walking),
            Benched(self.benches, area.walking, area.driving),
        )

    def tells(self, bookings: Bookings) -> None:
        """Have bookings told what became of their seats."""
        self._bookings = bookings

    def add_to(self, server: GrpcServer) -> None:
        """Serve the methods."""
        area = self._foundation.area
        servicer = LiftServicer(
            LiftUseCases(self.room, self.offering, self.riding, LiftSafety(self.room), self.benches),
            LiftReader(KnownPlaces(area.places, area.scheduled), self.room.zone),
            self._changes,
            pool=server.pool,
            pages=self._foundation.pages,
        )
        server.add(lift_service_pb2_grpc.add_LiftServiceServicer_to_server, servicer, LIFT_DESCRIPTOR)

    def start(self) -> None:
        """Begin the background work; call it on the event loop that serves."""
        self._changes.attach(asyncio.get_running_loop())
        self._sweeper.start()

    def stop(self) -> None:
        """End the background work."""
        self._sweeper.stop()
        self._changes.detach()

    def tidy(self) -> int:
        """Forget exact places, and delete what is over for long; how many rows."""
        now = self._foundation.clock.now()

        def work(writer: LiftWriter) -> int:
            over_before = (now - KEEP_LIFTS).astimezone(self.room.zone).date()
            gone = writer.purge_answers(now - KEEP_PLACES)
            gone += writer.forget_places(int((now - KEEP_PLACES).timestamp()))
            return gone + writer.purge(over_before, int((now - KEEP_REPORTS).timestamp()))

        return write(self._store, work)

    def _tell(self) -> None:
        if self._bookings is not None:
            self._booking.tell(self._bookings)

    def _committed(self) -> None:
        self._relay.poke()
        self._sweeper.wake()
        self._changes.committed(["lifts"])


class KnownPlaces:
    """See :class:`.NamedPlaces`."""

    def __init__(self, places: PlaceSearch, scheduled: Scheduled) -> None:
        self._by_id = {place.id: place for place in places.places}
        self._scheduled = scheduled

    def stop(self, stop_id: str) -> Point | None:
        """A stop of the timetable."""
        number = self._scheduled.timetable.stop_index.get(stop_id)
        return None if number is None else self._scheduled.stop_point(number)

    def place(self, place_id: str) -> Point | None:
        """A place with a name."""
        if place_id.startswith(STOP_PREFIX):
            return self.stop(place_id.removeprefix(STOP_PREFIX))
        place = self._by_id.get(place_id)
        return None if place is None else Point(place.latitude_deg, place.longitude_deg, place.label)


def roads_of(area: JourneyArea) -> LiftRoads:
    """Where lifts drive; its stops are those of the timetable and of the map."""

    def named(kinds: frozenset[str]) -> list[Point]:
        return [
            Point(place.latitude_deg, place.longitude_deg, place.label)
            for place in area.places.places
            if place.kind in kinds
        ]

    return LiftRoads(area.driving.router, area.walking.router, named(STOP_KINDS), named(SETTLEMENT_KINDS))
