"""Uplinks by a real broker: kept before they are acknowledged, none lost with it, none doubled."""

import signal
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from intake import EM310, NOW, Intake, chirpstack_event, eventually
from mosquitto import Mosquitto
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from pydantic import SecretStr, ValidationError
from service_kit.errors import Unavailable
from service_kit.identity.certificates import Authority
from waste.application.ingestion import Kept
from waste.entrypoints.mqtt import MqttConsumer, MqttSettings

pytestmark = pytest.mark.network

TOPIC = f"application/waste/device/{EM310}/event/up"
DAY = timedelta(days=1)


class Sender:
    """A network's server: publishes with QoS 1, and again what was not acknowledged."""

    def __init__(self, broker: Mosquitto) -> None:
        self.client = Client(
            CallbackAPIVersion.VERSION2, client_id="sender", clean_session=False, reconnect_on_failure=True
        )
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", broker.port)
        self.client.loop_start()

    def send(self, *bodies: bytes, topic: str = TOPIC) -> None:
        sent = [self.client.publish(topic, body, qos=1) for body in bodies]
        for each in sent:
            eventually(each.is_published)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    intake = Intake(f"sqlite:///{tmp_path}/frames.sqlite")
    yield intake
    intake.close()


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    broker = Mosquitto()
    broker.start()
    yield broker
    broker.remove()


@pytest.fixture
def sender(broker: Mosquitto) -> Iterator[Sender]:
    sender = Sender(broker)
    yield sender
    sender.close()


def consumer(intake: Intake, url: str, **settings: object) -> MqttConsumer:
    made = MqttConsumer(
        MqttSettings.model_validate({"url": SecretStr(url), **settings}), intake.ingestion, lambda: NOW
    )
    made.start()
    return made


def unreadable(intake: Intake) -> dict[str, int]:
    with intake.store.reading() as reader:
        return dict(reader.unreadable_counts())


def test_what_is_published_is_kept_and_what_is_unreadable_too(
    intake: Intake, broker: Mosquitto, sender: Sender
) -> None:
    running = consumer(intake, broker.url)
    assert running.wait_until_listening(30)
    sender.send(chirpstack_event(0), chirpstack_event(1), chirpstack_event(0), b"{", b"\xff")
    eventually(lambda: intake.counters() == [0, 1])
    eventually(lambda: len(unreadable(intake)) == 2)
    running.stop()
    assert unreadable(intake) == {"BODY_NOT_JSON": 1, "BODY_NOT_UTF8": 1}
    with intake.store.reading() as reader:
        assert {each.message.source for each in reader.unreadable(reason="", after=0, count=9)} == {TOPIC}


def test_the_broker_holds_back_what_comes_while_we_are_away(
    intake: Intake, broker: Mosquitto, sender: Sender
) -> None:
    running = consumer(intake, broker.url)
    assert running.wait_until_listening(30)
    running.stop()
    sender.send(chirpstack_event(1), chirpstack_event(2))
    running = consumer(intake, broker.url)
    eventually(lambda: intake.counters() == [1, 2])
    running.stop()


def test_what_was_not_kept_is_not_acknowledged(
    intake: Intake, broker: Mosquitto, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = threading.Event()

    def fails(*_: object) -> Kept:
        tried.set()
        raise Unavailable("STORE_UNAVAILABLE", "away")

    with monkeypatch.context() as away:
        away.setattr(intake.ingestion, "take", fails)
        running = consumer(intake, broker.url)
        assert running.wait_until_listening(30)
        sender.send(chirpstack_event(1))
        assert tried.wait(30)
        running.stop()
    assert intake.counters() == []
    running = consumer(intake, broker.url)
    eventually(lambda: intake.counters() == [1])
    running.stop()


def test_a_message_that_breaks_something_keeps_no_other_waiting(
    intake: Intake, broker: Mosquitto, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = intake.ingestion.take

    def breaks(uplinks: list[object], unreadable: object = ()) -> Kept:
        if any(getattr(each, "counter", 0) == 2 for each in uplinks):
            raise ValueError("4711")
        return take(uplinks, unreadable)  # type: ignore[arg-type] # passed on

    monkeypatch.setattr(intake.ingestion, "take", breaks)
    running = consumer(intake, broker.url)
    assert running.wait_until_listening(30)
    sender.send(*(chirpstack_event(counter) for counter in (1, 2, 3)))
    eventually(lambda: intake.counters() == [1, 3])
    running.stop()
    with intake.store.reading() as reader:
        (kept,) = reader.unreadable(reason="NOT_KEPT", after=0, count=9)
        assert (kept.message.body, kept.message.detail) == (chirpstack_event(2), "ValueError")


@pytest.mark.parametrize("killed", [signal.SIGKILL, signal.SIGTERM])
def test_over_a_brokers_death_nothing_is_lost_and_nothing_doubled(
    intake: Intake, broker: Mosquitto, sender: Sender, killed: signal.Signals
) -> None:
    running = consumer(intake, broker.url)
    assert running.wait_until_listening(30)
    sent = [sender.client.publish(TOPIC, chirpstack_event(counter), qos=1) for counter in range(600)]
    eventually(lambda: len(intake.counters()) > 50)
    if killed is signal.SIGKILL:
        broker.kill()
    else:
        broker.signal(killed)
        eventually(lambda: not broker._answers())
    broker.start()
    for each in sent:
        eventually(each.is_published)
    if killed is signal.SIGKILL:
        # It acknowledges before it writes, so whoever saw it die sends again.
        sender.send(*(chirpstack_event(counter) for counter in range(600)))
    eventually(lambda: len(intake.counters()) == 600)
    running.stop()
    assert sorted(intake.counters()) == list(range(600))


def test_with_a_password_and_over_tls(intake: Intake, tmp_path: Path) -> None:
    ours = Authority.make("ours", DAY)
    made = ours.server(["127.0.0.1"], DAY)
    paths = {name: tmp_path / f"{name}.pem" for name in ("ca", "certificate", "key")}
    for name, content in (("ca", ours.own.certificate), ("certificate", made.certificate), ("key", made.key)):
        paths[name].write_bytes(content)
    broker = Mosquitto(users={"waste": "s:cr@t"}, certificate=paths["certificate"], key=paths["key"])
    try:
        broker.start()
        secret = broker.url.replace("127", "waste:s%3Acr%40t@127")
        running = consumer(intake, secret, ca=paths["ca"])
        assert running.wait_until_listening(30)
        running.stop()
        wrong = consumer(intake, broker.url.replace("127", "waste:other@127"), ca=paths["ca"])
        assert not wrong.wait_until_listening(1.0)
        wrong.stop()
        # Without an authority of ours the system's are asked, and somebody always is.
        context = MqttConsumer(
            MqttSettings(url=SecretStr(secret)), intake.ingestion, lambda: NOW
        )._client._ssl_context
        assert context is not None
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    finally:
        broker.remove()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"url": "http://waste:secret@host"}, "'http'"),
        ({"url": "mqtt://"}, "names no host"),
        ({"url": "mqtts://host", "key": "/k.pem"}, "give both or none"),
        ({"url": "mqtt://host", "ca": "/ca.pem"}, "are for mqtts://"),
        ({"url": "mqtt://host", "topics": []}, "topics"),
    ],
)
def test_settings_that_cannot_be_are_told_without_the_password(
    settings: dict[str, object], told: str
) -> None:
    with pytest.raises(ValidationError, match=told) as caught:
        MqttSettings.model_validate(settings)
    assert "secret" not in str(caught.value)
