"""``/yard…``: recycling yards for everybody, as pages that need neither sign-in nor script."""

import json
import time
from collections.abc import Callable
from http import HTTPStatus

from service_kit.clock import Clock
from service_kit.errors import ServiceError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.http.answers import etag_of, is_known
from gateway.http.backends import CallFailed
from gateway.http.open_data import Copy, OpenData
from gateway.http.problems import status_of
from gateway.pages.yard_page import missing_html, unavailable_html, yard_html, yards_html
from gateway.pages.yard_words import Language, language_of

PATH = "/yard"
_TOLD_AS_NOW_S = 300.0
"""A copy that is older, because the service is away, is not told as the present."""
_AGAIN_S = "60"
_NOT_HERE = {HTTPStatus.NOT_FOUND, HTTPStatus.NOT_IMPLEMENTED}
"""Nor is it where a district does without the service."""


class YardPages:
    """Answers for ``/yard``, from the same copies that ``/open/yards`` has.

    Parameters
    ----------
    clock
        By which "today" and "open until" are told.
    """

    def __init__(self, open_data: OpenData, clock: Clock) -> None:
        self._open_data = open_data
        self._clock = clock

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(PATH, self._list, methods=["GET"]),
            Route(f"{PATH}/{{yard_id}}", self._yard, methods=["GET"]),
        ]

    async def _list(self, request: Request) -> Response:
        request.scope["landlinie.path"] = PATH
        language = _language(request)
        try:
            copy = await self._open_data.yards()
        except (CallFailed, ServiceError) as error:
            return _failed(request, error, language)
        told = json.loads(copy.content)["yards"]
        return _page(request, copy, language, lambda: yards_html(told, language))

    async def _yard(self, request: Request) -> Response:
        request.scope["landlinie.path"] = f"{PATH}/{{yard_id}}"
        language = _language(request)
        try:
            copy = await self._open_data.yard(request.path_params["yard_id"])
        except (CallFailed, ServiceError) as error:
            return _failed(request, error, language)
        told = json.loads(copy.content)
        known = time.monotonic() - copy.made_s < _TOLD_AS_NOW_S
        return _page(
            request, copy, language, lambda: yard_html(told, language, self._clock.now(), known=known)
        )


def _language(request: Request) -> Language:
    return language_of(request.query_params.get("lang"), request.headers.get("accept-language", ""))


def _page(request: Request, copy: Copy, language: Language, write: Callable[[], str]) -> Response:
    content = write().encode()
    left_s = max(0, round(copy.good_for_s - (time.monotonic() - copy.made_s)))
    headers = {**_headers(language), "Cache-Control": f"public, max-age={left_s}", "ETag": etag_of(content)}
    if is_known(request, headers["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, headers=headers, media_type="text/html")


def _failed(request: Request, error: CallFailed | ServiceError, language: Language) -> Response:
    """A page for people instead of a problem for programs; the status is the same."""
    cause = error if isinstance(error, ServiceError) else error.__cause__
    if not isinstance(cause, ServiceError):
        raise error
    request.scope["landlinie.reason"] = cause.reason
    status = status_of(cause)
    headers = _headers(language)
    if status in _NOT_HERE:
        return Response(missing_html(language), HTTPStatus.NOT_FOUND, headers, media_type="text/html")
    headers["Retry-After"] = _AGAIN_S
    return Response(unavailable_html(language), status, headers, media_type="text/html")


def _headers(language: Language) -> dict[str, str]:
    return {"Content-Language": str(language), "Vary": "Accept-Language"}
