"""Reading a network's JSON field by field, with errors that name the field and its value."""

import json
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite

from waste.domain.uplinks import BadEnvelope, BadEnvelopeReason

MAX_BODY_BYTES = 1_048_576
SHOWN = 80


def wrong(path: str, value: object, wanted: str) -> BadEnvelope:
    """An error at a field."""
    return BadEnvelope(BadEnvelopeReason.WRONG, f"{path} is {repr(value)[:SHOWN]}: {wanted}")


def read_json(body: bytes) -> object:
    """Return a body's JSON value; raises BadEnvelope."""
    if len(body) > MAX_BODY_BYTES:
        raise BadEnvelope(
            BadEnvelopeReason.TOO_LARGE, f"body has {len(body)} bytes, at most {MAX_BODY_BYTES}"
        )
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadEnvelope(BadEnvelopeReason.NOT_TEXT, f"body: {error.reason} at {error.start}") from error
    try:
        value: object = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadEnvelope(BadEnvelopeReason.NOT_JSON, f"body: {str(error)[:SHOWN]}") from error
    return value


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


class Part:
    """An object within a message; fields that networks leave out when they are 0 or empty have defaults."""

    def __init__(self, value: object, path: str = "") -> None:
        if not isinstance(value, Mapping):
            raise wrong(path or "body", value, "an object")
        self._value: Mapping[str, object] = value
        self._path = path

    def __contains__(self, name: str) -> bool:
        return self._value.get(name) is not None

    def path(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def raw(self, name: str) -> object:
        """Return a field's value as it is; None where it is missing."""
        return self._value.get(name)

    def part(self, name: str) -> "Part":
        """Return an object that must be there."""
        if name not in self:
            raise BadEnvelope(BadEnvelopeReason.MISSING, f"{self.path(name)} is missing")
        return Part(self._value[name], self.path(name))

    def maybe_part(self, name: str) -> "Part":
        """Return an object, an empty one where it is missing."""
        return Part(self._value[name] if name in self else {}, self.path(name))

    def text(self, name: str) -> str:
        """Return a text that must be there and is not empty."""
        value = self.maybe_text(name)
        if value is None:
            raise BadEnvelope(BadEnvelopeReason.MISSING, f"{self.path(name)} is missing")
        return value

    def maybe_text(self, name: str) -> str | None:
        """Return a text, None where it is missing or empty."""
        value = self._value.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise wrong(self.path(name), value, "text")
        return value

    def whole(self, name: str, highest: int) -> int:
        """Return a whole number, 0 where it is missing."""
        value = self._value.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
            raise wrong(self.path(name), value, f"a whole number from 0 to {highest}")
        return value

    def maybe_number(self, name: str) -> float | None:
        """Return a finite number, None where it is missing."""
        value = self._value.get(name)
        return None if value is None else finite(value, self.path(name))

    def payload(self, name: str) -> bytes:
        """Return bytes written in base64, none where it is missing."""
        value = self.maybe_text(name)
        try:
            return b64decode(value or "", validate=True)
        except (Base64Error, ValueError) as error:
            raise wrong(self.path(name), value, f"base64: {error}") from error

    def instant(self, name: str) -> datetime | None:
        """Return an instant, None where it is missing."""
        value = self.maybe_text(name)
        return None if value is None else instant(value, self.path(name))


def finite(value: object, path: str) -> float:
    """Return a number that is one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(path, value, "a number")
    try:
        number = float(value)
    except OverflowError as error:
        raise wrong(path, "a huge number", "a finite number") from error
    if not isfinite(number):
        raise wrong(path, value, "a finite number")
    return number


def instant(text: str, path: str) -> datetime:
    """Return an instant as RFC 3339 writes it, in UTC; digits beyond microseconds are cut off."""
    try:
        at = datetime.fromisoformat(text.strip())
        if at.tzinfo is None:
            raise wrong(path, text, "an instant with a time zone")
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise wrong(path, text, "an instant as 2026-03-02T06:00:01Z") from error
