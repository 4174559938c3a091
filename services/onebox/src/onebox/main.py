"""The ``landlinie`` command."""

import typer

from onebox import booking, doctor, feed, up
from onebox.day import play

app = typer.Typer(
    name="landlinie",
    help="Shared rides and municipal routes of a rural district.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
for command in (up.up, play.day, booking.book, booking.rides, booking.plan, feed.feed, doctor.doctor):
    app.command()(command)
