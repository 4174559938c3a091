"""How every write is done: answered once, against the newest plan, checked, and stored whole."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from routing_core.fleet.check import Rule, Violation
from routing_core.fleet.model import Action
from service_kit.clock import Clock
from service_kit.errors import Aborted, InvalidInput, NotFound
from service_kit.identity.audit import DONE, AuditEntry, entry_of
from service_kit.identity.principal import Principal

from pooling.application.ports import (
    AnsweredMeanwhile,
    PlanChanged,
    Reader,
    Roads,
    Store,
    StoredAnswer,
    Writer,
)
from pooling.application.turns import Turns
from pooling.application.watch import Watch
from pooling.domain.access import made_to
from pooling.domain.facts import Fact
from pooling.domain.facts import PlanChanged as PlanChangedFact
from pooling.domain.frame import Frame, frame
from pooling.domain.offers import Offer, OfferState
from pooling.domain.places import Point
from pooling.domain.rides import Ride
from pooling.domain.service_day import ServiceDay, service_day_of
from pooling.domain.zone import VirtualStop, Zone
from pooling.domain.zone_day import ZoneDay

MAX_ATTEMPTS = 8
RETRY_AFTER_S = 0.2

ResultT = TypeVar("ResultT")
ViolationKey = tuple[Rule, str, str]


@dataclass(frozen=True, slots=True)
class Call(Generic[ResultT]):
    """A write somebody asks for: under which id, what exactly, how its result is told, and for whom.

    ``entity_ids`` are the things the request names.
    """

    method: str
    request_id: str
    fingerprint: bytes
    encode: Callable[[ResultT], bytes]
    caller: Principal
    entity_ids: frozenset[str] = frozenset()

    @property
    def answer_key(self) -> str:
        """Under which its answer is kept: one caller's request ids mean nothing to another."""
        return f"{self.caller.scope}/{self.request_id}"


@dataclass(slots=True)
class Changes(Generic[ResultT]):
    """What one write comes to; ``days`` carry the versions they were read at."""

    result: ResultT
    days: list[ZoneDay] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    offer_states: list[tuple[list[str], OfferState]] = field(default_factory=list)
    rides: list[Ride] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    entity_ids: tuple[str, ...] = ()
    """What came to be, besides offers and rides, and is named in no request."""
    also: Callable[[Writer], None] | None = None
    """What else goes into the same transaction."""
    checked: bool = True
    """False where something on the road is being reported: that may break a plan, nothing else may."""
    unchecked_shifts: frozenset[str] = frozenset()
    """Of vehicles that are reported to stand still: their own times may break, nobody else's."""


class PlanBroken(AssertionError):  # noqa: N818 - reads as what it is
    """A change would have stored a plan that breaks a rule: a defect of ours; nothing was stored."""


