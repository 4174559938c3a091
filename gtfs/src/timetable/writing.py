"""GTFS tables to files."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True, slots=True)
class NewTable:
    """Rows to be written.

    Parameters
    ----------
    columns
        The header.
    rows
        Values as text, each row of the header's length.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def new_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> NewTable:
    """Make a table, each row once, in their order, without spaces around values."""
    stripped = (tuple(value.strip() for value in row) for row in rows)
    return NewTable(tuple(columns), tuple(dict.fromkeys(stripped)))


def table_text(name: str, table: NewTable) -> str:
    """Return a table as the text of its file; errors are those of :func:`write_tables`."""
    _check(name, table)
    text = io.StringIO()
    _write(table, text)
    return text.getvalue()


def write_tables(folder: Path, tables: Mapping[str, NewTable]) -> None:
    """Write tables by file name into a folder that is there; UTF-8, line ends as GTFS wants them.

    Raises
    ------
    ValueError
        If a value has a line end or a tab in it, or a row not the header's length.
    OSError
        If a file is there already or cannot be written.
    """
    for name, table in tables.items():
        _check(name, table)
    for name, table in tables.items():
        with (folder / name).open("x", encoding="utf-8", newline="") as file:
            _write(table, file)


def _check(name: str, table: NewTable) -> None:
    for row in table.rows:
        if len(row) != len(table.columns):
            raise ValueError(f"{name}: {len(row)} values in a table of {len(table.columns)} columns")
        for column, value in zip(table.columns, row, strict=True):
            if any(sign in value for sign in "\r\n\t"):
                raise ValueError(f"{name}: {column}: {value!r} has a line end or a tab in it")


def _write(table: NewTable, file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
