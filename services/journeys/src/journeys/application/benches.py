"""Use cases of benches: where they are, the chance of a lift by hour, and what waiting there was like."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service_kit.clock import Clock
from service_kit.errors import InvalidInput, NotFound
from service_kit.once import Call

from journeys.application.bench_ports import BenchHour, BenchReader, BenchStore, BenchWriter
from journeys.application.desk import Desk
from journeys.domain.benches import USUAL_WAIT_S, Bench, Observed, Outlook, Sign, Wait, by_hour, outlook

OLDEST_WAIT = timedelta(days=7)
KEPT_S = 30.0
"""So long what is stored is taken to be what it was."""


class Benches:
    """The use cases; safe to use from several threads.

    Parameters
    ----------
    zone
        The district's clocks: hours are theirs.
    """

    def __init__(self, benches: Sequence[Bench], store: BenchStore, zone: ZoneInfo, clock: Clock) -> None:
        self.benches = tuple(benches)
        self.zone = zone
        self._store = store
        self._clock = clock
        self.desk: Desk[BenchReader, BenchWriter] = Desk(store, clock, self._forget)
        self._lock = threading.Lock()
        self._known: tuple[float, Mapping[tuple[str, str, int], Observed]] | None = None

    def observed(self) -> Mapping[tuple[str, str, int], Observed]:
        """What was told of waits, by bench, destination and hour of the day."""
        now_s = self._clock.now().timestamp()
        with self._lock:
            known = self._known
        if known is not None and 0 <= now_s - known[0] < KEPT_S:
            return known[1]
        with self._store.reading() as reader:
            found = {
                (row.bench_id, row.destination, row.hour): Observed(
                    row.waited_s, row.observed_count, row.taken_count
                )
                for row in reader.bench_hours()
            }
        with self._lock:
            self._known = (now_s, found)
        return found

    def outlook(self, bench: Bench, sign: Sign, at: datetime) -> Outlook:
        """What a wait from an instant on is likely to bring; raises Unavailable."""
        hours = {
            hour: seen
            for (bench_id, destination, hour), seen in self.observed().items()
            if (bench_id, destination) == (bench.id, sign.destination)
        }
        return outlook(hours, at, self.zone, USUAL_WAIT_S)

    def report(self, call: Call[None], bench_id: str, destination: str, wait: Wait) -> bytes:
        """Take in how long somebody waited.

        Raises
        ------
        NotFound
            ``BENCH_NOT_FOUND``, ``SIGN_NOT_FOUND``.
        InvalidInput
            ``WAIT_OUT_OF_RANGE``, for one that is not over, or was long ago.
        """
        self._sign(bench_id, destination)
        now = self._clock.now()
        over = wait.starts + timedelta(seconds=wait.waited_s)
        if over > now or wait.starts < now - OLDEST_WAIT:
            raise InvalidInput.in_field(
                "wait_start",
                f"a wait from {wait.starts.isoformat()} to {over.isoformat()} is not over, or long ago",
                "WAIT_OUT_OF_RANGE",
            )

        def work(writer: BenchWriter) -> None:
            for hour, seen in by_hour(wait, self.zone).items():
                writer.add_bench_hour(
                    BenchHour(bench_id, destination, hour, seen.waited_s, seen.waited_count, seen.taken_count)
                )

        return self.desk.once(call, work)

    def _sign(self, bench_id: str, destination: str) -> Sign:
        bench = next((each for each in self.benches if each.id == bench_id), None)
        if bench is None:
            raise NotFound.in_field("bench_id", f"there is no bench {bench_id!r}", "BENCH_NOT_FOUND")
        sign = bench.sign(destination)
        if sign is None:
            raise NotFound.in_field(
                "destination", f"the bench has no sign to {destination!r}", "SIGN_NOT_FOUND"
            )
        return sign

    def _forget(self) -> None:
        with self._lock:
            self._known = None
