"""Rides that a dispatcher gives to another vehicle: priced before, never at the cost of a promise."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identified import TENANT
from pooling.application.moving import Move, Moves
from pooling.domain.facts import PromiseBroken, RideMoved
from pooling.domain.frame import driven_ahead
from pooling.domain.offers import RefusalCode
from service_kit.errors import Aborted, FailedPrecondition, NotFound
from service_kit.identity.principal import Principal, Role
from town import PHONE_DESK, Town

APP = Principal("svc-app", frozenset({Role.APP_BACKEND}), TENANT, "app")


def shift_of(town: Town, vehicle_id: str) -> str:
    return town.duty(vehicle_id).shift.id


def moves(town: Town, ride_id: str) -> Moves:
    return town.move_ride.moves(ride_id, PHONE_DESK)


def to(town: Town, ride_id: str, vehicle_id: str) -> Move:
    return next(move for move in moves(town, ride_id).moves if move.vehicle_id == vehicle_id)


def driven(town: Town) -> tuple[int, int]:
    frame = town.desk.frame(town.plan(), town.clock.now())
    return driven_ahead(frame.plan, frame.planned.seconds), driven_ahead(frame.plan, frame.planned.metres)


def test_a_ride_is_moved_and_moved_back(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3)
    town.add_bus("other")
    before = town.plan()
    moved = town.move(ride.id, shift_of(town, "other"))
    assert (moved.moved, moved.ride.vehicle_id, moved.ride.promise) == (True, "other", ride.promise)
    assert moved.from_shift_id == shift_of(town, "bus")
    assert [(fact.from_shift_id, fact.to_shift_id) for fact in town.facts(RideMoved)] == [
        (shift_of(town, "bus"), shift_of(town, "other"))
    ]
    back = town.move(ride.id, moved.from_shift_id)
    assert (back.moved, back.ride.vehicle_id) == (True, "bus")
    assert [duty.stops for duty in town.plan().duties] == [duty.stops for duty in before.duties]
    assert town.violations() == []
    assert town.facts(PromiseBroken) == []


def test_moving_it_where_it_is_changes_nothing(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3)
    version = town.plan().version
    assert town.move(ride.id, ride.shift_id).moved
    assert town.plan().version == version
    assert town.facts(RideMoved) == []


def test_a_vehicle_that_is_full_then_says_so_and_nothing_changes(town: Town) -> None:
    town.add_bus(layouts=[(1, 0)])
    town.ride(1, 3)
    town.add_bus("other")
    ride = town.ride(1, 3)
    assert ride.vehicle_id == "other"
    before = town.plan()
    refused = town.move(ride.id, shift_of(town, "bus"))
    assert not refused.moved
    assert refused.ride.vehicle_id == "other"
    assert [reason.shift_count for reason in refused.reasons] == [1]
    assert refused.reasons == to(town, ride.id, "bus").reasons
    assert town.plan() == before


def test_a_vehicle_out_of_service_takes_nobody(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3)
    other = town.add_bus("other")
    town.fleet.update_vehicle(town.call("UpdateVehicle"), replace(other, out_of_service=True))
    (reason,) = to(town, ride.id, "other").reasons
    assert reason.code is RefusalCode.VEHICLE_UNAVAILABLE


def test_every_shift_of_the_day_is_named_with_what_it_would_change(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3)
    town.add_bus("far", base=5)
    found = moves(town, ride.id)
    assert found.plan_version == town.plan().version
    assert [(move.vehicle_id, move.current, bool(move.reasons)) for move in found.moves] == [
        ("bus", True, False),
        ("far", False, False),
    ]
    assert (found.moves[0].added_drive_s, found.moves[0].added_distance_m) == (0, 0)
    assert found.moves[1].added_distance_m > 0


def test_only_the_plan_that_was_looked_at(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3)
    town.add_bus("other")
    seen = moves(town, ride.id).plan_version
    town.ride(2, 4, "12:00")
    with pytest.raises(Aborted, match="PLAN_CHANGED"):
        town.move(ride.id, shift_of(town, "other"), plan_version=seen)
    assert town.move(ride.id, shift_of(town, "other"), plan_version=town.plan().version).moved


def test_only_rides_that_have_not_begun_to_shifts_that_are_there(town: Town) -> None:
    town.add_bus()
    town.add_bus("other")
    ride = town.ride(1, 3)
    with pytest.raises(NotFound, match="SHIFT_NOT_FOUND"):
        town.move(ride.id, "ghost")
    with pytest.raises(NotFound, match="RIDE_NOT_FOUND"):
        town.move(ride.id, shift_of(town, "other"), caller=APP)
    town.cancel(ride.id)
    with pytest.raises(FailedPrecondition, match="RIDE_OVER"):
        town.move(ride.id, shift_of(town, "other"))
    ride = town.ride(1, 3)
    town.advance("08:09")
    town.arrive(f"{ride.id}.pickup", vehicle_id=ride.vehicle_id)
    with pytest.raises(FailedPrecondition, match="VEHICLE_COMING"):
        moves(town, ride.id)
    town.board(ride.id, vehicle_id=ride.vehicle_id)
    with pytest.raises(FailedPrecondition, match="RIDE_UNDER_WAY"):
        town.move(ride.id, shift_of(town, "other"))


asks = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 8), st.sampled_from([1, 20])).filter(
    lambda ask: ask[0] != ask[1]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(asks, min_size=1, max_size=5), st.integers(1, 3), st.data())
def test_what_was_said_before_is_what_happens(
    wanted: list[tuple[int, int, int, int]], bus_count: int, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder))
        try:
            rides = []
            for number in range(bus_count):
                town.add_bus(f"bus{number}", ("06:00", "10:30"), layouts=[(2, 0)], base=2 * number)
            for origin, destination, slot, span in wanted:
                offers = town.ask(origin, destination, f"08:{5 * slot:02}", minutes=span).offers
                rides += [town.book(offers[0])] if offers else []
            ride = data.draw(st.sampled_from(rides))
            move = data.draw(st.sampled_from(moves(town, ride.id).moves))
            before, tasks = driven(town), town.plan().tasks
            moved = town.move(ride.id, move.shift_id)
            assert moved.moved is not bool(move.reasons)
            assert moved.reasons == move.reasons
            if moved.moved:
                after = driven(town)
                assert (after[0] - before[0], after[1] - before[1]) == (
                    move.added_drive_s,
                    move.added_distance_m,
                )
                assert (moved.ride.pickup_time, moved.ride.dropoff_time) == (
                    move.pickup_time,
                    move.dropoff_time,
                )
            assert town.plan().tasks == tasks
            assert town.violations() == []
        finally:
            town.close()