class Desk:
    """What all use cases share.

    Parameters
    ----------
    committed
        Told after every stored write which zone days have changed.
    watch
        Sees what is done.
    """

    def __init__(
        self,
        *,
        store: Store,
        roads: Roads,
        clock: Clock,
        zones: Iterable[Zone],
        virtual_stops: Iterable[VirtualStop],
        time_zone: ZoneInfo,
        committed: Callable[[Sequence[ZoneDay]], None],
        watch: Watch,
    ) -> None:
        self.store = store
        self.roads = roads
        self.clock = clock
        self.zones: Mapping[str, Zone] = {zone.id: zone for zone in zones}
        self.virtual_stops: Mapping[str, VirtualStop] = {stop.id: stop for stop in virtual_stops}
        self.time_zone = time_zone
        self.watch = watch
        self._committed = committed
        self._turns = {zone_id: Turns() for zone_id in self.zones}

    def zone(self, zone_id: str, field: str = "zone_id") -> Zone:
        """The zone; raises NotFound."""
        if zone_id not in self.zones:
            raise NotFound.in_field(field, f"there is no zone {zone_id!r}", "ZONE_NOT_FOUND")
        return self.zones[zone_id]

    def service_day(self, day: date) -> ServiceDay:
        return ServiceDay(day, self.time_zone)

    def service_day_of(self, instant: datetime) -> ServiceDay:
        return service_day_of(instant, self.time_zone)

    def frame(self, day: ZoneDay, now: datetime, further: Sequence[Point] = ()) -> Frame:
        """The day as the clock finds it, with travel times to further places as well."""
        points = list(dict.fromkeys([*day.points(), *further]))
        travel = self.roads.travel_matrix(points)
        return frame(
            day,
            self.service_day(day.service_date),
            now,
            points,
            travel,
            usual=lambda: self.roads.usual_travel_matrix(points),
        )

    def let_go(self, day: ZoneDay, task_ids: Iterable[str], now: datetime) -> ZoneDay:
        """The day without these tasks, with new times for the tours they were in.

        Where the rest of a tour could not keep its promises without them – its break would be taken somewhere
        else – they stay for now, as holds whose time is over: whoever writes next tries again. A tour that
        could not keep them anyway, since it runs late or its shift is over, is better off without them.
        """
        gone = [task_id for task_id in task_ids if task_id in day.tasks]
        if not gone:
            return day
        trial = day.without_tasks(gone)
        frame = self.frame(trial, now)
        stays: list[str] = []
        for index, duty in enumerate(day.duties):
            affected = {stop.subject for stop in duty.stops} & set(gone)
            if not affected:
                continue
            tour, feasible = frame.rescheduled(index)
            if feasible or not self.frame(day, now).rescheduled(index)[1]:
                trial = frame.put_back(trial, index, tour)
            else:
                stays += affected
                trial = trial.with_duty(index, duty)
        for task_id in stays:
            trial = trial.with_task(replace(day.tasks[task_id], held_until=now))
        return trial

    def days_without(
        self, reader: Reader, offers: Iterable[Offer], now: datetime
    ) -> dict[tuple[str, date], ZoneDay]:
        """The days these offers are held in, by zone and date, without them."""
        days: dict[tuple[str, date], ZoneDay] = {}
        for offer in offers:
            where = (offer.zone_id, offer.service_date)
            day = days.get(where) or reader.zone_day(*where)
            days[where] = self.let_go(day, [offer.id], now)
        return days

    def without_expired(self, day: ZoneDay, now: datetime) -> ZoneDay:
        """The day without the holds whose time is over."""
        return self.let_go(day, day.expired(now), now)

    def answered(self, call: Call[ResultT]) -> bytes | None:
        """The stored answer to this request id; raises InvalidInput where it was used for something else."""
        with self.store.reading() as reader:
            return answer_in(reader, call)

    def repeated(self, call: Call[ResultT]) -> bytes | None:
        """The stored answer to this very request, if it was sent before."""
        with self.store.reading() as reader:
            stored = reader.stored_answer(call.method, call.answer_key)
        return stored.answer if stored and stored.fingerprint == call.fingerprint else None

    def write(
        self,
        call: Call[ResultT],
        zone_ids: Iterable[str],
        work: Callable[[Reader, datetime], Changes[ResultT]],
        *,
        under_way: bool = False,
    ) -> bytes:
        """Answer the call: from what is stored, or by working out changes and storing them.

        ``work`` sees one state of the store; when a zone day it read has changed before its result could be
        stored, it is run again. That writers of this process take turns only spares them to work twice.

        Parameters
        ----------
        under_way
            Whether somebody on the road reports: that goes before whoever plans ahead.

        Raises
        ------
        Aborted
            ``PLAN_CHANGED``, after several writers in a row were quicker.
        """
        with self._in_turn(zone_ids, under_way=under_way):
            for _ in range(MAX_ATTEMPTS):
                if (answer := self.answered(call)) is not None:
                    return answer
                now = self.clock.now()
                with self.store.reading() as reader:
                    changes = work(reader, now)
                    if changes.checked:
                        for day in changes.days:
                            self._guard(reader, day, now, changes.unchecked_shifts)
                try:
                    return self._store(call, changes, now)
                except (PlanChanged, AnsweredMeanwhile):
                    continue
        raise Aborted(
            "PLAN_CHANGED", "the plan changed again and again meanwhile", retry_after_s=RETRY_AFTER_S
        )

    def _store(self, call: Call[ResultT], changes: Changes[ResultT], now: datetime) -> bytes:
        answer = call.encode(changes.result)
        with self.store.writing() as writer:
            stored = [writer.put_zone_day(day) for day in changes.days]
            for offer in changes.offers:
                writer.put_offer(made_to(offer, call.caller))
            for offer_ids, state in changes.offer_states:
                writer.set_offer_states(offer_ids, state)
            for ride in changes.rides:
                writer.put_ride(ride)
            if changes.also:
                changes.also(writer)
            writer.store_answer(call.method, call.answer_key, StoredAnswer(call.fingerprint, answer), now)
            made = {offer.id for offer in changes.offers} | {ride.id for ride in changes.rides}
            writer.record(audited(call, now, further_ids=made.union(changes.entity_ids)))
            writer.publish(
                [
                    *changes.facts,
                    *(PlanChangedFact(day.zone_id, now, day.service_date, day.version) for day in stored),
                ]
            )
        self._committed(stored)
        self.watch.stored(changes.facts)
        return answer

    def _guard(self, reader: Reader, day: ZoneDay, now: datetime, unchecked: frozenset[str]) -> None:
        """Refuse a day that breaks a rule the stored one keeps."""
        # When a vehicle came in vain was told, not planned: it may have driven faster than the roads say.
        told = {stop.subject for duty in day.duties for stop in duty.stops if stop.action is Action.NO_SHOW}
        broken = [
            found
            for found in self.frame(day, now).violations()
            if found.subject not in told and found.shift_id not in unchecked
        ]
        if not broken:
            return
        before = reader.zone_day(day.zone_id, day.service_date)
        known = self.broken_already(before, now)
        new = [violation for violation in broken if violation_key(violation) not in known]
        if new:
            raise PlanBroken("; ".join(violation.message for violation in new))

    def broken_already(self, day: ZoneDay, now: datetime) -> set[ViolationKey]:
        """What the day breaks: with its stored times, and with those it comes to where it runs late."""
        frame = self.frame(day, now)
        found = list(frame.violations())
        late_shifts = {violation.shift_id for violation in found}
        for index, duty in enumerate(day.duties):
            if duty.shift.id in late_shifts:
                day = frame.put_back(day, index, frame.rescheduled(index)[0])
        return {violation_key(violation) for violation in (*found, *self.frame(day, now).violations())}

    @contextmanager
    def _in_turn(self, zone_ids: Iterable[str], *, under_way: bool) -> Iterator[None]:
        with ExitStack() as stack:
            for zone_id in sorted(set(zone_ids)):
                stack.enter_context(self._turns[zone_id].turn(under_way=under_way))
            yield


def audited(
    call: Call[ResultT], now: datetime, *, further_ids: Iterable[str] = (), outcome: str = DONE
) -> AuditEntry:
    """What is kept of the call."""
    return entry_of(
        call.caller,
        time=now,
        method=call.method,
        request_id=call.request_id,
        entity_ids=call.entity_ids.union(further_ids),
        outcome=outcome,
    )


def answer_in(reader: Reader, call: Call[ResultT]) -> bytes | None:
    """The stored answer to the call's request id, in the state of the store that the reader sees.

    A use case that looks up what it takes away asks here first, with the same reader: the same request, sent
    before, may just have taken it away.

    Raises
    ------
    InvalidInput
        ``REQUEST_ID_REUSED``, where the id was used for something else.
    """
    stored = reader.stored_answer(call.method, call.answer_key)
    if stored is None:
        return None
    if stored.fingerprint != call.fingerprint:
        raise InvalidInput.in_field(
            "request_id",
            f"{call.request_id!r} was used for another {call.method} before",
            "REQUEST_ID_REUSED",
        )
    return stored.answer


def violation_key(violation: Violation) -> ViolationKey:
    """What is broken, by whom, however much."""
    return (violation.rule, violation.shift_id, violation.subject)
