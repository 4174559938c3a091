"""Uplinks by MQTT: at least once from the broker, acknowledged when they are kept, and kept once.

The session with the broker lasts (``clean_session`` is false), so that the broker holds back what comes while
we are away. A message is acknowledged after the transaction that keeps it; one that was not is sent again.
"""

import queue
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from service_kit.backoff import Backoff
from service_kit.errors import ServiceError

from waste.application.ingestion import Ingestion
from waste.application.ports_frames import Unreadable
from waste.domain.uplinks import BadEnvelope, Uplink
from waste.entrypoints.envelopes.messages import read_message
from waste.entrypoints.intake_metrics import MQTT_CONNECTED, count_kept

_log = structlog.get_logger(__name__)

PORTS = {"mqtt": 1883, "mqtts": 8883}
TOPICS = ("v3/+/devices/+/up", "application/+/device/+/event/+")
"""Of The Things Stack and of ChirpStack."""
AT_ONCE = 500
WAITING_COUNT = 10_000
LOOK_S = 0.5
LONGEST_RECONNECT_S = 30
FAILED = 0x80
NOT_KEPT = "NOT_KEPT"


class MqttSettings(BaseModel):
    """The broker of the sensors' network."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: SecretStr | None = Field(
        default=None, description="``mqtt://user:password@host:port``, ``mqtts://…`` for TLS; none without"
    )
    topics: tuple[str, ...] = Field(
        default=TOPICS, min_length=1, description="what is subscribed to; ``$share/…`` where replicas share"
    )
    client_id: str = Field(
        default="landlinie-waste", min_length=1, max_length=64, description="of this replica alone"
    )
    ca: Path | None = Field(default=None, description="PEM of the authority to trust; the system's without")
    certificate: Path | None = Field(default=None, description="PEM to show to the broker")
    key: Path | None = Field(default=None, description="PEM, the certificate's")
    keep_alive_s: int = Field(default=30, ge=5, le=600)

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.url is None:
            return self
        parts = urlsplit(self.url.get_secret_value())
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(f"url begins with {parts.scheme[:20]!r} or names no host: mqtt:// or mqtts://")
        if (self.certificate is None) != (self.key is None):
            raise ValueError(f"certificate {self.certificate} and key {self.key}: give both or none")
        if parts.scheme == "mqtt" and (self.ca or self.certificate):
            raise ValueError("ca and certificate are for mqtts://, url is mqtt://")
        return self


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message, and in which connection it came: an acknowledgement counts in that one only."""

    connection: int
    mid: int
    qos: int
    topic: str
    body: bytes


