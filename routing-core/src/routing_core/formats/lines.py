"""Reading lines of words and numbers, with errors that say where."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from routing_core.formats.errors import FormatError

LARGEST = 1e8
"""No number in a file is larger: what is computed from several still fits 32 bits."""

MOST_NODES = 10_000
"""A distance matrix of more would not fit in the memory of a small server."""


@dataclass(frozen=True)
class Line:
    """The words of one line and its number, counted from 1."""

    number: int
    words: tuple[str, ...]

    def error(self, message: str) -> FormatError:
        return FormatError(self.number, message)

    def word(self, position: int, name: str) -> str:
        """A word by its position, counted from 0.

        Raises
        ------
        FormatError
            When the line is too short.
        """
        if position >= len(self.words):
            raise self.error(
                f"{name} is missing: word {position + 1} of a line that has {len(self.words)} words"
            )
        return self.words[position]

    def number_at(self, position: int, name: str, *, at_least: float = -math.inf) -> float:
        """A finite number.

        Raises
        ------
        FormatError
            When it is missing, no number, not finite, too small or too large.
        """
        text = self.word(position, name)
        try:
            value = float(text)
        except ValueError:
            raise self.error(f"{name} is no number: {text!r}") from None
        if not math.isfinite(value):
            raise self.error(f"{name} is no finite number: {text!r}")
        if abs(value) > LARGEST:
            raise self.error(f"{name} is larger than {LARGEST:g}: {text!r}")
        if value < at_least:
            raise self.error(f"{name} is less than {at_least:g}: {text!r}")
        return value

    def integer_at(self, position: int, name: str, *, at_least: float = -math.inf) -> int:
        """A whole number, which may be written like ``12.0``.

        Raises
        ------
        FormatError
            When it is missing, not whole, too small or too large.
        """
        value = self.number_at(position, name, at_least=at_least)
        if value != int(value):
            raise self.error(f"{name} is no whole number: {self.words[position]!r}")
        return int(value)

    def expect_words(self, count: int, meaning: str) -> None:
        """Refuse a line that does not have just so many words.

        Raises
        ------
        FormatError
            With what the line should have been.
        """
        if len(self.words) != count:
            raise self.error(f"{meaning} has {count} words, this line has {len(self.words)}")


def filled_lines(lines: Iterable[str]) -> list[Line]:
    """All lines that are not blank.

    Raises
    ------
    FormatError
        When there are none.
    """
    found = [Line(number, tuple(text.split())) for number, text in enumerate(lines, 1) if text.strip()]
    if not found:
        raise FormatError(1, "the file is empty")
    return found


def window_at(line: Line, position: int) -> tuple[float, float]:
    """Two numbers: from when until when.

    Raises
    ------
    FormatError
        When one is missing or negative, or it ends before it begins.
    """
    earliest = line.number_at(position, "the earliest time", at_least=0)
    latest = line.number_at(position + 1, "the latest time", at_least=0)
    if latest < earliest:
        raise line.error(f"the window ends before it begins: {earliest:g} to {latest:g}")
    return earliest, latest


def refuse_too_many(rows: Sequence[Line]) -> None:
    """Refuse a table of more nodes than can be held as a matrix.

    Raises
    ------
    FormatError
        At the first row too many.
    """
    if len(rows) > MOST_NODES:
        raise rows[MOST_NODES].error(f"there are {len(rows)} nodes, at most {MOST_NODES} can be read")


def expect_rows(rows: Sequence[Line], count: int, promised: str) -> None:
    """Refuse a table that is cut short or goes on too long.

    Raises
    ------
    FormatError
        At the last row when some are missing, at the first one too many otherwise.
    """
    if len(rows) < count:
        where = rows[-1].number if rows else 1
        raise FormatError(where, f"the file ends after {len(rows)} rows, {promised} makes {count}")
    if len(rows) > count:
        raise rows[count].error(f"row {count + 1} is one too many, {promised} makes {count}")
