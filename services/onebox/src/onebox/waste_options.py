"""Options that several commands around tours have."""

from typing import Annotated

import typer

Seed = Annotated[
    int, typer.Option(min=0, help="equal seeds bring the same to the containers, and search alike")
]
OverflowEuro = Annotated[
    float, typer.Option(min=0, max=100_000, help="what a day costs on which one container overflows")
]
Reserves = Annotated[
    list[str] | None,
    typer.Option("--truck", metavar="TRUCK_ID", help="a reserve that drives as well; repeat it"),
]
