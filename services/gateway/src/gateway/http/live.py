"""``/v1/events``: one stream of all that changes and the caller may see."""

import re
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator
from http import HTTPStatus

import structlog
from google.protobuf.message import Message
from landlinie.journeys.v1 import booking_pb2, journey_service_pb2
from landlinie.pooling.v1 import ride_pb2, ride_pooling_service_pb2
from landlinie.waste.v1 import tour_planning_pb2, tour_service_pb2
from service_kit.errors import (
    FieldViolation,
    InvalidInput,
    NotFound,
    PermissionDenied,
    ServiceError,
)
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.http import event_stream
from gateway.http.backends import CallFailed, Metadata
from gateway.http.endpoints import Calling
from gateway.http.metrics import TOLD
from gateway.http.problems import HttpProblem, problem
from gateway.live.facts import BY_KIND
from gateway.live.feed import Feed
from gateway.live.sight import Sight
from gateway.messages.mapping import unknown_field
from gateway.messages.writing import dumps
from gateway.store.live_events import LiveEvent

PATH = "/v1/events"
LAST_ID_HEADER = "last-event-id"


_log = structlog.get_logger(__name__)

_POSITION = re.compile(r"([0-9a-f]{1,32})-([0-9]{1,18})")
_OLDEST = "oldest"
_HEARTBEAT_S = 10.0
_MOST_NAMED = 50
_MOST_REMEMBERED = 1_000
_POOLING = ride_pooling_service_pb2.DESCRIPTOR.services_by_name["RidePoolingService"]
_JOURNEYS = journey_service_pb2.DESCRIPTOR.services_by_name["JourneyService"]
_TOURS = tour_service_pb2.DESCRIPTOR.services_by_name["TourService"]
_NAMED = {"ride_id": "ride", "booking_id": "booking"}


class LiveStreams:
    """Answers for ``/v1/events``."""

    def __init__(self, feed: Feed, calling: Calling) -> None:
        self._feed = feed
        self._calling = calling

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route(PATH, self._follow, methods=["GET"])]

    async def _follow(self, request: Request) -> Response:
        request.scope["landlinie.path"] = PATH
        if request.method == "HEAD":
            raise HttpProblem(
                HTTPStatus.METHOD_NOT_ALLOWED, "VERB_NOT_OFFERED", "a stream has no end", Allow="GET"
            )
        wanted = _wanted(request)
        metadata = await self._calling.metadata(request)
        sight = await self._sight(request, metadata)
        position = await self._position(request)
        seen = _Seen(sight, self._calling, metadata)
        return await self._calling.streams.response(
            request, sight.principal, self._events(seen, wanted, position)
        )

    async def _sight(self, request: Request, metadata: Metadata) -> Sight:
        """What the caller sees; whatever it names is asked for on its behalf, so that it must be its own."""
        credential = await self._calling.callers.credential(request)
        principal = await self._calling.callers.principal(credential)
        followed: dict[str, set[str]] = {}
        for name, thing in _NAMED.items():
            for named in request.query_params.getlist(name):
                message: Message
                if thing == "ride":
                    method, message = (
                        _POOLING.methods_by_name["GetRide"],
                        ride_pb2.GetRideRequest(ride_id=named),
                    )
                else:
                    method = _JOURNEYS.methods_by_name["GetBooking"]
                    message = booking_pb2.GetBookingRequest(booking_id=named)
                await self._calling.backends.call(method, message, metadata, self._calling.timeout_s)
                followed.setdefault(thing, set()).add(named)
        return Sight(principal, {thing: frozenset(ids) for thing, ids in followed.items()})

    async def _position(self, request: Request) -> int | None:
        """The number after which to go on; None where what comes next cannot be told."""
        given = request.headers.get(LAST_ID_HEADER) or request.query_params.get("after")
        if given is None:
            return self._feed.head
        if given == _OLDEST:
            return await self._feed.oldest() - 1
        found = _POSITION.fullmatch(given)
        return int(found[2]) if found and found[1] == self._feed.epoch else None

    async def _events(
        self, seen: "_Seen", wanted: frozenset[str], position: int | None
    ) -> AsyncGenerator[bytes, None]:
        try:
            async for sent in self._told(seen, wanted, position):
                yield sent
        except CallFailed as failed:
            if not isinstance(failed.__cause__, ServiceError):
                raise
            yield event_stream.event("problem", dumps(problem(failed.__cause__, domain=failed.domain)))
        except ServiceError as ended:
            yield event_stream.event("problem", dumps(problem(ended)))

    async def _told(
        self, seen: "_Seen", wanted: frozenset[str], position: int | None
    ) -> AsyncGenerator[bytes, None]:
        sent_s = time.monotonic()
        greeted = False
        while True:
            found = None if position is None else await self._feed.after(position)
            if found is None:
                position = self._feed.head
                yield event_stream.event("resync", b"{}", self._id(position))
                greeted = True
                continue
            if not greeted:
                # From now on the caller has a place to go on from, even where nothing happens.
                yield self._heartbeat(position or 0)
                greeted = True
            # What is there together is sent together: each piece costs more than what is in it.
            piece = bytearray()
            for each in found:
                if (not wanted or each.kind in wanted) and await seen.shows(each):
                    piece += event_stream.event(each.kind, each.data, self._id(each.number))
                    TOLD.inc()
                position = each.number
            if piece:
                yield bytes(piece)
                sent_s = time.monotonic()
            now_s = time.monotonic()
            if now_s - sent_s >= _HEARTBEAT_S:
                yield self._heartbeat(position or 0)
                sent_s = now_s
            if not found:
                await self._feed.wait(position or 0, _HEARTBEAT_S - (time.monotonic() - sent_s))

    def _heartbeat(self, position: int) -> bytes:
        return event_stream.event("heartbeat", b"{}", self._id(position))

    def _id(self, number: int) -> str:
        return f"{self._feed.epoch}-{number}"


