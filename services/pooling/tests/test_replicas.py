"""Replicas on one PostgreSQL and one Redis: nothing sold twice, news at once, and what fails costs time."""

import multiprocessing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from databases import ON_POSTGRES
from landlinie.pooling.v1 import plan_pb2
from live import PATIENCE_S, Live
from pooling.application.ports import RideFilter
from pooling.entrypoints import watch as watch_module
from pydantic import SecretStr
from rush import book_all
from servers import PostgresServer, RedisServer
from service_kit import consumers
from service_kit.grpc_errors import from_rpc_error
from service_kit.settings import StoreSettings
from town import Town

PROCESS_COUNT, CLIENT_COUNT = 3, 6


@pytest.mark.slow
@ON_POSTGRES
def test_the_last_seats_are_sold_once_by_several_processes(town: Town, database: str) -> None:
    town.add_bus("bus", layouts=((4, 0),))
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(PROCESS_COUNT) as processes:
        parts = processes.starmap(
            book_all, [(database, number, CLIENT_COUNT) for number in range(PROCESS_COUNT)]
        )
    booked = [ride for rides, _ in parts for ride in rides]
    reasons = [reason for _, refused in parts for reason in refused]
    assert booked
    assert reasons, "the bus must be too small for all, or nothing is shown here"
    assert set(reasons) <= {"REFUSED", "PLAN_CHANGED", "OFFER_EXPIRED"}
    with town.store.reading() as reader:
        stored = [ride.id for _, ride in reader.rides(RideFilter(), 0, 1000)]
    assert sorted(stored) == sorted(booked)
    assert {task for task, kept in town.plan().tasks.items() if not kept.held_until} == set(booked)
    assert town.violations() == []


class Cluster:
    """Servers of the test's own, to be killed, and replicas of the service on them."""

    def __init__(self, folder: Path) -> None:
        self.postgres, self.redis = PostgresServer(), RedisServer()
        self.postgres.start()
        self.redis.start()
        store = StoreSettings(
            database_url=SecretStr(self.postgres.url),
            redis_url=SecretStr(self.redis.url),
            database_pool_size=4,
        )
        self.replicas: list[Live] = []
        for number in range(2):
            own = folder / str(number)
            own.mkdir()
            self.replicas.append(Live(own, store=store))

    def close(self) -> None:
        for replica in self.replicas:
            replica.close()
        self.redis.remove()
        self.postgres.remove()


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    monkeypatch.setattr(consumers, "_POLL_S", 0.02)
    cluster = Cluster(tmp_path)
    yield cluster
    cluster.close()


def watch(live: Live) -> Any:
    return live.stub.WatchPlan(plan_pb2.WatchPlanRequest(zone_id="nord"), timeout=2 * PATIENCE_S)


def until(stream: Any, ride_id: str) -> None:
    next(answer for answer in stream if ride_id in {s.ride_id for t in answer.plan.tours for s in t.stops})


@pytest.mark.slow
@pytest.mark.network
def test_a_watcher_is_told_what_another_replica_has_booked(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "POLL_S", 3600.0)
    one, two = cluster.replicas
    for replica in cluster.replicas:
        assert replica.hears_others(PATIENCE_S)
    one.add_bus()
    stream = watch(two)
    next(stream)
    until(stream, one.ride(1, 3).ride_id)


@pytest.mark.slow
@pytest.mark.network
def test_without_redis_booking_goes_on_and_watchers_look_by_themselves(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "POLL_S", 0.05)
    one, two = cluster.replicas
    one.add_bus()
    stream = watch(two)
    next(stream)
    cluster.redis.kill()
    until(stream, one.ride(1, 3, "08:00").ride_id)
    cluster.redis.start()
    until(stream, two.ride(1, 3, "12:00").ride_id)


@pytest.mark.slow
@pytest.mark.network
def test_a_killed_postgresql_loses_nothing_that_was_acknowledged(cluster: Cluster) -> None:
    one, two = cluster.replicas
    one.add_bus()
    before = one.ride(1, 3, "08:00")
    cluster.postgres.kill()
    for replica in cluster.replicas:
        with pytest.raises(grpc.RpcError) as raised:
            replica.ride(1, 3, "10:00")
        assert raised.value.code() == grpc.StatusCode.UNAVAILABLE
        error = from_rpc_error(raised.value)
        assert (error.reason, error.retry_after_s) == ("STORE_UNAVAILABLE", 1.0)
    cluster.postgres.start()

    def booked(hour: str) -> Callable[[], bool]:
        def attempt() -> bool:
            try:
                return bool(two.ride(1, 3, hour).ride_id)
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE:
                    raise
                return False

        return attempt

    two.eventually(booked("12:00"))
    assert one.stored_ride(before.ride_id) == two.stored_ride(before.ride_id)
    # What was told before and after reaches the bus, whichever replica carries it.
    one.eventually(lambda: one.waiting_events() == 0)
