"""Which services answer, asked all the time in the background; and whether this process is well."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import grpc
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from gateway.http.backends import Backends
from gateway.http.metrics import ANSWERS

PATH = "/v1/status"
EVERY_S = 3.0
_ANSWER_S = 1.5


_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answering:
    """Whether a service answers, and since when."""

    answers: bool
    since: datetime


class Status:
    """Knows which services answer.

    Parameters
    ----------
    not_ready
        Why this process should get no requests now; None when it should.
    """

    def __init__(self, backends: Backends, not_ready: Callable[[], str | None]) -> None:
        self._backends = backends
        self._not_ready = not_ready
        self._services: dict[str, Answering] = {}
        self._asking: asyncio.Task[None] | None = None

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(PATH, self._tell, methods=["GET"]),
            Route("/healthz", self._alive, methods=["GET"]),
            Route("/readyz", self._ready, methods=["GET"]),
        ]

    async def start(self) -> None:
        """Ask every service once, and begin to ask."""
        await self._ask_all()
        self._asking = asyncio.create_task(self._keep_asking(), name="service-status")

    async def stop(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._asking

    async def _keep_asking(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            await self._ask_all()

    async def _ask_all(self) -> None:
        rooms = list(self._backends.addresses)
        answers = await asyncio.gather(*(self._answers(room) for room in rooms))
        for room, answer in zip(rooms, answers, strict=True):
            before = self._services.get(room)
            if before is None or before.answers is not answer:
                self._services[room] = Answering(answer, datetime.now(UTC))
                ANSWERS.labels(room).set(answer)
                if before is not None or not answer:
                    _log.warning("service_answers" if answer else "service_does_not_answer", room=room)

    async def _answers(self, room: str) -> bool:
        stub = health_pb2_grpc.HealthStub(self._backends.channel(room))
        try:
            answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=_ANSWER_S)
        except grpc.RpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    async def _tell(self, request: Request) -> Response:
        request.scope["landlinie.path"] = PATH
        services = [
            {
                "name": room,
                "answers": each.answers,
                "since": each.since.isoformat(timespec="seconds").replace("+00:00", "Z"),
            }
            for room, each in sorted(self._services.items())
        ]
        return JSONResponse({"services": services})

    async def _alive(self, request: Request) -> Response:
        request.scope["landlinie.path"] = "/healthz"
        return PlainTextResponse("ok\n")

    async def _ready(self, request: Request) -> Response:
        request.scope["landlinie.path"] = "/readyz"
        wrong = await asyncio.to_thread(self._not_ready)
        return PlainTextResponse(f"{wrong or 'ok'}\n", 503 if wrong else 200)
