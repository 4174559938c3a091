"""What went wrong, as the services say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Violation:
    """One field at fault: its path as sent, what is wrong, and a reason for programs."""

    field: str
    description: str
    reason: str


class Problem(Exception):  # noqa: N818 - the standard's name for it
    """An answer that is not the one asked for (RFC 9457).

    Attributes
    ----------
    status
        Of HTTP.
    reason
        What a program acts on: ``OFFER_EXPIRED``; stable.
    detail
        One sentence for people, in English.
    domain
        Who says so: ``landlinie.pooling``.
    violations
        Every field at fault.
    metadata
        Facts a program may need.
    retry_after_s
        Seconds after which the same request may succeed; None where waiting does not help by itself.
    request_id
        To quote when asking about it.
    """

    def __init__(self, status: int, told: Mapping[str, Any], retry_after: str | None = None) -> None:
        self.status = status
        self.reason = str(told.get("reason", f"HTTP_{status}"))
        self.detail = str(told.get("detail", ""))
        self.domain = str(told.get("domain", ""))
        self.metadata: dict[str, str] = dict(told.get("metadata", {}))
        self.violations = tuple(
            Violation(each["field"], each["description"], each["reason"])
            for each in told.get("violations", ())
        )
        self.retry_after_s = _seconds(told.get("retry_after_s"), retry_after)
        self.request_id: str | None = told.get("request_id")
        super().__init__(f"{self.status} {self.reason}: {self.detail}")


def _seconds(told: object, header: str | None) -> float | None:
    if isinstance(told, int | float):
        return float(told)
    if header is not None and header.isascii() and header.isdigit():
        return float(header)
    return None
