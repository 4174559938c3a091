"""What the command needs to know about this machine."""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_DATA_DIR = Path("var")
DEFAULT_DISTRICT = Path("data/demo")

DataDir = Annotated[
    Path,
    typer.Option(
        "--data-dir", envvar="LANDLINIE_DATA_DIR", help="where databases, the event log and keys are kept"
    ),
]
DistrictDir = Annotated[
    Path, typer.Option("--district", envvar="LANDLINIE_DISTRICT", help="folder of the district to serve")
]


def bus_path(data_dir: Path) -> Path:
    """The event log."""
    return data_dir / "events.sqlite"
