"""Uplinks by HTTP: what networks, brokers and scripts post, signed.

Who can sign does so over the body, with a time: see :mod:`service_kit.signed_bodies`. Networks that can only
send a fixed header send a bearer token. A message that is sent twice is kept once either way.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import structlog
from service_kit.errors import Unauthenticated
from service_kit.signed_bodies import SIGNATURE_HEADER, NotSigned, check_signature
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from waste.application.ingestion import Ingestion
from waste.application.ports_frames import Unreadable
from waste.domain.uplinks import BadEnvelope
from waste.entrypoints.envelopes.csv_readings import read_csv
from waste.entrypoints.envelopes.messages import read_message
from waste.entrypoints.http_port import problem
from waste.entrypoints.intake_metrics import count_kept

_log = structlog.get_logger(__name__)

PATH = "/v1/uplinks"
DOOR = "webhook"
TOLD_LINES = 100
"""Of lines that cannot be read, so many are told in the answer."""


@dataclass(frozen=True, slots=True)
class WebhookKeys:
    """What proves a sender; an empty one opens nothing.

    Parameters
    ----------
    secret
        Of signatures.
    token
        Of ``Authorization: Bearer``.
    """

    secret: str = ""
    token: str = ""


def uplink_routes(ingestion: Ingestion, keys: WebhookKeys, now: Callable[[], datetime]) -> list[Route]:
    """Return the routes to be mounted on the HTTP port."""

    async def take(request: Request) -> Response:
        body = await request.body()
        _check(request, keys, body, now())
        return await run_in_threadpool(
            _taken, ingestion, request.headers.get("content-type", ""), body, now()
        )

    return [Route(PATH, take, methods=["POST"])]


def _check(request: Request, keys: WebhookKeys, body: bytes, now: datetime) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if keys.token and scheme.lower() == "bearer":
        if hmac.compare_digest(token.strip().encode(), keys.token.encode()):
            return
        raise Unauthenticated("TOKEN_WRONG", "the bearer token is another one")
    if not keys.secret:
        raise Unauthenticated("NOT_SIGNED", "nothing is taken here by signature, but by a bearer token")
    try:
        check_signature(keys.secret, request.headers.get(SIGNATURE_HEADER, ""), body, now)
    except NotSigned as error:
        _log.warning("uplink_refused", error=str(error))
        raise Unauthenticated("NOT_SIGNED", str(error)) from error


def _taken(ingestion: Ingestion, content_type: str, body: bytes, now: datetime) -> Response:
    bad_lines: list[dict[str, object]] = []
    unreadable: list[Unreadable] = []
    try:
        if content_type.partition(";")[0].strip().lower() == "text/csv":
            uplinks, bad = read_csv(body)
            for line in bad:
                unreadable.append(
                    Unreadable(PATH, line.text.encode(), line.error.reason.value, line.error.why)
                )
                bad_lines.append(
                    {"line": line.number, "reason": line.error.reason.value, "detail": line.error.why}
                )
        else:
            uplinks = read_message(body, now)
    except BadEnvelope as error:
        kept = ingestion.take([], [Unreadable(PATH, body, error.reason.value, error.why)])
        count_kept(DOOR, kept)
        return problem(HTTPStatus.BAD_REQUEST, error.reason.value, error.why)
    kept = ingestion.take(uplinks, unreadable)
    count_kept(DOOR, kept)
    told: dict[str, object] = {"new": kept.new_count, "repeated": kept.repeated_count}
    if bad_lines:
        told |= {"bad_count": len(bad_lines), "bad_lines": bad_lines[:TOLD_LINES]}
    return JSONResponse(told)
