"""What answers a route: the request read, the service asked, its answer written."""

import asyncio
import contextlib
import mimetypes
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from service_kit.errors import ServiceError
from service_kit.grpc_calls import REQUEST_ID_KEY
from service_kit.identity.authentication import METADATA_KEY
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route as HttpRoute

from gateway.http import event_stream
from gateway.http.answers import NOT_KEPT, as_json, message_response
from gateway.http.backends import Backends, CallFailed, Metadata
from gateway.http.callers import Callers
from gateway.http.problems import problem
from gateway.http.reading import RequestReader
from gateway.http.streams import Streams
from gateway.messages.writing import dumps
from gateway.routes.route import Answer, Route

Endpoint = Callable[[Request], Awaitable[Response]]

UPLOAD_PIECE = 2_000
"""Entries of a list that go into one message where a method takes several."""


@dataclass(frozen=True, slots=True)
class Calling:
    """What every endpoint needs to ask a service."""

    backends: Backends
    reader: RequestReader
    callers: Callers
    timeout_s: float
    streams: Streams

    async def metadata(self, request: Request) -> Metadata:
        """What a call carries: whose it is, and under which id it is logged."""
        carried = [(REQUEST_ID_KEY, request.scope["landlinie.request_id"])]
        if (credential := await self.callers.credential(request)) is not None:
            carried.append((METADATA_KEY, f"Bearer {credential}"))
        return tuple(carried)


def http_routes(routes: tuple[Route, ...], calling: Calling) -> list[HttpRoute]:
    """Return the routes as Starlette serves them; fixed paths come before those with parts in braces."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for route in sorted(routes, key=lambda route: route.path.count("{")):
        by_path.setdefault(route.path, {})[route.verb] = _endpoint(route, calling)
    return [HttpRoute(path, _by_verb(path, verbs), methods=[*verbs]) for path, verbs in by_path.items()]


def _by_verb(path: str, verbs: Mapping[str, Endpoint]) -> Endpoint:
    async def answer(request: Request) -> Response:
        request.scope["landlinie.path"] = path
        return await verbs["GET" if request.method == "HEAD" else request.method](request)

    return answer


def _endpoint(route: Route, calling: Calling) -> Endpoint:
    if route.method.client_streaming:
        return _uploading(route, calling)
    match route.answer:
        case Answer.MESSAGE:
            return _asking(route, calling)
        case Answer.WATCH:
            return _watching(route, calling)
        case Answer.FILE:
            return _file(route, calling)
        case Answer.RECORDS:
            return _records(route, calling)


def _asking(route: Route, calling: Calling) -> Endpoint:
    async def ask(request: Request) -> Response:
        message = await calling.reader.message(request, route)
        metadata = await calling.metadata(request)
        answer = await calling.backends.call(
            route.method, message, metadata, route.longest_s or calling.timeout_s
        )
        return await message_response(request, route, answer)

    return ask


def _uploading(route: Route, calling: Calling) -> Endpoint:
    """Send a request whose list is too long for one message as several."""
    repeated = next(field for field in route.request.fields if field.is_repeated)

    async def upload(request: Request) -> Response:
        message = await calling.reader.message(request, route)
        entries = list(getattr(message, repeated.name))
        message.ClearField(repeated.name)

        async def pieces() -> AsyncIterator[Message]:
            for first in range(0, max(1, len(entries)), UPLOAD_PIECE):
                piece = type(message)()
                piece.CopyFrom(message)
                getattr(piece, repeated.name).extend(entries[first : first + UPLOAD_PIECE])
                yield piece

        answer = await calling.backends.send(
            route.method, pieces(), await calling.metadata(request), route.longest_s or calling.timeout_s
        )
        return await message_response(request, route, answer)

    return upload


def _watching(route: Route, calling: Calling) -> Endpoint:
    async def watch(request: Request) -> Response:
        message = await calling.reader.message(request, route)
        metadata = await calling.metadata(request)
        caller = await calling.callers.principal(await calling.callers.credential(request))
        calling.streams.check_room(caller)
        answers = calling.backends.stream(route.method, message, metadata, None)
        first = asyncio.ensure_future(anext(answers))
        try:
            # What is refused is refused before anything is sent; some have nothing to tell until it happens.
            await asyncio.wait({first}, timeout=calling.timeout_s)
            if first.done() and isinstance(first.exception(), CallFailed):
                first.result()
            return await calling.streams.response(request, caller, _events(route, first, answers))
        except BaseException:
            first.cancel()
            raise

    return watch


async def _events(
    route: Route, first: asyncio.Task[Message], answers: AsyncGenerator[Message, None]
) -> AsyncGenerator[bytes, None]:
    try:
        with contextlib.suppress(StopAsyncIteration):
            yield event_stream.event("message", as_json(route, await first))
        async for answer in answers:
            yield event_stream.event("message", as_json(route, answer))
    except CallFailed as failed:
        # The status is sent already: what went wrong is the last event.
        yield event_stream.event("problem", dumps(_problem_of(failed)))


def _file(route: Route, calling: Calling) -> Endpoint:
    async def download(request: Request) -> Response:
        message = await calling.reader.message(request, route)
        first, rest = await _begun(route, calling, message, await calling.metadata(request))
        name = getattr(first, "file_name", "")
        guessed = mimetypes.guess_type(name)[0] if name else None
        headers = {"Cache-Control": NOT_KEPT}
        if name:
            headers["Content-Disposition"] = f'attachment; filename="{name}"'

        async def pieces() -> AsyncIterator[bytes]:
            if first is not None:
                yield first.content  # type: ignore[attr-defined] # every answer that is a file has it
            async for piece in rest:
                yield piece.content  # type: ignore[attr-defined]

        media_type = route.media_type or guessed or "application/octet-stream"
        return StreamingResponse(pieces(), route.success, headers, media_type)

    return download


def _records(route: Route, calling: Calling) -> Endpoint:
    async def records(request: Request) -> Response:
        message = await calling.reader.message(request, route)
        first, rest = await _begun(route, calling, message, await calling.metadata(request))

        async def lines() -> AsyncIterator[bytes]:
            if first is not None:
                yield as_json(route, first) + b"\n"
            async for record in rest:
                yield as_json(route, record) + b"\n"

        return StreamingResponse(lines(), route.success, {"Cache-Control": NOT_KEPT}, "application/x-ndjson")

    return records


async def _begun(
    route: Route, calling: Calling, message: Message, metadata: Metadata
) -> tuple[Message | None, AsyncIterator[Message]]:
    """The first answer and the rest: what is refused is refused before anything is sent."""
    if not route.method.server_streaming:
        answer = await calling.backends.call(
            route.method, message, metadata, route.longest_s or calling.timeout_s
        )
        return answer, _nothing()
    answers = calling.backends.stream(route.method, message, metadata, route.longest_s or calling.timeout_s)
    with contextlib.suppress(StopAsyncIteration):
        return await anext(answers), answers
    return None, answers


async def _nothing() -> AsyncIterator[Message]:
    return
    yield


def _problem_of(failed: CallFailed) -> dict[str, Any]:
    cause = failed.__cause__
    if not isinstance(cause, ServiceError):
        raise failed
    return problem(cause, domain=failed.domain)
