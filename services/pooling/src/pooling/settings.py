"""What an operator can set for the pooling service."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict
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