class MqttConsumer:
    """Takes what the broker sends, from ``start`` to ``stop``.

    Parameters
    ----------
    settings
        With a URL.
    """

    def __init__(self, settings: MqttSettings, ingestion: Ingestion, now: Callable[[], datetime]) -> None:
        assert settings.url is not None  # noqa: S101 - whoever has none makes no consumer
        self._settings = settings
        self._ingestion = ingestion
        self._now = now
        self._heard: queue.Queue[_Heard] = queue.Queue(WAITING_COUNT)
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._connection = 0
        self._listening = threading.Event()
        self._client = _client(settings)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._worker = threading.Thread(target=self._run, name="waste-mqtt", daemon=True)
        parts = urlsplit(settings.url.get_secret_value())
        self._host, self._port = parts.hostname or "", parts.port or PORTS[parts.scheme]

    def start(self) -> None:
        """Connect, and again whenever the connection is lost; a broker that is away is waited for."""
        MQTT_CONNECTED.labels("mqtt").set(0)
        self._client.connect_async(self._host, self._port, keepalive=self._settings.keep_alive_s)
        self._worker.start()
        self._client.loop_start()

    def stop(self) -> None:
        """Finish what is being kept; the broker holds back the rest."""
        self._stopping.set()
        if self._worker.is_alive():
            self._worker.join()
        self._client.disconnect()
        self._client.loop_stop()
        MQTT_CONNECTED.labels("mqtt").set(0)

    def wait_until_listening(self, timeout_s: float) -> bool:
        """Whether, after at most ``timeout_s`` seconds, the broker sends what comes."""
        return self._listening.wait(timeout_s)

    def _on_connect(
        self,
        client: Client,
        _userdata: Any,
        flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            _log.error("mqtt_refused", host=self._host, reason=str(reason))
            return
        with self._lock:
            self._connection += 1
        client.subscribe([(topic, 1) for topic in self._settings.topics])
        _log.info("mqtt_connected", host=self._host, session_present=flags.session_present)

    def _on_subscribe(
        self,
        _client: Client,
        _userdata: Any,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        for topic, reason in zip(self._settings.topics, reasons, strict=False):
            if reason.value >= FAILED:
                _log.error("mqtt_topic_refused", topic=topic, reason=str(reason))
        if any(reason.value < FAILED for reason in reasons):
            MQTT_CONNECTED.labels("mqtt").set(1)
            self._listening.set()

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: Any,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._listening.clear()
        MQTT_CONNECTED.labels("mqtt").set(0)
        if not self._stopping.is_set():
            _log.warning("mqtt_disconnected", host=self._host, reason=str(reason))

    def _on_message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "not UTF-8"
        heard = _Heard(self._connection, message.mid, message.qos, topic, bytes(message.payload))
        while not self._stopping.is_set():
            try:
                # While we cannot keep up nothing more is read, and the broker holds it back.
                self._heard.put(heard, timeout=LOOK_S)
            except queue.Full:
                continue
            return

    def _run(self) -> None:
        while not self._stopping.is_set():
            batch = self._batch()
            try:
                if batch and self._kept(batch):
                    self._acknowledge(batch)
            except Exception:
                # Not acknowledged, so the broker sends them again.
                _log.exception("mqtt_messages_not_kept", count=len(batch))

    def _batch(self) -> list[_Heard]:
        batch: list[_Heard] = []
        try:
            batch.append(self._heard.get(timeout=LOOK_S))
            while len(batch) < AT_ONCE:
                batch.append(self._heard.get_nowait())
        except queue.Empty:
            pass
        return batch

    def _kept(self, batch: Sequence[_Heard]) -> bool:
        """Keep messages, however long that takes; False where we were stopped before."""
        uplinks, unreadable = self._read(batch)
        backoff = Backoff()
        while True:
            try:
                count_kept("mqtt", self._ingestion.take(uplinks, unreadable))
            except ServiceError as error:
                delay_s = backoff.next_delay_s()
                _log.warning("mqtt_messages_wait", error=str(error), delay_s=round(delay_s, 3))
                if self._stopping.wait(delay_s):
                    return False
            except Exception as error:
                return self._kept_one_by_one(batch, error)
            else:
                return True

    def _kept_one_by_one(self, batch: Sequence[_Heard], error: Exception) -> bool:
        if len(batch) > 1:
            return all(self._kept([heard]) for heard in batch)
        heard = batch[0]
        _log.error("mqtt_message_not_kept", topic=heard.topic, exc_info=error)
        detail = type(error).__name__
        self._ingestion.take([], [Unreadable(heard.topic, heard.body, NOT_KEPT, detail)])
        return True

    def _read(self, batch: Sequence[_Heard]) -> tuple[list[Uplink], list[Unreadable]]:
        uplinks: list[Uplink] = []
        unreadable: list[Unreadable] = []
        now = self._now()
        for heard in batch:
            try:
                uplinks += read_message(heard.body, now)
            except BadEnvelope as error:
                unreadable.append(Unreadable(heard.topic, heard.body, error.reason.value, error.why))
            except Exception as error:
                _log.exception("mqtt_message_not_read", topic=heard.topic)
                unreadable.append(Unreadable(heard.topic, heard.body, NOT_KEPT, type(error).__name__))
        return uplinks, unreadable

    def _acknowledge(self, batch: Sequence[_Heard]) -> None:
        with self._lock:
            for heard in batch:
                # The same number means another message in another connection.
                if heard.qos and heard.connection == self._connection:
                    self._client.ack(heard.mid, heard.qos)


def _client(settings: MqttSettings) -> Client:
    assert settings.url is not None  # noqa: S101 - as above
    parts = urlsplit(settings.url.get_secret_value())
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=settings.client_id,
        clean_session=False,
        protocol=MQTTProtocolVersion.MQTTv311,
        manual_ack=True,
    )
    if parts.username:
        client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
    if parts.scheme == "mqtts":
        context = ssl.create_default_context(cafile=None if settings.ca is None else str(settings.ca))
        if settings.certificate is not None:
            context.load_cert_chain(settings.certificate, settings.key)
        client.tls_set_context(context)
    client.reconnect_delay_set(1, LONGEST_RECONNECT_S)
    return client
