"""Requests with retries, for programs that wait and for those that do other things meanwhile."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from landlinie_client.events import Event, EventReader
from landlinie_client.problem import Problem
from landlinie_client.retries import Retries

DEFAULT_TIMEOUT_S = 30.0
_SILENCE_S = 45.0
_HEARTBEAT = "heartbeat"

Query = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be sent, the same with every try."""

    verb: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def request(
    verb: str, path: str, query: Query, body: Any = None, *, key: str | None = None, keyed: bool = False
) -> Request:
    """Return a request.

    Parameters
    ----------
    query
        Values by name; None is left out, lists are given once for each entry.
    key, keyed
        The idempotency key; where one is wanted and none given, one is made.
    """
    headers = {"Idempotency-Key": key or uuid.uuid4().hex} if keyed else {}
    items: list[tuple[str, str]] = []
    for name, value in query.items():
        values = value if isinstance(value, list | tuple) else [value]
        items += [(name, _text(each)) for each in values if each is not None]
    return Request(verb, path, items, body, headers)


def quoted(text: str) -> str:
    """Return text as a part of a path."""
    return quote(text, safe="")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _options(sent: Request) -> dict[str, Any]:
    options: dict[str, Any] = {"params": list(sent.query), "headers": dict(sent.headers)}
    if sent.body is not None:
        options["json"] = sent.body
    return options


def _problem_of(response: httpx.Response) -> Problem:
    try:
        told = response.json()
    except (ValueError, UnicodeDecodeError):
        told = {}
    return Problem(
        response.status_code, told if isinstance(told, dict) else {}, response.headers.get("retry-after")
    )


class SyncTransport:
    """Sends requests and waits.

    Every request raises Problem for what a service answered instead, and ``httpx.TransportError`` where
    nobody answered, after the last try.
    """

    def __init__(self, http: httpx.Client, retries: Retries) -> None:
        self._http, self._retries = http, retries

    def send(self, sent: Request) -> httpx.Response:
        """Send, again and again if need be, and return a good answer."""
        tried = 0
        while True:
            tried += 1
            try:
                response = self._http.request(sent.verb, sent.path, **_options(sent))
            except httpx.TransportError:
                pause_s = self._retries.pause_s(tried, None)
                if pause_s is None:
                    raise
            else:
                if response.is_success:
                    return response
                problem = _problem_of(response)
                pause_s = self._retries.pause_s(tried, problem)
                if pause_s is None:
                    raise problem
            time.sleep(pause_s)

    def json(self, sent: Request) -> Any:
        """Return the answer's JSON."""
        return self.send(sent).json()

    def content(self, sent: Request) -> bytes:
        """Return the answer's bytes."""
        return self.send(sent).content

    def records(self, sent: Request) -> Iterator[Any]:
        """Yield the answer's JSON objects, one a line, as they come."""
        with self._http.stream(sent.verb, sent.path, timeout=None, **_options(sent)) as response:
            if not response.is_success:
                response.read()
                raise _problem_of(response)
            yield from (json.loads(line) for line in response.iter_lines() if line)

    def events(self, sent: Request, after: str | None = None) -> Iterator[Event]:
        """Yield events; after an interruption those that were missed come first.

        Parameters
        ----------
        after
            The id of the last event that was seen, where a program goes on where it was before.
        """
        position, tried = after, 0
        while True:
            try:
                for event in self._read_events(sent, position):
                    position, tried = event.id or position, 0
                    if event.kind != _HEARTBEAT:
                        yield event
                pause_s = self._retries.pause_s(1, None)
            except httpx.TransportError:
                tried += 1
                pause_s = self._retries.pause_s(min(tried, self._retries.most), None)
                if pause_s is None:
                    raise
            except Problem as problem:
                tried += 1
                pause_s = self._retries.pause_s(min(tried, self._retries.most), problem)
                if pause_s is None:
                    raise
            time.sleep(pause_s or 0.0)

    def _read_events(self, sent: Request, position: str | None) -> Iterator[Event]:
        options = _options(sent)
        options["headers"] |= {"Last-Event-ID": position} if position else {}
        timeout = httpx.Timeout(DEFAULT_TIMEOUT_S, read=_SILENCE_S)
        with self._http.stream(sent.verb, sent.path, timeout=timeout, **options) as response:
            if not response.is_success:
                response.read()
                raise _problem_of(response)
            reader = EventReader()
            for line in response.iter_lines():
                if (event := reader.read(line)) is not None:
                    yield event


class AsyncTransport:
    """The same for asynchronous programs."""

    def __init__(self, http: httpx.AsyncClient, retries: Retries) -> None:
        self._http, self._retries = http, retries

    async def send(self, sent: Request) -> httpx.Response:
        """Send, again and again if need be, and return a good answer."""
        tried = 0
        while True:
            tried += 1
            try:
                response = await self._http.request(sent.verb, sent.path, **_options(sent))
            except httpx.TransportError:
                pause_s = self._retries.pause_s(tried, None)
                if pause_s is None:
                    raise
            else:
                if response.is_success:
                    return response
                problem = _problem_of(response)
                pause_s = self._retries.pause_s(tried, problem)
                if pause_s is None:
                    raise problem
            await asyncio.sleep(pause_s)

    async def json(self, sent: Request) -> Any:
        """Return the answer's JSON."""
        return (await self.send(sent)).json()

    async def content(self, sent: Request) -> bytes:
        """Return the answer's bytes."""
        return (await self.send(sent)).content

    async def records(self, sent: Request) -> AsyncIterator[Any]:
        """Yield the answer's JSON objects, one a line, as they come."""
        async with self._http.stream(sent.verb, sent.path, timeout=None, **_options(sent)) as response:
            if not response.is_success:
                await response.aread()
                raise _problem_of(response)
            async for line in response.aiter_lines():
                if line:
                    yield json.loads(line)

    async def events(self, sent: Request, after: str | None = None) -> AsyncIterator[Event]:
        """Yield events; after an interruption those that were missed come first."""
        position, tried = after, 0
        while True:
            try:
                async for event in self._read_events(sent, position):
                    position, tried = event.id or position, 0
                    if event.kind != _HEARTBEAT:
                        yield event
                pause_s = self._retries.pause_s(1, None)
            except httpx.TransportError:
                tried += 1
                pause_s = self._retries.pause_s(min(tried, self._retries.most), None)
                if pause_s is None:
                    raise
            except Problem as problem:
                tried += 1
                pause_s = self._retries.pause_s(min(tried, self._retries.most), problem)
                if pause_s is None:
                    raise
            await asyncio.sleep(pause_s or 0.0)

    async def _read_events(self, sent: Request, position: str | None) -> AsyncIterator[Event]:
        options = _options(sent)
        options["headers"] |= {"Last-Event-ID": position} if position else {}
        timeout = httpx.Timeout(DEFAULT_TIMEOUT_S, read=_SILENCE_S)
        async with self._http.stream(sent.verb, sent.path, timeout=timeout, **options) as response:
            if not response.is_success:
                await response.aread()
                raise _problem_of(response)
            reader = EventReader()
            async for line in response.aiter_lines():
                if (event := reader.read(line)) is not None:
                    yield event
