"""What waiting costs: overflow by day, weighed against what a visit is put off for.

A container that is emptied every T days costs c + O(T) each time: a visit, and the days on which it is
expected to overflow. With the best T this is g a day, and g is what each day of waiting is worth. So of two
days to empty it, the later one is better by g a day and worse by the overflow in between: the marginal rule
of renewal theory (Barlow & Hunter 1960), here for prizes as in stochastic inventory routing.
"""

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
import numpy.typing as npt

from waste.domain.tours import Outlook

LONGEST_CYCLE_DAYS = 150
"""Nobody leaves a container unvisited for longer, however little is brought."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Waiting:
    """What days cost for one container, compared with the best one.

    Parameters
    ----------
    day_cents
        For emptying it on each day of the horizon: expected overflow until then, less what waiting is worth;
        the cheapest day is 0.
    left_cents
        For not emptying it within the horizon at all, on the same scale: a usual visit on the best day after
        it, with what overflows until then. Below 0 where waiting is better than any visit.
    daily_worth_cents
        Of a day of waiting: g.
    """

    day_cents: tuple[float, ...]
    left_cents: float
    daily_worth_cents: float

    @property
    def put_off_cents(self) -> float:
        """What leaving it costs more than emptying it on the first day, the way there aside."""
        return self.left_cents - self.day_cents[0]


def waiting(outlook: Outlook, visit_cents: float, overflow_day_cents: float, day_count: int) -> Waiting:
    """Work it out for one container.

    Parameters
    ----------
    visit_cents
        What a usual visit costs.
    overflow_day_cents
        What a day of overflow costs.
    """
    fresh = _probabilities(0.0, 0.0, outlook, LONGEST_CYCLE_DAYS)
    days = np.arange(1, LONGEST_CYCLE_DAYS + 1)
    # Emptied in the course of a day, a container overflows at the ends of the days before it.
    overflow = overflow_day_cents * np.concatenate(([0.0], np.cumsum(fresh)[:-1]))
    worth = float(((visit_cents + overflow) / days).min())
    probability = _known_probabilities(outlook)
    until = overflow_day_cents * np.concatenate(([0.0], np.cumsum(probability)[:-1]))
    cost = until - worth * np.arange(len(until))
    least = float(cost[:day_count].min())
    left = visit_cents + float(cost[day_count:].min()) - least
    return Waiting(tuple((cost[:day_count] - least).tolist()), left, worth)


def _known_probabilities(outlook: Outlook) -> Floats:
    """Of overflow at the end of each day from the first of the horizon on."""
    known = np.array(outlook.overflow_probability)
    more = max(1, LONGEST_CYCLE_DAYS - len(known))
    later = _probabilities(outlook.mean_share[-1], float(len(known)), outlook, more)
    return np.maximum.accumulate(np.concatenate((known, later)))


def _probabilities(from_share: float, days_before: float, outlook: Outlook, day_count: int) -> Floats:
    """Of being above 1 at the end of each of ``day_count`` days: daily amounts add up to normal sums."""
    days = np.arange(1, day_count + 1)
    mean = from_share + days * outlook.usual_share_per_day
    deviation = np.maximum(1e-6, outlook.deviation_share * np.sqrt(days_before + days))
    return np.array([erfc(missing) / 2 for missing in ((1.0 - mean) / (sqrt(2.0) * deviation)).tolist()])
