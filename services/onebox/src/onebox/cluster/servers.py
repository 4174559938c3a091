"""The servers that the services need: given by URL, or started here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from service_kit import kafka_topics
from service_kit.bus_settings import BusSettings
from service_kit.open_bus import kafka_connection
from service_kit.settings import StoreSettings
from service_kit.topics import with_dead_letters

from onebox.bus_commands import declared
from onebox.cluster.local_kafka import kafka_part
from onebox.cluster.local_postgres import postgres_part
from onebox.cluster.local_redis import redis_part
from onebox.cluster.part import CannotStart, Part

BUS_URL = "LANDLINIE_BUS_URL"
DATABASE_URL = "LANDLINIE_DATABASE_URL"
REDIS_URL = "LANDLINIE_REDIS_URL"

MadeHere = Callable[[Path], tuple[Part, str]]


@dataclass(frozen=True, slots=True)
class Servers:
    """Kafka, PostgreSQL and Redis of a cluster.

    Parameters
    ----------
    started_here
        Those that nobody named by URL.
    environment
        What names to the services, and to commands, the ones started here.
    """

    started_here: list[Part] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def bus_settings(self) -> BusSettings:
        """Return how the bus is reached."""
        url = self.environment.get(BUS_URL)
        return BusSettings() if url is None else BusSettings(url=url)


def servers_of(folder: Path) -> Servers:
    """Return the servers that settings name, and how the others are run with their data in ``folder``.

    Raises
    ------
    CannotStart
        Telling of all that cannot be had here.
    """
    store = StoreSettings()
    wanted: list[tuple[str, bool, str, MadeHere]] = [
        (BUS_URL, not BusSettings().is_embedded, "kafka", kafka_part),
        (DATABASE_URL, store.database_url is not None, "postgres", postgres_part),
        (REDIS_URL, store.redis_url is not None, "redis", redis_part),
    ]
    servers = Servers()
    missing = []
    for variable, given, name, make in wanted:
        if given:
            continue
        try:
            part, url = make(folder / name)
        except CannotStart as error:
            missing.append(str(error))
        else:
            servers.started_here.append(part)
            servers.environment[variable] = url
    if missing:
        raise CannotStart("\n".join(missing))
    return servers


def apply_topics(servers: Servers) -> None:
    """Make the topics that services declare; raises BusUnavailable."""
    kafka_topics.apply(kafka_connection(servers.bus_settings()), with_dead_letters(declared()))
