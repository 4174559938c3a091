"""``landlinie open-data``: everything that the district publishes, written to a folder."""

from pathlib import Path, PurePosixPath
from typing import Annotated

import typer
from landlinie.journeys.v1 import open_data_pb2
from rich.console import Console

from onebox.client import DEADLINE_S, DEFAULT_ADDRESS, connected
from onebox.credentials import credential
from onebox.options import Address, Token
from onebox.settings import DEFAULT_DATA_DIR, DataDir

WRONG = 2
"""Exit code when the folder cannot be written."""


def open_data(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="where the documents are written")],
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
) -> None:
    """Write GBFS, GTFS-Flex and GTFS-Realtime as they are published now."""
    console = Console(highlight=False, soft_wrap=True)
    with connected(address, credential(token, data_dir)) as services:
        listed = services.open_data.ListOpenData(open_data_pb2.ListOpenDataRequest(), timeout=DEADLINE_S)
        for document in listed.documents:
            request = open_data_pb2.GetOpenDataRequest(name=document.name)
            answer = services.open_data.GetOpenData(request, timeout=DEADLINE_S)
            try:
                path = _written(folder, document.name, answer.content)
            except OSError as error:
                typer.echo(f"{error.filename}: {error.strerror}", err=True)
                raise typer.Exit(WRONG) from error
            console.print(f"{path} [dim]{document.standard}, {len(answer.content)} bytes[/dim]")


def _written(folder: Path, name: str, content: bytes) -> Path:
    """Write one document; its name is a path below the folder, whatever a server calls it."""
    parts = PurePosixPath(name).parts
    if not parts or any(part in {"..", "/"} or "\\" in part or ":" in part for part in parts):
        raise OSError(0, "is no name of a document", name)
    path = folder.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
