"""Options that several commands have."""

from typing import Annotated

import typer

Address = Annotated[
    str, typer.Option("--address", envvar="LANDLINIE_ADDRESS", help="host:port of the running services")
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="LANDLINIE_TOKEN",
        help="access token or service key; without one the data folder's own key is used",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="print the answer as JSON")]
