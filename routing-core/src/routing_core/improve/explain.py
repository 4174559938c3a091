"""Why nobody serves a ride, and what would have to give way for each vehicle to take it."""

from collections.abc import Mapping
from dataclasses import dataclass

from routing_core.fleet.check import check
from routing_core.fleet.model import Plan, Request, Tour
from routing_core.improve.explain_relax import Change, Lever, least, levers
from routing_core.improve.problem import Problem, unserved_requests
from routing_core.insertion.best import Reason, best_insertions
from routing_core.travel import TravelMatrix


@dataclass(frozen=True)
class Relaxation:
    """The least change of its kind with which the tour can take the ride.

    ``amount`` is in seconds or counted (see :class:`Change`); one less is not enough. ``price`` compares
    kinds, in seconds. ``request`` and ``tour`` are both as they would be, the ride inserted and timed.
    """

    change: Change
    subject: str
    amount: int
    price: int
    request: Request
    tour: Tour


@dataclass(frozen=True)
class Verdict:
    """What one shift says to one ride.

    ``reason`` is what stands in the way, with ``counts`` of pairs of positions by reason; None where the ride
    fits as the plan is. ``relaxation`` is the cheapest single change that helps; None where none does.
    """

    shift_id: str
    reason: Reason | None
    counts: Mapping[Reason, int]
    relaxation: Relaxation | None


@dataclass(frozen=True)
class Explanation:
    """What every shift says to a ride that nobody serves."""

    request_id: str
    verdicts: tuple[Verdict, ...]

    @property
    def cheapest(self) -> Verdict | None:
        """The verdict whose relaxation is cheapest; None where no single change helps."""
        helped = [verdict for verdict in self.verdicts if verdict.relaxation is not None]
        return min(helped, key=_price, default=None)


def explain(problem: Problem, plan: Plan) -> tuple[Explanation, ...]:
    """For every unserved request of a plan and every shift, the reason and the cheapest relaxation.

    A relaxation is tried by the exact insertion into the plan as it stands, all else promised kept, and
    counts only if the checker finds nothing in the plan with it that was not there before.

    Returns
    -------
    In the order of the plan's requests; verdicts in the order of its tours.
    """
    return tuple(
        Explanation(
            name,
            tuple(
                _verdict(plan, index, plan.requests[name], problem.travel) for index in range(len(plan.tours))
            ),
        )
        for name in unserved_requests(plan)
    )


def _verdict(plan: Plan, index: int, request: Request, travel: TravelMatrix) -> Verdict:
    tour = plan.tours[index]
    answer = best_insertions(request, [tour], plan.requests, travel)
    if answer.candidates:
        return Verdict(tour.shift.id, None, {}, None)
    (rejection,) = answer.rejections
    found = [
        relaxation
        for lever in levers(request, tour)
        if (relaxation := _relaxation(plan, index, lever, travel)) is not None
    ]
    cheapest = min(found, key=lambda relaxation: relaxation.price, default=None)
    return Verdict(tour.shift.id, rejection.reason, rejection.counts, cheapest)


def _relaxation(plan: Plan, index: int, lever: Lever, travel: TravelMatrix) -> Relaxation | None:
    def inserted(request: Request, tour: Tour) -> Tour | None:
        answer = best_insertions(request, [tour], plan.requests, travel)
        return answer.candidates[0].tour if answer.candidates else None

    amount = least(lever, lambda request, tour: inserted(request, tour) is not None)
    if amount is None:
        return None
    request, relaxed = lever.applied(amount)
    tour = inserted(request, relaxed)
    if tour is None or not _adds_nothing_wrong(plan, index, request, relaxed, tour, travel):
        return None
    return Relaxation(lever.change, lever.subject, amount, lever.price(amount), request, tour)


def _adds_nothing_wrong(
    plan: Plan, index: int, request: Request, relaxed: Tour, tour: Tour, travel: TravelMatrix
) -> bool:
    """Whether the checker finds nothing with the ride inserted that it does not find without."""
    requests = {**plan.requests, request.id: request}
    before, after = (
        Plan((*plan.tours[:index], one, *plan.tours[index + 1 :]), requests) for one in (relaxed, tour)
    )
    return set(check(after, travel)) <= set(check(before, travel))


def _price(verdict: Verdict) -> float:
    return float("inf") if verdict.relaxation is None else verdict.relaxation.price
