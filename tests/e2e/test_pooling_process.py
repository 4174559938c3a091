"""The pooling service as a process of its own, as containers run it, and a collector of its traces."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from collector import Collector, collecting
from grpc_health.v1 import health_pb2, health_pb2_grpc
from landlinie.pooling.v1 import ride_pb2, ride_pooling_service_pb2_grpc
from service_kit.free_port import free_port
from service_kit.telemetry.probe import is_ready

from conftest import DISTRICT

pytestmark = [pytest.mark.slow, pytest.mark.network]

PATIENCE_S = 120.0


@pytest.fixture
def collector() -> Iterator[tuple[Collector, int]]:
    with collecting() as running:
        yield running


def run(**settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pooling"],
        env={**os.environ, **{f"LANDLINIE_{name.upper()}": value for name, value in settings.items()}},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_it_serves_is_watched_and_drains(tmp_path: Path, collector: tuple[Collector, int]) -> None:
    address, metrics_address = (f"127.0.0.1:{free_port()}" for _ in range(2))
    process = run(
        data_dir=str(tmp_path),
        district=str(DISTRICT),
        pooling_address=address,
        metrics_address=metrics_address,
        otlp_endpoint=f"http://127.0.0.1:{collector[1]}",
    )
    try:
        with grpc.insecure_channel(address) as channel:
            grpc.channel_ready_future(channel).result(PATIENCE_S)
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=20)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
            assert is_ready(metrics_address)
            stub = ride_pooling_service_pb2_grpc.RidePoolingServiceStub(channel)
            with pytest.raises(grpc.RpcError) as raised:
                stub.GetRide(ride_pb2.GetRideRequest(ride_id="r"), timeout=20)
            assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    assert process.returncode == 0, output
    names = {
        attribute.value.string_value
        for sent in collector[0].taken
        for attribute in sent.resource.attributes
        if attribute.key == "service.name"
    }
    assert names == {"pooling"}
    spans = [span for sent in collector[0].taken for scope in sent.scope_spans for span in scope.spans]
    (call,) = [span for span in spans if span.name.endswith("/GetRide")]
    attributes = {attribute.key: attribute.value.string_value for attribute in call.attributes}
    assert attributes["rpc.grpc.status_code"] == "UNAUTHENTICATED"
    assert attributes["error.type"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"district": "no-such-folder"}, "no-such-folder/district.json: No such file"),
        ({"pooling_address": "192.0.2.1:1"}, "pooling cannot listen at 192.0.2.1:1"),
        ({"metrics_address": "192.0.2.1:1"}, "metrics_address '192.0.2.1:1'"),
    ],
    ids=["district", "address", "metrics"],
)
def test_it_says_why_it_cannot_start(tmp_path: Path, settings: dict[str, str], told: str) -> None:
    usual = {"data_dir": str(tmp_path), "district": str(DISTRICT), "pooling_address": "127.0.0.1:0"}
    process = run(**{**usual, **settings})
    output, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1, output
    assert told in output
    assert "Traceback" not in output
