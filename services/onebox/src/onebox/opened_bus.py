"""The installation's bus, for commands that look into it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer
from pydantic import ValidationError
from service_kit.bus import Bus, BusUnavailable
from service_kit.bus_settings import BusSettings
from service_kit.identity.local_issuer import NoLocalIdentity, tenant_of
from service_kit.open_bus import open_bus
from service_kit.start_trouble import sentence_about

from onebox.settings import bus_path


@contextmanager
def opened_bus(data_dir: Path) -> Iterator[Bus]:
    """Open the bus of the settings; the command ends with exit code 1, saying why, where that fails."""
    settings = bus_settings()
    if settings.is_embedded and not bus_path(data_dir).exists():
        fail(f"There is no event log at {bus_path(data_dir)}. Start the services with: landlinie up")
    try:
        bus = open_bus(settings, bus_path(data_dir), tenant_of(data_dir))
        try:
            yield bus
        finally:
            bus.close()
    except (BusUnavailable, NoLocalIdentity) as error:
        fail(str(error))


def bus_settings(**given: str) -> BusSettings:
    """Return the settings, some of them given; the command ends where they make no sense."""
    try:
        return BusSettings(**given)  # type: ignore[arg-type] # checked by the settings themselves
    except ValidationError as error:
        fail(sentence_about(error))


def fail(why: str) -> NoReturn:
    """End the command with exit code 1."""
    typer.echo(why, err=True)
    raise typer.Exit(1)
