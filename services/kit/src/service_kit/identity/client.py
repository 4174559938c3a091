"""A client's side: every call of a channel carries the caller's credentials."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc

from service_kit.call_details import CallDetails, with_metadata
from service_kit.identity.authentication import METADATA_KEY

Credential = str | Callable[[], str]
"""A token or service key, or what returns the present one."""


class FileCredential:
    """The token, or service key, that a file holds; whoever renews the file is heard at the next call.

    To be called from any thread. A file that cannot be read leaves the token there was.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._token = ""

    def __call__(self) -> str:
        with suppress(OSError, UnicodeDecodeError):
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            if stamp != self._stamp:
                self._token, self._stamp = self._path.read_text("utf-8").strip(), stamp
        return self._token


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

    def _with_credentials(self, details: Any) -> CallDetails:
        return with_metadata(details, METADATA_KEY, f"Bearer {self.credential()}")


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
