# ruff: noqa: N818 - these are said as they are: raise NotFound
"""What can go wrong, in one small tree that knows no wire.

Rules and use cases raise these; the edge turns them into gRPC status or HTTP problem+json with the same
reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

_NO_METADATA: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One field at fault.

    ``field`` is the path as the caller wrote it (``pickup.position.latitude_deg``), ``description`` says
    what is wrong and names the value, ``reason`` is UPPER_SNAKE.
    """

    field: str
    description: str
    reason: str


class ServiceError(Exception):
    """An answer that is not the one asked for, with a reason a program can act on.

    Parameters
    ----------
    reason
        UPPER_SNAKE, stable, unique within the service.
    message
        For people; names the field and its value where one is at fault.
    metadata
        Facts a program may need (ids, limits); nothing personal.
    violations
        Every field at fault.
    retry_after_s
        Seconds after which the same call may succeed; None where retrying does not help by itself.
    """

    def __init__(
        self,
        reason: str,
        message: str,
        *,
        metadata: Mapping[str, str] = _NO_METADATA,
        violations: Sequence[FieldViolation] = (),
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.metadata = dict(metadata)
        self.violations = tuple(violations)
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}"

    @classmethod
    def in_field(cls, field: str, description: str, reason: str) -> Self:
        """Say that one field is at fault."""
        return cls.in_fields([FieldViolation(field, description, reason)])

    @classmethod
    def in_fields(cls, violations: Sequence[FieldViolation]) -> Self:
        """Say which fields are at fault, at least one; the first one's reason is the error's."""
        sentence = "; ".join(f"{fault.field}: {fault.description}" for fault in violations)
        return cls(violations[0].reason, sentence, violations=violations)


class InvalidInput(ServiceError):
    """The request itself is wrong, whatever the state."""


class NotFound(ServiceError):
    """What the request names does not exist."""


class AlreadyExists(ServiceError):
    """What the request would create is there, and different."""


class FailedPrecondition(ServiceError):
    """The state forbids it; repeating the call does not help until the state changes."""


class Aborted(ServiceError):
    """Somebody else was quicker; starting over may succeed."""


class ResourceExhausted(ServiceError):
    """A limit is reached."""


class Unavailable(ServiceError):
    """A part that is needed does not answer now."""


class DeadlineExceeded(ServiceError):
    """The time for the answer ran out."""


class PermissionDenied(ServiceError):
    """The caller is known and may not."""


class Unauthenticated(ServiceError):
    """The caller is not known."""
