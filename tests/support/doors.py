"""Every method of all services, called with whatever credentials, and what it said."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import grpc
from live import Live
from pooling.bootstrap import DESCRIPTOR
from pooling.entrypoints.road_changes import DESCRIPTOR as ROAD_CHANGES
from service_kit.grpc_errors import from_rpc_error

SERVICES = (DESCRIPTOR, ROAD_CHANGES)
METHODS = {method.name: method for service in SERVICES for method in service.methods}
Metadata = Sequence[tuple[str, str | bytes]]


class Said(NamedTuple):
    """A call's outcome; reason and message are empty where it was answered."""

    code: grpc.StatusCode
    reason: str = ""
    message: str = ""


def knock(channel: grpc.Channel, method: str, body: bytes, metadata: Metadata = ()) -> Said:
    """Send bytes to a method as whoever the metadata says; of a stream, look at the first answer."""
    path = f"/{METHODS[method].containing_service.full_name}/{method}"
    try:
        if METHODS[method].server_streaming:
            stream: Any = channel.unary_stream(path, bytes, bytes)(body, timeout=20, metadata=tuple(metadata))
            next(stream)
            stream.cancel()
        else:
            channel.unary_unary(path, bytes, bytes)(body, timeout=20, metadata=tuple(metadata))
    except grpc.RpcError as error:
        told = from_rpc_error(error)
        return Said(error.code(), told.reason, error.details() or "")
    return Said(grpc.StatusCode.OK)


def bearer(credential: str) -> Metadata:
    return [("authorization", f"Bearer {credential}")]


def plain_channel(live: Live) -> grpc.Channel:
    """A channel that carries nothing by itself."""
    return grpc.insecure_channel(live.address, options=[("grpc.use_local_subchannel_pool", 1)])
