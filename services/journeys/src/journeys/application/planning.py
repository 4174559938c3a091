"""The search: everything that leads from here to there, what is worth showing of it, and why."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from timetable.schedule import NONE
from timetable.transit.query import Reach

from journeys.application.finding import Finder, Gap
from journeys.application.paging import NEAR_STEPS, first_page, neighbours, periods
from journeys.application.pooled import Pooled
from journeys.application.ports import OnDemand, Prices, Unavailable
from journeys.application.question import Page, Period, Question
from journeys.application.scheduled import Between, NotCovered, Scheduled
from journeys.application.ways import Ways
from journeys.domain.choosing import chosen, worth_showing
from journeys.domain.emissions import emitted_g
from journeys.domain.journey import UNDER_OWN_POWER, Doubt, Journey, Mode, connected
from journeys.domain.places import Point
from journeys.domain.sense import sensible

MOST_CYCLED_M = 20_000.0
REAL_TIME_S = 12 * 3600
"""What is told of now says something about so far away."""
MOST_PRICED = 40
"""Journeys that are priced: more are never shown."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Journeys in time order, what is missing among them, and where there are more; None where nowhere."""

    journeys: tuple[Journey, ...]
    gaps: tuple[Gap, ...]
    earlier: Page | None = None
    later: Page | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """What the search draws on.

    ``wheeling`` are ways in a wheelchair, which take the place of ``walking`` where somebody travels in one;
    ``cycling`` is None where the district has no roads for bicycles; ``finders`` are all that journeys may be
    made of besides feet, timetables and rides on demand.
    """

    scheduled: Scheduled
    walking: Ways
    wheeling: Ways
    driving: Ways
    cycling: Ways | None
    on_demand: OnDemand
    prices: Prices
    finders: tuple[Finder, ...] = ()


