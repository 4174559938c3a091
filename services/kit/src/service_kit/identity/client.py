"""A client's side: every call of a channel carries the caller's credentials."""

from collections.abc import Callable
from typing import Any, NamedTuple

import grpc

from service_kit.identity.authentication import METADATA_KEY

Credential = str | Callable[[], str]
"""A token or service key, or what returns the present one."""


class _Details(NamedTuple):
    method: str
    timeout: float | None
    metadata: "list[tuple[str, str | bytes]]"
    credentials: grpc.CallCredentials | None
    wait_for_ready: bool | None
    compression: Any


class _SendsCredentials(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def credential(self) -> str:
        return self._credential if isinstance(self._credential, str) else self._credential()

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return continuation(self._with_credentials(client_call_details), request)

    intercept_unary_stream = intercept_unary_unary

    def intercept_stream_unary(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        return continuation(self._with_credentials(client_call_details), request_iterator)

    intercept_stream_stream = intercept_stream_unary

    def _with_credentials(self, details: Any) -> _Details:
        return _Details(
            details.method,
            details.timeout,
            [*(details.metadata or ()), (METADATA_KEY, f"Bearer {self.credential()}")],
            details.credentials,
            details.wait_for_ready,
            details.compression,
        )


class _AioSender:
    def __init__(self, sender: _SendsCredentials) -> None:
        self._sender = sender

    async def _sent(self, continuation: Any, details: Any, request: Any) -> Any:
        text = self._sender.credential()
        metadata = grpc.aio.Metadata(*(details.metadata or ()), (METADATA_KEY, f"Bearer {text}"))
        return await continuation(details._replace(metadata=metadata), request)


class _AioUnaryUnary(_AioSender, grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return await self._sent(continuation, client_call_details, request)


class _AioUnaryStream(_AioSender, grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return await self._sent(continuation, client_call_details, request)


class _AioStreamStream(_AioSender, grpc.aio.StreamStreamClientInterceptor):
    async def intercept_stream_stream(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        return await self._sent(continuation, client_call_details, request_iterator)


def aio_credentials(credential: Credential) -> list[grpc.aio.ClientInterceptor]:
    """Return the interceptors for a ``grpc.aio`` channel whose every call is to carry the credential."""
    sender = _SendsCredentials(credential)
    return [_AioUnaryUnary(sender), _AioUnaryStream(sender), _AioStreamStream(sender)]


def authenticated(channel: grpc.Channel, credential: Credential) -> grpc.Channel:
    """Return a channel whose every call carries ``authorization: Bearer <credential>``."""
    return grpc.intercept_channel(channel, _SendsCredentials(credential))
