"""``/open/…``: what everybody may have, without a token, from anywhere, as a file."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from typing import Any

from google.protobuf.message import Message
from landlinie.journeys.v1 import open_data_pb2, open_data_service_pb2
from landlinie.waste.v1 import yard_pb2, yard_service_pb2
from service_kit.errors import NotFound, Unavailable
from service_kit.identity.authentication import METADATA_KEY
from service_kit.identity.client import Credential
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.http.answers import etag_of, is_known
from gateway.http.backends import Backends, CallFailed, room_of
from gateway.messages.mapping import mapping_of
from gateway.messages.writing import dumps

_OPEN = open_data_service_pb2.DESCRIPTOR.services_by_name["OpenDataService"]
_YARDS = yard_service_pb2.DESCRIPTOR.services_by_name["YardService"]
_CALL_S = 10.0
_MOST_KEPT = 128
_LARGEST_KEPT_BYTES = 16 * 1024 * 1024
_YARDS_KEPT_S = 15.0
_LIST_KEPT_S = 60.0
# A copy that has run out is better than none while the service is away.
_STALE_KEPT_S = 3_600.0
_OF_A_YARD = ("yard_id", "name", "position", "opening_hours", "bay_count", "time_zone")
_ONLY_NOW = ("car_count", "occupancy_share", "queue_count", "waiting_duration", "upper_90_waiting_duration")


@dataclass(frozen=True, slots=True)
class Copy:
    """A document as it was when it was asked for; times in seconds that only go forward."""

    content: bytes
    media_type: str
    etag: str
    modified: str | None
    good_for_s: float
    made_s: float


class OpenData:
    """Answers for ``/open``: keeps copies for as long as they are good, and asks once for all who wait.

    Parameters
    ----------
    credential
        With which the services are asked.
    """

    def __init__(self, backends: Backends, credential: Credential) -> None:
        self._backends = backends
        self._credential = credential
        self._copies: OrderedDict[str, Copy] = OrderedDict()
        self._asking: dict[str, asyncio.Future[Copy]] = {}

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/open", self._list, methods=["GET"]),
            Route("/open/yards", self._yards, methods=["GET"]),
            Route("/open/yards/{yard_id}", self._yard, methods=["GET"]),
            Route("/open/{name:path}", self._document, methods=["GET"]),
        ]

    async def yards(self) -> Copy:
        """All yards that are public, as ``/open/yards`` has them."""
        return await self._copy("yards", self._ask_yards)

    async def yard(self, yard_id: str) -> Copy:
        """One of them with its state, as ``/open/yards/{yard_id}`` has it; raises NotFound."""

        async def ask() -> Copy:
            return await self._ask_yard(yard_id)

        return await self._copy(f"yards/{yard_id}", ask)

    async def _list(self, request: Request) -> Response:
        return await self._answer(request, "/open", self._copy("", self._ask_list))

    async def _document(self, request: Request) -> Response:
        name = request.path_params["name"]

        async def ask() -> Copy:
            return await self._ask_document(name)

        return await self._answer(request, "/open/{name}", self._copy(f"document/{name}", ask))

    async def _yards(self, request: Request) -> Response:
        return await self._answer(request, "/open/yards", self.yards())

    async def _yard(self, request: Request) -> Response:
        yard = self.yard(request.path_params["yard_id"])
        return await self._answer(request, "/open/yards/{yard_id}", yard)

    async def _answer(self, request: Request, path: str, asked: Awaitable[Copy]) -> Response:
        request.scope["landlinie.path"] = path
        copy = await asked
        age_s = time.monotonic() - copy.made_s
        headers = {
            "Cache-Control": f"public, max-age={max(0, round(copy.good_for_s - age_s))}",
            "ETag": copy.etag,
            # Web pages of others may show it.
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "ETag",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        if copy.modified:
            headers["Last-Modified"] = copy.modified
        if is_known(request, copy.etag):
            return Response(status_code=304, headers=headers)
        return Response(copy.content, headers=headers, media_type=copy.media_type)

    async def _copy(self, name: str, ask: Callable[[], Awaitable[Copy]]) -> Copy:
        kept = self._copies.get(name)
        age_s = time.monotonic() - kept.made_s if kept else 0.0
        if kept and age_s < kept.good_for_s:
            self._copies.move_to_end(name)
            return kept
        try:
            made = await self._asked_once(name, ask)
        except CallFailed as failed:
            if kept and age_s < _STALE_KEPT_S and isinstance(failed.__cause__, Unavailable):
                return kept
            raise
        if len(made.content) <= _LARGEST_KEPT_BYTES:
            self._copies[name] = made
            self._copies.move_to_end(name)
            if len(self._copies) > _MOST_KEPT:
                self._copies.popitem(last=False)
        return made

    async def _asked_once(self, name: str, ask: Callable[[], Awaitable[Copy]]) -> Copy:
        """A document that many want at the same moment is asked for once."""
        if name not in self._asking:
            asking = self._asking[name] = asyncio.ensure_future(ask())
            asking.add_done_callback(lambda _: self._asking.pop(name, None))
        return await asyncio.shield(self._asking[name])

    async def _ask_list(self) -> Copy:
        documents: list[Any] = []
        if room_of(_OPEN.methods_by_name["ListOpenData"]) in self._backends.addresses:
            told: Any = await self._call(_OPEN, "ListOpenData", open_data_pb2.ListOpenDataRequest())
            documents = [{"url": f"/open/{each.name}", **_as_json(each)} for each in told.documents]
        if room_of(_YARDS.methods_by_name["ListYards"]) in self._backends.addresses:
            documents.append({"url": "/open/yards", "name": "yards", "media_type": "application/json"})
        return _json_copy({"documents": documents}, _LIST_KEPT_S)

    async def _ask_document(self, name: str) -> Copy:
        told: Any = await self._call(_OPEN, "GetOpenData", open_data_pb2.GetOpenDataRequest(name=name))
        modified = None
        if told.HasField("last_modified_time"):
            modified = format_datetime(told.last_modified_time.ToDatetime(UTC), usegmt=True)
        good_for_s = told.document.time_to_live.ToTimedelta().total_seconds()
        return Copy(told.content, told.document.media_type, told.etag, modified, good_for_s, time.monotonic())

    async def _ask_yards(self) -> Copy:
        return _json_copy({"yards": [_public(each) for each in await self._public_yards()]}, _YARDS_KEPT_S)

    async def _ask_yard(self, yard_id: str) -> Copy:
        yard = next((each for each in await self._public_yards() if each.yard_id == yard_id), None)
        if yard is None:
            raise NotFound("YARD_NOT_FOUND", f"yard_id: there is no public yard {yard_id[:60]!r}")
        told: Any = await self._call(_YARDS, "GetYardState", yard_pb2.GetYardStateRequest(yard_id=yard_id))
        state = _as_json(told.state)
        if state["stale"]:
            # What was measured long ago is not told as now.
            state = {name: value for name, value in state.items() if name not in _ONLY_NOW}
        return _json_copy({"yard": _public(yard), "state": state}, _YARDS_KEPT_S)

    async def _public_yards(self) -> list[Any]:
        found: list[Any] = []
        token = ""
        while True:
            message = yard_pb2.ListYardsRequest(page_size=500, page_token=token)
            page: Any = await self._call(_YARDS, "ListYards", message)
            found += [yard for yard in page.yards if yard.public]
            token = page.next_page_token
            if not token:
                return found

    async def _call(self, service: Any, method: str, message: Message) -> Message:
        token = self._credential if isinstance(self._credential, str) else self._credential()
        metadata = ((METADATA_KEY, f"Bearer {token}"),)
        return await self._backends.call(service.methods_by_name[method], message, metadata, _CALL_S)


def _public(yard: Any) -> dict[str, Any]:
    told = _as_json(yard)
    return {name: told[name] for name in _OF_A_YARD if name in told} | {"url": f"/open/yards/{yard.yard_id}"}


def _as_json(message: Any) -> dict[str, Any]:
    return mapping_of(message.DESCRIPTOR).to_json(message)


def _json_copy(value: Any, good_for_s: float) -> Copy:
    content = dumps(value)
    return Copy(content, "application/json", etag_of(content), None, good_for_s, time.monotonic())
