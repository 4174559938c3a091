"""``landlinie openapi``: the description of the HTTP interface, for programs that make clients of it."""

import json
from pathlib import Path
from typing import Annotated

import typer
from gateway.bootstrap import description


def openapi(
    out: Annotated[Path | None, typer.Option(help="file to write; standard output without")] = None,
) -> None:
    """Write the OpenAPI description of the HTTP interface."""
    text = json.dumps(description(), indent=2, ensure_ascii=False) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, "utf-8")
