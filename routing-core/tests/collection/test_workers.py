"""Several searches at once are no worse than the one in this process."""

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from routing_core.collection.check import check
from routing_core.collection.model import CollectionProblem, Matrix, Stop, Truck
from routing_core.collection.ready import warm_up
from routing_core.collection.solve import solve
from routing_core.collection.workers import solve_together


def on_a_line(count: int) -> CollectionProblem:
    places = np.arange(count + 1)
    apart = np.abs(places[:, None] - places[None, :])
    return CollectionProblem(
        tuple(Stop(str(place), place, (1,)) for place in range(1, count + 1)),
        (),
        (Truck("truck", 0, 0, (3,), empty_at_end=False),),
        (Matrix(apart.astype(np.int64), apart.astype(np.float64)),),
    )


def test_the_best_of_all_is_taken() -> None:
    warm_up()
    problem = on_a_line(6)
    found = solve_together(problem, seconds=3, workers=2)
    assert found.feasible
    assert found.seconds >= 3
    assert not check(problem, found.tours)
    # Out to 3 and to 6, and back.
    assert found.cost == solve(problem, seconds=1, max_rounds=50).cost == 18


def test_a_worker_that_dies_takes_nothing_with_it() -> None:
    warm_up()
    problem = on_a_line(6)
    before = {child.pid for child in multiprocessing.active_children()}
    killed = threading.Event()

    def kill() -> None:
        while not killed.is_set():
            for child in multiprocessing.active_children():
                if child.pid not in before:
                    child.kill()
                    killed.set()

    with ThreadPoolExecutor(1) as pool:
        killing = pool.submit(kill)
        found = solve_together(problem, seconds=3, workers=2)
        killing.result()
    assert found.cost == 18
