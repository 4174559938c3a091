"""Figures of the gateway."""

from prometheus_client import Counter, Gauge, Histogram
from service_kit.telemetry.metrics import REGISTRY

_LATENCY_S = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

REQUESTS = Counter(
    "landlinie_http_requests", "Requests answered.", ("method", "path", "status"), registry=REGISTRY
)
REQUEST_SECONDS = Histogram(
    "landlinie_http_request_duration_seconds",
    "From a request's first look to the beginning of its answer.",
    ("method", "path"),
    buckets=_LATENCY_S,
    registry=REGISTRY,
)
IN_FLIGHT = Gauge("landlinie_http_requests_in_flight", "Requests under way, streams too.", registry=REGISTRY)
STREAMS = Gauge("landlinie_live_streams", "Browsers and programs that follow live events.", registry=REGISTRY)
TOLD = Counter("landlinie_live_events_told", "Events sent to those who follow.", registry=REGISTRY)
ANSWERS = Gauge(
    "landlinie_gateway_service_answers",
    "Whether a service answers the gateway.",
    ("service",),
    registry=REGISTRY,
)
