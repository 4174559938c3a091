"""Too many calls: the flood is refused early, and who is under way gets through."""

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from identified import channel_to, token
from landlinie.pooling.v1 import fleet_pb2, plan_pb2
from landlinie.pooling.v1.ride_pooling_service_pb2_grpc import RidePoolingServiceStub
from live import Live, refusal
from pooling.application.request_offers import RequestOffers
from service_kit.grpc_errors import from_rpc_error
from service_kit.identity.principal import Role
from service_kit.settings import GrpcSettings

pytestmark = pytest.mark.network

LIMITS = GrpcSettings(
    worker_threads=1,
    max_concurrent_calls=4,
    max_streams_per_client=2,
    calls_per_client_per_s=0.01,
    call_burst_per_client=8,
)
PLAN = plan_pb2.GetPlanRequest(zone_id="nord")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Live]:
    live = Live(tmp_path, limits=LIMITS)
    yield live
    live.close()


def of(live: Live, *roles: Role, **who: Any) -> Any:
    return RidePoolingServiceStub(channel_to(live.address, token(*roles, **who)))


def test_one_client_s_flood_is_its_own(small: Live) -> None:
    flood, other = of(small, Role.DISPATCHER, subject="flood"), of(small, Role.DISPATCHER, subject="other")
    for _ in range(LIMITS.call_burst_per_client):
        flood.ListZones(fleet_pb2.ListZonesRequest())
    code, error = refusal(lambda: flood.ListZones(fleet_pb2.ListZonesRequest()))
    assert (code, error.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED")
    assert error.retry_after_s is not None
    assert 0 < error.retry_after_s <= 100
    # The plan is what rides under way need, and is counted apart.
    flood.GetPlan(PLAN)
    other.ListZones(fleet_pb2.ListZonesRequest())


def test_who_is_under_way_does_not_wait_behind_questions(
    small: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.add_bus()
    released = threading.Event()
    answer = RequestOffers.__call__

    def slow(use_case: RequestOffers, *asked: Any) -> bytes:
        assert released.wait(60)
        return answer(use_case, *asked)

    monkeypatch.setattr(RequestOffers, "__call__", slow)
    asked = [
        of(small, Role.APP_BACKEND, client_id=f"app{number}").RequestOffers.future(
            small.question(1, 3, "08:00", minutes=300), timeout=60
        )
        for number in range(LIMITS.max_concurrent_calls)
    ]
    late = (of(small, Role.DISPATCHER, client_id=f"late{number}") for number in itertools.count())
    small.eventually(lambda: _refused(next(late)) == "TOO_MANY_CALLS")
    driver = of(small, Role.DRIVER, subject="d1", vehicle_ids=["bus"])
    assert driver.GetPlan(PLAN, timeout=20).plan.tours
    assert not any(call.done() for call in asked)
    released.set()
    for call in asked:
        assert call.result().offers


def _refused(stub: Any) -> str:
    try:
        stub.ListVehicles(fleet_pb2.ListVehiclesRequest(), timeout=0.5)
    except grpc.RpcError as error:
        return from_rpc_error(error).reason
    return ""


def test_one_client_holds_few_streams(small: Live) -> None:
    watcher, other = (
        of(small, Role.DISPATCHER, subject="watcher"),
        of(small, Role.DISPATCHER, subject="other"),
    )
    watched = [watcher.WatchPlan(plan_pb2.WatchPlanRequest(zone_id="nord")) for _ in range(2)]
    for stream in watched:
        next(stream)
    code, error = refusal(lambda: next(watcher.WatchPlan(plan_pb2.WatchPlanRequest(zone_id="nord"))))
    assert (code, error.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS")
    assert next(other.WatchPlan(plan_pb2.WatchPlanRequest(zone_id="nord"))).plan.zone_id == "nord"
    for stream in watched:
        stream.cancel()
