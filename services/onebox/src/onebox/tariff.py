"""``landlinie tariff``: what a tariff file holds or what is wrong with it; tariffs to GTFS Fares and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
from ticketing.adapters.tariff_feed import TARIFF_FILE, read_tariff_feed, write_tariff_feed
from ticketing.adapters.tariff_of_fares import tariff_of_fares
from ticketing.adapters.tariff_writing import write_tariff
from ticketing.bootstrap import tariff_book
from ticketing.domain.errors import TicketingError
from ticketing.domain.products import Product, Validity
from ticketing.domain.tariff import Tariff, TariffBook
from timetable.tables import Feed, FeedError

WRONG_FILE = 2
"""Exit code when a file could not be read, or is wrong."""

app = typer.Typer(help="Tariffs as files.", no_args_is_help=True)

TariffPath = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="tariff, as YAML")]
NewFolder = Annotated[Path, typer.Argument(metavar="FOLDER", help="new or empty folder for the tables")]
FeedPath = Annotated[Path, typer.Argument(metavar="FEED", help="GTFS feed, a folder or a zip")]
Settled = Annotated[Literal["week", "month"], typer.Option(help="period of a bill, where the feed has none")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE…", dir_okay=False, help="tariffs, as YAML")]


@app.command()
def check(files: Files) -> None:
    """Print what each file holds, or every mistake with its line; exit code 2 if there was one."""
    wrong = False
    for path in files:
        try:
            book = tariff_book(path)
        except OSError as error:
            wrong = True
            typer.echo(f"{path}: {error.strerror}", err=True)
        except UnicodeDecodeError as error:
            wrong = True
            typer.echo(f"{path}: {error}", err=True)
        except TicketingError as error:
            wrong = True
            for problem in str(error).splitlines():
                typer.echo(f"{path}:{problem}", err=True)
        else:
            typer.echo(f"{path}: {_told(book)}")
    if wrong:
        raise typer.Exit(WRONG_FILE)


@app.command("export")
def to_fares(file: TariffPath, folder: NewFolder) -> None:
    """Write a tariff as tables of GTFS Fares v2 and a tariff file with what these cannot say.

    What the tables leave out is told on stderr. Exit code 2 if the tariff is wrong or the folder not empty.
    """
    with _told_errors(file):
        book = tariff_book(file)
    with _told_errors(folder):
        for left_out in write_tariff_feed(book, folder):
            typer.echo(f"not in the tables: {left_out}", err=True)


@app.command("import")
def from_fares(feed: FeedPath, file: TariffPath, settled: Settled = "month") -> None:
    """Write the tariff of a feed as a file that is not there yet.

    A feed made by export has the tariff itself in it. Of another one's Fares v2 a tariff is made if that can
    say the same; what the feed says beside is told on stderr. Exit code 2 with the rows in the way if not.
    """
    with _told_errors(feed), Feed(feed) as opened:
        if opened.has(TARIFF_FILE):
            book = read_tariff_feed(opened)
        else:
            made = tariff_of_fares(opened, Validity(settled))
            book = made.book
            for beside in made.beside:
                typer.echo(f"not in the tariff: {beside}", err=True)
        text = write_tariff(book)
    with _told_errors(file), file.open("x", encoding="utf-8") as written:
        written.write(text)


@contextmanager
def _told_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeDecodeError, TicketingError, FeedError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        for problem in reason.splitlines():
            typer.echo(f"{path}: {problem}", err=True)
        raise typer.Exit(WRONG_FILE) from error


def _told(book: TariffBook) -> str:
    first = book.versions[0]
    begins = f"{first.day_starts_min // 60:02}:{first.day_starts_min % 60:02}"
    head = (
        f"tariff {book.id}, {first.currency}, {first.timezone}; service days start at {begins};"
        f" a {first.settled} is one bill, reopened by late rides for {first.late_days} days;"
        f" riders: {', '.join(category.id for category in first.categories)}"
    )
    lines = [head]
    for version in book.versions:
        lines += _version(version)
    return "\n".join(lines)


def _version(version: Tariff) -> list[str]:
    rules = [
        f"{len(version.relations)} pairs of places with a price level" if version.relations else "",
        f"{version.transfer_min} min to change vehicles",
        f"{len(version.holidays)} holidays" if version.holidays else "",
    ]
    return [
        f"  {version.id}, from {version.valid_from}: {', '.join(filter(None, rules))}",
        *(f"    {_product(product)}" for product in version.products),
        *(f"    {product.id}: owned, from elsewhere{_source(product)}" for product in version.ownable),
    ]


def _product(product: Product) -> str:
    length = product.minutes or product.days or product.uses
    unit = "min" if product.minutes else "service days" if product.days else "uses"
    kind = f"{product.validity}{f' of {length} {unit}' if length else ''}"
    further = ""
    if product.distance is not None and product.distance.steps:
        further = f" and by {len(product.distance.steps)} steps of length"
    elif product.distance is not None:
        further = f" and {_money(product.distance.per_km_cents)} per started km"
    places = ", ".join(f"{place.count} {'/'.join(sorted(place.categories))}" for place in product.places)
    return (
        f"{product.id}: {'cap, ' if product.cap else ''}{kind}, {_money(product.price_cents)}{further},"
        f" for {places}{_source(product)}"
    )


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _source(product: Product) -> str:
    return f" ({product.source.text}, {product.source.year})" if product.source else ""
