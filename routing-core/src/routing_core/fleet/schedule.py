"""Times for the stops of a tour."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from routing_core.fleet.model import Action, Request, Shift, Stop, Tour
from routing_core.fleet.sequence import Sequence, to_sequence, with_break_places
from routing_core.fleet.timing import EARLIEST, FEASIBLE, PLACE, SERVICE, Ints, least_times, wait_empty
from routing_core.travel import TravelMatrix


def empty_tour(shift: Shift, *, not_before_s: int = 0) -> Tour:
    """A tour that serves nobody yet: only the shift's breaks, each as early as its window allows."""
    breaks = sorted(shift.breaks, key=lambda pause: pause.start_window)
    stops = []
    free_s = shift.start_s
    for pause in breaks:
        start_s = max(free_s, pause.start_window.earliest_s)
        free_s = start_s + pause.duration_s
        stops.append(Stop(Action.BREAK, pause.id, start_s, free_s))
    return Tour(shift, tuple(stops), not_before_s)


def schedule(tour: Tour, requests: Mapping[str, Request], travel: TravelMatrix) -> Tour | None:
    """Give every stop still to come its time.

    Exact: a tour is refused only if no times at all satisfy windows, ride limits, breaks and the shift.
    Among feasible times arrivals are as early as possible, and waiting is moved to where the vehicle is
    empty as far as windows allow. Capacity is not looked at.

    Returns
    -------
    The same tour with new times, or None when no times are feasible.
    """
    sequence = to_sequence(tour, requests, travel)
    nodes = with_break_places(sequence.nodes)
    times = np.empty(nodes.shape[1], dtype=np.int64)
    if least_times(travel.seconds, nodes, times) != FEASIBLE:
        return None
    wait_empty(travel.seconds, nodes, times)
    return _with_times(tour, sequence, times)


def late_schedule(tour: Tour, requests: Mapping[str, Request], travel: TravelMatrix) -> Tour:
    """Times for a tour that can no longer keep everything: every stop as early as it can be reached."""
    sequence = to_sequence(tour, requests, travel)
    nodes = with_break_places(sequence.nodes)
    times = nodes[EARLIEST].copy()
    for node in range(1, len(times)):
        driven_s = int(travel.seconds[nodes[PLACE, node - 1], nodes[PLACE, node]])
        times[node] = max(times[node], times[node - 1] + nodes[SERVICE, node - 1] + driven_s)
    return _with_times(tour, sequence, times)


def _with_times(tour: Tour, sequence: Sequence, times: Ints) -> Tour:
    ahead = tour.stops[sequence.done_count :]
    timed = [
        replace(stop, start_s=int(start_s), departure_s=int(start_s + service_s))
        for stop, start_s, service_s in zip(ahead, times[1:-1], sequence.nodes[SERVICE, 1:-1], strict=True)
    ]
    return replace(tour, stops=(*tour.stops[: sequence.done_count], *timed))
