"""What an operator can set about telemetry; one set for everything in a process."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

_HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):(\d{1,5})")


def host_and_port(address: str) -> tuple[str, int]:
    """Split ``host:port`` (``[::1]:9464`` for IPv6).

    Raises
    ------
    ValueError
        When it is none, or the port is beyond 65535.
    """
    match = _HOST_PORT.fullmatch(address)
    if match is None or int(match[2]) > 65_535:
        raise ValueError(f"{address!r} is not host:port")
    return match[1].strip("[]"), int(match[2])


def _address_or_nothing(address: str) -> str:
    if address:
        host_and_port(address)
    return address


class TelemetrySettings(BaseSettings):
    """Environment variables begin with ``LANDLINIE_``."""

    model_config = SettingsConfigDict(env_prefix="LANDLINIE_", frozen=True, extra="forbid")

    otlp_endpoint: Annotated[str, AfterValidator(_address_or_nothing)] = ""
    """``host:port`` of an OTLP collector that takes traces by gRPC; none are made when empty."""
    otlp_tls: bool = False
    """Whether the collector is spoken to encrypted."""
    trace_share: float = Field(default=1.0, ge=0, le=1)
    """Share of the traces begun here that are kept; a caller's decision about its own trace stands."""
    metrics_address: Annotated[str, AfterValidator(_address_or_nothing)] = ""
    """``host:port`` of /metrics, /livez and /readyz; port 0 takes any free one, no port when empty."""
