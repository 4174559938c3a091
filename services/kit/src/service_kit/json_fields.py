"""Read JSON files field by field, with errors that name the file, the field and its value."""

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Item = TypeVar("Item")

_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?")
LATEST_CLOCK_S = 36 * 3600
"""A service day runs past midnight, but not for more than half a day."""


class FieldError(ValueError):
    """A file or one of its fields is not what it should be."""

    def __init__(self, file: str, field: str, why: str) -> None:
        super().__init__(f"{file}: {field}: {why}" if field else f"{file}: {why}")
        self.file = file
        self.field = field
        self.why = why


@dataclass(frozen=True, slots=True)
class Field:
    """A value in a JSON file, and where it stands."""

    file: str
    path: str
    value: object

    def error(self, why: str) -> FieldError:
        """An error at this field, to be raised."""
        return FieldError(self.file, self.path, why)

    def __getitem__(self, key: str) -> "Field":
        if not isinstance(self.value, dict):
            raise self.error(f"is {self.value!r}, must be an object")
        path = f"{self.path}.{key}" if self.path else key
        if key not in self.value:
            raise FieldError(self.file, path, "is missing")
        return Field(self.file, path, self.value[key])

    def get(self, key: str) -> "Field | None":
        """A field that may be missing."""
        return self[key] if isinstance(self.value, dict) and key in self.value else None

    def names(self, known: frozenset[str]) -> list[str]:
        """Names of an object's fields, all of them among the known ones."""
        if not isinstance(self.value, dict):
            raise self.error(f"is {self.value!r}, must be an object")
        for name in self.value:
            if name not in known:
                raise self[name].error(f"is not known; known are {', '.join(sorted(known))}")
        return list(self.value)

    def items(self) -> Iterator["Field"]:
        """The fields of a list."""
        if not isinstance(self.value, list):
            raise self.error(f"is {self.value!r}, must be a list")
        for index, value in enumerate(self.value):
            yield Field(self.file, f"{self.path}[{index}]", value)

    def each(self, read: Callable[["Field"], Item], *, at_least: int = 0) -> tuple[Item, ...]:
        """All fields of a list, read."""
        read_items = tuple(read(item) for item in self.items())
        if len(read_items) < at_least:
            raise self.error(f"has {len(read_items)} entries, at least {at_least} needed")
        return read_items

    def optional(self, read: Callable[["Field"], Item]) -> Item | None:
        """None where the value is null."""
        return None if self.value is None else read(self)

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.error(f"is {self.value!r}, must be text")
        return self.value

    def choice(self, choices: frozenset[str]) -> str:
        text = self.text()
        if text not in choices:
            raise self.error(f"is {text!r}, must be one of {', '.join(sorted(choices))}")
        return text

    def integer(self, lowest: int, highest: int) -> int:
        if (
            not isinstance(self.value, int)
            or isinstance(self.value, bool)
            or not lowest <= self.value <= highest
        ):
            raise self.error(f"is {self.value!r}, must be a whole number from {lowest} to {highest}")
        return self.value

    def degrees(self, bound: float) -> float:
        return self.number(-bound, bound)

    def number(self, lowest: float, highest: float) -> float:
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            raise self.error(f"is {self.value!r}, must be a number")
        if not math.isfinite(self.value) or not lowest <= self.value <= highest:
            raise self.error(f"is {self.value!r}, must be from {lowest:g} to {highest:g}")
        return float(self.value)

    def yes_or_no(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.error(f"is {self.value!r}, must be true or false")
        return self.value

    def clock_s(self) -> int:
        """Seconds from ``HH:MM`` or ``HH:MM:SS``; hours may run past 24."""
        match = _CLOCK.fullmatch(self.text())
        if match is None:
            raise self.error(f"is {self.value!r}, must be a clock time HH:MM or HH:MM:SS")
        seconds = int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)
        if seconds > LATEST_CLOCK_S:
            raise self.error(f"is {self.value!r}, must not be after {LATEST_CLOCK_S // 3600}:00")
        return seconds


def read_file(path: Path) -> Field:
    """The whole content of a JSON file; raises FieldError."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise FieldError(str(path), "", error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise FieldError(str(path), "", f"is not UTF-8: {error}") from error
    try:
        return Field(str(path), "", json.loads(text))
    except ValueError as error:
        raise FieldError(str(path), "", f"is not JSON: {error}") from error
