"""Better tours, and nobody who was promised something notices."""

import multiprocessing
from collections.abc import Callable
from dataclasses import replace

import pytest
from changed_road import ChangedRoad
from pooling.adapters.improver import WorkerImprover
from pooling.application.improving import Improvement, ImprovePlan
from pooling.application.ports import Searched
from pooling.domain.facts import RideMoved
from pooling.domain.rides import RideState
from pooling.domain.road_changes import RoadChange
from routing_core.fleet.model import Plan
from routing_core.improve.problem import Costs, Problem
from routing_core.improve.ready import warm_up
from routing_core.improve.solve import solve
from routing_core.travel import UNREACHABLE, TravelMatrix
from service_kit.errors import NotFound
from town import PHONE_DESK, ROAD, Town


class Here:
    """The search in this process, for a number of steps instead of a time."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self._meanwhile = meanwhile
        self.asked: list[Plan] = []

    def improve(
        self,
        plan: Plan,
        travel: TravelMatrix,
        time_limit_s: float,  # noqa: ARG002 - as the port has it
        *,
        prove: bool = False,  # noqa: ARG002
    ) -> Searched:
        self.asked.append(plan)
        self._meanwhile()
        problem = Problem(plan, travel, Costs(travel.metres.astype(float)))
        found = solve(problem, seconds=30, max_iterations=300)
        assert found.feasible
        return Searched(found.plan)


def improved(town: Town, improver: Here | None = None) -> Improvement:
    use_case = ImprovePlan(town.desk, improver or Here())
    found: Improvement = town.answer(use_case(town.call("ImprovePlan"), "nord", town.day, 0.1))
    return found


def far_ride(town: Town) -> str:
    """A ride near village 0 on a bus from village 5; then a bus at village 0 comes on duty."""
    town.add_bus("far", base=5)
    ride = town.ride(1, 0, "08:00")
    town.add_bus("near")
    return ride.id


def close(town: Town, place: int) -> None:
    """Leave no way between a village and the next one."""
    road = ChangedRoad()
    road.change([RoadChange("L35", ROAD[place : place + 2], 0.0, town.at("05:00"), None)])
    town.desk.roads = road


def test_a_ride_moves_to_the_bus_that_is_nearer(town: Town) -> None:
    ride_id = far_ride(town)
    before = town.queries.ride(ride_id, PHONE_DESK)[0]
    found = improved(town)
    assert found == Improvement(town.plan().version, True, 50_000, 10_000, (ride_id,))
    after = town.queries.ride(ride_id, PHONE_DESK)[0]
    assert (before.vehicle_id, after.vehicle_id) == ("far", "near")
    assert after.promise == before.promise
    assert town.violations() == []
    (moved,) = town.facts(RideMoved)
    assert (moved.ride_id, moved.to_vehicle_id) == (ride_id, "near")
    town.board(ride_id, "08:05", vehicle_id="near")
    assert town.alight(ride_id, "08:12", vehicle_id="near").state is RideState.COMPLETED
    assert town.audit("09:00").findings == ()


def test_a_wheelchair_goes_where_there_is_a_place_for_it(town: Town) -> None:
    town.add_bus("far", base=5, layouts=[(4, 1)])
    ride = town.ride(1, 0, "08:00", load=(0, 1))
    town.add_bus("near", layouts=[(8, 0)])
    version = town.plan().version
    found = improved(town)
    assert not found.improved
    assert found.plan_version == town.plan().version == version
    assert town.queries.ride(ride.id, PHONE_DESK)[0].vehicle_id == "far"


def test_a_held_seat_stays_where_it_is_held(town: Town) -> None:
    town.add_bus("far", base=5)
    (offer,) = town.ask(1, 0, "08:00", count=1).offers
    town.add_bus("near")
    assert not improved(town).improved
    assert town.book(offer).vehicle_id == "far"


def test_a_vehicle_under_way_goes_where_it_is_going(town: Town) -> None:
    ride_id = far_ride(town)
    planned = town.queries.ride(ride_id, PHONE_DESK)[0].pickup_time
    town.clock.advance_to(planned.replace(minute=planned.minute))
    town.clock.advance_to(town.at("08:00"))
    assert not improved(town).improved


def test_out_of_service_takes_nothing(town: Town) -> None:
    far_ride(town)
    near = next(duty.vehicle for duty in town.plan().duties if duty.vehicle.id == "near")
    town.fleet.update_vehicle(town.call("UpdateVehicle"), replace(near, out_of_service=True))
    assert not improved(town).improved


def test_a_ride_whose_bus_is_cut_off_goes_to_one_that_is_not(town: Town) -> None:
    ride_id = far_ride(town)
    close(town, 4)
    found = improved(town)
    assert found == Improvement(town.plan().version, True, 50_000, 10_000, (ride_id,))
    assert town.violations() == []


def test_a_plan_with_a_leg_without_a_way_gets_better_where_it_can(town: Town) -> None:
    town.add_bus("far", base=3)
    movable, _, cut_off = (
        town.ride(1, 0, "08:00"),
        town.ride(2, 1, "10:00"),
        town.ride(1, 4, "15:00"),
    )
    town.add_bus("near")
    usual = town.queries.ride(cut_off.id, PHONE_DESK)[0]
    close(town, 3)
    found = improved(town)
    assert movable.id in found.moved_ride_ids
    assert cut_off.id not in found.moved_ride_ids
    assert found.distance_m < found.distance_before_m < UNREACHABLE
    assert town.queries.ride(cut_off.id, PHONE_DESK)[0].promise == usual.promise
    assert town.violations() == []


def test_a_plan_that_changed_meanwhile_is_left_alone(town: Town) -> None:
    ride_id = far_ride(town)
    found = improved(town, Here(lambda: town.ride(3, 4, "12:00")))
    assert not found.improved
    assert found.plan_version == town.plan().version
    assert town.queries.ride(ride_id, PHONE_DESK)[0].vehicle_id == "far"
    assert improved(town).improved


def test_an_empty_day_is_not_searched(town: Town) -> None:
    town.add_bus()
    here = Here()
    assert not improved(town, here).improved
    assert here.asked == []
    with pytest.raises(NotFound, match="ZONE_NOT_FOUND"):
        ImprovePlan(town.desk, here)(town.call("ImprovePlan"), "ghost", None, 0.1)


def test_a_busy_day_gets_shorter_and_stays_as_promised(town: Town) -> None:
    town.add_bus("far", base=5)
    rides = [
        town.ride(*ends, when, minutes=20)
        for ends, when in (((1, 0), "07:00"), ((4, 5), "07:40"), ((0, 2), "08:30"), ((5, 3), "09:20"))
    ]
    town.add_bus("near")
    found = improved(town)
    assert found.improved
    assert found.distance_m < found.distance_before_m
    assert town.violations() == []
    assert [town.queries.ride(ride.id, PHONE_DESK)[0].promise for ride in rides] == [
        ride.promise for ride in rides
    ]
    assert not improved(town).improved


def test_the_worker_finds_the_same_and_survives_its_own_death(town: Town) -> None:
    ride_id = far_ride(town)
    before = {child.pid for child in multiprocessing.active_children()}
    worker = WorkerImprover()
    try:
        use_case = ImprovePlan(town.desk, worker)
        found: Improvement = town.answer(use_case(town.call("ImprovePlan"), "nord", town.day, 0.2))
        assert found.moved_ride_ids == (ride_id,)
        (process,) = (child for child in multiprocessing.active_children() if child.pid not in before)
        process.kill()
        process.join()
        town.ride(3, 4, "12:00")
        again: Improvement = town.answer(use_case(town.call("ImprovePlan"), "nord", town.day, 0.2))
        assert not again.improved
    finally:
        worker.close()


def test_how_little_could_be_driven_at_all(town: Town) -> None:
    ride_id = far_ride(town)
    warm_up()
    worker = WorkerImprover()
    try:
        use_case = ImprovePlan(town.desk, worker)

        def asked() -> Improvement:
            call = town.call("ImprovePlan")
            found: Improvement = town.answer(use_case(call, "nord", town.day, 2.0, prove=True))
            return found

        found = asked()
        assert (found.distance_m, found.moved_ride_ids) == (10_000, (ride_id,))
        assert (found.lower_bound_m, found.optimal) == (10_000, True)
        again = asked()
        assert (again.improved, again.lower_bound_m, again.optimal) == (False, 10_000, True)
        town.ride(3, 4, "12:00")
        town.board(ride_id, "08:05", vehicle_id="near")
        under_way = asked()
        assert (under_way.lower_bound_m, under_way.optimal) == (None, False)
    finally:
        worker.close()
