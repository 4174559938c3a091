"""How much a server takes on at once, in all and of one client."""

import contextlib
from collections import Counter
from collections.abc import Iterator

from service_kit.errors import ResourceExhausted
from service_kit.identity.policy import Budget
from service_kit.settings import GrpcSettings

_RETRY_S = 0.5


class Admissions:
    """Counts what is under way. What promised rides need is counted apart from everything else."""

    def __init__(self, settings: GrpcSettings) -> None:
        self._most_calls = {
            Budget.GENERAL: settings.max_concurrent_calls,
            Budget.UNDER_WAY: settings.max_concurrent_calls_under_way,
        }
        self._most_streams = settings.max_concurrent_streams
        self._most_streams_of_one = settings.max_streams_per_client
        self._calls: Counter[Budget] = Counter()
        self._streams: Counter[str] = Counter()

    @contextlib.contextmanager
    def call(self, budget: Budget) -> Iterator[None]:
        """Take on a unary call; raises ResourceExhausted ``TOO_MANY_CALLS``."""
        if self._calls[budget] >= self._most_calls[budget]:
            raise _busy("TOO_MANY_CALLS", "the server is busy with", "calls", self._most_calls[budget])
        self._calls[budget] += 1
        try:
            yield
        finally:
            self._calls[budget] -= 1

    @contextlib.contextmanager
    def stream(self, client: str) -> Iterator[None]:
        """Open a stream; raises ResourceExhausted ``TOO_MANY_STREAMS``, for one client's or all."""
        if self._streams.total() >= self._most_streams:
            raise _busy("TOO_MANY_STREAMS", "the server is busy with", "streams", self._most_streams)
        if self._streams[client] >= self._most_streams_of_one:
            raise _busy("TOO_MANY_STREAMS", "the caller has open", "streams", self._most_streams_of_one)
        self._streams[client] += 1
        try:
            yield
        finally:
            self._streams[client] -= 1
            if not self._streams[client]:
                del self._streams[client]


def _busy(reason: str, who: str, what: str, limit: int) -> ResourceExhausted:
    return ResourceExhausted(
        reason, f"{who} {limit} {what}", metadata={"limit": str(limit)}, retry_after_s=_RETRY_S
    )
