"""The one place that chooses between the buses."""

from pathlib import Path
from typing import TYPE_CHECKING

from service_kit.bus import Bus
from service_kit.bus_settings import BusSettings
from service_kit.embedded_bus import EmbeddedBus

if TYPE_CHECKING:
    from service_kit.kafka_connection import KafkaConnection


def open_bus(settings: BusSettings, log_path: Path, tenant: str) -> Bus:
    """Open the bus that the settings name.

    Parameters
    ----------
    tenant
        The district whose consumers read; the embedded log is one district's in any case.
    log_path
        Where the embedded bus keeps its log.

    Raises
    ------
    BusUnavailable
        When the embedded log cannot be used; Kafka is not asked before it is needed.
    """
    if settings.is_embedded:
        return EmbeddedBus(log_path)
    from service_kit.kafka_bus import KafkaBus  # noqa: PLC0415 - who has no Kafka does not wait for its client

    return KafkaBus(kafka_connection(settings), tenant=tenant, session_timeout_s=settings.session_timeout_s)


def kafka_connection(settings: BusSettings) -> "KafkaConnection":
    """Return how Kafka is reached.

    Raises
    ------
    ValueError
        When the bus is embedded.
    """
    if settings.is_embedded:
        raise ValueError(f"bus url is {settings.url!r}: there is no Kafka")
    from service_kit.kafka_connection import KafkaConnection  # noqa: PLC0415

    return KafkaConnection(settings.servers, settings.security(), settings.timeout_s)
