"""The services' own processes, each replica at its own addresses."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from service_kit.free_port import free_port
from service_kit.identity.tls import open_channel
from service_kit.settings import ClientTlsSettings
from service_kit.telemetry.settings import host_and_port

from onebox.cluster.part import Part

ANSWER_S = 2.0


@dataclass(frozen=True, slots=True)
class Replica:
    """One process of a service; addresses are ``host:port``."""

    part: Part
    address: str
    metrics_address: str


def service_replicas(
    service: str,
    count: int,
    *,
    district: Path,
    data_dir: Path,
    address: str,
    metrics_address: str | None,
    simulated_from: datetime | None,
    servers: Mapping[str, str],
) -> list[Replica]:
    """Return how ``count`` replicas of a service are run.

    Parameters
    ----------
    service
        Its package.
    data_dir
        Holds the identity, which all replicas share.
    address, metrics_address
        Where the first one listens; the others take the ports after it. Port 0, or no address, takes any free
        ones of this machine, which stay the same when a replica starts again.
    servers
        Environment that names the database, the bus and Redis.
    """
    addresses = _following(address, count)
    metrics_addresses = _following(metrics_address or "127.0.0.1:0", count)
    replicas = []
    for number, (own, own_metrics) in enumerate(zip(addresses, metrics_addresses, strict=True), start=1):
        environment = {
            **servers,
            "LANDLINIE_DISTRICT": str(district.resolve()),
            "LANDLINIE_DATA_DIR": str(data_dir.resolve()),
            f"LANDLINIE_{service.upper()}_ADDRESS": own,
            "LANDLINIE_METRICS_ADDRESS": own_metrics,
        }
        if simulated_from is not None:
            environment["LANDLINIE_SIMULATED_CLOCK"] = simulated_from.isoformat()
        command = [sys.executable, "-m", service]
        part = Part(f"{service}-{number}", command, _serves(own), environment)
        replicas.append(Replica(part, own, own_metrics))
    return replicas


def _serves(address: str) -> Callable[[], bool]:
    def asked() -> bool:
        with open_channel(address, ClientTlsSettings()) as channel:
            try:
                answer = health_pb2_grpc.HealthStub(channel).Check(
                    health_pb2.HealthCheckRequest(), timeout=ANSWER_S
                )
            except grpc.RpcError:
                return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    return asked


def _following(address: str, count: int) -> list[str]:
    host, port = host_and_port(address)
    shown = f"[{host}]" if ":" in host else host
    ports = [port + offset for offset in range(count)] if port else [free_port() for _ in range(count)]
    return [f"{shown}:{each}" for each in ports]
