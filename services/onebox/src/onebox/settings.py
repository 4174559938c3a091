"""What the command needs to know about this machine."""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_DATA_DIR = Path("var")
DEFAULT_DISTRICT = Path("data/demo")
NO_HTTP = "none"
"""Where an address of HTTP is asked for."""

DataDir = Annotated[
    Path,
    typer.Option(
        "--data-dir", envvar="LANDLINIE_DATA_DIR", help="where databases, the event log and keys are kept"
    ),
]
DistrictDir = Annotated[
    Path, typer.Option("--district", envvar="LANDLINIE_DISTRICT", help="folder of the district to serve")
]

OWN_DISTRICT = "district"
"""Folder in the data folder: the district that was set up here."""
ABOUT = "district.json"
"""What a folder has to have to be a district's."""


def served_district(given: Path | None, data_dir: Path, *, demo: bool) -> Path:
    """The folder of the district to serve: the one named, the installation's own, or the demo's.

    Parameters
    ----------
    demo
        Whether the demo is served where there is none of its own; otherwise that one is still to be set up.
    """
    own = data_dir / OWN_DISTRICT
    if given is not None:
        return given
    return DEFAULT_DISTRICT if demo and not (own / ABOUT).is_file() else own


def bus_path(data_dir: Path) -> Path:
    """The event log."""
    return data_dir / "events.sqlite"
