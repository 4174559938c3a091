"""Planning tours: which containers on which day, by which truck, in which order, and why.

The whole horizon is planned at once, with what each day costs for each container. Then the loads of the days
that were chosen are known, and the tours are searched for again with these.
"""

from collections.abc import Callable, Mapping

from routing_core.collection.check import check
from routing_core.collection.model import Matrix, Tour, plan_cost

from waste.application.ports_planning import TourSolver
from waste.domain.tours import Left, Pickup, PlannedTour, Situation, TourPlan
from waste.domain.tours_costs import drive_matrices, usual_visit_cents
from waste.domain.tours_explain import Explainer, Weighed
from waste.domain.tours_insertion import in_told_order, with_more
from waste.domain.tours_problem import MUST_CENTS, Encoded, Wish, encode
from waste.domain.tours_reasons import Reason, ReasonCode
from waste.domain.tours_result import decoded
from waste.domain.tours_risk import waiting
from waste.domain.tours_streams import Stream, streams_of

CHOOSING_SHARE = 0.6
"""Of the effort, for which containers on which day; the rest is for the order, with the loads of that day."""

LATER_CENTS = MUST_CENTS / 100
"""For each day on which something urgent waits: more than any tour."""

Progress = Callable[[float], None]


def unheard(share: float) -> None:
    """Progress for callers that do not ask for it."""
    del share


def plan_tours(
    situation: Situation, solver: TourSolver, *, seed: int = 0, progress: Progress = unheard
) -> TourPlan:
    """Plan all days of the horizon; the first day's tours are to be driven, the others are a preview.

    Where drivers were told something already (``situation.told``), the first day's tours keep to it unless a
    change pays: this is how an urgent container gets in, and how the day goes on after a breakdown.

    Parameters
    ----------
    progress
        Told how much is done, from 0 to 1, before each search and at the end. What it raises ends planning.
    """
    drives = drive_matrices(situation.drives)
    streams = streams_of(situation)
    tours: list[PlannedTour] = []
    left: list[Left] = []
    faults: list[str] = []
    for number, stream in enumerate(streams):
        part = _StreamPlanning(
            situation=situation,
            stream=stream,
            drives=drives,
            solver=solver,
            share=1 / len(streams),
            seed=seed,
        )

        def done(share: float, number: int = number) -> None:
            progress((number + share) / len(streams))

        encoded, found = part.searched(done)
        planned = decoded(encoded, found)
        explainer = Explainer(
            stream=stream,
            drives=drives,
            prices=situation.prices,
            weighed=part.weighed,
            told=situation.told,
            day_count=situation.day_count,
        )
        tours += [explainer.explained(tour) for tour in planned]
        left += explainer.left(planned)
        faults += check(encoded.problem, found)
    left += _without_stream(situation, streams)
    progress(1.0)
    return TourPlan(
        tuple(sorted(tours, key=lambda tour: (tour.day, tour.truck_id))),
        tuple(sorted(left, key=lambda entry: entry.container_id)),
        tuple(faults),
    )


