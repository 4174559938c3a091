"""``landlinie replay``: the board built a second time, from the log alone, and compared."""

import tempfile
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa
import typer
from pooling.adapters import board, fact_messages
from pooling.adapters.board import Board
from pooling.settings import Co2Settings
from service_kit.bus import Bus
from service_kit.consumers import ConsumerRunner
from service_kit.database import database_url, open_engine
from service_kit.identity.local_issuer import tenant_of
from service_kit.settings import StoreSettings

from onebox.opened_bus import bus_settings, opened_bus
from onebox.settings import DEFAULT_DATA_DIR, DataDir

JOINING_S = 10.0


def replay(
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Read the whole log as a new consumer group and compare what comes of it; exit code 1 if it differs."""
    group = f"replay-{uuid4().hex[:12]}"
    with opened_bus(data_dir) as bus, tempfile.TemporaryDirectory(prefix="landlinie-replay-") as folder:
        kept = digest_of(data_dir)
        # Whoever joins a group of Kafka's gets nothing until the group has settled.
        wait_s = 0.0 if bus_settings().is_embedded else JOINING_S
        count, again = replayed(bus, Path(folder) / "board.sqlite", group, tenant_of(data_dir), wait_s)
    typer.echo(f"{board.GROUP}: {kept}")
    typer.echo(f"{group}: {again} from {count} events")
    if kept != again:
        typer.echo(
            "The two differ. Is the first one still reading? Try again when no call is under way.", err=True
        )
        raise typer.Exit(1)
    typer.echo("The same.")


def replayed(bus: Bus, database: Path, group: str, tenant: str, wait_s: float = 0.0) -> tuple[int, str]:
    """Build a tenant's board from the log as ``group``; how many events were read, and its digest."""
    engine = open_engine(sa.URL.create("sqlite", database=str(database)))
    try:
        copy = Board(engine, Co2Settings().emissions())
        take = fact_messages.of_tenant(tenant, copy.take)
        runner = ConsumerRunner(bus, engine, group, fact_messages.TOPICS, take)
        return runner.run_until_caught_up(wait_s), copy.digest()
    finally:
        engine.dispose()


def digest_of(data_dir: Path) -> str:
    """Digest of the board as it is kept."""
    engine = open_engine(database_url(StoreSettings(), data_dir, "board"))
    try:
        return Board(engine, Co2Settings().emissions()).digest()
    finally:
        engine.dispose()
