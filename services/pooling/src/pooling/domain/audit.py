"""A day judged by what was told of it, not by the service's own word.

From facts alone the tours are rebuilt as they were driven and put before the one checker: promised windows,
latest arrivals, ride times, places taken, shifts, breaks, and whether the ways can be driven in the time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from routing_core.fleet.check import Rule, Violation, check
from routing_core.fleet.model import Action, Plan, Request, Tour
from routing_core.travel import TravelMatrix

from pooling.domain.executed import executed_tours, place_of, request_of, seconds
from pooling.domain.facts import Fact
from pooling.domain.figures import Figures, figures_of
from pooling.domain.history import History, RideHistory
from pooling.domain.places import Point
from pooling.domain.zone_day import is_interrupted

PROMISE_RULES = frozenset({Rule.PICKUP_WINDOW.value, Rule.DROPOFF_WINDOW.value, Rule.RIDE_TIME.value})
OF_THE_SHIFT = frozenset({Rule.SHIFT_END, Rule.BREAK_MISSING, Rule.BREAK_WINDOW})
NOT_SERVED = "not_served"
"""A booked ride whose time is over, and nothing became of it."""
TOLD_TWICE = "told_twice"
UNKNOWN_RIDE = "unknown_ride"
UNKNOWN_SHIFT = "unknown_shift"
DRIVEN_AND_GIVEN_UP = "driven_and_given_up"
ARRIVED_TOO_SOON = "arrived_too_soon"
"""Nobody can drive that fast."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should not be: ``rule`` is a rule of the checker or one of this module's."""

    rule: str
    shift_id: str
    subject: str
    excess: int
    message: str


@dataclass(frozen=True, slots=True)
class Audit:
    """Findings, and figures."""

    findings: tuple[Finding, ...]
    figures: Figures

    @property
    def broken_promises(self) -> tuple[Finding, ...]:
        """Findings that a passenger would complain about: promises not kept, rides that never came."""
        broken = PROMISE_RULES | {NOT_SERVED}
        return tuple(finding for finding in self.findings if finding.rule in broken)


def points_of(facts: Iterable[Fact]) -> list[Point]:
    """Places the facts tell of: those the travel matrix of :func:`audit` is over."""
    return History(facts).points()


def audit(facts: Iterable[Fact], points: Sequence[Point], travel: TravelMatrix, as_of: datetime) -> Audit:
    """Judge what the facts tell.

    The order of the facts does not matter; each must be given once.

    Parameters
    ----------
    points
        Places of the travel matrix, in its order; at least :func:`points_of` the facts.
    as_of
        Rides that may still arrive in time at this moment, and shifts that are not over, are not judged for
        what is missing.
    """
    history = History(facts)
    places = {point: index for index, point in enumerate(points)}
    parts = history.parts()
    requests = {
        ride_id: request_of(ride.promised(), places) for ride_id, ride in parts.items() if ride.booked
    }
    tours = executed_tours(history, requests, places, travel)
    findings = [
        *_disorder(history),
        *_not_served(history, as_of),
        *_too_soon(parts, tours, requests, travel),
    ]
    for violation in check(Plan(tuple(tours), requests), travel):
        if _may_come_yet(violation, history, parts, as_of) or _is_told(violation, history):
            continue
        findings.append(
            Finding(
                violation.rule.value,
                violation.shift_id,
                violation.subject,
                violation.excess,
                violation.message,
            )
        )
    findings.sort(key=lambda finding: (finding.shift_id, finding.subject, finding.rule, finding.excess))
    return Audit(tuple(findings), figures_of(history, tours, requests, travel))


def _is_told(violation: Violation, history: History) -> bool:
    """Whether it is what a breakdown that was told of comes to.

    Where the vehicle stood still is told by people: the roads need not have it there in time.
    """
    if violation.rule is Rule.TRAVEL_TIME:
        return is_interrupted(violation.subject)
    shift = history.shifts[violation.shift_id]
    return violation.rule in OF_THE_SHIFT and history.broke_down(shift)


