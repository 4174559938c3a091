import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from onebox.cluster.part import CannotStart, Part
from onebox.cluster.supervisor import Supervisor

PATIENCE_S = 120.0
# Says that it runs, and writes down when it is asked to end.
OBEDIENT = """
import pathlib, signal, sys, time
name, journal = sys.argv[1], pathlib.Path(sys.argv[2])
def end(*_):
    with journal.open("a") as file: file.write(name + " ")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
pathlib.Path(str(journal) + "." + name).touch()
time.sleep(600)
"""
# Leaves a child behind that nobody asks to end.
PARENT = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
half = pathlib.Path(sys.argv[2] + ".half")
half.write_text(str(child.pid))
half.rename(sys.argv[2] + "." + sys.argv[1])
time.sleep(600)
"""


def part(name: str, journal: Path, program: str = OBEDIENT) -> Part:
    ready = Path(f"{journal}.{name}")
    return Part(name, [sys.executable, "-c", program, name, str(journal)], ready.exists)


@asynccontextmanager
async def supervised(folder: Path, told: list[str]) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(folder, told.append)
    try:
        yield supervisor
    finally:
        await supervisor.stop()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():
            await asyncio.sleep(0.02)


def pid_of(folder: Path, name: str) -> int:
    path = folder / f"{name}.pid"
    return int(path.read_text()) if path.exists() else 0


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_tiers_end_in_the_opposite_order(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    async with supervised(tmp_path, []) as supervisor:
        await supervisor.start([part("store", journal)])
        await supervisor.start([part("service", journal)])
    assert journal.read_text().split() == ["service", "store"]
    assert not list(tmp_path.glob("*.pid"))


async def test_what_dies_is_started_again_and_told_of(tmp_path: Path) -> None:
    told: list[str] = []
    async with supervised(tmp_path, told) as supervisor:
        await supervisor.start([part("service", tmp_path / "journal")])
        before = pid_of(tmp_path, "service")
        os.kill(before, signal.SIGKILL)
        await until(lambda: pid_of(tmp_path, "service") not in {0, before})
    assert "service was ended by SIGKILL; starts again" in told[0]


async def test_what_a_killed_part_left_behind_is_gone_before_the_next(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    async with supervised(tmp_path, []) as supervisor:
        await supervisor.start([part("service", journal, PARENT)])
        child = int(Path(f"{journal}.service").read_text())
        before = pid_of(tmp_path, "service")
        os.kill(before, signal.SIGKILL)
        await until(lambda: pid_of(tmp_path, "service") not in {0, before})
        await until(lambda: not runs(child))


async def test_a_part_that_ends_before_it_is_ready_fails_with_what_it_said(tmp_path: Path) -> None:
    broken = Part("kafka", ["sh", "-c", "echo java is not installed; exit 69"], lambda: False)
    async with supervised(tmp_path, []) as supervisor:
        with pytest.raises(CannotStart, match=r"kafka ended with exit code 69:\njava is not installed"):
            await supervisor.start([broken])


async def test_who_does_not_end_is_killed(tmp_path: Path) -> None:
    stubborn = Part(
        "service",
        ["sh", "-c", f"trap '' TERM; touch {tmp_path}/up; while :; do sleep 0.1; done"],
        (tmp_path / "up").exists,
        stop_timeout_s=0.2,
    )
    told: list[str] = []
    supervisor = Supervisor(tmp_path, told.append)
    await supervisor.start([stubborn])
    pid = pid_of(tmp_path, "service")
    await supervisor.stop()
    assert not runs(pid)
    assert "killed" in told[0]


async def test_what_cannot_be_started_now_is_started_later(tmp_path: Path) -> None:
    told: list[str] = []
    log = tmp_path / "service.log"
    async with supervised(tmp_path, told) as supervisor:
        await supervisor.start([part("service", tmp_path / "journal")])
        before = pid_of(tmp_path, "service")
        # Stands for a disk that takes nothing.
        log.unlink()
        log.mkdir()
        os.kill(before, signal.SIGKILL)
        await until(lambda: any("service cannot be started: [Errno" in what for what in told))
        log.rmdir()
        await until(lambda: pid_of(tmp_path, "service") not in {0, before})
        assert runs(pid_of(tmp_path, "service"))


async def test_what_runs_is_kept_though_its_id_could_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onebox.cluster.supervisor.NOTE_EVERY_S", 0.02)
    journal = tmp_path / "journal"
    in_the_way = tmp_path / "service.part"
    async with supervised(tmp_path, []) as supervisor:
        await supervisor.start([part("service", journal)])
        before = pid_of(tmp_path, "service")
        in_the_way.mkdir()
        ready = Path(f"{journal}.service")
        ready.unlink()
        os.kill(before, signal.SIGKILL)
        await until(ready.exists)
        assert pid_of(tmp_path, "service") == 0
        in_the_way.rmdir()
        await until(lambda: pid_of(tmp_path, "service") != 0)
        again = pid_of(tmp_path, "service")
        os.kill(again, signal.SIGKILL)
        await until(lambda: pid_of(tmp_path, "service") not in {0, again})
