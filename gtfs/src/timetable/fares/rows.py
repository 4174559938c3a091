"""Typed values of one row: numbers, dates, times; what is wrong is noted with row, field and value."""

import re
from collections.abc import Callable, Collection
from datetime import date
from typing import TypeVar

from timetable.findings import Findings
from timetable.tables import Table

T = TypeVar("T")
_TIME = re.compile(r"([0-9]{1,3}):([0-5][0-9]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{8}")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


class UnusableRowError(ValueError):
    """A row that cannot be used; the finding is already noted."""


class Row:
    """One row of a table, read value by value.

    Parameters
    ----------
    file, line
        Where the row stands, for findings.
    values
        Values by column.
    findings
        Where to note what is wrong.
    """

    __slots__ = ("_findings", "_values", "file", "line")

    def __init__(self, file: str, line: int, values: dict[str, str], findings: Findings) -> None:
        self.file = file
        self.line = line
        self._values = values
        self._findings = findings

    def text(self, field: str) -> str:
        """Return the value, empty where there is none."""
        return self._values[field]

    def required(self, field: str) -> str:
        """Return the value; without one the row is unusable."""
        if value := self._values[field]:
            return value
        raise self.unusable(field, "no value, and one is required")

    def integer(self, field: str) -> int | None:
        """Return a whole number, ``None`` for an empty value; another text makes the row unusable."""
        value = self._values[field]
        if not value:
            return None
        if not _INTEGER.fullmatch(value):
            raise self.unusable(field, f"{value!r} is no whole number")
        return int(value)

    def option(self, field: str, allowed: Collection[int], empty: int | None = None) -> int:
        """Return one of the allowed numbers, ``empty`` for an empty value where that has a meaning."""
        number = self.integer(field)
        if number is None:
            number = empty
        if number is None:
            raise self.unusable(field, "no value, and one is required")
        if number not in allowed:
            raise self.unusable(field, f"{number} is none of {', '.join(map(str, sorted(allowed)))}")
        return number

    def time_s(self, field: str) -> int | None:
        """Return a time as seconds since the day's start, ``None`` for an empty value."""
        value = self._values[field]
        if not value:
            return None
        if not (match := _TIME.fullmatch(value)):
            raise self.unusable(field, f"{value!r} is no time as in 07:30:00")
        hours, minutes, seconds = map(int, match.groups())
        return hours * 3600 + minutes * 60 + seconds

    def day(self, field: str) -> date:
        """Return a date."""
        value = self.required(field)
        wrong = f"{value!r} is no date as in 20260131"
        if not _DATE.fullmatch(value):
            raise self.unusable(field, wrong)
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise self.unusable(field, wrong) from error

    def unusable(self, field: str | None, message: str) -> UnusableRowError:
        """Note an error and return the exception to raise."""
        self._findings.error(self.file, self.line, field, message)
        return UnusableRowError(message)

    def note(self, field: str | None, message: str) -> None:
        """Note an error that leaves the row in use."""
        self._findings.error(self.file, self.line, field, message)

    def warn(self, field: str | None, message: str) -> None:
        """Note a warning."""
        self._findings.warning(self.file, self.line, field, message)

    def check_reference(self, field: str, known: Collection[str], of: str) -> None:
        """Note an error if the value is not empty and names nothing that is known."""
        value = self._values[field]
        if value and value not in known:
            self.note(field, f"{value!r} is not in {of}")


def parsed(table: Table, findings: Findings, fields: Collection[str], build: Callable[[Row], T]) -> list[T]:
    """Build one thing of every usable row, in the file's order.

    Parameters
    ----------
    table
        The rows.
    findings
        Where to note what is wrong.
    fields
        Columns that ``build`` reads.
    build
        Makes the thing of a row; may raise :class:`UnusableRowError`.
    """
    built = []
    for line, values in table.rows(*fields):
        try:
            built.append(build(Row(table.file, line, dict(zip(fields, values, strict=True)), findings)))
        except UnusableRowError:
            continue
    return built
