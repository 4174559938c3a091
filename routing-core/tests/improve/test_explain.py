"""Explanations: the checker accepts every relaxation, and a little less does not do."""

from dataclasses import replace

import numpy as np
import pytest
from fleet_cases import Day, days
from fleet_oracle import every_insertion, keeps_capacity, least_starts
from hypothesis import HealthCheck, assume, given, settings
from routing_core.fleet.check import check
from routing_core.fleet.model import Break, Capacity, Layout, Load, Plan, Request, Shift, TimeWindow, Tour
from routing_core.fleet.schedule import empty_tour
from routing_core.improve.explain import Explanation, explain
from routing_core.improve.explain_relax import Change, levers
from routing_core.improve.problem import Costs, Problem
from routing_core.insertion.best import Reason, best_insertions
from routing_core.travel import UNREACHABLE, TravelMatrix


def _problem(plan: Plan, travel: TravelMatrix) -> Problem:
    return Problem(plan, travel, Costs(np.minimum(travel.seconds, 10_000).astype(np.float64)))


def _fits(request: Request, tour: Tour, plan: Plan, travel: TravelMatrix) -> bool:
    """By trying every pair of positions, without the engine."""
    requests = {**plan.requests, request.id: request}
    return request.skills <= tour.shift.skills and any(
        keeps_capacity(candidate, requests) and least_starts(candidate, requests, travel) is not None
        for candidate in every_insertion(tour, request)
    )


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(days())
def test_relaxations_are_the_least_that_serve(day: Day) -> None:
    assume(day.travel.seconds[day.request.pickup_place, day.request.dropoff_place] < UNREACHABLE)
    plan = Plan(day.plan.tours, {**day.plan.requests, "new": day.request})
    for explanation in explain(_problem(plan, day.travel), plan):
        assert explanation.request_id == "new"
        for tour, verdict in zip(plan.tours, explanation.verdicts, strict=True):
            assert verdict.shift_id == tour.shift.id
            # A tour that is late already takes nobody, whatever positions there are.
            if least_starts(tour, plan.requests, day.travel) is not None:
                fits = _fits(day.request, tour, plan, day.travel)
                assert (verdict.reason is None) == fits
            relaxation = verdict.relaxation
            for lever in levers(day.request, tour) if verdict.reason is not None else ():
                # Nothing else would do for less, and nothing at all where no relaxation is named.
                cheaper = lever.most
                while relaxation is not None and lever.price(cheaper) >= relaxation.price:
                    cheaper = min(cheaper - 1, relaxation.price // lever.price(1))
                request, relaxed = lever.applied(cheaper)
                if least_starts(relaxed, plan.requests, day.travel) is not None:
                    assert not _fits(request, relaxed, plan, day.travel)
            if relaxation is None:
                continue
            assert verdict.reason is not None
            others = tuple(other for other in plan.tours if other != tour)
            served = Plan((relaxation.tour, *others), {**plan.requests, "new": relaxation.request})
            without = Plan((replace(tour, shift=relaxation.tour.shift), *others), served.requests)
            assert served.tour_of("new") == 0
            assert set(check(served, day.travel)) <= set(check(without, day.travel))
            lever = next(
                lever
                for lever in levers(day.request, tour)
                if (lever.change, lever.subject) == (relaxation.change, relaxation.subject)
            )
            assert relaxation.amount > 0
            assert lever.applied(relaxation.amount)[0] == relaxation.request
            assert lever.applied(relaxation.amount)[1].shift == relaxation.tour.shift
            request, less = lever.applied(relaxation.amount - 1)
            assert not _fits(request, less, plan, day.travel)


ALWAYS = TimeWindow(0, 7200)


def _case(shift: Shift, request: Request, *others: Request) -> Explanation:
    """A road of places ten minutes apart; the others are booked first."""
    where = np.arange(5)
    seconds = (600 * np.abs(where[:, None] - where[None, :])).astype(np.int32)
    travel = TravelMatrix(seconds, seconds)
    tour = empty_tour(shift)
    requests: dict[str, Request] = {}
    for other in others:
        tour = best_insertions(other, [tour], requests, travel).candidates[0].tour
        requests[other.id] = other
    plan = Plan((tour,), {**requests, request.id: request})
    (explanation,) = explain(_problem(plan, travel), plan)
    return explanation


BUS = Shift("bus", Capacity((Layout(2),)), 0, 0, 0, 7200)
RIDE = Request("ride", 1, 3, ALWAYS, ALWAYS, 7200, Load(1))


@pytest.mark.parametrize(
    ("shift", "request_", "reason", "change", "amount"),
    [
        (BUS, replace(RIDE, pickup_window=TimeWindow(0, 540)), Reason.PICKUP_TOO_LATE, Change.LATER, 60),
        (BUS, replace(RIDE, dropoff_window=TimeWindow(0, 1700)), Reason.ARRIVAL_TOO_LATE, Change.LATER, 100),
        (BUS, replace(RIDE, max_ride_s=1100), Reason.RIDE_TOO_LONG, Change.LONGER_RIDE, 100),
        (BUS, replace(RIDE, load=Load(4)), Reason.NO_SEAT, Change.MORE_SEATS, 2),
        (
            BUS,
            replace(RIDE, load=Load(0, 1)),
            Reason.NO_WHEELCHAIR_PLACE,
            Change.MORE_WHEELCHAIR_PLACES,
            1,
        ),
        (
            BUS,
            replace(RIDE, skills=frozenset({"ramp"})),
            Reason.VEHICLE_UNAVAILABLE,
            Change.SKILLS,
            1,
        ),
        (replace(BUS, end_s=3500), RIDE, Reason.SHIFT_END, Change.SHIFT_LATER, 100),
        (replace(BUS, max_duration_s=3400), RIDE, Reason.SHIFT_END, Change.LONGER_ON_THE_ROAD, 200),
        (
            replace(BUS, start_s=2000),
            replace(RIDE, pickup_window=TimeWindow(0, 2500), dropoff_window=TimeWindow(0, 3700)),
            Reason.PICKUP_TOO_LATE,
            Change.LATER,
            100,
        ),
    ],
)
def test_what_stands_in_the_way_and_what_would_help(
    shift: Shift, request_: Request, reason: Reason, change: Change, amount: int
) -> None:
    explanation = _case(shift, request_)
    (verdict,) = explanation.verdicts
    relaxation = verdict.relaxation
    assert relaxation is not None
    assert (verdict.reason, relaxation.change, relaxation.amount) == (reason, change, amount)
    assert explanation.cheapest == verdict


def test_a_break_gives_way() -> None:
    rest = replace(BUS, breaks=(Break("rest", TimeWindow(600, 900), 900),))
    tight = replace(RIDE, pickup_window=TimeWindow(600, 650), dropoff_window=TimeWindow(600, 1800))
    (verdict,) = _case(rest, tight).verdicts
    assert verdict.reason is Reason.BREAK
    relaxation = verdict.relaxation
    assert relaxation is not None
    # Back from the ride, or in the village when it is over: the rest begins at 1800 s, 900 s too late.
    assert (relaxation.change, relaxation.subject, relaxation.amount) == (Change.BREAK_LATER, "rest", 900)


def test_a_ride_that_fits_needs_no_relaxation() -> None:
    explanation = _case(BUS, RIDE)
    (verdict,) = explanation.verdicts
    assert (verdict.reason, verdict.relaxation) == (None, None)
    assert explanation.cheapest is None


def test_seats_taken_by_others_are_counted() -> None:
    others = [replace(RIDE, id=name, pickup_window=TimeWindow(600, 600)) for name in ("one", "two")]
    same = replace(RIDE, pickup_window=TimeWindow(600, 600), dropoff_window=TimeWindow(1800, 1800))
    explanation = _case(BUS, same, *others)
    (verdict,) = explanation.verdicts
    assert verdict.reason is Reason.NO_SEAT
    relaxation = verdict.relaxation
    assert relaxation is not None
    # Down the road with the others and back again; a seat more would count for 3600.
    assert (relaxation.change, relaxation.amount) == (Change.LATER, 2400)


def test_nobody_can_help_where_there_is_no_shift() -> None:
    plan = Plan((), {"ride": RIDE})
    seconds = np.zeros((5, 5), dtype=np.int32)
    (explanation,) = explain(_problem(plan, TravelMatrix(seconds, seconds)), plan)
    assert (explanation.verdicts, explanation.cheapest) == ((), None)
