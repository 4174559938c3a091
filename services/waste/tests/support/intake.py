"""What devices send, taken by the real store; readings end in memory."""

import json
import time
from base64 import b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from service_kit.database import open_engine
from service_kit.errors import Unavailable
from service_kit.migrations import migrate
from waste.adapters.frame_store import SqlFrameStore
from waste.application.ingestion import Ingestion, ReadCounts
from waste.domain.readings import Reading

NOW = datetime(2026, 3, 2, 6, 5, tzinfo=UTC)
AT = NOW - timedelta(minutes=5)
EM310 = "a840410001810000"
FULL = bytes.fromhex("01755C03824408040001")
PATIENCE_S = 60.0


def chirpstack_event(
    counter: int, device_id: str = EM310, payload: bytes = FULL, since: datetime = AT
) -> bytes:
    """An uplink event of ChirpStack; each counter has an instant of its own."""
    event: dict[str, object] = {
        "time": (since + timedelta(seconds=counter)).isoformat(),
        "deviceInfo": {"devEui": device_id, "deviceProfileName": "milesight EM310-UDL"},
        "devAddr": "260b1234",
        "dr": 3,
        "fPort": 85,
        "data": b64encode(payload).decode(),
    }
    return json.dumps(event | ({"fCnt": counter} if counter else {})).encode()


class Sink:
    """Readings by device and instant, as the real one keeps them; away when told so."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, datetime], Reading] = {}
        self.away = False

    def take(self, readings: Sequence[Reading]) -> None:
        if self.away:
            raise Unavailable("STORE_UNAVAILABLE", "away")
        for reading in readings:
            self.kept.setdefault((reading.device_id, reading.at), reading)


class Registry:
    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def models(self, device_ids: Collection[str]) -> Mapping[str, str]:
        return {each: self.known[each] for each in device_ids if each in self.known}


class Intake:
    """The use case on a database of its own."""

    def __init__(self, url: str) -> None:
        self.engine: sa.Engine = open_engine(url)
        migrate(self.engine, "waste.adapters.frame_migrations")
        self.store = SqlFrameStore(self.engine)
        self.sink, self.registry = Sink(), Registry()
        self.registry.known[EM310] = "EM310-UDL"
        self.now = NOW
        self.ingestion = Ingestion(self.store, self.registry, self.sink, lambda: self.now)

    def counters(self, device_id: str = EM310) -> list[int]:
        """The counters of a device's frames, in the order they were kept."""
        with self.store.reading() as reader:
            return [frame.uplink.counter for frame in reader.frames(device_id, 0, 100_000)]

    def read_all(self) -> int:
        """Read what waits; return how many frames that were."""
        total = 0
        while (counts := self.ingestion.read_waiting(7)) != ReadCounts():
            total += counts.frame_count
        return total

    def close(self) -> None:
        self.engine.dispose()


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.02)
