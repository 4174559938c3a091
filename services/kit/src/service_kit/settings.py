"""What an operator can set: environment variables, with defaults that run on one machine."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from service_kit.bus_settings import BusSettings


class GrpcSettings(BaseModel):
    """Limits of one gRPC server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    worker_threads: int = Field(default=8, ge=1, le=256, description="use cases running at once")
    worker_threads_looking_up: int = Field(
        default=4, ge=1, le=256, description="threads kept for what only reads"
    )
    max_waiting_use_cases: int = Field(
        default=24, ge=1, description="calls that wait for one of the worker threads at most"
    )
    worker_threads_under_way: int = Field(
        default=2, ge=1, le=64, description="threads kept for what promised rides need"
    )
    max_concurrent_calls: int = Field(default=128, ge=1, description="unary calls accepted at once")
    max_concurrent_calls_under_way: int = Field(
        default=64, ge=1, description="further ones, of what promised rides need"
    )
    max_concurrent_streams: int = Field(default=256, ge=1, description="server streams open at once")
    max_streams_per_client: int = Field(default=32, ge=1, description="of these, of one client")
    calls_per_client_per_s: float = Field(default=500.0, gt=0, description="of one client, over time")
    call_burst_per_client: int = Field(default=1000, ge=1, description="of one client, at once after a pause")
    max_request_bytes: int = Field(default=1_048_576, ge=1_024)
    default_deadline_s: float = Field(default=10.0, gt=0, description="for unary calls that bring none")
    drain_grace_s: float = Field(default=10.0, ge=0, description="for running calls to finish at shutdown")
    tls_certificate: Path | None = Field(default=None, description="PEM; without one nothing is encrypted")
    tls_key: Path | None = Field(default=None, description="PEM, the certificate's")
    tls_client_ca: Path | None = Field(default=None, description="PEM; callers must show its certificates")

    @model_validator(mode="after")
    def _key_and_certificate(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError(
                f"tls_certificate {self.tls_certificate} and tls_key {self.tls_key}: give both or none"
            )
        if self.tls_client_ca is not None and self.tls_certificate is None:
            raise ValueError(f"tls_client_ca {self.tls_client_ca} is given without a tls_certificate")
        return self


class ClientTlsSettings(BaseSettings):
    """How commands, and services that call others, encrypt; variables begin with ``LANDLINIE_TLS_``."""

    model_config = SettingsConfigDict(env_prefix="LANDLINIE_TLS_", frozen=True)

    ca: Path | None = Field(default=None, description="PEM of the authority to trust; none for no encryption")
    certificate: Path | None = Field(default=None, description="PEM to show where it is asked for")
    key: Path | None = Field(default=None, description="PEM, the certificate's")


class IdentitySettings(BaseModel):
    """Whose tokens are taken; those signed with the data folder's own key always are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str | None = Field(default=None, description="``iss`` of an OIDC provider's access tokens")
    jwks_url: str | None = Field(default=None, description="where the provider publishes its keys")
    audience: str = Field(default="landlinie", min_length=1, description="what ``aud`` must name")
    roles_claim: str = Field(default="landlinie_roles", min_length=1, description="dots lead into objects")
    tenant_claim: str = Field(default="landlinie_tenant", min_length=1)
    vehicles_claim: str = Field(default="landlinie_vehicles", min_length=1)
    sub_accounts_claim: str = Field(default="landlinie_sub_accounts", min_length=1)

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.issuer is None) != (self.jwks_url is None):
            raise ValueError(f"issuer {self.issuer!r} and jwks_url {self.jwks_url!r}: give both or none")
        return self


class StoreSettings(BaseSettings):
    """Where state is kept that replicas share; the same variables, ``LANDLINIE_…``, for every service."""

    model_config = SettingsConfigDict(
        env_prefix="LANDLINIE_", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    database_url: SecretStr | None = Field(
        default=None,
        description="``postgresql://user@host/database``, a schema for each service; SQLite files without",
    )
    database_pool_size: int = Field(
        default=10, ge=2, le=200, description="connections of one service's process to one schema at most"
    )
    redis_url: SecretStr | None = Field(
        default=None, description="``redis://``, ``rediss://`` or ``unix://``; in this process without"
    )

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, url: SecretStr | None) -> SecretStr | None:
        return _with_scheme(url, "database_url", ("postgresql", "postgresql+psycopg"))

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, url: SecretStr | None) -> SecretStr | None:
        return _with_scheme(url, "redis_url", ("redis", "rediss", "unix"))


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
    identity: IdentitySettings = IdentitySettings()
    store: StoreSettings = Field(default_factory=StoreSettings)
    bus: BusSettings = Field(default_factory=BusSettings)


def _with_scheme(url: SecretStr | None, name: str, schemes: tuple[str, ...]) -> SecretStr | None:
    # The rest of a URL may be secret: only its scheme is told.
    if url is not None and (scheme := url.get_secret_value().partition("://")[0]) not in schemes:
        raise ValueError(f"{name} begins with {scheme[:20]!r}, not with one of {', '.join(schemes)}")
    return url
