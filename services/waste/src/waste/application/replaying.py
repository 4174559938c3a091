"""Months of collection, played day by day: by plan, and by a fixed schedule, on the same demand.

Whoever plans sees readings only; what is really in the containers decides how it goes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import numpy as np
from routing_core.travel import TravelMatrix

from waste.application.planning import plan_tours
from waste.application.ports_planning import TourSolver
from waste.domain.tours import Outlook, PlannedTour, Prices
from waste.domain.tours_demand import Demand
from waste.domain.tours_depot import Depot
from waste.domain.tours_driven import Containers, Drive, Ledger
from waste.domain.tours_outlook import RateBook
from waste.domain.tours_schedule import FixedSchedule

HORIZON_DAYS = 5
OUTLOOK_DAYS = 21


@dataclass(frozen=True)
class World:
    """What is played with.

    Parameters
    ----------
    first
        Of the days of ``demand``; the first ``settling_days`` are played, but not counted.
    """

    depot: Depot
    drives: Mapping[str, TravelMatrix]
    first: date
    demand: Demand
    settling_days: int

    @property
    def day_count(self) -> int:
        """Days that are played."""
        return int(self.demand.brought_share.shape[1])


class Policy(Protocol):
    """Decides each morning which tours are driven."""

    def read(self, number: int, level_share: Mapping[str, float]) -> None:
        """A morning: its number, and what is really in the containers, for sensors to look at."""

    def tours(self, day: date, number: int) -> tuple[PlannedTour, ...]:
        """Those to be driven on a day."""

    def emptied(self, container_id: str, day_share: float) -> None:
        """A container was emptied, when so much of the day's amount was there."""


class ByPlan:
    """Tours by what sensors tell."""

    def __init__(
        self,
        world: World,
        solver: TourSolver,
        prices: Prices,
        reserves: frozenset[str] = frozenset(),
    ) -> None:
        self._world = world
        self._solver = solver
        self._prices = prices
        self._reserves = reserves
        self._books = {
            container.container_id: RateBook(container.usual_share_per_day)
            for container in world.depot.containers
        }

    def read(self, number: int, level_share: Mapping[str, float]) -> None:
        """See :class:`Policy`; readings are noisy, and some are missing."""
        noise = self._world.demand.noise_share[:, number]
        for container, off in zip(self._world.depot.containers, noise.tolist(), strict=True):
            name = container.container_id
            seen = None if np.isnan(off) else min(1.0, max(0.0, level_share[name] + off))
            self._books[name].read(seen)

    def tours(self, day: date, number: int) -> tuple[PlannedTour, ...]:
        """See :class:`Policy`."""
        depot = self._world.depot
        shifts = depot.shifts(day, HORIZON_DAYS, self._reserves)
        if not any(shift.day == 0 for shift in shifts):
            return ()
        outlooks = {name: book.outlook(OUTLOOK_DAYS) for name, book in self._books.items()}
        situation = depot.situation(
            day, HORIZON_DAYS, outlooks, self._world.drives, prices=self._prices, shifts=shifts
        )
        return plan_tours(situation, self._solver, seed=number).of_day(0)

    def emptied(self, container_id: str, day_share: float) -> None:
        """See :class:`Policy`."""
        self._books[container_id].emptied(day_share)


class BySchedule:
    """Tours on fixed days, each searched for the shortest way; what was not reached is due again."""

    def __init__(self, world: World, solver: TourSolver, schedule: FixedSchedule) -> None:
        self._world = world
        self._solver = solver
        self._schedule = schedule
        self._open: set[str] = set()
        self._since = {container.container_id: 0 for container in world.depot.containers}

    def read(self, number: int, level_share: Mapping[str, float]) -> None:
        """See :class:`Policy`; a schedule looks at no sensor."""
        del level_share
        if number:
            self._since = {name: days + 1 for name, days in self._since.items()}

    def tours(self, day: date, number: int) -> tuple[PlannedTour, ...]:
        """See :class:`Policy`."""
        self._open |= self._schedule.due(day)
        depot = self._world.depot
        shifts = depot.shifts(day, 1)
        if not shifts or not self._open:
            return ()
        outlooks = {
            container.container_id: _by_the_books(
                container.usual_share_per_day, self._since[container.container_id]
            )
            for container in depot.containers
            if container.container_id in self._open
        }
        situation = depot.situation(day, 1, outlooks, self._world.drives, shifts=shifts, urgent=self._open)
        return plan_tours(situation, self._solver, seed=number).of_day(0)

    def emptied(self, container_id: str, day_share: float) -> None:
        """See :class:`Policy`."""
        del day_share
        self._open.discard(container_id)
        self._since[container_id] = 0


def play(world: World, policy: Policy) -> Ledger:
    """Play all days; what came of those after the settling days."""
    depot = world.depot
    names = [container.container_id for container in depot.containers]
    containers = Containers(dict(zip(names, world.demand.begin_share.tolist(), strict=True)))
    ledger = Ledger()
    prices = Prices()
    for number in range(world.day_count):
        day = world.first + timedelta(days=number)
        counted = number >= world.settling_days
        brought = world.demand.brought_share[:, number].tolist()
        containers.brought_share = dict(zip(names, brought, strict=True))
        policy.read(number, containers.level_share)
        tours = policy.tours(day, number)
        if tours:
            outlooks = {name: _by_the_books(0.0, 0) for name in names}
            today = depot.situation(day, 1, outlooks, world.drives, prices=prices)
            shifts = {shift.truck_id: shift for shift in depot.shifts(day, 1, depot.reserves)}
            pickups = {pickup.container_id: pickup for pickup in today.pickups}
            plants = {plant.plant_id: plant for plant in today.plants}
            for tour in tours:
                shift = shifts[tour.truck_id]
                drive = Drive(shift, world.drives[shift.kind], pickups, plants, prices)
                for name in sorted(drive.follow(tour, containers, ledger, counted=counted)):
                    policy.emptied(name, containers.emptied_at[name])
        containers.end_day(ledger, counted=counted)
    return ledger


def _by_the_books(share_per_day: float, days: int) -> Outlook:
    level = min(1.0, days * share_per_day)
    return Outlook(level, (level,), (0.0,), share_per_day, 0.0)
