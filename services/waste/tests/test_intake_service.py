"""The service as it runs: from a sensor's bytes at the broker, or at the HTTP port, to a red container."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest
from district import NOON
from intake import EM310, chirpstack_event, eventually
from landlinie.waste.v1 import container_pb2, level_pb2
from live_waste import LiveWaste
from mosquitto import Mosquitto
from paho.mqtt.publish import single
from pydantic import ValidationError
from waste.settings import WasteSettings

pytestmark = pytest.mark.network

FULL = bytes.fromhex("01755C0382" + (300).to_bytes(2, "little").hex())
TOKEN = "a token of sixteen"  # noqa: S105 - of nobody


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    broker = Mosquitto()
    broker.start()
    yield broker
    broker.remove()


@pytest.fixture
def live(tmp_path: Path, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveWaste]:
    monkeypatch.setenv("LANDLINIE_WASTE_MQTT__URL", broker.url)
    monkeypatch.setenv("LANDLINIE_WASTE_HTTP_ADDRESS", "127.0.0.1:0")
    monkeypatch.setenv("LANDLINIE_WASTE_UPLINK_TOKEN", TOKEN)
    live = LiveWaste(tmp_path)
    yield live
    live.close()


def register(live: LiveWaste) -> None:
    sensor = container_pb2.Device(
        device_id="A8-40-41-00-01-81-00-00".replace("-", ""),
        model="milesight EM310-UDL",
        container_id="east-box",
        sub_account_id="east",
    )
    live.staff.RegisterDevice(container_pb2.RegisterDeviceRequest(request_id=live.new_id(), device=sensor))


def published(broker: Mosquitto, body: bytes) -> None:
    topic = f"application/waste/device/{EM310}/event/up"
    single(topic, body, qos=1, hostname="127.0.0.1", port=broker.port)


def posted(live: LiveWaste, body: bytes) -> int:
    assert live.app.http is not None
    host, _, port = live.app.http.address.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    connection.request("POST", "/v1/uplinks", body, {"Authorization": f"Bearer {TOKEN}"})
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("door", ["broker", "http"])
def test_a_full_containers_frame_turns_it_red(live: LiveWaste, broker: Mosquitto, door: str) -> None:
    live.settle("east")
    register(live)
    event = chirpstack_event(0, payload=FULL, since=NOON)
    if door == "broker":
        published(broker, event)
    else:
        assert posted(live, event) == 200
    eventually(lambda: live.state_of("east").ampel == level_pb2.AMPEL_RED)
    request = level_pb2.ListReadingsRequest(device_id=EM310)
    [told] = live.desk_of("east").ListReadings(request).readings
    assert (told.distance_mm, round(told.battery_share, 2)) == (300, 0.92)
    assert told.measure_time.ToDatetime() == NOON.replace(tzinfo=None)


def test_what_came_before_its_device_was_registered_is_not_lost(live: LiveWaste) -> None:
    live.settle("east")
    assert posted(live, chirpstack_event(0, payload=FULL, since=NOON)) == 200
    eventually(lambda: refused(live) == {"DEVICE_NOT_REGISTERED": 1})
    register(live)
    live.app.ingestion.read_what_is_known_now()
    eventually(lambda: refused(live) == {})
    eventually(lambda: live.state_of("east").latest.level_share > 0.9)


def refused(live: LiveWaste) -> dict[str, int]:
    with live.app.ingestion._store.reading() as reader:
        return dict(reader.refused_counts(None))


def test_a_key_that_is_too_short_guards_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDLINIE_WASTE_UPLINK_TOKEN", "short")
    with pytest.raises(ValidationError, match="uplink_token: fewer than 16"):
        WasteSettings(data_dir=tmp_path)
