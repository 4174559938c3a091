"""What cannot wait: a container that turned red, and a truck that broke down.

Planning takes a while and happens outside of any transaction. What it came to is stored only where the tours
are still those that it was worked out for; else it is worked out again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from service_kit.errors import Aborted, NotFound, PermissionDenied
from service_kit.identity.principal import Principal
from service_kit.once import Call, Overtaken, answer_in, write

from waste.application.ports_tours import (
    CannotPlan,
    Course,
    Replanned,
    TourPlanner,
    TourReader,
    TourWriter,
)
from waste.application.tour_desk import TourRoom, found_tour
from waste.domain.access import scope_of
from waste.domain.tour import Reason, StopKind, Tour
from waste.domain.tour_access import decides, drives, own_part, sees
from waste.domain.tour_diff import differences
from waste.domain.tour_report import Report, ReportKind, StopState
from waste.domain.tour_steps import changed, reported

MOST_ATTEMPTS = 5
RETRY_AFTER_S = 1.0

AHEAD = timedelta(hours=12)
"""So long before its shift a tour takes what is urgent."""

JUST_EMPTIED = timedelta(hours=2)
"""So long after a driver emptied a container nobody is sent to it unasked."""

ResultT = TypeVar("ResultT")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Inserted:
    """The tour that has an urgent container now; None where no truck takes it, and why."""

    tour: Tour | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class BrokenDown:
    """What became of a broken truck's tour: who took over, and what nobody can take."""

    tour: Tour
    changed: tuple[Tour, ...]
    left_container_ids: tuple[str, ...]


class TourUrgency:
    """The use cases that change tours under way."""

    def __init__(self, room: TourRoom, planner: TourPlanner) -> None:
        self._room = room
        self._planner = planner

    def insert(self, call: Call[Inserted], container_id: str) -> bytes:
        """Put a container on a tour under way.

        Raises
        ------
        NotFound
            ``CONTAINER_NOT_FOUND``.
        """
        owner = self._room.subjects.sub_account_of(container_id)
        if owner is None or owner not in scope_of(call.caller):
            raise NotFound.in_field(
                "container_id", f"there is no container {container_id!r}", "CONTAINER_NOT_FOUND"
            )
        return self._once(call, lambda: _inserted_for(self._inserted(container_id), call.caller))

    def inserted(self, container_id: str) -> Inserted:
        """Put a container on a tour under way, if any truck can take it: nobody has to ask for it.

        Not on one that it was taken off, nor on one whose driver could not empty it: people decided that. Nor
        where it was emptied a moment ago: its level lags behind.
        """
        now = self._room.clock.now()
        return self._inserted(container_id, lambda known: _undecided(known, container_id, now))

    def _inserted(
        self, container_id: str, among: Callable[[list[Tour]], list[Tour]] = lambda known: known
    ) -> Inserted:
        for _ in range(MOST_ATTEMPTS):
            now = self._room.clock.now()
            with self._room.store.reading() as reader:
                known = self._open(reader, self._room.subjects.depot_of(container_id) or "")
            carrier = next((tour for tour in known if _has(tour, container_id)), None)
            if carrier is not None:
                return Inserted(carrier, None)
            tours = among(known)
            if not tours:
                return Inserted(None, _SETTLED if known else _NO_TOUR)
            try:
                found = self._planner.replan(tours, [container_id], now)
            except CannotPlan as no:
                return Inserted(None, no.reason)
            if container_id in found.left:
                return Inserted(None, found.left[container_id])
            why = Reason("URGENT", "dringend geworden", "became urgent")
            try:
                after = self._store(tours, found, why, now)
            except Overtaken:
                continue
            return Inserted(next((tour for tour in after if _has(tour, container_id)), None), None)
        raise Aborted("OVERTAKEN", "the tours changed again and again meanwhile", retry_after_s=RETRY_AFTER_S)

    def break_down(self, call: Call[BrokenDown], tour_id: str, report: Report) -> bytes:
        """End a tour, and give what it has not done to the depot's other trucks.

        Raises
        ------
        NotFound, PermissionDenied, FailedPrecondition
            As for any report.
        """
        with self._room.store.reading() as reader:
            tour = found_tour(reader, tour_id, call.caller)
        if not (drives(call.caller, tour) or decides(call.caller, tour)):
            raise PermissionDenied("TOUR_SHARED", f"tour_id: {tour_id} is driven by others")
        return self._once(call, lambda: self._broken_down(tour_id, report, call.caller))

    def _broken_down(self, tour_id: str, report: Report, caller: Principal) -> BrokenDown:
        now = self._room.clock.now()

        def end(writer: TourWriter) -> Tour:
            tour = writer.tour(tour_id)
            if tour is None:
                raise NotFound.in_field("tour_id", f"there is no tour {tour_id!r}", "TOUR_NOT_FOUND")
            if any(known.kind is ReportKind.BREAKDOWN for known in tour.reports):
                return tour
            return self._room.put(writer, tour, reported(tour, report, now), now)

        # The truck stands still, whatever becomes of its stops: that is stored first.
        broken = write(self._room.store, end)
        self._room.committed([tour_id])
        left = [stop.subject_id for stop in broken.ahead if stop.kind is StopKind.CONTAINER]
        taken, changed_tours = self._given_to_others(broken, left)
        return BrokenDown(
            own_part(caller, broken),
            tuple(own_part(caller, one) for one in changed_tours if sees(caller, one)),
            tuple(one for one in left if one not in taken),
        )

    def _given_to_others(self, broken: Tour, left: Sequence[str]) -> tuple[set[str], tuple[Tour, ...]]:
        why = Reason(
            "BREAKDOWN",
            f"übernommen von {broken.duty.truck_name}, das ausgefallen ist",
            f"taken over from {broken.duty.truck_name}, which broke down",
        )
        for _ in range(MOST_ATTEMPTS):
            now = self._room.clock.now()
            with self._room.store.reading() as reader:
                tours = self._open(reader, broken.duty.depot_id)
            carried = {one for one in left if any(_has(tour, one) for tour in tours)}
            wanted = [one for one in left if one not in carried]
            if not tours or not wanted:
                return carried, ()
            try:
                found = self._planner.replan(tours, wanted, now)
                after = self._store(tours, found, why, now)
            except CannotPlan as no:
                _log.warning("breakdown_not_replanned", tour_id=broken.id, reason=no.reason.code)
                return carried, ()
            except Overtaken:
                continue
            taken = {one for one in wanted if any(_has(tour, one) for tour in after)}
            return carried | taken, tuple(after)
        raise Aborted("OVERTAKEN", "the tours changed again and again meanwhile", retry_after_s=RETRY_AFTER_S)

    def _open(self, reader: TourReader, depot_id: str) -> list[Tour]:
        """Tours of the depot that drivers follow now, or next."""
        now = self._room.clock.now()
        return [
            tour
            for tour in reader.open_tours(depot_id)
            if tour.duty.shift.earliest - AHEAD <= now <= tour.duty.shift.latest
        ]

    def _store(self, tours: Sequence[Tour], found: Replanned, why: Reason, now: datetime) -> list[Tour]:
        """Store new courses; raises Overtaken where a tour is not the one any more that was planned for."""
        with self._room.store.writing() as writer:
            after = []
            for tour in tours:
                course = found.courses.get(tour.id)
                if course is None:
                    continue
                current = writer.tour(tour.id)
                if current is None or current.version != tour.version:
                    raise Overtaken
                fresh = _on_course(tour, course)
                told = differences(tour, fresh, why)
                if told:
                    after.append(self._room.put(writer, tour, changed(fresh, now, *told), now))
        self._room.committed([tour.id for tour in after])
        return after

    def _once(self, call: Call[ResultT], work: Callable[[], ResultT]) -> bytes:
        """Do the work unless it was done: asked for twice at once, it finds the second time what it did."""
        with self._room.store.reading() as reader:
            answer = answer_in(reader, call)
        if answer is not None:
            return answer
        result = work()
        return self._room.once(call, lambda _writer, _now: result)


