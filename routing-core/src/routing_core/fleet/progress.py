"""A tour as the clock finds it."""

from collections.abc import Mapping
from dataclasses import replace

from routing_core.fleet.model import Action, Request, Tour
from routing_core.fleet.sequence import place_of, standing_place
from routing_core.travel import TravelMatrix


def at(tour: Tour, now_s: int, requests: Mapping[str, Request], travel: TravelMatrix) -> Tour:
    """The tour at ``now_s``: what is over, what is locked, and from when on the vehicle is free.

    A vehicle leaves as late as its next planned start allows. From that moment on the stop it drives to is
    locked: it keeps its place as the next one, and so does the stop it has arrived at. A break whose time has
    passed was taken: its planned time or, where the stop before was left later than that, from then on.
    """
    stops = list(tour.stops)
    done_count = sum(stop.done for stop in stops)
    free_s = stops[done_count - 1].departure_s if done_count else tour.shift.start_s
    while done_count < len(stops) and stops[done_count].action is Action.BREAK:
        planned = stops[done_count]
        late_s = max(0, free_s - planned.start_s)
        free_s = planned.departure_s + late_s
        if free_s > now_s:
            break
        stops[done_count] = replace(planned, start_s=planned.start_s + late_s, departure_s=free_s, done=True)
        done_count += 1
    locked_count = done_count
    if done_count < len(stops):
        ahead = stops[done_count]
        place = standing_place(tour, done_count, requests)
        there = place if ahead.action is Action.BREAK else place_of(ahead, requests)
        driven_s = int(travel.seconds[place, there])
        if tour.arrived_s is not None or ahead.start_s - driven_s <= now_s:
            locked_count += 1
    return replace(tour, stops=tuple(stops), not_before_s=now_s, locked_count=locked_count)
