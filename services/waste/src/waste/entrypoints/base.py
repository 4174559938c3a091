"""What all methods of the service have in common."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from google.protobuf.message import Message
from service_kit.errors import ServiceError
from service_kit.faults import IDENTIFIER, Faults
from service_kit.identity.principal import caller
from service_kit.once import Answers, Call, Readable, repeated
from service_kit.pages import Pages
from service_kit.worker_pool import WorkerPool

from waste.application.desk import Desk
from waste.application.ports_containers import Chosen, Span
from waste.domain.access import scope_of
from waste.messages import FRACTIONS

ResultT = TypeVar("ResultT")
ENTITIES = ("sub_account_id", "site_id", "container_id", "device_id")
SMALLEST_STEP = timedelta(microseconds=1)


class Calls:
    """Reads, runs a use case in the pool, answers."""

    def __init__(self, desk: Desk, *, pool: WorkerPool, pages: Pages) -> None:
        self._desk = desk
        self._pool = pool
        self._pages = pages

    async def _written(
        self, call: Call[ResultT], faults: Faults, use_case: Callable[..., bytes], *asked: object
    ) -> bytes:
        """The answer to a write; one sent again is answered as before, even if it would be wrong now."""
        if faults.found:
            store: Readable[Answers] = self._desk.store
            answer = await self._pool.look_up(repeated, store, call)
            if answer is not None:
                return answer
            faults.settle()
        try:
            return await self._pool.run(use_case, call, *asked)
        except ServiceError as error:
            await self._pool.run(self._desk.refused, call, error)
            raise

    def _chosen(self, request: Any, faults: Faults) -> Chosen:
        """Which things a list is of, as far as the request can say; never others' than the caller's."""
        scope = scope_of(caller())

        def told(name: str) -> str:
            return faults.identifier(getattr(request, name, ""), name, needed=False)

        fraction = None
        if getattr(request, "fraction", 0):
            fraction = faults.choice(request.fraction, FRACTIONS, "fraction", None)
        return Chosen(
            scope.narrowed(told("sub_account_id")),
            told("site_id"),
            told("depot_id"),
            told("container_id"),
            fraction,
        )

    def _span(self, request: Any, faults: Faults) -> Span:
        """The instants asked for."""
        found = {
            name: faults.instant(getattr(request, field), field) if request.HasField(field) else None
            for name, field in (("start", "start_time"), ("end", "end_time"))
        }
        return Span(**found)

    def _span_of_page(self, request: Any, faults: Faults) -> Span:
        """The instants asked for, from where the page begins."""
        span = self._span(request, faults)
        position = self._pages.position(request, faults)
        return Span(datetime.fromisoformat(position) + SMALLEST_STEP, span.end) if position else span

    def _number(self, request: Any, faults: Faults) -> int:
        """The position after which a page of a numbered list begins."""
        token = self._pages.position(request, faults)
        return int(token) if token else 0


def call_of(request: Any, encode: Callable[[ResultT], Message], faults: Faults) -> Call[ResultT]:
    """The write a request asks for; what it is about is named in it, or in the one thing that it holds."""
    parts = [request, *(value for field, value in request.ListFields() if field.message_type)]
    named = {getattr(part, name, "") for part in parts for name in ENTITIES}
    return Call(
        request.DESCRIPTOR.name.removesuffix("Request"),
        faults.identifier(request.request_id, "request_id"),
        hashlib.sha256(request.SerializeToString(deterministic=True)).digest(),
        lambda result: encode(result).SerializeToString(),
        caller(),
        frozenset(name for name in named if isinstance(name, str) and IDENTIFIER.fullmatch(name)),
    )
