"""What is wrong with a feed: findings that name file, row and field, and never stop the reading."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

MOST_PER_FIELD = 100
"""So many findings of one file and field are kept, the rest counted: a broken column has a million rows."""


class Severity(StrEnum):
    """How bad it is: an ``ERROR`` row is not used or used in part, a ``WARNING`` changes no meaning.

    ``INFO`` is worth a look and no fault.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


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
    code
        The rule's name in the canonical GTFS validator, as in ``"invalid_time"``; empty where it has none.
    """

    file: str
    row: int | None
    field: str | None
    severity: Severity
    message: str
    code: str = ""

    def __str__(self) -> str:
        place = self.file if self.row is None else f"{self.file}:{self.row}"
        rule = f" [{self.code}]" if self.code else ""
        return f"{place}: {self.severity}: {f'{self.field}: ' if self.field else ''}{self.message}{rule}"


@dataclass(slots=True)
class Findings:
    """The findings of one feed, in the order in which they were met."""

    _kept: dict[Finding, None] = field(default_factory=dict)
    _seen: Counter[tuple[str, str | None, Severity, str]] = field(default_factory=Counter)

    def error(self, file: str, row: int | None, field_name: str | None, message: str, code: str = "") -> None:
        """Note something that keeps a row, or a value in it, from being used."""
        self.note(Finding(file, row, field_name, Severity.ERROR, message, code))

    def warning(
        self, file: str, row: int | None, field_name: str | None, message: str, code: str = ""
    ) -> None:
        """Note something that is not as the standard wants it but has one meaning."""
        self.note(Finding(file, row, field_name, Severity.WARNING, message, code))

    def note(self, finding: Finding) -> None:
        """Note a finding; the same one is noted once."""
        # A file that is read for several purposes is found wrong each time in the same way.
        if finding in self._kept:
            return
        kind = (finding.file, finding.field, finding.severity, finding.code)
        self._seen[kind] += 1
        if self._seen[kind] <= MOST_PER_FIELD:
            self._kept[finding] = None

    def count_more(self, file: str, field_name: str | None, severity: Severity, code: str, more: int) -> None:
        """Count findings that are not kept; nothing where ``more`` is not above 0."""
        if more > 0:
            self._seen[file, field_name, severity, code] += more

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def count(self) -> int:
        """All that were noted, also those not kept."""
        return self._seen.total()

    def counted(self) -> Counter[tuple[str, Severity]]:
        """How many were noted of each code and severity, also those not kept."""
        counts: Counter[tuple[str, Severity]] = Counter()
        for (_, _, severity, code), count in self._seen.items():
            counts[code, severity] += count
        return counts

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self._kept if finding.severity is Severity.ERROR)
