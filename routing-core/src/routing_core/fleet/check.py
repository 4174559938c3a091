"""The one checker: whether a plan keeps every rule and every promise.

Written for reading, in plain Python, and sharing no code with the engines it judges. A plan states the
time of every stop, so ride limits are checked on those times directly and exactly.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from routing_core.fleet.model import NOBODY, Action, Plan, Request, Stop, Tour
from routing_core.travel import UNREACHABLE, TravelMatrix


class Rule(Enum):
    UNKNOWN_REQUEST = "unknown_request"
    SERVED_TWICE = "served_twice"
    PAIRING = "pairing"
    ORDER = "order"
    TRAVEL_TIME = "travel_time"
    SERVICE_TIME = "service_time"
    PICKUP_WINDOW = "pickup_window"
    DROPOFF_WINDOW = "dropoff_window"
    RIDE_TIME = "ride_time"
    CAPACITY = "capacity"
    SKILL = "skill"
    BREAK_MISSING = "break_missing"
    BREAK_WINDOW = "break_window"
    BREAK_ABOARD = "break_aboard"
    SHIFT_START = "shift_start"
    SHIFT_END = "shift_end"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a plan does not keep.

    ``subject`` is the request or break concerned, or empty. ``excess`` says by how much: seconds for times,
    passengers for capacity, a count otherwise.
    """

    rule: Rule
    shift_id: str
    subject: str
    excess: int
    message: str


def check(plan: Plan, travel: TravelMatrix) -> tuple[Violation, ...]:
    """Every rule that the plan does not keep; empty for a plan that keeps all.

    Requests of the plan that no tour serves are not a violation. Times of done stops count like planned
    ones, but what is done needs no service time.
    """
    violations = list(_served_once(plan))
    for tour in plan.tours:
        unknown = list(_known(tour, plan))
        violations += unknown
        if not unknown:
            violations += _pairing(tour)
            violations += _timing(tour, plan, travel)
            violations += _promises(tour, plan)
            violations += _capacity(tour, plan)
            violations += _skills(tour, plan)
            violations += _breaks(tour, plan)
    return tuple(violations)


def _served_once(plan: Plan) -> Iterator[Violation]:
    seen: Counter[tuple[Action, str]] = Counter()
    for tour in plan.tours:
        for stop in tour.stops:
            if stop.action is Action.BREAK:
                continue
            key = (stop.action, stop.subject)
            seen[key] += 1
            if seen[key] > 1:
                yield Violation(
                    Rule.SERVED_TWICE,
                    tour.shift.id,
                    stop.subject,
                    1,
                    f"second {stop.action.value} of {stop.subject}",
                )


def _known(tour: Tour, plan: Plan) -> Iterator[Violation]:
    breaks = {pause.id for pause in tour.shift.breaks}
    for stop in tour.stops:
        known = breaks if stop.action is Action.BREAK else plan.requests
        if stop.subject not in known:
            yield Violation(
                Rule.UNKNOWN_REQUEST, tour.shift.id, stop.subject, 1, f"no such subject: {stop.subject}"
            )


def _pairing(tour: Tour) -> Iterator[Violation]:
    actions: dict[str, list[Action]] = {}
    for stop in tour.stops:
        if stop.action is not Action.BREAK:
            actions.setdefault(stop.subject, []).append(stop.action)
    for subject, done in actions.items():
        if done not in ([Action.PICKUP, Action.DROPOFF], [Action.NO_SHOW]):
            found = ", ".join(action.value for action in done)
            yield Violation(
                Rule.PAIRING,
                tour.shift.id,
                subject,
                1,
                f"{subject} needs one pickup and then one dropoff, has: {found}",
            )


def _timing(tour: Tour, plan: Plan, travel: TravelMatrix) -> Iterator[Violation]:
    shift = tour.shift
    place = shift.start_place
    free_s = shift.start_s
    planned_before = False
    for position, stop in enumerate(tour.stops):
        if stop.done and planned_before:
            yield Violation(
                Rule.ORDER, shift.id, stop.subject, 1, f"{stop.subject} is done after a planned stop"
            )
        under_way = position < tour.locked_count
        if not stop.done:
            planned_before = True
            if not under_way:
                free_s = max(free_s, tour.not_before_s)
        there = place if stop.action is Action.BREAK else _place(stop, plan.requests[stop.subject])
        driven_s = int(travel.seconds[place, there])
        if driven_s >= UNREACHABLE or stop.start_s < free_s + driven_s:
            rule = Rule.SHIFT_START if position == 0 and stop.start_s < shift.start_s else Rule.TRAVEL_TIME
            excess = free_s + driven_s - stop.start_s
            yield Violation(
                rule,
                shift.id,
                stop.subject,
                excess,
                f"{stop.subject} starts {excess} s before it can be reached",
            )
        needed_s = _service_s(stop, tour, plan)
        if not stop.done and stop.departure_s < stop.start_s + needed_s:
            excess = stop.start_s + needed_s - stop.departure_s
            yield Violation(
                Rule.SERVICE_TIME,
                shift.id,
                stop.subject,
                excess,
                f"{stop.subject} is left {excess} s too soon",
            )
        place, free_s = there, stop.departure_s
    back_s = free_s + int(travel.seconds[place, shift.end_place])
    if back_s > shift.end_s and tour.stops:
        excess = back_s - shift.end_s
        yield Violation(Rule.SHIFT_END, shift.id, "", excess, f"back {excess} s after the shift's end")
    if shift.max_duration_s is not None and tour.stops:
        excess = back_s - _left_s(tour, plan, travel) - shift.max_duration_s
        if excess > 0:
            yield Violation(Rule.DURATION, shift.id, "", excess, f"on the road {excess} s too long")


