"""A town of the demo district: thirty containers kept in stores of its own, planned by the real engine."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from district import TENANT
from service_kit.clock import SimulatedClock
from service_kit.database import open_engine
from service_kit.identity.principal import Principal, Role
from service_kit.migrations import migrate
from service_kit.once import Call
from waste.adapters.container_store import SqlContainerStore
from waste.adapters.depot_file import load_waste
from waste.adapters.tour_depots import TourDepots
from waste.adapters.tour_planner import DepotPlanner
from waste.adapters.tour_solver import CollectionSolver
from waste.adapters.tour_store import SqlTourStore
from waste.adapters.tour_tables import proposals
from waste.application.planning import plan_tours
from waste.application.ports_tours import TourFilter
from waste.application.tour_desk import Seen, TourDesk, TourRoom
from waste.application.tour_driving import TourDriving
from waste.application.tour_outlooks import TourOutlooks
from waste.application.tour_proposals import ProposalWorker, TourProposals
from waste.application.tour_rules import TourRules
from waste.application.tour_urgent import TourUrgency
from waste.domain.containers import Container, ContainerKind, Fraction, Site
from waste.domain.measured import Level
from waste.domain.tour import Tour, TourState
from waste.domain.tour_proposal import Proposal
from waste.domain.tours import Situation, TourPlan

DEMO = Path(__file__).parents[4] / "data" / "demo"
NIGHT = datetime(2026, 6, 2, 1, 0, tzinfo=UTC)
OPERATOR = Principal("ops", frozenset({Role.OPERATOR}), TENANT, "console")
FULL = ("glass_white", "paper")


def planned_here(situation: Situation, seconds: float, told: Callable[[float], None]) -> TourPlan:
    del seconds
    return plan_tours(situation, CollectionSolver(20.0, rounds=300), progress=told)


class Town:
    """Thirty containers of the demo district, two in three of them nearly full."""

    def __init__(self, folder: Path) -> None:
        self.clock = SimulatedClock(NIGHT)
        self.engines = [open_engine(f"sqlite:///{folder / name}.sqlite") for name in ("waste", "tours")]
        migrate(self.engines[0], "waste.adapters.container_migrations")
        migrate(self.engines[1], "waste.adapters.tour_migrations")
        self.containers = SqlContainerStore(self.engines[0], TENANT)
        self.store = SqlTourStore(self.engines[1], TENANT)
        self.district = load_waste(DEMO)
        depot = self.district.depot
        self.depots = TourDepots({depot.depot_id: depot}, self.containers, self.store)
        self.rules = TourRules(self.district.roads, depot.timezone)
        self.room = TourRoom(
            self.store, self.clock, self.rules, self.depots, lambda _ids: None, lambda _call, _outcome: None
        )
        self.planner = DepotPlanner(
            self.depots,
            self.district.roads,
            TourOutlooks(self.containers, None, depot.timezone),
            store=self.store,
            now=self.clock.now,
            planning=planned_here,
        )
        self.desk = TourDesk(self.room)
        self.driving = TourDriving(self.room)
        self.urgency = TourUrgency(self.room, self.planner)
        self.worker = ProposalWorker(self.room, self.planner, "w1")
        self.proposals = TourProposals(self.room, lambda: None)
        self._count = 0
        self._settle()

    def _settle(self) -> None:
        depot = self.district.depot
        sites = {site.site_id: site for site in depot.sites[:10]}
        with self.containers.writing() as writer:
            for site in sites.values():
                writer.keep(Site(site.site_id, "town", site.name, site.latitude_deg, site.longitude_deg))
            for number, one in enumerate(one for one in depot.containers if one.site_id in sites):
                container = Container(
                    one.container_id,
                    "town" if number % 2 else "village",
                    one.site_id,
                    depot.depot_id,
                    ContainerKind.IGLOO,
                    Fraction(one.fraction),
                    one.volume_l,
                )
                writer.keep(container)
                full = one.fraction in FULL and number % 3 > 0
                levels = [
                    Level(NIGHT - timedelta(days=age), max(0.05, (0.92 if full else 0.2) - 0.1 * age))
                    for age in range(8, -1, -1)
                ]
                writer.add_levels([(container.id, f"{container.id}-sensor", level) for level in levels])

    def call(self) -> Call[Any]:
        self._count += 1
        return Call("Test", f"r{self._count}", b"", lambda result: repr(result).encode(), OPERATOR)

    def propose(self, *sub_account_ids: str) -> Proposal:
        day = self.clock.now().astimezone(self.district.depot.timezone).date()
        caller = replace(OPERATOR, roles=frozenset({Role.DEPOT}), sub_account_ids=frozenset(sub_account_ids))
        call = replace(self.call(), caller=caller) if sub_account_ids else self.call()
        self.proposals.ask(call, "yard", day, day, 5)
        with self.store.reading() as reader:
            (proposal_id,) = [
                row
                for row in self.pending()
                if (found := reader.proposal(row)) is not None and found.is_pending
            ]
        self.worker.work_off()
        return self.proposals.get(proposal_id, OPERATOR)

    def pending(self) -> Sequence[str]:

        with self.engines[1].connect() as connection:
            return connection.execute(sa.select(proposals.c.proposal_id)).scalars().all()

    def tours(self, *states: TourState) -> list[Tour]:
        return self.desk.tours(TourFilter(states=frozenset(states)), "", 99, OPERATOR)

    def approve_all(self) -> list[Tour]:
        seen = [Seen(tour.id, tour.version) for tour in self.tours(TourState.PROPOSED)]
        self.desk.approve(self.call(), seen)
        return self.tours(TourState.APPROVED)

    def close(self) -> None:
        for engine in self.engines:
            engine.dispose()
