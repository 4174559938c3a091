"""Detection for journeys: traces read against the timetable of one feed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import prod
from types import MappingProxyType

from timetable.schedule import Schedule

from ticketing.domain import detection
from ticketing.domain.delays import Delays
from ticketing.domain.detect import detect
from ticketing.domain.journeys import Leg, Place, Reading
from ticketing.domain.trace import Fix, trace_of

MOST_READINGS = 6


class TimetableDetector:
    """The port ``Detector`` on a timetable, without real-time delays.

    Parameters
    ----------
    networks
        The tariff's networks by route id, where they are another than ``network``.
    network
        Of all other routes; may be empty where nobody knows.
    """

    def __init__(
        self,
        schedule: Schedule,
        networks: Mapping[str, str] = MappingProxyType({}),
        network: str = "",
    ) -> None:
        self._schedule = schedule
        self._networks = networks
        self._network = network

    def __call__(
        self,
        points: Sequence[Fix],
        service_date: date,  # noqa: ARG002 - feeds date a trip after midnight to either day
    ) -> tuple[tuple[Reading, ...], bool]:
        """Readings, the most probable first, and whether that one is certain."""
        readings, sure = journey_readings(detect(trace_of(points), self._schedule, Delays()))
        named = tuple(replace(it, legs=tuple(self._in_network(leg) for leg in it.legs)) for it in readings)
        return named, sure

    def _in_network(self, leg: Leg) -> Leg:
        return replace(leg, network=self._networks.get(leg.route_id, self._network))


def journey_readings(found: detection.Detection) -> tuple[tuple[Reading, ...], bool]:
    """Readings of the journey of a detection, the most probable first, and whether that one is certain.

    Readings beside the first differ from it in one leg, or lack one that may have been in a car; a journey of
    one such leg may have had none.
    """
    legs = found.legs
    if not legs:
        return (), not found.unmatched
    likeliest = tuple(_leg(leg.reading) for leg in legs)
    whole = prod(leg.confidence for leg in legs)
    others = []
    for number, leg in enumerate(legs):
        for other in leg.plausible[1:] if leg.asks else ():
            instead = (_leg(other),) if other.trip_id else ()
            journey = likeliest[:number] + instead + likeliest[number + 1 :]
            others.append(Reading(journey, whole / leg.confidence * other.probability))
    others.sort(key=lambda reading: -reading.confidence)
    return (Reading(likeliest, whole), *others[: MOST_READINGS - 1]), not others


def _leg(reading: detection.Reading) -> Leg:
    board, alight = reading.board, reading.alight
    leg = Leg(board.time, alight.time, _place(board), _place(alight))
    return replace(leg, route_id=reading.route_id, trip_id=reading.trip_id, stop_count=reading.stop_count)


def _place(call: detection.Call) -> Place:
    return Place(call.stop_id, latitude_deg=call.lat, longitude_deg=call.lon)
