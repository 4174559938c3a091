"""``landlinie feed``: the facts as they are published, and commands on timetable feeds."""

from contextlib import suppress
from importlib import import_module
from typing import Annotated

import typer
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.symbol_database import Default
from rich.console import Console
from service_kit.bus import Delivery
from service_kit.event_payload import unpack

from onebox.feed_flex import feed_flex
from onebox.feed_merge import feed_merge
from onebox.feed_validate import feed_validate
from onebox.opened_bus import opened_bus
from onebox.settings import DEFAULT_DATA_DIR, DataDir

# The modules whose import makes their messages known by name.
FACTS = tuple(
    f"landlinie.{room}.events.v1.{name}_events_pb2"
    for room, names in {
        "pooling": ("ride", "vehicle"),
        "network": ("road",),
        "ticketing": ("settlement",),
        "waste": ("container", "alarm", "tour", "yard"),
        "journeys": ("booking", "car", "lift"),
    }.items()
    for name in names
)

app = typer.Typer(invoke_without_command=True)
app.command("validate")(feed_validate)
app.command("merge")(feed_merge)
app.command("flex")(feed_flex)


@app.callback()
def feed(
    context: typer.Context,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    topic: Annotated[list[str] | None, typer.Option(help="only these topics; again for more")] = None,
    from_start: Annotated[bool, typer.Option("--from-start", help="first what is stored already")] = False,
    follow: Annotated[bool, typer.Option("--follow/--no-follow", help="go on as events come in")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
) -> None:
    """Show events as they are published; or check and write timetable feeds."""
    if context.invoked_subcommand is not None:
        return
    for module in FACTS:
        import_module(module)
    with suppress(KeyboardInterrupt), opened_bus(data_dir) as bus:
        topics = topic or bus.topics()
        with bus.tail(topics) as tail:
            if from_start:
                for delivery in bus.read(topics):
                    _show(delivery, as_json=as_json)
            while follow:
                for delivery in tail.poll(100, 1.0):
                    _show(delivery, as_json=as_json)


def _show(delivery: Delivery, *, as_json: bool) -> None:
    event = delivery.event
    fact = MessageToJson(_decoded(delivery), preserving_proto_field_name=True, indent=None)
    if as_json:
        typer.echo(
            f'{{"topic": "{delivery.topic}", "partition": {delivery.partition}, "offset": {delivery.offset}, '
            f'"id": "{event.id}", "key": "{event.key}", "type": "{event.type}", '
            f'"time": "{event.time.isoformat()}", "data": {fact}}}'
        )
    else:
        name = event.type.rpartition(".")[2]
        Console(highlight=False, soft_wrap=True).print(
            f"[dim]{event.time:%Y-%m-%d %H:%M:%S}[/dim] [bold]{name}[/bold] [dim]{event.key}[/dim] {fact}",
            markup=True,
        )


def _decoded(delivery: Delivery) -> Message:
    kind = GetMessageClass(Default().pool.FindMessageTypeByName(delivery.event.type))
    return unpack(delivery.event, kind)
