"""The end of a session, told to all replicas in the order of events."""

from collections.abc import Sequence

import sqlalchemy as sa

from gateway.store.live_events import LiveEvents

SESSIONS_ENDED = "SessionsEnded"
"""The event's kind; browsers are not told it."""
SESSION = "session"
"""What such an event is about."""


def tell_ended(events: LiveEvents, connection: sa.Connection, session_ids: Sequence[str]) -> None:
    """Tell every replica that these sessions ended, in the transaction that ends them.

    Open streams hear it before whatever happens afterwards: nobody is told anything more.
    """
    if session_ids:
        events.append(connection, SESSIONS_ENDED, b"{}", {SESSION: list(session_ids)})
