"""What an operator can set for the pooling service."""

from pathlib import Path

from pydantic import AwareDatetime, Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from service_kit.settings import ServiceSettings


class PoolingSettings(ServiceSettings):
    """Environment variables begin with ``LANDLINIE_POOLING_``."""

    model_config = SettingsConfigDict(
        env_prefix="LANDLINIE_POOLING_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    data_dir: Path = Path("var")
    """Where the databases are kept."""
    improve_every_s: float = Field(
        default=60.0, ge=0, description="pause between searches for better tours; 0 for none"
    )
    improve_time_limit_s: float = Field(default=2.0, gt=0, le=60, description="how long one search takes")


class ProcessSettings(BaseSettings):
    """What the service needs when it runs as a process of its own; variables begin with ``LANDLINIE_``."""

    model_config = SettingsConfigDict(env_prefix="LANDLINIE_", frozen=True, extra="forbid")

    data_dir: Path = Path("var")
    """Where databases and the event log are kept that lie nowhere else."""
    district: Path = Path("data/demo")
    """Folder of the district that is served."""
    pooling_address: str = "127.0.0.1:50051"
    """``host:port`` to listen on; port 0 takes any free one."""
    simulated_clock: AwareDatetime | None = None
    """Where a clock starts that only moves when it is told by a call; the system's clock without."""
