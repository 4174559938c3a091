"""``landlinie topics``, ``dead-letters`` and ``lag``: looking after the bus, in both shapes."""

import json
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from service_kit import kafka_topics
from service_kit.bus import BusUnavailable, check_group
from service_kit.dead_letters import DeadLetter, dead_letters, replay_dead_letters, retry_topic
from service_kit.events import check_topic
from service_kit.open_bus import kafka_connection
from service_kit.topics import Topic, declared_by, with_dead_letters

from onebox.opened_bus import bus_settings, fail, opened_bus
from onebox.options import AsJson
from onebox.settings import DEFAULT_DATA_DIR, DataDir

DECLARING = ("pooling", "ticketing", "waste", "journeys")
"""The packages that ship a ``topics.toml``."""


def _checked(check: Callable[[str], None]) -> Callable[[str], str]:
    def checked(name: str) -> str:
        try:
            check(name)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        return name

    return checked


TopicName = Annotated[
    str, typer.Argument(help="for example landlinie.pooling.ride.v1", callback=_checked(check_topic))
]
GroupName = Annotated[
    str, typer.Argument(help="of consumers, for example pooling-board", callback=_checked(check_group))
]

console = Console(highlight=False, soft_wrap=True)
topics_app = typer.Typer(help="The topics of Kafka.", no_args_is_help=True)
dead_letters_app = typer.Typer(help="Events that a group could not take.", no_args_is_help=True)


@topics_app.command("apply")
def apply_topics(
    kafka: Annotated[
        str | None, typer.Option(help="HOST:PORT,HOST:PORT in place of LANDLINIE_BUS_URL")
    ] = None,
    replication: Annotated[
        int | None, typer.Option(min=1, max=9, help="copies of every event; the cluster's default without")
    ] = None,
    min_in_sync: Annotated[
        int | None,
        typer.Option(
            min=1, max=9, help="copies that make an event count; all but one of --replication without"
        ),
    ] = None,
    raise_partitions: Annotated[
        bool, typer.Option("--raise-partitions", help="even though keys change partitions then")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only show the differences")] = False,
) -> None:
    """Make Kafka's topics what the services declare, and show how they differed."""
    settings = bus_settings() if kafka is None else bus_settings(url=f"kafka://{kafka}")
    if settings.is_embedded:
        console.print("The embedded bus makes its topics by itself: there is nothing to apply.")
        return
    try:
        differences = kafka_topics.apply(
            kafka_connection(settings),
            with_dead_letters(declared()),
            replication=replication,
            min_in_sync=min_in_sync,
            raise_partitions=raise_partitions,
            dry_run=dry_run,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    except BusUnavailable as error:
        fail(str(error))
    for difference in differences:
        left = f"  left: {difference.hindrance}" if difference.hindrance else ""
        console.print(
            escape(
                f"{difference.topic}  {difference.what}: {difference.found} -> {difference.declared}{left}"
            )
        )
    to_do = [difference for difference in differences if not difference.hindrance]
    done = "would change" if dry_run else "changed"
    console.print(f"{len(to_do)} {done}, {len(differences) - len(to_do)} left, of {len(declared())} declared")


@dead_letters_app.command("list")
def list_dead_letters(
    topic: TopicName, group: GroupName, data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False
) -> None:
    """Show the dead letters, oldest first."""
    with opened_bus(data_dir) as bus:
        letters = dead_letters(bus, topic, group)
    for letter in letters:
        if as_json:
            typer.echo(json.dumps(_as_json(letter)))
        else:
            event = letter.delivery.event
            state = "replayed" if letter.is_replayed else "waits"
            console.print(
                f"{event.time:%Y-%m-%d %H:%M:%S}  [bold]{escape(event.type.rpartition('.')[2])}[/bold]  "
                f"{escape(event.id)}  {escape(event.key)}  {state}  [red]{escape(letter.error)}[/red]"
            )
    if not as_json:
        waiting = sum(not letter.is_replayed for letter in letters)
        console.print(f"{len(letters)} dead letters, {waiting} to replay")


@dead_letters_app.command("replay")
def replay(topic: TopicName, group: GroupName, data_dir: DataDir = DEFAULT_DATA_DIR) -> None:
    """Give the group, and nobody else, the dead letters it has not been given again yet."""
    with opened_bus(data_dir) as bus:
        count = replay_dead_letters(bus, topic, group)
    console.print(f"{count} dead letters were given to {escape(group)} again")


def lag(data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """Show how many events each group has yet to take, by topic and partition."""
    with opened_bus(data_dir) as bus:
        lags = [
            (group, lag) for group, topics in groups_of(declared()).items() for lag in bus.lag(group, topics)
        ]
    for group, lag in lags:
        if as_json:
            typer.echo(
                json.dumps(
                    {
                        "group": group,
                        "topic": lag.topic,
                        "partition": lag.partition,
                        "next_offset": lag.next_offset,
                        "end_offset": lag.end_offset,
                        "event_count": lag.event_count,
                    }
                )
            )
        elif lag.event_count:
            console.print(f"{group}  {lag.topic}  partition {lag.partition}: {lag.event_count} behind")
    if not as_json:
        console.print(f"{sum(lag.event_count for _, lag in lags)} events behind in {len(lags)} partitions")


def declared() -> list[Topic]:
    """Return the topics of all services."""
    return declared_by(*DECLARING)


def groups_of(topics: list[Topic]) -> dict[str, list[str]]:
    """Return what each group reads, the topics it retries from included."""
    groups: dict[str, list[str]] = {}
    for topic in topics:
        for group in topic.groups:
            groups.setdefault(group, []).extend([topic.name, retry_topic(topic.name, group)])
    return groups


def _as_json(letter: DeadLetter) -> dict[str, object]:
    event = letter.delivery.event
    return {
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "key": event.key,
        "time": event.time.isoformat(),
        "partition": letter.delivery.partition,
        "offset": letter.delivery.offset,
        "error": letter.error,
        "is_replayed": letter.is_replayed,
    }
