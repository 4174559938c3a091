"""The ``landlinie`` command."""

import typer

from onebox import (
    alight,
    booking,
    bus_commands,
    district_add,
    doctor,
    driving,
    fares,
    feed,
    identity,
    journey_plan,
    lists,
    named_places,
    price,
    replay,
    roads,
    sandbox,
    settling,
    solve,
    tariff,
    up,
    waste,
    week,
)
from onebox.backup import commands as backups
from onebox.day import play

app = typer.Typer(
    name="landlinie",
    help="Shared rides and municipal routes of a rural district.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
for command in (
    up.up,
    play.day,
    booking.book,
    lists.rides,
    lists.tours,
    journey_plan.plan,
    driving.drive,
    replay.replay,
    doctor.doctor,
    backups.backup,
    backups.restore,
    solve.solve,
    roads.roads,
    roads.route,
    roads.isochrone,
    roads.matrix,
    named_places.places,
    price.price,
    fares.fares,
    alight.alight,
    sandbox.sandbox_payments,
    settling.settle,
    week.week,
    bus_commands.lag,
):
    app.command()(command)
app.add_typer(bus_commands.topics_app, name="topics")
app.add_typer(bus_commands.dead_letters_app, name="dead-letters")
app.add_typer(feed.app, name="feed")
app.add_typer(identity.app, name="identity")
app.add_typer(tariff.app, name="tariff")
app.add_typer(district_add.app, name="district")
app.add_typer(waste.app, name="waste")
