"""Services and servers as processes of their own, ill-treated one after the other while passengers book."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import grpc
import pytest
from cluster import DISTRICT, Cluster, require_cluster, the_only_cluster
from crowd import Crowd
from fault_table import Record, record
from judge import Kept, judge
from landlinie.common.v1 import clock_pb2, clock_pb2_grpc
from lines import Island, listening
from onebox.day.server_process import start
from onebox.local_time import stamp
from service_kit.identity.client import authenticated
from small_disk import SmallDisk, small_disk
from stages import LONG, await_working, long_only

pytestmark = [pytest.mark.slow, pytest.mark.network]

DAYBREAK = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
MORNING = DAYBREAK.replace(hour=7)
SERVICE_DATES = ["2026-11-24"]
HOLD_S = 30.0 if LONG else 3.0
KILLED = ["pooling-1", "ticketing-1", "postgres", *(["pooling-2", "kafka", "redis"] if LONG else [])]
STOPPED = ["postgres", "pooling-1", "ticketing-1", "kafka", "redis"]
SKEW = timedelta(minutes=45)
"""Longer than an offer is held."""
DISK_MB = 1500


@dataclass
class Stage:
    """A cluster on a disk of its own, and everybody who has booked there so far."""

    cluster: Cluster
    disk: SmallDisk
    kept: Kept
    crowds: list[Crowd]
    environment: dict[str, str]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    require_cluster()
    with (
        the_only_cluster(),
        small_disk(DISK_MB) as disk,
        start(DISTRICT, disk.folder / "var", DAYBREAK, seed_days=1, replica_count=2) as server,
    ):
        cluster = Cluster(server)
        environment = cluster.environment()
        kept = Kept(server, environment["LANDLINIE_DATABASE_URL"], environment["LANDLINIE_BUS_URL"])
        yield Stage(cluster, disk, kept, [], environment)


def ill_treat(
    stage: Stage, name: str, fault: Callable[[], None], keep: Record, addresses: list[str] | None = None
) -> None:
    """Do it while passengers book, and judge everything that was ever booked here."""
    asked = addresses or stage.cluster.addresses
    everywhere = replace(stage.kept.server, address=",".join(asked))
    with Crowd(name, everywhere, MORNING) as crowd:
        crowd.await_more(10)
        fault()
        over_at_s = time.monotonic()
        probes = await_working(stage.kept, asked, f"{name}-after", MORNING)
        recovery_s = time.monotonic() - over_at_s
        crowd.await_more(10)
    stage.crowds += [crowd, *probes]
    verdict = judge(stage.kept, stage.crowds, SERVICE_DATES)
    record(keep, "cluster", name, recovery_s=recovery_s, crowd=crowd, verdict=verdict)
    assert [*verdict.faults(), *crowd.surprises] == []


@pytest.mark.parametrize("part", KILLED)
def test_killed(stage: Stage, part: str, record_property: Record) -> None:
    def kill() -> None:
        stage.cluster.await_restart(part, stage.cluster.kill(part))

    ill_treat(stage, f"kill -9 {part}", kill, record_property)


@long_only
@pytest.mark.parametrize("part", STOPPED)
def test_stopped_for_a_while(stage: Stage, part: str, record_property: Record) -> None:
    def pause() -> None:
        stage.cluster.signal(part, signal.SIGSTOP)
        time.sleep(HOLD_S)
        stage.cluster.signal(part, signal.SIGCONT)

    ill_treat(stage, f"pause {part} {HOLD_S:.0f} s", pause, record_property)


@contextmanager
def on_an_island(stage: Stage) -> Iterator[tuple[Island, str]]:
    """One more replica, in a network that can be cut; and its address."""
    with listening() as probe:
        address = "{}:{}".format(*probe.getsockname())
    with ExitStack() as opened:
        island = Island()
        opened.callback(island.close)
        for variable in ("LANDLINIE_DATABASE_URL", "LANDLINIE_BUS_URL", "LANDLINIE_REDIS_URL"):
            place = stage.environment[variable].rpartition("://")[2].rpartition("@")[2]
            island.reach_out(place.partition("/")[0])
        log = opened.enter_context((stage.disk.folder / "island.log").open("wb"))
        environment = {
            **os.environ,
            **stage.environment,
            "LANDLINIE_DISTRICT": str(DISTRICT),
            "LANDLINIE_POOLING_ADDRESS": address,
            "LANDLINIE_SIMULATED_CLOCK": DAYBREAK.isoformat(),
        }
        process = island.run([sys.executable, "-m", "pooling"], environment, log)
        opened.callback(end, process)
        island.let_in(address)
        yield island, address


def end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


@long_only
def test_cut_off_the_network(stage: Stage, record_property: Record) -> None:
    with on_an_island(stage) as (island, address):

        def cut() -> None:
            with island.cut_off():
                time.sleep(HOLD_S)

        stage.crowds += await_working(stage.kept, [address], "island", MORNING)
        ill_treat(
            stage,
            f"cut off one of three {HOLD_S:.0f} s",
            cut,
            record_property,
            [*stage.cluster.addresses, address],
        )


@long_only
def test_the_disk_of_all_servers_is_full_for_a_while(stage: Stage, record_property: Record) -> None:
    def fill() -> None:
        with stage.disk.full():
            time.sleep(HOLD_S)

    ill_treat(stage, f"disk full {HOLD_S:.0f} s", fill, record_property)


@long_only
def test_a_clock_goes_wrong(stage: Stage, record_property: Record) -> None:
    address = stage.cluster.addresses[1]

    def skew() -> None:
        with grpc.insecure_channel(address) as channel:
            clock = clock_pb2_grpc.SimulatedClockServiceStub(
                authenticated(channel, stage.kept.server.credential())
            )
            clock.AdvanceClock(clock_pb2.AdvanceClockRequest(time=stamp(DAYBREAK + SKEW)), timeout=10)

    ill_treat(stage, f"pooling-2 {SKEW.seconds // 60} min ahead", skew, record_property)