class _Seen:
    """What one stream shows; remembers which tours the caller may see."""

    def __init__(self, sight: Sight, calling: Calling, metadata: Metadata) -> None:
        self._sight, self._calling, self._metadata = sight, calling, metadata
        self._tours: OrderedDict[str, bool] = OrderedDict()

    async def shows(self, event: LiveEvent) -> bool:
        """Whether the caller sees the event; raises CallFailed where who is to be asked does not answer."""
        known = self._sight.sees(event.kind, event.about)
        if known is not None:
            return known
        return any([await self._is_seen(tour) for tour in event.about.get("tour", ())])

    async def _is_seen(self, tour: str) -> bool:
        # What is hidden may be shown later, once it is approved; what was shown stays so.
        if self._tours.get(tour):
            return True
        message = tour_planning_pb2.GetTourRequest(tour_id=tour)
        try:
            await self._calling.backends.call(
                _TOURS.methods_by_name["GetTour"], message, self._metadata, self._calling.timeout_s
            )
        except CallFailed as failed:
            if isinstance(failed.__cause__, NotFound | PermissionDenied):
                return False
            raise
        self._tours[tour] = True
        if len(self._tours) > _MOST_REMEMBERED:
            self._tours.popitem(last=False)
        return True


def _wanted(request: Request) -> frozenset[str]:
    """The kinds that are asked for; all when none is named."""
    faults = []
    known = ["kind", "after", *_NAMED]
    for name in request.query_params:
        if name not in known:
            faults.append(unknown_field(name, known))
        elif len(named := request.query_params.getlist(name)) > _MOST_NAMED:
            faults.append(
                FieldViolation(name, f"is given {len(named)} times, more than {_MOST_NAMED}", "TOO_MANY")
            )
    kinds = request.query_params.getlist("kind")
    faults += [
        FieldViolation("kind", f"{kind[:40]!r} is none of {', '.join(sorted(BY_KIND))}", "UNKNOWN_VALUE")
        for kind in kinds
        if kind not in BY_KIND
    ]
    if faults:
        raise InvalidInput.in_fields(faults[:20])
    return frozenset(kinds)
