"""What callers are told where the database does not take part."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
import structlog
from service_kit.errors import Unavailable

RETRY_AFTER_S = 1.0

_log = structlog.get_logger(__name__)


@contextmanager
def told_when_unavailable() -> Iterator[None]:
    """Stand around work on the database; raises Unavailable where it is held for long, full, or away."""
    try:
        yield
    except sa.exc.OperationalError as error:
        _log.warning("store_unavailable", error=repr(error.orig))
        raise Unavailable(
            "STORE_UNAVAILABLE", "the database does not take part at present", retry_after_s=RETRY_AFTER_S
        ) from error
