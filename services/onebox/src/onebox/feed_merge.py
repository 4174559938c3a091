"""``landlinie feed merge``: several GTFS feeds as one."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from timetable.merging.merge import MergeError, merge_feeds
from timetable.tables import FeedError

from onebox.feed_sources import SourceError, feed_path

WRONG_INPUT = 2
SHOWN = 20

Sources = Annotated[
    list[str], typer.Argument(metavar="PREFIX=FILE|DIR|URL…", help="feeds, each with what its ids get")
]
Out = Annotated[Path, typer.Option("--out", dir_okay=False, help="the zip to write")]


def feed_merge(sources: Sources, out: Out) -> None:
    """Write several feeds as one; every id gets its feed's prefix and a colon."""
    named = [source.partition("=") for source in sources]
    for prefix, sign, source in named:
        if not sign or not source or sum(prefix == other for other, _, _ in named) > 1:
            typer.echo(f"{prefix}{sign}{source}: not PREFIX=FEED with a prefix of its own", err=True)
            raise typer.Exit(WRONG_INPUT)
    try:
        with ExitStack() as stack:
            feeds = {prefix: stack.enter_context(feed_path(source)) for prefix, _, source in named}
            findings = merge_feeds(feeds, out)
    except (SourceError, MergeError, FeedError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from error
    except OSError as error:
        typer.echo(f"{error.filename}: {error.strerror}", err=True)
        raise typer.Exit(WRONG_INPUT) from error
    for number, found in enumerate(findings):
        if number < SHOWN:
            typer.echo(str(found))
    typer.echo(f"{out}: {len(feeds)} feeds, {findings.count} findings")
