"""What a long command is at, shown while it works."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@contextmanager
def steps(first: str) -> Iterator[Callable[[str], None]]:
    """Show a step and the time since the first one, on a terminal at stderr; yields what shows the next."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        transient=True,
        console=Console(stderr=True),
    ) as bar:
        task = bar.add_task(first)
        yield lambda step: bar.update(task, description=step)
