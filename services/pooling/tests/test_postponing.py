"""Vehicles that wait for a late train: never at the cost of what others were promised."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identified import TENANT
from pooling.domain.facts import PickupPostponed, PromiseBroken, RideMoved
from pooling.domain.frame import Frame
from pooling.domain.offers import RefusalCode
from pooling.domain.zone_day import ZoneDay
from routing_core.fleet.model import Action, Request, Stop, TimeWindow
from service_kit.errors import FailedPrecondition, InvalidInput, NotFound
from service_kit.identity.principal import Principal, Role
from town import BERLIN, Town

APP = Principal("svc-app", frozenset({Role.APP_BACKEND}), TENANT, "app")


def test_an_idle_vehicle_waits_and_the_promise_moves_with_it(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3)
    before = ride.promise
    later = town.postpone(ride.id, "08:40")
    by = town.at("08:40") - before.pickup.earliest
    assert later.postponed
    assert later.ride.promise.pickup.earliest == town.at("08:40")
    assert later.ride.promise.pickup.latest == before.pickup.latest + by
    assert later.ride.promise.latest_arrival == before.latest_arrival + by
    assert later.ride.pickup_time >= town.at("08:40")
    (fact,) = town.facts(PickupPostponed)
    assert (fact.ride_id, fact.promise) == (ride.id, later.ride.promise)
    assert town.violations() == []
    assert town.facts(PromiseBroken) == []


def test_while_the_promised_window_lasts_the_arrival_stands(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3)
    later = town.postpone(ride.id, "08:05").ride.promise
    assert later.pickup.earliest == town.at("08:05")
    assert (later.pickup.latest, later.latest_arrival) == (
        ride.promise.pickup.latest,
        ride.promise.latest_arrival,
    )


def test_who_is_there_in_time_changes_nothing(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3)
    version = town.plan().version
    same = town.postpone(ride.id, "07:30")
    assert (same.postponed, same.ride.promise) == (True, ride.promise)
    assert town.plan().version == version
    assert town.facts(PickupPostponed) == []


def test_what_another_was_promised_goes_first(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00")
    other = town.ride(5, 4, "08:30", minutes=1)
    refused = town.postpone(ride.id, "08:35")
    assert not refused.postponed
    assert RefusalCode.PROMISE_TO_OTHERS in {reason.code for reason in refused.reasons}
    assert refused.ride.promise == ride.promise
    assert refused.latest_possible is not None
    assert town.at("08:00") < refused.latest_possible < town.at("08:35")
    # What was said to be possible is.
    granted = town.postpone(ride.id, refused.latest_possible.astimezone(BERLIN).strftime("%H:%M"))
    assert granted.postponed
    assert town.violations() == []
    with town.store.reading() as reader:
        stored = reader.ride(other.id)
    assert stored is not None
    assert stored.promise == other.promise


def test_another_vehicle_comes_where_the_first_one_cannot_wait(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00")
    town.ride(5, 4, "08:30", minutes=1)
    town.add_bus("other")
    later = town.postpone(ride.id, "08:35")
    assert (later.postponed, later.ride.vehicle_id) == (True, "other")
    assert [(fact.ride_id, fact.to_vehicle_id) for fact in town.facts(RideMoved)] == [(ride.id, "other")]
    assert town.violations() == []


def test_a_vehicle_that_is_there_already_stays(town: Town) -> None:
    town.add_bus()
    town.add_bus("other")
    ride = town.ride(1, 3, "08:00")
    vehicle_id = ride.vehicle_id
    town.advance("08:00")
    town.arrive(f"{ride.id}.pickup", vehicle_id=vehicle_id)
    later = town.postpone(ride.id, "08:25")
    assert (later.postponed, later.ride.vehicle_id) == (True, vehicle_id)
    assert later.ride.pickup_time >= town.at("08:25")
    town.advance("08:26")
    assert town.board(ride.id, vehicle_id=vehicle_id).id == ride.id
    assert town.facts(PromiseBroken) == []


def test_a_shift_that_ends_does_not_wait(town: Town) -> None:
    town.add_bus("bus", ("06:00", "08:40"))
    ride = town.ride(1, 3, "08:00")
    refused = town.postpone(ride.id, "09:30")
    assert not refused.postponed
    assert {reason.code for reason in refused.reasons} <= {
        RefusalCode.SHIFT_END,
        RefusalCode.OUTSIDE_SERVICE_HOURS,
    }


def test_only_rides_that_have_not_begun_are_postponed_and_only_by_their_own(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3)
    with pytest.raises(InvalidInput, match="POSTPONED_TOO_FAR"):
        town.postpone(ride.id, "11:30")
    with pytest.raises(NotFound, match="RIDE_NOT_FOUND"):
        town.postpone(ride.id, "08:40", caller=APP)
    town.cancel(ride.id)
    with pytest.raises(FailedPrecondition, match="RIDE_OVER"):
        town.postpone(ride.id, "08:40")
    driven = town.ride(1, 3)
    town.advance("08:10")
    town.board(driven.id)
    with pytest.raises(FailedPrecondition, match="RIDE_UNDER_WAY"):
        town.postpone(driven.id, "08:40")


def test_the_day_is_judged_by_the_promise_that_holds(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3)
    town.postpone(ride.id, "08:40")
    town.advance("08:41")
    town.arrive(f"{ride.id}.pickup")
    town.board(ride.id)
    town.advance("09:00")
    town.alight(ride.id)
    assert town.audit().findings == ()


asks = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 8), st.sampled_from([1, 20])).filter(
    lambda ask: ask[0] != ask[1]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(asks, min_size=2, max_size=4), st.integers(1, 110), st.integers(1, 2))
def test_it_waits_whenever_any_order_and_any_times_allow_it(
    wanted: list[tuple[int, int, int, int]], minutes: int, bus_count: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder))
        try:
            for number in range(bus_count):
                town.add_bus(f"bus{number}", ("06:00", "10:30"), layouts=[(2, 0)])
            rides = []
            for origin, destination, slot, span in wanted:
                offers = town.ask(origin, destination, f"08:{5 * slot:02}", minutes=span).offers
                rides += [town.book(offers[0])] if offers else []
            ride = rides[0]
            before = town.plan()
            earliest = ride.promise.pickup.earliest + timedelta(minutes=minutes)
            frame = town.desk.frame(before, town.clock.now())
            possible = _possible(before, frame, ride.id, frame.service_day.seconds(earliest))
            later = town.postpone(ride.id, earliest)
            assert later.postponed is possible
            assert town.violations() == []
            after = town.plan()
            others = before.tasks.keys() - {ride.id}
            assert {one: after.tasks[one] for one in others} == {one: before.tasks[one] for one in others}
        finally:
            town.close()


def _possible(day: ZoneDay, frame: Frame, ride_id: str, earliest_s: int) -> bool:
    """Try every place in every tour, with either promise."""
    old = frame.requests[ride_id]
    by_s = earliest_s - old.pickup_window.earliest_s
    kept = replace(
        old,
        pickup_window=TimeWindow(earliest_s, old.pickup_window.latest_s),
        dropoff_window=TimeWindow(earliest_s, old.dropoff_window.latest_s),
    )
    moved = replace(
        old,
        pickup_window=TimeWindow(earliest_s, old.pickup_window.latest_s + by_s),
        dropoff_window=TimeWindow(earliest_s, old.dropoff_window.latest_s + by_s),
    )
    wishes = [kept, moved] if earliest_s <= old.pickup_window.latest_s else [moved]
    return any(
        _feasible(frame, index, order, {**frame.requests, ride_id: wish})
        for wish in wishes
        for index in range(len(day.duties))
        for order in _orders([stop for stop in frame.tours[index].stops if stop.subject != ride_id], ride_id)
    )


def _orders(stops: list[Stop], ride_id: str) -> Iterator[list[Stop]]:
    for first in range(len(stops) + 1):
        for last in range(first, len(stops) + 1):
            yield [
                *stops[:first],
                Stop(Action.PICKUP, ride_id, 0, 0),
                *stops[first:last],
                Stop(Action.DROPOFF, ride_id, 0, 0),
                *stops[last:],
            ]


def _feasible(frame: Frame, index: int, stops: list[Stop], requests: dict[str, Request]) -> bool:
    """The earliest times that keep every rule, pushed later until nothing pushes any more; or none."""
    shift = frame.tours[index].shift
    aboard = 0
    for stop in stops:
        load = requests[stop.subject].load.seated_count
        aboard += load if stop.action is Action.PICKUP else -load
        if aboard > shift.capacity.layouts[0].seat_count:
            return False
    windows, services, places = [], [], []
    for stop in stops:
        request = requests[stop.subject]
        is_pickup = stop.action is Action.PICKUP
        windows.append(request.pickup_window if is_pickup else request.dropoff_window)
        services.append(request.pickup_service_s if is_pickup else request.dropoff_service_s)
        places.append(request.pickup_place if is_pickup else request.dropoff_place)
    seconds = frame.planned.seconds.astype(np.int64)
    times = [window.earliest_s for window in windows]
    for _ in range(200):
        before = list(times)
        free_s, place = max(shift.start_s, frame.now_s), shift.start_place
        for at in range(len(stops)):
            times[at] = max(times[at], free_s + int(seconds[place, places[at]]))
            free_s, place = times[at] + services[at], places[at]
        for at, stop in enumerate(stops):
            if stop.action is Action.DROPOFF:
                pickup = next(one for one in range(at) if stops[one].subject == stop.subject)
                limit_s = requests[stop.subject].max_ride_s
                times[pickup] = max(times[pickup], times[at] - limit_s - services[pickup])
        if any(time > window.latest_s for time, window in zip(times, windows, strict=True)):
            return False
        if times == before:
            break
    else:
        return False
    last = places[-1] if places else shift.start_place
    return free_s + int(seconds[last, shift.end_place]) <= shift.end_s
