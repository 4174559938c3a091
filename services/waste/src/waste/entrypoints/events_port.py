"""Alarms and Ampel changes as CloudEvents, for programs that fetch: kept, in order, from any point on.

``GET /v1/events?after=0`` brings a batch (CloudEvents' JSON batch format) and where to go on in ``Link``. Who
notes how far it came misses nothing and is told nothing twice.
"""

import json

from service_kit.errors import InvalidInput
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from waste.application.alarming import Alarming
from waste.domain.access import scope_of
from waste.domain.cloud_events import BATCH_CONTENT_TYPE
from waste.entrypoints.http_door import HttpDoor

PATH = "/v1/events"
METHOD = "/landlinie.waste.v1.AlarmService/ListAlarms"
LARGEST_PAGE, USUAL_PAGE = 1000, 100


def event_routes(alarming: Alarming, door: HttpDoor) -> list[Route]:
    """Return the routes to be mounted on the HTTP port."""

    async def fetch(request: Request) -> Response:
        principal = await door.admit(request, METHOD)
        after = _number(request, "after", 0, 2**53)
        limit = _number(request, "limit", USUAL_PAGE, LARGEST_PAGE)
        found = await run_in_threadpool(alarming.events, scope_of(principal), after, limit)
        last = found[-1][0] if found else after
        return Response(
            json.dumps([event for _, event in found], ensure_ascii=False),
            headers={"Link": f'<{PATH}?after={last}&limit={limit}>; rel="next"'},
            media_type=BATCH_CONTENT_TYPE,
        )

    return [Route(PATH, fetch, methods=["GET"])]


def _number(request: Request, name: str, usual: int, most: int) -> int:
    told = request.query_params.get(name)
    if told is None:
        return usual
    if not told.isascii() or not told.isdigit() or len(told) > 16 or int(told) > most:
        raise InvalidInput.in_field(name, f"{told[:40]!r} is no whole number up to {most}", "QUERY_INVALID")
    return int(told)
