"""Where open data is put together; :mod:`journeys.bootstrap` has the rest of the service."""

from collections.abc import Iterator

from landlinie.journeys.v1 import open_data_service_pb2, open_data_service_pb2_grpc
from service_kit.bus import Bus
from service_kit.consumers import ConsumerRunner
from service_kit.grpc_server import GrpcServer
from service_kit.json_fields import read_file
from service_kit.telemetry.sources import Reading
from timetable.gbfs.model import System

from journeys.adapters.car_file import CarFile
from journeys.adapters.open_facts import GROUP, KEEP, KEEP_SEEN, TOPICS, OpenFactStore
from journeys.adapters.pooled_area import PooledZones
from journeys.adapters.realtime_messages import RealtimeMessages
from journeys.application.open_cars import OpenCars
from journeys.application.open_documents import OpenData
from journeys.application.open_rides import OnDemandFacts, OpenFlex, OpenRealtime, Publisher
from journeys.bootstrap_cars import CarApp
from journeys.entrypoints import booking_listener
from journeys.entrypoints.open_servicer import OpenDataServicer
from journeys.foundation import CARS, Foundation

OPEN_DATA_DESCRIPTOR = open_data_service_pb2.DESCRIPTOR.services_by_name["OpenDataService"]
FILE = "district.json"
FOLDER = "open"
"""Under which the gateway hands documents on."""


class OpenDataApp:
    """Open data as a part of the service.

    Raises
    ------
    FieldError
        Where the district's ``district.json`` has mistakes.
    """

    def __init__(self, foundation: Foundation, cars: CarApp) -> None:
        district, clock = foundation.district, foundation.clock
        database = foundation.databases[CARS]
        self._clock = clock
        self._store = OpenFactStore(database.engine, district.tenant)
        url = foundation.settings.public_url.rstrip("/")
        publisher = _publisher(foundation, url)
        self._zones = PooledZones(foundation.siblings.pooling)
        facts = OnDemandFacts(self._store, self._zones, district.time_zone, clock)
        zone = district.time_zone.key
        cars_source = OpenCars(cars.desk, _system(cars.file, publisher, zone), clock, f"{url}/{FOLDER}")
        self.data = OpenData(
            [cars_source, OpenFlex(facts, publisher, zone), OpenRealtime(facts, RealtimeMessages())], clock
        )
        cars.on_change(self.data.changed(cars_source))
        self._consumer = ConsumerRunner(
            foundation.bus, database.engine, GROUP, list(TOPICS), self._store.handle
        )

    def add_to(self, server: GrpcServer) -> None:
        """Serve the methods."""
        servicer = OpenDataServicer(self.data, pool=server.pool)
        server.add(
            open_data_service_pb2_grpc.add_OpenDataServiceServicer_to_server, servicer, OPEN_DATA_DESCRIPTOR
        )

    def start(self) -> None:
        """Begin to listen to pooling's events, and to ask for its zones."""
        self._zones.start()
        self._consumer.start()

    def stop(self) -> None:
        """Finish the event at hand and end."""
        self._consumer.stop()
        self._zones.stop()

    def tidy(self) -> int:
        """Delete what is over; how many rows went."""
        now = self._clock.now()
        return self._store.forget(now - KEEP, now - KEEP_SEEN)


def consumer_lags(bus: Bus) -> Iterator[Reading]:
    """How far the consumers are behind."""
    for group, topics in ((GROUP, TOPICS), (booking_listener.GROUP, booking_listener.TOPICS)):
        for topic in topics:
            behind = sum(partition.event_count for partition in bus.lag(group, [topic]))
            yield Reading("landlinie_consumer_lag_events", (group, topic), behind)


def _publisher(foundation: Foundation, url: str) -> Publisher:
    """Who publishes, as ``publisher`` in the district's file says; its name alone where it says nothing."""
    tenant, path = foundation.district.tenant, foundation.district.folder / FILE
    file = read_file(path) if path.exists() else None
    told = None if file is None else file.get("publisher")
    if file is None or told is None:
        return Publisher(tenant, tenant if file is None else file["name"].text(), url, "", "")
    told.names(frozenset({"name", "url", "phone", "email"}))
    found = {key: value.text() for key in ("url", "phone", "email") if (value := told.get(key)) is not None}
    return Publisher(
        tenant, told["name"].text(), found.get("url", url), found.get("phone", ""), found.get("email", "")
    )


def _system(cars: CarFile | None, publisher: Publisher, zone: str) -> System:
    system_id = f"{publisher.id}-cars"
    if cars is None:
        return System(system_id, publisher.name, "de", zone, publisher.email)
    lender = cars.lender
    return System(
        system_id,
        lender.name,
        "de",
        zone,
        lender.email,
        operator=lender.operator,
        url=lender.url,
        phone=lender.phone,
        email=lender.email,
    )
