"""The cluster shape on this machine: what dies comes back, commands work, and everything ends in order."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from clients import CALL_S, all_rides, ask_and_book, patiently, stops_of, stub_for, trip
from cluster import PATIENCE_S, Cluster, running_cluster
from landlinie.pooling.v1 import fleet_pb2

from conftest import EVENING_BEFORE

pytestmark = [pytest.mark.slow, pytest.mark.network]

TOMORROW = EVENING_BEFORE + timedelta(hours=14)
REPLICAS = ["pooling-1", "pooling-2"]
SERVERS = ["kafka", "postgres", "redis"]


def test_parts_come_back_commands_work_and_all_end_in_order() -> None:
    with running_cluster(clock_start=EVENING_BEFORE) as cluster:
        assert cluster.parts == sorted(REPLICAS + SERVERS)
        first = book(cluster, "before")
        old = {part: cluster.kill(part) for part in cluster.parts}
        new = {part: cluster.await_restart(part, pid) for part, pid in old.items()}
        for part in REPLICAS:
            cluster.await_serving(part)
        second = book(cluster, "after")
        with stub_for(cluster.server) as stub:
            assert {ride.ride_id for ride in patiently(lambda: all_rides(stub))} == {first, second}
        await_all_taken(cluster)
        said = command(cluster, "rides")
        assert first in said.stdout, said.stdout + said.stderr
        pids = [pid for part in new for pid in cluster.pids_of(part)]
        cluster.server.process.send_signal(signal.SIGINT)
        assert cluster.server.process.wait(60) == 0
        assert not [pid for pid in pids if is_running(pid)]
        for part in REPLICAS:
            assert "grpc_server_stopped" in cluster.log_of(part).read_text("utf-8")
        assert "database system is shut down" in cluster.log_of("postgres").read_text("utf-8")


def book(cluster: Cluster, request_id: str) -> str:
    """Book a ride, going on while parts come back; its id."""
    with stub_for(cluster.server) as stub:
        zones = patiently(lambda: stub.ListZones(fleet_pb2.ListZonesRequest(), timeout=CALL_S)).zones
        stops = patiently(lambda: stops_of(stub, zones[0].zone_id))
        outcome = ask_and_book(
            stub, trip(request_id, stops[0].position, stops[-1].position, TOMORROW, minutes=60)
        )
    assert outcome.ride is not None, outcome
    return outcome.ride.ride_id


def command(cluster: Cluster, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a command as somebody does who has read the cluster's environment."""
    return subprocess.run(
        [sys.executable, "-m", "onebox", *words],
        env={**os.environ, "COLUMNS": "200", **cluster.environment()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def await_all_taken(cluster: Cluster) -> None:
    """Wait until every group has taken every event."""
    give_up_at_s = time.monotonic() + PATIENCE_S
    while not (said := command(cluster, "lag")).stdout.startswith("0 events behind"):
        assert time.monotonic() < give_up_at_s, said.stdout + said.stderr


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
