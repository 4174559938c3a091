"""``landlinie waste``: sensors' frames, forecasts and tours at the command line."""

import typer

app = typer.Typer(help="Containers, their sensors and the tours that empty them.", no_args_is_help=True)


@app.callback()
def waste() -> None:
    """Containers, their sensors and the tours that empty them."""
