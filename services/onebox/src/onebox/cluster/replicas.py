"""The services' own processes, each replica at its own addresses."""

import socket
import ssl
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path

import grpc
from gateway.settings import GatewaySettings
from grpc_health.v1 import health_pb2, health_pb2_grpc
from service_kit.free_port import free_port
from service_kit.identity.tls import open_channel
from service_kit.settings import ClientTlsSettings
from service_kit.telemetry.http_port import PortNotOpened
from service_kit.telemetry.settings import host_and_port

from onebox.cluster.part import Part

DEFAULT_REPLICAS = 2
MOST_REPLICAS = 8
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
    by_http: bool = False,
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
    by_http
        Whether it takes no calls, but requests.
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
        is_ready = _answers(own) if by_http else _serves(own)
        part = Part(f"{service}-{number}", command, is_ready, environment)
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


def _answers(address: str) -> Callable[[], bool]:
    encrypted = GatewaySettings().http.scheme == "https"

    def asked() -> bool:
        host, port = host_and_port(address)
        connection = _encrypted(host, port) if encrypted else HTTPConnection(host, port, timeout=ANSWER_S)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    return asked


def _encrypted(host: str, port: int) -> HTTPConnection:
    # Its certificate names where others reach it, which need not be this address.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return HTTPSConnection(host, port, timeout=ANSWER_S, context=context)


def require_free(replicas: Iterable[Replica]) -> None:
    """Raise PortNotOpened where somebody listens already, whose answers would be taken for a replica's."""
    for replica in replicas:
        for address in (replica.address, replica.metrics_address):
            host, port = host_and_port(address)
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            try:
                socket.create_server((host, port), family=family).close()
            except OSError as error:
                raise PortNotOpened(
                    f"{replica.part.name} at {address!r}: {error.strerror or error}"
                ) from None


def _following(address: str, count: int) -> list[str]:
    host, port = host_and_port(address)
    shown = f"[{host}]" if ":" in host else host
    ports = [port + offset for offset in range(count)] if port else [free_port() for _ in range(count)]
    return [f"{shown}:{each}" for each in ports]
