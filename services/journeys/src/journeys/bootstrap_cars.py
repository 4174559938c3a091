"""Where shared cars are put together, and what else journeys are made of that is nobody's own.

:mod:`journeys.bootstrap` has the rest of the service.
"""

from collections.abc import Callable
from datetime import timedelta

from landlinie.journeys.v1 import car_service_pb2, car_service_pb2_grpc
from routing_core.places import parking
from service_kit.grpc_server import GrpcServer

from journeys.adapters.car_file import read_cars
from journeys.adapters.car_legs import CarLegs
from journeys.adapters.car_store import SqlCarStore
from journeys.adapters.foreign_feeds import flex_files
from journeys.adapters.gbfs_systems import GbfsWatch, systems_of
from journeys.application.car_desk import CarDesk
from journeys.application.finding import Finder
from journeys.application.foreign_rides import ForeignRides
from journeys.application.lent_vehicles import LentVehicles
from journeys.application.riding import CarPark, bike_and_ride, park_and_ride
from journeys.application.shared_cars import SharedCars
from journeys.domain.journey import Mode
from journeys.domain.places import Point
from journeys.entrypoints.car_servicer import CarServicer
from journeys.foundation import CARS, Foundation

CAR_DESCRIPTOR = car_service_pb2.DESCRIPTOR.services_by_name["CarService"]
KEEP_RESERVATIONS = timedelta(days=90)
"""How long it is known who had a car, after it was back."""


class CarApp:
    """Shared cars as a part of the service.

    Attributes
    ----------
    legs
        Books cars as parts of journeys.

    Raises
    ------
    FieldError
        Where the district's ``cars.json`` has mistakes.
    """

    def __init__(self, foundation: Foundation) -> None:
        self._foundation = foundation
        database, district = foundation.databases[CARS], foundation.district
        self._listeners: list[Callable[[], None]] = [database.relay.poke]
        self.file = read_cars(district.folder)
        self.desk = CarDesk(
            SqlCarStore(database.engine, district.tenant),
            () if self.file is None else self.file.cars,
            zone=district.time_zone,
            clock=foundation.clock,
            committed=self._committed,
        )
        self.legs = CarLegs(self.desk, district.tenant)
        self._lenders = GbfsWatch(systems_of(foundation.settings.lenders, foundation.clock.now))

    def on_change(self, listener: Callable[[], None]) -> None:
        """Have something called after every reservation, cancellation and return in this process."""
        self._listeners.append(listener)

    def finders(self) -> tuple[Finder, ...]:
        """What finds journeys by shared cars, to stations, and by what others offer.

        Raises BrokenGazetteer where the district's car parks are damaged.
        """
        area, folder = self._foundation.area, self._foundation.district.folder
        parks = [
            CarPark(Point(park.latitude_deg, park.longitude_deg, park.name))
            for park in parking.load_parking(folder / parking.FILE)
        ]
        found: list[Finder] = [
            SharedCars(self.desk, area.walking, area.driving),
            park_and_ride(area.driving, area.walking, area.scheduled, parks),
        ]
        if area.cycling is not None:
            found.append(bike_and_ride(area.cycling, area.walking, area.scheduled))
        found += [
            ForeignRides(feed, area.scheduled, area.walking, area.driving) for feed in flex_files(folder)
        ]
        for system in self._lenders.systems:
            found.append(LentVehicles(system, Mode.SHARED_CAR, area.walking, area.driving))
            if area.cycling is not None:
                found.append(LentVehicles(system, Mode.SHARED_BICYCLE, area.walking, area.cycling))
        return tuple(found)

    def add_to(self, server: GrpcServer) -> None:
        """Serve the methods."""
        servicer = CarServicer(self.desk, pool=server.pool, pages=self._foundation.pages)
        server.add(car_service_pb2_grpc.add_CarServiceServicer_to_server, servicer, CAR_DESCRIPTOR)

    def start(self) -> None:
        """Begin to ask others what they lend."""
        self._lenders.start()

    def stop(self) -> None:
        """End; a question at hand is let end."""
        self._lenders.stop()

    def tidy(self) -> int:
        """Delete reservations that are over for long; how many rows went."""
        return self.desk.forget(KEEP_RESERVATIONS)

    def _committed(self) -> None:
        for listener in self._listeners:
            listener()
