"""How far a vehicle drove between two reports."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from routing_core.fleet.model import Action, Request, Tour
from routing_core.fleet.sequence import place_of, standing_place
from routing_core.travel import UNREACHABLE

from pooling.domain.facts import DrivenWay


def driven_way(
    tour: Tour, position: int, requests: Mapping[str, Request], metres: npt.NDArray[np.integer[Any]]
) -> DrivenWay:
    """The way to a stop of a tour from the one before it, or from where the shift begins.

    Parameters
    ----------
    position
        Of the stop, which is no break; every stop before it is done.
    metres
        Lengths of the ways between places, shape ``(places, places)``.
    """
    before = standing_place(tour, position, requests)
    here = place_of(tour.stops[position], requests)
    aboard: set[str] = set()
    for stop in tour.stops[:position]:
        if stop.action is Action.PICKUP:
            aboard.add(stop.subject)
        elif stop.action is Action.DROPOFF:
            aboard.discard(stop.subject)
    return DrivenWay(
        length_m(metres, before, here),
        occupied=bool(aboard),
        home_m=length_m(metres, here, tour.shift.end_place),
    )


def length_m(metres: npt.NDArray[np.integer[Any]], origin: int, destination: int) -> int:
    """Length of a way; 0 where closures leave none at the moment, which is no length to count."""
    found = int(metres[origin, destination])
    return found if found < UNREACHABLE else 0
