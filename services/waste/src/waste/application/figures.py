"""Use case: what became of containers, day by day."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from waste.application.ports_containers import Chosen, ContainerReader, ContainerStore, Span
from waste.domain.day_figures import FULL_SHARE, DayFigures, day_figures
from waste.domain.measured import Lift

AT_ONCE = 1000


class Figures:
    """Counts from what is kept; days are those of the district's clock."""

    def __init__(self, store: ContainerStore, time_zone: ZoneInfo) -> None:
        self._store = store
        self._time_zone = time_zone

    def __call__(self, chosen: Chosen, first: date, last: date) -> list[DayFigures]:
        """Figures of every day from the first to the last, of the containers chosen."""
        span = Span(self._midnight(first), self._midnight(last + timedelta(days=1)))
        with self._store.reading() as reader:
            lifts = _all_lifts(reader, chosen, span)
            full = reader.full_times(chosen, span, FULL_SHARE)
        return day_figures(first, last, self._time_zone, lifts, full)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._time_zone)


def _all_lifts(reader: ContainerReader, chosen: Chosen, span: Span) -> list[Lift]:
    found: list[Lift] = []
    after = 0
    while page := reader.lifts(chosen, span, after, AT_ONCE):
        found += [lift for _, lift in page]
        after = page[-1][0]
    return found
