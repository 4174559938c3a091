"""What an operator can set for the journeys service."""

from pathlib import Path

from pydantic import AwareDatetime, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from service_kit.settings import ServiceSettings


class JourneysSettings(ServiceSettings):
    """Environment variables begin with ``LANDLINIE_JOURNEYS_``."""

    model_config = SettingsConfigDict(
        env_prefix="LANDLINIE_JOURNEYS_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    data_dir: Path = Path("var")
    """Where the databases are kept, and timetables in the form they are searched in."""
    pooling_service: str = Field(
        default="127.0.0.1:50051", description="host:port of pooling, or of its replicas, divided by commas"
    )
    ticketing_service: str = Field(
        default="127.0.0.1:50052", description="host:port of ticketing, or of its replicas, divided by commas"
    )
    token_file: Path | None = Field(
        default=None,
        description="file with the token the others are called with, read again when it is another; "
        "tokens signed with the data folder's key without",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8080",
        pattern=r"^https?://[^\s]+$",
        description="under which the gateway is reached from outside; open data names its own addresses",
    )
    lenders: str = Field(
        default="",
        description="addresses of gbfs.json of others who lend vehicles, or folders, divided by commas",
    )
    realtime: SecretStr = Field(
        default=SecretStr(""),
        description="GTFS-Realtime, [TIMETABLE=]ADDRESS divided by commas; https://, http:// or file://",
    )
    realtime_header: SecretStr = Field(
        default=SecretStr(""), description="sent with every such request, Name: value"
    )
    realtime_every_s: float = Field(default=15.0, ge=0.2, le=3600, description="pause between requests")
    realtime_stale_s: float = Field(
        default=300.0, ge=10, le=86_400, description="what was told longer ago does not count"
    )
    planning_threads: int = Field(default=2, ge=1, le=64, description="journeys searched for at once")
    max_waiting_plans: int = Field(default=12, ge=0, description="searches that wait for a thread at most")


class ProcessSettings(BaseSettings):
    """What the service needs when it runs as a process of its own; variables begin with ``LANDLINIE_``."""

    model_config = SettingsConfigDict(env_prefix="LANDLINIE_", frozen=True, extra="forbid")

    data_dir: Path = Path("var")
    """Where databases and the event log are kept that lie nowhere else."""
    district: Path = Path("data/demo")
    """Folder of the district that is served."""
    journeys_address: str = "127.0.0.1:50054"
    """``host:port`` to listen on; port 0 takes any free one."""
    simulated_clock: AwareDatetime | None = None
    """Where a clock starts that only moves when it is told by a call; the system's clock without."""
