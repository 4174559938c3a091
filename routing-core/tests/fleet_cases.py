"""Random small days for property tests: short shifts, few places, every feature of the model."""

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st
from routing_core.fleet.model import (
    Action,
    Break,
    Capacity,
    Layout,
    Load,
    Plan,
    Request,
    Shift,
    TimeWindow,
    Tour,
)
from routing_core.fleet.progress import at
from routing_core.fleet.schedule import empty_tour
from routing_core.insertion.best import best_insertions
from routing_core.travel import UNREACHABLE, TravelMatrix

PLACE_COUNT = 6
DAY_S = 6000
LAYOUTS = (
    (Layout(1),),
    (Layout(2),),
    (Layout(3), Layout(1, 1)),
    (Layout(4), Layout(2, 1), Layout(0, 2)),
)


@dataclass(frozen=True)
class Day:
    """A plan under way, and one more request."""

    plan: Plan
    request: Request
    travel: TravelMatrix


@st.composite
def matrices(draw: st.DrawFn) -> TravelMatrix:
    """Travel times without any symmetry or triangle rule, now and then with no way at all."""
    legs = st.lists(st.integers(0, 700), min_size=PLACE_COUNT**2, max_size=PLACE_COUNT**2)
    seconds = np.array(draw(legs), dtype=np.int32).reshape(PLACE_COUNT, PLACE_COUNT)
    if draw(st.integers(0, 4)) == 0:
        seconds[draw(st.integers(0, PLACE_COUNT - 1)), draw(st.integers(0, PLACE_COUNT - 1))] = UNREACHABLE
    np.fill_diagonal(seconds, 0)
    return TravelMatrix(seconds, seconds * 10)


@st.composite
def requests(draw: st.DrawFn, name: str) -> Request:
    place = st.integers(0, PLACE_COUNT - 1)
    earliest_s = draw(st.integers(0, DAY_S))
    pickup_window = TimeWindow(earliest_s, earliest_s + draw(st.integers(0, 1200)))
    arrival_s = earliest_s + draw(st.integers(0, 1500))
    return Request(
        id=name,
        pickup_place=draw(place),
        dropoff_place=draw(place),
        pickup_window=pickup_window,
        dropoff_window=TimeWindow(arrival_s, arrival_s + draw(st.integers(0, 1800))),
        max_ride_s=draw(st.integers(60, 1500)),
        load=draw(st.sampled_from([Load(1), Load(2), Load(0, 1), Load(1, 1)])),
        pickup_service_s=draw(st.sampled_from([0, 30, 120])),
        dropoff_service_s=draw(st.sampled_from([0, 30])),
    )


@st.composite
def shifts(draw: st.DrawFn, name: str) -> Shift:
    place = st.integers(0, PLACE_COUNT - 1)
    breaks = []
    if draw(st.booleans()):
        earliest_s = draw(st.integers(1000, 4000))
        window = TimeWindow(earliest_s, earliest_s + draw(st.integers(0, 1500)))
        breaks.append(Break(f"{name}-break", window, draw(st.sampled_from([300, 900]))))
    start_s = draw(st.integers(0, 900))
    return Shift(
        id=name,
        capacity=Capacity(draw(st.sampled_from(LAYOUTS))),
        start_place=draw(place),
        end_place=draw(place),
        start_s=start_s,
        end_s=start_s + draw(st.integers(5200, 9000)),
        breaks=tuple(breaks),
        max_duration_s=draw(st.sampled_from([None, None, 2500, 4000])),
    )


@st.composite
def days(draw: st.DrawFn) -> Day:
    """Up to two shifts that serve what the engine could fit of up to seven requests, at some moment."""
    travel = draw(matrices())
    tours = [empty_tour(draw(shifts(f"shift{index}"))) for index in range(draw(st.integers(1, 2)))]
    known: dict[str, Request] = {}
    for index in range(draw(st.integers(0, 7))):
        request = draw(requests(f"ride{index}"))
        answer = best_insertions(request, tours, known, travel)
        if answer.candidates:
            chosen = answer.candidates[0]
            tours[chosen.tour_index] = chosen.tour
            known[request.id] = request
    now_s = draw(st.one_of(st.just(0), st.integers(0, DAY_S)))
    under_way = tuple(at(_driven(tour, now_s), now_s, known, travel) for tour in tours)
    return Day(Plan(under_way, known), draw(requests("new")), travel)


def _driven(tour: Tour, now_s: int) -> Tour:
    """All stops left by now are done, as planned."""
    stops = tuple(
        replace(stop, done=stop.action is not Action.BREAK and stop.departure_s <= now_s)
        for stop in tour.stops
    )
    last_done = max((index for index, stop in enumerate(stops) if stop.done), default=-1)
    return replace(
        tour, stops=tuple(replace(stop, done=index <= last_done) for index, stop in enumerate(stops))
    )
