"""Several wishes at once, against a plain search that keeps every label nobody is better than."""

import math
import random

import numpy as np
import pytest
from plain_transit import Price, Run
from timetable.schedule import NONE
from timetable.transit.fare_model import FareModel
from timetable.transit.journeys import Journey
from transit_worlds import World, demo_world, rural_world

MOST = 4
ZONES_CENTS = (0, 200, 250, 400, 420, 500)


@pytest.fixture(params=["demo", "rural"])
def any_world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    return demo_world() if request.param == "demo" else rural_world(tmp_path_factory.getbasetemp(), 1, 2)


def fares_of(world: World, rng: random.Random) -> tuple[FareModel, Price]:
    """The same random fares for both searches."""
    timetable = world.search.timetable
    boarding = [rng.choice((0, 50, 120)) for _ in timetable.route_kind]
    zone = [rng.choice((NONE, 0, 1, 2, 3, 40, 62)) for _ in range(timetable.stop_count)]
    names = timetable.names.route_ids.all()
    by_route = dict(zip(names, boarding, strict=True))
    by_stop = dict(zip(timetable.names.stop_ids.all(), zone, strict=True))
    stops = world.graph.feed.stops
    cents_per_km = 13.0

    def ride(start: str, end: str) -> int:
        lat, lon, other_lat, other_lon = (
            float(stops[stop][column]) for stop in (start, end) for column in ("stop_lat", "stop_lon")
        )
        east = (other_lon - lon) * math.cos(math.radians((lat + other_lat) / 2))
        return round(math.hypot(east, other_lat - lat) * 111.195 * cents_per_km)

    def boarding_of(run: Run) -> int:
        return by_route[run.row["route_id"]]

    model = FareModel(
        np.array(boarding, np.int32), cents_per_km, np.array(zone, np.int32), np.array(ZONES_CENTS, np.int32)
    )
    price = Price(
        boarding_of,
        ride,
        lambda stop: None if by_stop[stop] == NONE else by_stop[stop],
        lambda count: ZONES_CENTS[min(count, len(ZONES_CENTS) - 1)],
    )
    return model, price


def wishes(journeys: list[Journey]) -> set[tuple[int, int, int, int]]:
    return {(one.arrive_s, one.boardings, one.walk_s, one.cents or 0) for one in journeys}


def test_choices_with_fares(any_world: World) -> None:
    rng = random.Random(7)
    several = 0
    for _ in range(6):
        model, price = fares_of(any_world, rng)
        at_s, access, egress = any_world.at_s(rng), any_world.near(rng), any_world.near(rng)
        journeys = any_world.search.choices(any_world.query(at_s, access, egress, MOST), model)
        assert wishes(journeys) == any_world.graph.choices(at_s, access, egress, MOST, price)
        assert len(wishes(journeys)) == len(journeys)
        several += len(journeys) > 2
    assert several >= 2


def test_choices_without_fares_hold_all_earliest_arrivals(any_world: World) -> None:
    """Early and few boardings are two of the wishes, and leaving out the others is the other search."""
    rng = random.Random(8)
    for _ in range(20):
        at_s, access, egress = any_world.at_s(rng), any_world.near(rng), any_world.near(rng)
        query = any_world.query(at_s, access, egress, MOST)
        for arrive in (False, True):
            plain = any_world.search.arriving(query) if arrive else any_world.search.departing(query)
            every = any_world.search.choices(query, arrive=arrive)
            assert all(one.cents is None for one in every)
            edge = {(one.depart_s if arrive else one.arrive_s, one.boardings) for one in every}
            assert {(one.depart_s if arrive else one.arrive_s, one.boardings) for one in plain} <= edge


def test_a_walk_that_nothing_beats_leaves_no_journey(any_world: World) -> None:
    rng = random.Random(9)
    query = any_world.query(any_world.at_s(rng), any_world.near(rng), any_world.near(rng))
    short = type(query)(query.at_s, query.access, query.egress, direct_s=0)
    assert any_world.search.departing(short) == []
    assert any_world.search.choices(short) == []


def test_fares_that_make_no_sense_are_refused() -> None:
    timetable = demo_world().search.timetable
    free = FareModel.free(timetable)
    with pytest.raises(ValueError, match=r"zones_cents: \[200, 100\]"):
        FareModel(free.boarding_cents, 0.0, free.zone, np.array([200, 100], np.int32))
    with pytest.raises(ValueError, match=r"zone: .* 63 are told apart"):
        FareModel(free.boarding_cents, 0.0, free.zone + 99, free.zones_cents)
    with pytest.raises(ValueError, match="cents_per_km: -1"):
        FareModel(free.boarding_cents, -1.0, free.zone, free.zones_cents)
    with pytest.raises(ValueError, match="boarding_cents"):
        FareModel(free.boarding_cents - 1, 0.0, free.zone, free.zones_cents)
    world = demo_world()
    query = world.query(world.at_s(random.Random(1)), {world.stops[0]: 0}, {world.stops[1]: 0})
    with pytest.raises(ValueError, match="zone: 1 values, 163 are needed"):
        world.search.choices(query, FareModel(free.boarding_cents, 0.0, free.zone[:1], free.zones_cents))
