"""``landlinie waste replay``: months of collection by plan and by fixed schedules, on the same demand."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from service_kit.json_fields import FieldError
from waste.adapters.depot_file import load_waste
from waste.adapters.tour_solver import CollectionSolver
from waste.application.replaying import ByPlan, BySchedule, Policy, World, play
from waste.domain.errors import WasteError
from waste.domain.tours import OVERFLOW_DAY_CENTS, Prices
from waste.domain.tours_demand import Demand, draw_demand
from waste.domain.tours_driven import Ledger
from waste.domain.tours_footprint import kg_co2e
from waste.domain.tours_schedule import SERVICE_SHARE, SETTLING_DAYS, own_intervals, rounds

from onebox.options import AsJson
from onebox.settings import DEFAULT_DISTRICT, DistrictDir
from onebox.waste_options import OverflowEuro, Reserves, Seed

WRONG = 2
"""Exit code when a file or an option is wrong."""
YEAR_DAYS = 364
EXPERIENCE, PLAYED = 1, 0
"""Courses of the demand: a depot's experience is another year than the one that is played."""
PLAN_ROUNDS, SCHEDULE_ROUNDS = 3000, 1500
LONGEST_SEARCH_S = 600.0
"""Rounds end a search, not the clock: the same seed gives the same figures everywhere."""
FIRST_DAY = date(2021, 6, 14)

FIGURES: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("tours", "tours", "{:,.0f}".format),
    ("kilometres", "km", "{:,.0f}".format),
    ("lifts", "lifts", "{:,.0f}".format),
    ("level at lift", "level_at_lift_share", "{:.0%}".format),
    ("overflows", "overflows", "{:,.0f}".format),
    ("overflow days", "overflow_days", "{:,.0f}".format),
    ("tonnes", "collected_t", "{:,.0f}".format),
    ("hours", "work_h", "{:,.0f}".format),
    ("diesel l", "fuel_l", "{:,.0f}".format),
    ("CO2e kg", "kg_co2e", "{:,.0f}".format),
)
"""What is shown of a played policy: how it is called, its name in JSON, how it is written."""

Days = Annotated[int, typer.Option(min=1, max=730, help="that are counted")]
Settling = Annotated[
    int,
    typer.Option(min=0, max=365, help="days played before, until it no longer matters how full all began"),
]
First = Annotated[
    datetime | None,
    typer.Option("--first", formats=["%Y-%m-%d"], help="first day", show_default=FIRST_DAY.isoformat()),
]
Service = Annotated[
    float,
    typer.Option("--service", min=0, max=1, help="share of container days the schedules may overflow"),
]
Curve = Annotated[
    list[float] | None,
    typer.Option("--also-euro", min=0, help="plan with this price of an overflow day as well; repeat it"),
]


@dataclass(frozen=True)
class Outcome:
    """What came of one way to run collection."""

    name: str
    ledger: Ledger
    seconds: float


