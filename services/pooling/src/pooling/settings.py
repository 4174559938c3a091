"""What an operator can set for the pooling service."""

from pathlib import Path

from pydantic_settings import SettingsConfigDict
from service_kit.settings import ServiceSettings


class PoolingSettings(ServiceSettings):
    """Environment variables begin with ``LANDLINIE_POOLING_``."""

    model_config = SettingsConfigDict(
        env_prefix="LANDLINIE_POOLING_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    data_dir: Path = Path("var")
    """Where the databases are kept."""
