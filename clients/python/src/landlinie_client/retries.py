"""When to try again, and how long to wait before."""

import random
from dataclasses import dataclass

from landlinie_client.problem import Problem

_WORTH_IT = {429, 502, 503, 504}
_CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Retries:
    """How patient a client is.

    Requests are safe to repeat: what writes carries an idempotency key, the same one with every try.

    Parameters
    ----------
    most
        Tries after the first one; 0 for none.
    first_s, longest_s
        Pauses double from the first to the longest, each between half of it and all of it. A service that
        says when to come back is asked then, unless that is later than ``longest_s``.
    """

    most: int = 4
    first_s: float = 0.2
    longest_s: float = 15.0

    def pause_s(self, tried: int, problem: Problem | None) -> float | None:
        """Return the seconds to wait before the next try; None where there should be none.

        Parameters
        ----------
        tried
            How often it was tried, at least 1.
        problem
            What was answered; None where nothing was.
        """
        if tried > self.most:
            return None
        usual_s: float = min(self.longest_s, self.first_s * 2 ** (tried - 1)) * random.uniform(0.5, 1.0)
        if problem is None:
            return usual_s
        # Somebody else was quicker: starting over may succeed. Other conflicts last.
        again = problem.status == _CONFLICT and problem.retry_after_s is not None
        if problem.status not in _WORTH_IT and not again:
            return None
        if problem.retry_after_s is None:
            return usual_s
        return None if problem.retry_after_s > self.longest_s else max(usual_s, problem.retry_after_s)
