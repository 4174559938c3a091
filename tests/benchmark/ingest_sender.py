"""A network's server for the benchmark of ingestion: a thousand sensors, by MQTT with QoS 1."""

import json
import random
import sys
import time
from base64 import b64encode
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

DEVICES = 1_000
MODELS = {
    "milesight EM310-UDL": (85, "01755C03824408040001"),
    "milesight EM400-MUD": (85, "01755C0367010104824408050001"),
    "pepperl-fuchs WILSEN.sonic.level": (1, "040B010031030B065D06020141A6666603510122"),
    "decentlab DL-MBX": (1, "02012F000304D200010BB1"),
    "teneo-iot filling-degree-sensor": (1, "0C001E"),
}
SENT_TWICE = 0.01
"""The share of messages that a network sends again."""
PATIENCE_S = 60.0
UNSAFE_S = 2.0
"""An acknowledgement so shortly before the end of a connection counts for nothing."""
WINDOW = 500
"""Messages on their way at once."""

Message = tuple[str, bytes]


def device(number: int) -> tuple[str, str]:
    """Return the id and the model of a sensor."""
    models = list(MODELS)
    return f"a84041{number:010x}", models[number % len(models)]


def event(number: int, counter: int) -> tuple[str, bytes]:
    """Return a topic and an uplink event of ChirpStack, of now."""
    device_id, model = device(number)
    port, payload = MODELS[model]
    body = {
        "time": datetime.now(UTC).isoformat(),
        "deviceInfo": {"devEui": device_id, "deviceProfileName": model},
        "devAddr": "260b1234",
        "dr": 3,
        "fCnt": counter,
        "fPort": port,
        "data": b64encode(bytes.fromhex(payload)).decode(),
        "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": -101, "snr": 4.2}],
        "txInfo": {"frequency": 868100000, "modulation": {"lora": {"spreadingFactor": 9}}},
    }
    return f"application/waste/device/{device_id}/event/up", json.dumps(body).encode()


def events(count: int, first: int = 0) -> Iterator[tuple[str, bytes]]:
    """Return messages of all sensors in turn; every sensor counts its own."""
    for index in range(first, first + count):
        yield event(index % DEVICES, index // DEVICES)


class Connection:
    """One connection to the broker, and what it has not acknowledged."""

    def __init__(self, port: int) -> None:
        self.unacknowledged: dict[int, Message] = {}
        self._recent: deque[tuple[float, Message]] = deque()
        self._acknowledged: deque[int] = deque()
        self._client = Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
        self._client.max_inflight_messages_set(WINDOW)
        self._client.on_publish = lambda _client, _data, mid, *_: self._acknowledged.append(mid)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    @property
    def open(self) -> bool:
        return self._client.socket() is not None

    def publish(self, message: Message) -> None:
        self.unacknowledged[self._client.publish(*message, qos=1).mid] = message

    def settle(self) -> None:
        """Note what was acknowledged, and forget what was so long ago."""
        now_s = time.monotonic()
        while self._acknowledged:
            message = self.unacknowledged.pop(self._acknowledged.popleft(), None)
            if message is not None:
                self._recent.append((now_s, message))
        while self._recent and self._recent[0][0] < now_s - UNSAFE_S:
            self._recent.popleft()

    def unsafe(self) -> list[Message]:
        """What the broker has not acknowledged, or so shortly ago that it may have lost it with itself."""
        self.settle()
        return [*(message for _, message in self._recent), *self.unacknowledged.values()]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def send(port: int, count: int, per_s: float, first: int = 0) -> None:
    """Send ``count`` messages at a pace, some of them twice, and return once the broker has taken all.

    What a connection leaves unacknowledged is sent again in the next one, as MQTT has it for QoS 1; and what
    was acknowledged in its last seconds, as brokers acknowledge before they write.

    Parameters
    ----------
    per_s
        0 for as fast as the broker takes them.
    """
    drawn = random.Random(6)
    todo = enumerate(events(count, first))
    again: deque[Message] = deque()
    connection: Connection | None = None
    begin_s = progress_s = time.monotonic()
    number, message = next(todo, (0, None))
    while message is not None or again or (connection and connection.unacknowledged):
        if connection is None or not connection.open:
            if connection is not None:
                again.extend(connection.unsafe())
                connection.close()
            connection = _connected(port)
        connection.settle()
        room = WINDOW - len(connection.unacknowledged)
        for _ in range(min(room, len(again))):
            connection.publish(again.popleft())
            progress_s = time.monotonic()
        while (
            message is not None
            and not again
            and len(connection.unacknowledged) < WINDOW
            and (not per_s or time.monotonic() >= begin_s + number / per_s)
        ):
            connection.publish(message)
            if drawn.random() < SENT_TWICE:
                again.append(message)
            number, message = next(todo, (0, None))
            progress_s = time.monotonic()
        if time.monotonic() > progress_s + PATIENCE_S:
            raise RuntimeError(f"at message {number} nothing has moved for {PATIENCE_S:.0f} s")
        time.sleep(0.001)
    if connection is not None:
        connection.close()


def _connected(port: int) -> Connection:
    until_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            return Connection(port)
        except OSError:
            if time.monotonic() > until_s:
                raise
            time.sleep(0.1)


if __name__ == "__main__":
    send(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
