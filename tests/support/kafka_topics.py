"""Topics made for a test."""

from collections.abc import Mapping

from kafka import KafkaAdminClient


def declare(address: str, partition_counts: Mapping[str, int]) -> None:
    """Make topics with so many partitions each, and wait until they can be used."""
    admin = KafkaAdminClient(bootstrap_servers=address)
    try:
        admin.create_topics(
            {
                topic: {"num_partitions": count, "replication_factor": 1}
                for topic, count in partition_counts.items()
            }
        )
        admin.wait_for_topics(list(partition_counts))
    finally:
        admin.close()


def add_partitions(address: str, topic: str, count: int) -> None:
    """Give a topic partitions until it has so many."""
    admin = KafkaAdminClient(bootstrap_servers=address)
    try:
        admin.create_partitions({topic: count})
    finally:
        admin.close()
