"""Findings of a validation, with the severity that the canonical validator gives their rule."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from timetable.findings import MOST_PER_FIELD, Finding, Findings, Severity
from timetable.validation.codes import SEVERITIES


@dataclass(slots=True)
class Report:
    """What is wrong with a feed.

    Of one rule, file and field the first ``MOST_PER_FIELD`` are kept and all are counted.
    """

    _findings: Findings = field(default_factory=Findings)
    not_checked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Groups of rules that could not be checked, and the files whose own errors are in the way."""

    def add(self, code: str, file: str, row: int | None, field_name: str | None, message: str) -> None:
        """Note a breach of a rule; parameters are those of :class:`timetable.findings.Finding`."""
        self._findings.note(Finding(file, row, field_name, SEVERITIES[code], message, code))

    def add_rows(
        self,
        code: str,
        file: str,
        field_name: str | None,
        lines: npt.NDArray[np.int32],
        message: Callable[[int], str],
    ) -> None:
        """Note a breach in many rows, from arrays.

        Parameters
        ----------
        lines
            Line of each row in the file.
        message
            Makes the sentence of one of them, from its number in ``lines``.
        """
        for number in range(min(lines.size, MOST_PER_FIELD)):
            self.add(code, file, int(lines[number]), field_name, message(number))
        self._findings.count_more(file, field_name, SEVERITIES[code], code, lines.size - MOST_PER_FIELD)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._findings)

    def counts(self) -> dict[str, int]:
        """How many breaches there are of each rule, also those not kept; the worst first."""
        rank = {severity: place for place, severity in enumerate(Severity)}
        counted = sorted(self._findings.counted().items(), key=lambda item: (rank[item[0][1]], item[0][0]))
        return {code: count for (code, _), count in counted}

    def count(self, severity: Severity) -> int:
        """How many breaches of this severity there are."""
        return sum(n for (_, found), n in self._findings.counted().items() if found is severity)
