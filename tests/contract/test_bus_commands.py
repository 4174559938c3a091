"""``landlinie topics``, ``dead-letters`` and ``lag`` on the embedded log and on a real Kafka broker."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from onebox.bus_commands import declared
from onebox.main import app
from onebox.settings import bus_path
from pooling.adapters import board, fact_messages
from service_kit.bus import Delivery
from service_kit.bus_settings import BusSettings
from service_kit.dead_letters import as_dead_letter
from service_kit.events import Event, PoisonMessage
from service_kit.identity.local_issuer import bind_tenant
from service_kit.open_bus import open_bus
from service_kit.topics import with_dead_letters
from typer.testing import CliRunner, Result

TENANT = "town"
TOPIC = fact_messages.RIDE_TOPIC
EVENT = Event("e0", "landlinie/test", "landlinie.test.Happened", TOPIC, "zone", datetime.now(UTC), b"")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.network)])
def is_kafka(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param == "embedded":
        return False
    address = request.getfixturevalue("kafka_address")
    monkeypatch.setenv("LANDLINIE_BUS_URL", f"kafka://{address}")
    return True


def test_from_topics_to_replayed_dead_letters(is_kafka: bool, tmp_path: Path) -> None:
    bind_tenant(tmp_path, TENANT)
    tried = run("topics", "apply", "--dry-run")
    applied = run("topics", "apply")
    assert (tried.exit_code, applied.exit_code) == (0, 0)
    if is_kafka:
        every = with_dead_letters(declared())
        assert f"{TOPIC}  topic: none -> 12 partitions" in tried.output
        assert f"{len(every)} would change, 0 left" in tried.output
        assert f"{len(every)} changed, 0 left" in applied.output
        assert "0 changed, 0 left" in run("topics", "apply", "--replication", 1).output
    else:
        assert "nothing to apply" in applied.output

    with closing(open_bus(BusSettings(), bus_path(tmp_path), TENANT)) as bus:
        letter = as_dead_letter(Delivery(EVENT, TOPIC, 0, 7), board.GROUP, PoisonMessage("[no] sense"), 1)
        bus.publish([EVENT, letter])

    where = (TOPIC, board.GROUP, "--data-dir", tmp_path)
    shown = run("dead-letters", "list", *where)
    assert "PoisonMessage: [no] sense" in shown.output
    assert "1 dead letters, 1 to replay" in shown.output
    (told,) = run("dead-letters", "list", *where, "--json").stdout.splitlines()
    assert json.loads(told)["id"] == "e0"
    assert "1 dead letters were given to pooling-board again" in run("dead-letters", "replay", *where).output
    assert "0 dead letters were given" in run("dead-letters", "replay", *where).output
    assert "1 dead letters, 0 to replay" in run("dead-letters", "list", *where).output

    behind = run("lag", "--data-dir", tmp_path)
    assert f"{board.GROUP}  {TOPIC}  partition" in behind.output
    lags = [json.loads(line) for line in run("lag", "--data-dir", tmp_path, "--json").stdout.splitlines()]
    assert {(lag["group"], lag["topic"]): lag["event_count"] for lag in lags if lag["event_count"]} == {
        (board.GROUP, TOPIC): 1,
        (board.GROUP, f"{TOPIC}.{board.GROUP}.retry"): 1,
        ("gateway-live", TOPIC): 1,
        ("journeys-bookings", TOPIC): 1,
        ("journeys-open-data", TOPIC): 1,
        ("ticketing-payments", TOPIC): 1,
        ("ticketing-rides", TOPIC): 1,
    }


@pytest.mark.parametrize(
    ("url", "complaint"),
    [("amqp://a:1", "LANDLINIE_BUS_"), ("kafka://127.0.0.1:9", "Kafka at 127.0.0.1:9, connecting")],
)
@pytest.mark.network
def test_a_bus_that_cannot_be_had_is_told(
    url: str, complaint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LANDLINIE_BUS_URL", url)
    monkeypatch.setenv("LANDLINIE_BUS_TIMEOUT_S", "1")
    bind_tenant(tmp_path, TENANT)
    for command in (
        ("topics", "apply"),
        ("lag", "--data-dir", tmp_path),
        ("dead-letters", "list", TOPIC, "g", "--data-dir", tmp_path),
    ):
        ended = run(*command)
        assert ended.exit_code == 1, ended.output
        assert complaint in ended.output


def test_what_is_asked_wrongly_is_told(tmp_path: Path) -> None:
    assert "no event log" in run("lag", "--data-dir", tmp_path).output
    assert run("lag", "--data-dir", tmp_path).exit_code == 1
    apply = ("topics", "apply", "--kafka", "127.0.0.1:9", "--replication", 1, "--min-in-sync", 2)
    assert run(*apply).exit_code == 2
    bus_path(tmp_path).parent.mkdir(exist_ok=True)
    open_bus(BusSettings(), bus_path(tmp_path), TENANT).close()
    bind_tenant(tmp_path, TENANT)
    bad_group = run("dead-letters", "list", TOPIC, "Große", "--data-dir", tmp_path)
    assert bad_group.exit_code == 2
    assert "Große" in bad_group.output
