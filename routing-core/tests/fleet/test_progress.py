"""A tour as the clock finds it, on a road of places a minute apart."""

from dataclasses import replace

import numpy as np
from routing_core.fleet.check import check
from routing_core.fleet.model import (
    Action,
    Break,
    Capacity,
    Layout,
    Load,
    Plan,
    Request,
    Shift,
    Stop,
    TimeWindow,
    Tour,
)
from routing_core.fleet.progress import at
from routing_core.fleet.schedule import schedule
from routing_core.travel import TravelMatrix

_STEPS = np.abs(np.subtract.outer(np.arange(6), np.arange(6))).astype(np.int32)
TRAVEL = TravelMatrix(_STEPS * 60, _STEPS * 1000)
SHIFT = Shift("bus", Capacity((Layout(8),)), 0, 0, 0, 10_000)
RIDE = Request("a", 2, 4, TimeWindow(600, 1200), TimeWindow(600, 3000), 600, Load(1), 30, 30)
REQUESTS = {"a": RIDE}


def planned(tour: Tour) -> Tour:
    timed = schedule(tour, REQUESTS, TRAVEL)
    assert timed is not None
    assert check(Plan((timed,), REQUESTS), TRAVEL) == ()
    return timed


def ride_tour() -> Tour:
    return planned(Tour(SHIFT, (Stop(Action.PICKUP, "a", 0, 0), Stop(Action.DROPOFF, "a", 0, 0))))


def test_a_stop_is_locked_from_the_moment_the_vehicle_must_leave() -> None:
    tour = ride_tour()
    assert tour.stops[0].start_s == 600
    assert at(tour, 479, REQUESTS, TRAVEL).locked_count == 0
    assert at(tour, 480, REQUESTS, TRAVEL).locked_count == 1


def test_where_the_vehicle_has_arrived_it_stays() -> None:
    tour = at(replace(ride_tour(), arrived_s=300), 310, REQUESTS, TRAVEL)
    assert tour.locked_count == 1
    assert [stop.start_s for stop in planned(tour).stops] == [600, 750]


def test_service_begun_in_time_was_in_time_however_late_it_is_now() -> None:
    tour = planned(at(replace(ride_tour(), arrived_s=1190), 1300, REQUESTS, TRAVEL))
    assert (tour.stops[0].start_s, tour.stops[0].departure_s) == (1190, 1300)
    assert tour.stops[1].start_s == 1300 + 120


def test_service_takes_its_time_from_arrival_on() -> None:
    tour = planned(at(replace(ride_tour(), arrived_s=700), 705, REQUESTS, TRAVEL))
    assert (tour.stops[0].start_s, tour.stops[0].departure_s) == (700, 730)


def test_arrived_too_late_is_too_late() -> None:
    late = at(replace(ride_tour(), arrived_s=1201), 1201, REQUESTS, TRAVEL)
    assert schedule(late, REQUESTS, TRAVEL) is None


def test_a_break_whose_time_has_passed_was_taken() -> None:
    shift = replace(SHIFT, breaks=(Break("rest", TimeWindow(0, 0), 300),))
    tour = Tour(shift, (Stop(Action.BREAK, "rest", 0, 300), *ride_tour().stops))
    assert not at(tour, 299, REQUESTS, TRAVEL).stops[0].done
    assert at(tour, 300, REQUESTS, TRAVEL).stops[0].done


def test_a_break_under_way_goes_on_from_when_it_began() -> None:
    shift = replace(SHIFT, breaks=(Break("rest", TimeWindow(100, 110), 300),))
    tour = planned(Tour(shift, (Stop(Action.BREAK, "rest", 0, 0), *ride_tour().stops)))
    later = planned(at(tour, 250, REQUESTS, TRAVEL))
    assert [(stop.start_s, stop.departure_s) for stop in later.stops[:1]] == [(100, 400)]
    assert later.stops == tour.stops


def test_a_break_that_a_late_vehicle_cannot_have_begun_is_taken_afterwards() -> None:
    shift = replace(SHIFT, breaks=(Break("rest", TimeWindow(700, 1000), 300),))
    pickup, dropoff = ride_tour().stops
    tour = planned(Tour(shift, (pickup, dropoff, Stop(Action.BREAK, "rest", 0, 0))))
    assert tour.stops[2].start_s == 780
    left_late = (replace(pickup, done=True), Stop(Action.DROPOFF, "a", 750, 2000, done=True), tour.stops[2])
    resting = at(replace(tour, stops=left_late), 2299, REQUESTS, TRAVEL)
    assert (resting.stops[2].done, resting.locked_count) == (False, 3)
    rested = at(replace(tour, stops=left_late), 2300, REQUESTS, TRAVEL)
    assert rested.stops[2] == Stop(Action.BREAK, "rest", 2000, 2300, done=True)
