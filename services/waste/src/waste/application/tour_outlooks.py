"""What planning has to expect of containers: by what was learned of all, or by each one's own book."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from math import erfc, sqrt
from zoneinfo import ZoneInfo

from waste.application.ports_containers import ContainerStore, Span
from waste.application.ports_outlook import Forecaster, ForecastStep
from waste.domain.containers import Container
from waste.domain.measured import Level, Lift
from waste.domain.tours import Outlook
from waste.domain.tours_outlook import NOISE_SHARE, RateBook

HISTORY_DAYS = 60
MOST_LEVELS = 5_000
USUAL_SHARE_PER_DAY = 0.08
"""Where nothing was ever measured: full after twelve days."""
UNKNOWN_SHARE = 0.5
"""Of a container that was never measured."""
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
        span = Span(now - timedelta(days=HISTORY_DAYS))
        with self._store.reading() as reader:
            levels = reader.levels(container.id, span, MOST_LEVELS, newest=True)
            lifts = reader.lifts_of(container.id, span)
        book = self._book(levels, lifts, now.astimezone(self._zone).date())
        latest = _latest(levels, lifts)
        ends = [self._end(first + timedelta(days=number)) for number in range(day_count)]
        means, overflow = _by_book(book, latest or Level(now, UNKNOWN_SHARE), ends)
        hours = [max(1, round((end - now) / timedelta(hours=1))) for end in ends]
        if self._forecaster is not None and hours[-1] <= MOST_HOURS:
            steps = self._forecaster.hours(container, levels, lifts, now, hours[-1])
            if len(steps) == hours[-1]:
                means, overflow = _at_ends(steps, hours)
        level_share = latest.level_share if latest else None
        return Outlook(level_share, means, overflow, book.share_per_day, book.deviation_share)

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


def _latest(levels: Sequence[Level], lifts: Sequence[Lift]) -> Level | None:
    """The last that is known: a level, or that it was emptied since."""
    known = [*levels[-1:], *(Level(lift.at, lift.after_share) for lift in lifts[-1:])]
    return max(known, key=lambda level: level.at, default=None)


def _by_book(
    book: RateBook, latest: Level, ends: Sequence[datetime]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Means and odds to overflow at some instants: usual days since the latest level, as a normal sum."""
    days = [max(0.0, (end - latest.at) / timedelta(days=1)) for end in ends]
    means = tuple(latest.level_share + count * book.share_per_day for count in days)
    deviations = [sqrt(count * book.deviation_share**2 + NOISE_SHARE**2) for count in days]
    odds = tuple(
        erfc((1.0 - mean) / (sqrt(2.0) * deviation)) / 2
        for mean, deviation in zip(means, deviations, strict=True)
    )
    return means, odds


def _at_ends(
    steps: Sequence[ForecastStep], hours: Sequence[int]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Medians, which never fall, and odds to overflow after so many hours."""
    medians: list[float] = []
    for hour in hours:
        medians.append(max(steps[hour - 1].median_share, medians[-1] if medians else 0.0))
    return tuple(medians), tuple(steps[hour - 1].overflow_probability for hour in hours)
