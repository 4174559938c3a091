"""An HTTP port of a test's own, with a door that knows names: ``Bearer east`` is who works with ``east``."""

import http.client
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from district import depot_of
from service_kit.errors import Unauthenticated
from service_kit.identity.principal import Principal
from starlette.requests import Request
from starlette.routing import Route
from waste.domain.access import Scope
from waste.entrypoints.http_door import HttpDoor
from waste.entrypoints.http_port import HttpPort


class NamedDoor(HttpDoor):
    """Lets in by name."""

    def __init__(self) -> None:
        """There is no guard behind it."""

    async def admit(self, request: Request, method: str) -> Principal:
        assert method.startswith("/landlinie.waste.v1.")
        name = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not name:
            raise Unauthenticated("CREDENTIALS_MISSING", "the call carries no credentials")
        return depot_of(name)


class NoCauses:
    """Nothing has an alarm."""

    def __init__(self, **causes: frozenset[str]) -> None:
        self._causes = {name.replace("_", "-"): told for name, told in causes.items()}

    def causes(self, scope: Scope) -> Mapping[str, frozenset[str]]:  # noqa: ARG002 - as the port has it
        return self._causes


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Asking:
    """Asks a port."""

    def __init__(self, address: str) -> None:
        self.host, _, port = address.rpartition(":")
        self.port = int(port)

    def get(self, path: str, name: str = "", **headers: str) -> Answer:
        told = {key.replace("_", "-"): value for key, value in headers.items()}
        if name:
            told["Authorization"] = f"Bearer {name}"
        connection = http.client.HTTPConnection(self.host, self.port, timeout=20)
        try:
            connection.request("GET", path, headers=told)
            answer = connection.getresponse()
            links = answer.headers.get_all("Link") or []
            return Answer(
                answer.status, {**dict(answer.headers.items()), "Link": ", ".join(links)}, answer.read()
            )
        finally:
            connection.close()


@contextmanager
def opened(routes: Sequence[Route]) -> Iterator[Asking]:
    """Serve routes while the block runs."""
    port = HttpPort("127.0.0.1:0", routes)
    port.start()
    try:
        yield Asking(port.address)
    finally:
        port.stop()
