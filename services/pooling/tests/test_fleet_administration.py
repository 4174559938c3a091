"""Vehicles and shifts: added, changed and taken off, never at the cost of a promise."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pooling.application.shift_rules import check_shift
from pooling.domain.facts import (
    RideMoved,
    ShiftCancelled,
    ShiftScheduled,
    VehicleRegistered,
    VehicleRemoved,
    VehicleUpdated,
)
from pooling.domain.fleet import Rest, Shift, Vehicle, VehicleKind
from pooling.domain.offers import OfferState
from pooling.domain.rides import Ride
from pooling.domain.zone_day import ZoneDay
from routing_core.fleet.model import Action, Layout
from service_kit.errors import Aborted, AlreadyExists, FailedPrecondition, InvalidInput, NotFound
from town import BEYOND, DAY, ISLAND, PHONE_DESK, ROAD, Town, clock_time


def update(town: Town, vehicle: Vehicle) -> Vehicle:
    updated: Vehicle = town.answer(town.fleet.update_vehicle(town.call("UpdateVehicle"), vehicle))
    return updated


def cancel_shift(town: Town, vehicle_id: str = "bus") -> list[str]:
    shift_id = town.duty(vehicle_id).shift.id
    moved: list[str] = town.answer(town.fleet.cancel_shift(town.call("CancelShift"), shift_id))
    return moved


def delete(town: Town, vehicle_id: str) -> None:
    town.fleet.delete_vehicle(town.call("DeleteVehicle"), vehicle_id)


def offer_state(town: Town, offer_id: str) -> OfferState:
    with town.store.reading() as reader:
        offer = reader.offer(offer_id)
    assert offer is not None
    return offer.state


def on_bus(town: Town, origin: int, destination: int, when: str, minutes: float = 10) -> Ride:
    """A ride on the bus while it is the only vehicle."""
    ride = town.ride(origin, destination, when, minutes=minutes)
    assert ride.vehicle_id == "bus"
    return ride


# Vehicles


def test_a_vehicle_is_registered_once_and_in_a_zone_that_exists(town: Town) -> None:
    bus = town.add_bus()
    assert town.queries.vehicle("bus", PHONE_DESK) == bus
    assert [fact.vehicle for fact in town.facts(VehicleRegistered)] == [bus]
    before = town.row_counts()
    with pytest.raises(AlreadyExists, match="VEHICLE_EXISTS"):
        town.fleet.create_vehicle(town.call("CreateVehicle"), bus)
    with pytest.raises(NotFound, match=r"vehicle\.zone_id.*'west'"):
        town.fleet.create_vehicle(town.call("CreateVehicle"), replace(bus, id="new", zone_id="west"))
    assert town.row_counts() == before


def test_a_changed_vehicle_drives_as_it_is_now(town: Town) -> None:
    bus = town.add_bus(layouts=[(1, 0)])
    assert town.ask(1, 3, load=(2, 0)).offers == ()
    changed = replace(bus, name="Bus 2", kind=VehicleKind.TAXI, layouts=(Layout(8),))
    assert update(town, replace(changed, zone_id="")) == changed
    assert town.queries.vehicle("bus", PHONE_DESK) == changed
    assert town.duty().vehicle == changed
    assert [fact.vehicle for fact in town.facts(VehicleUpdated)] == [changed]
    (offer,) = town.ask(1, 3, load=(2, 0)).offers
    assert offer.vehicle_kind is VehicleKind.TAXI


def test_a_vehicle_stays_in_its_zone_and_must_exist(town: Town) -> None:
    bus = town.add_bus()
    before = town.row_counts()
    with pytest.raises(FailedPrecondition, match="ZONE_IS_FIXED"):
        update(town, replace(bus, zone_id="ost"))
    with pytest.raises(NotFound, match=r"vehicle\.vehicle_id: .*'ghost'"):
        update(town, replace(bus, id="ghost"))
    assert town.row_counts() == before


def test_a_vehicle_goes_when_nothing_is_ahead_of_it(town: Town) -> None:
    town.add_bus()
    with pytest.raises(FailedPrecondition, match="SHIFTS_PLANNED") as raised:
        delete(town, "bus")
    assert raised.value.metadata == {"shift_ids": town.duty().shift.id}
    cancel_shift(town)
    delete(town, "bus")
    with pytest.raises(NotFound, match="VEHICLE_NOT_FOUND"):
        town.queries.vehicle("bus", PHONE_DESK)
    with pytest.raises(NotFound, match="VEHICLE_NOT_FOUND"):
        delete(town, "bus")
    assert [fact.vehicle_id for fact in town.facts(VehicleRemoved)] == ["bus"]


def test_out_of_service_moves_rides_and_withdraws_offers(town: Town) -> None:
    bus = town.add_bus()
    rides = [on_bus(town, 1, 3, "08:00"), on_bus(town, 4, 2, "09:00")]
    (held,) = town.ask(2, 4, "11:00").offers
    town.add_bus("other", base=2)
    promises = [ride.promise for ride in rides]
    update(town, replace(bus, out_of_service=True))
    assert {stop.subject for stop in town.stops("other")} == {ride.id for ride in rides}
    assert town.stops("bus") == []
    assert town.violations() == []
    told = town.facts(RideMoved)
    assert [(fact.ride_id, fact.to_vehicle_id) for fact in told] == [(ride.id, "other") for ride in rides]
    assert {fact.from_shift_id for fact in told} == {town.duty("bus").shift.id}
    assert [town.queries.ride(ride.id, PHONE_DESK)[0].promise for ride in rides] == promises
    assert {town.queries.ride(ride.id, PHONE_DESK)[0].vehicle_id for ride in rides} == {"other"}
    assert offer_state(town, held.id) is OfferState.WITHDRAWN
    with pytest.raises(FailedPrecondition, match="OFFER_WITHDRAWN"):
        town.book(held)


def test_out_of_service_is_refused_where_nobody_else_can_come(town: Town) -> None:
    bus = town.add_bus()
    near, far = on_bus(town, 1, 3, "06:30"), on_bus(town, 2, 4, "09:00")
    town.add_bus("other", base=5)
    # From village 5 it takes twenty minutes to village 1, but the other one begins at seven.
    cancel_shift(town, "other")
    town.add_shift("other", "07:00", "20:00", base=5)
    before, rows = town.plan(), town.row_counts()
    with pytest.raises(FailedPrecondition, match="RIDES_PROMISED") as raised:
        update(town, replace(bus, out_of_service=True))
    assert raised.value.metadata == {"ride_ids": near.id}
    assert (town.plan(), town.row_counts()) == (before, rows)
    assert town.queries.ride(far.id, PHONE_DESK)[0].vehicle_id == "bus"


def test_fewer_seats_move_only_where_somebody_would_have_none(town: Town) -> None:
    bus = town.add_bus()
    party = on_bus(town, 1, 3, "08:00")
    town.add_bus("other", base=2)
    before = town.stops("bus")
    update(town, replace(bus, layouts=(Layout(1),)))
    assert town.stops("bus") == before
    assert town.facts(RideMoved) == []
    update(town, replace(bus, layouts=(Layout(0, 2),)))
    assert town.stops("bus") == []
    assert [fact.ride_id for fact in town.facts(RideMoved)] == [party.id]
    assert town.violations() == []


def test_fewer_seats_are_refused_where_a_party_would_stand(town: Town) -> None:
    bus = town.add_bus()
    party = town.ride(1, 3, "08:00", load=(3, 0))
    with pytest.raises(FailedPrecondition, match="RIDES_PROMISED") as raised:
        update(town, replace(bus, layouts=(Layout(2, 1),)))
    assert raised.value.metadata == {"ride_ids": party.id}
    assert town.queries.vehicle("bus", PHONE_DESK) == bus


def test_nobody_aboard_loses_the_vehicle(town: Town) -> None:
    bus = town.add_bus()
    ride = on_bus(town, 1, 3, "08:00")
    town.add_bus("other", base=2)
    town.board(ride.id, "08:00:30")
    for refused in (
        lambda: update(town, replace(bus, out_of_service=True)),
        lambda: cancel_shift(town),
    ):
        with pytest.raises(FailedPrecondition, match="PASSENGERS_ABOARD") as raised:
            refused()
        assert raised.value.metadata == {"ride_ids": ride.id}
    assert town.duty().vehicle == bus
    # With room enough for those aboard, the layout may change all the same.
    update(town, replace(bus, layouts=(Layout(1),)))
    assert town.violations() == []


def test_nobody_sees_the_vehicle_come_and_leave_again(town: Town) -> None:
    bus = town.add_bus()
    ride = on_bus(town, 1, 3, "08:00")
    town.add_bus("other", base=1)
    town.advance("08:00")
    town.arrive(f"{ride.id}.pickup")
    before, rows = town.plan(), town.row_counts()
    for refused in (
        lambda: cancel_shift(town),
        lambda: update(town, replace(bus, layouts=(Layout(0, 2),))),
    ):
        with pytest.raises(FailedPrecondition, match="RIDES_PROMISED") as raised:
            refused()
        assert raised.value.metadata == {"ride_ids": ride.id}
        assert (town.plan(), town.row_counts()) == (before, rows)


def test_who_waits_for_a_vehicle_that_drives_no_more_gets_another_one(town: Town) -> None:
    bus = town.add_bus()
    ride = on_bus(town, 1, 3, "08:00")
    town.add_bus("other", base=1)
    town.advance("08:00")
    town.arrive(f"{ride.id}.pickup")
    update(town, replace(bus, out_of_service=True))
    assert [fact.ride_id for fact in town.facts(RideMoved)] == [ride.id]
    assert town.duty("bus").arrived_s is None
    town.board(ride.id, "08:05", "other")
    update(town, bus)
    ahead = town.ride(1, 5, "08:06", minutes=10)
    assert ahead.vehicle_id in ("bus", "other")
    assert town.violations() == []


def test_fewer_seats_say_nothing_about_who_has_been_driven(town: Town) -> None:
    bus = town.add_bus()
    party = town.ride(1, 3, "08:00", load=(3, 0))
    town.board(party.id, "08:00:30")
    town.alight(party.id, "08:11")
    ahead = on_bus(town, 1, 3, "10:00")
    update(town, replace(bus, layouts=(Layout(2),)))
    assert {stop.subject for stop in town.stops() if not stop.done} == {ahead.id}
    assert town.violations() == []
    assert town.audit("09:00").findings == ()


# Shifts


def test_a_shift_fills_in_where_and_when_it_belongs(town: Town) -> None:
    town.add_bus("bus", ("06:00", "12:00"), breaks=[("08:00", "09:00", 600), ("10:00", "10:00", 300)])
    shift = town.duty().shift
    assert (shift.zone_id, shift.service_date) == ("nord", DAY)
    assert [rest.id for rest in shift.breaks] == [f"{shift.id}.break1", f"{shift.id}.break2"]
    assert [fact.shift for fact in town.facts(ShiftScheduled)] == [shift]
    assert [(what, when) for what, _, when in town.times()] == [("break", "08:00:00"), ("break", "10:00:00")]
    assert town.violations() == []
    night = town.add_shift("bus", "24:00", "26:00")
    assert night.service_date == DAY


@pytest.mark.parametrize(
    ("start", "end", "overlaps"),
    [
        ("06:00", "08:00", False),
        ("07:00", "08:01", True),
        ("09:00", "10:00", True),
        ("07:00", "13:00", True),
        ("11:59", "13:00", True),
        ("12:00", "13:00", False),
    ],
)
def test_nobody_drives_two_shifts_at_once(town: Town, start: str, end: str, *, overlaps: bool) -> None:
    town.add_bus("bus", ("08:00", "12:00"))
    town.add_bus("other", ("06:00", "13:00"))
    before = town.row_counts()
    if overlaps:
        with pytest.raises(FailedPrecondition, match="SHIFT_OVERLAPS") as raised:
            town.add_shift("bus", start, end)
        assert raised.value.metadata == {"shift_id": town.duty().shift.id}
        assert town.row_counts() == before
    else:
        town.add_shift("bus", start, end)
        assert len(town.plan().duties) == 3


def test_a_shift_over_a_service_day_overlaps_the_next_day_s(town: Town) -> None:
    town.add_bus("bus", ("22:00", "28:00"))
    with pytest.raises(FailedPrecondition, match="SHIFT_OVERLAPS"):
        town.add_shift("bus", "27:30", "30:00")
    assert town.add_shift("bus", "28:00", "30:00").service_date == DAY + timedelta(days=1)


def test_a_shift_is_not_planned_for_the_past_or_far_into_tomorrow(town: Town) -> None:
    town.add_bus("bus", ("06:00", "07:00"))
    town.advance("12:00")
    before = town.row_counts()
    for start, end, reason in (
        ("09:00", "12:00", "TIME_IN_PAST"),
        ("22:00", "29:01", "SHIFT_TOO_LATE"),
    ):
        with pytest.raises(InvalidInput) as raised:
            town.add_shift("bus", start, end)
        assert [(fault.field, fault.reason) for fault in raised.value.violations] == [
            ("shift.end_time", reason)
        ]
    assert town.row_counts() == before
    town.add_shift("bus", "11:00", "12:01")


def test_a_base_lies_on_a_road_but_may_lie_outside_the_zone(town: Town) -> None:
    town.add_bus("bus", ("06:00", "07:00"))
    shift = replace(town.duty().shift, start=town.at("08:00"), end=town.at("12:00"))
    before = town.row_counts()
    for wrong, field in (
        (replace(shift, start_point=ISLAND), "shift.start"),
        (replace(shift, end_point=ISLAND), "shift.end"),
    ):
        with pytest.raises(InvalidInput) as raised:
            town.fleet.create_shift(town.call("CreateShift"), wrong)
        assert [(fault.field, fault.reason) for fault in raised.value.violations] == [
            (field, "NO_ROAD_NEARBY")
        ]
    assert town.row_counts() == before
    depot = replace(shift, start_point=BEYOND)
    made: Shift = town.answer(town.fleet.create_shift(town.call("CreateShift"), depot))
    assert (made.start_point, made.end_point) == (BEYOND, ROAD[0])


@pytest.mark.parametrize(
    ("breaks", "start", "faults"),
    [
        ([], "08:00", []),
        ([], "12:00", [("shift.end_time", "WINDOW_REVERSED")]),
        ([("09:00", "10:00", 7200)], "08:00", []),
        ([("09:00", "10:00", 7201)], "08:00", [("shift.breaks[0].start_window", "BREAK_OUTSIDE_SHIFT")]),
        ([("07:59", "10:00", 60)], "08:00", [("shift.breaks[0].start_window", "BREAK_OUTSIDE_SHIFT")]),
        ([("09:00", "09:00", 0)], "08:00", [("shift.breaks[0].duration", "DURATION_INVALID")]),
        (
            [("09:00", "09:00", 60), ("11:00", "10:00", 60)],
            "08:00",
            [("shift.breaks[1].start_window.latest", "WINDOW_REVERSED")],
        ),
    ],
)
def test_what_is_wrong_with_a_shift_is_named(
    breaks: list[tuple[str, str, int]], start: str, faults: list[tuple[str, str]]
) -> None:
    rests = tuple(
        Rest("", clock_time(earliest), clock_time(latest), duration_s)
        for earliest, latest, duration_s in breaks
    )
    shift = Shift("", "bus", "", DAY, clock_time(start), clock_time("12:00"), ROAD[0], ROAD[0], rests)
    assert [(fault.field, fault.reason) for fault in check_shift(shift)] == faults


def test_sixteen_hours_are_the_longest_shift() -> None:
    shift = Shift("", "bus", "", DAY, clock_time("04:00"), clock_time("20:00"), ROAD[0], ROAD[0])
    assert check_shift(shift) == []
    (fault,) = check_shift(replace(shift, end=clock_time("20:01")))
    assert (fault.field, fault.reason) == ("shift.end_time", "SHIFT_TOO_LONG")


# Taking a shift off


def test_a_cancelled_shift_moves_its_rides(town: Town) -> None:
    town.add_bus(breaks=[("12:00", "13:00", 1800)])
    rides = [on_bus(town, 1, 3, "08:00"), on_bus(town, 2, 4, "08:00"), on_bus(town, 4, 2, "09:00")]
    (held,) = town.ask(2, 4, "11:00").offers
    town.add_bus("other", base=2)
    shift_id = town.duty("bus").shift.id
    moved = cancel_shift(town)
    assert sorted(moved) == sorted(ride.id for ride in rides)
    assert [duty.vehicle.id for duty in town.plan().duties] == ["other"]
    assert set(town.plan().tasks) == set(moved)
    assert town.violations() == []
    assert [fact.shift_id for fact in town.facts(ShiftCancelled)] == [shift_id]
    assert offer_state(town, held.id) is OfferState.WITHDRAWN
    assert town.queries.shifts(None, None, "bus", "", 10, caller=PHONE_DESK).items == []
    with pytest.raises(NotFound, match="SHIFT_NOT_FOUND"):
        town.fleet.cancel_shift(town.call("CancelShift"), shift_id)


def test_only_the_shift_that_was_read_is_taken_off(town: Town) -> None:
    town.add_bus()
    shift = town.duty().shift
    with pytest.raises(Aborted, match="SHIFT_CHANGED") as raised:
        town.fleet.cancel_shift(town.call("CancelShift"), shift.id, "other")
    assert [fault.field for fault in raised.value.violations] == ["etag"]
    assert town.duty().shift == shift
    town.fleet.cancel_shift(town.call("CancelShift"), shift.id, shift.etag)
    assert town.plan().duties == ()


def test_a_shift_with_promises_that_nobody_else_keeps_stays(town: Town) -> None:
    town.add_bus(layouts=[(8, 0)])
    stuck = [town.ride(1, 3, "08:00", minutes=5, load=(4, 0)), town.ride(1, 3, "08:00", minutes=5)]
    moves = on_bus(town, 4, 2, "10:00")
    town.add_bus("other", base=2, layouts=[(0, 1), (3, 0)])
    assert town.ask(1, 3, "12:00", load=(4, 0)).offers
    before, rows = town.plan(), town.row_counts()
    with pytest.raises(FailedPrecondition, match="RIDES_PROMISED") as raised:
        cancel_shift(town)
    assert raised.value.metadata == {"ride_ids": stuck[0].id}
    assert (town.plan(), town.row_counts()) == (before, rows)
    town.cancel(stuck[0].id)
    assert sorted(cancel_shift(town)) == sorted([stuck[1].id, moves.id])
    assert town.violations() == []


def test_a_shift_that_has_driven_is_not_undone(town: Town) -> None:
    town.add_bus()
    ride = on_bus(town, 1, 3, "08:00")
    town.board(ride.id, "08:00:30")
    town.alight(ride.id, "08:11")
    with pytest.raises(FailedPrecondition, match="SHIFT_UNDER_WAY"):
        cancel_shift(town)


# Letting go of holds


def breaks_taken(day: ZoneDay) -> list[int]:
    return [stop.start_s for duty in day.duties for stop in duty.stops if stop.action is Action.BREAK]


def test_a_hold_that_goes_leaves_the_break_where_it_can_be_taken(town: Town) -> None:
    town.add_bus(breaks=[("08:00", "08:40", 1800)])
    ride = town.ride(5, 0, "08:30", minutes=45)
    (held,) = town.ask(0, 5, "07:20", minutes=40).offers
    assert town.violations() == []
    town.clock.advance_to(held.expire_time)
    other = town.ride(1, 0, "10:00")
    assert set(town.plan().tasks) == {ride.id, other.id}
    assert len(breaks_taken(town.plan())) == 1
    assert town.violations() == []


def test_a_tour_that_runs_late_does_not_drive_to_who_cancelled(town: Town) -> None:
    town.add_bus()
    late = town.ride(1, 5, "08:00", minutes=10)
    ahead = town.ride(0, 3, "09:30", minutes=10)
    town.advance("08:40")
    assert town.violations() != []
    town.cancel(ahead.id)
    assert set(town.plan().tasks) == {late.id}
    assert {stop.subject for stop in town.stops()} == {late.id}


def test_a_hold_of_a_shift_that_is_over_goes(town: Town) -> None:
    town.add_bus("bus", ("06:00", "09:00"))
    (held,) = town.ask(1, 3, "06:10").offers
    town.add_bus("other", ("06:00", "20:00"))
    town.advance("10:00")
    assert held.id in town.plan().tasks
    ride = town.ride(1, 3, "11:00")
    assert set(town.plan().tasks) == {ride.id}
