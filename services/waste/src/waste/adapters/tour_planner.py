"""The planner behind the tour desk: situations made of what is kept, and plans made tours."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from waste.adapters.planning_process import PlanningLost
from waste.adapters.tour_depots import TourDepots
from waste.adapters.tour_shifts import here, movable, not_over, place_of, places_of, rest_of_shift, stood_at
from waste.application.ports_planning import TruckRoads
from waste.application.ports_tours import (
    CannotPlan,
    Course,
    Proposed,
    Replanned,
    TourFilter,
    TourStore,
)
from waste.domain import tours_reasons
from waste.domain.containers import Container
from waste.domain.tour import (
    OPEN_STATES,
    Chamber,
    Duty,
    Point,
    Reason,
    Rest,
    RestRule,
    Span,
    Stop,
    StopKind,
    Tour,
)
from waste.domain.tour_diff import fresh_id
from waste.domain.tour_proposal import LeftContainer, Proposal
from waste.domain.tours import Outlook, PlannedTour, Prices, Situation, Told, TourPlan
from waste.domain.tours_depot import Depot, instant, seconds_at

HORIZON_DAYS = 4
"""Of proposals: what is not taken today is planned for one of the next days, or left."""
REPLAN_S = 3.0
SITE_S = Prices().site_s
MOST_TOURS = 500
OUTLOOKS_AT_ONCE = 200
"""Between so many it is told that somebody works on the proposal."""


class Outlooks(Protocol):
    """What is to be expected of containers."""

    def ahead(
        self, containers: Sequence[Container], now: datetime, first: date, day_count: int
    ) -> Mapping[str, Outlook]:
        """At the end of each day of a horizon, by container."""
        ...


class Planning(Protocol):
    """Makes a plan of a situation."""

    def __call__(
        self, situation: Situation, seconds: float, told: Callable[[float], None], /
    ) -> TourPlan: ...


class DepotPlanner:
    """See ``application.ports_tours.TourPlanner``."""

    def __init__(
        self,
        depots: TourDepots,
        roads: TruckRoads,
        outlooks: Outlooks,
        *,
        store: TourStore,
        now: Callable[[], datetime],
        planning: Planning,
    ) -> None:
        self._depots = depots
        self._roads = roads
        self._outlooks = outlooks
        self._store = store
        self._now = now
        self._planning = planning

    def propose(self, proposal: Proposal, told: Callable[[float], None]) -> Proposed:
        told(0.0)
        now, first = self._now(), proposal.service_date
        open_tours = self._open_on(proposal.depot_id, first)
        busy = {tour.duty.truck_id for tour in open_tours}
        taken = {
            stop.subject_id for tour in open_tours for stop in tour.ahead if stop.kind is StopKind.CONTAINER
        }
        scope = None if proposal.sub_account_ids is None else frozenset(proposal.sub_account_ids)
        depot, containers = self._depots.of(proposal.depot_id, scope)
        wanted = [container for container in containers if container.id not in taken]
        shifts = [
            shift
            for shift in not_over(depot.shifts(first, HORIZON_DAYS), depot, first, now)
            if shift.day > 0 or shift.truck_id not in busy
        ]
        if not any(shift.day == 0 for shift in shifts):
            raise CannotPlan(
                Reason(
                    "NO_TRUCK",
                    "an diesem Tag fährt kein weiteres Fahrzeug des Betriebshofs",
                    "no further truck of the depot drives on this day",
                )
            )
        outlooks: dict[str, Outlook] = {}
        for batch in range(0, len(wanted), OUTLOOKS_AT_ONCE):
            told(0.0)
            part = wanted[batch : batch + OUTLOOKS_AT_ONCE]
            outlooks.update(self._outlooks.ahead(part, now, first, HORIZON_DAYS))
        drives = {}
        for kind in sorted({shift.kind for shift in shifts}):
            told(0.0)
            drives[kind] = self._roads.matrix(kind, places_of(depot))
        situation = depot.situation(first, HORIZON_DAYS, outlooks, drives, shifts=shifts)
        plan = self._plan(situation, float(proposal.time_limit_s), told)
        return Proposed(
            tuple(
                (self._duty(depot, tour.truck_id, first), self._course(depot, tour, first, {}, None))
                for tour in plan.of_day(0)
                if tour.container_ids
            ),
            tuple(LeftContainer(left.container_id, reason_of(left.reason)) for left in plan.left),
        )

    def replan(self, tours: Sequence[Tour], wanted: Sequence[str], now: datetime) -> Replanned:
        first = min(tour.service_date for tour in tours)
        depot, containers = self._depots.of(tours[0].duty.depot_id, None)
        ahead = {
            stop.subject_id: stop
            for tour in tours
            for stop in movable(tour)
            if stop.kind is StopKind.CONTAINER
        }
        concerned = [one for one in containers if one.id in ahead or one.id in wanted]
        known = {one.id for one in concerned}
        unknown = Reason("CONTAINER_GONE", "der Behälter ist nicht mehr da", "the container is gone")
        missing = {container_id: unknown for container_id in wanted if container_id not in known}
        wanted = [container_id for container_id in wanted if container_id in known]
        if not wanted:
            return Replanned({}, missing)
        day_count = max((tour.service_date - first).days for tour in tours) + 1
        outlooks = self._outlooks.ahead(concerned, now, first, day_count)
        places = places_of(depot)
        shifts = []
        for tour in tours:
            shifts.append(rest_of_shift(depot, tour, first, now, len(places)))
            places.append(place_of(here(tour)))
        drives = {kind: self._roads.matrix(kind, places) for kind in sorted({one.kind for one in shifts})}
        # Of a truck with tours on two days the first one's order is kept.
        orders = {
            tour.duty.truck_id: tuple(
                stop.subject_id
                for stop in movable(tour)
                if stop.kind is StopKind.CONTAINER and stop.subject_id in known
            )
            for tour in sorted(tours, key=lambda tour: tour.service_date, reverse=True)
        }
        locked = frozenset(stop.subject_id for tour in tours for stop in movable(tour) if stop.locked)
        situation = depot.situation(
            first,
            day_count,
            outlooks,
            drives,
            urgent=wanted,
            shifts=shifts,
            told=Told(orders, locked),
        )
        plan = self._plan(situation, REPLAN_S, lambda _share: None)
        found = {(one.truck_id, one.day): one for one in plan.tours}
        courses = {}
        for tour in tours:
            planned = found.get((tour.duty.truck_id, (tour.service_date - first).days))
            if planned is not None:
                told = {stop.subject_id: stop for stop in tour.ahead}
                courses[tour.id] = self._course(depot, planned, first, told, tour)
        # Planning says of what it takes on a later day that it is left today.
        taken = {stop.subject_id for course in courses.values() for stop in course.stops}
        left = {
            one.container_id: reason_of(one.reason)
            for one in plan.left
            if one.container_id in wanted and one.container_id not in taken
        }
        return Replanned(courses, left | missing)

    def _plan(self, situation: Situation, seconds: float, told: Callable[[float], None]) -> TourPlan:
        try:
            plan = self._planning(situation, seconds, told)
        except PlanningLost as lost:
            raise CannotPlan(
                Reason("PLANNING_LOST", "die Planung brach ab", f"planning was lost: {lost}")
            ) from lost
        if plan.faults:
            raise CannotPlan(
                Reason(
                    "PLAN_BROKEN",
                    f"kein fahrbarer Plan gefunden: {plan.faults[0]}",
                    f"no plan found that can be driven: {plan.faults[0]}",
                )
            )
        return plan

    def _open_on(self, depot_id: str, day: date) -> list[Tour]:
        with self._store.reading() as reader:
            return reader.tours(TourFilter(depot_id, day, states=OPEN_STATES), "", MOST_TOURS)

    def _duty(self, depot: Depot, truck_id: str, day: date) -> Duty:
        truck = next(one for one in depot.trucks if one.truck_id == truck_id)
        zone = depot.timezone

        def at(minute: int) -> datetime:
            return instant(day, seconds_at(day, day, minute, zone), zone)

        yard = Point(depot.latitude_deg, depot.longitude_deg)
        rest = None
        if truck.rest is not None:
            rest = RestRule(
                Span(at(truck.rest.earliest_min), at(truck.rest.latest_min)), truck.rest.minutes * 60
            )
        return Duty(
            depot.depot_id,
            truck_id,
            truck.name,
            truck.kind,
            yard,
            yard,
            Span(at(truck.begins_min), at(truck.ends_min)),
            tuple(Chamber((fraction,), volume_l) for fraction, volume_l in truck.chambers.items()),
            truck.payload_kg,
            SITE_S,
            rest,
            str(zone),
        )

    def _course(
        self,
        depot: Depot,
        planned: PlannedTour,
        first: date,
        known: Mapping[str, Stop],
        tour: Tour | None,
    ) -> Course:
        """The stops of a plan; those that were on the tour before keep their ids, locks and notes.

        Parameters
        ----------
        first
            The day from whose beginning planning counts seconds.
        tour
            None for a new one on the first day.
        """
        day = tour.service_date if tour is not None else first
        stops: list[Stop] = list(stood_at(tour)) if tour is not None else []
        kept = {stop.id for stop in stops}
        count = 0
        for one in planned.stops:
            before = known.get(one.container_id or one.plant_id or "")
            if before is not None and before.id not in kept:
                stop = before
            else:
                stop = replace(self._depots.stop(depot, one, day), id=_stop_id(tour, count))
                count += 1
            kept.add(stop.id)
            stops.append(
                replace(
                    stop,
                    begin=instant(first, one.begins_s, depot.timezone),
                    drive_s=one.drive_s,
                    drive_m=one.driven_m,
                    volume_l=one.volume_l if one.container_id else 0,
                    weight_kg=one.weight_kg if one.container_id else 0,
                    reason=reason_of(one.reason)
                    if one.reason is not None and before is None
                    else stop.reason,
                )
            )
        offset = len(stops) - len(planned.stops)
        rest = None
        if planned.rest is not None:
            after = stops[planned.rest.after + offset]
            rest = Rest(after.id, instant(first, planned.rest.begins_s, depot.timezone))
        elif tour is not None and tour.rest and tour.rest.after_stop_id in {one.id for one in tour.done}:
            rest = tour.rest
        return Course(
            tuple(stops),
            instant(first, planned.leaves_s, depot.timezone),
            instant(first, planned.back_s, depot.timezone),
            planned.driving_s - sum(one.drive_s for one in planned.stops),
            planned.metres - sum(one.driven_m for one in planned.stops),
            rest,
        )


def reason_of(found: tours_reasons.Reason) -> Reason:
    """A reason of planning, as tours keep it."""
    return Reason(found.code.value, found.german, found.english, dict(found.figures))


def _stop_id(tour: Tour | None, taken: int) -> str:
    return fresh_id(tour, taken) if tour is not None else f"s{taken + 1}"
