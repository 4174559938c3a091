"""The bus's log read as facts, and judged."""

from collections.abc import Iterator
from datetime import datetime

from service_kit.bus import Bus

from pooling.adapters.fact_messages import TOPICS
from pooling.adapters.told_facts import from_event
from pooling.application.ports import Roads
from pooling.domain.audit import Audit, audit, points_of
from pooling.domain.facts import Fact


def facts_in(bus: Bus) -> Iterator[Fact]:
    """Everything the service has told so far, each fact once, however often it was delivered.

    Raises
    ------
    MalformedEvent
        Where a record is no event of ours.
    """
    seen: set[tuple[str, str]] = set()
    for delivery in bus.read(TOPICS):
        event = delivery.event
        if (event.source, event.id) not in seen:
            seen.add((event.source, event.id))
            fact = from_event(event)
            if fact is not None:
                yield fact


def audit_log(bus: Bus, roads: Roads, as_of: datetime) -> Audit:
    """Judge everything in the log by driving times on these roads; see :func:`pooling.domain.audit.audit`.

    What was driven is not judged by the closures and slow-downs there are now: others held then, and all of
    them only make ways longer.
    """
    facts = list(facts_in(bus))
    points = points_of(facts)
    return audit(facts, points, roads.usual_travel_matrix(points), as_of)
