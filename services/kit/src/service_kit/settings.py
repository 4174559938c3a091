"""What an operator can set: environment variables, with defaults that run on one machine."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class GrpcSettings(BaseModel):
    """Limits of one gRPC server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    worker_threads: int = Field(default=8, ge=1, le=256, description="use cases running at once")
    max_concurrent_calls: int = Field(default=128, ge=1, description="unary calls accepted at once")
    max_concurrent_streams: int = Field(default=256, ge=1, description="server streams open at once")
    max_request_bytes: int = Field(default=1_048_576, ge=1_024)
    default_deadline_s: float = Field(default=10.0, gt=0, description="for unary calls that bring none")
    drain_grace_s: float = Field(default=10.0, ge=0, description="for running calls to finish at shutdown")


class ServiceSettings(BaseSettings):
    """The base of every service's settings.

    A service sets its own ``env_prefix`` (``LANDLINIE_POOLING_``); nested fields take a double underscore
    (``LANDLINIE_POOLING_GRPC__WORKER_THREADS``).
    """

    model_config = SettingsConfigDict(
        env_prefix="LANDLINIE_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "console", "json"] = "auto"
    grpc: GrpcSettings = GrpcSettings()
