"""``landlinie price``: the best price of many accounts, one JSON line each."""

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from ticketing.application.pricing import BestPrice
from ticketing.bootstrap import best_price
from ticketing.domain.errors import TicketingError
from ticketing.entrypoints.price_files import Tariffs, priced_lines, read_tariffs

WRONG_FILE = 2
"""Exit code when a file or an account in it could not be read or priced."""
ACCOUNTS_AT_A_TIME = 200
BATCHES_AHEAD = 3
"""So many batches per process are read before their turn: memory stays flat however long the file is."""

Products = Annotated[
    Path, typer.Option("--products", metavar="FILE", dir_okay=False, help="the tariffs, as JSON")
]
Accounts = Annotated[
    Path, typer.Argument(metavar="ACCOUNTS.jsonl", dir_okay=False, help="one account with its rides per line")
]
Jobs = Annotated[
    int | None, typer.Option(min=1, help="processes that price at the same time", show_default="all cores")
]

Numbered = tuple[int, str]
Priced = tuple[int, str, bool]


def price(accounts: Accounts, products: Products, jobs: Jobs = None) -> None:
    """Print the cheapest bill of every account, in the file's order; exit code 2 if one had none.

    What is wrong with an account is told on stderr with its line; the others are priced all the same.
    """
    wrong = False
    try:
        tariffs_text = products.read_text(encoding="utf-8")
        read_tariffs(tariffs_text)
    except (OSError, UnicodeDecodeError, TicketingError) as error:
        typer.echo(f"{products}: {_reason(error)}", err=True)
        raise typer.Exit(WRONG_FILE) from error
    try:
        for number, text, good in _all_priced(tariffs_text, accounts, jobs or len(os.sched_getaffinity(0))):
            if good:
                typer.echo(text)
            else:
                wrong = True
                typer.echo(f"{accounts}:{number}: {text}", err=True)
    except (OSError, UnicodeDecodeError) as error:
        typer.echo(f"{accounts}: {_reason(error)}", err=True)
        wrong = True
    if wrong:
        raise typer.Exit(WRONG_FILE)


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _all_priced(tariffs_text: str, accounts: Path, jobs: int) -> Iterator[Priced]:
    with accounts.open(encoding="utf-8") as lines:
        filled = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
        batches = iter(lambda: tuple(islice(filled, ACCOUNTS_AT_A_TIME)), ())
        if jobs == 1:
            for batch in batches:
                yield from _priced(tariffs_text, batch)
            return
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, mp_context=context) as workers:
            ahead: deque[Future[list[Priced]]] = deque()
            for batch in batches:
                ahead.append(workers.submit(_priced, tariffs_text, batch))
                if len(ahead) > jobs * BATCHES_AHEAD:
                    yield from ahead.popleft().result()
            while ahead:
                yield from ahead.popleft().result()


@cache
def _ready(tariffs_text: str) -> tuple[BestPrice, Tariffs]:
    return best_price(), read_tariffs(tariffs_text)


def _priced(tariffs_text: str, batch: tuple[Numbered, ...]) -> list[Priced]:
    service, tariffs = _ready(tariffs_text)
    told = priced_lines(service, tariffs, [line for _, line in batch])
    return [(number, str(each), isinstance(each, str)) for (number, _), each in zip(batch, told, strict=True)]
