"""How long the call being served may still take; set by the server, read by whoever could stop early."""

import time
from contextvars import ContextVar

from service_kit.errors import DeadlineExceeded

_ends_at_s: ContextVar[float | None] = ContextVar("call_ends_at_s", default=None)


def set_remaining_s(remaining_s: float | None) -> None:
    """Give the present context ``remaining_s`` seconds from now; None for no limit."""
    _ends_at_s.set(None if remaining_s is None else time.monotonic() + remaining_s)


def remaining_s() -> float | None:
    """Return the seconds left, 0 when time is up, None where there is no limit."""
    ends_at_s = _ends_at_s.get()
    return None if ends_at_s is None else max(0.0, ends_at_s - time.monotonic())


def check_time_left() -> None:
    """Raise DeadlineExceeded when the caller no longer waits for the answer."""
    if remaining_s() == 0.0:
        raise DeadlineExceeded("DEADLINE_EXCEEDED", "the call's time ran out")
