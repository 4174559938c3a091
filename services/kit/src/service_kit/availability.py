"""What callers are told where the database does not take part."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
import structlog

from service_kit.database import is_unavailable
from service_kit.errors import Unavailable

RETRY_AFTER_S = 1.0

_log = structlog.get_logger(__name__)


@contextmanager
def told_when_unavailable() -> Iterator[None]:
    """Stand around work on the database.

    One held by another process for long, away, or without disk space, is no fault of the request's.

    Raises
    ------
    Unavailable
        ``STORE_UNAVAILABLE``.
    """
    try:
        yield
    except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
        if not is_unavailable(error):
            raise
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        _log.warning("store_unavailable", error=repr(cause))
        raise Unavailable(
            "STORE_UNAVAILABLE", "the database does not take part at present", retry_after_s=RETRY_AFTER_S
        ) from error
