"""How many cars are in a recycling yard, and how long one waits, from what its loops or queue sensors count.

Loops miss cars and count trailers twice, so that in and out drift apart. Two things put that right: at night
the yard is empty whatever was counted, and what came in during the last days has gone out again, which tells
by which factor the exit miscounts.

Waiting follows from counting departures: who comes to a full yard with ``q`` cars before the gate drives in
with the ``q + 1``-th departure. Departures at a steady rate make that time Erlang distributed; its mean is
Little's law (J. D. C. Little, A proof for the queuing formula L = λW, Operations Research 9, 1961).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from waste.domain.errors import WrongFieldError

ZERO_AT = time(3)
"""Local time at which nobody is in the yard."""
DRIFT_DAYS = 14
FEWEST_EXITS = 50
LARGEST_CORRECTION = 1.25
SATURATED_WINDOW = timedelta(hours=2)
PRIOR_HOURS = 0.5
"""How many hours of measuring the usual throughput is worth."""
CAR_SPACE_M = 6.5
"""Length of road that a waiting car takes."""
STALE_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Passage:
    """Cars that were counted since the last count, at an instant."""

    at: datetime
    count_in: int = 0
    count_out: int = 0


@dataclass(frozen=True, slots=True)
class Counter:
    """What a loop's counters stood at; None for a direction that it does not count."""

    at: datetime
    count_in: int | None
    count_out: int | None


def passages(counters: Sequence[Counter]) -> list[Passage]:
    """Return what passed between counts of one device, oldest first.

    A counter that stands lower than before has begun anew: what it shows has passed since.
    """
    found = []
    before: Counter | None = None
    for counter in sorted(counters, key=lambda counter: counter.at):
        if before is not None:
            count_in = _passed(before.count_in, counter.count_in)
            count_out = _passed(before.count_out, counter.count_out)
            if count_in or count_out:
                found.append(Passage(counter.at, count_in, count_out))
        before = Counter(
            counter.at,
            counter.count_in if counter.count_in is not None or before is None else before.count_in,
            counter.count_out if counter.count_out is not None or before is None else before.count_out,
        )
    return found


def _passed(before: int | None, now: int | None) -> int:
    if now is None or before is None:
        return 0
    return now - before if now >= before else now


def exit_correction(counted: Sequence[Passage], zone: ZoneInfo, now: datetime) -> float:
    """By which factor cars that were counted out have to be multiplied: what came in has gone out.

    Only whole days count, from one zero to the next; of the last two weeks.
    """
    today = zeroed_at(now, zone)
    begin = today - timedelta(days=DRIFT_DAYS)
    whole = [passage for passage in counted if begin <= passage.at < today]
    count_in = sum(passage.count_in for passage in whole)
    count_out = sum(passage.count_out for passage in whole)
    if count_out < FEWEST_EXITS or not count_in:
        return 1.0
    return min(max(count_in / count_out, 1 / LARGEST_CORRECTION), LARGEST_CORRECTION)


def zeroed_at(at: datetime, zone: ZoneInfo) -> datetime:
    """When the yard was last empty for certain, in UTC."""
    local = at.astimezone(zone)
    day = local.date() if local.time() >= ZERO_AT else local.date() - timedelta(days=1)
    return _zero_of(day, zone)


def _zero_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, ZERO_AT, zone).astimezone(UTC)


def occupancies(
    counted: Sequence[Passage], zone: ZoneInfo, *, correction: float = 1.0
) -> Iterator[tuple[datetime, float]]:
    """Cars in the yard after each passage, oldest first.

    Parameters
    ----------
    correction
        See :func:`exit_correction`.

    Yields
    ------
    Instant, and cars: a fraction where the exit is corrected, never below none.
    """
    cars, zero = 0.0, None
    for passage in sorted(counted, key=lambda passage: passage.at):
        begin = zeroed_at(passage.at, zone)
        if begin != zero:
            cars, zero = 0.0, begin
        cars = max(0.0, cars + passage.count_in - correction * passage.count_out)
        yield passage.at, cars


@dataclass(frozen=True, slots=True)
class YardPlan:
    """What is known of a yard without counting.

    Parameters
    ----------
    bay_count
        Cars that can unload at once.
    stay_duration_min
        How long one of them takes.

    Raises
    ------
    WrongFieldError
        Where one of the two is none.
    """

    bay_count: int
    stay_duration_min: int

    def __post_init__(self) -> None:
        if not 1 <= self.bay_count <= 1000:
            raise WrongFieldError("bay_count", self.bay_count, "1 to 1,000")
        if not 1 <= self.stay_duration_min <= 240:
            raise WrongFieldError("stay_duration_min", self.stay_duration_min, "1 to 240")

    @property
    def throughput_per_h(self) -> float:
        """Cars an hour that a full yard lets go."""
        return self.bay_count * 60 / self.stay_duration_min


def throughput_per_h(
    counted: Sequence[Passage],
    cars: Sequence[tuple[datetime, float]],
    plan: YardPlan,
    now: datetime,
    *,
    correction: float = 1.0,
) -> float:
    """Cars an hour that the full yard has let go lately; what little was measured is filled up with the plan.

    Parameters
    ----------
    cars
        As from :func:`occupancies`.
    """
    begin = now - SATURATED_WINDOW
    full_since: datetime | None = None
    hours, spans = 0.0, []
    for at, count in [*cars, (now, 0.0)]:
        if full_since is not None:
            span = (max(full_since, begin), max(at, begin))
            spans.append(span)
            hours += (span[1] - span[0]) / timedelta(hours=1)
        full_since = at if count >= plan.bay_count else None
    out = correction * sum(
        passage.count_out for passage in counted if any(start < passage.at <= end for start, end in spans)
    )
    return (out + plan.throughput_per_h * PRIOR_HOURS) / (hours + PRIOR_HOURS)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long who comes now will wait.

    Parameters
    ----------
    expected
        On average.
    upper_90
        What nine in ten do not exceed.
    """

    expected: timedelta
    upper_90: timedelta


NO_WAITING = Waiting(timedelta(0), timedelta(0))


def waiting(queue_count: int, per_h: float, *, full: bool) -> Waiting:
    """How long one waits behind a queue.

    Parameters
    ----------
    queue_count
        Cars before the gate.
    per_h
        Departures an hour, above 0.
    full
        Whether somebody has to leave before anybody drives in.
    """
    if not full:
        return NO_WAITING
    departures = queue_count + 1
    mean = timedelta(hours=departures / per_h)
    return Waiting(mean, timedelta(hours=_erlang_quantile(departures, 0.9) / per_h))


def queue_of_length(length_m: float) -> int:
    """How many cars make a queue of so many metres."""
    return math.ceil(length_m / CAR_SPACE_M - 1e-9)


def _erlang_quantile(shape: int, share: float) -> float:
    """The time, in mean gaps, up to which ``shape`` events have happened with probability ``share``."""
    low, high = 0.0, shape + 10.0 * math.sqrt(shape) + 10.0
    for _ in range(40):
        middle = (low + high) / 2
        if 1.0 - _fewer_than(shape, middle) < share:
            low = middle
        else:
            high = middle
    return high


def _fewer_than(count: int, mean: float) -> float:
    """Probability that a Poisson variable of this mean stays below ``count``."""
    if mean <= 0:
        return 1.0
    return sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count))
