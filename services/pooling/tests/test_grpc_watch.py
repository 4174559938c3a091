"""The plan as it changes, to those who watch it over a real connection."""

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from landlinie.pooling.v1 import fleet_pb2, plan_pb2
from live import PATIENCE_S, Live, refusal
from pooling.domain.zone_day import ZoneDay
from pooling.entrypoints import watch as watch_module
from pooling.entrypoints.watch import PlanChanges
from service_kit.announcements import LocalAnnouncements
from service_kit.grpc_errors import from_rpc_error
from service_kit.settings import GrpcSettings
from town import DAY, Town

pytestmark = pytest.mark.network


def watch(live: Live, zone_id: str = "nord", service_date: str = "") -> Any:
    request = plan_pb2.WatchPlanRequest(zone_id=zone_id, service_date=service_date)
    return live.stub.WatchPlan(request, timeout=PATIENCE_S)


def until(stream: Any, wanted: Callable[[plan_pb2.Plan], bool]) -> plan_pb2.Plan:
    """The first plan shown that is as wanted."""
    plans: Iterator[plan_pb2.Plan] = (answer.plan for answer in stream)
    return next(plan for plan in plans if wanted(plan))


def ride_ids(plan: plan_pb2.Plan) -> set[str]:
    return {stop.ride_id for tour in plan.tours for stop in tour.stops if stop.ride_id}


@pytest.fixture
def never_polled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only being told of a change wakes a watcher."""
    monkeypatch.setattr(watch_module, "POLL_S", 3600.0)


@pytest.fixture
def often_polled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "POLL_S", 0.02)


def test_a_watcher_sees_the_plan_first_as_it_is(live: Live) -> None:
    live.add_bus()
    ride = live.ride(1, 3)
    shown = next(watch(live)).plan
    assert shown == live.plan()
    assert ride_ids(shown) == {ride.ride_id}


@pytest.mark.usefixtures("never_polled")
def test_a_watcher_sees_every_booking_once(live: Live) -> None:
    live.add_bus()
    stream = watch(live)
    plans = [next(stream).plan]
    for hour in range(6, 12):
        ride = live.ride(1, 3, f"{hour:02}:00")
        while ride.ride_id not in ride_ids(plans[-1]):
            plans.append(next(stream).plan)
    versions = [plan.version for plan in plans]
    assert versions == sorted(set(versions))
    assert plans[-1] == live.plan()


@pytest.mark.usefixtures("never_polled")
def test_another_zone_and_another_day_wake_nobody(live: Live) -> None:
    live.add_bus()
    live.add_bus("taxi", base=3, zone_id="ost")
    stream = watch(live)
    first = next(stream).plan
    (eastern,) = live.ask(3, 5, "06:00", count=1).offers
    assert eastern.zone_id == "ost"
    live.add_bus("morrow", ("30:00", "32:00"))
    ride = live.ride(0, 1)
    shown = next(stream).plan
    assert shown.version > first.version
    assert {tour.vehicle_id for tour in shown.tours} == {"bus"}
    assert ride_ids(until(watch(live), lambda plan: bool(ride_ids(plan)))) == {ride.ride_id}


@pytest.mark.usefixtures("never_polled")
def test_all_watchers_see_it(live: Live) -> None:
    live.add_bus()
    streams = [watch(live) for _ in range(20)]
    for stream in streams:
        next(stream)
    ride = live.ride(1, 3)
    with ThreadPoolExecutor(len(streams)) as pool:
        shown = list(
            pool.map(lambda stream: until(stream, lambda plan: ride.ride_id in ride_ids(plan)), streams)
        )
    assert shown == [live.plan()] * len(streams)


@pytest.mark.usefixtures("often_polled")
def test_a_hold_that_runs_out_leaves_the_watched_plan(live: Live) -> None:
    live.add_bus()
    (offer,) = live.ask(1, 3).offers
    stream = watch(live)
    held = next(stream).plan
    assert [stop.held_offer_id for stop in held.tours[0].stops] == [offer.offer_id] * 2
    live.advance("05:02")
    let_go = next(stream).plan
    assert (list(let_go.tours[0].stops), let_go.version) == ([], held.version)


@pytest.mark.usefixtures("often_polled")
def test_what_another_process_stores_is_seen(live: Live, town: Town) -> None:
    live.add_bus()
    stream = watch(live)
    next(stream)
    ride = town.ride(1, 3)
    assert ride_ids(until(stream, lambda plan: bool(ride_ids(plan)))) == {ride.id}


@pytest.mark.usefixtures("often_polled")
def test_who_watches_today_watches_tomorrow_when_it_comes(live: Live) -> None:
    live.add_bus("bus", ("06:00", "20:00"), ("30:00", "32:00"))
    stream = watch(live)
    assert next(stream).plan.service_date == "2026-03-10"
    live.advance("27:00")
    assert until(stream, lambda plan: plan.service_date != "2026-03-10").service_date == "2026-03-11"


def test_a_watcher_that_leaves_makes_room_for_another(tmp_path: Path) -> None:
    live = Live(tmp_path, limits=GrpcSettings(max_concurrent_streams=2))
    try:
        watchers = [watch(live), watch(live)]
        for watcher in watchers:
            next(watcher)
        code, error = refusal(lambda: next(watch(live)))
        assert (code, error.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS")
        watchers[0].cancel()

        def gets_in() -> bool:
            try:
                return bool(next(watch(live)).plan.zone_id)
            except grpc.RpcError:
                return False

        live.eventually(gets_in)
        live.add_bus()
        until(watchers[1], lambda plan: bool(plan.tours))
    finally:
        live.close()


def test_a_server_that_stops_ends_the_streams_and_says_so(live: Live) -> None:
    streams = [watch(live), watch(live, "ost")]
    for stream in streams:
        next(stream)
    stopping = threading.Thread(target=live.stop)
    stopping.start()
    for stream in streams:
        with pytest.raises(grpc.RpcError) as raised:
            next(stream)
        assert raised.value.code() == grpc.StatusCode.UNAVAILABLE
        error = from_rpc_error(raised.value)
        assert error.reason == "SHUTTING_DOWN"
        assert error.retry_after_s is not None
    stopping.join()


def test_an_unknown_zone_is_not_watched(live: Live) -> None:
    code, error = refusal(lambda: next(watch(live, "ghost")))
    assert (code, error.reason) == (grpc.StatusCode.NOT_FOUND, "ZONE_NOT_FOUND")
    code, error = refusal(lambda: next(watch(live, service_date="2026-02-30")))
    assert (code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "DATE_INVALID")
    assert live.stub.ListZones(fleet_pb2.ListZonesRequest()).zones


@pytest.fixture
async def changes() -> PlanChanges:
    changes = PlanChanges(LocalAnnouncements())
    changes.attach(asyncio.get_running_loop())
    return changes


@pytest.mark.usefixtures("never_polled")
async def test_a_change_while_somebody_looks_is_not_missed(changes: PlanChanges) -> None:
    change = changes.next_of(("nord", DAY))
    changes.committed([ZoneDay("nord", DAY)])
    async with asyncio.timeout(PATIENCE_S):
        await changes.wait(change)


async def test_days_that_nobody_watches_are_forgotten(changes: PlanChanges) -> None:
    watched = changes.next_of(("nord", DAY))
    assert changes.next_of(("nord", DAY)) is watched
    del watched
    gc.collect()
    assert len(changes._changed) == 0
