"""What an operator can set for the waste service."""

from pathlib import Path

from pydantic import AwareDatetime, Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from service_kit.settings import ServiceSettings


class WasteSettings(ServiceSettings):
    """Environment variables begin with ``LANDLINIE_WASTE_``."""

    model_config = SettingsConfigDict(
        env_prefix="LANDLINIE_WASTE_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    data_dir: Path = Path("var")
    """Where the databases are kept."""
    keep_measured_days: float = Field(
        default=730.0, ge=120, le=3660, description="how long readings and levels are kept; lifts stay"
    )


class ProcessSettings(BaseSettings):
    """What the service needs when it runs as a process of its own; variables begin with ``LANDLINIE_``."""

    model_config = SettingsConfigDict(env_prefix="LANDLINIE_", frozen=True, extra="forbid")

    data_dir: Path = Path("var")
    """Where databases and the event log are kept that lie nowhere else."""
    district: Path = Path("data/demo")
    """Folder of the district that is served."""
    waste_address: str = "127.0.0.1:50053"
    """``host:port`` to listen on; port 0 takes any free one."""
    simulated_clock: AwareDatetime | None = None
    """Where a clock starts that only moves when it is told by a call; the system's clock without."""
