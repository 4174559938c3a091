"""``landlinie.network.v1.RoadChangeService``: closures and slow-downs from the dispatcher's desk."""

# ruff: noqa: ARG002, N802 - methods are named, and called, as on the wire

import hashlib
import math
from collections.abc import Callable

from landlinie.network.v1 import (
    road_change_pb2,
    road_change_service_pb2,
    road_change_service_pb2_grpc,
)
from service_kit.errors import NotFound
from service_kit.grpc_calls import Context
from service_kit.identity.principal import caller
from service_kit.pages import Pages
from service_kit.worker_pool import WorkerPool

from pooling.application.audit_trail import AuditTrail
from pooling.application.road_changes import RoadChanges, RoadChangeWish
from pooling.domain.road_changes import RoadChange
from pooling.domain.road_rules import FEWEST_POINTS, LONGEST_NOTE, MOST_POINTS
from pooling.entrypoints.faults import NEVER, Faults

DESCRIPTOR = road_change_service_pb2.DESCRIPTOR.services_by_name["RoadChangeService"]


class RoadChangeServicer(road_change_service_pb2_grpc.RoadChangeServiceServicer):
    """The service's methods.

    Parameters
    ----------
    shown
        A change as its message.
    told
        Called when something was reported or lifted.
    audit_trail, pages
        As the rides have them.
    """

    def __init__(
        self,
        changes: RoadChanges,
        *,
        pool: WorkerPool,
        shown: Callable[[RoadChange], road_change_pb2.RoadChange],
        told: Callable[[], None],
        audit_trail: AuditTrail,
        pages: Pages,
    ) -> None:
        self._changes = changes
        self._pool = pool
        self._shown = shown
        self._told = told
        self._audit_trail = audit_trail
        self._pages = pages

    async def ReportRoadChange(
        self, request: road_change_service_pb2.ReportRoadChangeRequest, context: Context
    ) -> road_change_service_pb2.ReportRoadChangeResponse:
        faults = Faults()
        request_id = faults.identifier(request.request_id, "request_id")
        wish = wish_of(request.road_change, faults)
        faults.settle()
        fingerprint = hashlib.sha256(request.SerializeToString(deterministic=True)).digest()
        key = f"{caller().scope}/{request_id}"
        change = await self._pool.run(self._changes.report, key, fingerprint, wish)
        self._told()
        await self._record("ReportRoadChange", request_id, change.id)
        return road_change_service_pb2.ReportRoadChangeResponse(road_change=self._shown(change))

    async def LiftRoadChange(
        self, request: road_change_service_pb2.LiftRoadChangeRequest, context: Context
    ) -> road_change_service_pb2.LiftRoadChangeResponse:
        faults = Faults()
        request_id = faults.identifier(request.request_id, "request_id")
        road_change_id = faults.identifier(request.road_change_id, "road_change_id")
        faults.settle()
        if not await self._pool.run(self._changes.lift, road_change_id):
            raise NotFound.in_field(
                "road_change_id", f"there is no road change {road_change_id!r}", "ROAD_CHANGE_NOT_FOUND"
            )
        self._told()
        await self._record("LiftRoadChange", request_id, road_change_id)
        return road_change_service_pb2.LiftRoadChangeResponse()

    async def ListRoadChanges(
        self, request: road_change_service_pb2.ListRoadChangesRequest, context: Context
    ) -> road_change_service_pb2.ListRoadChangesResponse:
        faults = Faults()
        token = self._pages.position(request, faults)
        size = faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(self._changes.page, token, size + 1)
        return road_change_service_pb2.ListRoadChangesResponse(
            road_changes=[self._shown(change) for change in found[:size]],
            next_page_token=self._pages.token(request, found[size - 1].id if len(found) > size else ""),
        )

    async def _record(self, method: str, request_id: str, road_change_id: str) -> None:
        await self._pool.run(
            self._audit_trail.done, caller(), method, request_id, frozenset({road_change_id})
        )


def wish_of(message: road_change_pb2.RoadChange, faults: Faults) -> RoadChangeWish:
    """The change that is asked for."""
    if message.road_change_id:
        faults.add("road_change.road_change_id", "is given by the service", "FIELD_NOT_SETTABLE")
    if not FEWEST_POINTS <= len(message.path) <= MOST_POINTS:
        faults.add(
            "road_change.path",
            f"has {len(message.path)} positions, must be {FEWEST_POINTS} to {MOST_POINTS}",
            "PATH_INVALID",
        )
    path = tuple(
        faults.position(place, f"road_change.path[{number}]")
        for number, place in enumerate(message.path[:MOST_POINTS])
    )
    share = message.speed_share
    if not (math.isfinite(share) and 0 <= share < 1):
        faults.add("road_change.speed_share", f"{share} is not from 0 to below 1", "SPEED_SHARE_INVALID")
    start, end = (
        faults.instant(getattr(message, name), f"road_change.{name}") if message.HasField(name) else None
        for name in ("start_time", "end_time")
    )
    if start and end and NEVER not in (start, end) and end <= start:
        faults.add("road_change.end_time", f"{end.isoformat()} is not after the start", "WINDOW_REVERSED")
    note = faults.text(message.note, "road_change.note", LONGEST_NOTE)
    return RoadChangeWish(path, share, start, end, note)
