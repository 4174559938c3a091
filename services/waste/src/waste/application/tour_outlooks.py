"""What planning has to expect of containers: by what was learned of all, or by each one's own book."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from waste.application.ports_containers import ContainerStore, Span
from waste.application.ports_outlook import Forecaster, ForecastStep
from waste.domain.containers import Container
from waste.domain.measured import Level, Lift
from waste.domain.tours import Outlook
from waste.domain.tours_outlook import RateBook

HISTORY_DAYS = 60
MOST_LEVELS = 5_000
USUAL_SHARE_PER_DAY = 0.08
"""Where nothing was ever measured: full after twelve days."""
HOURS_A_DAY = 24
MOST_HOURS = 168


class TourOutlooks:
    """Looks at containers for planning.

    Parameters
    ----------
    forecaster
        None where nobody learns of them.
    """

    def __init__(self, store: ContainerStore, forecaster: Forecaster | None, zone: ZoneInfo) -> None:
        self._store = store
        self._forecaster = forecaster
        self._zone = zone

    def ahead(
        self, containers: Sequence[Container], now: datetime, first: date, day_count: int
    ) -> Mapping[str, Outlook]:
        """What is to be expected at the end of each day of a horizon, by container."""
        return {container.id: self._outlook(container, now, first, day_count) for container in containers}

    def _outlook(self, container: Container, now: datetime, first: date, day_count: int) -> Outlook:
        span = Span(now - timedelta(days=HISTORY_DAYS), now)
        with self._store.reading() as reader:
            levels = reader.levels(container.id, span, MOST_LEVELS, newest=True)
            lifts = reader.lifts_of(container.id, span)
        today = now.astimezone(self._zone).date()
        skipped = max(0, (first - today).days)
        plain = self._book(levels, lifts, today).outlook(skipped + day_count)
        means, overflow = plain.mean_share[skipped:], plain.overflow_probability[skipped:]
        ends = [self._end(first + timedelta(days=number)) for number in range(day_count)]
        hours = [max(1, round((end - now) / timedelta(hours=1))) for end in ends]
        if self._forecaster is not None and hours[-1] <= MOST_HOURS:
            steps = self._forecaster.hours(container, levels, lifts, now, hours[-1])
            if len(steps) == hours[-1]:
                means, overflow = _at_ends(steps, hours)
        return Outlook(plain.level_share, means, overflow, plain.usual_share_per_day, plain.deviation_share)

    def _book(self, levels: Sequence[Level], lifts: Sequence[Lift], today: date) -> RateBook:
        """Each morning's level, and each day's lift, as they were."""
        book = RateBook(USUAL_SHARE_PER_DAY)
        morning_levels = {self._day(level.at) + timedelta(days=1): level.level_share for level in levels}
        lifted = {self._day(lift.at): lift for lift in lifts}
        if not morning_levels and not lifted:
            return book
        day = min([*morning_levels, *lifted])
        while day <= today:
            book.read(morning_levels.get(day))
            lift = lifted.get(day)
            if lift is not None:
                begin = datetime.combine(day, time(), self._zone)
                book.emptied((lift.at.timestamp() - begin.timestamp()) / (HOURS_A_DAY * 3600))
            day += timedelta(days=1)
        return book

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def _end(self, day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time(), self._zone)


def _at_ends(
    steps: Sequence[ForecastStep], hours: Sequence[int]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Medians, which never fall, and odds to overflow after so many hours."""
    medians: list[float] = []
    for hour in hours:
        medians.append(max(steps[hour - 1].median_share, medians[-1] if medians else 0.0))
    return tuple(medians), tuple(steps[hour - 1].overflow_probability for hour in hours)
