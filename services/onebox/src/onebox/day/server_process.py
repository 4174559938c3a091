"""Services of its own for one played day: a child process with a simulated clock and an empty data folder."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 20.0


class DidNotStart(Exception):  # noqa: N818 - reads as what it is
    """The services ended, or took too long, before they could take a call."""


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """Running services."""

    address: str
    data_dir: Path
    process: subprocess.Popen[bytes]


@contextmanager
def served(
    district: Path, data_dir: Path, clock_start: datetime, *, seed_days: int
) -> Iterator[ServerProcess]:
    """Services that go by a clock starting at ``clock_start``; stopped and drained on leaving.

    Raises
    ------
    DidNotStart
        With the end of what the services wrote.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    ready_file = data_dir / "ready.json"
    ready_file.unlink(missing_ok=True)
    log_path = data_dir / "server.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module
            [
                *(sys.executable, "-m", "onebox", "up"),
                *("--district", str(district)),
                *("--data-dir", str(data_dir)),
                *("--address", "127.0.0.1:0"),
                *("--simulated-clock", clock_start.isoformat()),
                *("--seed-days", str(seed_days)),
                *("--ready-file", str(ready_file)),
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield ServerProcess(_address(process, ready_file, log_path), data_dir, process)
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], ready_file: Path, log_path: Path) -> str:
    give_up = time.monotonic() + START_TIMEOUT_S
    while not ready_file.exists():
        if process.poll() is not None or time.monotonic() > give_up:
            raise DidNotStart(log_path.read_text("utf-8", "replace")[-2000:])
        time.sleep(0.05)
    address = json.loads(ready_file.read_text("utf-8"))["address"]
    if not isinstance(address, str):
        raise TypeError(f"{ready_file}: address is {address!r}")
    return address
