"""Journeys nobody would make: past the goal, back to the start, by a chain of rides where one would do."""

from journeys.domain.journey import Journey, Leg, Mode
from journeys.domain.places import Point
from journeys.domain.sense import sensible

START, GOAL = Point(53.50, 13.20), Point(53.50, 13.30)
BESIDE_GOAL, FAR = Point(53.501, 13.30), Point(53.60, 13.40)


def journey(*legs: tuple[Mode, Point, Point, int], begin_s: int = 0, length_m: int = 1000) -> Journey:
    """Legs one after the other, each of this length, with its minutes."""
    made, at_s = [], begin_s
    for mode, start, end, minutes in legs:
        made.append(Leg(mode, start, end, at_s, at_s + 60 * minutes, length_m))
        at_s += 60 * minutes
    return Journey(tuple(made))


def test_who_gets_off_at_the_goal_does_not_ride_on() -> None:
    past = journey(
        (Mode.POOLED_RIDE, START, BESIDE_GOAL, 10),
        (Mode.TRANSIT, BESIDE_GOAL, FAR, 6),
        (Mode.POOLED_RIDE, FAR, GOAL, 9),
    )
    there = journey((Mode.TRANSIT, START, BESIDE_GOAL, 10), (Mode.WALK, BESIDE_GOAL, GOAL, 2))
    assert sensible([past, there], START, GOAL) == [there]


def test_who_left_does_not_come_back_to_leave_again() -> None:
    back = journey(
        (Mode.TRANSIT, START, FAR, 10), (Mode.TRANSIT, FAR, START, 10), (Mode.TRANSIT, START, GOAL, 5)
    )
    assert sensible([back], START, GOAL) == []


def test_one_ride_to_the_door_leaves_nothing_to_a_chain_of_rides() -> None:
    direct = journey((Mode.POOLED_RIDE, START, GOAL, 12), begin_s=3600)
    slow = journey((Mode.POOLED_RIDE, START, FAR, 20), (Mode.TRANSIT, FAR, GOAL, 4))
    nearly = journey((Mode.POOLED_RIDE, START, FAR, 19), (Mode.TRANSIT, FAR, GOAL, 4))
    train = journey((Mode.TRANSIT, START, FAR, 30), (Mode.TRANSIT, FAR, GOAL, 30))
    assert sensible([direct, slow, nearly, train], START, GOAL) == [direct, nearly, train]
    assert sensible([slow, train], START, GOAL) == [slow, train]
    far = journey((Mode.POOLED_RIDE, START, GOAL, 12), length_m=1300)
    assert sensible([far, slow], START, GOAL) == [far, slow], "most of it is by train"


def test_around_the_corner_everything_is_near_both_ends() -> None:
    near = Point(53.502, 13.20)
    round_trip = journey((Mode.TRANSIT, START, near, 5), (Mode.TRANSIT, near, START, 5))
    assert sensible([round_trip], START, near) == [round_trip]
