"""What a client's interceptor hands on: a call's details, with one more entry in its metadata."""

from typing import Any, NamedTuple

import grpc


class CallDetails(NamedTuple):
    """As ``grpc.ClientCallDetails``, of which the library's own kind cannot be made."""

    method: str
    timeout: float | None
    metadata: "list[tuple[str, str | bytes]]"
    credentials: grpc.CallCredentials | None
    wait_for_ready: bool | None
    compression: Any


def with_metadata(details: Any, key: str, value: str) -> CallDetails:
    """Return the details of a call that carries ``key`` as well."""
    return CallDetails(
        details.method,
        details.timeout,
        [*(details.metadata or ()), (key, value)],
        details.credentials,
        details.wait_for_ready,
        details.compression,
    )
