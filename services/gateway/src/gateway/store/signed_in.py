"""Everybody who is signed in, listed and signed out by others."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from service_kit.database import reading
from service_kit.identity.principal import Role

from gateway.store.live_events import LiveEvents
from gateway.store.session_ends import tell_ended
from gateway.store.sessions import Device
from gateway.store.tables import sessions, sign_in_codes


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose sessions somebody may see and end.

    Parameters
    ----------
    subject
        Their own.
    roles
        And those of people who are nothing else than these; of everybody when None.
    """

    subject: str = ""
    roles: frozenset[Role] | None = None

    def _texts(self) -> list[str]:
        """Every way in which a session's roles may be written."""
        names = sorted(role.value for role in self.roles or ())
        found = [""]
        for name in names:
            found += [f"{before},{name}" if before else name for before in found]
        return [text for text in found if text]

    def condition(self) -> sa.ColumnElement[bool]:
        """Return which rows it reaches."""
        if self.roles is None:
            return sa.true()
        # Roles are sorted in the row as they are here.
        return sa.or_(sessions.c.subject == (self.subject or None), sessions.c.roles.in_(self._texts()))

    def has(self, subject: str, roles: Collection[Role]) -> bool:
        """Whether it reaches somebody who is this."""
        return self.roles is None or subject == self.subject or self.roles.issuperset(roles)


EVERYBODY = Reach()


@dataclass(frozen=True, slots=True)
class SignedInBrowser:
    """A session as others see it; ``subject`` is empty and the times None where they are not known."""

    session_id: str
    subject: str
    kind: str
    roles: Sequence[Role]
    vehicle_ids: Sequence[str]
    device: Device
    begun_at: datetime | None
    seen_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """How many sessions were ended, and how many links taken back that nobody had followed yet."""

    session_count: int
    link_count: int


class SignedIn:
    """Sessions of one database; methods block, so call them in a thread."""

    def __init__(self, engine: sa.Engine, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._engine, self._now = engine, now
        self._events = LiveEvents(engine, now)

    def page(
        self,
        reach: Reach,
        *,
        kinds: Collection[str] = (),
        subject: str = "",
        after: tuple[str, str] | None = None,
        count: int,
    ) -> Sequence[SignedInBrowser]:
        """Return the next sessions by subject, at most ``count``.

        Parameters
        ----------
        kinds, subject
            Only these; all when empty.
        after
            Subject and id of the last one that is known.
        """
        place = sa.tuple_(sessions.c.subject, sessions.c.session_id)
        query = (
            sa.select(sessions)
            .where(sessions.c.expires_at > self._now(), reach.condition())
            .order_by(sessions.c.subject, sessions.c.session_id)
            .limit(count)
        )
        if kinds:
            query = query.where(sessions.c.kind.in_(list(kinds)))
        if subject:
            query = query.where(sessions.c.subject == subject)
        if after is not None:
            query = query.where(place > sa.tuple_(*map(sa.literal, after)))
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [
            SignedInBrowser(
                row.session_id,
                row.subject,
                row.kind,
                [Role(name) for name in row.roles.split(",") if name],
                row.vehicle_ids,
                Device(row.device, row.browser, row.system),
                row.begun_at,
                row.seen_at,
                row.expires_at,
            )
            for row in rows
        ]

    def end(self, reach: Reach, session_id: str) -> bool:
        """End a session; False where there is none within reach."""
        with self._engine.begin() as connection:
            return self._end(connection, reach, sessions.c.session_id == session_id) == 1

    def end_all(self, reach: Reach, subject: str) -> Ended:
        """End all of somebody's sessions, and take back links for the same that nobody followed yet."""
        with self._engine.begin() as connection:
            links = connection.execute(
                sa.select(sign_in_codes.c.code_digest, sign_in_codes.c.roles).where(
                    sign_in_codes.c.subject == subject
                )
            ).all()
            digests = [
                link.code_digest for link in links if reach.has(subject, [Role(name) for name in link.roles])
            ]
            taken = sa.delete(sign_in_codes).where(sign_in_codes.c.code_digest.in_(digests))
            link_count = connection.execute(taken).rowcount
            session_count = self._end(connection, reach, sessions.c.subject == subject)
        return Ended(session_count, link_count)

    def _end(self, connection: sa.Connection, reach: Reach, which: sa.ColumnElement[bool]) -> int:
        gone = sa.delete(sessions).where(which, reach.condition()).returning(sessions.c.session_id)
        ended = connection.execute(gone).scalars().all()
        tell_ended(self._events, connection, ended)
        return len(ended)
