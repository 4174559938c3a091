"""Write-ahead logs, where what was deleted can be read until they are emptied."""

from collections.abc import Mapping

import sqlalchemy as sa
import structlog
from service_kit.availability import told_when_unavailable
from service_kit.database import truncate_log

_log = structlog.get_logger(__name__)


def empty_logs(engines: Mapping[str, sa.Engine]) -> None:
    """Empty the logs of named databases; one that is being read just now stays for the next time.

    Raises
    ------
    Unavailable
        Where a database does not take part.
    """
    for name, engine in engines.items():
        with told_when_unavailable():
            if not truncate_log(engine):
                _log.warning("log_not_emptied", database=name)