class PlanJourneys:
    """The use case; safe to use from several threads."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._pooled = Pooled(sources.on_demand, sources.scheduled, sources.walking, sources.driving)
        self._in_wheelchairs = (
            None
            if sources.wheeling is sources.walking
            else PlanJourneys(replace(sources, walking=sources.wheeling))
        )

    def __call__(self, question: Question, page: Page | None = None) -> Plan:
        """Answer a question, or go on with an answer.

        What does not answer in time is left out and named in ``gaps``. Of the offers that were held for the
        search, those of journeys that are not shown are given back; all of them where it fails.

        Raises
        ------
        NotFound
            Where the caller has no such account to pay from.
        """
        if question.travellers.wheelchairs and self._in_wheelchairs is not None:
            return self._in_wheelchairs(question, page)
        offered: list[Journey] = []
        try:
            return self._planned(question, page, offered)
        except Exception:
            self.give_back(offered)
            raise

    def give_back(self, journeys: Iterable[Journey]) -> None:
        """Have nothing held any more of journeys that nobody gets to see."""
        self._release_unused(journeys, ())

    def _planned(self, question: Question, page: Page | None, offered: list[Journey]) -> Plan:
        gaps = Gaps()
        # What needs no vehicle can be done at any time: it is shown once.
        found = list(self._under_own_power(question)) if page is None else []
        page = page or first_page(question)
        looked_at: list[Period] = []
        silent: set[Mode] = set()
        for number, period in enumerate(periods(page, question.now_s)):
            if found and (number >= NEAR_STEPS or not _to_be_looked_on(found)):
                break
            looked_at.append(period)
            asked = question.within(period)
            some: list[Journey] = []
            for more in self._of_period(asked, gaps, silent):
                some += more
                offered += more
            known = page.shown if number == 0 else ()
            found += [journey for journey in worth_of_period(some, asked) if journey.key not in known]
        shown, complete = self._shown(question, found, gaps)
        self._release_unused(offered, shown)
        keys = tuple(journey.key for journey in shown)
        earlier, later = neighbours(page, looked_at, keys, complete=complete, question=question)
        return Plan(tuple(shown), tuple(gaps), earlier, later)

    def _shown(self, question: Question, found: list[Journey], gaps: "Gaps") -> tuple[list[Journey], bool]:
        """What fits on the page, and whether that is everything worth showing."""
        journeys = worth_showing(found, arrive_by=question.arrive_by)
        priced = self._priced(journeys[:MOST_PRICED], question, gaps)
        worth = worth_showing(priced, arrive_by=question.arrive_by)
        shown = chosen(worth, question.max_count, arrive_by=question.arrive_by)
        return shown, len(shown) == len(worth) and len(priced) == len(journeys)

    def _of_period(self, question: Question, gaps: "Gaps", silent: set[Mode]) -> Iterator[Sequence[Journey]]:
        """Everything by vehicles in the period that is looked at, without those who were silent before."""
        for mode, way in (
            (Mode.TRANSIT, self._by_timetable(question)),
            (Mode.POOLED_RIDE, self._with_pooled_rides(question)),
        ):
            if mode not in question.modes or mode in silent:
                continue
            if mode is Mode.TRANSIT:
                self._tell_of_silence(question, gaps)
            try:
                for some in way:
                    yield list(some)
            except Unavailable as error:
                missing = Mode.TRANSIT if isinstance(error, NotCovered) else mode
                gaps.add(Gap(missing, error.reason, error.message))
                if not isinstance(error, NotCovered):
                    # Who is silent takes seconds each time; asked for every period, the caller would be gone.
                    silent.add(mode)
        for finder in self._sources.finders:
            if finder.modes & question.modes:
                found = finder.find(question)
                yield found.journeys
                for gap in found.gaps:
                    gaps.add(gap)

    def _tell_of_silence(self, question: Question, gaps: "Gaps") -> None:
        silent = self._sources.scheduled.live.silent
        if silent and abs(question.looked_at.begin_s - question.now_s) < REAL_TIME_S:
            message = f"nothing is heard of {', '.join(silent)}: times are as printed"
            gaps.add(Gap(Mode.TRANSIT, "REALTIME_UNAVAILABLE", message))

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

    def _by_timetable(self, question: Question) -> Iterator[Iterable[Journey]]:
        scheduled = self._sources.scheduled
        access, egress = self._walks(question, question.start), self._walks(question, question.goal)
        yield [
            journey
            for part in scheduled.between(question, access, egress, self._direct_s(question))
            if (journey := self._walked_to(question, part)) is not None
        ]

    def _walked_to(self, question: Question, part: Between) -> Journey | None:
        scheduled, walking = self._sources.scheduled, self._sources.walking
        to_stop = walking.leg(question.start, scheduled.stop_point(part.first_stop), 0)
        from_stop = walking.leg(scheduled.stop_point(part.last_stop), question.goal, part.arrive_s)
        if to_stop is None or from_stop is None:
            return None
        return Journey(connected([to_stop.moved(part.depart_s - to_stop.arrive_s), *part.legs, from_stop]))

    def _with_pooled_rides(self, question: Question) -> Iterator[Iterable[Journey]]:
        if question.travellers.bicycles:
            # No fleet says which of its vehicles takes one.
            return
        yield self._pooled.direct(question)
        if Mode.TRANSIT not in question.modes:
            return
        walk_to, walk_from = self._walks(question, question.start), self._walks(question, question.goal)
        ride_to = self._pooled.reach(question, question.start)
        ride_from = self._pooled.reach(question, question.goal)
        for access, egress, first, last in (
            (ride_to, walk_from, True, False),
            (walk_to, ride_from, False, True),
            (ride_to, ride_from, True, True),
        ):
            parts = self._sources.scheduled.between(question, access, egress, None)
            yield self._pooled.with_rides(question, parts, first=first, last=last)

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

    def _priced(self, journeys: list[Journey], question: Question, gaps: "Gaps") -> list[Journey]:
        if not journeys:
            return []
        counted = [replace(journey, co2_g=emitted_g(journey.legs)) for journey in journeys]
        try:
            prices = self._sources.prices.quotes(
                [journey.legs for journey in counted], question.payer, question.travellers
            )
        except Unavailable as error:
            gaps.add(Gap(None, error.reason, error.message))
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


def worth_of_period(found: Iterable[Journey], question: Question) -> list[Journey]:
    """Of what was found in the period that is looked at, all that is worth showing, price aside."""
    fitting = sensible(list(_in_time(found, question)), question.start, question.goal)
    return worth_showing(fitting, arrive_by=question.arrive_by)


class Gaps(list[Gap]):
    """What could not be asked, each once."""

    def add(self, gap: Gap) -> None:
        if gap not in self:
            self.append(gap)


def _to_be_looked_on(journeys: Iterable[Journey]) -> bool:
    """Whether there is nothing yet but ways under one's own power, and what nobody promises."""
    return all(
        journey.doubt is Doubt.LUCK or all(leg.mode in UNDER_OWN_POWER for leg in journey.legs)
        for journey in journeys
    )


def _in_time(found: Iterable[Journey], question: Question) -> Iterator[Journey]:
    for journey in found:
        if question.latest_s is not None and journey.arrive_s > question.latest_s:
            continue
        if journey.depart_s >= question.begin_s:
            yield journey
