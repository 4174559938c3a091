"""Figures that are looked up when they are asked for: backlogs, lags, pools."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from service_kit.telemetry.metrics import REGISTRY

_log = structlog.get_logger(__name__)

GAUGES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "landlinie_outbox_backlog_events": ("Events that wait to be carried to the bus.", ("database",)),
    "landlinie_outbox_oldest_age_seconds": (
        "How long the oldest of the events that wait has done so; 0 where none waits.",
        ("database",),
    ),
    "landlinie_consumer_lag_events": ("Events a group has yet to take.", ("group", "topic")),
    "landlinie_alarm_messages_oldest_age_seconds": (
        "How long the oldest message about an alarm has waited to be taken; 0 where none waits.",
        (),
    ),
    "landlinie_containers": ("Containers, by the colour of their Ampel.", ("ampel",)),
    "landlinie_container_states_due": ("Containers whose state is still to be worked out.", ()),
    "landlinie_realtime_age_seconds": ("How long ago a source of real time told what counts.", ("source",)),
    "landlinie_realtime_runs": ("Runs that a source of real time tells about.", ("source",)),
    "landlinie_database_connections": ("Connections in use.", ("database",)),
    "landlinie_database_connections_limit": ("Connections there may be at once.", ("database",)),
}
"""Every figure of this kind: what it tells, and its labels."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of the gauge ``name``; ``labels`` in the order of ``GAUGES``."""

    name: str
    labels: tuple[str, ...]
    value: float


Source = Callable[[], Iterable[Reading]]


class Sources:
    """All sources of a process as one collector.

    One that fails costs its own figures, and a line in the log.
    """

    def __init__(self) -> None:
        self._sources: list[Source] = []
        self._lock = threading.Lock()

    def add(self, source: Source) -> Callable[[], None]:
        """Ask ``source`` at every look, in the thread of whoever looks; return how to take it out again."""
        with self._lock:
            self._sources.append(source)

        def remove() -> None:
            with self._lock:
                self._sources.remove(source)

        return remove

    def describe(self) -> Iterator[Metric]:
        """Name the figures there may be."""
        yield from self._families().values()

    def collect(self) -> Iterator[Metric]:
        """Look them up."""
        families = self._families()
        with self._lock:
            sources = list(self._sources)
        for source in sources:
            try:
                for reading in source():
                    families[reading.name].add_metric(reading.labels, reading.value)
            except Exception as error:
                _log.warning("metric_not_read", error=type(error).__name__)
        yield from families.values()

    @staticmethod
    def _families() -> dict[str, GaugeMetricFamily]:
        return {name: GaugeMetricFamily(name, text, labels=labels) for name, (text, labels) in GAUGES.items()}


SOURCES = Sources()
REGISTRY.register(SOURCES)
