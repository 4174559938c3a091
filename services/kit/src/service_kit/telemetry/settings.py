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


def _checked_address(address: str | None) -> str | None:
    if address is not None:
        host_and_port(address)
    return address


def _checked_url(url: str | None) -> str | None:
    if url is not None:
        scheme, _, address = url.partition("://")
        if scheme not in {"http", "https"}:
            raise ValueError(f"{url!r} is not http://host:port or https://host:port")
        host_and_port(address)
    return url


class TelemetrySettings(BaseSettings):
    """Environment variables begin with ``LANDLINIE_``."""

    model_config = SettingsConfigDict(env_prefix="LANDLINIE_", frozen=True, extra="forbid")

    otlp_endpoint: Annotated[str | None, AfterValidator(_checked_url)] = None
    """``http://host:port``, or ``https``, of a collector that takes traces by OTLP over gRPC."""
    trace_share: float = Field(default=1.0, ge=0, le=1)
    """Share of the traces begun here that are kept; a caller's decision about its own trace stands."""
    metrics_address: Annotated[str | None, AfterValidator(_checked_address)] = None
    """``host:port`` of /metrics, /livez and /readyz; port 0 takes any free one, no port without."""
