"""Feeds that are broken in one place each, and what has to be told of them."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass

Change = Callable[[dict[str, str]], None]


@dataclass(frozen=True)
class Case:
    """A change to the feed, and the finding it has to bring: rule, file, line and column.

    ``disputed`` are rules on which we and the peer differ here: it takes what is not there for zero, and
    does not mind files without rows.
    """

    code: str
    file: str
    row: int | None
    field: str | None
    changes: tuple[Change, ...]
    disputed: frozenset[str] = frozenset()

    def __call__(self, files: dict[str, str]) -> None:
        for change in self.changes:
            change(files)


def cell(file: str, line: int, column: str, value: str) -> Change:
    """Another value in one place; the column is made where it is missing."""

    def change(files: dict[str, str]) -> None:
        rows = list(csv.reader(io.StringIO(files[file])))
        if column not in rows[0]:
            rows = [[*row, column if number == 0 else ""] for number, row in enumerate(rows)]
        rows[line - 1][rows[0].index(column)] = value
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        files[file] = text.getvalue()

    return change


def cells(file: str, line: int, **values: str) -> Change:
    """Other values in one row."""

    def change(files: dict[str, str]) -> None:
        for column, value in values.items():
            cell(file, line, column, value)(files)

    return change


def add(file: str, *rows: str) -> Change:
    """More rows at the end."""

    def change(files: dict[str, str]) -> None:
        files[file] += "".join(f"{row}\n" for row in rows)

    return change


def drop(*names: str) -> Change:
    """Without these files."""

    def change(files: dict[str, str]) -> None:
        for name in names:
            del files[name]

    return change


def without(file: str, column: str) -> Change:
    """Without a column."""

    def change(files: dict[str, str]) -> None:
        rows = list(csv.reader(io.StringIO(files[file])))
        at = rows[0].index(column)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([row[:at] + row[at + 1 :] for row in rows])
        files[file] = text.getvalue()

    return change


def text(file: str, content: str) -> Change:
    """Another content, or a file more."""

    def change(files: dict[str, str]) -> None:
        files[file] = content

    return change


def swap(file: str, old: str, new: str) -> Change:
    """Another text in one place."""

    def change(files: dict[str, str]) -> None:
        if old not in files[file]:
            raise ValueError(f"{file}: no {old!r}")
        files[file] = files[file].replace(old, new, 1)

    return change


def feature(number: int, **values: object) -> Change:
    """Other elements of one feature; ``None`` takes one away."""

    def change(files: dict[str, str]) -> None:
        document = json.loads(files["locations.geojson"])
        for key, value in values.items():
            if value is None:
                del document["features"][number][key]
            else:
                document["features"][number][key] = value
        files["locations.geojson"] = json.dumps(document)

    return change


def case(code: str, place: str, *changes: Change, disputed: str = "") -> Case:
    """Make a case; ``place`` as in ``stops.txt:3:stop_name``, with less where less is told."""
    file, row, field = (*place.split(":"), "", "")[:3]
    return Case(code, file, int(row) if row else None, field or None, changes, frozenset(disputed.split()))
