"""Containers that turn red are put on tours under way, if any truck can take them, without anybody asking."""

import threading
from datetime import UTC, datetime, timedelta

import structlog

from waste.application.calls import write
from waste.application.ports_tours import TourStore, TourWriter
from waste.application.tour_urgent import TourUrgency

LOOK_EVERY_S = 1.0
AT_WORK = timedelta(minutes=2)
"""So long a container that somebody works on is left to them."""

_log = structlog.get_logger(__name__)


class RedContainers:
    """Works off what turned red, one container at a time, in a thread of its own.

    A container that no truck can take stays with its alarm: it is tried once for each time it turns red. One
    whose worker died is tried again by another.
    """

    def __init__(self, store: TourStore, urgency: TourUrgency) -> None:
        self._store = store
        self._urgency = urgency
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="waste-red", daemon=True)

    def ask(self, writer: TourWriter, container_id: str) -> None:
        """Have a container put on a tour, once this transaction is over."""
        now = datetime.now(UTC)
        writer.ask_urgent(container_id, now, now)
        self._wake.set()

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End; waits for the container at hand."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def work_off(self) -> int:
        """Deal with all that wait; how many that were."""
        count = 0
        while not self._stopping.is_set():
            found = write(self._store, _due)
            if found is None:
                break
            container_id, asked_at = found
            told = self._urgency.inserted(container_id)
            _log.info(
                "red_container",
                container_id=container_id,
                tour_id=told.tour.id if told.tour else None,
                reason=told.reason.code if told.reason else None,
            )
            self._forget(container_id, asked_at)
            count += 1
        return count

    def _forget(self, container_id: str, asked_at: datetime) -> None:
        write(self._store, lambda writer: writer.forget_urgent(container_id, asked_at))

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self.work_off()
            except Exception:
                # It is asked for still, and tried again in a while.
                _log.exception("red_container_waits")
            self._wake.wait(LOOK_EVERY_S)


def _due(writer: TourWriter) -> tuple[str, datetime] | None:
    now = datetime.now(UTC)
    return writer.urgent(now, now + AT_WORK)
