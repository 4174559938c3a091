"""What an operator sets reaches the services that run in one process."""

import grpc
import pytest
from landlinie.pooling.v1 import ride_pb2
from ride_calls import CALL_S, stub_for
from service_kit.grpc_errors import from_rpc_error

from conftest import Starter

pytestmark = [pytest.mark.slow, pytest.mark.network]


def test_limits_of_the_server_come_from_the_environment(
    start_services: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDLINIE_POOLING_GRPC__MAX_REQUEST_BYTES", "1024")
    with stub_for(start_services()) as stub:
        assert stub.ListRides(ride_pb2.ListRidesRequest(), timeout=CALL_S).rides == []
        with pytest.raises(grpc.RpcError) as refused:
            stub.CancelRide(ride_pb2.CancelRideRequest(request_id="long", reason="x" * 2000), timeout=CALL_S)
    assert from_rpc_error(refused.value).reason == "RESOURCE_EXHAUSTED"
