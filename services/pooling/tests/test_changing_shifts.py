"""Shifts that are changed: what was promised holds, or the change is refused and says whose promise it is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from pooling.application.changing_shifts import Fixed, Updated
from pooling.domain.facts import RideMoved, ShiftUpdated
from pooling.domain.fleet import Rest, Shift
from pooling.domain.history import History
from pooling.domain.offers import OfferState
from routing_core.fleet.model import Action
from service_kit.errors import Aborted, FailedPrecondition, InvalidInput, NotFound
from town import BEYOND, DAY, ISLAND, PHONE_DESK, ROAD, Town


def change(town: Town, of: str = "bus", /, fixed: Fixed | None = None, **wanted: object) -> Updated:
    """Change the shift of a vehicle; times are given as on a clock, breaks as for a bus that is added."""
    shift = town.duty(of).shift
    for name in ("start", "end"):
        if name in wanted:
            wanted[name] = town.at(str(wanted[name]))
    changed = replace(shift, **wanted)  # type: ignore[arg-type] # fields of a shift
    call = town.call("UpdateShift")
    updated: Updated = town.answer(town.update_shift(call, changed, fixed or Fixed()))
    return updated


def rests(town: Town, *breaks: tuple[str, str, int]) -> tuple[Rest, ...]:
    return tuple(
        Rest("", town.at(earliest), town.at(latest), duration_s) for earliest, latest, duration_s in breaks
    )


def stored_shift(town: Town, vehicle_id: str = "bus") -> Shift:
    (shift,) = town.queries.shifts(None, None, vehicle_id, "", 10, caller=PHONE_DESK).items
    return shift


def refused(town: Town, reason: str, changing: Callable[[], object]) -> FailedPrecondition | InvalidInput:
    """A refused change has changed nothing."""
    before, rows = town.plan(), town.row_counts()
    with pytest.raises((FailedPrecondition, InvalidInput), match=reason) as raised:
        changing()
    assert (town.plan(), town.row_counts()) == (before, rows)
    assert isinstance(raised.value, FailedPrecondition | InvalidInput)
    return raised.value


def breaks_of(town: Town) -> list[tuple[str, str]]:
    """Breaks of the bus as planned: which one, and when."""
    day = town.desk.service_day(town.day)
    return [
        (
            stop.subject.rpartition(".")[2],
            f"{day.instant(stop.start_s).astimezone(town.desk.time_zone):%H:%M}",
        )
        for stop in town.stops()
        if stop.action is Action.BREAK
    ]


def test_a_longer_shift_takes_rides_it_could_not_take(town: Town) -> None:
    town.add_bus("bus", ("08:00", "12:00"))
    assert town.ask(1, 3, "14:00").offers == ()
    updated = change(town, start="07:00", end="16:00")
    assert updated.moved_ride_ids == ()
    assert (updated.shift.start, updated.shift.end) == (town.at("07:00"), town.at("16:00"))
    assert updated.shift == stored_shift(town) == town.duty().shift
    assert [fact.shift for fact in town.facts(ShiftUpdated)] == [updated.shift]
    assert town.ask(1, 3, "14:00").offers
    assert town.ask(1, 3, "07:30").offers


def test_nothing_is_told_of_a_change_to_what_is(town: Town) -> None:
    town.add_bus(breaks=[("12:00", "13:00", 1800)])
    before = town.plan()
    assert change(town) == Updated(town.duty().shift)
    assert town.plan() == before
    assert town.facts(ShiftUpdated) == []


def test_a_ride_stays_on_the_shift_as_long_as_it_can(town: Town) -> None:
    town.add_bus()
    ride, (held,) = town.ride(1, 3, "08:00", minutes=10), town.ask(2, 4, "11:00").offers
    town.add_bus("other", base=1)
    before = town.stops()
    assert change(town, end="15:00").moved_ride_ids == ()
    assert town.stops() == before
    assert town.facts(RideMoved) == []
    assert town.book(held).vehicle_id == "bus"
    assert town.queries.ride(ride.id, PHONE_DESK)[0].vehicle_id == "bus"
    assert town.violations() == []


def test_rides_outside_the_changed_times_move(town: Town) -> None:
    town.add_bus()
    early, late = town.ride(1, 3, "08:00", minutes=10), town.ride(2, 4, "15:00", minutes=10)
    (held,) = town.ask(2, 4, "16:00").offers
    town.add_bus("other", base=2)
    assert change(town, end="12:00").moved_ride_ids == (late.id,)
    (told,) = town.facts(RideMoved)
    assert (told.ride_id, told.from_shift_id, told.to_vehicle_id) == (late.id, town.duty().shift.id, "other")
    assert {stop.subject for stop in town.stops()} == {early.id}
    assert {stop.subject for stop in town.stops("other")} == {late.id}
    assert town.queries.ride(late.id, PHONE_DESK)[0].promise == late.promise
    with town.store.reading() as reader:
        offer = reader.offer(held.id)
    assert offer is not None
    assert offer.state is OfferState.WITHDRAWN
    assert town.violations() == []


def test_a_promise_that_nobody_could_keep_refuses_the_change(town: Town) -> None:
    town.add_bus()
    town.ride(1, 3, "08:00", minutes=10)
    late = town.ride(2, 4, "15:00", minutes=10)
    error = refused(town, "RIDES_PROMISED", lambda: change(town, end="12:00"))
    assert isinstance(error, FailedPrecondition)
    assert error.metadata == {"ride_ids": late.id}
    town.cancel(late.id)
    change(town, end="12:00")


def test_another_vehicle_takes_the_rides_of_the_shift(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00", minutes=10)
    (held,) = town.ask(2, 4, "11:00").offers
    town.add_bus("spare", ("20:00", "21:00"))
    updated = change(town, vehicle_id="spare")
    assert (updated.shift.vehicle_id, updated.moved_ride_ids) == ("spare", ())
    assert stored_shift_ids(town, "bus") == []
    told = town.queries.ride(ride.id, PHONE_DESK)[0]
    assert (told.vehicle_id, told.shift_id, told.promise) == ("spare", updated.shift.id, ride.promise)
    (moved,) = town.facts(RideMoved)
    assert (moved.from_shift_id, moved.to_shift_id, moved.to_vehicle_id) == (
        updated.shift.id,
        updated.shift.id,
        "spare",
    )
    # Another vehicle than the one that was offered.
    with pytest.raises(FailedPrecondition, match="OFFER_WITHDRAWN"):
        town.book(held)
    town.board(ride.id, "08:00:30", "spare")
    town.alight(ride.id, "08:11", "spare")
    assert town.audit("09:00").findings == ()


def stored_shift_ids(town: Town, vehicle_id: str) -> list[str]:
    return [
        shift.id for shift in town.queries.shifts(None, None, vehicle_id, "", 10, caller=PHONE_DESK).items
    ]


def test_a_smaller_vehicle_does_not_take_a_party_it_has_no_room_for(town: Town) -> None:
    town.add_bus()
    party, alone = town.ride(1, 3, "08:00", minutes=10, load=(4, 0)), town.ride(1, 3, "10:00", minutes=10)
    town.add_bus("small", ("20:00", "21:00"), layouts=[(2, 0)])
    error = refused(town, "RIDES_PROMISED", lambda: change(town, vehicle_id="small"))
    assert isinstance(error, FailedPrecondition)
    assert error.metadata == {"ride_ids": party.id}
    town.add_bus("other", base=2)
    assert change(town, vehicle_id="small").moved_ride_ids == (party.id,)
    assert {ride.id: town.queries.ride(ride.id, PHONE_DESK)[0].vehicle_id for ride in (party, alone)} == {
        party.id: "other",
        alone.id: "small",
    }
    assert town.violations() == []


def test_a_vehicle_out_of_service_takes_no_rides_over(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00", minutes=10)
    broken = replace(town.add_bus("broken", ("20:00", "21:00")), out_of_service=True)
    town.fleet.update_vehicle(town.call("UpdateVehicle"), broken)
    error = refused(town, "RIDES_PROMISED", lambda: change(town, vehicle_id="broken"))
    assert isinstance(error, FailedPrecondition)
    assert error.metadata == {"ride_ids": ride.id}


def test_breaks_come_and_go_between_the_rides(town: Town) -> None:
    town.add_bus(breaks=[("12:00", "13:00", 1800)])
    rides = [town.ride(1, 3, "12:30", minutes=5), town.ride(3, 1, "09:00", minutes=5)]
    (first,) = town.duty().shift.breaks
    both = rests(town, ("12:00", "13:00", 1800), ("09:30", "10:30", 900))
    assert change(town, breaks=both).moved_ride_ids == ()
    assert [rest.id for rest in town.duty().shift.breaks] == [first.id, first.id[:-1] + "2"]
    assert [number for number, _ in breaks_of(town)] == ["break2", "break1"]
    assert town.violations() == []
    change(town, breaks=both[1:])
    assert [number for number, _ in breaks_of(town)] == ["break2"]
    change(town, breaks=rests(town, ("14:00", "14:00", 600)))
    assert breaks_of(town) == [("break3", "14:00")]
    assert {stop.subject for stop in town.stops() if stop.action is not Action.BREAK} == {
        ride.id for ride in rides
    }
    assert town.violations() == []


def test_a_break_in_the_way_of_a_ride_is_refused_or_moves_the_ride(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00", minutes=5)
    breaks = rests(town, ("07:55", "08:00", 3600))
    error = refused(town, "RIDES_PROMISED", lambda: change(town, breaks=breaks))
    assert isinstance(error, FailedPrecondition)
    assert error.metadata == {"ride_ids": ride.id}
    town.add_bus("other", base=1)
    assert change(town, breaks=breaks).moved_ride_ids == (ride.id,)
    assert town.violations() == []


def test_breaks_that_exclude_one_another_are_refused(town: Town) -> None:
    town.add_bus()
    breaks = rests(town, ("09:00", "09:00", 3600), ("09:30", "09:30", 3600))
    error = refused(town, "BREAKS_DO_NOT_FIT", lambda: change(town, breaks=breaks))
    assert isinstance(error, InvalidInput)
    assert [fault.field for fault in error.violations] == ["shift.breaks"]
    refused(
        town,
        "BREAKS_DO_NOT_FIT",
        lambda: town.add_shift(
            "bus", "20:30", "23:00", breaks=[("21:00", "21:00", 3600), ("21:30", "21:30", 3600)]
        ),
    )


# On the road


def on_the_road(town: Town) -> str:
    """A bus whose passenger is aboard at 08:05, with a break at seven; the ride's id."""
    town.add_bus(breaks=[("07:00", "07:00", 600), ("10:00", "11:00", 600)])
    ride = town.ride(1, 3, "08:00", minutes=10)
    town.add_bus("other", base=1)
    town.board(ride.id, "08:00:30")
    town.advance("08:05")
    return ride.id


