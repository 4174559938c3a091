"""Reading a message field by field, and saying everything that is wrong with it at once."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import TypeVar

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from service_kit.errors import FieldViolation, InvalidInput

IDENTIFIER = re.compile(r"[A-Za-z0-9._:-]{1,64}")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
LONGEST_DURATION_S = 24 * 3600
LARGEST_PAGE = 500
USUAL_PAGE = 50

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Faults:
    """Collects what is wrong with a request.

    Each reader returns the value, or a stand-in after noting the fault; ``settle`` then raises. So one answer
    names every field at fault.
    """

    def __init__(self) -> None:
        self._found: list[FieldViolation] = []

    def add(self, field: str, description: str, reason: str) -> None:
        self._found.append(FieldViolation(field, description, reason))

    def extend(self, violations: Iterable[FieldViolation]) -> None:
        """Note further faults, except of fields that are, or have parts that are, at fault already."""
        known = [fault.field for fault in self._found]
        self._found += [
            violation
            for violation in violations
            if not any(f"{field}.".startswith(f"{violation.field}.") for field in known)
        ]

    @property
    def found(self) -> bool:
        """Whether anything was wrong."""
        return bool(self._found)

    @property
    def violations(self) -> tuple[FieldViolation, ...]:
        """What was wrong."""
        return tuple(self._found)

    def settle(self) -> None:
        """Raise InvalidInput when anything was wrong."""
        if self._found:
            raise InvalidInput.in_fields(self._found)

    def identifier(self, value: str, field: str, *, needed: bool = True) -> str:
        """1 to 64 letters, digits or ``._:-``; may be empty unless needed."""
        if not value:
            if needed:
                self.add(field, "is missing", "FIELD_MISSING")
        elif not IDENTIFIER.fullmatch(value):
            self.add(field, f"{_shown(value)} is not 1 to 64 of [A-Za-z0-9._:-]", "IDENTIFIER_INVALID")
        return value

    def text(self, value: str, field: str, longest: int) -> str:
        """Text for people: no control characters, not too long."""
        if len(value) > longest:
            self.add(field, f"is {len(value)} characters long, at most {longest} are taken", "TEXT_TOO_LONG")
        elif CONTROL.search(value):
            self.add(field, "has control characters", "TEXT_INVALID")
        return value

    def instant(self, message: Timestamp, field: str) -> datetime:
        """An instant the calendar has, from 2000 to 2199."""
        try:
            value = message.ToDatetime(tzinfo=UTC)
        except (ValueError, OverflowError):
            value = NEVER
        if not 0 <= message.nanos < 1_000_000_000 or not 2000 <= value.year < 2200:
            self.add(field, f"{message.seconds} s {message.nanos} ns is out of range", "TIME_OUT_OF_RANGE")
            return NEVER
        return value

    def duration_s(self, message: Duration, field: str) -> int:
        """Whole positive seconds, at most a day."""
        if not 0 < message.seconds <= LONGEST_DURATION_S or message.nanos:
            self.add(
                field,
                f"{message.seconds} s {message.nanos} ns is not whole seconds from 1 to {LONGEST_DURATION_S}",
                "DURATION_INVALID",
            )
            return 1
        return message.seconds

    def service_date(self, value: str, field: str) -> date | None:
        """YYYY-MM-DD, or None when empty."""
        if not value:
            return None
        try:
            found = date.fromisoformat(value) if DATE.fullmatch(value) else date.min
        except ValueError:
            found = date.min
        if not 2000 <= found.year < 2200:
            self.add(field, f"{_shown(value)} is not a date YYYY-MM-DD", "DATE_INVALID")
            return None
        return found

    def service_dates(self, first: str, last: str, most_days: int) -> tuple[date, date]:
        """First and last day of a range, both needed and both in it; at most ``most_days``."""
        ends = []
        for value, field in ((first, "first_service_date"), (last, "last_service_date")):
            if not value:
                self.add(field, "is missing", "FIELD_MISSING")
            ends.append(self.service_date(value, field))
        begins, ends_on = ends
        if begins is None or ends_on is None:
            return date.min, date.min
        if ends_on < begins:
            self.add("last_service_date", f"{last!r} is before {first!r}", "DATES_REVERSED")
        elif (ends_on - begins).days >= most_days:
            self.add(
                "last_service_date",
                f"from {first!r} to {last!r} is more than {most_days} days",
                "TOO_MANY_DAYS",
            )
        return begins, ends_on

    def choice(self, value: KeyT, known: Mapping[KeyT, ValueT], field: str, stand_in: ValueT) -> ValueT:
        """One of the values there are."""
        if value not in known:
            self.add(field, f"{value} is none of the values there are", "ENUM_INVALID")
            return stand_in
        return known[value]

    def page_size(self, value: int, field: str = "page_size") -> int:
        """1 to 500; 50 when not set."""
        if value > LARGEST_PAGE:
            self.add(field, f"{value} is more than {LARGEST_PAGE}", "PAGE_SIZE_INVALID")
        return value or USUAL_PAGE


def _shown(value: str) -> str:
    """The value as it can be shown in a sentence."""
    return repr(value if len(value) <= 80 else value[:80] + "…")