def _may_come_yet(
    violation: Violation, history: History, parts: Mapping[str, RideHistory], as_of: datetime
) -> bool:
    """Whether what is missing can still happen in time."""
    if violation.rule is Rule.PAIRING:
        return parts[violation.subject].promised().promise.latest_arrival >= as_of
    return violation.rule is Rule.BREAK_MISSING and history.shifts[violation.shift_id].end > as_of


def _disorder(history: History) -> Iterable[Finding]:
    """What cannot be true of any day."""
    for ride_id, ride in history.rides.items():
        told = [*ride.boarded, *ride.alighted, *ride.not_shown]
        yield from _told_twice(ride_id, [ride.booked, ride.cancelled, ride.alighted, ride.not_shown])
        for _, part in ride.parts():
            yield from _told_twice(ride_id, [part.boarded])
        if not ride.booked:
            yield Finding(UNKNOWN_RIDE, "", ride_id, 1, f"{ride_id} was never booked")
        if ride.cancelled and told:
            yield Finding(DRIVEN_AND_GIVEN_UP, "", ride_id, 1, f"{ride_id} was cancelled and driven")
        if ride.not_shown and (ride.boarded or ride.alighted):
            yield Finding(DRIVEN_AND_GIVEN_UP, "", ride_id, 1, f"{ride_id} did not show up and was driven")
        for fact in told:
            shift = history.shifts.get(fact.shift_id)
            if shift is None or history.vehicle_of(shift) is None:
                yield Finding(UNKNOWN_SHIFT, fact.shift_id, ride_id, 1, f"no such shift: {fact.shift_id}")
            elif shift.vehicle_id != fact.vehicle_id:
                yield Finding(
                    UNKNOWN_SHIFT,
                    fact.shift_id,
                    ride_id,
                    1,
                    f"shift {fact.shift_id} is not driven by {fact.vehicle_id}",
                )


def _told_twice(ride_id: str, told: Iterable[Sequence[Fact]]) -> Iterable[Finding]:
    for what in told:
        if len(what) > 1:
            kind = type(what[0]).__name__
            yield Finding(TOLD_TWICE, "", ride_id, len(what) - 1, f"{kind} of {ride_id} is told again")


def _not_served(history: History, as_of: datetime) -> Iterable[Finding]:
    for ride_id, ride in history.rides.items():
        if not ride.booked or ride.cancelled or ride.not_shown or ride.alighted or ride.is_stranded:
            continue
        overdue = as_of - ride.promised().promise.latest_arrival
        # One who boarded and never got off is the checker's to find: a pickup without a dropoff.
        if overdue.total_seconds() > 0 and not list(ride.parts())[-1][1].boarded:
            yield Finding(
                NOT_SERVED,
                ride.booked[0].shift_id,
                ride_id,
                seconds(as_of) - seconds(ride.promised().promise.latest_arrival),
                f"{ride_id} was booked and never served",
            )


def _too_soon(
    parts: Mapping[str, RideHistory],
    tours: Sequence[Tour],
    requests: Mapping[str, Request],
    travel: TravelMatrix,
) -> Iterable[Finding]:
    """Arrivals before a promised window: service begins later, so the checker does not look at them."""
    for tour in tours:
        place, free_s = tour.shift.start_place, tour.shift.start_s
        for stop in tour.stops:
            there = place_of(stop, requests, place)
            if stop.action in (Action.PICKUP, Action.NO_SHOW):
                ride = parts[stop.subject]
                told = (ride.boarded or ride.not_shown)[0]
                arrived = ride.arrival(told, at_pickup=True)
                needed_s = free_s + int(travel.seconds[place, there])
                # What begins too soon is the checker's to find.
                if there != place and arrived is not None and seconds(arrived) < needed_s <= stop.start_s:
                    excess = needed_s - seconds(arrived)
                    yield Finding(
                        ARRIVED_TOO_SOON,
                        tour.shift.id,
                        stop.subject,
                        excess,
                        f"arrived for {stop.subject} {excess} s before it can be reached",
                    )
            place, free_s = there, stop.departure_s
