"""Containers that turn red are put on tours under way, if any truck can take them, without anybody asking."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from service_kit.once import write

from waste.application.ports_tours import TourStore, TourWriter
from waste.application.tour_urgent import TourUrgency

LOOK_EVERY_S = 1.0
AT_WORK = timedelta(minutes=2)
"""So long a container that somebody works on is left to them."""
AGAIN_EARLIEST, AGAIN_LATEST = timedelta(minutes=10), timedelta(hours=2)
"""A container is tried again after half of the time that it has been red, within these bounds: trucks get
room and come nearer, and searching in vain costs."""

_log = structlog.get_logger(__name__)


def machine_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


class RedContainers:
    """Works off what is red, one container at a time, in a thread of its own.

    A container stays asked for as long as it is red. One that no truck can take has its alarm, and is tried
    again after a while, and at once when tours are approved or the one that had it is called off. One whose
    worker died is tried again by another.

    Parameters
    ----------
    now
        By the machine's clock, which tells how long a worker was silent.
    """

    def __init__(
        self, store: TourStore, urgency: TourUrgency, now: Callable[[], datetime] = machine_now
    ) -> None:
        self._store = store
        self._urgency = urgency
        self._now = now
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="waste-red", daemon=True)

    def ask(self, writer: TourWriter, container_id: str) -> None:
        """Have a container put on a tour, once this transaction is over."""
        now = self._now()
        writer.ask_urgent(container_id, now, now)
        self._wake.set()

    def ask_again(self, writer: TourWriter, container_ids: Sequence[str] | None = None) -> None:
        """Try those of these (None: of all) that are still red again, once this transaction is over."""
        writer.hurry_urgent(container_ids, self._now())
        self._wake.set()

    def forget(self, writer: TourWriter, container_id: str) -> None:
        """A container is no longer red, or no longer there."""
        writer.forget_urgent(container_id)

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
        """Deal with all that are due; how many that were."""
        count = 0
        while not self._stopping.is_set():
            found = write(self._store, self._due)
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
            self._put_off(container_id, asked_at)
            count += 1
        return count

    def _due(self, writer: TourWriter) -> tuple[str, datetime] | None:
        now = self._now()
        return writer.urgent(now, now + AT_WORK)

    def _put_off(self, container_id: str, asked_at: datetime) -> None:
        now = self._now()
        again = now + min(max((now - asked_at) / 2, AGAIN_EARLIEST), AGAIN_LATEST)
        write(self._store, lambda writer: writer.put_off_urgent(container_id, asked_at, again))

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self.work_off()
            except Exception:
                # It is asked for still, and tried again in a while.
                _log.exception("red_container_waits")
            self._wake.wait(LOOK_EVERY_S)
