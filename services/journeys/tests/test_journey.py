"""Legs that follow one another, what they emit, and how far apart points are."""

from datetime import date

import pytest
from journeys.domain.emissions import emitted_g
from journeys.domain.journey import Journey, Leg, Mode, Transit, connected
from journeys.domain.places import Point

A, B = Point(53.5, 13.2), Point(53.6, 13.2)


def leg(mode: Mode, depart_s: int, arrive_s: int, length_m: int = 1000, route_type: int | None = None) -> Leg:
    detail = None if route_type is None else Transit("r", "t", date(2026, 3, 10), "", "", route_type, 0, 0)
    return Leg(mode, A, B, depart_s, arrive_s, length_m, (), detail)


def test_a_degree_of_latitude_is_a_hundred_and_eleven_kilometres() -> None:
    assert A.distance_m(B) == pytest.approx(11_119.5, abs=0.1)
    assert A.distance_m(A) == 0
    assert Point(0, 0).distance_m(Point(0, 180)) == pytest.approx(20_015_114.4, abs=1)


@pytest.mark.parametrize("position", [(91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0), (0.0, float("inf"))])
def test_a_point_is_on_the_globe(position: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"is not on the globe|is no position"):
        Point(*position)


def test_nobody_leaves_before_arriving() -> None:
    with pytest.raises(ValueError, match="arrives at 5, leaves at 10"):
        leg(Mode.WALK, 10, 5)
    with pytest.raises(ValueError, match="leaves at 90, before the one by walk arrives at 100"):
        Journey((leg(Mode.WALK, 0, 100), leg(Mode.TRANSIT, 90, 200)))
    with pytest.raises(ValueError, match="at least one leg"):
        Journey(())


def test_transfers_and_walking_are_counted() -> None:
    journey = Journey(
        (
            leg(Mode.WALK, 0, 100, 80),
            leg(Mode.POOLED_RIDE, 100, 700, 9000),
            leg(Mode.TRANSIT, 800, 1500, 20_000, 2),
            leg(Mode.WALK, 1500, 1600, 70),
        )
    )
    assert (journey.transfers, journey.walk_m) == (1, 150)
    assert Journey((leg(Mode.WALK, 0, 100),)).transfers == 0


def test_the_first_walk_waits_at_home() -> None:
    legs = [
        leg(Mode.BICYCLE, 0, 50),
        leg(Mode.WALK, 100, 200),
        leg(Mode.TRANSIT, 500, 900, 1, 2),
        leg(Mode.WALK, 900, 950),
    ]
    drawn = connected(legs)
    assert [(one.depart_s, one.arrive_s) for one in drawn] == [(350, 400), (400, 500), (500, 900), (900, 950)]


def test_emissions_by_mode_and_by_kind_of_train() -> None:
    assert emitted_g([leg(Mode.WALK, 0, 1), leg(Mode.BICYCLE, 0, 1)]) == 0
    assert emitted_g([leg(Mode.CAR, 0, 1, 10_000)]) == 1470
    by_route_type = {2: 57, 106: 57, 101: 32, 0: 58, 900: 58, 3: 80, 700: 80, 109: 57}
    for route_type, factor in by_route_type.items():
        assert emitted_g([leg(Mode.TRANSIT, 0, 1, 10_000, route_type)]) == 10 * factor
