"""Journeys as they were shown, taken apart as far as booking them needs."""

from datetime import date
from typing import Any

from google.protobuf.descriptor import EnumDescriptor
from landlinie.journeys.v1 import journey_pb2
from service_kit.identity.principal import Principal

from journeys.application.planned import KeepPlans
from journeys.application.ports_booking import ShownJourney, ShownLeg
from journeys.domain.connection import ScheduledRide
from journeys.domain.places import Point

_MODES: EnumDescriptor = journey_pb2.DESCRIPTOR.enum_types_by_name["Mode"]


class ShownPlans:
    """See :class:`.ShownJourneys`."""

    def __init__(self, plans: KeepPlans) -> None:
        self._plans = plans

    def shown(self, journey_id: str, caller: Principal) -> ShownJourney:
        """See :class:`.ShownJourneys`; raises FailedPrecondition where it has expired."""
        planned = self._plans.journey(journey_id, caller)
        travel = planned.travellers
        return shown_journey(
            planned.wire, seated=travel.seated, wheelchairs=travel.wheelchairs, bicycles=travel.bicycles
        )


def shown_journey(wire: bytes, *, seated: int = 1, wheelchairs: int = 0, bicycles: int = 0) -> ShownJourney:
    """A serialized ``landlinie.journeys.v1.Journey``.

    Parameters
    ----------
    seated, wheelchairs, bicycles
        Who travels.
    """
    journey = journey_pb2.Journey.FromString(wire)
    return ShownJourney(
        journey.journey_id,
        wire,
        tuple(_leg(leg) for leg in journey.legs),
        _point(journey.legs[-1].to),
        journey.expire_time.seconds if journey.HasField("expire_time") else None,
        seated,
        wheelchairs,
        bicycles,
    )


def _leg(leg: Any) -> ShownLeg:
    return ShownLeg(
        _MODES.values_by_number[leg.mode].name.removeprefix("MODE_").lower(),
        leg.SerializeToString(),
        leg.bookable,
        leg.departure_time.seconds,
        leg.arrival_time.seconds,
        _scheduled(leg) if leg.HasField("transit") else None,
        leg.pooled.offer.promise.pickup_window.earliest.seconds,
        _point(getattr(leg, "from")),
    )


def _point(end: Any) -> Point:
    return Point(end.position.latitude_deg, end.position.longitude_deg, end.label, end.stop_id)


def offer_id_of(leg: ShownLeg) -> str:
    """The offer of a ride on demand, which is what the ride will be called; empty for other legs."""
    return str(journey_pb2.Leg.FromString(leg.wire).pooled.offer.offer_id)


def _scheduled(leg: Any) -> ScheduledRide:
    transit, board = leg.transit, getattr(leg, "from")
    return ScheduledRide(
        transit.trip_id,
        date.fromisoformat(transit.service_date),
        board.stop_id,
        board.label,
        leg.to.stop_id,
        leg.to.label,
        transit.line_name,
        leg.departure_time.seconds,
        leg.arrival_time.seconds,
    )
