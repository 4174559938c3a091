"""A real Apache Kafka broker as a process of this machine: for tests, chaos and trying things out.

One KRaft node, broker and controller in one, small heap, listening on 127.0.0.1 only. It needs Java 17 or
newer and, once, Maven to fetch its jars. Not for production: data is kept once.

    python infra/kafka/kafka_broker.py fetch           get the jars, unless they are there
    python infra/kafka/kafka_broker.py run FOLDER PORT a broker in the foreground, data in FOLDER
    python infra/kafka/kafka_broker.py become FOLDER PORT
        the same for whoever keeps processes: this one turns into the broker, and says nothing when it answers
"""

import argparse
import base64
import contextlib
import hashlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import NoReturn

from service_kit.free_port import free_port

HERE = Path(__file__).resolve().parent
POM = HERE / "pom.xml"
JARS = HERE.parents[1] / "build" / "kafka"
_MADE_FROM = ".made-from"
_FETCH_S = 900.0
START_S = 90.0
_STOP_S = 30.0
_API_VERSIONS = 18

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=CLIENTS://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=CLIENTS://127.0.0.1:{port}
listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENTS
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller_port}
log.dirs={data}
auto.create.topics.enable=false
num.partitions=1
# One node has no replicas to keep its own topics on.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# Groups here have few members, all there at once; and one that was killed is missed soon.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=1000
broker.heartbeat.interval.ms=200
log.cleaner.dedupe.buffer.size=4194304
"""


class BrokerUnavailable(Exception):  # noqa: N818 - reads as what it is
    """No broker can be had on this machine; the message says what is missing."""


def fetch() -> None:
    """Get the jars that ``pom.xml`` names, unless exactly those are there.

    Raises
    ------
    BrokerUnavailable
        Without Java or Maven, or when the artifacts cannot be had.
    """
    if _fetched():
        return
    _java()
    maven = shutil.which("mvn")
    if maven is None:
        raise BrokerUnavailable("Kafka's jars are not there, and mvn, which fetches them, is not installed")
    shutil.rmtree(JARS, ignore_errors=True)
    JARS.mkdir(parents=True)
    command = [
        maven, "--quiet", "--batch-mode", "--file", str(POM),
        "dependency:copy-dependencies", f"-DoutputDirectory={JARS}",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_S, check=False)
    except subprocess.TimeoutExpired:
        raise BrokerUnavailable(f"mvn did not fetch Kafka's jars within {_FETCH_S:.0f} s") from None
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines() or ["nothing"]
        raise BrokerUnavailable(f"mvn could not fetch Kafka's jars: {said[0][:300]}")
    (JARS / _MADE_FROM).write_text(_fingerprint(), "utf-8")


def check() -> None:
    """Raise BrokerUnavailable, with what is missing, where no broker can be started."""
    _java()
    if not _fetched():
        raise BrokerUnavailable(
            f"Kafka's jars are not in {JARS.relative_to(HERE.parents[1])}: ./dev fetches them"
        )


class Broker:
    """One broker with its data in ``folder``; started again, it has the same address and the same records.

    Parameters
    ----------
    folder
        Made when missing; its log file is ``broker.log``.
    port
        Where clients connect; any free one when None.
    """

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self._folder = folder
        self._port = port or free_port()
        self._controller_port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """Of the Java process, to be paused or killed."""
        if self._process is None:
            raise BrokerUnavailable(f"the broker at {self.address} does not run")
        return self._process.pid

    def start(self) -> None:
        """Format the data folder when it is new, start, and wait until requests are answered.

        Raises
        ------
        BrokerUnavailable
            Without Java or jars, or when the broker ends or does not answer in time.
        """
        command = self._prepared()
        with (self._folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self._folder,
            )  # fmt: skip
        self._await_answer()

    def become(self) -> NoReturn:
        """Format the data folder when it is new, and go on as the broker in place of this program.

        Raises
        ------
        BrokerUnavailable
            Without Java or jars.
        """
        command = self._prepared()
        os.chdir(self._folder)
        os.execv(command[0], command)  # noqa: S606 - becomes Java, on purpose

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it in good order."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def has_ended(self) -> bool:
        """Whether the process is gone, by itself or by anybody's hand."""
        return self._process is None or self._process.poll() is not None

    def _prepared(self) -> list[str]:
        """Write its properties, format its data folder when that is new; the command that runs it."""
        check()
        data = self._folder / "data"
        properties = self._folder / "server.properties"
        self._folder.mkdir(parents=True, exist_ok=True)
        properties.write_text(
            _PROPERTIES.format(port=self._port, controller_port=self._controller_port, data=data), "utf-8"
        )
        if not (data / "meta.properties").exists():
            self._format(properties)
        return [*_java_command(256), "kafka.Kafka", str(properties)]

    def _format(self, properties: Path) -> None:
        # The first byte is set so that the id never begins with a dash, which the tool takes for an option.
        cluster_id = base64.urlsafe_b64encode(b"L" + uuid.uuid4().bytes[1:]).decode().rstrip("=")
        command = [*_java_command(128), "kafka.tools.StorageTool", "format", "--config", str(properties)]
        done = subprocess.run(
            [*command, "--cluster-id", cluster_id],
            capture_output=True,
            text=True,
            timeout=START_S,
            check=False,
        )
        if done.returncode:
            raise BrokerUnavailable(f"Kafka did not format its data folder: {_last_line(done.stderr)}")

    def _await_answer(self) -> None:
        give_up_at_s = time.monotonic() + START_S
        while not _answers(self._port):
            log = self._folder / "broker.log"
            if self.has_ended():
                raise BrokerUnavailable(f"the broker ended: {_last_line(log.read_text('utf-8', 'replace'))}")
            if time.monotonic() > give_up_at_s:
                self.kill()
                raise BrokerUnavailable(f"the broker did not answer within {START_S:.0f} s, see {log}")
            time.sleep(0.05)