def test_the_start_of_a_shift_under_way_stays(town: Town) -> None:
    on_the_road(town)
    for field, wanted in (
        ("shift.start_time", {"start": "06:30"}),
        ("shift.start", {"start_point": ROAD[2]}),
        ("shift.vehicle_id", {"vehicle_id": "spare"}),
    ):
        if field == "shift.vehicle_id":
            town.add_bus("spare", ("20:00", "21:00"))
        error = refused(town, "SHIFT_UNDER_WAY", lambda wanted=wanted: change(town, **wanted))  # type: ignore[misc] # bound at once
        assert [fault.field for fault in error.violations] == [field]


def test_the_end_of_a_shift_under_way_changes_as_far_as_it_can_be_driven(town: Town) -> None:
    ride_id = on_the_road(town)
    ahead = town.ride(2, 4, "15:00", minutes=10)
    assert ahead.vehicle_id in ("bus", "other")
    change(town, end="18:00", end_point=ROAD[1], breaks=rests(town, ("07:00", "07:00", 600)))
    assert [number for number, _ in breaks_of(town)] == ["break1"]
    error = refused(
        town, "RIDES_PROMISED", lambda: change(town, end="08:10", breaks=rests(town, ("07:00", "07:00", 600)))
    )
    assert isinstance(error, FailedPrecondition)
    assert error.metadata == {"ride_ids": ride_id}
    town.alight(ride_id, "08:15")
    assert town.violations() == []


