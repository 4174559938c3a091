"""Alarms, kept up to date and sent, in threads of their own."""

import threading
import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from service_kit.errors import Aborted, Unavailable

from waste.application.alarming import Alarming
from waste.application.notifying import Notifying
from waste.application.watching import Watch

GATHER_S = 0.2
"""So long containers that were told to have changed are gathered: one is looked at once."""
TICK_S = 5.0
"""How often alarms that time moves on are looked for."""
SWEEP_EVERY_S = 60.0
"""How often containers are looked for whose sensors are due: those that fall silent tell nobody."""
UNWATCHED = timedelta(hours=3)
"""How soon a container without a sensor is looked at again."""
SEND_EVERY_S = 2.0
TROUBLE_WAIT_S = 5.0
PAGE = 200
TROUBLE = (Aborted, Unavailable, sa.exc.OperationalError, sa.exc.TimeoutError)

_log = structlog.get_logger(__name__)


class ContinuousAlarming:
    """Looks at containers that have changed at once, at all of them now and then, and sends what is due.

    What was told and not looked at before the process ended is found by the sweep that it begins with.
    """

    def __init__(self, alarming: Alarming, notifying: Notifying, watch: Watch) -> None:
        self._alarming = alarming
        self._notifying = notifying
        self._watch = watch
        self._changed: set[str] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._send_now = threading.Event()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._look, name="waste-alarms", daemon=True),
            threading.Thread(target=self._sweep, name="waste-alarm-sweep", daemon=True),
            threading.Thread(target=self._send, name="waste-alarm-messages", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def concern(self, container_ids: Collection[str]) -> None:
        """Say that containers have changed."""
        if not container_ids:
            return
        with self._lock:
            self._changed.update(container_ids)
        self._wake.set()

    def stop(self) -> None:
        """End; waits for the container and the message at hand."""
        self._stopping.set()
        self._wake.set()
        self._send_now.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def _look(self) -> None:
        ticked_s = 0.0
        while not self._stopping.is_set():
            self._wake.wait(TICK_S)
            self._wake.clear()
            self._stopping.wait(GATHER_S)
            with self._lock:
                changed, self._changed = self._changed, set()
            for container_id in changed:
                if self._stopping.is_set():
                    return
                self._looked(container_id, thorough=False)
            if time.monotonic() - ticked_s >= TICK_S:
                self._tried("alarms_wait", self._alarming.pass_time)
                ticked_s = time.monotonic()
            self._send_now.set()

    def _sweep(self) -> None:
        due: dict[str, datetime] = {}
        while not self._stopping.is_set():
            after, known = "", due
            due = {}
            while not self._stopping.is_set():
                page: list[str] = []
                self._tried("alarm_sweep_waits", lambda: page.extend(self._watch.container_ids(after, PAGE)))  # noqa: B023 - called at once
                for container_id in page:
                    if self._stopping.is_set():
                        return
                    due[container_id] = self._sensors_due(container_id, known.get(container_id))
                if len(page) < PAGE:
                    break
                after = page[-1]
            self._stopping.wait(SWEEP_EVERY_S)

    def _sensors_due(self, container_id: str, due_at: datetime | None) -> datetime:
        """When a container's sensors are to be looked at next, after they were where that is now."""
        now = self._watch.now()
        if due_at is not None and due_at > now:
            return due_at
        return self._looked(container_id, thorough=True) or now + UNWATCHED

    def _send(self) -> None:
        while not self._stopping.is_set():
            self._send_now.wait(SEND_EVERY_S)
            self._send_now.clear()
            self._tried("alarm_messages_wait", self._notifying.send_due)

    def _looked(self, container_id: str, *, thorough: bool) -> datetime | None:
        """Look at a container, soon again where the database was away; when to look at its sensors next."""
        try:
            return self._alarming.look(container_id, thorough=thorough)
        except TROUBLE as error:
            _log.warning("alarms_wait", container_id=container_id, error=repr(error))
            self.concern([container_id])
            self._stopping.wait(TROUBLE_WAIT_S)
            return self._watch.now()
        except Exception:
            # One container that cannot be judged must not keep the others from it.
            _log.exception("container_not_looked_at", container_id=container_id)
        return None

    def _tried(self, event: str, work: Callable[[], object]) -> None:
        try:
            work()
        except TROUBLE as error:
            _log.warning(event, error=repr(error))
            self._stopping.wait(TROUBLE_WAIT_S)
