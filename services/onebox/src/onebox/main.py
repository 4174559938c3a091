"""The ``landlinie`` command."""

import typer

from onebox import booking, doctor, feed, up

app = typer.Typer(
    name="landlinie",
    help="Shared rides and municipal routes of a rural district.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
for command in (up.up, booking.book, booking.rides, booking.plan, feed.feed, doctor.doctor):
    app.command()(command)
