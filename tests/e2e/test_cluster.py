"""The cluster shape on this machine: what dies comes back, commands work, and everything ends in order."""

import json
import os
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cluster import PATIENCE_S, Cluster, running_cluster
from landlinie.pooling.v1 import fleet_pb2
from onebox.day.play import PlayedDay, beginning_of, figures_of, play, play_on
from onebox.district import RideRequest, load_district
from onebox.main import app
from ride_calls import CALL_S, all_rides, ask_and_book, patiently, stops_of, stub_for, trip
from typer.testing import CliRunner, Result

from conftest import DISTRICT

pytestmark = [pytest.mark.slow, pytest.mark.network]

DAY_AFTER = datetime(2021, 6, 16, 8, 0, tzinfo=UTC)
BUSY_S = range(7 * 3600, 8 * 3600)
SERVICES = ("journeys", "pooling", "ticketing", "waste")
REPLICAS = [f"{service}-{number}" for service in SERVICES for number in (1, 2)]
SERVERS = ["kafka", "postgres", "redis"]


def test_a_day_has_the_same_figures_in_both_shapes_and_what_dies_comes_back(tmp_path: Path) -> None:
    whole = load_district(DISTRICT)
    district = replace(whole, requests=tuple(filter(is_in_the_busy_hour, whole.requests)))
    on = whole.service_date
    embedded = counted(play(district, DISTRICT, on, tmp_path / "var"))
    with running_cluster(clock_start=beginning_of(district, on), seed_days=3) as cluster:
        assert counted(play_on(cluster.server, district, on)) == embedded
        assert embedded["promises_broken"] == 0
        assert embedded["pooled_share"] > 0
        assert embedded["refused_by_reason"]
        assert cluster.parts == sorted(REPLICAS + SERVERS)
        first = book(cluster, "before")
        old = {part: cluster.kill(part) for part in cluster.parts}
        new = {part: cluster.await_restart(part, pid) for part, pid in old.items()}
        for part in REPLICAS:
            cluster.await_serving(part)
        second = book(cluster, "after")
        with stub_for(cluster.server) as stub:
            assert {ride.ride_id for ride in patiently(lambda: all_rides(stub))} >= {first, second}
        await_all_taken(cluster)
        said = command(cluster, "rides")
        assert first[:8] in said.stdout, said.output
        pids = [pid for part in new for pid in cluster.pids_of(part)]
        cluster.server.process.send_signal(signal.SIGINT)
        assert cluster.server.process.wait(60) == 0
        assert not [pid for pid in pids if is_running(pid)]
        for part in REPLICAS:
            assert "grpc_server_stopped" in cluster.log_of(part).read_text("utf-8")
        assert "database system is shut down" in cluster.log_of("postgres").read_text("utf-8")


def is_in_the_busy_hour(request: RideRequest) -> bool:
    window = request.pickup_window or request.dropoff_window
    return window is not None and window.earliest_s in BUSY_S


def counted(played: PlayedDay) -> dict[str, Any]:
    """A day's figures without how long anything took."""
    timed = {"seconds", "loop_stalls_over_50_ms", "loop_longest_stall_ms"}
    return {
        name: value
        for name, value in figures_of(played).items()
        if name not in timed and not name.startswith(("offer_p", "book_p"))
    }


def book(cluster: Cluster, request_id: str) -> str:
    """Book a ride, going on while parts come back; its id."""
    with stub_for(cluster.server) as stub:
        zones = patiently(lambda: stub.ListZones(fleet_pb2.ListZonesRequest(), timeout=CALL_S)).zones
        stops = patiently(lambda: stops_of(stub, zones[0].zone_id))
        outcome = ask_and_book(
            stub, trip(request_id, stops[0].position, stops[-1].position, DAY_AFTER, minutes=60)
        )
    assert outcome.ride is not None, outcome
    return outcome.ride.ride_id


def command(cluster: Cluster, *words: str) -> Result:
    """Run a command as somebody does who has read the cluster's environment."""
    return CliRunner().invoke(app, words, env={"COLUMNS": "200", **cluster.environment()})


def await_all_taken(cluster: Cluster) -> None:
    """Wait until every group has taken every event; the gateway is no part of this cluster."""
    give_up_at_s = time.monotonic() + PATIENCE_S
    while not has_all_taken(said := command(cluster, "lag", "--json")):
        assert time.monotonic() < give_up_at_s, said.output


def has_all_taken(said: Result) -> bool:
    """Whether no group is behind; a broker that came back does not know its groups at once."""
    lags = [json.loads(line) for line in said.stdout.splitlines()]
    return bool(lags) and not any(lag["event_count"] for lag in lags if lag["group"] != "gateway-live")


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
