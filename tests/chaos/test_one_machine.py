"""All services in one process, ill-treated while passengers book."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cluster import DISTRICT
from crowd import Crowd
from fault_table import Record, record
from judge import Kept, judge
from lines import Line, listening, to
from onebox.day.server_process import ServerProcess, start
from small_disk import small_disk
from stages import LONG, await_working, long_only

pytestmark = [pytest.mark.slow, pytest.mark.network]

DAYBREAK = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
MORNING = DAYBREAK.replace(hour=7)
SERVICE_DATES = ["2026-11-24"]
HOLD_S = 30.0 if LONG else 2.0
KILLS = 5 if LONG else 2
DISK_MB = 48


class Box:
    """Services on one data folder, always to be reached at the same address."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._process = self._started()
        self._line = Line(listening(), to(self._process.address))
        self.server = replace(self._process, address=self._line.address)

    def kill(self) -> None:
        self._process.kill()

    def start(self) -> None:
        self._process = self._started()
        self._line.lead_to(to(self._process.address))

    def signal(self, number: signal.Signals) -> None:
        self._process.process.send_signal(number)

    def close(self) -> None:
        self._process.kill()
        self._line.close()

    def _started(self) -> ServerProcess:
        return start(DISTRICT, self._data_dir, DAYBREAK, seed_days=1)


@contextmanager
def running(data_dir: Path) -> Iterator[Box]:
    box = Box(data_dir)
    try:
        yield box
    finally:
        box.close()


def ill_treat(box: Box, name: str, fault: Callable[[], None], keep: Record) -> None:
    """Do it while passengers book, and judge what is left."""
    kept = Kept(box.server)
    with Crowd(name, box.server, MORNING) as crowd:
        crowd.await_more(10)
        fault()
        over_at_s = time.monotonic()
        probes = await_working(kept, [box.server.address], f"{name}-after", MORNING)
        recovery_s = time.monotonic() - over_at_s
        crowd.await_more(10)
    verdict = judge(kept, [crowd, *probes], SERVICE_DATES)
    record(keep, "one machine", name, recovery_s=recovery_s, crowd=crowd, verdict=verdict)
    assert [*verdict.faults(), *crowd.surprises] == []


def test_killed_again_and_again(tmp_path: Path, record_property: Record) -> None:
    with running(tmp_path / "var") as box:

        def kill_often() -> None:
            for _ in range(KILLS - 1):
                box.kill()
                box.start()
                time.sleep(0.3)
            box.kill()
            box.start()

        ill_treat(box, "kill -9", kill_often, record_property)


def test_stopped_for_a_while(tmp_path: Path, record_property: Record) -> None:
    with running(tmp_path / "var") as box:

        def pause() -> None:
            box.signal(signal.SIGSTOP)
            time.sleep(HOLD_S)
            box.signal(signal.SIGCONT)

        ill_treat(box, f"pause {HOLD_S:.0f} s", pause, record_property)


@long_only
@pytest.mark.parametrize("dies", [False, True], ids=["lives on", "dies on it"])
def test_the_disk_is_full_for_a_while(dies: bool, record_property: Record) -> None:
    with small_disk(DISK_MB) as disk, running(disk.folder / "var") as box:

        def fill() -> None:
            with disk.full():
                time.sleep(HOLD_S)
                if dies:
                    box.kill()
            if dies:
                box.start()

        name = f"disk full {HOLD_S:.0f} s{', kill -9' if dies else ''}"
        ill_treat(box, name, fill, record_property)
