"""``./dev bench ingest``: what sensors send, through a real broker into the running service.

A thousand sensors send a thousand messages a second; the broker is killed (``kill -9``) after a third of the
time and the service after two thirds, and both are started again. Then the broker holds messages back while
nobody listens, and they are taken at once: by the service, and by a subscriber as tutorials write it, which
stores message by message and is acknowledged for by its library. Both are killed half-way.
"""

import argparse
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "services/kit/tests/support"), str(ROOT / "services/waste/tests/support")]

from ingest_sender import DEVICES, device  # noqa: E402
from mosquitto import Mosquitto  # noqa: E402
from onebox.cluster.part import ended_with_us  # noqa: E402
from report import Row, publish  # noqa: E402
from service_kit.database import open_engine  # noqa: E402
from service_kit.identity.local_issuer import LocalIssuer  # noqa: E402
from service_kit.identity.store_owner import bind_store  # noqa: E402
from service_kit.migrations import migrate  # noqa: E402
from waste.adapters.container_store import SqlContainerStore  # noqa: E402
from waste.adapters.district import read_area  # noqa: E402
from waste.domain.containers import (  # noqa: E402
    Container,
    ContainerKind,
    Device,
    Fraction,
    Site,
    SubAccount,
    Watched,
)
from waste.domain.geometry import Geometry, Section  # noqa: E402

DISTRICT = ROOT / "data" / "demo"
BOX = Geometry((Section(2000, (1000, 1000), (1000, 1000)),), sensor_height_mm=2200, dead_zone_mm=100)
PATIENCE_S = 60.0
SAVE_EVERY = 1_000
"""Changes after which the broker writes to disk what it holds: one by one it could not keep up itself."""
DOWN_S = 1.0
"""How long what was killed stays away."""
CONNECT_S = 10.0


