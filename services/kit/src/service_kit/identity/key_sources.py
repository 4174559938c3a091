"""Where the keys come from that tokens are signed with."""

import asyncio
import http.client
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

import jwt
import structlog

from service_kit.errors import Unavailable

ALGORITHMS = frozenset({"RS256", "ES256", "EdDSA"})
"""How tokens may be signed; nothing symmetric, nothing unsigned."""

_LARGEST_BYTES = 262_144
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_log = structlog.get_logger(__name__)


class KeySource(Protocol):
    """The present keys of one issuer."""

    async def key(self, kid: str) -> jwt.PyJWK | None:
        """Return the key of this id, None where there is none; raises Unavailable where nobody knows."""
        ...


def keys_in(document: Any) -> dict[str, jwt.PyJWK]:
    """Read a JSON Web Key Set (RFC 7517); keys for other purposes and algorithms are left out.

    Raises
    ------
    ValueError
        Where it is no key set.
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("keys"), list):
        raise ValueError("the document is no key set")  # noqa: TRY004 - what came is wrong, not the code
    found = {}
    for entry in document["keys"]:
        if not isinstance(entry, Mapping) or entry.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK(dict(entry))
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        if isinstance(kid := entry.get("kid"), str) and key.algorithm_name in ALGORITHMS:
            found[kid] = key
    return found


class FixedKeys:
    """Keys that are given once."""

    def __init__(self, keys: Mapping[str, jwt.PyJWK]) -> None:
        self._keys = keys

    async def key(self, kid: str) -> jwt.PyJWK | None:
        return self._keys.get(kid)


class FetchedKeys:
    """An issuer's key set, fetched when needed and kept; one that cannot be fetched again stays in use.

    Parameters
    ----------
    url
        ``https://…``; plain HTTP only on this machine.
    timeout_s
        For one fetch.
    keep_s
        After that the set is fetched again, without any call waiting for it.
    pause_s
        At least as long between two fetches: an unknown key id must not make anybody fetch at will.

    Raises
    ------
    ValueError
        For a URL that is not encrypted.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout_s: float = 3.0,
        keep_s: float = 600.0,
        pause_s: float = 10.0,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ValueError(f"jwks_url {url!r} does not begin with https://")
        self._url = url
        self._timeout_s, self._keep_s, self._pause_s = timeout_s, keep_s, pause_s
        self._clock_s = clock_s
        self._keys: dict[str, jwt.PyJWK] | None = None
        self._fetched_s = self._tried_s = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> jwt.PyJWK | None:
        now_s = self._clock_s()
        known = self._keys is not None and kid in self._keys
        if not known or now_s - self._fetched_s > self._keep_s:
            fetching = self._fetch_soon(now_s)
            if fetching is not None and not known:
                # Shielded: a caller who gives up must not end the fetch others wait for.
                await asyncio.shield(fetching)
        if self._keys is None:
            raise Unavailable(
                "ISSUER_UNAVAILABLE",
                "the keys of the token's issuer cannot be had at present",
                retry_after_s=self._pause_s,
            )
        return self._keys.get(kid)

    def _fetch_soon(self, now_s: float) -> "asyncio.Task[None] | None":
        """The fetch under way, or a new one; None while it is too early for one."""
        if self._fetching is not None and not self._fetching.done():
            return self._fetching
        if now_s - self._tried_s < self._pause_s:
            return None
        self._tried_s = now_s
        self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                document = await asyncio.to_thread(_get_json, self._url, self._timeout_s)
            self._keys = keys_in(document)
            self._fetched_s = self._clock_s()
            _log.info("issuer_keys_fetched", key_count=len(self._keys))
        except (OSError, TimeoutError, http.client.HTTPException, ValueError) as error:
            _log.warning("issuer_keys_not_fetched", error=type(error).__name__, kept=self._keys is not None)


def _get_json(url: str, timeout_s: float) -> Any:
    """The document at a URL; redirects are not followed: the operator names the place."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
    try:
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request("GET", path, headers={"accept": "application/json"})
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise ValueError(f"the issuer answers {answer.status}")
        body = answer.read(_LARGEST_BYTES + 1)
    finally:
        connection.close()
    if len(body) > _LARGEST_BYTES:
        raise ValueError(f"the key set has more than {_LARGEST_BYTES} bytes")
    return json.loads(body)
