"""The disposition's desk: tours looked at, approved, rejected, changed by hand, called off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from service_kit.clock import Clock
from service_kit.errors import FailedPrecondition, InvalidInput, NotFound, PermissionDenied
from service_kit.identity.audit import DONE
from service_kit.identity.principal import Principal, Role
from service_kit.once import Call, write_once

from waste.application.ports_tours import (
    Subjects,
    TourFilter,
    TourReader,
    TourStore,
    TourWriter,
)
from waste.application.tour_rules import TourRules
from waste.domain.access import scope_of
from waste.domain.tour import OPEN_STATES, ChangeKind, Reason, Stop, Tour
from waste.domain.tour_access import decides, own_part, sees
from waste.domain.tour_diff import differences, fresh_id
from waste.domain.tour_facts import facts_between
from waste.domain.tour_steps import (
    ahead_stop,
    approved,
    cancelled,
    changed,
    check_open,
    looked_at,
    rejected,
    without,
)

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class MoveStop:
    """Put a stop behind another; first where ``after_stop_id`` is empty."""

    stop_id: str
    after_stop_id: str


@dataclass(frozen=True, slots=True)
class LockStop:
    """Let a stop keep its place, or not."""

    stop_id: str
    locked: bool


@dataclass(frozen=True, slots=True)
class AddStop:
    """One more container or plant; at the cheapest place where ``after_stop_id`` is None."""

    container_id: str
    plant_id: str
    after_stop_id: str | None


@dataclass(frozen=True, slots=True)
class RemoveStop:
    """Take a stop off."""

    stop_id: str


Edit = MoveStop | LockStop | AddStop | RemoveStop


@dataclass(frozen=True, slots=True)
class Seen:
    """A tour and the version of it that was looked at."""

    tour_id: str
    version: int


@dataclass(frozen=True)
class TourRoom:
    """What all use cases around tours share.

    Parameters
    ----------
    committed
        Called with the ids of tours after they were stored.
    recorded
        Notes who did what: the call, and its outcome.
    """

    store: TourStore
    clock: Clock
    rules: TourRules
    subjects: Subjects
    committed: Callable[[Sequence[str]], None]
    recorded: Callable[[Call[object], str], None]

    def once(
        self,
        call: Call[ResultT],
        work: Callable[[TourWriter, datetime], ResultT],
        tour_ids: Sequence[str] = (),
    ) -> bytes:
        """Do a write once, tell who waits for these tours, and note who did it.

        ``work`` may add to ``tour_ids``.
        """
        now = self.clock.now()
        answer = write_once(self.store, call, now, lambda writer: work(writer, now))
        self.committed(tour_ids)
        self.recorded(call, DONE)  # type: ignore[arg-type]  # of whatever result
        return answer

    def put(self, writer: TourWriter, before: Tour, after: Tour, now: datetime) -> Tour:
        """Store the next version of a tour, and tell of it; nothing where it is the same."""
        if after.version != before.version:
            writer.put_tour(after, version=before.version)
            writer.tell(tuple(facts_between(before, after, now)))
        return after


def found_tour(reader: TourReader, tour_id: str, caller: Principal, field: str = "tour_id") -> Tour:
    """The tour, whole; raises NotFound where there is none, or none for this caller."""
    tour = reader.tour(tour_id)
    if tour is None or not sees(caller, tour):
        raise NotFound.in_field(field, f"there is no tour {tour_id!r}", "TOUR_NOT_FOUND")
    return tour


def decided_tour(reader: TourReader, tour_id: str, caller: Principal, field: str = "tour_id") -> Tour:
    """The tour, for who may decide about it; raises PermissionDenied ``TOUR_SHARED``."""
    tour = found_tour(reader, tour_id, caller, field)
    if not decides(caller, tour):
        raise PermissionDenied(
            "TOUR_SHARED", f"{field}: {tour_id} also empties containers of other sub-accounts"
        )
    return tour


class TourDesk:
    """The use cases of those who decide about tours."""

    def __init__(self, room: TourRoom) -> None:
        self._room = room

    def tour(self, tour_id: str, caller: Principal) -> Tour:
        """The tour as far as it exists for the caller; raises NotFound."""
        with self._room.store.reading() as reader:
            return own_part(caller, found_tour(reader, tour_id, caller))

    def tours(self, chosen: TourFilter, after: str, count: int, caller: Principal) -> list[Tour]:
        """At most ``count`` tours by id, after an id, as far as they exist for the caller."""
        is_office = not caller.roles.isdisjoint({Role.DEPOT, Role.OPERATOR})
        own = replace(
            chosen,
            sub_account_ids=scope_of(caller).sub_account_ids if is_office else frozenset(),
            truck_ids=caller.vehicle_ids if Role.DRIVER in caller.roles else frozenset(),
        )
        with self._room.store.reading() as reader:
            return [own_part(caller, tour) for tour in reader.tours(own, after, count)]

    def approve(self, call: Call[list[Tour]], wanted: Sequence[Seen]) -> bytes:
        """Let drivers follow these tours, all of them or none.

        Raises
        ------
        NotFound
            ``TOUR_NOT_FOUND``.
        FailedPrecondition
            ``TRUCK_TAKEN``, where the truck has another tour that day; ``TOUR_CHANGED``,
            ``TOUR_NOT_PROPOSED``, ``TOUR_EMPTY``.
        """

        def work(writer: TourWriter, now: datetime) -> list[Tour]:
            done = []
            for number, seen in enumerate(wanted):
                field = f"tours[{number}].tour_id"
                tour = decided_tour(writer, seen.tour_id, call.caller, field)
                looked_at(tour, seen.version, f"tours[{number}].version")
                _check_truck_free(writer, tour, field)
                done.append(self._room.put(writer, tour, approved(tour, now), now))
            return done

        return self._room.once(call, work, [seen.tour_id for seen in wanted])

    def reject(self, call: Call[Tour], seen: Seen, why: str) -> bytes:
        """Have nobody drive a proposed tour."""
        return self._decide(call, seen, lambda tour, now: rejected(tour, now, why))

    def cancel(self, call: Call[Tour], seen: Seen, why: str) -> bytes:
        """Call off an approved or started tour."""
        return self._decide(call, seen, lambda tour, now: cancelled(tour, now, why))

    def edit(self, call: Call[Tour], seen: Seen, edit: Edit, why: str) -> bytes:
        """Change what is ahead by hand.

        Raises
        ------
        FailedPrecondition
            ``TOUR_RULES_BROKEN``, with every rule; ``TOUR_CHANGED``, ``TOUR_OVER``, ``STOP_DONE``,
            ``TRUCK_AT_STOP``, ``CONTAINER_ON_TOUR``, ``CLOSED_THAT_DAY``, ``TRUCK_NOT_SUITED``.
        NotFound
            ``STOP_NOT_FOUND``, ``CONTAINER_NOT_FOUND``, ``PLANT_NOT_FOUND``.
        """

        def step(tour: Tour, now: datetime) -> Tour:
            check_open(tour)
            reason = Reason("DISPATCHER", why, why) if why else None
            if isinstance(edit, LockStop):
                return self._locked(tour, edit, reason, now)
            after = self._edited(tour, edit, call.caller, now)
            told = differences(tour, after, reason)
            return changed(after, now, *told) if told else tour

        return self._decide(call, seen, step)

    def _decide(self, call: Call[Tour], seen: Seen, step: Callable[[Tour, datetime], Tour]) -> bytes:
        def work(writer: TourWriter, now: datetime) -> Tour:
            tour = decided_tour(writer, seen.tour_id, call.caller, "tour.tour_id")
            looked_at(tour, seen.version, "tour.version")
            return self._room.put(writer, tour, step(tour, now), now)

        return self._room.once(call, work, [seen.tour_id])

    def _edited(
        self, tour: Tour, edit: MoveStop | AddStop | RemoveStop, caller: Principal, now: datetime
    ) -> Tour:
        rules = self._room.rules
        match edit:
            case MoveStop():
                stop = ahead_stop(tour, edit.stop_id, "move.stop_id")
                others = [other for other in tour.ahead if other.id != stop.id]
                position = _position(tour, others, edit.after_stop_id, "move.after_stop_id")
                return rules.ordered(tour, (*others[:position], stop, *others[position:]), now)
            case RemoveStop():
                stop = ahead_stop(tour, edit.stop_id, "remove.stop_id")
                rest = [other for other in tour.ahead if other.id != stop.id]
                return rules.ordered(without(tour, stop), rest, now)
            case AddStop():
                stop = replace(self._subject(tour, edit, caller), id=fresh_id(tour))
                if edit.after_stop_id is None:
                    return rules.cheapest(tour, stop, now)
                ahead = list(tour.ahead)
                position = _position(tour, ahead, edit.after_stop_id, "add.after_stop_id")
                return rules.ordered(tour, (*ahead[:position], stop, *ahead[position:]), now)

    def _subject(self, tour: Tour, edit: AddStop, caller: Principal) -> Stop:
        if edit.plant_id:
            plant = self._room.subjects.plant(edit.plant_id, tour)
            if plant is None:
                raise NotFound.in_field(
                    "add.plant_id", f"there is no plant {edit.plant_id!r}", "PLANT_NOT_FOUND"
                )
            return plant
        # What is another's must not be told apart from what is not there.
        owner = self._room.subjects.sub_account_of(edit.container_id)
        mine = owner is not None and owner in scope_of(caller)
        found = self._room.subjects.container(edit.container_id, tour) if mine else None
        if found is None:
            raise NotFound.in_field(
                "add.container_id", f"there is no container {edit.container_id!r}", "CONTAINER_NOT_FOUND"
            )
        if any(stop.subject_id == edit.container_id for stop in tour.ahead):
            raise InvalidInput.in_field(
                "add.container_id", f"{edit.container_id!r} is on tour {tour.id}", "CONTAINER_ON_TOUR"
            )
        return found

    def _locked(self, tour: Tour, edit: LockStop, reason: Reason | None, now: datetime) -> Tour:
        stop = ahead_stop(tour, edit.stop_id, "lock.stop_id")
        if stop.locked == edit.locked:
            return tour
        fixed = replace(stop, locked=edit.locked)
        others = [other for other in tour.ahead if other.id != stop.id]
        # Locked stops come first: the next one joins them at their end.
        position = sum(1 for other in others if other.locked or other.id == tour.standing_at)
        moved = self._room.rules.ordered(tour, (*others[:position], fixed, *others[position:]), now)
        kind = ChangeKind.STOP_LOCKED if edit.locked else ChangeKind.STOP_UNLOCKED
        return changed(moved, now, (kind, stop.id, reason), *differences(tour, moved, reason))


def _check_truck_free(reader: TourReader, tour: Tour, field: str) -> None:
    """Nobody drives two tours at once: proposals of several sub-accounts may want the same truck."""
    day = TourFilter(tour.duty.depot_id, tour.service_date, truck_id=tour.duty.truck_id, states=OPEN_STATES)
    if any(other.id != tour.id for other in reader.tours(day, "", 2)):
        raise FailedPrecondition(
            "TRUCK_TAKEN",
            f"{field}: {tour.duty.truck_id} has another tour on {tour.service_date.isoformat()}",
        )


def _position(tour: Tour, ahead: Sequence[Stop], after_stop_id: str, field: str) -> int:
    """Where among the stops ahead something comes that follows a stop, or comes first."""
    if not after_stop_id:
        return 0
    for position, stop in enumerate(ahead, 1):
        if stop.id == after_stop_id:
            return position
    if any(stop.id == after_stop_id for stop in tour.done):
        return 0
    raise NotFound.in_field(field, f"tour {tour.id} has no stop {after_stop_id!r} ahead", "STOP_NOT_FOUND")
