"""Which bus an installation has."""

import re
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

EMBEDDED = "embedded"
_SCHEME = "kafka://"
_SERVER = re.compile(r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}")


class BusSettings(BaseSettings):
    """Environment variables begin with ``LANDLINIE_BUS_``, and are the same for all services.

    Raises
    ------
    ValueError
        When a field or the combination of several makes no sense; secrets are not shown.
    """

    model_config = SettingsConfigDict(
        env_prefix="LANDLINIE_BUS_", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    url: str = Field(default=EMBEDDED, description="``embedded``, or ``kafka://HOST:PORT,HOST:PORT``")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="how Kafka is spoken to"
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    tls_ca_file: Path | None = Field(default=None, description="whose certificates are believed")
    tls_certificate_file: Path | None = Field(
        default=None, description="our own, where the brokers ask for it"
    )
    tls_key_file: Path | None = None
    timeout_s: float = Field(
        default=10.0, ge=1, le=120, description="without an answer for so long the bus is unavailable"
    )
    session_timeout_s: float = Field(
        default=10.0,
        ge=6,
        le=300,
        description="how long a consumer that is not heard of keeps its partitions",
    )

    @field_validator("url")
    @classmethod
    def _is_known(cls, url: str) -> str:
        if url != EMBEDDED and not (
            url.startswith(_SCHEME) and all(map(_SERVER.fullmatch, url.removeprefix(_SCHEME).split(",")))
        ):
            raise ValueError(f"url is neither {EMBEDDED!r} nor kafka://HOST:PORT,HOST:PORT")
        return url

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        named = self.sasl_username is not None, self.sasl_password is not None
        if self.security_protocol.startswith("SASL_"):
            if not all(named):
                raise ValueError(
                    f"security_protocol {self.security_protocol} needs sasl_username and sasl_password"
                )
        elif any(named):
            raise ValueError(f"security_protocol {self.security_protocol} sends no sasl_username or password")
        if (self.tls_certificate_file is None) != (self.tls_key_file is None):
            raise ValueError("tls_certificate_file and tls_key_file: give both or none")
        return self

    @property
    def is_embedded(self) -> bool:
        return self.url == EMBEDDED

    @property
    def servers(self) -> list[str]:
        """``host:port`` of Kafka's brokers; none when the bus is embedded."""
        return [] if self.is_embedded else self.url.removeprefix(_SCHEME).split(",")

    def security(self) -> dict[str, Any]:
        """Return what Kafka's client needs to prove who we are, by its own names; secrets among them."""
        options: dict[str, Any] = {"security_protocol": self.security_protocol}
        if self.sasl_password is not None:
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.sasl_username
            options["sasl_plain_password"] = self.sasl_password.get_secret_value()
        for name, file in (
            ("ssl_cafile", self.tls_ca_file),
            ("ssl_certfile", self.tls_certificate_file),
            ("ssl_keyfile", self.tls_key_file),
        ):
            if file is not None:
                options[name] = str(file)
        return options
