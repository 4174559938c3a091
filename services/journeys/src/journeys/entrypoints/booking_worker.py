"""Bookings that nobody waits for any more, or whose process died, gone on with in the background."""

import threading
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
import structlog
from service_kit.backoff import Backoff
from service_kit.errors import ServiceError

from journeys.application.booking_steps import BookingSteps

_log = structlog.get_logger(__name__)

POLL_S = 1.0
"""So often it is looked for bookings whose event was lost, or whose process died."""
AT_ONCE = 4
MOST_FOUND = 64
RUN_S = 30.0
"""After that a booking is left for a moment, and others come."""


class BookingWorker:
    """Makes the steps that are due, in threads of its own."""

    def __init__(self, making: BookingSteps) -> None:
        self._making = making
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._under_way: set[str] = set()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="bookings")
        self._thread = threading.Thread(target=self._run, name="bookings", daemon=True)

    def wake(self) -> None:
        """Say that there may be something to do."""
        self._wake.set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Let steps under way end, and begin no more."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                wait_s = self._begin_due()
                backoff.reset()
            except (ServiceError, sa.exc.SQLAlchemyError) as error:
                wait_s = backoff.next_delay_s()
                _log.warning("bookings_wait", error=repr(error), delay_s=round(wait_s, 3))
            self._wake.wait(wait_s)

    def _begin_due(self) -> float:
        """Begin what is due; in how many seconds to look again."""
        for booking_id in self._making.due(MOST_FOUND):
            with self._lock:
                begins = booking_id not in self._under_way
                self._under_way.add(booking_id)
            if begins:
                self._threads.submit(self._go_on, booking_id)
        due_s = self._making.next_due_s()
        # What is due and under way already is not looked for without a breath.
        return POLL_S if due_s is None else min(POLL_S, max(POLL_S / 10, due_s))

    def _go_on(self, booking_id: str) -> None:
        try:
            if not self._stopping.is_set():
                self._making.run_for(booking_id, RUN_S)
        except Exception as error:
            _log.warning("booking_waits", booking_id=booking_id, error=repr(error))
        finally:
            with self._lock:
                self._under_way.discard(booking_id)
