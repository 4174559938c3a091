"""Figures of what devices send."""

from prometheus_client import Counter, Gauge
from service_kit.telemetry.metrics import REGISTRY

from waste.application.ingestion import Kept, ReadCounts

MESSAGES = Counter(
    "landlinie_waste_messages",
    "Messages of devices by the door they came through: new, known already, or in no known form.",
    ("door", "outcome"),
    registry=REGISTRY,
)
FRAMES = Counter(
    "landlinie_waste_frames",
    "Messages read: with values, with none (alive), or refused with a reason.",
    ("outcome",),
    registry=REGISTRY,
)
READINGS = Counter("landlinie_waste_readings", "Readings made of messages.", registry=REGISTRY)
MQTT_CONNECTED = Gauge(
    "landlinie_waste_mqtt_connected",
    "Whether the broker of the sensors' network is heard.",
    ("door",),
    registry=REGISTRY,
)


def count_kept(door: str, kept: Kept) -> None:
    """Count what came through a door."""
    for outcome, count in (
        ("new", kept.new_count),
        ("repeated", kept.repeated_count),
        ("unreadable", kept.unreadable_count),
    ):
        if count:
            MESSAGES.labels(door, outcome).inc(count)


def count_read(counts: ReadCounts) -> None:
    """Count what was read."""
    told = counts.frame_count - counts.alive_count - counts.refused_count
    for outcome, count in (("read", told), ("alive", counts.alive_count), ("refused", counts.refused_count)):
        if count:
            FRAMES.labels(outcome).inc(count)
    READINGS.inc(counts.reading_count)
