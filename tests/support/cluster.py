"""The cluster shape for tests: started as processes, parts killed or paused, all of it ended afterwards.

with running_cluster(clock_start=None) as cluster:
    cluster.kill("postgres")
    cluster.await_serving("pooling-1")
"""

import fcntl
import os
import shlex
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from kafka_broker import BrokerUnavailable, check
from onebox.cluster.local_postgres import postgres_programs
from onebox.day.server_process import ServerProcess, start
from service_kit.grpc_targets import addresses_of

DISTRICT = Path(__file__).resolve().parents[2] / "data" / "demo"
PATIENCE_S = 180.0
_LOOK_EVERY_S = 0.05


def require_cluster() -> None:
    """Skip the test where Kafka, PostgreSQL or Redis cannot be started; in CI (``CI=true``) it fails."""
    missing = []
    try:
        check()
    except BrokerUnavailable as error:
        missing.append(str(error))
    if postgres_programs() is None:
        missing.append("PostgreSQL is not installed")
    if shutil.which("redis-server") is None:
        missing.append("redis-server is not installed")
    if missing:
        reason = f"no cluster here: {'; '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


class Cluster:
    """A running cluster: ``pooling-1``, ``ticketing-1``, …, ``kafka``, ``postgres`` and ``redis``."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self._folder = server.data_dir / "cluster"

    @property
    def addresses(self) -> list[str]:
        """``host:port`` of each replica of pooling; ``server.address`` has all, for calls in turn."""
        return addresses_of(self.server.address)

    @property
    def parts(self) -> list[str]:
        """The names of all parts that run."""
        return sorted(path.stem for path in self._folder.glob("*.pid"))

    def environment(self) -> dict[str, str]:
        """The variables that name its servers to commands, LANDLINIE_DATABASE_URL among them."""
        lines = (self._folder / "environment").read_text("utf-8").splitlines()
        words = [shlex.split(line)[1] for line in lines]
        return dict(word.split("=", 1) for word in words)

    def log_of(self, part: str) -> Path:
        return self._folder / f"{part}.log"

    def pid_of(self, part: str) -> int:
        """The part's first process; waits for it where the part is about to start again."""
        path = self._folder / f"{part}.pid"
        give_up_at_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up_at_s:
            with suppress(FileNotFoundError):
                return int(path.read_text("utf-8"))
            time.sleep(_LOOK_EVERY_S)
        raise TimeoutError(f"{part} does not run")

    def pids_of(self, part: str) -> list[int]:
        """All its processes, the first one first."""
        found = [self.pid_of(part)]
        parents = _parents()
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def signal(self, part: str, number: signal.Signals) -> int:
        """Send all of a part's processes a signal (SIGSTOP, SIGCONT, SIGTERM, …); the first one's id."""
        pids = self.pids_of(part)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        return pids[0]

    def kill(self, part: str) -> int:
        """End all of a part's processes as a power cut would; it is started again. The old process id."""
        return self.signal(part, signal.SIGKILL)

    @contextmanager
    def without(self, service: str) -> Iterator[None]:
        """Without any process of a service until the block ends; then they are started again."""
        # Held back, whoever starts again what dies.
        self.server.process.send_signal(signal.SIGSTOP)
        try:
            for part in self._replicas_of(service):
                self.kill(part)
            yield
        finally:
            self.server.process.send_signal(signal.SIGCONT)

    @contextmanager
    def hanging(self, service: str) -> Iterator[None]:
        """With a service, or one replica of it, that takes calls and answers none, until the block ends."""
        parts = self._replicas_of(service)
        for part in parts:
            self.signal(part, signal.SIGSTOP)
        try:
            yield
        finally:
            for part in parts:
                self.signal(part, signal.SIGCONT)

    def _replicas_of(self, service: str) -> list[str]:
        return [part for part in self.parts if part == service or part.rpartition("-")[0] == service]

    def await_restart(self, part: str, old_pid: int) -> int:
        """Wait until the part runs as another process than before; that one's id."""
        give_up_at_s = time.monotonic() + PATIENCE_S
        while (pid := self.pid_of(part)) == old_pid:
            if time.monotonic() > give_up_at_s:
                raise TimeoutError(f"{part} still is process {old_pid}")
            time.sleep(_LOOK_EVERY_S)
        return pid

    def await_serving(self, part: str) -> None:
        """Wait until a replica (``pooling-2``) takes calls."""
        service, _, number = part.rpartition("-")
        variable = {
            "pooling": "LANDLINIE_ADDRESS",
            "ticketing": "LANDLINIE_TICKETING_SERVICE",
            "waste": "LANDLINIE_WASTE_SERVICE",
            "journeys": "LANDLINIE_JOURNEYS_SERVICE",
        }[service]
        address = addresses_of(self.environment()[variable])[int(number) - 1]
        give_up_at_s = time.monotonic() + PATIENCE_S
        while not _serves(address):
            if time.monotonic() > give_up_at_s:
                raise TimeoutError(f"{part} does not serve at {address}")
            time.sleep(_LOOK_EVERY_S)


@contextmanager
def running_cluster(
    *,
    clock_start: datetime | None,
    replica_count: int = 2,
    seed_days: int = 2,
    district: Path = DISTRICT,
    with_http: bool = False,
) -> Iterator[Cluster]:
    """Run a cluster with a data folder of its own for as long as the block runs.

    Parameters
    ----------
    clock_start
        Where a simulated clock stands until it is moved; the system's clock when None.
    with_http
        Whether there is a gateway, too.
    """
    require_cluster()
    with the_only_cluster(), cluster_folder() as folder:
        server = start(
            district,
            folder / "var",
            clock_start,
            seed_days=seed_days,
            replica_count=replica_count,
            with_http=with_http,
        )
        with server:
            yield Cluster(server)


@contextmanager
def the_only_cluster() -> Iterator[None]:
    """Wait until no other test runs a cluster, and let none begin to: each is a dozen processes to start."""
    with Path(tempfile.gettempdir(), f"landlinie-cluster-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def cluster_folder() -> Iterator[Path]:
    """An empty folder that PostgreSQL's own user may pass through, as pytest's are not where root tests."""
    with tempfile.TemporaryDirectory(prefix="landlinie-cluster-") as made:
        folder = Path(made)
        folder.chmod(0o711)
        yield folder


def _serves(address: str) -> bool:
    options = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(address, options) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=2)
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def _parents() -> dict[int, int]:
    """The parent of every process of this machine."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(
                stat.read_text("utf-8", "replace").rpartition(")")[2].split()[1]
            )
    return parents
