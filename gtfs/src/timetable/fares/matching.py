"""Which leg rules hold for an effective leg, looked up by network and areas instead of tried one by one.

An empty network or area means one of two things, and the column ``rule_priority`` decides which. With the
column it means *any*, and of the rules that hold those of the highest priority count. Without it, it means
*all that no rule of the file lists in this field*: also a leg that has no network or area at all.
"""

from collections import defaultdict
from collections.abc import Iterable, Set
from datetime import datetime
from itertools import product

from timetable.fares.itinerary import EffectiveLeg
from timetable.fares.model import FaresV2, LegRule
from timetable.fares.places import Stops
from timetable.fares.service_days import ServiceDays


class LegRules:
    """The leg rules of a feed, indexed."""

    def __init__(self, fares: FaresV2, stops: Stops, service_days: ServiceDays) -> None:
        self._fares = fares
        self._stops = stops
        self._service_days = service_days
        self._by_place: dict[tuple[str, str, str], list[LegRule]] = defaultdict(list)
        for rule in fares.leg_rules:
            self._by_place[rule.network, rule.from_area, rule.to_area].append(rule)
        self._networks = {rule.network for rule in fares.leg_rules} - {""}
        self._from_areas = {rule.from_area for rule in fares.leg_rules} - {""}
        self._to_areas = {rule.to_area for rule in fares.leg_rules} - {""}

    def matching(self, leg: EffectiveLeg) -> tuple[LegRule, ...]:
        """Return the rules that hold, in the file's order; none if the fare is unknown."""
        if leg.unknown:
            return ()
        here = self.between(
            {part.network for part in leg.legs},
            self._stops.areas(leg.first.from_stop),
            self._stops.areas(leg.last.to_stop),
        )
        found = [rule for rule in here if self._holds(rule, leg)]
        highest = max((rule.priority for rule in found), default=0)
        return tuple(rule for rule in found if rule.priority == highest)

    def between(self, networks: Set[str], from_areas: Set[str], to_areas: Set[str]) -> tuple[LegRule, ...]:
        """Return the rules of all priorities that hold by place, in the file's order.

        Parameters
        ----------
        networks
            Those of the legs; an empty text for a leg without one.
        from_areas, to_areas
            Those of the first and the last stop.
        """
        places = product(
            self._network_entries(networks),
            self._area_entries(from_areas, self._from_areas),
            self._area_entries(to_areas, self._to_areas),
        )
        found = (rule for place in places for rule in self._by_place.get(place, ()))
        return tuple(sorted(found, key=lambda rule: rule.line))

    def _network_entries(self, networks: Set[str]) -> Iterable[str]:
        """Return what may stand in ``network_id``: joined legs of several networks have none in common."""
        common = next(iter(networks)) if len(networks) == 1 else ""
        if self._fares.has_priority:
            return {common, ""}
        if common in self._networks:
            return {common}
        return {""} if networks.isdisjoint(self._networks) else ()

    def _area_entries(self, areas: Set[str], listed: Set[str]) -> Iterable[str]:
        if self._fares.has_priority:
            return {*areas, ""}
        return areas & listed or {""}

    def _holds(self, rule: LegRule, leg: EffectiveLeg) -> bool:
        return (
            self._within(rule.from_timeframe, leg.first.departure, leg.first.from_stop)
            and self._within(rule.to_timeframe, leg.last.arrival, leg.last.to_stop)
            and (not rule.area_set or self._fares.area_sets.get(rule.area_set) == self._areas_passed(leg))
        )

    def _areas_passed(self, leg: EffectiveLeg) -> frozenset[str]:
        return frozenset(
            area for part in leg.legs for stop in part.passed for area in self._stops.areas(stop)
        )

    def _within(self, group: str, instant: datetime | None, stop: str) -> bool:
        """Whether an instant, by the clock and the date at the stop, is in a group of timeframes."""
        if not group:
            return True
        if instant is None:
            return False
        local = instant.astimezone(self._stops.clock_at(stop))
        time_s = local.hour * 3600 + local.minute * 60 + local.second
        return any(
            frame.start_s <= time_s < frame.end_s and self._service_days.runs(frame.service, local.date())
            for frame in self._fares.timeframes.get(group, ())
        )
