"""Browser sessions: begun with a token, a code, or as a guest; told; ended."""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from service_kit.errors import (
    FieldViolation,
    InvalidInput,
    PermissionDenied,
    ResourceExhausted,
    Unauthenticated,
)
from service_kit.identity.local_issuer import LONGEST_TTL, LocalIssuer
from service_kit.identity.principal import Principal, Role
from service_kit.identity.tokens import expiry_of
from service_kit.rate_limit import Rate, RateLimiter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.district import District
from gateway.http.callers import Callers, cookie_name, session_secret
from gateway.http.device import device_of
from gateway.http.reading import RequestReader
from gateway.messages.mapping import unknown_field
from gateway.store.sessions import Sessions

PATH = "/v1/session"
CONSOLE_CLIENT = "console"
LANGUAGES = ("de", "en")

_LONGEST = timedelta(hours=12)
"""How long a session lasts that began with a token, unless that ends before."""
_GUEST = LONGEST_TTL - timedelta(minutes=1)
# Whoever tries codes gets nowhere; whoever mistypes one now and then does not notice.
_TRIES = Rate(per_s=1 / 6, burst=20)
# Many phones share an address; a guest's session is good for weeks.
_GUESTS = Rate(per_s=1 / 20, burst=30)
KINDS = ("token", "code", "guest")
"""How a session may begin."""


class SigningIn:
    """Answers for ``/v1/session``.

    Parameters
    ----------
    issuer
        Signs the tokens of who comes with a code, or as a guest.
    limiter
        How often an address may try.
    guests
        Whether passengers may come without an account.
    """

    def __init__(
        self,
        callers: Callers,
        sessions: Sessions,
        issuer: LocalIssuer,
        limiter: RateLimiter,
        reader: RequestReader,
        *,
        district: District,
        guests: bool,
    ) -> None:
        self._callers = callers
        self._sessions = sessions
        self._issuer = issuer
        self._limiter = limiter
        self._reader = reader
        self._district = district
        self._guests = guests

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route(PATH, self._answer, methods=["GET", "POST", "DELETE"])]

    async def _answer(self, request: Request) -> Response:
        request.scope["landlinie.path"] = PATH
        match request.method:
            case "POST":
                return await self._begin(request)
            case "DELETE":
                return await self._end(request)
        return await self._tell(request)

    async def _tell(self, request: Request) -> Response:
        credential = await self._callers.credential(request)
        principal = await self._callers.principal(credential)
        session = await self._callers.session(request) if "authorization" not in request.headers else None
        kind = session.kind if session else "token"
        ends = session.expires_at if session else expiry_of(credential or "")
        return JSONResponse(self._told(principal, kind, ends))

    async def _begin(self, request: Request) -> Response:
        self._callers.check_origin(request)
        given = await self._reader.json_object(request)
        name = _one_of(given)
        await self._take(request, _GUESTS if name == "guest" else _TRIES, name)
        match name:
            case "token":
                token = _text(given, name)
                principal = await self._callers.principal(token)
                ends = min(datetime.now(UTC) + _LONGEST, expiry_of(token) or datetime.max.replace(tzinfo=UTC))
            case "code":
                principal, token, ends = await self._with_code(_text(given, name))
            case _:
                principal, token, ends = await self._as_guest()
        device = device_of(request.headers.get("user-agent", ""))
        secret = await asyncio.to_thread(self._sessions.begin, token, name, ends, principal, device)
        if before := session_secret(request):
            # The browser forgets it now; nobody should find it in the list and wonder whose it is.
            await asyncio.to_thread(self._sessions.end, before)
        answer = JSONResponse(self._told(principal, name, ends), 201)
        answer.set_cookie(
            cookie_name(request),
            secret,
            max_age=max(1, round((ends - datetime.now(UTC)).total_seconds())),
            path="/",
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    async def _end(self, request: Request) -> Response:
        self._callers.check_origin(request)
        if secret := session_secret(request):
            await asyncio.to_thread(self._sessions.end, secret)
        answer = Response(status_code=204)
        answer.delete_cookie(
            cookie_name(request),
            path="/",
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    async def _take(self, request: Request, rate: Rate, name: str) -> None:
        address = request.client.host if request.client else ""
        if wait_s := await self._limiter.take(f"sign-in/{name == 'guest'}/{address}", rate):
            raise ResourceExhausted(
                "RATE_LIMITED", "too many tries from this address", retry_after_s=max(wait_s, 1.0)
            )

    async def _with_code(self, code: str) -> tuple[Principal, str, datetime]:
        whom = await asyncio.to_thread(self._sessions.use_code, code)
        if whom is None:
            raise Unauthenticated(
                "CODE_INVALID", "the code is none, was used, or has run out: ask for another"
            )
        token = self._issuer.issue(
            subject=whom.subject,
            roles=whom.roles,
            tenant=self._district.tenant,
            ttl=whom.session,
            client_id=CONSOLE_CLIENT,
            vehicle_ids=whom.vehicle_ids,
            sub_account_ids=whom.sub_account_ids,
        )
        return await self._callers.principal(token), token, datetime.now(UTC) + whom.session

    async def _as_guest(self) -> tuple[Principal, str, datetime]:
        if not self._guests:
            raise PermissionDenied("NO_GUESTS", "this district wants passengers to sign in")
        token = self._issuer.issue(
            subject=f"guest-{secrets.token_hex(12)}",
            roles=[Role.PASSENGER],
            tenant=self._district.tenant,
            ttl=_GUEST,
            client_id=CONSOLE_CLIENT,
        )
        return await self._callers.principal(token), token, datetime.now(UTC) + _GUEST

    def _told(self, principal: Principal, kind: str, ends: datetime | None) -> dict[str, Any]:
        made: dict[str, Any] = {
            "subject": principal.subject,
            "client_id": principal.client_id,
            "kind": kind,
            "roles": sorted(role.value for role in principal.roles),
            "vehicle_ids": sorted(principal.vehicle_ids),
            "sub_account_ids": sorted(principal.sub_account_ids),
            "district_id": self._district.tenant,
            "district_name": self._district.name,
            "time_zone": self._district.time_zone,
            "languages": list(LANGUAGES),
            "demo": self._district.demo,
        }
        if ends is not None:
            made["expire_time"] = ends.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return made


def _one_of(given: Mapping[str, Any]) -> str:
    faults = [unknown_field(str(name), KINDS) for name in given if name not in KINDS]
    if not faults and len(given) != 1:
        told = f"give one of {', '.join(KINDS)}; there are {len(given)}"
        faults.append(FieldViolation("token", told, "ONE_OF_THESE"))
    name = next(iter(given), "token")
    if name == "guest" and given["guest"] is not True:
        faults.append(FieldViolation("guest", f"{str(given['guest'])[:40]!r} is not true", "WRONG_TYPE"))
    if faults:
        raise InvalidInput.in_fields(faults)
    return name


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given[name]
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        raise InvalidInput.in_field(name, "is not a line of ASCII text", "WRONG_TYPE")
    return value
