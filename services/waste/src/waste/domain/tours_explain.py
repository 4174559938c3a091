"""The reason for each container: what it costs to go there, against what it costs to wait."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np
from routing_core.collection.model import Matrix

from waste.domain.tours import Left, Pickup, PlannedTour, Prices, Told, TruckShift
from waste.domain.tours_costs import Floats, way_cents
from waste.domain.tours_problem import may_take, working_cents
from waste.domain.tours_reasons import Reason, ReasonCode
from waste.domain.tours_risk import Waiting
from waste.domain.tours_streams import Stream


@dataclass(frozen=True)
class Weighed:
    """What is known about one container before tours are made."""

    pickup: Pickup
    waiting: Waiting
    usual_cents: float


@dataclass(frozen=True)
class _Detour:
    metres: float
    cents: float


class Explainer:
    """Reasons for one stream, with its tours."""

    def __init__(
        self,
        *,
        stream: Stream,
        drives: Mapping[str, Matrix],
        prices: Prices,
        weighed: Mapping[str, Weighed],
        told: Told | None,
        day_count: int,
    ) -> None:
        self._stream = stream
        self._prices = prices
        self._weighed = weighed
        self._day_count = day_count
        self._shifts = {(shift.truck_id, shift.day): shift for shift in stream.shifts}
        self._drives = drives
        self._cents = {key: way_cents(shift, drives[shift.kind]) for key, shift in self._shifts.items()}
        self._place = {pickup.container_id: pickup.place for pickup in stream.pickups}
        self._place |= {plant.plant_id: plant.place for plant in stream.plants}
        self._told = {container for order in told.orders.values() for container in order} if told else set()

    def explained(self, tour: PlannedTour) -> PlannedTour:
        """The tour with the reason of each of its containers."""
        detours = dict(self._detours(tour))
        stops = tuple(
            stop
            if stop.container_id is None
            else replace(stop, reason=self._taken(stop.container_id, detours[stop.container_id]))
            for stop in tour.stops
        )
        return replace(tour, stops=stops)

    def left(self, tours: tuple[PlannedTour, ...]) -> Iterator[Left]:
        """Why containers are not on the first day's tours."""
        days = {container: tour.day for tour in tours for container in tour.container_ids}
        today = tuple(tour for tour in tours if tour.day == 0)
        for pickup in self._stream.pickups:
            day = days.get(pickup.container_id)
            if day != 0:
                yield Left(pickup.container_id, day, self._not_taken(pickup, day, today))

    def _detours(self, tour: PlannedTour) -> Iterator[tuple[str, _Detour]]:
        """Per container: the way to its site and on, less the way without, shared by those emptied there."""
        shift = self._shifts[tour.truck_id, tour.day]
        cents, metres = self._cents[tour.truck_id, tour.day], self._drives[shift.kind].distance
        pickups = {pickup.container_id: pickup for pickup in self._stream.pickups}

        def site(number: int) -> str:
            container_id = tour.stops[number].container_id
            return f"stop {number}" if container_id is None else pickups[container_id].site_id

        runs = [list(numbers) for _, numbers in groupby(range(len(tour.stops)), site)]
        places = [shift.start_place]
        places += [self._place[self._name(tour, run[0])] for run in runs]
        places.append(shift.end_place)
        for position, run in enumerate(runs):
            if tour.stops[run[0]].container_id is None:
                continue
            before, at, after = places[position : position + 3]
            site_cents = self._prices.site_s * shift.cents_per_hour / 3600.0
            way_m = float(metres[before, at] + metres[at, after] - metres[before, after])
            way = float(cents[before, at] + cents[at, after] - cents[before, after]) + site_cents
            for number in run:
                name = self._name(tour, number)
                lift = working_cents(pickups[name], shift, self._prices)
                yield name, _Detour(way_m / len(run), way / len(run) + lift)

    @staticmethod
    def _name(tour: PlannedTour, number: int) -> str:
        stop = tour.stops[number]
        return stop.container_id or stop.plant_id or ""

    def _taken(self, container_id: str, detour: _Detour) -> Reason:
        weighed = self._weighed[container_id]
        figures = self._figures(weighed, detour)
        if weighed.pickup.urgent:
            return Reason(ReasonCode.URGENT, figures)
        if weighed.waiting.put_off_cents >= weighed.usual_cents:
            return Reason(ReasonCode.RISK, figures)
        if container_id in self._told and weighed.waiting.put_off_cents < detour.cents:
            return Reason(ReasonCode.TOLD, figures)
        return Reason(ReasonCode.ON_THE_WAY, figures)

    def _not_taken(self, pickup: Pickup, day: int | None, today: tuple[PlannedTour, ...]) -> Reason:
        able = [shift for shift in self._stream.shifts if may_take(pickup, shift)]
        weighed = self._weighed.get(pickup.container_id)
        if weighed is None or not able:
            code = ReasonCode.NO_PLANT if able and not self._stream.plants else ReasonCode.NO_TRUCK
            return Reason(code, _level(pickup))
        if day is not None:
            risk = pickup.outlook.overflow_probability[day - 1]
            return Reason(ReasonCode.LATER, _level(pickup) | _risk(risk, day))
        risk = pickup.outlook.overflow_probability[self._day_count - 1]
        # Not even from the truck beside it.
        lift_cents = min(working_cents(pickup, shift, self._prices) for shift in able)
        if weighed.waiting.put_off_cents <= lift_cents and not pickup.urgent:
            return Reason(ReasonCode.CAN_WAIT, _level(pickup) | _risk(risk, self._day_count))
        if not _is_open(pickup, able):
            return Reason(ReasonCode.CLOSED, _level(pickup))
        detour = self._cheapest(pickup, able, today)
        dear = detour.cents >= weighed.waiting.put_off_cents and not pickup.urgent
        code = ReasonCode.DETOUR if dear else ReasonCode.NO_ROOM
        return Reason(code, self._figures(weighed, detour))

    def _cheapest(self, pickup: Pickup, able: list[TruckShift], today: tuple[PlannedTour, ...]) -> _Detour:
        """The shortest way round by a tour of the day, or there and back, whether there is time or not."""
        best: _Detour | None = None
        driving = {tour.truck_id: tour for tour in today}
        for shift in able:
            tour = driving.get(shift.truck_id) if shift.day == 0 else None
            places = [shift.start_place, shift.end_place]
            if tour is not None:
                places[1:1] = [self._place[self._name(tour, number)] for number in range(len(tour.stops))]
            cents = self._cents[shift.truck_id, shift.day]
            before, after = (np.array(ends) for ends in zip(*pairwise(places), strict=True))
            added = _added(cents, before, pickup.place, after)
            nearest = int(added.argmin())
            way_m = _added(self._drives[shift.kind].distance, before, pickup.place, after)[nearest]
            site_cents = self._prices.site_s * shift.cents_per_hour / 3600.0
            cost = float(added[nearest]) + site_cents + working_cents(pickup, shift, self._prices)
            cost += 0.0 if tour is not None else shift.cents_per_tour
            if best is None or cost < best.cents:
                best = _Detour(float(way_m), cost)
        return best or _Detour(0.0, 0.0)

    def _figures(self, weighed: Weighed, detour: _Detour) -> dict[str, float]:
        risk = weighed.pickup.outlook.overflow_probability[self._day_count - 1]
        return {
            **_level(weighed.pickup),
            **_risk(risk, self._day_count),
            # A way that takes a fast road may be longer than one with a stop on it.
            "detour_km": max(0.0, detour.metres) / 1000.0,
            "visit_euro": detour.cents / 100.0,
            "waiting_euro": max(0.0, weighed.waiting.put_off_cents) / 100.0,
            "usual_euro": weighed.usual_cents / 100.0,
        }


def _added(
    cost: Floats, before: np.typing.NDArray[np.int64], at: int, after: np.typing.NDArray[np.int64]
) -> Floats:
    added: Floats = cost[before, at] + cost[at, after] - cost[before, after]
    return added


def _level(pickup: Pickup) -> dict[str, float]:
    level = pickup.outlook.level_share
    return {} if level is None else {"level_percent": 100.0 * level}


def _risk(probability: float, days: int) -> dict[str, float]:
    return {"probability_percent": 100.0 * probability, "days": float(days)}


def _is_open(pickup: Pickup, able: list[TruckShift]) -> bool:
    if not pickup.windows:
        return True
    return any(
        window.earliest_s <= shift.window.latest_s and shift.window.earliest_s <= window.latest_s
        for window in pickup.windows
        for shift in able
    )
