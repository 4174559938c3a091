"""What running services tell whoever waits for them: where they are reached."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Ready:
    """Addresses of services that take calls.

    Parameters
    ----------
    address
        ``host:port``; several, divided by commas, where there are replicas.
    metrics_addresses
        Of each process's HTTP port.
    bus_url
        As ``LANDLINIE_BUS_URL`` has it.
    http_address
        Of the gateway, where there is one.
    """

    address: str
    metrics_addresses: tuple[str, ...]
    bus_url: str
    http_address: str | None = None

    def write(self, path: Path) -> None:
        """Write it as JSON; whoever waits for the file never sees half of it."""
        half = path.with_suffix(".part")
        half.write_text(json.dumps(asdict(self)), "utf-8")
        half.replace(path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what was written."""
        told = json.loads(path.read_text("utf-8"))
        return cls(told["address"], tuple(told["metrics_addresses"]), told["bus_url"], told["http_address"])
