"""What an operator can set for the pooling service."""

from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from service_kit.settings import ServiceSettings

from pooling.domain.emissions import Emissions
from pooling.domain.fleet import VehicleKind


class Co2Settings(BaseModel):
    """Grams of carbon dioxide by the kilometre: round figures; the operator's own are better."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    buergerbus_g_per_km: int = Field(default=220, ge=0, le=5000)
    anrufbus_g_per_km: int = Field(default=220, ge=0, le=5000)
    doerpsmobil_g_per_km: int = Field(default=60, ge=0, le=5000)
    taxi_g_per_km: int = Field(default=160, ge=0, le=5000)
    car_g_per_km: int = Field(default=160, ge=0, le=5000)
    """Of the private car that a completed ride takes the place of."""

    def emissions(self) -> Emissions:
        """The same as the figures reckon with."""
        by_kind = {kind: int(getattr(self, f"{kind.value}_g_per_km")) for kind in VehicleKind}
        return Emissions(by_kind, self.car_g_per_km)


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
    co2: Co2Settings = Co2Settings()


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
