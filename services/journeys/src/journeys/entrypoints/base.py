"""What all methods of the service have in common."""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf.message import Message
from service_kit.errors import ServiceError
from service_kit.faults import IDENTIFIER, Faults
from service_kit.identity.principal import caller
from service_kit.once import Answers, Call, repeated
from service_kit.pages import Pages
from service_kit.worker_pool import WorkerPool

from journeys.application.desk import Desk, Recording

ResultT = TypeVar("ResultT")
ReaderT = TypeVar("ReaderT", bound=Answers)
WriterT = TypeVar("WriterT", bound=Recording)
ENTITIES = ("journey_id", "booking_id", "lift_id", "seat_id", "bench_id", "car_id", "reservation_id")


class Calls:
    """Reads, runs a use case in the pool, answers."""

    def __init__(self, *, pool: WorkerPool, pages: Pages) -> None:
        self._pool = pool
        self._pages = pages

    async def _written(
        self,
        desk: Desk[ReaderT, WriterT],
        call: Call[ResultT],
        faults: Faults,
        use_case: Callable[..., bytes],
        *asked: object,
    ) -> bytes:
        """The answer to a write; one sent again is answered as before, even if it would be wrong now."""
        if faults.found:
            answer = await self._pool.look_up(repeated, desk.store, call)
            if answer is not None:
                return answer
            faults.settle()
        try:
            return await self._pool.run(use_case, call, *asked)
        except ServiceError as error:
            await self._pool.run(desk.refused, call, error)
            raise


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
