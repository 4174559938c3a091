"""Topics as data, and brought to a real cluster."""

import pytest
from kafka_topics import declare
from service_kit import topics
from service_kit.events import new_event_id
from service_kit.kafka_connection import KafkaConnection
from service_kit.kafka_topics import Difference, apply
from service_kit.topics import Topic, TopicsError, parse, with_dead_letters

WHOLE = """
[[topic]]
name = "landlinie.test.ride.v1"
partitions = 3
retention_days = 2
compacted = true
groups = ["board", "bill"]
"""


def test_a_declaration_is_read_and_brings_the_topics_of_its_dead_letters() -> None:
    (ride,) = parse(WHOLE, "here")
    assert ride == Topic("landlinie.test.ride.v1", 3, 2, True, ("board", "bill"))
    assert ride.configuration == {"cleanup.policy": "compact", "retention.ms": "172800000"}
    assert Topic("t", 1, 0, False).configuration == {"cleanup.policy": "delete", "retention.ms": "-1"}
    assert [topic.name.removeprefix("landlinie.test.ride.v1") for topic in with_dead_letters([ride])] == [
        "",
        ".board.dead",
        ".board.retry",
        ".bill.dead",
        ".bill.retry",
    ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[[topic]]", "[[topics]]", r"here: nobody knows \['topics'\]"),
        ("partitions = 3", "partitions = 0", r"here, topic 1: partitions 0"),
        ("partitions = 3", "partitions = true", r"partitions True is no int"),
        ("partitions = 3", "", r"\['partitions'\] are missing"),
        ("retention_days = 2", "retention_days = -2", r"retention_days -2"),
        ("test.ride", "Test Ride", r"Test Ride"),
        ('"bill"', '"Große"', r"group 'Große'"),
        ('"bill"', "7", r"here, topic 1"),
        ("[[topic]]", "[[topic", "here"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_named(old: str, new: str, complaint: str) -> None:
    with pytest.raises(TopicsError, match=complaint):
        parse(WHOLE.replace(old, new), "here")


def test_no_topic_is_declared_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    (ride,) = parse(WHOLE, "here")
    monkeypatch.setattr(topics, "parse", lambda _text, _where: [ride, ride])
    with pytest.raises(TopicsError, match="declared twice"):
        topics.declared_by("pooling")


@pytest.mark.network
def test_applying_creates_alters_and_then_has_nothing_to_do(kafka_address: str) -> None:
    connection = KafkaConnection([kafka_address])
    new, present = (f"landlinie.test.{new_event_id()}.v1" for _ in range(2))
    declare(kafka_address, {present: 2})
    declared = [Topic(new, 3, 7, True), Topic(present, 4, 5, False)]
    expected = [
        Difference(new, "topic", "none", "3 partitions"),
        Difference(
            present,
            "partitions",
            "2",
            "4",
            "keys would change partitions; --raise-partitions does it all the same",
        ),
        Difference(present, "retention.ms", "604800000", "432000000"),
    ]
    for dry_run in (True, True, False):
        found = apply(connection, declared, replication=1, min_in_sync=1, dry_run=dry_run)
        assert found == expected
    assert apply(connection, declared, replication=1, min_in_sync=1) == expected[1:2]
    raised = apply(connection, declared, replication=1, min_in_sync=1, raise_partitions=True)
    assert raised == [Difference(present, "partitions", "2", "4")]
    assert apply(connection, declared, replication=1, min_in_sync=1) == []


@pytest.mark.network
def test_copies_are_the_clusters_own_unless_asked_for(kafka_address: str) -> None:
    connection = KafkaConnection([kafka_address])
    declared = [Topic(f"landlinie.test.{new_event_id()}.v1", 1, 7, False)]
    assert [each.what for each in apply(connection, declared)] == ["topic"]
    assert apply(connection, declared) == []
    asked = apply(connection, declared, replication=3, dry_run=True)
    assert [(each.what, each.found, each.declared) for each in asked] == [
        ("replication", "1", "3"),
        ("min.insync.replicas", "1", "2"),
    ]


@pytest.mark.network
def test_what_kafka_cannot_do_is_told_and_left(kafka_address: str) -> None:
    connection = KafkaConnection([kafka_address])
    wide = f"landlinie.test.{new_event_id()}.v1"
    declare(kafka_address, {wide: 3})
    found = apply(connection, [Topic(wide, 2, 7, False)], replication=2, min_in_sync=1, raise_partitions=True)
    assert [(each.what, each.found, each.declared, bool(each.hindrance)) for each in found] == [
        ("partitions", "3", "2", True),
        ("replication", "1", "2", True),
    ]
    with pytest.raises(ValueError, match=r"min_in_sync 3 is not in 1\.\.replication 2"):
        apply(connection, [], replication=2, min_in_sync=3)
