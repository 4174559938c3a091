"""A tariff as a folder of Fares v2 files and one of our own, and back.

Fares v2 has no words for how long a product counts, for caps and for much else, so the whole tariff is in the
folder too, as a tariff file. Whoever knows only GTFS reads the tables, we read the file; that both say the
same is checked when a folder is read.
"""

from pathlib import Path

from timetable.tables import Feed
from timetable.writing import NewTable, write_tables

from ticketing.adapters.fares_tables import fares_tables
from ticketing.adapters.tariff_files import MOST_BYTES, read_tariff
from ticketing.adapters.tariff_writing import write_tariff
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.tariff import TariffBook

TARIFF_FILE = "landlinie_tariff.yaml"
MOST_TOLD = 20
"""So many differences are told."""
SHARED = ("areas.txt", "networks.txt", "calendar.txt", "calendar_dates.txt")
"""Files in which a feed that was put together has rows of its own as well."""


def write_tariff_feed(book: TariffBook, folder: Path) -> tuple[str, ...]:
    """Write a tariff into a folder that is new or empty.

    Returns
    -------
    tuple of str
        What the tables do not say, one sentence each.

    Raises
    ------
    WrongFieldError
        If the folder has files already, or a tariff file cannot say the tariff.
    OSError
        If a file cannot be written.
    """
    text = write_tariff(book)
    said = fares_tables(book)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise WrongFieldError(f"folder {str(folder)!r} is not empty")
    write_tables(folder, said.tables)
    (folder / TARIFF_FILE).write_text(text, encoding="utf-8")
    return said.left_out


def read_tariff_feed(feed: Feed) -> TariffBook:
    """Read the tariff of a feed that has one of our files.

    Raises
    ------
    WrongFieldError
        If it has none, if the tariff in it is wrong, or if the tables of Fares v2 say something else: with
        their rows.
    """
    if not feed.has(TARIFF_FILE):
        raise WrongFieldError(
            f"feed {str(feed.path)!r}: {TARIFF_FILE} is missing: the tables alone are no tariff"
        )
    book = read_tariff(feed.text(TARIFF_FILE, MOST_BYTES))
    differences = [
        difference
        for name, table in fares_tables(book).tables.items()
        for difference in _differences(feed, name, table)
    ]
    if differences:
        more = f"\nand {len(differences) - MOST_TOLD} more" if len(differences) > MOST_TOLD else ""
        raise WrongFieldError("\n".join(differences[:MOST_TOLD]) + more)
    return book


def _differences(feed: Feed, name: str, expected: NewTable) -> list[str]:
    """Return where a table of the feed is not what the tariff says."""
    missing = dict.fromkeys(expected.rows)
    found = []
    for line, row in feed.table(name).rows(*expected.columns):
        if row in missing:
            del missing[row]
        elif name not in SHARED:
            found.append(f"{name}:{line}: {_told(expected, row)}: not what {TARIFF_FILE} says")
    return found + [f"{name}: {_told(expected, row)} is missing" for row in missing]


def _told(table: NewTable, row: tuple[str, ...]) -> str:
    return ", ".join(f"{name} {value!r}" for name, value in zip(table.columns, row, strict=True) if value)
