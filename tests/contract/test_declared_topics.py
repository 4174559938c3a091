"""Every topic that is published or consumed is declared."""

import re
from pathlib import Path

from onebox.bus_commands import declared
from pooling.adapters import board, fact_messages
from service_kit.topics import with_dead_letters

REPOSITORY = Path(__file__).resolve().parents[2]
TOPIC = re.compile(r'"(landlinie\.[a-z_]+\.[a-z_]+\.v[0-9]+)"')


def test_every_topic_named_in_the_services_is_declared_and_no_other() -> None:
    named = {
        topic
        for source in (REPOSITORY / "services").glob("*/src/**/*.py")
        for topic in TOPIC.findall(source.read_text("utf-8"))
    }
    assert set(fact_messages.TOPICS) <= named
    assert named == {topic.name for topic in declared()}


def test_every_group_has_where_to_put_away_and_retry() -> None:
    every = {topic.name for topic in with_dead_letters(declared())}
    for topic in declared():
        if topic.name in fact_messages.TOPICS:
            assert board.GROUP in topic.groups
            assert {f"{topic.name}.{board.GROUP}.dead", f"{topic.name}.{board.GROUP}.retry"} <= every
