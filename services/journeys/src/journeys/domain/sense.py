"""Journeys that are right by their times, and that nobody would make all the same."""

from collections.abc import Iterable, Sequence

from journeys.domain.journey import UNDER_OWN_POWER, Journey, Mode
from journeys.domain.places import Point

THERE_M = 150.0
"""So near to a place, one is there."""
MUCH_FASTER = 2
NEARLY_AS_FAR = 0.8
MORE_WALK_M = 200


def sensible(journeys: Sequence[Journey], start: Point, goal: Point) -> list[Journey]:
    """Leave out journeys that come past the goal, or back to the start.

    And chains of rides that go on demand nearly as far as one that brings people from door to door, and take
    twice its time: who is brought to a train is to gain something by it.
    """
    direct = [journey for journey in journeys if _rides(journey) == [Mode.POOLED_RIDE]]
    return [
        journey
        for journey in journeys
        if not _comes_past(journey, start, goal) and not _outdone(journey, direct)
    ]


def _comes_past(journey: Journey, start: Point, goal: Point) -> bool:
    """Whether a vehicle is left at the goal, or boarded at the start, with another one before or after."""
    if start.distance_m(goal) < 2 * THERE_M:
        return False
    ridden = [leg for leg in journey.legs if leg.mode not in UNDER_OWN_POWER]
    left_there = (leg.end.distance_m(goal) < THERE_M for leg in ridden[:-1])
    back_again = (leg.start.distance_m(start) < THERE_M for leg in ridden[1:])
    return any(left_there) or any(back_again)


def _outdone(journey: Journey, direct: Iterable[Journey]) -> bool:
    rides = _rides(journey)
    if len(rides) < 2 or Mode.POOLED_RIDE not in rides:
        return False
    return any(
        MUCH_FASTER * (one.arrive_s - one.depart_s) <= journey.arrive_s - journey.depart_s
        and one.walk_m <= journey.walk_m + MORE_WALK_M
        and _on_demand_m(journey) >= NEARLY_AS_FAR * _on_demand_m(one)
        for one in direct
    )


def _on_demand_m(journey: Journey) -> int:
    return sum(leg.length_m for leg in journey.legs if leg.mode is Mode.POOLED_RIDE)


def _rides(journey: Journey) -> list[Mode]:
    return [leg.mode for leg in journey.legs if leg.mode not in UNDER_OWN_POWER]