def _left_s(tour: Tour, plan: Plan, travel: TravelMatrix) -> int:
    """When the vehicle leaves the start place at the latest to be at its first stop in time."""
    first = tour.stops[0]
    place = tour.shift.start_place
    there = place if first.action is Action.BREAK else _place(first, plan.requests[first.subject])
    return first.start_s - int(travel.seconds[place, there])


def _promises(tour: Tour, plan: Plan) -> Iterator[Violation]:
    picked_up: dict[str, Stop] = {}
    for stop in tour.stops:
        if stop.action is Action.BREAK or stop.action is Action.NO_SHOW:
            continue
        request = plan.requests[stop.subject]
        pickup = stop.action is Action.PICKUP
        window = request.pickup_window if pickup else request.dropoff_window
        if stop.start_s not in window:
            excess = max(window.earliest_s - stop.start_s, stop.start_s - window.latest_s)
            side = "before" if stop.start_s < window.earliest_s else "after"
            yield Violation(
                Rule.PICKUP_WINDOW if pickup else Rule.DROPOFF_WINDOW,
                tour.shift.id,
                stop.subject,
                excess,
                f"{stop.action.value} of {stop.subject} is {excess} s {side} its window",
            )
        if pickup:
            picked_up[stop.subject] = stop
        elif stop.subject in picked_up:
            ridden_s = stop.start_s - picked_up[stop.subject].departure_s
            if ridden_s > request.max_ride_s:
                excess = ridden_s - request.max_ride_s
                yield Violation(
                    Rule.RIDE_TIME,
                    tour.shift.id,
                    stop.subject,
                    excess,
                    f"{stop.subject} is aboard {excess} s too long",
                )


def _capacity(tour: Tour, plan: Plan) -> Iterator[Violation]:
    load = NOBODY
    for stop in tour.stops:
        if stop.action is Action.PICKUP:
            load = load.plus(plan.requests[stop.subject].load)
        elif stop.action is Action.DROPOFF:
            load = load.minus(plan.requests[stop.subject].load)
        if stop.action is Action.PICKUP and not tour.shift.capacity.fits(load):
            yield Violation(
                Rule.CAPACITY,
                tour.shift.id,
                stop.subject,
                plan.requests[stop.subject].load.seated_count
                + plan.requests[stop.subject].load.wheelchair_count,
                f"no layout takes {load.seated_count} seated and {load.wheelchair_count} in wheelchairs",
            )


def _skills(tour: Tour, plan: Plan) -> Iterator[Violation]:
    for stop in tour.stops:
        if stop.action is not Action.PICKUP:
            continue
        missing = plan.requests[stop.subject].skills - tour.shift.skills
        if missing:
            named = ", ".join(sorted(missing))
            yield Violation(
                Rule.SKILL, tour.shift.id, stop.subject, len(missing), f"{stop.subject} needs {named}"
            )


def _breaks(tour: Tour, plan: Plan) -> Iterator[Violation]:
    taken = {stop.subject: stop for stop in tour.stops if stop.action is Action.BREAK}
    for pause in tour.shift.breaks:
        stop = taken.get(pause.id)
        if stop is None:
            yield Violation(Rule.BREAK_MISSING, tour.shift.id, pause.id, 1, f"break {pause.id} is not taken")
        elif stop.start_s not in pause.start_window:
            excess = max(
                pause.start_window.earliest_s - stop.start_s, stop.start_s - pause.start_window.latest_s
            )
            yield Violation(
                Rule.BREAK_WINDOW,
                tour.shift.id,
                pause.id,
                excess,
                f"break {pause.id} begins {excess} s outside its window",
            )
    load = NOBODY
    for stop in tour.stops:
        if stop.action is Action.PICKUP:
            load = load.plus(plan.requests[stop.subject].load)
        elif stop.action is Action.DROPOFF:
            load = load.minus(plan.requests[stop.subject].load)
        elif stop.action is Action.BREAK and load != NOBODY:
            aboard = load.seated_count + load.wheelchair_count
            yield Violation(
                Rule.BREAK_ABOARD, tour.shift.id, stop.subject, aboard, f"{aboard} aboard in {stop.subject}"
            )


def _place(stop: Stop, request: Request) -> int:
    return request.dropoff_place if stop.action is Action.DROPOFF else request.pickup_place


def _service_s(stop: Stop, tour: Tour, plan: Plan) -> int:
    if stop.action is Action.BREAK:
        return next(pause.duration_s for pause in tour.shift.breaks if pause.id == stop.subject)
    request = plan.requests[stop.subject]
    return request.pickup_service_s if stop.action is Action.PICKUP else request.dropoff_service_s
