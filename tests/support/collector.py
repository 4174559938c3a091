"""A collector of traces, as the services' exporters know one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc


@dataclass(frozen=True)
class Sent:
    """A span, and which process of which service sent it."""

    service: str
    process: str
    span: Any

    @property
    def name(self) -> str:
        return str(self.span.name)

    @property
    def texts(self) -> dict[str, str]:
        """Its attributes that are texts."""
        return _texts(self.span.attributes)


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps what it is sent.

    Attributes
    ----------
    taken
        Of each exporter's calls, the spans with their resource.
    """

    def __init__(self) -> None:
        self.taken: list[Any] = []

    def Export(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        self.taken += request.resource_spans
        return trace_service_pb2.ExportTraceServiceResponse()

    def trace(self, trace_id: str) -> list[Sent]:
        """Everything that came so far of one trace."""
        found = []
        for sent in list(self.taken):
            about = _texts(sent.resource.attributes)
            found += [
                Sent(about["service.name"], about["service.instance.id"], span)
                for scope in sent.scope_spans
                for span in scope.spans
                if span.trace_id == bytes.fromhex(trace_id)
            ]
        return found


@contextmanager
def collecting() -> Iterator[tuple[Collector, int]]:
    """Run a collector, and its port, for as long as the block runs."""
    server = grpc.server(ThreadPoolExecutor(2))
    collector = Collector()
    register: Any = trace_service_pb2_grpc.add_TraceServiceServicer_to_server
    register(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield collector, port
    finally:
        server.stop(None).wait()


def _texts(attributes: Any) -> dict[str, str]:
    return {attribute.key: attribute.value.string_value for attribute in attributes}
