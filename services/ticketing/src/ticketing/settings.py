"""What an operator can set for the ticketing service."""

from pathlib import Path

from pydantic import AwareDatetime, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from service_kit.settings import ServiceSettings


class TicketingSettings(ServiceSettings):
    """Environment variables begin with ``LANDLINIE_TICKETING_``."""

    model_config = SettingsConfigDict(
        env_prefix="LANDLINIE_TICKETING_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    data_dir: Path = Path("var")
    """Where the databases are kept."""
    keep_traces_days: float = Field(
        default=14.0, gt=0, le=92, description="how long after its upload a trace is kept"
    )
    settle_at_once: int = Field(
        default=8, ge=1, le=500, description="riders whose settlement one transaction counts"
    )
    operator_name: str | None = Field(
        default=None, max_length=70, description="who bills, as statements name it; the district without one"
    )
    creditor_id: str | None = Field(default=None, description="for SEPA debits, as the central bank gave it")
    creditor_name: str | None = Field(
        default=None, description="of the bank account; operator_name without one"
    )
    creditor_iban: str | None = Field(default=None, description="where debits are credited")
    creditor_bic: str | None = Field(default=None, description="of that account; may be left out")
    debit_after_bank_days: int = Field(
        default=5, ge=1, le=30, description="bank days from the end of a period to its debit"
    )
    payments_url: str | None = Field(
        default=None, description="the payment provider's address; none without one"
    )
    payments_secret: SecretStr | None = Field(default=None, description="the provider's bearer token")
    payments_webhook_address: str | None = Field(
        default=None, description="host:port on which the provider tells what happened; none without one"
    )
    payments_webhook_secret: SecretStr | None = Field(
        default=None, description="with which the provider signs what it tells; 16 places or more"
    )
    payments_timeout_s: float = Field(
        default=5.0, gt=0, le=60, description="how long one call to the provider may wait"
    )

    @model_validator(mode="after")
    def _signed(self) -> "TicketingSettings":
        secret = self.payments_webhook_secret
        if self.payments_webhook_address and (secret is None or len(secret.get_secret_value()) < 16):
            raise ValueError("payments_webhook_secret: fewer than 16 places sign nothing")
        return self


class ProcessSettings(BaseSettings):
    """What the service needs when it runs as a process of its own; variables begin with ``LANDLINIE_``."""

    model_config = SettingsConfigDict(env_prefix="LANDLINIE_", frozen=True, extra="forbid")

    data_dir: Path = Path("var")
    """Where databases and the event log are kept that lie nowhere else."""
    district: Path = Path("data/demo")
    """Folder of the district that is served."""
    ticketing_address: str = "127.0.0.1:50052"
    """``host:port`` to listen on; port 0 takes any free one."""
    simulated_clock: AwareDatetime | None = None
    """Where a clock starts that only moves when it is told by a call; the system's clock without."""
