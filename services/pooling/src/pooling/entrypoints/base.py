"""What all methods of the service have in common: each reads, runs a use case in the pool, answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, TypeVar

from landlinie.pooling.v1 import board_pb2
from service_kit.clock import Clock
from service_kit.errors import ServiceError
from service_kit.pages import Pages
from service_kit.worker_pool import WorkerPool

from pooling.application.audit_trail import AuditTrail
from pooling.application.breakdowns import ReportBreakdown
from pooling.application.changing_shifts import UpdateShift
from pooling.application.desk import Call
from pooling.application.driving import Driving
from pooling.application.fleet import FleetAdministration
from pooling.application.improving import ImprovePlan
from pooling.application.known_breakdowns import KnownBreakdowns
from pooling.application.moving import MoveRide
from pooling.application.paths import PlanPaths
from pooling.application.postponing import PostponePickup
from pooling.application.queries import Queries
from pooling.application.releasing import ReleaseOffers
from pooling.application.request_offers import RequestOffers
from pooling.application.rides import BookRide, CancelRide
from pooling.entrypoints.faults import Faults
from pooling.entrypoints.watch import PlanChanges

ResultT = TypeVar("ResultT")


class Board(Protocol):
    """What the events tell of now and of today."""

    def live_vehicles(self, zone_id: str | None, after: str, count: int) -> list[board_pb2.LiveVehicle]:
        """At most ``count`` vehicles by id, after an id."""
        ...

    def figures(self, zone_id: str | None, first: date, last: date) -> list[board_pb2.DayFigures]:
        """Figures of every day from the first to the last, of a zone or of all."""
        ...

    def emission_factors(self) -> list[board_pb2.EmissionFactor]:
        """What figures reckon a kilometre with."""
        ...


@dataclass(frozen=True, slots=True)
class UseCases:
    """What the servicer calls."""

    request_offers: RequestOffers
    book_ride: BookRide
    cancel_ride: CancelRide
    release_offers: ReleaseOffers
    postpone_pickup: PostponePickup
    move_ride: MoveRide
    improve_plan: ImprovePlan
    plan_paths: PlanPaths
    driving: Driving
    report_breakdown: ReportBreakdown
    known_breakdowns: KnownBreakdowns
    fleet: FleetAdministration
    update_shift: UpdateShift
    queries: Queries
    audit_trail: AuditTrail


class Calls:
    """What the methods of a room work with."""

    def __init__(
        self,
        use_cases: UseCases,
        board: Board,
        *,
        pool: WorkerPool,
        clock: Clock,
        changes: PlanChanges,
        pages: Pages,
    ) -> None:
        self._use = use_cases
        self._board = board
        self._pool = pool
        self._clock = clock
        self._changes = changes
        self._pages = pages

    async def _written(
        self, call: Call[ResultT], faults: Faults, use_case: Callable[..., bytes], *asked: object
    ) -> bytes:
        """The answer to a write; one sent again is answered as before, even if it would be too late now."""
        if faults.found:
            answer = await self._pool.look_up(self._use.queries.answer, call)
            if answer is not None:
                return answer
            faults.settle()
        try:
            return await self._pool.run(use_case, call, *asked)
        except ServiceError as error:
            await self._pool.run(self._use.audit_trail.refused, call, error)
            raise

    def _page(self, request: Any, faults: Faults) -> tuple[str | None, str, int]:
        """Zone, where to begin, and how many."""
        return (
            faults.identifier(request.zone_id, "zone_id", needed=False) or None,
            self._pages.position(request, faults),
            faults.page_size(request.page_size),
        )
