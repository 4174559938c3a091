"""What is wrong with a feed: findings that name file, row and field, and never stop the reading."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

MOST_PER_FIELD = 100
"""So many findings of one file and field are kept, the rest counted: a broken column has a million rows."""


class Severity(StrEnum):
    """How bad it is: an ``ERROR`` row is not used or used in part, a ``WARNING`` changes no meaning."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong in a feed.

    Parameters
    ----------
    file
        File name, as in ``"stops.txt"``.
    row
        Line in the file, the header being line 1; ``None`` where it is about the whole file.
    field
        Column name; ``None`` where it is about the whole row or file.
    severity
        See :class:`Severity`.
    message
        One sentence with the value that is wrong.
    """

    file: str
    row: int | None
    field: str | None
    severity: Severity
    message: str

    def __str__(self) -> str:
        place = self.file if self.row is None else f"{self.file}:{self.row}"
        return f"{place}: {self.severity}: {f'{self.field}: ' if self.field else ''}{self.message}"


@dataclass(slots=True)
class Findings:
    """The findings of one feed, in the order in which they were met."""

    _kept: dict[Finding, None] = field(default_factory=dict)
    _seen: Counter[tuple[str, str | None, Severity]] = field(default_factory=Counter)

    def error(self, file: str, row: int | None, field_name: str | None, message: str) -> None:
        """Note something that keeps a row, or a value in it, from being used."""
        self._note(Finding(file, row, field_name, Severity.ERROR, message))

    def warning(self, file: str, row: int | None, field_name: str | None, message: str) -> None:
        """Note something that is not as the standard wants it but has one meaning."""
        self._note(Finding(file, row, field_name, Severity.WARNING, message))

    def _note(self, finding: Finding) -> None:
        # A file that is read for several purposes is found wrong each time in the same way.
        if finding in self._kept:
            return
        kind = (finding.file, finding.field, finding.severity)
        self._seen[kind] += 1
        if self._seen[kind] <= MOST_PER_FIELD:
            self._kept[finding] = None

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def count(self) -> int:
        """All that were noted, also those not kept."""
        return self._seen.total()

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self._kept if finding.severity is Severity.ERROR)
