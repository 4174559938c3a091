"""What an operator can set for the waste service."""

from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from service_kit.settings import ServiceSettings
from service_kit.signed_bodies import SHORTEST_SECRET

from waste.entrypoints.mqtt import MqttSettings


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
    holidays: str = Field(
        default="DE",
        pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$",
        description="whose public holidays forecasts know: a country, or its state (DE-MV); none when empty",
    )
    mqtt: MqttSettings = Field(default=MqttSettings(), description="the broker of the sensors' network")
    keep_frames_days: float = Field(
        default=400.0, gt=0, le=3660, description="how long what sensors sent is kept as it came"
    )
    http_address: str | None = Field(
        default=None, description="host:port for webhooks and public pages; none are served without"
    )
    uplink_secret: SecretStr = Field(
        default=SecretStr(""), description="with which uplinks by webhook are signed; 16 places or more"
    )
    uplink_token: SecretStr = Field(
        default=SecretStr(""),
        description="bearer token of networks that cannot sign; 16 places or more, for ASCII headers",
    )
    exports_dir: Path | None = Field(
        default=None, description="where scheduled exports are written; exports in the data folder without"
    )
    mail_host: str = Field(default="", description="takes alarms by e-mail; none go out without it")
    mail_port: int = Field(default=587, ge=1, le=65535, description="of the mail server; 465 for tls")
    mail_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="how the connection is encrypted; none is for this machine"
    )
    mail_sender: str = Field(default="", description="address that alarms come from; needed with a mail_host")
    mail_user: str = Field(default="", description="logs in at the mail server; nobody does without it")
    mail_password: SecretStr = Field(default=SecretStr(""), description="of mail_user")
    mail_ca_file: Path | None = Field(
        default=None, description="certificates (PEM) that the mail server is trusted by; else the system's"
    )

    @model_validator(mode="after")
    def _keys(self) -> "WasteSettings":
        for name in ("uplink_secret", "uplink_token"):
            key: str = getattr(self, name).get_secret_value()
            if key and (len(key) < SHORTEST_SECRET or not key.isascii()):
                raise ValueError(f"{name}: fewer than {SHORTEST_SECRET} ASCII places guard nothing")
        return self

    @model_validator(mode="after")
    def _mail(self) -> "WasteSettings":
        if self.mail_host and "@" not in self.mail_sender:
            raise ValueError(f"mail_sender: {self.mail_sender!r} is no address, and mail_host is set")
        here = self.mail_host in {"localhost", "127.0.0.1", "::1"}
        if self.mail_host and self.mail_security == "none" and not here:
            raise ValueError(f"mail_security: 'none' to {self.mail_host!r}, which is not this machine")
        return self


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
