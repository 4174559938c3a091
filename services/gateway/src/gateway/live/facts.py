"""Which events browsers are told, and who sees them: whoever may ask for the same by a call."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from google.protobuf.descriptor import Descriptor, FileDescriptor, ServiceDescriptor
from landlinie.journeys.events.v1 import booking_events_pb2, car_events_pb2, lift_events_pb2
from landlinie.journeys.v1 import car_service_pb2, journey_service_pb2, lift_service_pb2
from landlinie.network.events.v1 import road_events_pb2
from landlinie.network.v1 import road_change_service_pb2
from landlinie.pooling.events.v1 import ride_events_pb2, vehicle_events_pb2
from landlinie.pooling.v1 import ride_pooling_service_pb2
from landlinie.waste.events.v1 import alarm_events_pb2, container_events_pb2, tour_events_pb2
from landlinie.waste.v1 import alarm_service_pb2, container_service_pb2, tour_service_pb2
from service_kit.identity.policy import declared
from service_kit.identity.principal import Role

TOPICS = (
    "landlinie.pooling.ride.v1",
    "landlinie.pooling.vehicle.v1",
    "landlinie.network.events.v1",
    "landlinie.waste.container.v1",
    "landlinie.waste.alarm.v1",
    "landlinie.waste.tour.v1",
    "landlinie.journeys.booking.v1",
    "landlinie.journeys.car.v1",
    "landlinie.journeys.lift.v1",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One kind of event.

    Parameters
    ----------
    message
        What the event carries.
    roles
        Who may see it at all; which of these events then depends on what it is about.
    about
        Where in the message stands what it is about: a path of fields for ``vehicle``, ``ride``, ``booking``,
        ``sub_account`` and ``tour``.
    """

    message: Descriptor
    roles: frozenset[Role]
    about: Mapping[str, str]

    @property
    def kind(self) -> str:
        """The event's name for browsers: ``RideBooked``."""
        name: str = self.message.name
        return name


def _facts(
    messages: Iterable[Descriptor], service: ServiceDescriptor, method: str, about: Mapping[str, str]
) -> Iterable[Fact]:
    roles = declared([service])[f"/{service.full_name}/{method}"].roles
    return (Fact(message, roles, about) for message in messages)


def _all_of(file: FileDescriptor, *left_out: str) -> list[Descriptor]:
    return [message for name, message in file.message_types_by_name.items() if name not in left_out]


def _only(file: FileDescriptor, *names: str) -> list[Descriptor]:
    return [file.message_types_by_name[name] for name in names]


_POOLING = ride_pooling_service_pb2.DESCRIPTOR.services_by_name["RidePoolingService"]
_CONTAINERS = container_service_pb2.DESCRIPTOR.services_by_name["ContainerService"]
_ALARMS = alarm_service_pb2.DESCRIPTOR.services_by_name["AlarmService"]
_TOURS = tour_service_pb2.DESCRIPTOR.services_by_name["TourService"]
_ROADS = road_change_service_pb2.DESCRIPTOR.services_by_name["RoadChangeService"]
_JOURNEYS = journey_service_pb2.DESCRIPTOR.services_by_name["JourneyService"]
_CARS = car_service_pb2.DESCRIPTOR.services_by_name["CarService"]
_LIFTS = lift_service_pb2.DESCRIPTOR.services_by_name["LiftService"]

_RIDE = {"ride": "ride_id", "vehicle": "vehicle_id"}
_NO_RIDE = ("OffersMade", "OffersReleased", "RideRefused", "DrivenWay")
"""Not about one ride, or only a part of what is told."""
_IN_CONTAINER_EVENTS = ("ContainerRegistered", "ContainerUpdated", "AmpelChanged")

_ALL = (
    # What was asked and did not come to a ride is the dispatcher's business.
    *_facts(_only(ride_events_pb2.DESCRIPTOR, "RideRefused"), _POOLING, "ListLiveVehicles", {}),
    *_facts(_all_of(ride_events_pb2.DESCRIPTOR, *_NO_RIDE, "RideMoved"), _POOLING, "GetRide", _RIDE),
    *_facts(
        _only(ride_events_pb2.DESCRIPTOR, "RideMoved"),
        _POOLING,
        "GetRide",
        {"ride": "ride_id", "vehicle": "to_vehicle_id"},
    ),
    *_facts(
        _only(vehicle_events_pb2.DESCRIPTOR, "VehicleRegistered", "VehicleUpdated"),
        _POOLING,
        "ListVehicles",
        {"vehicle": "vehicle.vehicle_id"},
    ),
    *_facts(
        _only(vehicle_events_pb2.DESCRIPTOR, "VehicleRemoved", "VehicleBrokenDown"),
        _POOLING,
        "ListVehicles",
        {"vehicle": "vehicle_id"},
    ),
    *_facts(
        _only(vehicle_events_pb2.DESCRIPTOR, "ShiftScheduled", "ShiftUpdated"),
        _POOLING,
        "ListShifts",
        {"vehicle": "shift.vehicle_id"},
    ),
    *_facts(_only(vehicle_events_pb2.DESCRIPTOR, "ShiftCancelled"), _POOLING, "ListLiveVehicles", {}),
    *_facts(
        _only(vehicle_events_pb2.DESCRIPTOR, "VehicleArrived"),
        _POOLING,
        "GetRide",
        {"ride": "stop.ride_id", "vehicle": "vehicle_id"},
    ),
    *_facts(_only(vehicle_events_pb2.DESCRIPTOR, "PlanChanged"), _POOLING, "GetPlan", {}),
    *_facts(_all_of(road_events_pb2.DESCRIPTOR), _ROADS, "ListRoadChanges", {}),
    *_facts(
        _all_of(container_events_pb2.DESCRIPTOR, *_IN_CONTAINER_EVENTS),
        _CONTAINERS,
        "GetContainerState",
        {"sub_account": "sub_account_id"},
    ),
    *_facts(
        _only(container_events_pb2.DESCRIPTOR, "ContainerRegistered", "ContainerUpdated"),
        _CONTAINERS,
        "GetContainerState",
        {"sub_account": "container.sub_account_id"},
    ),
    *_facts(
        _only(container_events_pb2.DESCRIPTOR, "AmpelChanged"),
        _CONTAINERS,
        "GetContainerState",
        {"sub_account": "state.sub_account_id"},
    ),
    *_facts(
        _all_of(alarm_events_pb2.DESCRIPTOR), _ALARMS, "ListAlarms", {"sub_account": "alarm.sub_account_id"}
    ),
    *_facts(_all_of(tour_events_pb2.DESCRIPTOR, "ToursProposed"), _TOURS, "GetTour", {"tour": "tour_id"}),
    *_facts(
        _only(tour_events_pb2.DESCRIPTOR, "ToursProposed"), _TOURS, "GetTourProposal", {"tour": "tour_ids"}
    ),
    *_facts(_all_of(booking_events_pb2.DESCRIPTOR), _JOURNEYS, "GetBooking", {"booking": "booking_id"}),
    *_facts(_all_of(car_events_pb2.DESCRIPTOR), _CARS, "ListReservations", {}),
    *_facts(_all_of(lift_events_pb2.DESCRIPTOR), _LIFTS, "ListSeats", {}),
)

FACTS: Mapping[str, Fact] = {fact.message.full_name: fact for fact in _ALL}
"""What browsers are told, by the type of the event."""
BY_KIND: Mapping[str, Fact] = {fact.kind: fact for fact in _ALL}
"""The same by the name browsers know it under."""
