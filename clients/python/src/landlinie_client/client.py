"""The client: typed methods for every operation, with retries."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from landlinie_client.generated.async_operations import AsyncOperations
from landlinie_client.generated.operations import Operations
from landlinie_client.retries import Retries
from landlinie_client.transport import DEFAULT_TIMEOUT_S, AsyncTransport, SyncTransport

PageT = TypeVar("PageT")

_NEXT = "next_page_token"
_PROGRAM = "landlinie-client"


class Client(Operations):
    """Calls a gateway.

    Parameters
    ----------
    base_url
        ``https://rides.example.org``.
    token
        An access token or a service key.
    retries
        How patient it is; every operation is safe to repeat.
    timeout_s
        How long one try may take.
    transport
        For tests, and for programs that bring their own connections.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        retries: Retries | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(
            base_url=base_url, headers=_headers(token), timeout=timeout_s, transport=transport
        )
        super().__init__(SyncTransport(self._http, retries or Retries()))

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(AsyncOperations):
    """The same for asynchronous programs."""

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        retries: Retries | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=base_url, headers=_headers(token), timeout=timeout_s, transport=transport
        )
        super().__init__(AsyncTransport(self._http, retries or Retries()))

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def pages(listing: Callable[..., PageT], *path: str, **query: Any) -> Iterator[PageT]:
    """Yield every page of a listing: ``pages(client.list_rides, zone_id="nord")``."""
    token = ""
    while True:
        page = listing(*path, **query, page_token=token or None)
        yield page
        token = _token_of(page)
        if not token:
            return


async def async_pages(
    listing: Callable[..., Awaitable[PageT]], *path: str, **query: Any
) -> AsyncIterator[PageT]:
    """Yield every page of a listing of an :class:`AsyncClient`."""
    token = ""
    while True:
        page = await listing(*path, **query, page_token=token or None)
        yield page
        token = _token_of(page)
        if not token:
            return


def _token_of(page: Any) -> str:
    found: str = page[_NEXT]
    return found


def _headers(token: str | None) -> dict[str, str]:
    headers = {"Accept": "application/json, */*;q=0.5", "X-Landlinie-Client": _PROGRAM}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return headers
