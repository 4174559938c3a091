# ruff: noqa: ARG002 - the fakes' methods are those of the ports
"""The tour desk on a store of the test's own, with straight roads and a planner that does as it is told."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from math import cos, hypot, radians
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa
from kept_tours import NOW, container, plant, tour
from routing_core.travel import TravelMatrix
from service_kit.clock import SimulatedClock
from service_kit.database import open_engine
from service_kit.errors import FailedPrecondition
from service_kit.identity.principal import Principal, Role
from service_kit.migrations import migrate
from service_kit.once import Call
from service_kit.outbox import outbox_table
from waste.adapters.tour_store import SqlTourStore
from waste.application.ports_planning import RoadPlace
from waste.application.ports_tours import CannotPlan, Course, Proposed, Replanned
from waste.application.tour_desk import Seen, TourDesk, TourRoom
from waste.application.tour_driving import TourDriving
from waste.application.tour_proposals import ProposalWorker, TourProposals
from waste.application.tour_rules import TourRules
from waste.application.tour_urgent import TourUrgency
from waste.domain.tour import Reason, Stop, Tour
from waste.domain.tour_proposal import LeftContainer, Proposal

BERLIN = ZoneInfo("Europe/Berlin")
TENANT = "testamt"
METRES_A_S = 10.0


def depot_of(*sub_account_ids: str) -> Principal:
    return Principal(
        "desk", frozenset({Role.DEPOT}), TENANT, "console", sub_account_ids=frozenset(sub_account_ids)
    )


def driver_of(*truck_ids: str) -> Principal:
    return Principal("driver", frozenset({Role.DRIVER}), TENANT, "phone", vehicle_ids=frozenset(truck_ids))


DESK = depot_of("town")
OPERATOR = Principal("ops", frozenset({Role.OPERATOR}), TENANT, "console")


class StraightRoads:
    """Straight on at ten metres a second."""

    def matrix(self, kind: str, places: Sequence[RoadPlace]) -> TravelMatrix:
        points = [
            (place.latitude_deg * 111_195.0, place.longitude_deg * 111_195.0 * cos(radians(53.57)))
            for place in places
        ]
        metres = np.array(
            [[round(hypot(a[0] - b[0], a[1] - b[1])) for b in points] for a in points], np.int32
        )
        return TravelMatrix((metres / METRES_A_S).astype(np.int32), metres)


class TownSubjects:
    """Containers c1 to c99 of the town, x1 to x99 of the village, one plant."""

    def container(self, container_id: str, tour: Tour) -> Stop | None:
        owner = self.sub_account_of(container_id)
        if owner is None:
            return None
        number = int(container_id[1:])
        return container(number, id="", subject_id=container_id, sub_account_id=owner)

    def plant(self, plant_id: str, tour: Tour) -> Stop | None:
        return plant(1, id="") if plant_id == "plant" else None

    def depot_of(self, container_id: str) -> str | None:
        return "yard" if self.sub_account_of(container_id) else None

    def sub_account_of(self, container_id: str) -> str | None:
        return {"c": "town", "x": "village"}.get(container_id[:1]) if container_id[1:].isdigit() else None

    def has_depot(self, depot_id: str) -> bool:
        return depot_id == "yard"


class ToldPlanner:
    """Proposes what it was given; puts what is urgent where the rules allow it."""

    def __init__(self, rules: TourRules) -> None:
        self._rules = rules
        self.proposed: Proposed | CannotPlan | Exception = Proposed((), ())
        self.during: Callable[[Callable[[float], None]], None] = lambda told: told(0.5)
        self.replanning: Callable[[], None] = lambda: None

    def propose(self, proposal: Proposal, told: Callable[[float], None]) -> Proposed:
        self.during(told)
        if isinstance(self.proposed, Exception):
            raise self.proposed
        return self.proposed

    def replan(self, tours: Sequence[Tour], wanted: Sequence[str], now: datetime) -> Replanned:
        self.replanning()
        courses: dict[str, Course] = {}
        left: dict[str, Reason] = {}
        known = {one.id: one for one in tours}
        for number, container_id in enumerate(wanted):
            stop = TownSubjects().container(container_id, tours[0])
            assert stop is not None
            for tour_id, one in known.items():
                try:
                    found = self._rules.cheapest(one, replace(stop, id=f"u{number}"), now)
                except FailedPrecondition:
                    continue
                known[tour_id] = found
                courses[tour_id] = course_of(found)
                break
            else:
                left[container_id] = Reason("NO_ROOM", "kein Platz", "no room")
        return Replanned(courses, left)


def course_of(found: Tour) -> Course:
    return Course(found.ahead, found.leave, found.back, found.back_drive_s, found.back_drive_m, found.rest)


class TourOffice:
    """The use cases; every write has a request id of its own.

    Attributes
    ----------
    committed
        Tours that were told to have changed.
    recorded
        Methods and outcomes that were noted.
    """

    def __init__(self, database: str | Path) -> None:
        url = database if isinstance(database, str) else f"sqlite:///{database / 'tours.sqlite'}"
        self.engine: sa.Engine = open_engine(url)
        migrate(self.engine, "waste.adapters.tour_migrations")
        self.clock = SimulatedClock(NOW)
        self.store = SqlTourStore(self.engine, TENANT)
        self.committed: list[str] = []
        self.recorded: list[tuple[str, str]] = []
        self.rules = TourRules(StraightRoads(), BERLIN)
        self.room = TourRoom(
            self.store,
            self.clock,
            self.rules,
            TownSubjects(),
            self.committed.extend,
            lambda call, outcome: self.recorded.append((call.method, outcome)),
        )
        self.planner = ToldPlanner(self.rules)
        self.desk = TourDesk(self.room)
        self.driving = TourDriving(self.room)
        self.urgency = TourUrgency(self.room, self.planner)
        self.worker = ProposalWorker(self.room, self.planner, "w1")
        self.proposals = TourProposals(self.room, lambda: None)
        self._count = 0

    def call(self, caller: Principal = DESK, request_id: str = "", method: str = "Test") -> Call[Any]:
        self._count += 1
        return Call(
            method, request_id or f"r{self._count}", b"", lambda result: repr(result).encode(), caller
        )

    def add(self, *tours: Tour) -> None:
        """Put tours into the store, planned anew by the rules."""
        with self.store.writing() as writer:
            for one in tours or (tour(),):
                writer.add_tour(self.rules.ordered(one, one.ahead, NOW))

    def approve(self, *tour_ids: str) -> None:
        wanted = [Seen(tour_id, self.tour(tour_id).version) for tour_id in tour_ids or ("t1",)]
        self.desk.approve(self.call(OPERATOR), wanted)

    def tour(self, tour_id: str = "t1") -> Tour:
        with self.store.reading() as reader:
            found = reader.tour(tour_id)
        assert found is not None
        return found

    def told(self) -> list[str]:
        """The types of all events in the outbox, oldest first."""
        outbox = outbox_table(sa.MetaData())
        with self.engine.connect() as connection:
            return [
                name.rpartition(".")[2]
                for name in connection.execute(sa.select(outbox.c.type).order_by(outbox.c.seq)).scalars()
            ]

    def proposal(self, proposal_id: str) -> Proposal:
        with self.store.reading() as reader:
            found = reader.proposal(proposal_id)
        assert found is not None
        return found

    def close(self) -> None:
        self.engine.dispose()


LEFT = (LeftContainer("c9", Reason("CAN_WAIT", "kann warten", "can wait", {"level_percent": 12.0})),)
