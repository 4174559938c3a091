"""What an operator can set for the gateway."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from service_kit.settings import ServiceSettings


class HttpSettings(BaseModel):
    """Limits of the HTTP server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_request_bytes: int = Field(default=1_048_576, ge=1_024, description="size of a body")
    body_patience_s: float = Field(default=10.0, gt=0, description="within which a whole body has to come")
    call_timeout_s: float = Field(default=10.0, gt=0, description="how long a service may take to answer")
    max_concurrent_requests: int = Field(default=256, ge=1, description="requests under way at once")
    max_streams: int = Field(default=1_000, ge=1, description="live streams open at once")
    max_streams_per_client: int = Field(default=32, ge=1, description="of these, of one caller")
    drain_grace_s: float = Field(default=10.0, ge=1, description="for running requests at shutdown")
    tls_certificate: Path | None = Field(default=None, description="PEM; without one nothing is encrypted")
    tls_key: Path | None = Field(default=None, description="PEM, the certificate's")
    proxies: str = Field(default="", description="addresses that are believed about who calls, by commas")

    @property
    def scheme(self) -> str:
        """What its addresses begin with."""
        return "https" if self.tls_certificate else "http"

    @model_validator(mode="after")
    def _key_and_certificate(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError(
                f"tls_certificate {self.tls_certificate} and tls_key {self.tls_key}: give both or none"
            )
        return self


class GatewaySettings(ServiceSettings):
    """Environment variables begin with ``LANDLINIE_GATEWAY_``."""

    model_config = SettingsConfigDict(
        env_prefix="LANDLINIE_GATEWAY_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    http: HttpSettings = HttpSettings()
    cors_origins: tuple[str, ...] = Field(
        default=(), description="pages of other origins that may call, as JSON: ``https://app.example``"
    )
    guests: bool = Field(default=True, description="whether passengers may book without an account")
    pooling_service: str = Field(
        default="127.0.0.1:50051", description="host:port of pooling, or of its replicas, divided by commas"
    )
    ticketing_service: str = Field(
        default="127.0.0.1:50052", description="of ticketing; empty where the district does without"
    )
    waste_service: str = Field(
        default="127.0.0.1:50053", description="of waste; empty where the district does without"
    )
    journeys_service: str = Field(
        default="127.0.0.1:50054", description="of journeys; empty where the district does without"
    )
    token_file: Path | None = Field(
        default=None,
        description="file with the token that open data is asked for with, read again when it is another; "
        "tokens signed with the data folder's key without",
    )
    data_dir: Path = Path("var")
    """Where the database is kept."""
    console_dir: Path = Field(
        default=Path("build/console"), description="the console's files, as they were built"
    )

    @property
    def addresses(self) -> dict[str, str]:
        """Where the services are, by room, of those that the district has."""
        rooms = {
            "pooling": self.pooling_service,
            "ticketing": self.ticketing_service,
            "waste": self.waste_service,
            "journeys": self.journeys_service,
        }
        return {room: address for room, address in rooms.items() if address}


class ProcessSettings(BaseSettings):
    """What the gateway needs when it runs as a process of its own; variables begin with ``LANDLINIE_``."""

    model_config = SettingsConfigDict(env_prefix="LANDLINIE_", frozen=True, extra="forbid")

    data_dir: Path = Path("var")
    """Where databases and the event log are kept that lie nowhere else."""
    district: Path = Path("data/demo")
    """Folder of the district that is served."""
    gateway_address: str = "127.0.0.1:8080"
    """``host:port`` to listen on; port 0 takes any free one."""
