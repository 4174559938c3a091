"""From a method's message to an HTTP answer."""

import asyncio
import hashlib
from urllib.parse import urlencode

from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import Response

from gateway.messages.mapping import mapping_of
from gateway.messages.writing import dumps
from gateway.routes.route import Route

NEXT_PAGE = "next_page_token"
REVALIDATED = "private, no-cache"
NOT_KEPT = "no-store"
_LARGE_BYTES = 64 * 1024


async def message_response(request: Request, route: Route, message: Message) -> Response:
    """Return the answer to a request: the message as JSON, or 304 where the caller has it already."""
    if message.ByteSize() > _LARGE_BYTES:
        # A whole day's plan takes a moment; nobody else should wait for it.
        body = await asyncio.to_thread(as_json, route, message)
    else:
        body = as_json(route, message)
    headers = {"Cache-Control": REVALIDATED if route.revalidated else NOT_KEPT}
    token = getattr(message, NEXT_PAGE, "")
    if route.verb == "GET" and token:
        headers["Link"] = f'<{_next_page(request, token)}>; rel="next"'
    if route.verb == "GET":
        tag = etag_of(body)
        headers["ETag"] = tag
        if is_known(request, tag):
            return Response(status_code=304, headers=headers)
    return Response(body, route.success, headers, "application/json")


def as_json(route: Route, message: Message) -> bytes:
    """Return the message as a line of JSON."""
    return dumps(mapping_of(route.response).to_json(message))


def etag_of(body: bytes) -> str:
    """Return the tag of a body; weak, for it may travel compressed."""
    return f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether ``If-None-Match`` names this tag."""
    given = request.headers.get("if-none-match", "")
    bare = tag.removeprefix("W/")
    return given.strip() == "*" or any(each.strip().removeprefix("W/") == bare for each in given.split(","))


def _next_page(request: Request, token: str) -> str:
    items = [(name, text) for name, text in request.query_params.multi_items() if name != "page_token"]
    return f"{request.url.path}?{urlencode([*items, ('page_token', token)])}"
