"""The peer: a subscriber as tutorials write it. It stores message by message, each as often as it comes."""

import json
import sqlite3
import sys
import threading
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from waste.domain.devices.registry import decode, find_device
from waste.domain.uplinks import device_id_of
from waste.entrypoints.envelopes.fields import Part


def run(port: int, path: str) -> None:
    """Subscribe, and store readings until the process is killed."""
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS readings (device TEXT, counter INTEGER, distance_mm INTEGER)"
    )

    def on_message(_client: Client, _userdata: Any, message: MQTTMessage) -> None:
        body = json.loads(message.payload)
        device = find_device(body["deviceInfo"]["deviceProfileName"])
        assert device is not None
        read = decode(device, body["fPort"], Part(body).payload("data"))
        with connection:
            connection.execute(
                "INSERT INTO readings VALUES (?, ?, ?)",
                (
                    device_id_of(body["deviceInfo"]["devEui"]),
                    body["fCnt"],
                    read.measurement.distance_mm,
                ),
            )

    client = Client(CallbackAPIVersion.VERSION2, client_id="plain", clean_session=False)
    client.on_message = on_message
    client.connect("127.0.0.1", port)
    client.subscribe("application/+/device/+/event/+", qos=1)
    client.loop_start()
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    run(int(sys.argv[1]), sys.argv[2])
