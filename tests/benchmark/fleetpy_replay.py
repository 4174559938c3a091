"""FleetPy's example replayed: every request at its time, asked of all searches, the best offer taken.

Vehicles drive as planned; one on its way to a stop goes there first. All searches must give the same
vehicles, positions and costs for every request, and the tours as driven pass the checker, or the run ends.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import fleetpy_insertion
import plain_insertion
import report
from fleetpy_example import Day, Example
from insertion_answer import WEIGHTS, comparable, with_times
from routing_core.fleet.check import check
from routing_core.fleet.model import Plan, Request, Tour
from routing_core.fleet.progress import at
from routing_core.fleet.schedule import empty_tour
from routing_core.insertion.best import best_insertions, insert
from routing_core.insertion.fleet import Fleet

ResultT = TypeVar("ResultT")

FLEETS = (
    ("example_100.csv", 5),
    ("example_200.csv", 12),
    ("example_400.csv", 5),
    ("example_400.csv", 20),
    ("example_400.csv", 50),
)
"""Demand files with the vehicles that the published scenarios give them; the largest with more besides."""
ASKED_TIMES = 5
NOTES = (
    "One thread; for every request all answers were equal: vehicles, positions and costs.",
    "Ratio of total times, to FleetPy's approach that begins with the same at hand;",
    f"the fastest of {ASKED_TIMES} answers to the same question counts.",
    "Stops ahead: planned, not made yet, of a vehicle when a request comes.",
    "What is kept is at hand when a request comes. The engine's answers have final times for the best",
    "vehicle; plain Python and FleetPy's approach give none.",
)

ENGINE_KEPT = "engine, tours kept ready"
FLEETPY_KEPT = "FleetPy's approach, plans kept"
ENGINE = "engine, from the plan"
PLAIN = "plain Python, from the plan"
FLEETPY = "FleetPy's approach, from the plan"
PEER = {
    ENGINE_KEPT: FLEETPY_KEPT,
    FLEETPY_KEPT: FLEETPY_KEPT,
    ENGINE: FLEETPY,
    PLAIN: FLEETPY,
    FLEETPY: FLEETPY,
}
"""For each search the one of FleetPy's that begins with the same at hand."""


class Replay:
    """One demand file and fleet; :meth:`ask` goes through it, and the seconds taken are kept by search."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._seconds = day.travel.seconds.tolist()
        self.tours = [empty_tour(shift) for shift in day.shifts]
        self.accepted: dict[str, Request] = {}
        self.stops_ahead_count = 0
        self.took_s: dict[str, list[float]] = {search: [] for search in PEER}

    def play(self) -> "Replay":
        """Ask for everything.

        Raises
        ------
        SystemExit
            When two answers differ, or what was planned breaks a rule.
        """
        for now_s, request in self._day.requests:
            self._ask(now_s, request)
        violations = check(Plan(tuple(self.tours), self.accepted), self._day.travel)
        if violations:
            raise SystemExit(f"the tours replayed break a rule: {violations[0].message}")
        return self

    def rows(self, demand: str) -> list[report.Row]:
        """Of the table, one for each search."""
        asked_count, vehicle_count = len(self._day.requests), len(self._day.shifts)
        return [
            {
                "FleetPy's / this": sum(self.took_s[PEER[search]]) / sum(durations_s),
                "demand": demand,
                "vehicles": vehicle_count,
                "accepted": f"{len(self.accepted)} of {asked_count}",
                "stops ahead": self.stops_ahead_count / asked_count / vehicle_count,
                "search": search,
                "p50 ms": report.percentile_ms(durations_s, 50),
                "p99 ms": report.percentile_ms(durations_s, 99),
                "ns per vehicle·stop": sum(durations_s) / self.stops_ahead_count * 1e9,
            }
            for search, durations_s in self.took_s.items()
        ]

    def _ask(self, now_s: int, request: Request) -> None:
        travel, accepted, seconds = self._day.travel, self.accepted, self._seconds
        tours = self.tours = [at(_driven(tour, now_s), now_s, accepted, travel) for tour in self.tours]
        self.stops_ahead_count += sum(not stop.done for tour in tours for stop in tour.stops)
        ready = Fleet(tours, accepted, travel)
        plans = fleetpy_insertion.vehicle_plans(tours, accepted, seconds)
        answer = self._asked(
            ENGINE, lambda: with_times(best_insertions(request, tours, accepted, travel, WEIGHTS))
        )
        peers = [
            comparable(self._asked(ENGINE_KEPT, lambda: with_times(insert(request, ready, WEIGHTS)))),
            self._asked(FLEETPY_KEPT, lambda: fleetpy_insertion.best_insertions(request, plans, seconds)),
            self._asked(PLAIN, lambda: plain_insertion.best_insertions(request, tours, accepted, seconds)),
            self._asked(
                FLEETPY,
                lambda: fleetpy_insertion.best_insertions(
                    request, fleetpy_insertion.vehicle_plans(tours, accepted, seconds), seconds
                ),
            ),
        ]
        found = comparable(answer)
        if any(peer != found for peer in peers):
            raise SystemExit(f"the answers for {request.id} at {now_s} s differ")
        if answer.candidates:
            best = answer.candidates[0]
            self.tours[best.tour_index] = best.tour
            accepted[request.id] = request

    def _asked(self, search: str, work: Callable[[], ResultT]) -> ResultT:
        """What the search gives; the shortest time it took, asked repeatedly, is kept."""
        took_s: list[float] = []
        for _ in range(ASKED_TIMES - 1):
            report.timed(took_s, work)
        result = report.timed(took_s, work)
        self.took_s[search].append(min(took_s))
        return result


def measured(folder: Path) -> list[report.Row]:
    """The rows of the table for every demand file and fleet."""
    example = Example(folder)
    return [
        row
        for demand, vehicle_count in FLEETS
        for row in Replay(example.day(demand, vehicle_count)).play().rows(demand.removesuffix(".csv"))
    ]


def _driven(tour: Tour, now_s: int) -> Tour:
    """Every stop whose service has begun is done, as planned."""
    stops = tuple(replace(stop, done=stop.done or stop.start_s <= now_s) for stop in tour.stops)
    return replace(tour, stops=stops)
