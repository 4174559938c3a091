"""``/v1/driver-links``: a link that lets a phone drive one vehicle, and nothing else."""

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from google.protobuf.message import Message
from landlinie.pooling.v1 import fleet_pb2, ride_pooling_service_pb2
from landlinie.waste.v1 import tour_planning_pb2, tour_service_pb2
from service_kit.errors import FieldViolation, InvalidInput, NotFound, PermissionDenied, ResourceExhausted
from service_kit.identity.local_issuer import LONGEST_TTL
from service_kit.identity.principal import Principal, Role
from service_kit.rate_limit import Rate, RateLimiter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.http.backends import CallFailed, Metadata
from gateway.http.endpoints import Calling
from gateway.http.problems import HttpProblem
from gateway.messages.mapping import unknown_field
from gateway.store.sessions import Sessions, SignIn

PATH = "/v1/driver-links"
LINK_TTL = timedelta(hours=24)
"""For so long a link is good: it is sent the evening before a shift."""
USUAL_SESSION_HOURS = 14
LONGEST_SESSION_HOURS = LONGEST_TTL // timedelta(hours=1)

_FIELDS = ("vehicle_id", "session_hours")
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_RATE = Rate(per_s=1.0, burst=60)
_MAY = {Role.DISPATCHER, Role.OPERATOR}
_POOLING = ride_pooling_service_pb2.DESCRIPTOR.services_by_name["RidePoolingService"]
_TOURS = tour_service_pb2.DESCRIPTOR.services_by_name["TourService"]

_log = structlog.get_logger(__name__)


def driver_of(vehicle_id: str, session: timedelta) -> SignIn:
    """Return whom a driver's link lets in: whoever drives the vehicle, under one name for all of them.

    What a phone has reported and got no answer to, it may repeat after somebody signed in anew: under the
    same name it counts once.
    """
    return SignIn(
        f"driver-{vehicle_id}", frozenset({Role.DRIVER}), frozenset({vehicle_id}), frozenset(), session
    )


class DriverLinks:
    """Makes links for drivers, on behalf of those who plan their shifts."""

    def __init__(self, sessions: Sessions, calling: Calling, limiter: RateLimiter) -> None:
        self._sessions = sessions
        self._calling = calling
        self._limiter = limiter

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route(PATH, self._make, methods=["POST"])]

    async def _make(self, request: Request) -> Response:
        request.scope["landlinie.path"] = PATH
        metadata = await self._calling.metadata(request)
        credential = await self._calling.callers.credential(request)
        principal = await self._calling.callers.principal(credential)
        if principal.roles.isdisjoint(_MAY):
            raise PermissionDenied("ROLE_MISSING", "dispatchers and operators give links to drivers")
        vehicle_id, session = _wanted(await self._calling.reader.json_object(request))
        if wait_s := await self._limiter.take(f"driver-links/{principal.scope}", _RATE):
            raise ResourceExhausted("RATE_LIMITED", "too many links", retry_after_s=max(wait_s, 1.0))
        await self._check_vehicle(vehicle_id, principal, metadata)
        code = await asyncio.to_thread(self._sessions.make_code, driver_of(vehicle_id, session), LINK_TTL)
        ends = datetime.now(UTC) + LINK_TTL
        _log.info("driver_link_made", vehicle_id=vehicle_id, by=principal.subject)
        told = {
            "vehicle_id": vehicle_id,
            # Behind the hash, so that the code gets into no log on the way.
            "path": f"/driver#code={code}",
            "expire_time": ends.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "session_hours": session // timedelta(hours=1),
        }
        return JSONResponse(told, 201)

    async def _check_vehicle(self, vehicle_id: str, principal: Principal, metadata: Metadata) -> None:
        """Make sure that there is such a vehicle: of rides, or a truck that had a tour."""
        asked = fleet_pb2.GetVehicleRequest(vehicle_id=vehicle_id)
        if await self._found("GetVehicle", asked, metadata):
            return
        # Drivers see their tours whole, whoever the containers belong to: as operators do, and no one depot.
        if Role.OPERATOR in principal.roles:
            of_truck = tour_planning_pb2.ListToursRequest(truck_id=vehicle_id, page_size=1)
            if await self._found("ListTours", of_truck, metadata):
                return
        raise NotFound.in_field("vehicle_id", f"there is no vehicle {vehicle_id!r}", "VEHICLE_NOT_FOUND")

    async def _found(self, name: str, message: Message, metadata: Metadata) -> bool:
        """Whether the service has it; raises what else it answers."""
        service = _TOURS if name == "ListTours" else _POOLING
        method = service.methods_by_name[name]
        try:
            answer: Any = await self._calling.backends.call(
                method, message, metadata, self._calling.timeout_s
            )
        except CallFailed as failed:
            # A district may do without that service.
            if isinstance(failed.__cause__, NotFound | HttpProblem):
                return False
            raise
        except HttpProblem:
            return False
        return name == "GetVehicle" or bool(answer.tours)


def _wanted(given: Mapping[str, Any]) -> tuple[str, timedelta]:
    faults = [unknown_field(str(name), _FIELDS) for name in given if name not in _FIELDS]
    vehicle_id = given.get("vehicle_id", "")
    if not isinstance(vehicle_id, str) or not _ID.fullmatch(vehicle_id):
        told = f"{str(vehicle_id)[:60]!r} is not 1 to 64 of [A-Za-z0-9._:-]"
        faults.append(FieldViolation("vehicle_id", told, "INVALID_ID"))
    hours = given.get("session_hours", USUAL_SESSION_HOURS)
    if not isinstance(hours, int) or isinstance(hours, bool) or not 1 <= hours <= LONGEST_SESSION_HOURS:
        told = f"{str(hours)[:40]!r} is not a whole number from 1 to {LONGEST_SESSION_HOURS}"
        faults.append(FieldViolation("session_hours", told, "OUT_OF_RANGE"))
    if faults:
        raise InvalidInput.in_fields(faults)
    return vehicle_id, timedelta(hours=hours)
