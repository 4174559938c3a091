"""Values of one file, checked batch by batch: each different text once."""

from collections.abc import Sequence

from timetable.tables import Table
from timetable.validation.columns import Column, TableRules
from timetable.validation.report import Report
from timetable.validation.values import broken_rule, warned_rule

MOST_REMEMBERED = 200_000
"""Different texts of a column that are remembered as good; places and distances have millions."""

_MESSAGES = {
    "csv_parsing_failed": "more than 4096 characters, as after a quote that is never closed:",
    "invalid_color": "no colour as six hexadecimal digits:",
    "invalid_currency": "no currency of ISO 4217:",
    "invalid_date": "no date as YYYYMMDD:",
    "invalid_email": "no e-mail address:",
    "invalid_float": "no number:",
    "invalid_integer": "no whole number:",
    "invalid_language_code": "no language code of BCP 47:",
    "invalid_phone_number": "no phone number:",
    "invalid_time": "no time as H:MM:SS:",
    "invalid_timezone": "no time zone:",
    "invalid_url": "no web address:",
    "mixed_case_recommended_field": "neither capitals alone nor small letters alone are easy to read:",
    "non_ascii_or_non_printable_char": "an id with other than printable ASCII characters:",
    "number_out_of_range": "out of range:",
    "unexpected_enum_value": "none of the values that have a meaning:",
}


class CellChecker:
    """Checks all values of one file against what its columns ask for."""

    def __init__(self, rules: TableRules, report: Report) -> None:
        self._rules = rules
        self._report = report
        self._good: dict[str, set[str]] = {column.name: {""} for column in rules.columns}
        self._bad: dict[str, dict[str, str]] = {column.name: {} for column in rules.columns}
        self._odd: dict[str, dict[str, str]] = {column.name: {} for column in rules.columns}

    def check(self, table: Table) -> set[int]:
        """Note all that is wrong in a batch; return the rows, from 0, that have an error."""
        wrong: set[int] = set()
        for column in self._rules.columns:
            values = table.columns.get(column.name)
            if values is None and not column.recommended:
                continue
            values = table.column(column.name)
            texts = set(values)
            self._judge(column, texts)
            if "" in texts and (column.required or column.recommended):
                wrong |= self._note_missing(column, table, values)
            if self._bad[column.name] and not self._bad[column.name].keys().isdisjoint(texts):
                wrong |= self._note(self._bad[column.name], column, table, values)
            if self._odd[column.name] and not self._odd[column.name].keys().isdisjoint(texts):
                self._note(self._odd[column.name], column, table, values)
        return wrong

    def _judge(self, column: Column, texts: set[str]) -> None:
        good, bad, odd = self._good[column.name], self._bad[column.name], self._odd[column.name]
        for text in texts.difference(good, bad, odd):
            if rule := broken_rule(column, text):
                bad[text] = rule
            elif rule := warned_rule(column, text):
                odd[text] = rule
            elif len(good) < MOST_REMEMBERED:
                good.add(text)

    def _note(self, rules: dict[str, str], column: Column, table: Table, values: Sequence[str]) -> set[int]:
        found = set()
        for row, text in enumerate(values):
            if rule := rules.get(text):
                found.add(row)
                self._report.add(
                    rule, table.file, table.lines[row], column.name, f"{_MESSAGES[rule]} {text[:80]!r}"
                )
        return found

    def _note_missing(self, column: Column, table: Table, values: Sequence[str]) -> set[int]:
        rows = {row for row, text in enumerate(values) if not text}
        rule = "missing_required_field" if column.required else "missing_recommended_field"
        for row in sorted(rows):
            self._report.add(rule, table.file, table.lines[row], column.name, "empty")
        return rows if column.required else set()
