"""Journeys as fares see them: legs, and legs joined to effective fare legs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from timetable.fares.model import JoinRule
from timetable.fares.places import Routes, Stops


class FaresError(ValueError):
    """Something that is asked for and cannot be read or answered; the message names its field and value."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A ride from a stop to another, as it is asked for.

    Parameters
    ----------
    from_stop, to_stop
        Ids of stops, platforms or stations.
    route, trip
        Ids; empty where not given. The route of a trip that the feed has goes before ``route``.
    departure, arrival
        Aware instants; ``None`` where not given. What depends on them then does not apply.
    """

    from_stop: str
    to_stop: str
    route: str = ""
    trip: str = ""
    departure: datetime | None = None
    arrival: datetime | None = None


def within_s(limit_s: int, start: datetime | None, end: datetime | None) -> bool:
    """Whether no more than so many seconds pass between two instants; not where one is not given."""
    if start is None or end is None:
        return False
    # Python subtracts times of one zone by their clocks, which may have changed in between.
    return end.timestamp() - start.timestamp() <= limit_s


@dataclass(frozen=True, slots=True)
class Journey:
    """Legs in order of travel, and who travels.

    Parameters
    ----------
    legs
        At least one.
    rider
        Rider category; ``None`` for the feed's default.
    medium
        Medium that all has to be paid with; ``None`` for any.
    """

    legs: tuple[Leg, ...]
    rider: str | None = None
    medium: str | None = None


@dataclass(frozen=True, slots=True)
class PlacedLeg:
    """A leg with what the feed tells of it.

    Parameters
    ----------
    leg
        As asked for.
    route, network
        Ids; empty where there is none.
    passed
        Stops from boarding to alighting, both included; those between only where the trip is known.
    unknown
        Why the feed cannot tell the fare of the leg, empty if it may.
    """

    leg: Leg
    route: str
    network: str
    passed: tuple[str, ...]
    unknown: str


@dataclass(frozen=True, slots=True)
class EffectiveLeg:
    """Legs that count as one: a single leg, or several joined ones.

    Parameters
    ----------
    numbers
        Places of its legs in the journey, counted from 0.
    legs
        The legs in order of travel.
    joined_by
        Lines of the join rules; one less than legs.
    """

    numbers: tuple[int, ...]
    legs: tuple[PlacedLeg, ...]
    joined_by: tuple[int, ...]

    @property
    def first(self) -> Leg:
        return self.legs[0].leg

    @property
    def last(self) -> Leg:
        return self.legs[-1].leg

    @property
    def unknown(self) -> str:
        return next((leg.unknown for leg in self.legs if leg.unknown), "")


def placed(
    leg: Leg, stops: Stops, routes: Routes, stops_by_trip: dict[str, tuple[str, ...]] | None = None
) -> PlacedLeg:
    """Look a leg up in the feed.

    Parameters
    ----------
    leg
        The leg.
    stops, routes
        What the feed tells of them.
    stops_by_trip
        Stops of trips in order of travel, where they matter.
    """
    of_trip = routes.of_trip(leg.trip) if leg.trip else None
    route = leg.route if of_trip is None else of_trip
    unknown = ""
    if not route:
        unknown = f"trip {leg.trip!r} is not in the feed"
    elif not routes.known(route):
        unknown = f"route {route!r} is not in the feed"
    else:
        for stop in (leg.from_stop, leg.to_stop):
            if not stops.known(stop):
                unknown = f"stop {stop!r} is not in the feed"
    passed = _passed(leg, (stops_by_trip or {}).get(leg.trip, ()))
    return PlacedLeg(leg, route, routes.network(route), passed, unknown)


def _passed(leg: Leg, trip_stops: Sequence[str]) -> tuple[str, ...]:
    if leg.from_stop in trip_stops:
        start = trip_stops.index(leg.from_stop)
        if leg.to_stop in trip_stops[start + 1 :]:
            return tuple(trip_stops[start : trip_stops.index(leg.to_stop, start + 1) + 1])
    return (leg.from_stop, leg.to_stop)


def effective_legs(
    legs: Sequence[PlacedLeg], rules: Collection[JoinRule], stops: Stops
) -> tuple[EffectiveLeg, ...]:
    """Join consecutive legs wherever a join rule holds for the transfer between them."""
    effective: list[EffectiveLeg] = []
    for number, leg in enumerate(legs):
        if effective:
            before = effective[-1]
            rule = next((rule for rule in rules if _joins(rule, before.legs[-1], leg, stops)), None)
            if rule is not None:
                effective[-1] = EffectiveLeg(
                    (*before.numbers, number), (*before.legs, leg), (*before.joined_by, rule.line)
                )
                continue
        effective.append(EffectiveLeg((number,), (leg,), ()))
    return tuple(effective)


def _joins(rule: JoinRule, before: PlacedLeg, after: PlacedLeg, stops: Stops) -> bool:
    if before.unknown or after.unknown:
        return False
    if rule.from_network not in {"", before.network} or rule.to_network not in {"", after.network}:
        return False
    alights, boards = before.leg.to_stop, after.leg.from_stop
    if rule.from_stop or rule.to_stop:
        return (not rule.from_stop or stops.within(alights, rule.from_stop)) and (
            not rule.to_stop or stops.within(boards, rule.to_stop)
        )
    return stops.station(alights) == stops.station(boards)
