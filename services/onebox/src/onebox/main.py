"""The ``landlinie`` command."""

import typer

from onebox.loaded_later import group_of

COMMANDS = {
    "up": "onebox.up:up",
    "warm-up": "onebox.warm_up:warm_up",
    "day": "onebox.day.play:day",
    "book": "onebox.booking:book",
    "rides": "onebox.lists:rides",
    "tours": "onebox.lists:tours",
    "plan": "onebox.journey_plan:plan",
    "book-journey": "onebox.journey_booking:book_journey",
    "cancel-journey": "onebox.journey_booking:cancel_journey",
    "bookings": "onebox.journey_booking:bookings",
    "drive": "onebox.driving:drive",
    "replay": "onebox.replay:replay",
    "doctor": "onebox.doctor:doctor",
    "backup": "onebox.backup.commands:backup",
    "restore": "onebox.backup.commands:restore",
    "solve": "onebox.solve:solve",
    "roads": "onebox.roads:roads",
    "route": "onebox.roads:route",
    "isochrone": "onebox.roads:isochrone",
    "matrix": "onebox.roads:matrix",
    "places": "onebox.named_places:places",
    "open-data": "onebox.open_data:open_data",
    "price": "onebox.price:price",
    "fares": "onebox.fares:fares",
    "alight": "onebox.alight:alight",
    "sandbox-payments": "onebox.sandbox:sandbox_payments",
    "settle": "onebox.settling:settle",
    "week": "onebox.week:week",
    "lag": "onebox.bus_commands:lag",
    "openapi": "onebox.openapi:openapi",
    "topics": "onebox.bus_commands:topics_app",
    "dead-letters": "onebox.bus_commands:dead_letters_app",
    "feed": "onebox.feed:app",
    "driver-link": "onebox.driver_link:driver_link",
    "identity": "onebox.identity:app",
    "tariff": "onebox.tariff:app",
    "district": "onebox.district_add:app",
    "waste": "onebox.waste:app",
    "lifts": "onebox.lifts:app",
}
"""Every command, and where it is: a module with a function, or with commands of its own."""

app = typer.Typer(
    name="landlinie",
    cls=group_of(COMMANDS),
    help="Shared rides and municipal routes of a rural district.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)


@app.callback()
def landlinie() -> None:
    """Shared rides and municipal routes of a rural district."""
