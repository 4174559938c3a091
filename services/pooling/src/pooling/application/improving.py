"""Making a day's tours better without anybody who was promised something noticing."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from routing_core.fleet.model import Action, Plan, Request, Tour

from pooling.application.desk import Call, Changes, Desk
from pooling.application.ports import PlanImprover, Reader, Searched
from pooling.domain.facts import Fact, RideMoved
from pooling.domain.frame import Frame, driven_ahead
from pooling.domain.zone import Zone
from pooling.domain.zone_day import ZoneDay

IN_SERVICE = "in service"


@dataclass(frozen=True, slots=True)
class Improvement:
    """What came of looking for better tours; lengths are of what is still to be driven, in metres."""

    plan_version: int
    improved: bool
    distance_before_m: int
    distance_m: int
    moved_ride_ids: tuple[str, ...] = ()
    lower_bound_m: int | None = None
    optimal: bool = False


class ImprovePlan:
    """Looks for tours that drive less; the search runs elsewhere, and holds up nobody."""

    def __init__(self, desk: Desk, improver: PlanImprover) -> None:
        self._desk = desk
        self._improver = improver
        # One search at a time in a zone: the second would look for what the first finds.
        self._searching = {zone_id: threading.Lock() for zone_id in desk.zones}

    def __call__(
        self,
        call: Call[Improvement],
        zone_id: str,
        service_date: date | None,
        time_limit_s: float,
        *,
        prove: bool = False,
    ) -> bytes:
        """Search for ``time_limit_s``, and change the plan if it is still the one that was looked at.

        Every ride keeps its promise, on whatever vehicle has room for it; a held offer stays on its tour.
        What vehicles set off for while the search runs stays as it is. With ``prove`` the answer tells how
        little could be driven at all, where that can be known. Raises NotFound.
        """
        desk = self._desk
        zone = desk.zone(zone_id)
        with self._searching[zone_id]:
            if (answer := desk.answered(call)) is not None:
                return answer
            return self._searched(call, zone, service_date, time_limit_s, prove)

    def _searched(
        self,
        call: Call[Improvement],
        zone: Zone,
        service_date: date | None,
        time_limit_s: float,
        prove: bool,
    ) -> bytes:
        desk, zone_id = self._desk, zone.id
        now = desk.clock.now()
        with desk.store.reading() as reader:
            seen = reader.zone_day(zone_id, service_date or desk.service_day_of(now).date)
        decided = now + timedelta(seconds=time_limit_s + zone.policy.hold_s)
        frame = desk.frame(seen, decided)
        before = core_plan(seen, frame)
        found = Searched(before)
        if _is_worth_it(before):
            with desk.watch.improving(time_limit_s):
                found = self._improver.improve(before, frame.planned, time_limit_s, prove=prove)
        after = found.plan
        metres, seconds = frame.planned.metres, frame.planned.seconds
        lengths = driven_ahead(before, metres), driven_ahead(after, metres)
        stored: list[bool] = []

        def work(reader: Reader, now: datetime) -> Changes[Improvement]:
            stored.clear()
            day = reader.zone_day(zone_id, seen.service_date)
            if day.version != seen.version or now > decided:
                return Changes(Improvement(day.version, False, lengths[0], lengths[0]))
            known = found.lower_bound_m, found.optimal
            if lengths[1] >= lengths[0]:
                return Changes(Improvement(day.version, False, lengths[0], lengths[0], (), *known))
            moved = moved_rides(before, after, day)
            for index, tour in enumerate(after.tours):
                if tour.stops != before.tours[index].stops:
                    day = frame.put_back(day, index, tour)
            facts: list[Fact] = [_told(day, ride_id, shifts, now) for ride_id, shifts in moved.items()]
            improvement = Improvement(day.version + 1, True, *lengths, tuple(moved), *known)
            stored[:] = [True]
            return Changes(improvement, days=[day], facts=facts)

        answer = desk.write(call, [zone_id], work)
        if stored:
            desk.watch.improved(
                saved_s=driven_ahead(before, seconds) - driven_ahead(after, seconds),
                saved_m=lengths[0] - lengths[1],
            )
        return answer


def core_plan(day: ZoneDay, frame: Frame) -> Plan:
    """The day as a plan in which each task says which shifts may serve it: its own, or any in service."""
    tours = tuple(
        replace(
            tour,
            shift=replace(
                tour.shift,
                skills=frozenset(
                    {tour.shift.id} if duty.vehicle.out_of_service else {tour.shift.id, IN_SERVICE}
                ),
            ),
        )
        for tour, duty in zip(frame.tours, day.duties, strict=True)
    )
    # Without the stranded ones: nobody is asked to take them.
    requests: dict[str, Request] = {}
    for tour in tours:
        for stop in tour.stops:
            if stop.action is Action.BREAK:
                continue
            held = day.tasks[stop.subject].held_until is not None
            stays = held or stop.done or IN_SERVICE not in tour.shift.skills
            needed = tour.shift.id if stays else IN_SERVICE
            requests[stop.subject] = replace(frame.requests[stop.subject], skills=frozenset({needed}))
    return Plan(tours, requests)


def moved_rides(before: Plan, after: Plan, day: ZoneDay) -> dict[str, tuple[int, int]]:
    """Rides that change their tour: indices of the old and the new one."""
    old, new = _tour_of(before.tours), _tour_of(after.tours)
    return {
        ride_id: (old[ride_id], index)
        for ride_id, index in new.items()
        if old[ride_id] != index and day.tasks[ride_id].held_until is None
    }


def _told(day: ZoneDay, ride_id: str, shifts: tuple[int, int], now: datetime) -> RideMoved:
    old, new = (day.duties[index] for index in shifts)
    return RideMoved(day.zone_id, now, day.service_date, ride_id, old.shift.id, new.shift.id, new.vehicle.id)


def _tour_of(tours: Sequence[Tour]) -> dict[str, int]:
    return {
        stop.subject: index
        for index, tour in enumerate(tours)
        for stop in tour.stops
        if stop.action is not Action.BREAK
    }


def _is_worth_it(plan: Plan) -> bool:
    """Whether there is anything that could be driven in another way."""
    ahead = sum(
        stop.action is Action.PICKUP
        for tour in plan.tours
        for stop in tour.stops[max(tour.locked_count, sum(stop.done for stop in tour.stops)) :]
    )
    return ahead > 0
