"""Who asks over HTTP, and may they: the same door as for gRPC, with the same credentials and allowances."""

import asyncio

from service_kit.errors import Unavailable
from service_kit.identity.guard import Guard
from service_kit.identity.principal import Principal
from starlette.requests import Request


class HttpDoor:
    """Lets requests in as the gRPC method that tells the same.

    The HTTP port has an event loop of its own, and the guard's parts belong to the one that serves gRPC: they
    are asked there.
    """

    def __init__(self) -> None:
        self._guard: Guard | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def guarded_by(self, guard: Guard) -> None:
        """Say who guards the gRPC server."""
        self._guard = guard

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say which loop serves gRPC."""
        self._loop = loop

    async def admit(self, request: Request, method: str) -> Principal:
        """Let a request in.

        Parameters
        ----------
        method
            The gRPC method's path.

        Raises
        ------
        Unauthenticated, PermissionDenied, ResourceExhausted, Unavailable
            As the guard has them.
        """
        if self._guard is None or self._loop is None or self._loop.is_closed():
            raise Unavailable("STARTING", "the service is starting", retry_after_s=1)
        metadata = [("authorization", told) for told in request.headers.getlist("authorization")]
        asked = asyncio.run_coroutine_threadsafe(self._guard.admit(method, metadata), self._loop)
        admission = await asyncio.wrap_future(asked)
        if admission.principal is None:
            raise Unavailable("METHOD_OPEN", f"{method} is open to anybody")
        return admission.principal
