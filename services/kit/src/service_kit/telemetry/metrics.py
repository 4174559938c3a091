"""The figures operators need, one declaration each, in one registry for the process.

Names end in their unit. Labels take few values, all known beforehand: methods that are served, codes, reasons
of a list, names of groups and topics. Nothing a caller sends becomes a label.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry(auto_describe=True)

_LATENCY_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_STALL_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)

CALLS = Counter("landlinie_grpc_calls", "Calls answered.", ("service", "method", "code"), registry=REGISTRY)
CALL_SECONDS = Histogram(
    "landlinie_grpc_call_duration_seconds",
    "From a call's first look to its answer; of streams, until they end.",
    ("service", "method"),
    buckets=_LATENCY_S,
    registry=REGISTRY,
)
CALLS_IN_FLIGHT = Gauge(
    "landlinie_grpc_calls_in_flight", "Calls under way.", ("service", "kind"), registry=REGISTRY
)
CALLS_REFUSED = Counter(
    "landlinie_grpc_calls_refused",
    "Calls refused because there were too many, or the service was going down, by reason.",
    ("service", "reason"),
    registry=REGISTRY,
)
CALLS_TURNED_AWAY = Counter(
    "landlinie_grpc_calls_turned_away",
    "Calls of nobody known, of other districts, and of callers whose roles do not allow them, by reason.",
    ("service", "reason"),
    registry=REGISTRY,
)
WORKER_WAITING = Gauge(
    "landlinie_worker_waiting_calls",
    "Calls that wait for a thread, apart from those of promised rides.",
    registry=REGISTRY,
)
WORKER_WAITING_LIMIT = Gauge(
    "landlinie_worker_waiting_calls_limit",
    "Of these, how many may wait before further changes are refused.",
    registry=REGISTRY,
)
WORKER_WAIT_SECONDS = Histogram(
    "landlinie_worker_wait_seconds",
    "How long use cases waited for a thread.",
    buckets=_LATENCY_S,
    registry=REGISTRY,
)
LOOP_STALL_SECONDS = Histogram(
    "landlinie_event_loop_stall_seconds",
    "Between two turns of the event loop, which asks for one every 5 ms.",
    buckets=_STALL_S,
    registry=REGISTRY,
)
LOOP_LONGEST_STALL_SECONDS = Gauge(
    "landlinie_event_loop_longest_stall_seconds",
    "The longest time the event loop has taken for one turn since it started serving.",
    registry=REGISTRY,
)
EVENTS_PUBLISHED = Counter(
    "landlinie_events_published", "Events carried from an outbox to the bus.", ("topic",), registry=REGISTRY
)
EVENTS_HANDLED = Counter(
    "landlinie_events_handled", "Events a group is done with.", ("group",), registry=REGISTRY
)
DEAD_LETTERS = Counter(
    "landlinie_dead_letters", "Events a group could not take.", ("group",), registry=REGISTRY
)
