"""The figures of rides, and the spans of searches: see ``application.watch.Watch``."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from prometheus_client import Counter, Histogram
from service_kit.telemetry.metrics import REGISTRY
from service_kit.telemetry.tracing import span

from pooling.domain import facts
from pooling.domain.facts import Fact

ASKED = Counter(
    "landlinie_offers_asked",
    "Questions for a ride, by how they were answered.",
    ("answer",),
    registry=REGISTRY,
)
OFFERED = Counter("landlinie_offers_made", "Offers held for somebody.", registry=REGISTRY)
REFUSED = Counter(
    "landlinie_offers_refused",
    "Why questions for a ride were refused; one refusal may have several reasons.",
    ("reason",),
    registry=REGISTRY,
)
RIDES = Counter("landlinie_rides", "Rides, by what became of them.", ("outcome",), registry=REGISTRY)
PROMISES_BROKEN = Counter(
    "landlinie_promises_broken", "Promises to passengers that were not kept.", ("promise",), registry=REGISTRY
)
INSERTION_SECONDS = Histogram(
    "landlinie_insertion_duration_seconds",
    "Search for the best places for one question in the tours as they are.",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0),
    registry=REGISTRY,
)
IMPROVEMENT_SECONDS = Histogram(
    "landlinie_improvement_duration_seconds",
    "Search for tours that drive less.",
    buckets=(0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0),
    registry=REGISTRY,
)
SAVED_SECONDS = Counter(
    "landlinie_improvement_saved_driving_seconds", "Driving spared by better plans.", registry=REGISTRY
)
SAVED_METRES = Counter(
    "landlinie_improvement_saved_driving_metres", "Way spared by better plans.", registry=REGISTRY
)

_OUTCOMES: dict[type[Fact], str] = {
    facts.RideBooked: "booked",
    facts.PassengerAlighted: "served",
    facts.RideCancelled: "cancelled",
    facts.PassengerNotShown: "not_shown",
    facts.RideMoved: "moved",
    facts.PickupPostponed: "postponed",
}


class TelemetryWatch:
    """Counts and times, and makes spans where traces are kept."""

    @contextmanager
    def inserting(self, tour_count: int) -> Iterator[None]:
        with span("insertion", {"landlinie.tour_count": tour_count}), INSERTION_SECONDS.time():
            yield

    @contextmanager
    def improving(self, time_limit_s: float) -> Iterator[None]:
        with span("improvement", {"landlinie.time_limit_s": time_limit_s}), IMPROVEMENT_SECONDS.time():
            yield

    def stored(self, told: Sequence[Fact]) -> None:
        for fact in told:
            match fact:
                case facts.OffersMade():
                    ASKED.labels("offered").inc()
                    OFFERED.inc(len(fact.offer_ids))
                case facts.RideRefused():
                    ASKED.labels("refused").inc()
                    for reason in fact.reasons:
                        REFUSED.labels(reason.code.value).inc()
                case facts.PromiseBroken():
                    PROMISES_BROKEN.labels(fact.what.value).inc()
                case _ if type(fact) in _OUTCOMES:
                    RIDES.labels(_OUTCOMES[type(fact)]).inc()
                case _:
                    pass

    def improved(self, saved_s: int, saved_m: int) -> None:
        # Fewer metres may take longer; a counter only counts what is spared.
        SAVED_SECONDS.inc(max(0, saved_s))
        SAVED_METRES.inc(saved_m)