def replay(
    folder: DistrictDir = DEFAULT_DISTRICT,
    days: Days = 90,
    first: First = None,
    overflow_euro: OverflowEuro = OVERFLOW_DAY_CENTS / 100,
    also_euro: Curve = None,
    service: Service = SERVICE_SHARE,
    trucks: Reserves = None,
    settling: Settling = SETTLING_DAYS,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Play days of collection: what is brought is drawn, sensors are noisy, tours are driven with real loads.

    Compared are tours by plan, fixed rounds (every container of a round on the same weekdays), and fixed days
    for each container of its own; all three have their ways searched for alike. Exit code 2 if a file or an
    option is wrong.
    """
    try:
        stage = set_stage(
            folder, days, FIRST_DAY if first is None else first.date(), settling_days=settling, seed=seed
        )
        reserves = frozenset(trucks or [])
        stage.world.depot.shifts(stage.world.first, 1, reserves)
        outcomes = [*stage.fixed(service)]
        outcomes += [stage.planned(euro, reserves) for euro in (overflow_euro, *(also_euro or []))]
    except (FieldError, WasteError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG) from None
    if as_json:
        told = {
            "days": days,
            "seed": seed,
            "outcomes": [told_outcome(outcome) for outcome in outcomes],
            "saved": _saved(outcomes),
        }
        typer.echo(json.dumps(told))
    else:
        _show(outcomes, days)


@dataclass(frozen=True)
class Stage:
    """Where replays are played: the world, and another year of the same demand, for a depot's experience."""

    world: World
    experience: Demand

    def fixed(self, service: float = SERVICE_SHARE) -> tuple[Outcome, Outcome]:
        """Fixed rounds, and own intervals, in that order."""
        world = self.world
        solver = CollectionSolver(LONGEST_SEARCH_S, SCHEDULE_ROUNDS)
        schedules = (
            rounds(world.depot, self.experience, world.first, service),
            own_intervals(world.depot, self.experience, world.first, service),
        )
        in_turn, by_container = (
            _played(f"fixed {schedule.name}", world, BySchedule(world, solver, schedule))
            for schedule in schedules
        )
        return in_turn, by_container

    def planned(self, overflow_euro: float, reserves: frozenset[str] = frozenset()) -> Outcome:
        """Tours by plan, at a price of a day on which a container overflows."""
        solver = CollectionSolver(LONGEST_SEARCH_S, PLAN_ROUNDS)
        prices = Prices(overflow_day_cents=100 * overflow_euro)
        policy = ByPlan(self.world, solver, prices, reserves)
        return _played(f"plan, {overflow_euro:g} € a day", self.world, policy)


def set_stage(
    folder: Path, days: int, first: date = FIRST_DAY, *, settling_days: int = SETTLING_DAYS, seed: int = 0
) -> Stage:
    """Read a district, and draw what is brought to its containers."""
    district = load_waste(folder)
    depot = district.depot
    drives = district.drives(frozenset(truck.kind for truck in depot.trucks))
    demand = draw_demand(depot.containers, first, settling_days + days, seed=seed, course=PLAYED)
    experience = draw_demand(depot.containers, first, SETTLING_DAYS + YEAR_DAYS, seed=seed, course=EXPERIENCE)
    return Stage(World(depot, drives, first, demand, settling_days), experience)


def _played(name: str, world: World, policy: Policy) -> Outcome:
    began = time.monotonic()
    ledger = play(world, policy)
    outcome = Outcome(name, ledger, time.monotonic() - began)
    typer.echo(f"{name}: played in {outcome.seconds:.0f} s", err=True)
    return outcome


def told_outcome(outcome: Outcome) -> dict[str, Any]:
    """An outcome's figures, units in their names."""
    ledger = outcome.ledger
    return {
        "name": outcome.name,
        "tours": ledger.tours,
        "km": round(ledger.metres / 1000, 1),
        "lifts": ledger.lifts,
        "level_at_lift_share": round(ledger.lifted_share / max(1, ledger.lifts), 3),
        "overflows": ledger.overflows,
        "overflow_days": ledger.overflow_days,
        "missed": ledger.missed,
        "collected_t": round(ledger.weight_kg / 1000, 1),
        "work_h": round(ledger.work_s / 3600, 1),
        "fuel_l": round(ledger.fuel_l, 1),
        "kg_co2e": round(kg_co2e(ledger.fuel_l), 1),
    }


def _saved(outcomes: list[Outcome]) -> dict[str, dict[str, float]]:
    """What the plan saves, as a share, against each schedule; the plan is the first one after both."""
    planned = outcomes[2].ledger
    return {
        outcome.name: {
            "km_share": round(1 - planned.metres / max(1, outcome.ledger.metres), 3),
            "lifts_share": round(1 - planned.lifts / max(1, outcome.ledger.lifts), 3),
            "co2e_share": round(1 - planned.fuel_l / max(1e-9, outcome.ledger.fuel_l), 3),
        }
        for outcome in outcomes[:2]
    }


def _show(outcomes: list[Outcome], days: int) -> None:
    # What is compared stands side by side: a terminal has room for a few columns, not for a dozen.
    table = Table("", title=f"{days} days", box=None)
    for outcome in outcomes:
        table.add_column(outcome.name, justify="right")
    told = [told_outcome(outcome) for outcome in outcomes]
    for label, key, figure in FIGURES:
        table.add_row(label, *(figure(one[key]) for one in told))
    console = Console()
    console.print(table)
    for name, saved in _saved(outcomes).items():
        console.print(
            f"against {name}: {100 * saved['km_share']:.0f} % fewer km, "
            f"{100 * saved['lifts_share']:.0f} % fewer lifts, {100 * saved['co2e_share']:.0f} % less CO2e"
        )
