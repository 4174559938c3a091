"""What calls came to under load: how many were asked, answered and refused, and how long answers took."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import report
from service_kit.errors import ResourceExhausted, ServiceError

ALL_CALLS = "all calls"
ANSWERED_WITHIN_S = 1.0
"""The 99th percentile beyond which load is too much: offers come while the caller is still on the line."""


@dataclass(slots=True)
class CallFigures:
    """Of one kind of call."""

    offered: int = 0
    refused: int = 0
    failed: int = 0
    latencies_s: list[float] = field(default_factory=list)
    """Of those that were done, from the moment the call was due."""

    @property
    def p99_s(self) -> float:
        return report.percentile_ms(self.latencies_s, 99) / 1000 if self.latencies_s else 0.0


@dataclass(slots=True)
class Figures:
    """Of all calls that were due in a stretch of time."""

    seconds: float = 0.0
    calls: dict[str, CallFigures] = field(default_factory=dict)
    refusals_without_delay: int = 0
    refused_after_s: list[float] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    """Why calls were refused or failed."""

    def offered(self, call: str) -> CallFigures:
        """Count a call that is due, and return where its end is counted."""
        figures = self.calls.setdefault(call, CallFigures())
        figures.offered += 1
        return figures

    def not_done(self, figures: CallFigures, call: str, error: ServiceError, after_s: float) -> None:
        """Count a call that was refused for now, or failed."""
        if isinstance(error, ResourceExhausted):
            figures.refused += 1
            self.refused_after_s.append(after_s)
            if not error.retry_after_s:
                self.refusals_without_delay += 1
            self.reasons[error.reason] += 1
        else:
            figures.failed += 1
            self.reasons[f"{call}: {error.reason}"] += 1

    @property
    def total(self) -> CallFigures:
        each = self.calls.values()
        return CallFigures(
            sum(call.offered for call in each),
            sum(call.refused for call in each),
            sum(call.failed for call in each),
            [latency for call in each for latency in call.latencies_s],
        )

    def carried(self) -> bool:
        """Whether the load was not too much: nothing refused, hardly anything failed, all answered soon."""
        total = self.total
        return (
            not total.refused
            and total.failed <= total.offered / 100
            and all(call.p99_s <= ANSWERED_WITHIN_S for call in self.calls.values())
        )

    def row(self, shape: str, load: str, call: str) -> report.Row:
        """A line of the table, for one kind of call or all."""
        found = self.total if call == ALL_CALLS else self.calls[call]
        percentiles = {
            f"p{str(percent).replace('.', '')} ms": report.percentile_ms(found.latencies_s, percent)
            if found.latencies_s
            else float("nan")
            for percent in (50, 99, 99.9)
        }
        return {
            "shape": shape,
            "load": load,
            "call": call,
            "offered/s": found.offered / self.seconds,
            "done/s": len(found.latencies_s) / self.seconds,
            "refused/s": found.refused / self.seconds,
            "failed/s": found.failed / self.seconds,
            **percentiles,
        }

    def rows(self, shape: str, load: str, names: Sequence[str]) -> list[report.Row]:
        """Lines of the table, in the order of the names."""
        return [self.row(shape, load, name) for name in names if name == ALL_CALLS or name in self.calls]


async def find_limit(
    carried: Callable[[float], Awaitable[bool]], first: float, *, factor: float = 1.5, halvings: int = 2
) -> float:
    """Offer more and more until it is too much, then look in between.

    Parameters
    ----------
    carried
        Whether a rate was.
    first
        The rate to begin with; where it is too much already, less is tried.
    halvings
        How often to look between the most that was carried and the least that was not.

    Returns
    -------
    The highest rate that was carried.

    Raises
    ------
    ValueError
        Where not even one a second is.
    """
    most = first
    while not await carried(most):
        if most < 1:
            raise ValueError(f"{most:.3g} a second is too much already")
        most /= factor
    while await carried(most * factor):
        most *= factor
    least = most * factor
    for _ in range(halvings):
        middle = (most * least) ** 0.5
        if await carried(middle):
            most = middle
        else:
            least = middle
    return most
