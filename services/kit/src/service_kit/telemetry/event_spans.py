"""One trace from a call to whatever its events set off: outbox, relay, consumers.

The header ``ce_traceparent`` names the last span of an event's way so far: who puts it into the outbox, then
who carries it, so that a consumer's span is the child of the relay's, in whatever process it runs.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from opentelemetry.trace import SpanKind

from service_kit.events import Event
from service_kit.telemetry import tracing


@contextmanager
def appending(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """Give the events the trace they are part of, while they are put into the outbox."""
    if not tracing.is_recording() or not events:
        yield events
        return
    with tracing.span("outbox append", {"messaging.batch.message_count": len(events)}):
        traceparent = tracing.current_traceparent()
        yield [_in_trace(event, traceparent) for event in events]


@contextmanager
def relaying(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """Make a span of each event that is part of a trace, while a batch is carried to the bus."""
    if not tracing.is_on():
        yield events
        return
    with ExitStack() as stack:
        yield [_relayed(event, stack) for event in events]


@contextmanager
def handling(event: Event, group: str) -> Iterator[None]:
    """Make a span of what a consumer makes of an event that is part of a trace."""
    traceparent = event.extra_headers.get(tracing.EVENT_TRACEPARENT)
    if traceparent is None or not tracing.is_on():
        yield
        return
    with tracing.span(
        f"process {event.topic}",
        {**_about(event, "process"), "messaging.consumer.group.name": group},
        kind=SpanKind.CONSUMER,
        parent=traceparent,
    ):
        yield


def _relayed(event: Event, stack: ExitStack) -> Event:
    traceparent = event.extra_headers.get(tracing.EVENT_TRACEPARENT)
    if traceparent is None:
        return event
    about = _about(event, "send")
    stack.enter_context(
        tracing.span(f"send {event.topic}", about, kind=SpanKind.PRODUCER, parent=traceparent)
    )
    return _in_trace(event, tracing.current_traceparent())


def _in_trace(event: Event, traceparent: str | None) -> Event:
    if traceparent is None:
        return event
    return replace(event, extra_headers={**event.extra_headers, tracing.EVENT_TRACEPARENT: traceparent})


def _about(event: Event, operation: str) -> dict[str, tracing.Value]:
    return {
        "messaging.system": "landlinie",
        "messaging.operation.type": operation,
        "messaging.destination.name": event.topic,
        "cloudevents.event_id": event.id,
        "cloudevents.event_type": event.type,
    }
