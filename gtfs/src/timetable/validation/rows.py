"""Files of a feed as they were checked: rows of text that have no error of their own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one file whose values all have the form they should; in the order of the file.

    Parameters
    ----------
    file
        File name.
    present
        Whether the feed has the file.
    usable
        Whether nothing in it was left out. What compares rows with one another, or with other files, is
        only asked of a file that is whole: the rest follows from errors that are told already.
    lines
        Line of each row.
    columns
        Values by column, each of the length of ``lines``.
    """

    file: str
    present: bool
    usable: bool
    lines: Sequence[int]
    columns: Mapping[str, Sequence[str]]

    def has(self, column: str) -> bool:
        """Whether the file has the column."""
        return column in self.columns

    def column(self, name: str) -> Sequence[str]:
        """Return the values of a column; empty texts where the file lacks it."""
        values = self.columns.get(name)
        return ("",) * len(self.lines) if values is None else values

    def rows(self, *names: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield for every row its line in the file and its values of the named columns."""
        return zip(self.lines, zip(*map(self.column, names), strict=True), strict=True)

    def by(self, key: str, *names: str) -> dict[str, tuple[str, ...]]:
        """Return the values of the named columns by those of ``key``; the first where it stands twice."""
        found: dict[str, tuple[str, ...]] = {}
        for _, (value, *rest) in self.rows(key, *names):
            found.setdefault(value, tuple(rest))
        return found

    def line_of(self, key: str) -> dict[str, int]:
        """Return the first line by the values of ``key``."""
        found: dict[str, int] = {}
        for line, (value,) in self.rows(key):
            found.setdefault(value, line)
        return found
