"""A vehicle breaks down: nothing refuses that, its rides go to others, and all are told what holds now."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from driver import Drivers
from identified import TENANT
from pooling.application.breakdowns import ReportBreakdown
from pooling.application.driving import Report
from pooling.application.improving import ImprovePlan, core_plan
from pooling.application.ports import Searched
from pooling.domain.breakdown_report import BreakdownReason
from pooling.domain.facts import (
    BreakCause,
    BrokenPromise,
    PassengerBoarded,
    PromiseBroken,
    RideInterrupted,
    RideMoved,
    RidePromisedAnew,
    RideStranded,
    VehicleBrokenDown,
    VehicleUpdated,
)
from pooling.domain.rides import RideState
from pooling.domain.zone_day import ride_of
from routing_core.fleet.model import Plan
from service_kit.errors import FailedPrecondition, InvalidInput, NotFound
from service_kit.identity.principal import Principal, Role
from town import ISLAND, PHONE_DESK, ROAD, Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path)
    yield town
    town.close()


def test_rides_go_to_a_vehicle_that_keeps_their_promises(town: Town) -> None:
    town.add_bus("bus")
    ride = town.ride(1, 3, "08:00")
    town.add_bus("other", base=5)
    found = town.break_down("bus")
    (moved,) = found.moved
    assert (found.later, found.stranded) == ((), ())
    assert (moved.former.vehicle_id, moved.ride.vehicle_id) == ("bus", "other")
    assert moved.ride.promise == ride.promise
    assert found.vehicle.out_of_service
    assert not town.stops("bus")
    assert [stop.subject for stop in town.stops("other")] == [ride.id, ride.id]
    assert town.violations() == []
    assert [(fact.ride_id, fact.to_vehicle_id) for fact in town.facts(RideMoved)] == [(ride.id, "other")]
    assert town.facts(PromiseBroken, RidePromisedAnew, RideStranded) == []
    (told,) = town.facts(VehicleBrokenDown)
    assert (told.moved_ride_ids, told.later_ride_ids, told.stranded_ride_ids) == ((ride.id,), (), ())
    (updated,) = town.facts(VehicleUpdated)
    assert updated.vehicle == found.vehicle


def test_what_cannot_be_kept_is_promised_anew_with_the_least_delay(town: Town) -> None:
    town.add_bus("bus")
    ride = town.ride(1, 3, "08:00", minutes=0)
    town.add_bus("late", ("08:20", "20:00"), base=0)
    town.advance("07:50")
    found = town.break_down("bus")
    (later,) = found.later
    # Five minutes of driving after the shift's start; delays are tried in steps of five minutes.
    assert later.ride.id == ride.id
    assert later.ride.pickup_time == town.at("08:25")
    assert later.ride.promise.pickup.earliest <= later.ride.pickup_time <= later.ride.promise.pickup.latest
    assert later.ride.promise.pickup.latest <= ride.promise.pickup.latest + timedelta(minutes=30)
    assert later.former.promise == ride.promise
    assert town.violations() == []
    (anew,) = town.facts(RidePromisedAnew)
    assert (anew.promise, anew.vehicle_id, anew.cause) == (
        later.ride.promise,
        "late",
        BreakCause.BREAKDOWN,
    )
    told = {fact.what: (fact.by_s, fact.cause) for fact in town.facts(PromiseBroken)}
    assert told == {
        BrokenPromise.PICKUP_LATE: (
            (town.at("08:25") - ride.promise.pickup.latest).total_seconds(),
            BreakCause.BREAKDOWN,
        ),
        BrokenPromise.ARRIVAL_LATE: (
            (later.ride.dropoff_time - ride.promise.latest_arrival).total_seconds(),
            BreakCause.BREAKDOWN,
        ),
    }


def test_who_sat_in_it_is_picked_up_where_it_stands(town: Town) -> None:
    town.add_bus("bus")
    ride = town.ride(0, 4, "08:00")
    town.add_bus("other", base=5)
    town.board(ride.id, "08:01")
    town.advance("08:08")
    found = town.break_down("bus", place=1)
    (changed,) = (*found.moved, *found.later)
    assert changed.was_aboard
    assert changed.ride.state is RideState.BOOKED
    assert (changed.ride.pickup.point, changed.ride.pickup.label) == (ROAD[1], "Bus")
    assert changed.ride.vehicle_id == "other"
    (told,) = town.facts(RideInterrupted)
    assert (told.ride_id, told.vehicle_id, told.place.point) == (ride.id, "bus", ROAD[1])
    Drivers(town).until(town.at("12:00"))
    assert town.queries.ride(ride.id, PHONE_DESK)[0].state is RideState.COMPLETED
    assert [fact.vehicle_id for fact in town.facts(PassengerBoarded)] == ["bus", "other"]
    audit = town.audit()
    assert audit.findings == ()
    assert audit.figures.served_count == 1
    assert audit.figures.broken_promise_count == len(town.facts(PromiseBroken))


def test_without_a_position_it_stands_on_its_way_as_planned(town: Town) -> None:
    town.add_bus("bus")
    ride = town.ride(0, 4, "08:00")
    town.board(ride.id, "08:01")
    town.advance("08:12")
    found = town.break_down("bus")
    # Two villages on, at five minutes each.
    assert found.place is not None
    assert found.place.point == ROAD[2]


def test_who_has_come_to_where_the_ride_ends_only_gets_off(town: Town) -> None:
    town.add_bus("bus")
    ride = town.ride(0, 2, "08:00")
    town.board(ride.id, "08:01")
    town.advance("08:11")
    found = town.break_down("bus", place=2)
    assert (found.moved, found.later, found.stranded) == ((), (), ())
    assert town.alight(ride.id, "08:12").state is RideState.COMPLETED
    assert town.facts(RideInterrupted) == []


def test_the_last_vehicle_leaves_them_stranded(town: Town) -> None:
    town.add_bus("bus")
    aboard, ahead = town.ride(0, 3, "08:00"), town.ride(4, 2, "09:00")
    town.board(aboard.id, "08:01")
    town.advance("08:06")
    found = town.break_down("bus", place=1)
    assert {changed.ride.id: changed.was_aboard for changed in found.stranded} == {
        aboard.id: True,
        ahead.id: False,
    }
    assert all(changed.reasons for changed in found.stranded)
    for ride_id in (aboard.id, ahead.id):
        ride = town.queries.ride(ride_id, PHONE_DESK)[0]
        assert (ride.state, ride.vehicle_id, ride.shift_id) == (RideState.BOOKED, "", "")
    broken = {fact.ride_id: fact.what for fact in town.facts(PromiseBroken)}
    assert broken == {aboard.id: BrokenPromise.NO_VEHICLE, ahead.id: BrokenPromise.NO_VEHICLE}
    (told,) = town.facts(VehicleBrokenDown)
    assert set(told.stranded_ride_ids) == {aboard.id, ahead.id}
    figures = town.audit().figures
    assert (figures.served_count, figures.stranded_count, figures.broken_promise_count) == (0, 2, 2)
    assert town.audit().findings == ()


def test_a_stranded_ride_is_taken_up_again_or_given_up(town: Town) -> None:
    town.add_bus("bus")
    first, second = town.ride(0, 3, "08:00"), town.ride(4, 2, "09:00")
    town.advance("07:50")
    town.break_down("bus")
    (shift,) = [duty.shift for duty in town.plan().duties]
    with pytest.raises(FailedPrecondition, match="has no vehicle") as refused:
        town.move(first.id, shift.id)
    assert refused.value.reason == "RIDE_STRANDED"
    assert not town.postpone(first.id, "08:10").postponed
    town.add_bus("taxi", ("07:55", "20:00"))
    found = town.postpone(first.id, "08:10")
    assert found.postponed
    assert found.ride.vehicle_id == "taxi"
    assert town.violations() == []
    assert town.cancel(second.id).state is RideState.CANCELLED
    assert second.id not in town.plan().tasks
    Drivers(town).until(town.at("12:00"))
    audit = town.audit()
    assert audit.findings == ()
    assert (audit.figures.served_count, audit.figures.stranded_count) == (1, 0)


def test_what_was_only_held_is_withdrawn(town: Town) -> None:
    town.add_bus("bus")
    offer = town.ask(1, 3).offers[0]
    found = town.break_down("bus")
    assert (found.moved, found.later, found.stranded) == ((), (), ())
    with pytest.raises(FailedPrecondition) as refused:
        town.book(offer)
    assert refused.value.reason == "OFFER_WITHDRAWN"
    assert town.ask(1, 3).offers == ()


def test_a_vehicle_without_rides_only_stops_and_is_repaired(town: Town) -> None:
    vehicle = town.add_bus("bus")
    found = town.break_down("bus")
    assert (found.moved, found.later, found.stranded, found.place) == ((), (), (), None)
    again = town.break_down("bus")
    assert again == found
    assert len(town.facts(VehicleUpdated)) == 1
    town.fleet.update_vehicle(town.call("UpdateVehicle"), replace(vehicle, out_of_service=False))
    assert town.ask(1, 3).offers


def test_one_report_is_answered_once(town: Town) -> None:
    town.add_bus("bus")
    town.ride(1, 3)
    first = town.break_down("bus", request_id="same")
    assert town.break_down("bus", request_id="same") is first
    assert len(town.facts(VehicleBrokenDown)) == 1


def test_whoever_did_not_report_it_finds_whom_it_concerned(town: Town) -> None:
    town.add_bus("bus")
    ride = town.ride(0, 3, "08:00")
    town.add_bus("other", base=5)
    town.advance("07:30")
    town.break_down("other")
    found = town.break_down("bus", reason=BreakdownReason.TYRE)
    town.cancel(ride.id)
    listed = town.known_breakdowns.listed(None, None, "", 1)
    (report,) = listed.items
    assert (report.id, report.vehicle_id, report.reason) == (found.id, "bus", BreakdownReason.TYRE)
    assert (report.time, report.told_time) == (town.at("07:30"), town.at("07:30"))
    (earlier,) = town.known_breakdowns.listed("nord", None, listed.next_token, 5).items
    assert earlier.vehicle_id == "other"
    assert town.known_breakdowns.listed(None, "other", "", 5).items == [earlier]
    with pytest.raises(NotFound, match="no zone 'ost'"):
        town.known_breakdowns.listed("ost", None, "", 5)
    known = town.known_breakdowns.breakdown(found.id)
    assert (known.report, known.moved, known.later) == (report, (), ())
    (then,), (now,) = found.stranded, known.stranded
    assert (now.former.promise, now.reasons) == (then.former.promise, then.reasons)
    assert (then.ride.state, now.ride.state) == (RideState.BOOKED, RideState.CANCELLED)
    with pytest.raises(NotFound, match="no breakdown 'unknown'"):
        town.known_breakdowns.breakdown("unknown")


def test_what_is_told_again_or_late_is_no_breakdown_of_its_own(town: Town) -> None:
    vehicle = town.add_bus("bus")
    town.ride(1, 3, "08:00")
    town.add_bus("other", base=5)
    town.advance("07:30")
    first = town.break_down("bus")
    second = town.break_down("bus", "07:31", place=1)
    assert (second.id, len(second.moved)) == (first.id, 1)
    repaired = replace(vehicle, out_of_service=False)
    town.fleet.update_vehicle(town.call("UpdateVehicle"), repaired)
    # The driver's phone had no network until now.
    late = town.break_down("bus", "07:29")
    assert (late.id, late.vehicle.out_of_service) == (first.id, False)
    assert town.queries.vehicle("bus", PHONE_DESK) == repaired
    assert len(town.known_breakdowns.listed(None, "bus", "", 9).items) == 1
    again = town.break_down("bus")
    assert again.vehicle.out_of_service
    assert len(town.known_breakdowns.listed(None, "bus", "", 9).items) == 2


def test_one_after_the_other_breaks_down_and_the_ride_goes_on(town: Town) -> None:
    town.add_bus("bus")
    ride = town.ride(0, 5, "08:00")
    town.add_bus("second", base=5)
    town.add_bus("third", base=5)
    town.board(ride.id, "08:01")
    town.advance("08:06")
    town.break_down("bus", place=1)
    taker = town.queries.ride(ride.id, PHONE_DESK)[0].vehicle_id
    while town.queries.ride(ride.id, PHONE_DESK)[0].state is not RideState.ABOARD:
        Drivers(town).until(town.clock.now() + timedelta(minutes=1))
    town.clock.advance_to(town.clock.now() + timedelta(minutes=6))
    (changed, *more) = (*(found := town.break_down(taker, place=2)).moved, *found.later)
    assert not more
    assert changed.ride.pickup.point == ROAD[2]
    Drivers(town).until(town.at("14:00"))
    assert town.queries.ride(ride.id, PHONE_DESK)[0].state is RideState.COMPLETED
    boarded = [fact.vehicle_id for fact in town.facts(PassengerBoarded)]
    assert boarded[:2] == ["bus", taker]
    assert len(set(boarded)) == 3
    assert len(town.facts(RideInterrupted)) == 2
    assert town.audit().findings == ()
    # What was driven stays visible on the vehicles that drove it.
    stops = {ride_of(stop.subject) for stop in town.stops("bus")}
    assert stops == {ride.id}


def test_two_at_once_find_each_other_gone(town: Town) -> None:
    town.add_bus("bus")
    town.add_bus("other", base=5)
    rides = [town.ride(1, 3, "08:00"), town.ride(4, 2, "08:00")]
    desks = [ReportBreakdown(town.new_desk()) for _ in range(2)]
    calls = [town.call("ReportBreakdown") for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda one: town.answer(desks[one](calls[one], Report(["bus", "other"][one], None), None)),
                range(2),
            )
        )
    stranded = {changed.ride.id for found in answers for changed in found.stranded}
    assert stranded == {ride.id for ride in rides}
    assert all(not duty.stops for duty in town.plan().duties)


def test_other_days_stay_as_they_are(town: Town) -> None:
    town.add_bus("bus", ("06:00", "20:00"), ("30:00", "40:00"))
    tomorrow = town.ride(1, 3, "32:00")
    found = town.break_down("bus")
    assert found.later_days_ride_count == 1
    assert town.queries.ride(tomorrow.id, PHONE_DESK)[0].vehicle_id == "bus"
    assert town.ask(1, 3, "33:00").offers == ()


def test_only_who_drives_it_reports_it(town: Town) -> None:
    town.add_bus("bus")
    stranger = Principal("d", frozenset({Role.DRIVER}), TENANT, "phone", vehicle_ids=frozenset({"other"}))
    with pytest.raises(NotFound):
        town.break_down("bus", caller=stranger)
    driver = replace(stranger, vehicle_ids=frozenset({"bus"}))
    assert town.break_down("bus", caller=driver).vehicle.out_of_service


def test_a_place_without_road_is_named(town: Town) -> None:
    town.add_bus("bus")
    with pytest.raises(InvalidInput) as wrong:
        town.report_breakdown(town.call("ReportBreakdown"), Report("bus", None), ISLAND)
    assert wrong.value.violations[0].field == "position"


def test_what_is_being_improved_meanwhile_stays_as_it_is(town: Town) -> None:
    town.add_bus("bus")
    town.add_bus("other", base=5)
    town.ride(1, 3, "08:00")

    class BreaksDown:
        def improve(self, plan: Plan, *_: object, **__: object) -> Searched:
            town.break_down("bus")
            return Searched(plan)

    improved = town.answer(
        ImprovePlan(town.desk, BreaksDown())(town.call("ImprovePlan"), "nord", town.day, 0.1)
    )
    assert not improved.improved
    assert not town.stops("bus")
    assert len(town.stops("other")) == 2


def test_a_stranded_ride_is_nothing_to_improve(town: Town) -> None:
    town.add_bus("bus")
    town.add_bus("other", ("06:00", "08:20"), base=5)
    ride = town.ride(4, 3, "06:30")
    stranded = town.ride(0, 1, "12:00")
    town.break_down("bus")
    plan = core_plan(town.plan(), town.desk.frame(town.plan(), town.clock.now()))
    assert set(plan.requests) == {ride.id}
    assert stranded.id in town.plan().tasks