def test_a_break_that_was_taken_stays_taken(town: Town) -> None:
    on_the_road(town)
    error = refused(town, "BREAK_TAKEN", lambda: change(town, breaks=rests(town, ("10:00", "11:00", 600))))
    assert [fault.field for fault in error.violations] == ["shift.breaks"]


def test_a_shift_that_nobody_has_driven_may_begin_later_than_it_did(town: Town) -> None:
    town.add_bus(breaks=[("07:00", "07:00", 600)])
    ride = town.ride(2, 4, "10:00", minutes=10)
    town.advance("08:00")
    assert change(town, start="08:30", breaks=()).moved_ride_ids == ()
    assert {stop.subject for stop in town.stops()} == {ride.id}
    assert town.violations() == []


def test_a_late_vehicle_may_stay_out_longer(town: Town) -> None:
    """That it breaks a promise already is no reason to send it home."""
    town.add_bus("bus", ("06:00", "09:00"))
    ride = town.ride(1, 3, "08:00", minutes=5)
    town.advance("08:40")
    assert town.violations() != []
    assert change(town, end="10:00").moved_ride_ids == ()
    assert town.duty().shift.end == town.at("10:00")
    assert {stop.subject for stop in town.stops()} == {ride.id}


def test_who_is_waited_for_is_not_sent_another_vehicle(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00", minutes=10)
    town.add_bus("other", base=1)
    town.advance("08:00")
    town.arrive(f"{ride.id}.pickup")
    error = refused(town, "RIDES_PROMISED", lambda: change(town, end="08:05"))
    assert isinstance(error, FailedPrecondition)
    assert error.metadata == {"ride_ids": ride.id}
    refused(town, "SHIFT_UNDER_WAY", lambda: change(town, start="06:30"))


# What no change may touch


def test_what_belongs_to_the_shift_is_fixed(town: Town) -> None:
    town.add_bus("bus", ("08:00", "12:00"))
    for fixed, reason in (
        (Fixed("ost"), "ZONE_IS_FIXED"),
        (Fixed("nord", date(2026, 3, 11)), "SERVICE_DATE_IS_FIXED"),
    ):
        refused(town, reason, lambda fixed=fixed: change(town, fixed=fixed))  # type: ignore[misc] # bound at once
    refused(town, "SERVICE_DATE_IS_FIXED", lambda: change(town, start="28:00", end="30:00"))
    change(town, fixed=Fixed("nord", DAY), end="12:30")
    for wanted, reason in (
        ({"end": "29:01", "start": "22:00"}, "SHIFT_TOO_LATE"),
        ({"start_point": ISLAND}, "NO_ROAD_NEARBY"),
    ):
        refused(town, reason, lambda wanted=wanted: change(town, **wanted))  # type: ignore[misc] # bound at once
    change(town, start_point=BEYOND)
    with pytest.raises(NotFound, match="VEHICLE_NOT_FOUND"):
        change(town, vehicle_id="ghost")
    with pytest.raises(NotFound, match="SHIFT_NOT_FOUND"):
        change(town, id="ghost")


def test_a_change_is_made_only_to_the_shift_that_was_read(town: Town) -> None:
    town.add_bus()
    read = stored_shift(town).etag
    assert change(town, fixed=Fixed(etag=read), end="18:00").shift.etag == stored_shift(town).etag != read
    version = town.plan().version
    with pytest.raises(Aborted, match="SHIFT_CHANGED") as raised:
        change(town, fixed=Fixed(etag=read), end="19:00")
    assert [fault.field for fault in raised.value.violations] == ["shift.etag"]
    assert (town.plan().version, town.duty().shift.end) == (version, town.at("18:00"))
    change(town, end="19:00")
    assert town.duty().shift.end == town.at("19:00")


def test_a_shift_has_another_etag_for_every_other_content(town: Town) -> None:
    town.add_bus(breaks=[("12:00", "13:00", 1800)])
    shift = town.duty().shift
    (rest,) = shift.breaks
    others = [
        replace(shift, **changed)
        for changed in (
            {"id": "other"},
            {"vehicle_id": "other"},
            {"start": town.at("05:59")},
            {"end": town.at("20:01")},
            {"start_point": ROAD[4]},
            {"end_point": ROAD[4]},
            {"breaks": ()},
            {"breaks": (replace(rest, earliest=town.at("11:59")),)},
            {"breaks": (replace(rest, latest=town.at("12:59")),)},
            {"breaks": (replace(rest, duration_s=1801),)},
        )
    ]
    assert len({other.etag for other in (shift, *others)}) == 1 + len(others)


def test_a_vehicle_drives_one_shift_at_a_time(town: Town) -> None:
    town.add_bus("bus", ("08:00", "12:00"), ("13:00", "15:00"))
    town.add_bus("other", ("11:00", "14:00"))
    error = refused(town, "SHIFT_OVERLAPS", lambda: change(town, end="13:01"))
    assert isinstance(error, FailedPrecondition)
    assert error.metadata == {"shift_id": town.plan().duties[1].shift.id}
    refused(town, "SHIFT_OVERLAPS", lambda: change(town, "other", vehicle_id="bus"))


def test_a_shift_that_is_over_stays_as_it_was(town: Town) -> None:
    town.add_bus("bus", ("06:00", "08:00"))
    town.advance("07:30")
    refused(town, "TIME_IN_PAST", lambda: change(town, end="07:30"))
    town.advance("08:00")
    refused(town, "SHIFT_OVER", lambda: change(town, end="09:00"))


def test_what_was_told_last_of_a_shift_holds_in_whatever_order_it_is_read(town: Town) -> None:
    town.add_bus()
    town.advance("05:10")
    change(town, end="18:00")
    facts = town.facts()
    shift = town.duty().shift
    assert History(facts).shifts == History(reversed(facts)).shifts == {shift.id: shift}
    assert isinstance(shift.end, datetime)
    assert shift.end - shift.start == timedelta(hours=12)
