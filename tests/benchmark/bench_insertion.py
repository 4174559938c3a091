"""Answering one request: the insertion engine and the same search in plain Python, on the same tours.

Given the folder of FleetPy's published example, that is replayed instead, with FleetPy's approach besides.
"""

import argparse
import random
from dataclasses import dataclass
from functools import partial
from itertools import count
from math import hypot
from pathlib import Path

import fleetpy_replay
import numpy as np
import plain_insertion
import report
from insertion_answer import WEIGHTS, comparable, with_times
from routing_core.fleet.model import Capacity, Layout, Load, Request, Shift, TimeWindow, Tour
from routing_core.fleet.schedule import empty_tour
from routing_core.insertion.best import Answer, best_insertions, insert, warm_up
from routing_core.insertion.fleet import Fleet as ReadyFleet
from routing_core.travel import TravelMatrix

SEED = 20_210_302
PLACE_COUNT = 300
REACH_M = 9000
"""Half the side of the square that the places lie in: 18 km."""
PLANNED_STOPS = 20
SIZES = ((8, 200), (25, 200), (50, 100), (100, 100), (200, 100), (400, 50))
"""Vehicles, and how many requests are asked of them."""
LAYOUTS = (Layout(8), Layout(6, 1), Layout(4, 2))


@dataclass(frozen=True)
class Fleet:
    """Tours of a day that are planned so far, and requests still to come."""

    tours: list[Tour]
    requests: dict[str, Request]
    asked: list[Request]


def generated_travel(rng: random.Random) -> TravelMatrix:
    """Places on a plane: ways a third longer than straight, driven at 54 km/h."""
    places = [(rng.uniform(-REACH_M, REACH_M), rng.uniform(-REACH_M, REACH_M)) for _ in range(PLACE_COUNT)]
    metres = np.array(
        [[1.3 * hypot(x - to_x, y - to_y) for to_x, to_y in places] for x, y in places], dtype=np.int32
    )
    return TravelMatrix((metres // 15).astype(np.int32), metres)


def generated_request(name: str, rng: random.Random, travel: TravelMatrix) -> Request:
    """A ride between half past five and nine in the evening, to begin within half an hour."""
    pickup, dropoff = rng.sample(range(PLACE_COUNT), 2)
    direct_s = int(travel.seconds[pickup, dropoff])
    earliest_s = rng.randrange(5 * 3600 + 1800, 21 * 3600, 300)
    max_ride_s = max(direct_s * 3 // 2, direct_s + 600)
    window = TimeWindow(earliest_s, earliest_s + 1800)
    return Request(
        name,
        pickup,
        dropoff,
        window,
        TimeWindow(earliest_s, window.latest_s + 30 + max_ride_s),
        max_ride_s,
        rng.choices([Load(1), Load(2), Load(3), Load(0, 1), Load(1, 1)], [70, 15, 5, 5, 5])[0],
        pickup_service_s=30,
        dropoff_service_s=20,
    )


def generated_fleet(vehicle_count: int, asked_count: int, travel: TravelMatrix) -> Fleet:
    """Tours filled one by one with requests until each has its stops."""
    rng = random.Random(f"{SEED} {vehicle_count}")
    tours: list[Tour] = []
    requests: dict[str, Request] = {}
    for number in range(vehicle_count):
        base = rng.randrange(PLACE_COUNT)
        shift = Shift(f"shift{number}", Capacity(LAYOUTS), base, base, 5 * 3600, 22 * 3600)
        tour = empty_tour(shift)
        for name in count():
            if len(tour.stops) == PLANNED_STOPS:
                break
            request = generated_request(f"{number}.{name}", rng, travel)
            answer = best_insertions(request, [tour], requests, travel, WEIGHTS)
            if answer.candidates:
                tour = answer.candidates[0].tour
                requests[request.id] = request
        tours.append(tour)
    asked = [generated_request(f"asked{number}", rng, travel) for number in range(asked_count)]
    return Fleet(tours, requests, asked)


def measured(fleet: Fleet, travel: TravelMatrix) -> list[report.Row]:
    """Ask everything of all, compare every answer, and give the rows of the table."""
    anew_s: list[float] = []
    ready_s: list[float] = []
    plain_s: list[float] = []
    seconds = travel.seconds.tolist()
    ready_fleet = ReadyFleet(fleet.tours, fleet.requests, travel)
    found_count = 0

    def anew_to(asked: Request) -> Answer:
        return with_times(best_insertions(asked, fleet.tours, fleet.requests, travel, WEIGHTS))

    def kept_to(asked: Request) -> Answer:
        return with_times(insert(asked, ready_fleet, WEIGHTS))

    for asked in fleet.asked:
        anew = report.timed(anew_s, partial(anew_to, asked))
        kept = report.timed(ready_s, partial(kept_to, asked))
        plain = report.timed(
            plain_s, partial(plain_insertion.best_insertions, asked, fleet.tours, fleet.requests, seconds)
        )
        if comparable(anew) != plain or comparable(kept) != plain:
            raise SystemExit(f"the answers for {asked.id} differ")
        found_count += len(plain)
    shared = {
        "vehicles": len(fleet.tours),
        "requests": len(fleet.asked),
        "can take it": found_count / len(fleet.asked),
    }
    vehicle_stops = len(fleet.tours) * PLANNED_STOPS
    return [
        {
            "plain / this": sum(plain_s) / sum(durations_s),
            **shared,
            "search": name,
            "p50 ms": report.percentile_ms(durations_s, 50),
            "p99 ms": report.percentile_ms(durations_s, 99),
            "ns per vehicle·stop": sum(durations_s) / len(durations_s) / vehicle_stops * 1e9,
        }
        for name, durations_s in (
            ("engine, tours kept ready", ready_s),
            ("engine, from the plan", anew_s),
            ("plain Python, from the plan", plain_s),
        )
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench insertion", description=__doc__)
    parser.add_argument("--fleetpy", type=Path, metavar="DIR", help="with FleetPy's folders data and studies")
    options = parser.parse_args()
    warm_up()
    if options.fleetpy:
        report.publish(
            "insertion", fleetpy_replay.measured(options.fleetpy), fleetpy_replay.NOTES, part="fleetpy"
        )
        return
    travel = generated_travel(random.Random(SEED))
    rows = [
        row for vehicles, asked in SIZES for row in measured(generated_fleet(vehicles, asked, travel), travel)
    ]
    report.publish(
        "insertion",
        rows,
        [
            f"Every vehicle has {PLANNED_STOPS} planned stops; one thread; all answers were equal.",
            "Ratio of total times. The engine's answers have final times for the best vehicle; plain Python",
            "gives none.",
        ],
    )


if __name__ == "__main__":
    main()
