"""Figures of bookings and connections, counted once their transaction has committed."""

from prometheus_client import Counter
from service_kit.telemetry.metrics import REGISTRY

from journeys.domain import booking_facts as facts

BOOKINGS = Counter(
    "landlinie_journey_bookings",
    "Bookings of journeys, by what became of them.",
    ("outcome",),
    registry=REGISTRY,
)
CONNECTIONS = Counter(
    "landlinie_connections",
    "Connections of booked journeys that were in danger, by what became of them.",
    ("state",),
    registry=REGISTRY,
)

_OUTCOMES: dict[type[facts.BookingFact], str] = {
    facts.BookingBegun: "begun",
    facts.BookingCompleted: "booked",
    facts.BookingFailed: "failed",
    facts.BookingCancelled: "cancelled",
}


def count(fact: facts.BookingFact) -> None:
    """Count what happened."""
    if isinstance(fact, facts.ConnectionChanged):
        CONNECTIONS.labels(fact.state.value).inc()
    else:
        BOOKINGS.labels(_OUTCOMES[type(fact)]).inc()
