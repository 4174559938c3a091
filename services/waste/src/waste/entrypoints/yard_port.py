"""Recycling yards for everybody: no credentials, short answers that may be cached, and not too often.

Only yards that their owners made public are there. Whoever sits in front – a proxy, a web site – may keep an
answer for half a minute, which is how often it changes at most.
"""

import hashlib
import json
from collections.abc import Mapping
from http import HTTPStatus

from service_kit.errors import ResourceExhausted
from service_kit.rate_limit import Rate, RateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from waste.application.yards import Yards, YardState
from waste.domain.cloud_events import instant

BASE = "/v1/public/yards"
KEEP_S = 30
RATE = Rate(per_s=10.0, burst=60)
"""Of one address; a proxy in front is one, and keeps answers."""


def yard_routes(yards: Yards, limiter: RateLimiter) -> list[Route]:
    """Return the routes to be mounted on the HTTP port."""

    async def listed(request: Request) -> Response:
        await _not_too_often(request, limiter)
        found = await run_in_threadpool(yards.public_yards)
        body = [
            {
                "yard_id": yard.id,
                "name": yard.name,
                "latitude_deg": yard.latitude_deg,
                "longitude_deg": yard.longitude_deg,
                "url": f"{BASE}/{yard.id}",
            }
            for yard in found
        ]
        return _answer(request, {"yards": body})

    async def one(request: Request) -> Response:
        await _not_too_often(request, limiter)
        state = await run_in_threadpool(yards.public_state, request.path_params["yard_id"])
        return _answer(request, state_document(state))

    return [Route(BASE, listed, methods=["GET"]), Route(f"{BASE}/{{yard_id}}", one, methods=["GET"])]


def state_document(state: YardState) -> Mapping[str, object]:
    """A yard as anybody may see it; what is stale is not told as now."""
    known = not state.stale
    return {
        "yard_id": state.yard.id,
        "name": state.yard.name,
        "open": state.open,
        "stale": state.stale,
        "measured_at": instant(state.measured_at) if state.measured_at else None,
        "car_count": state.car_count if known else None,
        "bay_count": state.yard.plan.bay_count,
        "occupancy_share": round(state.occupancy_share, 3) if known else None,
        "queue_count": state.queue_count if known else None,
        "waiting_min": round(state.waiting.expected.total_seconds() / 60, 1) if known else None,
        "upper_90_waiting_min": round(state.waiting.upper_90.total_seconds() / 60, 1) if known else None,
        "source": state.source,
        "forecast": [
            {
                "at": instant(slot.at),
                "expected_cars": round(slot.expected_cars, 1),
                "lower_80_cars": round(slot.lower_80_cars, 1),
                "upper_80_cars": round(slot.upper_80_cars, 1),
                "waiting_min": round(slot.waiting.total_seconds() / 60, 1),
            }
            for slot in state.ahead
        ],
    }


async def _not_too_often(request: Request, limiter: RateLimiter) -> None:
    address = request.client.host if request.client else ""
    wait_s = await limiter.take(f"public/{address}", RATE)
    if wait_s:
        raise ResourceExhausted("RATE_LIMITED", "asked too often", retry_after_s=max(wait_s, 1.0))


def _answer(request: Request, document: Mapping[str, object]) -> Response:
    body = json.dumps(document, ensure_ascii=False).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = {
        "Cache-Control": f"public, max-age={KEEP_S}",
        "ETag": tag,
        # Web sites of others may show it.
        "Access-Control-Allow-Origin": "*",
    }
    if tag in [told.strip() for told in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, headers=headers, media_type="application/json")
