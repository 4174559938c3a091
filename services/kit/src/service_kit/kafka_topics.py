"""Declared topics brought to a Kafka cluster, and the differences told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType

from service_kit.kafka_connection import Administration, KafkaConnection
from service_kit.topics import Topic

_MIN_IN_SYNC = "min.insync.replicas"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in the cluster that is not as declared; ``hindrance`` says why it is left so, if it is."""

    topic: str
    what: str
    found: str
    declared: str
    hindrance: str | None = None


def apply(
    connection: KafkaConnection,
    topics: Sequence[Topic],
    *,
    replication: int | None = None,
    min_in_sync: int | None = None,
    raise_partitions: bool = False,
    dry_run: bool = False,
) -> list[Difference]:
    """Make the cluster's topics what is declared, and return how they differed; none the second time.

    Topics that nobody declares are left alone. Partitions are never lowered, which Kafka cannot do.

    Parameters
    ----------
    replication, min_in_sync
        Copies of each partition, and how many of them must have an event before it counts as published. The
        cluster's own defaults without; with ``replication`` alone, all copies but one.
    raise_partitions
        Raise partition counts, too: events of a key that come later may overtake earlier ones then.
    dry_run
        Change nothing.

    Raises
    ------
    BusUnavailable
        When the cluster does not answer or refuses.
    ValueError
        When ``min_in_sync`` is not in 1..``replication``.
    """
    if replication is not None:
        min_in_sync = max(1, replication - 1) if min_in_sync is None else min_in_sync
        if not 1 <= min_in_sync <= replication:
            raise ValueError(f"min_in_sync {min_in_sync} is not in 1..replication {replication}")
    with connection.administration("applying topics") as administration:
        client = administration.client
        there = _partition_counts(administration)
        missing = [topic for topic in topics if topic.name not in there]
        present = [topic for topic in topics if topic.name in there]
        narrow = [topic for topic in present if topic.partition_count > there[topic.name][0]]
        wrong = _wrong_configurations(client, present, min_in_sync)
        if not dry_run:
            if missing:
                client.create_topics(_new(missing, replication, min_in_sync), wait_for_metadata=True)
            if narrow and raise_partitions:
                client.create_partitions({topic.name: topic.partition_count for topic in narrow})
            if wrong:
                client.alter_configs(
                    [
                        ConfigResource(
                            ConfigResourceType.TOPIC, name, {key: value for key, _, value in values}
                        )
                        for name, values in wrong.items()
                    ]
                )
    return [
        *(
            Difference(topic.name, "topic", "none", f"{topic.partition_count} partitions")
            for topic in missing
        ),
        *_different_counts(present, there, replication, raise_partitions=raise_partitions),
        *(
            Difference(name, key, found, declared)
            for name, values in wrong.items()
            for key, found, declared in values
        ),
    ]


def _configuration(topic: Topic, min_in_sync: int | None) -> dict[str, str]:
    if min_in_sync is None:
        return topic.configuration
    return {**topic.configuration, _MIN_IN_SYNC: str(min_in_sync)}


def _new(topics: Sequence[Topic], replication: int | None, min_in_sync: int | None) -> dict[str, Any]:
    return {
        topic.name: {
            "num_partitions": topic.partition_count,
            # -1: what the cluster does by itself.
            "replication_factor": -1 if replication is None else replication,
            "configs": _configuration(topic, min_in_sync),
        }
        for topic in topics
    }


def _partition_counts(administration: Administration) -> dict[str, tuple[int, int]]:
    """Return the number of partitions, and of the copies of each, by topic."""
    return {
        topic["name"]: (
            len(topic["partitions"]),
            min((len(partition["replica_nodes"]) for partition in topic["partitions"]), default=0),
        )
        for topic in administration.client.describe_topics()
    }


def _wrong_configurations(
    client: Any, topics: Sequence[Topic], min_in_sync: int | None
) -> dict[str, list[tuple[str, str, str]]]:
    """Return, by topic, what is configured otherwise: key, found, declared."""
    if not topics:
        return {}
    found = client.describe_configs(
        [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics], config_filter="all"
    )["topic"]
    wrong = {}
    for topic in topics:
        declared = _configuration(topic, min_in_sync)
        values = [
            (key, str(found[topic.name][key]["value"]), value)
            for key, value in declared.items()
            if found[topic.name][key]["value"] != value
        ]
        if values:
            wrong[topic.name] = values
    return wrong


def _different_counts(
    topics: Sequence[Topic],
    there: Mapping[str, tuple[int, int]],
    replication: int | None,
    *,
    raise_partitions: bool,
) -> list[Difference]:
    differences = []
    for topic in topics:
        partition_count, copy_count = there[topic.name]
        if partition_count != topic.partition_count:
            hindrance = None
            if partition_count > topic.partition_count:
                hindrance = "Kafka takes no partitions away"
            elif not raise_partitions:
                hindrance = "keys would change partitions; --raise-partitions does it all the same"
            differences.append(
                Difference(
                    topic.name, "partitions", str(partition_count), str(topic.partition_count), hindrance
                )
            )
        if replication is not None and copy_count != replication:
            differences.append(
                Difference(
                    topic.name,
                    "replication",
                    str(copy_count),
                    str(replication),
                    "move it with Kafka's own tools",
                )
            )
    return differences
