"""Topics as data: every service ships a ``topics.toml`` that declares what it publishes.

[[topic]]
name = "landlinie.pooling.ride.v1"
partitions = 12             # never lowered; raised only on demand, because keys then change partitions
retention_days = 400        # 0 keeps everything
compacted = false           # true: only the newest event of a key is kept
groups = ["pooling-board"]  # who consumes it; each gets its topics for dead letters and retries
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from service_kit.bus import check_group
from service_kit.dead_letters import dead_topic, retry_topic
from service_kit.events import check_topic

FILE_NAME = "topics.toml"
MAX_PARTITION_COUNT = 1_000
DEAD_LETTER_RETENTION_DAYS = 90
RETRY_RETENTION_DAYS = 30
_FIELDS = {"name": str, "partitions": int, "retention_days": int, "compacted": bool, "groups": list}


class TopicsError(ValueError):
    """A declaration makes no sense; the message names its file, field and value."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic as it should be; ``retention_days`` 0 keeps everything."""

    name: str
    partition_count: int
    retention_days: int
    is_compacted: bool
    groups: tuple[str, ...] = ()

    @property
    def configuration(self) -> dict[str, str]:
        """As Kafka names it."""
        kept_ms = self.retention_days * 86_400_000 if self.retention_days else -1
        return {"cleanup.policy": "compact" if self.is_compacted else "delete", "retention.ms": str(kept_ms)}


def declared_by(*packages: str) -> list[Topic]:
    """Return the topics that these packages declare, without those for dead letters.

    Raises
    ------
    TopicsError
        When a file cannot be understood, or two declare the same topic.
    """
    topics: dict[str, Topic] = {}
    for package in packages:
        text = files(package).joinpath(FILE_NAME).read_text("utf-8")
        for topic in parse(text, f"{package}/{FILE_NAME}"):
            if topic.name in topics:
                raise TopicsError(f"{package}/{FILE_NAME}: topic {topic.name!r} is declared twice")
            topics[topic.name] = topic
    return list(topics.values())


def with_dead_letters(topics: Sequence[Topic]) -> list[Topic]:
    """Return the topics together with those in which their groups put away and retry events."""
    every = list(topics)
    for topic in topics:
        for group in topic.groups:
            every.append(Topic(dead_topic(topic.name, group), 1, DEAD_LETTER_RETENTION_DAYS, False))
            every.append(Topic(retry_topic(topic.name, group), 1, RETRY_RETENTION_DAYS, False))
    return every


def parse(text: str, where: str) -> list[Topic]:
    """Read declarations.

    Parameters
    ----------
    where
        Name of the file, for errors.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TopicsError(f"{where}: {error}") from error
    unknown = tables.keys() - {"topic"}
    if unknown:
        raise TopicsError(f"{where}: nobody knows {sorted(unknown)}")
    return [
        _topic(table, f"{where}, topic {number}") for number, table in enumerate(tables.get("topic", []), 1)
    ]


def _topic(table: dict[str, Any], where: str) -> Topic:
    if table.keys() != _FIELDS.keys():
        odd = sorted(table.keys() ^ _FIELDS.keys())
        raise TopicsError(f"{where}: fields {odd} are missing or not known")
    for name, kind in _FIELDS.items():
        if type(table[name]) is not kind:
            raise TopicsError(f"{where}: {name} {table[name]!r} is no {kind.__name__}")
    if not 1 <= table["partitions"] <= MAX_PARTITION_COUNT:
        raise TopicsError(f"{where}: partitions {table['partitions']} is not in 1..{MAX_PARTITION_COUNT}")
    if table["retention_days"] < 0:
        raise TopicsError(f"{where}: retention_days {table['retention_days']} is negative")
    try:
        check_topic(table["name"])
        for group in table["groups"]:
            check_group(group)
            check_topic(retry_topic(table["name"], group))
    except (TypeError, ValueError) as error:
        raise TopicsError(f"{where}: {error}") from error
    return Topic(
        table["name"],
        table["partitions"],
        table["retention_days"],
        table["compacted"],
        tuple(table["groups"]),
    )
