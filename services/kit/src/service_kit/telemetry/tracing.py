"""Spans of what one caller's wish sets off, across threads, processes and events (W3C Trace Context).

Without a collector nothing is made and nothing is paid: every function here returns at its first line. Spans
carry the attributes named in ``ATTRIBUTES`` and no others, and of an error its reason, never its text: texts
quote what callers send.
"""

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

from grpc import ssl_channel_credentials
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from service_kit.errors import ServiceError
from service_kit.telemetry.settings import TelemetrySettings

TRACEPARENT = "traceparent"
"""The key in gRPC metadata."""
EVENT_TRACEPARENT = "ce_traceparent"
"""The header of events: the distributed tracing extension of CloudEvents."""

ATTRIBUTES = frozenset(
    {
        "rpc.system",
        "rpc.method",
        "rpc.grpc.status_code",
        "error.type",
        "db.system.name",
        "db.operation.name",
        "db.collection.name",
        "messaging.system",
        "messaging.operation.type",
        "messaging.destination.name",
        "messaging.consumer.group.name",
        "messaging.batch.message_count",
        "cloudevents.event_id",
        "cloudevents.event_type",
        "landlinie.waited_ms",
        "landlinie.tour_count",
        "landlinie.time_limit_s",
    }
)
"""Every attribute a span may have: bounded words, numbers, and ids that name nobody."""

Value: TypeAlias = str | int | float
_NOTHING: Mapping[str, Value] = {}
_propagator = TraceContextTextMapPropagator()
_SHUTDOWN_S = 5.0


class _Active:
    """The tracer in use, of the whole process; None while nobody collects."""

    tracer: Tracer | None = None


def install(provider: TracerProvider | None) -> None:
    """Make spans with this provider from now on, or none."""
    _Active.tracer = provider.get_tracer("landlinie") if provider else None


def is_on() -> bool:
    """Whether spans are made."""
    return _Active.tracer is not None


@contextmanager
def tracing(service: str, settings: TelemetrySettings) -> Iterator[None]:
    """Send traces to the collector named in the settings, if any, and what is left of them at the end.

    A collector that is away costs its spans and nothing else: they wait in a bounded queue, and are dropped.
    """
    if settings.otlp_endpoint is None:
        yield
        return
    provider = TracerProvider(
        resource=Resource(
            {
                "service.name": service,
                "service.namespace": "landlinie",
                "service.instance.id": f"{socket.gethostname()}-{os.getpid()}",
            }
        ),
        sampler=ParentBased(TraceIdRatioBased(settings.trace_share)),
        shutdown_on_exit=False,
    )
    encrypted = settings.otlp_endpoint.startswith("https://")
    exporter = OTLPSpanExporter(
        endpoint=settings.otlp_endpoint,
        insecure=not encrypted,
        credentials=ssl_channel_credentials() if encrypted else None,
        timeout=_SHUTDOWN_S,
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    install(provider)
    try:
        yield
    finally:
        install(None)
        provider.shutdown()


@contextmanager
def span(
    name: str,
    attributes: Mapping[str, Value] = _NOTHING,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    parent: str | None = None,
    reason: Callable[[BaseException], str] | None = None,
) -> Iterator[Span]:
    """Make a span, current in this context, around what is done inside.

    Parameters
    ----------
    name
        One of few: no ids in it.
    parent
        The ``traceparent`` of who set this off; the current span when None, and the root of a new trace
        where there is none.
    reason
        How to tell in one word what an exception stands for; :func:`reason_of` when None.
    """
    tracer = _Active.tracer
    if tracer is None:
        yield trace.INVALID_SPAN
        return
    context = _context_of(parent) if parent else None
    with tracer.start_as_current_span(
        name,
        context=context,
        kind=kind,
        attributes=dict(attributes),
        record_exception=False,
        set_status_on_exception=False,
    ) as made:
        try:
            yield made
        except BaseException as error:
            set_failed(made, (reason or reason_of)(error))
            raise


def begun(name: str, attributes: Mapping[str, Value], kind: SpanKind) -> Span:
    """Begin a span that is current nowhere; whoever asks for it ends it."""
    tracer = _Active.tracer
    return tracer.start_span(name, kind=kind, attributes=dict(attributes)) if tracer else trace.INVALID_SPAN


def set_failed(made: Span, reason: str) -> None:
    """Say why the work of a span failed, in one word."""
    made.set_status(StatusCode.ERROR)
    made.set_attribute("error.type", reason)


def reason_of(error: BaseException) -> str:
    """Return the error's reason, or the name of its kind where it has none."""
    return error.reason if isinstance(error, ServiceError) else type(error).__name__


def current_traceparent() -> str | None:
    """Return what makes others' spans children of the current one when handed on; None outside traces."""
    if _Active.tracer is None:
        return None
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get(TRACEPARENT)


def current_trace_id() -> str | None:
    """Return the id under which the current trace is found, where it is kept."""
    if _Active.tracer is None:
        return None
    found = trace.get_current_span().get_span_context()
    return trace.format_trace_id(found.trace_id) if found.is_valid and found.trace_flags.sampled else None


def is_recording() -> bool:
    """Whether the current span is kept: what costs more than a span may be left out where it is not."""
    return _Active.tracer is not None and trace.get_current_span().is_recording()


def _context_of(traceparent: str) -> otel_context.Context:
    """Only what the standard describes counts; anything else begins a trace of its own."""
    return _propagator.extract({TRACEPARENT: traceparent}, context=otel_context.Context())
