"""``/v1/sessions``: who is signed in, and how a session is ended that somebody else began."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import structlog
from service_kit.errors import FieldViolation, InvalidInput, NotFound, PermissionDenied
from service_kit.identity.principal import Principal, Role
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.http.answers import NEXT_PAGE, NOT_KEPT
from gateway.http.callers import Callers
from gateway.http.signing_in import KINDS
from gateway.messages.mapping import unknown_field
from gateway.store.signed_in import Reach, SignedIn, SignedInBrowser

PATH = "/v1/sessions"
ONE_PATH = "/v1/sessions/{session_id}"
USUAL_PAGE, LARGEST_PAGE = 100, 500

_MAY = {Role.DISPATCHER, Role.OPERATOR}
_OF_DISPATCHERS = frozenset({Role.DRIVER, Role.PASSENGER})
"""Whose phones dispatchers answer for; those of colleagues are the operators' business."""
_SUBJECT = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_TOKEN = re.compile(r"([A-Za-z0-9._:-]{0,64})~([0-9a-f]{1,64})")

_log = structlog.get_logger(__name__)


class SignedInBrowsers:
    """Lists sessions and ends them, for operators, and for dispatchers those of drivers and passengers."""

    def __init__(self, signed_in: SignedIn, callers: Callers) -> None:
        self._signed_in, self._callers = signed_in, callers

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(PATH, self._answer, methods=["GET", "DELETE"]),
            Route(ONE_PATH, self._end_one, methods=["DELETE"]),
        ]

    async def _answer(self, request: Request) -> Response:
        request.scope["landlinie.path"] = PATH
        return await (self._end_all(request) if request.method == "DELETE" else self._list(request))

    async def _list(self, request: Request) -> Response:
        caller = await self._caller(request)
        given = _query(request, ("subject", "kind", "page_size", "page_token"))
        kinds = request.query_params.getlist("kind")
        faults = [
            FieldViolation("kind", f"{kind[:40]!r} is none of {', '.join(KINDS)}", "UNKNOWN_VALUE")
            for kind in kinds
            if kind not in KINDS
        ]
        size = given.get("page_size", str(USUAL_PAGE))
        if not (size.isascii() and size.isdigit() and len(size) < 9 and 1 <= int(size) <= LARGEST_PAGE):
            told = f"{size[:40]!r} is not a whole number from 1 to {LARGEST_PAGE}"
            faults.append(FieldViolation("page_size", told, "VALUE_OUT_OF_RANGE"))
        token = given.get("page_token", "")
        place = _TOKEN.fullmatch(token)
        if token and place is None:
            told = "was not given out for this question"
            faults.append(FieldViolation("page_token", told, "PAGE_TOKEN_INVALID"))
        if faults:
            raise InvalidInput.in_fields(faults[:20])
        own = await self._own_session(request)
        # One more than is told says whether there is a next page.
        found = await asyncio.to_thread(
            self._signed_in.page,
            _reach(caller),
            kinds=kinds,
            subject=given.get("subject", ""),
            after=(place[1], place[2]) if place else None,
            count=int(size) + 1,
        )
        told_here = found[: int(size)]
        last = told_here[-1] if len(found) > int(size) else None
        made = {
            "sessions": [_told(each, is_own=each.session_id == own) for each in told_here],
            NEXT_PAGE: f"{last.subject}~{last.session_id}" if last else "",
        }
        return JSONResponse(made, headers={"Cache-Control": NOT_KEPT})

    async def _end_one(self, request: Request) -> Response:
        request.scope["landlinie.path"] = ONE_PATH
        caller = await self._caller(request)
        session_id = request.path_params["session_id"]
        if not await asyncio.to_thread(self._signed_in.end, _reach(caller), session_id):
            raise NotFound.in_field(
                "session_id", f"there is no session {session_id[:60]!r}", "SESSION_NOT_FOUND"
            )
        _log.info("session_ended", session_id=session_id, by=caller.subject)
        return Response(status_code=204)

    async def _end_all(self, request: Request) -> Response:
        caller = await self._caller(request)
        subject = _query(request, ("subject",)).get("subject", "")
        if not _SUBJECT.fullmatch(subject):
            told = f"{subject[:60]!r} is not 1 to 64 of [A-Za-z0-9._:-]"
            raise InvalidInput.in_field("subject", told, "INVALID_ID")
        ended = await asyncio.to_thread(self._signed_in.end_all, _reach(caller), subject)
        _log.info(
            "sessions_ended",
            subject=subject,
            session_count=ended.session_count,
            link_count=ended.link_count,
            by=caller.subject,
        )
        return JSONResponse({"ended_count": ended.session_count, "link_count": ended.link_count})

    async def _caller(self, request: Request) -> Principal:
        caller = await self._callers.principal(await self._callers.credential(request))
        if caller.roles.isdisjoint(_MAY):
            raise PermissionDenied("ROLE_MISSING", "dispatchers and operators see who is signed in")
        return caller

    async def _own_session(self, request: Request) -> str | None:
        if "authorization" in request.headers:
            return None
        session = await self._callers.session(request)
        return session.session_id if session else None


def _reach(caller: Principal) -> Reach:
    return Reach(caller.subject, None if Role.OPERATOR in caller.roles else _OF_DISPATCHERS)


def _query(request: Request, known: tuple[str, ...]) -> dict[str, str]:
    if faults := [unknown_field(name, known) for name in request.query_params if name not in known]:
        raise InvalidInput.in_fields(faults[:20])
    return dict(request.query_params)


def _told(session: SignedInBrowser, *, is_own: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "session_id": session.session_id,
        "subject": session.subject,
        "kind": session.kind,
        "roles": [role.value for role in session.roles],
        "vehicle_ids": list(session.vehicle_ids),
        "device": session.device.kind,
        "browser": session.device.browser,
        "system": session.device.system,
        "is_own": is_own,
        "expire_time": _written(session.expires_at),
    }
    if session.begun_at is not None:
        made["begin_time"] = _written(session.begun_at)
    if session.seen_at is not None:
        made["seen_time"] = _written(session.seen_at)
    return made


def _written(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