class _StreamPlanning:
    """The searches for one stream."""

    def __init__(
        self,
        *,
        situation: Situation,
        stream: Stream,
        drives: Mapping[str, Matrix],
        solver: TourSolver,
        share: float,
        seed: int,
    ) -> None:
        self._situation = situation
        self._stream = stream
        self._drives = drives
        self._solver = solver
        self._share = share
        self._seed = seed
        told = situation.told
        self._told_truck = (
            {container: truck for truck, order in told.orders.items() for container in order} if told else {}
        )
        self._locked = told.locked if told else frozenset()
        self._move_cents = told.move_cents if told else 0.0
        self.weighed = self._weighed()

    def searched(self, progress: Progress) -> tuple[Encoded, tuple[Tour, ...]]:
        """The tours of all days, in the terms of the problem they answer."""
        progress(0.0)
        first = self._encoded(self._wishes())
        if not first.problem.stops:
            return first, ()
        chosen = self._days(first, self._best(first, CHOOSING_SHARE))
        progress(CHOOSING_SHARE)
        second = self._encoded(self._wishes(chosen))
        if not second.problem.stops:
            return second, ()
        return second, self._best(second, 1.0 - CHOOSING_SHARE)

    def _encoded(self, wishes: Mapping[str, Wish]) -> Encoded:
        situation = self._situation
        return encode(self._stream, wishes, self._drives, situation.prices, situation.told)

    def _weighed(self) -> dict[str, Weighed]:
        situation = self._situation
        usual = usual_visit_cents(self._stream, self._drives, situation.prices)
        overflow = situation.prices.overflow_day_cents
        return {
            pickup.container_id: Weighed(
                pickup,
                waiting(pickup.outlook, usual[pickup.container_id], overflow, situation.day_count),
                usual[pickup.container_id],
            )
            for pickup in self._stream.pickups
            if pickup.container_id in usual
        }

    def _wishes(self, chosen: Mapping[str, int] | None = None) -> dict[str, Wish]:
        """What is wanted of the containers that may pay; with days chosen, on these and with their loads."""
        wishes = {}
        for container_id, weighed in self.weighed.items():
            pickup, cost = weighed.pickup, weighed.waiting
            days = dict(enumerate(cost.day_cents))
            left = cost.left_cents
            if container_id in self._told_truck:
                left += self._move_cents
            if pickup.urgent:
                days, left = {day: day * LATER_CENTS for day in days}, MUST_CENTS
            if container_id in self._locked:
                days, left = {self._told_day(container_id): 0.0}, MUST_CENTS
            if chosen is not None and container_id in chosen:
                day = chosen[container_id]
                days = {day: days[day]}
                # What the first search chose pays; that the day's load is known now shall not undo it.
                left = max(left, MUST_CENTS / 100)
            # No way is so short that a lift costs nothing.
            if left <= min(days.values()) + self._situation.prices.lift_cents:
                continue
            likely = min(days, key=lambda day: days[day])
            locked_to = self._told_truck.get(container_id) if container_id in self._locked else None
            wishes[container_id] = Wish(days, left, load_l(pickup, likely), locked_to)
        return wishes

    def _best(self, encoded: Encoded, share: float) -> tuple[Tour, ...]:
        """The cheaper one of what the search finds and of what was told, with what pays put in."""
        problem = encoded.problem
        found = self._solver.solve(problem, share=share * self._share, seed=self._seed)
        plans = [with_more(problem, found)] if not check(problem, found) else []
        if self._situation.told is not None:
            plans.append(with_more(problem, in_told_order(problem, self._told_orders(encoded))))
        plans.append(())
        return min(
            (tours for tours in plans if not check(problem, tours)),
            key=lambda tours: plan_cost(problem, tours),
        )

    def _told_orders(self, encoded: Encoded) -> dict[int, list[int]]:
        """By truck of the problem: what is aboard first, then what the driver was told."""
        told = self._situation.told
        index = {stop.stop_id: number for number, stop in enumerate(encoded.problem.stops)}
        orders = {}
        for number, shift in enumerate(self._stream.shifts):
            names = [f"aboard {shift.truck_id}"]
            if told is not None and self._stream.first_days[shift.truck_id] == shift.day:
                names += told.orders.get(shift.truck_id, ())
            orders[number] = [index[name] for name in names if name in index]
        return orders

    def _told_day(self, container_id: str) -> int:
        return self._stream.first_days.get(self._told_truck.get(container_id, ""), 0)

    def _days(self, encoded: Encoded, tours: tuple[Tour, ...]) -> dict[str, int]:
        days = {}
        for tour in tours:
            for visit in tour.visits:
                pickup = None if visit.is_plant else encoded.stops[visit.index]
                if pickup is not None:
                    days[pickup.container_id] = self._stream.shifts[tour.truck].day
        return days


def load_l(pickup: Pickup, day: int) -> int:
    """Litres expected in a container at the end of a day; one at least, nothing weighs nothing."""
    return max(1, round(pickup.outlook.mean_share[day] * pickup.volume_l))


def _without_stream(situation: Situation, streams: tuple[Stream, ...]) -> list[Left]:
    """Containers of fractions that no truck of the horizon takes."""
    taken = {fraction for stream in streams for fraction in stream.fractions}
    left = []
    for pickup in situation.pickups:
        if pickup.fraction not in taken:
            level = pickup.outlook.level_share
            figures = {} if level is None else {"level_percent": 100.0 * level}
            left.append(Left(pickup.container_id, None, Reason(ReasonCode.NO_TRUCK, figures)))
    return left