class Service:
    """``python -m waste``, with sensors on containers, in a folder of its own."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        self.folder = folder
        self._broker = broker
        self._process: subprocess.Popen[bytes] | None = None
        self._cpu_s = 0.0
        folder.mkdir()
        (folder / "log").touch()
        LocalIssuer.open_or_make(folder)
        _register(folder)

    def start(self) -> None:
        environment = {
            "LANDLINIE_DATA_DIR": str(self.folder),
            "LANDLINIE_DISTRICT": str(DISTRICT),
            "LANDLINIE_WASTE_ADDRESS": "127.0.0.1:0",
            "LANDLINIE_WASTE_MQTT__URL": self._broker.url,
            "LANDLINIE_METRICS_ADDRESS": "127.0.0.1:0",
        }
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ended_with_us([sys.executable, "-m", "waste"], signal.SIGKILL),
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
            )

    def wait_until_it_listens(self) -> None:
        said = (self.folder / "log").read_bytes().count(b"mqtt_connected")
        self.start()
        _until(lambda: (self.folder / "log").read_bytes().count(b"mqtt_connected") > said, "listens")

    def kill(self) -> None:
        assert self._process is not None
        self._cpu_s += _cpu_s(self._process.pid)
        self._process.kill()
        self._process.wait()

    def cpu_s(self) -> float:
        assert self._process is not None
        return self._cpu_s + _cpu_s(self._process.pid)

    def frames(self) -> list[tuple[str, int, float]]:
        """Device, counter, and seconds from when it was sent until it was kept."""
        return self._ask(
            "waste_frames",
            "SELECT device_id, counter, (julianday(received_at) - julianday(at)) * 86400 FROM frames",
        )

    def waiting(self) -> int:
        return int(self._ask("waste_frames", "SELECT count(*) FROM frames WHERE state = 'waiting'")[0][0])

    def kept(self) -> int:
        return int(self._ask("waste_frames", "SELECT count(*) FROM frames")[0][0])

    def told(self) -> str:
        """What it keeps, and the end of its log."""
        log = (self.folder / "log").read_text("utf-8", "replace")
        return f"{self.kept()} kept, {self.waiting()} waiting\n{log[-2000:]}"

    def readings(self) -> int:
        return int(self._ask("waste", "SELECT count(*) FROM readings")[0][0])

    def _ask(self, name: str, query: str) -> list[tuple[str, int, float]]:
        connection = sqlite3.connect(self.folder / f"{name}.sqlite", timeout=30)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


class Plain:
    """The peer, with the same questions."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        self._path = folder / "plain.sqlite"
        self._broker = broker
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.wait_until_it_listens()

    def wait_until_it_listens(self) -> None:
        command = [
            *(sys.executable, str(Path(__file__).with_name("ingest_plain.py"))),
            *(str(self._broker.port), str(self._path)),
        ]
        self._process = subprocess.Popen(ended_with_us(command, signal.SIGKILL), stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def stored(self) -> tuple[int, int]:
        """Rows, and different messages among them."""
        connection = sqlite3.connect(self._path, timeout=30)
        try:
            (rows,) = connection.execute("SELECT count(*) FROM readings").fetchone()
            query = "SELECT count(*) FROM (SELECT DISTINCT device, counter FROM readings)"
            (different,) = connection.execute(query).fetchone()
        finally:
            connection.close()
        return rows, different


def main() -> None:
    """Measure, and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=60, help="of the sustained part")
    arguments.add_argument("--rate", type=int, default=1_000, help="messages a second")
    arguments.add_argument("--backlog", type=int, default=20_000, help="messages held back")
    told = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="landlinie-ingest-") as folder:
        broker = Mosquitto(save_every=SAVE_EVERY)
        broker.start()
        try:
            rows = [
                _sustained(Path(folder), broker, told.rate, told.seconds),
                *_held_back(Path(folder), broker, told.backlog),
            ]
        finally:
            broker.remove()
    publish(
        "ingest",
        rows,
        [
            f"Sustained: sent at {told.rate:,} a second for {told.seconds} s. Per s: in calm seconds,",
            f"from {CONNECT_S:.0f} s after a kill to the next; all read: after the last one was sent.",
            "Readings come from frames of five models, decoded, stored and turned into levels of containers;",
            "every hundredth message is sent twice. Kept: in calm seconds, from sending to the transaction",
            "that keeps it; cores: processor time of the service by elapsed time.",
            "After the broker was killed the sender repeats what was acknowledged in the last 2 s: a broker",
            "that is killed loses what it has neither sent on nor written, though it acknowledged it.",
        ],
    )


def _sustained(folder: Path, broker: Mosquitto, rate: int, seconds: int) -> Row:
    service = Service(folder / "sustained", broker)
    service.wait_until_it_listens()
    count = rate * seconds
    begin_s = time.monotonic()
    sender = _sender(broker, count, rate, 0)
    _sleep_until(begin_s + seconds / 3)
    killed_at = [time.time()]
    broker.kill()
    time.sleep(DOWN_S)
    broker.start()
    _sleep_until(begin_s + seconds * 2 / 3)
    killed_at.append(time.time())
    service.kill()
    time.sleep(DOWN_S)
    service.start()
    sender.wait()
    sent_s = time.monotonic()
    try:
        _until(lambda: service.kept() >= count and not service.waiting(), "keeps everything")
    except RuntimeError:
        # Loss is what this is about: it is told as a figure.
        print(service.told(), file=sys.stderr)
    end_s = time.monotonic()
    cores = service.cpu_s() / (end_s - begin_s)
    service.kill()
    frames = service.frames()
    different = {(device_id, counter) for device_id, counter, _ in frames}
    readings = service.readings()
    delays, calm_s = _calm_delays(service, killed_at)
    return {
        "case": "sustained, broker and service killed",
        "messages": count,
        "per s": len(delays) / calm_s,
        "lost": count - len(different),
        "doubled": len(frames) - len(different) + max(0, readings - count),
        "readings lost": count - readings,
        "all read after s": f"{end_s - sent_s:.1f}",
        "kept p50 ms": f"{delays[len(delays) // 2] * 1000:.0f}",
        "kept p99 ms": f"{delays[len(delays) * 99 // 100] * 1000:.0f}",
        "cores": f"{cores:.2f}",
    }


def _held_back(folder: Path, broker: Mosquitto, count: int) -> list[Row]:
    service = Service(folder / "drained", broker)
    plain = Plain(folder, broker)
    for each in (service, plain):
        # The broker knows who subscribes from now on.
        each.wait_until_it_listens()
        time.sleep(CONNECT_S if each is service else 1.0)
        each.kill()
    _sender(broker, count, 0, 10_000_000).wait()
    service.start()
    _until(lambda: service.kept() > 0, "takes the first")
    first_s = time.monotonic()
    _until(lambda: service.kept() >= count // 2, "takes half")
    service.kill()
    half_s = time.monotonic() - first_s
    half = service.kept()
    service.start()
    _until(lambda: service.kept() >= count and not service.waiting(), "takes everything")
    service.kill()
    frames, readings = service.frames(), service.readings()
    different = {(device_id, counter) for device_id, counter, _ in frames}
    ours: Row = {
        "case": "held back, service killed half-way",
        "messages": count,
        "per s": half / half_s,
        "lost": count - len(different),
        "doubled": len(frames) - len(different) + max(0, readings - count),
        "readings lost": count - readings,
        "all read after s": "",
        "kept p50 ms": "",
        "kept p99 ms": "",
        "cores": "",
    }
    plain.wait_until_it_listens()
    _until(lambda: plain.stored()[0] > 0, "takes the first")
    first_s = time.monotonic()
    _until(lambda: plain.stored()[0] >= count // 2, "takes half")
    plain.kill()
    half_s = time.monotonic() - first_s
    half = plain.stored()[0]
    plain.wait_until_it_listens()
    _until(_settled(lambda: plain.stored()[0]), "takes everything")
    plain.kill()
    rows, different_count = plain.stored()
    return [
        ours,
        {
            **ours,
            "case": "held back, plain subscriber killed half-way",
            "per s": half / half_s,
            "lost": count - different_count,
            "doubled": rows - different_count,
            "readings lost": count - different_count,
        },
    ]


def _sender(broker: Mosquitto, count: int, per_s: float, first: int) -> subprocess.Popen[bytes]:
    script = Path(__file__).with_name("ingest_sender.py")
    command = [sys.executable, str(script), str(broker.port), str(count), str(per_s), str(first)]
    return subprocess.Popen(ended_with_us(command, signal.SIGKILL), stdout=subprocess.DEVNULL)


def _register(folder: Path) -> None:
    """A sensor on a container of its own, a thousand times."""
    area = read_area(DISTRICT)
    assert area is not None
    engine = open_engine(f"sqlite:///{folder / 'waste.sqlite'}")
    bind_store(engine, area.tenant)
    migrate(engine, "waste.adapters.container_migrations")
    now = datetime.now(UTC)
    depot_id = min(area.depot_ids)
    with SqlContainerStore(engine, area.tenant).writing() as writer:
        writer.keep(SubAccount("town", "Town", now))
        writer.keep(Site("place", "town", "Place", 53.5, 13.2))
        for number in range(DEVICES):
            device_id, model = device(number)
            container_id = f"box-{number}"
            writer.keep(
                Container(
                    container_id,
                    "town",
                    "place",
                    depot_id,
                    ContainerKind.IGLOO,
                    Fraction.PAPER,
                    2000,
                    geometry=BOX,
                )
            )
            writer.keep(Device(device_id, "town", model, Watched.CONTAINER, container_id, now))
    engine.dispose()


def _calm_delays(service: Service, killed_at: list[float]) -> tuple[list[float], float]:
    """Sorted delays of what was kept in calm seconds, and how many these are."""
    query = "SELECT received_at, 0, (julianday(received_at) - julianday(at)) * 86400 FROM frames"
    kept = [
        (datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp(), delay_s)
        for at, _, delay_s in service._ask("waste_frames", query)
    ]
    begins = [min(kept_s for kept_s, _ in kept), *(killed_s + CONNECT_S for killed_s in killed_at[:-1])]
    spans = list(zip(begins, killed_at, strict=True))
    calm = [delay_s for kept_s, delay_s in kept if any(begin <= kept_s < end for begin, end in spans)]
    return sorted(calm), sum(max(0.0, end - begin) for begin, end in spans)


def _cpu_s(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _until(condition: Callable[[], bool], what: str) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            if condition():
                return
        except (sqlite3.OperationalError, FileNotFoundError):
            # The process has not made its files yet.
            pass
        if time.monotonic() > until_s:
            raise RuntimeError(f"after {PATIENCE_S:.0f} s nobody {what}")
        time.sleep(0.05)


def _settled(count: Callable[[], int]) -> Callable[[], bool]:
    """Whether a number has stayed as it is for some seconds."""
    seen: Mapping[str, list[float]] = {"at": [0.0], "count": [-1.0]}

    def settled() -> bool:
        now_s, number = time.monotonic(), float(count())
        if number != seen["count"][0]:
            seen["count"][0], seen["at"][0] = number, now_s
        return now_s - seen["at"][0] > 5.0

    return settled


def _sleep_until(at_s: float) -> None:
    time.sleep(max(0.0, at_s - time.monotonic()))


if __name__ == "__main__":
    main()
