"""States of containers, kept up to date in a thread of its own."""

import threading
import time
from collections.abc import Callable, Iterator

import sqlalchemy as sa
import structlog
from service_kit.errors import Aborted, Unavailable
from service_kit.telemetry.sources import SOURCES, Reading

from waste.application.judging import Judging
from waste.domain.ampel import Ampel

AT_ONCE = 50
LOOK_EVERY_S = 0.5
"""How often states that time has made due are looked for."""
TROUBLE_WAIT_S = 5.0
LONGEST_PAUSE_S = 0.1

_log = structlog.get_logger(__name__)


class ContinuousJudging:
    """Works out states as they become due; at once where it is told that something was measured."""

    def __init__(self, judging: Judging) -> None:
        self._judging = judging
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._forget: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="waste-judging", daemon=True)

    def start(self) -> None:
        self._forget = SOURCES.add(self._figures)
        self._thread.start()

    def poke(self) -> None:
        """Say that a state may be due."""
        self._wake.set()

    def stop(self) -> None:
        """End; waits for the states at hand."""
        self._stopping.set()
        self._forget()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                more = self._judge_due()
            except (Aborted, Unavailable, sa.exc.OperationalError, sa.exc.TimeoutError) as error:
                _log.warning("states_wait", error=repr(error))
                self._stopping.wait(TROUBLE_WAIT_S)
                continue
            if not more:
                self._wake.wait(LOOK_EVERY_S)

    def _figures(self) -> Iterator[Reading]:
        counts, due_count = self._judging.figures()
        for ampel in Ampel:
            yield Reading("landlinie_containers", (ampel.value,), counts.get(ampel, 0))
        yield Reading("landlinie_container_states_due", (), due_count)

    def _judge_due(self) -> bool:
        due = self._judging.due(AT_ONCE)
        for container_id in due:
            if self._stopping.is_set():
                break
            began_s = time.monotonic()
            try:
                self._judging.judge(container_id)
            except (Aborted, Unavailable, sa.exc.OperationalError, sa.exc.TimeoutError):
                raise
            except Exception:
                _log.exception("state_not_worked_out", container_id=container_id)
                self._judging.postpone(container_id)
            # Calls and sensors get the other half of the time, however much there is to be worked out.
            self._stopping.wait(min(time.monotonic() - began_s, LONGEST_PAUSE_S))
        return bool(due)