def _answers(port: int) -> bool:
    """Whether a broker answers the one request that needs no metadata: which requests it knows."""
    request = struct.pack(">hhih", _API_VERSIONS, 0, 1, -1)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            return len(connection.recv(4)) == 4
    except OSError:
        return False


def _java() -> str:
    java = shutil.which("java")
    if java is None:
        raise BrokerUnavailable("java is not installed; Kafka needs version 17 or newer")
    return java


def _java_command(heap_mb: int) -> list[str]:
    # Short-lived and small: no second compiler, no collector threads.
    return [
        _java(), f"-Xmx{heap_mb}m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true",
        "-cp", f"{JARS}/*",
    ]  # fmt: skip


def _fingerprint() -> str:
    return hashlib.sha256(POM.read_bytes()).hexdigest()


def _fetched() -> bool:
    made_from = JARS / _MADE_FROM
    return made_from.exists() and made_from.read_text("utf-8") == _fingerprint()


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1][:300]


def _run(folder: Path, port: int) -> None:
    broker = Broker(folder.resolve(), port)
    broker.start()
    print(f"Kafka answers at {broker.address}; Ctrl-C ends it", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        while not broker.has_ended():
            time.sleep(0.2)
    broker.stop()


def _main() -> None:
    parser = argparse.ArgumentParser(description="A Kafka broker for this machine.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("fetch", help="get the jars, unless they are there")
    for name, what in (("run", "a broker in the foreground"), ("become", "turn into a broker")):
        verb = verbs.add_parser(name, help=what)
        verb.add_argument("folder", type=Path)
        verb.add_argument("port", type=int)
    asked = parser.parse_args()
    try:
        if asked.verb == "fetch":
            fetch()
        elif asked.verb == "become":
            Broker(asked.folder.resolve(), asked.port).become()
        else:
            _run(asked.folder, asked.port)
    except BrokerUnavailable as error:
        print(f"kafka_broker: {error}", file=sys.stderr)
        sys.exit(os.EX_UNAVAILABLE)


if __name__ == "__main__":
    _main()
