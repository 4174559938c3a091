"""The part of pooled rides: from door to door, to the first stop, from the last one – with real offers.

Where rides on demand can lead is searched for with guessed times; what is shown was offered by the pooling
service, held, and put into the journey with its own times. What it does not offer is not shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from routing_core.travel import UNREACHABLE
from timetable.transit.query import Reach

from journeys.application.ports import OnDemand, RideWish, Span, Unavailable
from journeys.application.question import Question
from journeys.application.scheduled import Between, Scheduled
from journeys.application.ways import Ways
from journeys.domain.journey import Journey, Leg, Mode, PooledOffer, connected
from journeys.domain.places import Point

CHANGE_S = 180
"""From the kerb to the platform, and back."""
SHORT_WAIT_S, LONG_WAIT_S = 900, 2700
"""So long one may have to wait at a stop: what is tried first, and what is still taken."""
GUESSED_RIDE = 1.4
"""A ride with others takes so much longer than driving there alone."""
GUESSED_WAIT_S = 600
FARTHEST_M = 40_000.0
MOST_TO_VEHICLE_M = 500
MOST_ASKED = 8
"""Offers asked for each way of using rides on demand: every one of them holds a seat for a while."""


@dataclass(frozen=True, slots=True)
class Feeder:
    """Stops near one end of the journey, by rides on demand and by walking; shapes (stops)."""

    pooled: Reach
    walking: Reach


class Pooled:
    """Finds journeys with rides on demand.

    Parameters
    ----------
    driving
        Ways by car, for guesses.
    """

    def __init__(self, on_demand: OnDemand, scheduled: Scheduled, walking: Ways, driving: Ways) -> None:
        self._on_demand = on_demand
        self._scheduled = scheduled
        self._walking = walking
        self._driving = driving

    def direct(self, question: Question) -> Iterator[Journey]:
        """Door to door; raises Unavailable."""
        if not all(self._on_demand.covered(question.start, [question.goal])):
            return
        span_s = LONG_WAIT_S + _longest_ride_s(self._driving, question)
        if question.latest_s is not None:
            span = Span(max(question.begin_s, question.latest_s - span_s), question.latest_s)
        else:
            span = Span(question.begin_s, question.begin_s + span_s)
        wish = _wish(question, question.start, question.goal, span, span)
        (offer,) = self._on_demand.offers([wish])
        if offer is not None:
            yield Journey(connected(self._ride(question.start, question.goal, offer)))

    def reach(self, question: Question, point: Point) -> Reach:
        """Stops that a ride on demand joins to one end, with guessed seconds; raises Unavailable."""
        stops, _, metres = self._driving.to_stops(point, FARTHEST_M)
        if not len(stops):
            return Reach.of([])
        points = [self._scheduled.stop_point(stop) for stop in stops.tolist()]
        covered = np.array(self._on_demand.covered(point, points), dtype=bool)
        # What can be walked is not driven.
        worth = covered & (metres > question.max_walk_m / 2)
        chosen = stops[worth]
        seconds = self._driving.seconds_between(point, [points[at] for at in np.flatnonzero(worth)])
        there = seconds != UNREACHABLE
        guessed = (seconds[there] * GUESSED_RIDE + GUESSED_WAIT_S + CHANGE_S).astype(np.int32)
        return Reach(chosen[there], guessed)

    def with_rides(
        self, question: Question, parts: Sequence[Between], *, first: bool, last: bool
    ) -> list[Journey]:
        """Scheduled parts with a ride before, after, or on both ends; those that are offered.

        Raises Unavailable.
        """
        asked = list(_worth_asking(parts, question))
        before = self._asked(question, asked, first, to_first_stop=True)
        try:
            after = self._asked(question, asked, last, to_first_stop=False)
        except Unavailable:
            self._on_demand.release([offer for offer in before if offer is not None])
            raise
        found = []
        unused = []
        for part, bring, fetch in zip(asked, before, after, strict=True):
            offers = [offer for offer in (bring, fetch) if offer is not None]
            if (first and bring is None) or (last and fetch is None):
                unused += offers
                continue
            journey = self._joined(question, part, bring, fetch)
            if journey is None:
                unused += offers
            else:
                found.append(journey)
        self._on_demand.release(unused)
        return found

    def _asked(
        self, question: Question, parts: Sequence[Between], wanted: bool, *, to_first_stop: bool
    ) -> Sequence[PooledOffer | None]:
        """An offer for each part: with little waiting if there is one, else with more."""
        if not wanted:
            return [None] * len(parts)
        offers: list[PooledOffer | None] = [None] * len(parts)
        for wait_s in (SHORT_WAIT_S, LONG_WAIT_S):
            open_ = [at for at, offer in enumerate(offers) if offer is None]
            wish_of = self._bringing if to_first_stop else self._fetching
            try:
                asked = self._on_demand.offers([wish_of(question, parts[at], wait_s) for at in open_])
            except Unavailable:
                self._on_demand.release([offer for offer in offers if offer is not None])
                raise
            for at, offer in zip(open_, asked, strict=True):
                offers[at] = offer
        return offers

    def _bringing(self, question: Question, part: Between, wait_s: int) -> RideWish:
        stop = self._scheduled.stop_point(part.first_stop)
        latest_s = part.depart_s - CHANGE_S
        dropoff = Span(latest_s - wait_s, latest_s)
        pickup = Span(max(question.begin_s, dropoff.earliest_s - part.access_s), latest_s)
        return _wish(question, question.start, stop, pickup, dropoff)

    def _fetching(self, question: Question, part: Between, wait_s: int) -> RideWish:
        stop = self._scheduled.stop_point(part.last_stop)
        earliest_s = part.arrive_s + CHANGE_S
        pickup = Span(earliest_s, earliest_s + wait_s)
        latest_s = pickup.latest_s + part.egress_s
        dropoff = Span(
            earliest_s, latest_s if question.latest_s is None else min(latest_s, question.latest_s)
        )
        return _wish(question, stop, question.goal, pickup, dropoff)

    def _joined(
        self, question: Question, part: Between, bring: PooledOffer | None, fetch: PooledOffer | None
    ) -> Journey | None:
        legs: list[Leg] = []
        first, last = self._scheduled.stop_point(part.first_stop), self._scheduled.stop_point(part.last_stop)
        if bring is not None:
            legs += self._ride(question.start, first, bring)
        else:
            way = self._walking.leg(question.start, first, 0)
            if way is None:
                return None
            legs.append(way.moved(part.depart_s - way.arrive_s))
        legs += part.legs
        if fetch is not None:
            legs += self._ride(last, question.goal, fetch)
        else:
            way = self._walking.leg(last, question.goal, part.arrive_s)
            if way is None:
                return None
            legs.append(way)
        try:
            return Journey(connected(legs))
        except ValueError:
            # The offer keeps its own rules, but not this connection.
            return None

    def _ride(self, start: Point, end: Point, offer: PooledOffer) -> list[Leg]:
        """The ride, with the walks to where the vehicle stops."""
        way = self._driving.leg(offer.pickup, offer.dropoff, offer.planned_pickup_s)
        line = () if way is None else way.line
        length_m = 0 if way is None else way.length_m
        ride = Leg(
            Mode.POOLED_RIDE,
            offer.pickup,
            offer.dropoff,
            offer.planned_pickup_s,
            offer.planned_dropoff_s,
            length_m,
            line,
            offer,
        )
        legs = [ride]
        if offer.pickup_walk_s:
            legs.insert(
                0,
                _walk(start, offer.pickup, offer.planned_pickup_s, offer.pickup_walk_s, offer.pickup_walk_m),
            )
        if offer.dropoff_walk_s:
            leaves_s = offer.planned_dropoff_s + offer.dropoff_walk_s
            legs.append(_walk(offer.dropoff, end, leaves_s, offer.dropoff_walk_s, offer.dropoff_walk_m))
        return legs


def _walk(start: Point, end: Point, arrive_s: int, seconds: int, length_m: int) -> Leg:
    line = tuple((point.latitude_deg, point.longitude_deg) for point in (start, end))
    return Leg(Mode.WALK, start, end, arrive_s - seconds, arrive_s, length_m, line)


def _wish(
    question: Question, pickup: Point, dropoff: Point, pickup_span: Span, dropoff_span: Span
) -> RideWish:
    walk_m = min(question.max_walk_m, MOST_TO_VEHICLE_M)
    return RideWish(pickup, dropoff, pickup_span, dropoff_span, question.travellers, walk_m)


def _longest_ride_s(driving: Ways, question: Question) -> int:
    seconds = int(driving.seconds_between(question.start, [question.goal])[0])
    return round(GUESSED_RIDE * min(seconds, 4 * 3600)) + GUESSED_WAIT_S


def _worth_asking(parts: Sequence[Between], question: Question) -> Iterator[Between]:
    """The first ones in the order of what was asked, of each first and last stop and their times once."""
    seen = set()
    in_order = sorted(parts, key=lambda part: -part.depart_s if question.arrive_by else part.arrive_s)
    for part in in_order:
        ends = (part.first_stop, part.depart_s, part.last_stop, part.arrive_s)
        if ends not in seen and part.legs:
            seen.add(ends)
            yield replace(part)
            if len(seen) == MOST_ASKED:
                return
