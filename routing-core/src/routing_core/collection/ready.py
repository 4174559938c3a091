"""Compiling ahead of the first search."""

import numpy as np

from routing_core.collection.model import CollectionProblem, Lunch, Matrix, Plant, Stop, Truck, Window
from routing_core.collection.solve import solve

_STOP_COUNT = 6


def warm_up() -> None:
    """Compile the search, or load it compiled, by solving a day of a few stops."""
    place_count = _STOP_COUNT + 2
    places = np.arange(place_count)
    apart = np.abs(places[:, None] - places[None, :])
    day = CollectionProblem(
        stops=tuple(Stop(str(place), place, (1,)) for place in range(1, _STOP_COUNT + 1)),
        plants=(Plant("plant", place_count - 1),),
        trucks=(
            # The caps allow one truck for all, the time does not: so trucks are saved, too.
            Truck(
                "truck",
                0,
                0,
                (2,),
                Window(0, 20),
                daily_cap=(_STOP_COUNT,),
                lunch=Lunch(Window(0, 9), 1),
                cost_per_tour=100.0,
            ),
        ),
        matrices=(Matrix(apart.astype(np.int64), apart.astype(np.float64)),),
    )
    solve(day, seconds=60, max_rounds=2000)