def _inserted_for(found: Inserted, caller: Principal) -> Inserted:
    return replace(found, tour=own_part(caller, found.tour) if found.tour else None)


def _has(tour: Tour, container_id: str) -> bool:
    """Whether the container is still to be emptied on the tour, or was."""
    return any(
        stop.subject_id == container_id
        and stop.kind is StopKind.CONTAINER
        and tour.outcome(stop.id).state in {StopState.PLANNED, StopState.ARRIVED}
        for stop in tour.stops
    )


def _undecided(tours: Sequence[Tour], container_id: str, now: datetime) -> list[Tour]:
    """The tours on which nobody has decided about the container; none where it was emptied just now."""
    free = []
    for tour in tours:
        outcomes = [tour.outcome(stop.id) for stop in tour.stops if stop.subject_id == container_id]
        if any(
            outcome.done is not None
            and outcome.state is StopState.EMPTIED
            and now - outcome.done.time < JUST_EMPTIED
            for outcome in outcomes
        ):
            return []
        is_blocked = any(outcome.state is StopState.BLOCKED for outcome in outcomes)
        if not is_blocked and all(stop.subject_id != container_id for stop in tour.removed):
            free.append(tour)
    return free


def _on_course(tour: Tour, course: Course) -> Tour:
    """The tour with other stops ahead; those that go are remembered."""
    kept = {stop.id for stop in (*tour.done, *course.stops)}
    gone = tuple(stop for stop in tour.ahead if stop.id not in kept)
    return replace(
        tour,
        stops=(*tour.done, *course.stops),
        removed=(*tour.removed, *gone),
        leave=tour.leave if tour.reports else course.leave,
        back=course.back,
        back_drive_s=course.back_drive_s,
        back_drive_m=course.back_drive_m,
        rest=course.rest,
    )


_SETTLED = Reason(
    "SETTLED",
    "auf den Touren, die unterwegs sind, wurde er gestrichen, war nicht zu leeren oder ist eben geleert",
    "on the tours under way it was taken off, could not be emptied, or has just been",
)
_NO_TOUR = Reason("NO_TOUR", "keine Tour des Betriebshofs ist unterwegs", "no tour of the depot is under way")
