"""``landlinie replay``: the board built a second time, from the log alone, and compared."""

import tempfile
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa
import typer
from pooling.adapters import board, fact_messages
from pooling.adapters.board import Board
from service_kit.consumers import ConsumerRunner
from service_kit.database import open_engine
from service_kit.embedded_bus import EmbeddedBus

from onebox.settings import DEFAULT_DATA_DIR, DataDir, bus_path


def replay(
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Read the whole log as a new consumer group and compare what comes of it; exit code 1 if it differs."""
    group = f"replay-{uuid4().hex[:12]}"
    if not bus_path(data_dir).exists():
        typer.echo(f"There is no event log at {bus_path(data_dir)}", err=True)
        raise typer.Exit(1)
    kept = digest_of(data_dir / "board.sqlite")
    with tempfile.TemporaryDirectory(prefix="landlinie-replay-") as folder:
        count, again = replayed(bus_path(data_dir), Path(folder) / "board.sqlite", group)
    typer.echo(f"{board.GROUP}: {kept}")
    typer.echo(f"{group}: {again} from {count} events")
    if kept != again:
        typer.echo(
            "The two differ. Is the first one still reading? Try again when no call is under way.", err=True
        )
        raise typer.Exit(1)
    typer.echo("The same.")


def replayed(log: Path, database: Path, group: str) -> tuple[int, str]:
    """Build a board from the log as ``group``; how many events that took, and its digest."""
    engine = open_engine(sa.URL.create("sqlite", database=str(database)))
    bus = EmbeddedBus(log)
    try:
        copy = Board(engine)
        count = ConsumerRunner(bus, engine, group, fact_messages.TOPICS, copy.take).run_until_caught_up()
        return count, copy.digest()
    finally:
        bus.close()
        engine.dispose()


def digest_of(database: Path) -> str:
    """Digest of a board as it is kept."""
    engine = open_engine(sa.URL.create("sqlite", database=str(database)))
    try:
        return Board(engine).digest()
    finally:
        engine.dispose()
