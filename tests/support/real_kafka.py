"""One real Kafka broker for a whole test run, whatever number of workers it has.

The first test that asks for it starts a keeper process, which keeps the broker until nobody of this run is
left: every worker holds a shared lock on a file, which the operating system takes back when the worker ends,
however it ends.
"""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka_broker import START_S, Broker, BrokerUnavailable, check

_LOOK_EVERY_S = 0.2


def require_broker() -> None:
    """Skip the test where no broker can be started; in CI (``CI=true``) that is an error."""
    try:
        check()
    except BrokerUnavailable as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"needs a real Kafka broker: {missing}")


def shared_broker(folder: Path) -> Iterator[str]:
    """Yield the address of the run's broker, kept in ``folder``, which is the same for all workers."""
    require_broker()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "starting.lock").open("w") as starting, (folder / "users.lock").open("w") as users:
        fcntl.flock(starting, fcntl.LOCK_EX)
        # Waits for a keeper that is just ending, who leaves no address behind.
        fcntl.flock(users, fcntl.LOCK_SH)
        address = folder / "address"
        if not address.exists():
            _start_keeper(folder, address)
        fcntl.flock(starting, fcntl.LOCK_UN)
        yield address.read_text("utf-8")


def _start_keeper(folder: Path, address: Path) -> None:
    with (folder / "keeper.log").open("ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, __file__, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    give_up_at_s = time.monotonic() + 2 * START_S
    while not address.exists():
        if keeper.poll() is not None or time.monotonic() > give_up_at_s:
            said = (folder / "keeper.log").read_text("utf-8")[-500:]
            raise BrokerUnavailable(f"no broker for the tests: {said}")
        time.sleep(_LOOK_EVERY_S / 4)
    # It outlives this process; nobody here waits for it.
    keeper.returncode = 0


def _keep(folder: Path) -> None:
    broker = Broker(folder / "broker")
    address = folder / "address"
    broker.start()
    try:
        half = address.with_suffix(".part")
        half.write_text(broker.address, "utf-8")
        half.replace(address)
        with (folder / "users.lock").open("w") as users:
            while not broker.has_ended():
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    time.sleep(_LOOK_EVERY_S)
                else:
                    address.unlink()
                    return
    finally:
        broker.stop()


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
