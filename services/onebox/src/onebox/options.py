"""Options that several commands have."""

from typing import Annotated

import typer

Address = Annotated[
    str, typer.Option("--address", envvar="LANDLINIE_ADDRESS", help="host:port of the running services")
]
AsJson = Annotated[bool, typer.Option("--json", help="print the answer as JSON")]
