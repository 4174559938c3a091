"""Ride-share benches (Mitfahrbänke): where one waits, under a sign that says where to, for a car to stop."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import expm1, log1p
from zoneinfo import ZoneInfo

from journeys.domain.places import Point

HOUR_S = 3600
USUAL_WAIT_S = 1800
"""The wait that chances are told for."""
LONGEST_TOLD_WAIT_S = 4 * HOUR_S
ASSUMED_TAKEN, ASSUMED_WAITED_S = 1.0, 3600.0
"""What is assumed before anybody has told anything: as if one had been taken after an hour's wait."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Where somebody on the bench wants to go; one of the bench's signs is shown at a time."""

    destination: str
    place: Point


@dataclass(frozen=True, slots=True)
class Bench:
    """A bench; ``place`` has its name."""

    id: str
    place: Point
    signs: tuple[Sign, ...]

    def sign(self, destination: str) -> Sign | None:
        """The sign to a destination."""
        return next((sign for sign in self.signs if sign.destination == destination), None)


@dataclass(frozen=True, slots=True)
class Observed:
    """What was told about waits in one hour of the day, under one sign.

    Parameters
    ----------
    waited_s
        By all together.
    waited_count, taken_count
        Who waited in this hour, and who of them was taken in it.
    """

    waited_s: int = 0
    waited_count: int = 0
    taken_count: int = 0

    def chance(self, wait_s: float) -> float:
        """Probability of being taken within a wait.

        Those who gave up count for as long as they waited: leaving them out would make benches look better
        than they are, counting them as never taken, worse. So cars that stop are taken to come at a constant
        rate within the hour, unknown, with a Gamma distribution: the conjugate prior of exponential waiting
        times that may be cut off (Gelman et al., Bayesian Data Analysis, 3rd edition, section 2.6). With
        ``a`` taken and ``b`` seconds waited, the assumed ones included, nobody comes for ``t`` seconds with
        probability ``(b / (b + t)) ** a``.
        """
        return -expm1(self._log_nobody(wait_s))

    def waited_in_vain_s(self, wait_s: float) -> float:
        """Seconds that pass on average within a wait before somebody comes, or it is over."""
        taken, waited_s = self._sums()
        if taken == 1.0:
            return waited_s * log1p(wait_s / waited_s)
        power = 1.0 - taken
        return waited_s / power * expm1(power * log1p(wait_s / waited_s))

    def _log_nobody(self, wait_s: float) -> float:
        taken, waited_s = self._sums()
        return -taken * log1p(wait_s / waited_s)

    def _sums(self) -> tuple[float, float]:
        return ASSUMED_TAKEN + self.taken_count, ASSUMED_WAITED_S + self.waited_s


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody's wait; ``taken`` where a car stopped in the end."""

    starts: datetime
    waited_s: int
    taken: bool


def by_hour(wait: Wait, zone: ZoneInfo) -> dict[int, Observed]:
    """What a wait tells of each hour of the day that it lasted in, by the clock on the wall.

    Who is taken is so in the last of them; a wait of no length tells of the hour it was in.
    """
    found: dict[int, Observed] = {}
    pieces = list(_hours_of(wait.starts, wait.waited_s, zone))
    for number, (hour, here_s) in enumerate(pieces, start=1):
        before = found.get(hour, Observed())
        taken = int(wait.taken and number == len(pieces))
        found[hour] = Observed(before.waited_s + here_s, 1, before.taken_count + taken)
    return found


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a wait is likely to bring.

    Parameters
    ----------
    chance
        Of being taken within ``wait_s``.
    expected_wait_s
        On average, of those who are taken within it.
    hour
        Of the day, in which it begins; ``observed_count`` waited then, and ``taken_count`` were taken.
    """

    wait_s: int
    chance: float
    expected_wait_s: float
    hour: int
    observed_count: int
    taken_count: int

    @property
    def sentence(self) -> str:
        """The same in words, in English."""
        span = f"between {self.hour}:00 and {(self.hour + 1) % 24}:00"
        share = f"{round(100 * self.chance)} %"
        if self.observed_count == 0:
            return (
                f"No promise: nobody has told yet of a wait here {span}; that a car stops within "
                f"{self.wait_s // 60} minutes is assumed to have a chance of {share}."
            )
        return (
            f"No promise: of {self.observed_count} who told of a wait here {span}, {self.taken_count} were "
            f"taken along; that a car stops within {self.wait_s // 60} minutes is estimated to have a chance "
            f"of {share}, and then to take {round(self.expected_wait_s / 60)} minutes on average."
        )


def outlook(hours: Mapping[int, Observed], starts: datetime, zone: ZoneInfo, wait_s: int) -> Outlook:
    """What a wait from an instant on is likely to bring, hour after hour as it was observed."""
    nobody, passed_s = 1.0, 0.0
    first = starts.astimezone(zone).hour
    for hour, length_s in _hours_of(starts, wait_s, zone):
        seen = hours.get(hour, Observed())
        passed_s += nobody * seen.waited_in_vain_s(length_s)
        nobody *= 1.0 - seen.chance(length_s)
    known = hours.get(first, Observed())
    expected_s = (passed_s - wait_s * nobody) / (1.0 - nobody)
    return Outlook(wait_s, 1.0 - nobody, expected_s, first, known.waited_count, known.taken_count)


def _hours_of(starts: datetime, wait_s: int, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """The hours of the day that a wait lasts in, and for how long."""
    at, left_s = starts, wait_s
    while True:
        local = at.astimezone(zone)
        here_s = min(left_s, HOUR_S - local.minute * 60 - local.second)
        yield local.hour, here_s
        left_s -= here_s
        if left_s == 0:
            return
        at += timedelta(seconds=here_s)
