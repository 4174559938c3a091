"""Services of their own, for a played day or a test: a child process with its own data folder."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from onebox.cluster.part import ended_with_us
from onebox.credentials import Credential, local_credential
from onebox.ready import Ready

START_TIMEOUT_S = 240.0
STOP_TIMEOUT_S = 90.0


class DidNotStart(Exception):  # noqa: N818 - reads as what it is
    """The services ended, or took too long, before they could take a call."""


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """Running services; stopped and drained when left as a context.

    Parameters
    ----------
    address
        ``host:port``; several, divided by commas, of a cluster.
    http_address
        Of the gateway, where there is one.
    """

    address: str
    metrics_addresses: tuple[str, ...]
    bus_url: str
    data_dir: Path
    process: subprocess.Popen[bytes]
    http_address: str | None

    def credential(self) -> Credential:
        """What to call it with."""
        return local_credential(self.data_dir)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Let it drain and end; its exit code."""
        return _ended(self.process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(
    district: Path,
    data_dir: Path,
    clock_start: datetime | None,
    *,
    seed_days: int,
    replica_count: int = 0,
    with_http: bool = False,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> ServerProcess:
    """Start services with vehicles and shifts for ``seed_days`` days; they end with the thread that does so.

    Parameters
    ----------
    clock_start
        Where their clock stands until it is moved; they go by the system's clock when None.
    replica_count
        Of each service in the cluster shape; 0 for all services in one process.
    with_http
        Whether there is a gateway, too.
    environment
        Settings besides those of this process.

    Raises
    ------
    DidNotStart
        With the end of what the services wrote.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    ready_file = data_dir / "ready.json"
    ready_file.unlink(missing_ok=True)
    log_path = data_dir / "server.log"
    shape = ["--cluster", "--replicas", str(replica_count)] if replica_count else []
    clock = ["--simulated-clock", clock_start.isoformat()] if clock_start else []
    command = [
        *(sys.executable, "-m", "onebox", "up"),
        *("--district", str(district)),
        *("--data-dir", str(data_dir)),
        *("--address", "127.0.0.1:0"),
        *("--http", "127.0.0.1:0" if with_http else "none"),
        *("--seed-days", str(seed_days)),
        *("--ready-file", str(ready_file)),
        *clock,
        *shape,
    ]
    with log_path.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module
            ended_with_us(command, signal.SIGTERM),
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment, "LANDLINIE_METRICS_ADDRESS": "127.0.0.1:0"},
        )
    give_up = time.monotonic() + START_TIMEOUT_S
    while not ready_file.exists():
        if process.poll() is not None or time.monotonic() > give_up:
            _ended(process)
            raise DidNotStart(log_path.read_text("utf-8", "replace")[-2000:])
        time.sleep(0.05)
    ready = Ready.read(ready_file)
    return ServerProcess(
        ready.address, ready.metrics_addresses, ready.bus_url, data_dir, process, ready.http_address
    )


def _ended(process: subprocess.Popen[bytes]) -> int:
    process.terminate()
    try:
        return process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
