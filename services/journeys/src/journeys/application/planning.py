"""The search: everything that leads from here to there, what is worth showing of it, and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from timetable.schedule import NONE
from timetable.transit.query import Reach

from journeys.application.pooled import Pooled
from journeys.application.ports import OnDemand, Prices, Unavailable
from journeys.application.question import Question
from journeys.application.scheduled import Scheduled
from journeys.application.ways import Ways
from journeys.domain.choosing import chosen, worth_showing
from journeys.domain.emissions import emitted_g
from journeys.domain.journey import Journey, Mode, connected
from journeys.domain.places import Point

MOST_CYCLED_M = 20_000.0
MOST_PRICED = 40
"""Journeys that are priced: more are never shown."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of the search that could not be asked."""

    mode: Mode | None
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Journeys in time order, and what is missing among them."""

    journeys: tuple[Journey, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """What the search draws on; ``cycling`` is None where the district has no roads for bicycles."""

    scheduled: Scheduled
    walking: Ways
    driving: Ways
    cycling: Ways | None
    on_demand: OnDemand
    prices: Prices


class PlanJourneys:
    """The use case; safe to use from several threads."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._pooled = Pooled(sources.on_demand, sources.scheduled, sources.walking, sources.driving)

    def __call__(self, question: Question) -> Plan:
        """Answer a question.

        What does not answer in time is left out and named in ``gaps``. Of the offers that were held for the
        search, those of journeys that are not shown are given back.
        """
        gaps: list[Gap] = []
        found = list(self._under_own_power(question))
        found += self._by_timetable(question)
        if Mode.POOLED_RIDE in question.modes:
            try:
                found += self._with_pooled_rides(question)
            except Unavailable as error:
                gaps.append(Gap(Mode.POOLED_RIDE, error.reason, error.message))
        journeys = worth_showing(_in_time(found, question), arrive_by=question.arrive_by)
        priced = self._priced(journeys[:MOST_PRICED], question, gaps)
        worth = worth_showing(priced, arrive_by=question.arrive_by)
        shown = chosen(worth, question.max_count, arrive_by=question.arrive_by)
        self._release_unused(found, shown)
        return Plan(tuple(shown), tuple(gaps))

    def _under_own_power(self, question: Question) -> Iterator[Journey]:
        limits = ((self._sources.walking, float(question.max_walk_m)), (self._sources.cycling, MOST_CYCLED_M))
        for ways, most_m in limits:
            if ways is None or ways.mode not in question.modes:
                continue
            if question.start.distance_m(question.goal) > most_m:
                continue
            leg = ways.leg(question.start, question.goal, question.at_s)
            if leg is None or leg.length_m > most_m:
                continue
            if question.arrive_by:
                leg = leg.moved(leg.depart_s - leg.arrive_s)
            yield Journey((leg,), co2_g=0)

    def _by_timetable(self, question: Question) -> Iterator[Journey]:
        if Mode.TRANSIT not in question.modes:
            return
        scheduled = self._sources.scheduled
        access, egress = self._walks(question, question.start), self._walks(question, question.goal)
        for part in scheduled.between(question, access, egress, self._direct_s(question)):
            to_stop = self._sources.walking.leg(question.start, scheduled.stop_point(part.first_stop), 0)
            from_stop = self._sources.walking.leg(
                scheduled.stop_point(part.last_stop), question.goal, part.arrive_s
            )
            if to_stop is None or from_stop is None:
                continue
            legs = [to_stop.moved(part.depart_s - to_stop.arrive_s), *part.legs, from_stop]
            yield Journey(connected(legs))

    def _with_pooled_rides(self, question: Question) -> list[Journey]:
        found = list(self._pooled.direct(question))
        if Mode.TRANSIT not in question.modes:
            return found
        walk_to, walk_from = self._walks(question, question.start), self._walks(question, question.goal)
        ride_to = self._pooled.reach(question, question.start)
        ride_from = self._pooled.reach(question, question.goal)
        for access, egress, first, last in (
            (ride_to, walk_from, True, False),
            (walk_to, ride_from, False, True),
            (ride_to, ride_from, True, True),
        ):
            parts = self._sources.scheduled.between(question, access, egress, None)
            found += self._pooled.with_rides(question, parts, first=first, last=last)
        return found

    def _walks(self, question: Question, point: Point) -> Reach:
        """Stops within a walk; a stop that is asked for itself at once."""
        stops, seconds, _ = self._sources.walking.to_stops(point, float(question.max_walk_m))
        own = self._sources.scheduled.timetable.stop_index.get(point.stop_id, NONE)
        return Reach.of(stops, np.where(stops == own, 0, seconds))

    def _direct_s(self, question: Question) -> int | None:
        """How long walking takes, where anybody would."""
        if question.start.distance_m(question.goal) > question.max_walk_m:
            return None
        leg = self._sources.walking.leg(question.start, question.goal, 0)
        return None if leg is None or leg.length_m > question.max_walk_m else leg.arrive_s

    def _priced(self, journeys: list[Journey], question: Question, gaps: list[Gap]) -> list[Journey]:
        counted = [replace(journey, co2_g=emitted_g(journey.legs)) for journey in journeys]
        try:
            prices = self._sources.prices.quotes([journey.legs for journey in counted], question.payer)
        except Unavailable as error:
            gaps.append(Gap(None, error.reason, error.message))
            return counted
        return [replace(journey, price=price) for journey, price in zip(counted, prices, strict=True)]

    def _release_unused(self, found: Iterable[Journey], shown: Iterable[Journey]) -> None:
        used = {offer.offer_id for journey in shown for offer in journey.offers()}
        unused = {
            offer.offer_id: offer
            for journey in found
            for offer in journey.offers()
            if offer.offer_id not in used
        }
        self._sources.on_demand.release(list(unused.values()))


def _in_time(found: Iterable[Journey], question: Question) -> Iterator[Journey]:
    for journey in found:
        if question.arrive_by and journey.arrive_s > question.at_s:
            continue
        if journey.depart_s >= question.begin_s:
            yield journey
