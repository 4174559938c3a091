"""Who got no further than the door: counted at once, recorded once a minute, as a few rows."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import structlog

from service_kit.identity.audit import AuditEntry
from service_kit.identity.principal import Principal

RECORD_EVERY_S = 60.0
MOST_APART = 100
"""Callers and reasons that are told apart between two records; all others share an entry for each reason."""

_log = structlog.get_logger(__name__)

_Who = tuple[Principal | None, str]


class TurnedAway:
    """Counts, for each caller and reason, how often that one was turned away; for any thread."""

    def __init__(self) -> None:
        self._counts: dict[_Who, int] = {}
        self._first_methods: dict[_Who, str] = {}
        self._lock = threading.Lock()

    def add(self, principal: Principal | None, method: str, reason: str) -> None:
        """Count a call of ``/package.Service/Method``; the principal is None where nobody known called."""
        with self._lock:
            self._add((principal, reason), method, 1)

    @contextmanager
    def taken(self, now: datetime) -> Iterator[list[AuditEntry]]:
        """Hand out what was counted so far, and forget it once the block has ended without an error."""
        with self._lock:
            counts, self._counts = self._counts, {}
            methods, self._first_methods = self._first_methods, {}
        try:
            yield [_entry(*who, methods[who], count, now) for who, count in counts.items()]
        except BaseException:
            with self._lock:
                for who, count in counts.items():
                    self._add(who, methods[who], count)
            raise

    def _add(self, who: _Who, method: str, count: int) -> None:
        if who not in self._counts and len(self._counts) >= MOST_APART:
            who = (None, who[1])
        self._counts[who] = self._counts.get(who, 0) + count
        self._first_methods.setdefault(who, method)


class DoorRecorder:
    """Records who was turned away, once a minute and in the end, in a thread of its own.

    Parameters
    ----------
    record
        Stores entries, all or none; what it raises is logged, and they are tried again with the next ones.
    now
        The service's clock.
    """

    def __init__(
        self,
        turned_away: TurnedAway,
        record: Callable[[Sequence[AuditEntry]], None],
        now: Callable[[], datetime],
    ) -> None:
        self._turned_away = turned_away
        self._record = record
        self._now = now
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="door-recorder", daemon=True)

    def start(self) -> None:
        """Begin to record."""
        self._thread.start()

    def stop(self) -> None:
        """Record what is left, and end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(RECORD_EVERY_S):
            self._record_now()
        self._record_now()

    def _record_now(self) -> None:
        try:
            with self._turned_away.taken(self._now()) as entries:
                if entries:
                    self._record(entries)
        except Exception as error:
            _log.warning("turned_away_not_recorded", error=repr(error))


def _entry(principal: Principal | None, reason: str, method: str, count: int, now: datetime) -> AuditEntry:
    return AuditEntry(
        time=now,
        subject=principal.subject if principal else "",
        client_id=principal.client_id if principal else "",
        roles=principal.roles if principal else frozenset(),
        method=method.rpartition("/")[2],
        request_id="",
        entity_ids=frozenset(),
        outcome=reason,
        count=count,
    )
